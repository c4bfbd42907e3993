/* What is typed in a preview, whom it is played for, and how texts are broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "cli/play_input.h"
#include "cli/play_person.h"
#include "cli/play_show.h"
#include "content/campaign.h"

static void assert_wrapped(const char *text, int width, const char *expected)
{
    struct buf out;

    buf_init(&out, 4096);
    play_wrap(text, width, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_fini(&out);
}

static void a_text_is_broken_between_words(void **state)
{
    (void)state;
    assert_wrapped("satu dua tiga", 8, "satu dua\ntiga");
    assert_wrapped("satu dua tiga", 13, "satu dua tiga");
    assert_wrapped("", 8, "");
    assert_wrapped("satu\n\ndua", 8, "satu\n\ndua");
}

static void a_word_that_is_longer_than_a_line_is_broken_within(void **state)
{
    (void)state;
    assert_wrapped("a wa.me/6281200", 6, "a\nwa.me/\n628120\n0");
}

static void cells_are_counted_and_no_character_is_cut(void **state)
{
    (void)state;
    assert_wrapped("ééé ééé", 3, "ééé\nééé");
    assert_wrapped("漢字漢", 4, "漢字\n漢");
}

static void what_a_terminal_would_obey_becomes_a_blank(void **state)
{
    (void)state;
    assert_wrapped("a\033[2Jb\tc\x7f", 20, "a [2Jb c");
}

static void assert_span(const char *line, int64_t minutes)
{
    struct play_input input;

    play_input_read(line, &input);
    assert_int_equal(input.kind, minutes == 0 ? PLAY_MISTAKEN : PLAY_TIME);
    assert_int_equal(input.span_ms, minutes * 60 * 1000);
}

static void spans_of_time_are_a_number_and_a_unit(void **state)
{
    (void)state;
    assert_span("+20m", 20);
    assert_span("+3h", 180);
    assert_span("+1d", 1440);
    assert_span("+2w", 20160);
    assert_span("+731d", 731 * 1440);
    assert_span("+732d", 0);
    assert_span("+999999w", 0);
    assert_span("+9999999999999999999m", 0);
    assert_span("+", 0);
    assert_span("+d", 0);
    assert_span("+0d", 0);
    assert_span("+1", 0);
    assert_span("+1x", 0);
    assert_span("+1dd", 0);
    assert_span("+1 d", 0);
    assert_span("+-1d", 0);
}

static void assert_kind(const char *line, enum play_input_kind kind, const char *text)
{
    struct play_input input;

    play_input_read(line, &input);
    assert_int_equal(input.kind, kind);
    assert_string_equal(input.text, text);
}

static void what_is_no_command_is_what_the_person_writes(void **state)
{
    struct play_input input;

    (void)state;
    assert_kind("YA", PLAY_SAY, "YA");
    assert_kind("\\+1d", PLAY_SAY, "+1d");
    assert_kind("\\:to C2", PLAY_SAY, ":to C2");
    assert_kind("\\#1", PLAY_SAY, "#1");
    assert_kind(":expect Balas  YA", PLAY_COMMAND, "Balas  YA");
    assert_kind(":state", PLAY_COMMAND, "");
    play_input_read("  ", &input);
    assert_int_equal(input.kind, PLAY_NEXT);
    play_input_read("# a comment", &input);
    assert_int_equal(input.kind, PLAY_COMMENT);
    play_input_read(":a-command-that-nobody-has-ever-heard-of x", &input);
    assert_int_equal(strlen(input.word), sizeof input.word - 1);
    assert_string_equal(input.text, "x");
}

/* A campaign with one district and two languages. */
static struct district districts[] = {
    {.key = "maros", .name = "Maros", .zone = "Asia/Makassar"}};
static char *languages[] = {"id", "bug"};
static const struct campaign campaign = {.id = "uji",
    .language = "id",
    .languages = languages,
    .languages_n = 2,
    .districts = districts,
    .districts_n = 1};

static void somebody_whom_the_series_is_for_is_the_default(void **state)
{
    char *teachers[] = {"teacher"};
    struct series series = {.id = "x"};
    struct play_person who;

    (void)state;
    play_person_default(&who, &campaign, &series, 2026);
    assert_true(person_is_minor(&who.person, 2026));
    assert_string_equal(who.person.district, "maros");
    assert_string_equal(who.person.zone, "Asia/Makassar");
    assert_string_equal(who.person.language, "id");
    series.audience.roles = teachers;
    series.audience.roles_n = 1;
    play_person_default(&who, &campaign, &series, 2026);
    assert_false(person_is_minor(&who.person, 2026));
    assert_string_equal(who.person.role, "teacher");
}

static int set(struct play_person *who, const char *pairs)
{
    struct err err = {0};
    int result = play_person_set_all(who, &campaign, 2026, pairs, &err);

    assert_true(result == 0 || (err.code == ERR_REFUSED && err.text[0] != '\0'));
    return result;
}

static void a_person_is_set_by_keys_and_values(void **state)
{
    struct play_person who = {0};

    (void)state;
    assert_int_equal(set(&who, "name=Ani,district=MAROS,age=18,sex=male,,"), 0);
    assert_string_equal(who.person.district, "maros");
    assert_false(person_is_minor(&who.person, 2026));
    assert_int_equal(set(&who, "age=17,language=bug,discreet=on,channel=whatsapp"), 0);
    assert_true(person_is_minor(&who.person, 2026));
    assert_int_equal(who.person.flags, PERSON_DISCREET);
    assert_int_equal(who.channel, CHANNEL_WHATSAPP);
    assert_int_equal(
        set(&who, "discreet=off,birth_year=,guardian=none,consent=yes"), 0);
    assert_int_equal(who.person.flags, 0);
    assert_int_equal(who.person.birth_year, 0);
    assert_true(who.consented && who.guardian == PLAY_GUARDIAN_NONE);
}

static void what_a_person_cannot_be_is_refused(void **state)
{
    static const char *const wrong[] = {"name", "frob=1", "district=bone", "age=0",
        "age=121", "age=12x", "birth_year=1899", "birth_year=2027", "sex=x",
        "language=xx", "discreet=maybe", "channel=fax", "guardian=x", "consent=x",
        "name=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    struct play_person who = {0};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(set(&who, wrong[i]), -1);
    }
    assert_int_equal(
        play_person_set(&who, &campaign, 2026, true, "consent=yes", &err), -1);
    assert_non_null(strstr(err.text, "when the series begins"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_broken_between_words),
        cmocka_unit_test(a_word_that_is_longer_than_a_line_is_broken_within),
        cmocka_unit_test(cells_are_counted_and_no_character_is_cut),
        cmocka_unit_test(what_a_terminal_would_obey_becomes_a_blank),
        cmocka_unit_test(spans_of_time_are_a_number_and_a_unit),
        cmocka_unit_test(what_is_no_command_is_what_the_person_writes),
        cmocka_unit_test(somebody_whom_the_series_is_for_is_the_default),
        cmocka_unit_test(a_person_is_set_by_keys_and_values),
        cmocka_unit_test(what_a_person_cannot_be_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
