/*
 * test_real_campaign.c: the campaign that people really get, judged by counts and lists of
 * the test's own, so that a mistake of the checker is no excuse. Run from the top of the
 * tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/zone.h"
#include "content/campaign.h"

#define FOLDER "campaigns/cegah-kawin-anak"

enum { TEXTS_MAX = 400, LONGEST = 2000 };

/* One text that may leave, and what it is for. */
struct found {
    const char *where, *text;
    bool discreet;
};

struct fixture {
    struct campaign *campaign;
    struct found texts[TEXTS_MAX];
    size_t n;
    size_t lacking; /* texts without a discreet variant that need one */
};

/* The limits of FIELD's placeholders. */
static const struct {
    const char *written;
    size_t limit;
} LIMITS[] = {{"{nama}", 12}, {"{lembaga}", 12}, {"{kab}", 10}, {"{telp}", 14},
    {"{kode}", 6}, {"{layanan}", 20}, {"{judul}", 24}, {"{hari}", 6}, {"{tgl}", 6},
    {"{jam}", 5}, {"{zona}", 4}, {"{link}", 24}};

static const char *const OPEN[] = {
    "kawin", "nikah", "mengawin", "hamil", "kekerasan", "lapor", NULL};
static const char *const CLOSE[] = {"mempelai", "pengantin", "haid", "melahirkan",
    "bersalin", "jodoh", "lamar", "{nama}", NULL};

static bool holds(const char *text, const char *const *list)
{
    for (size_t i = 0; list[i] != NULL; i++) {
        if (strcasestr(text, list[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void add(struct fixture *f, const char *where, const char *text, bool discreet)
{
    assert_true(f->n < TEXTS_MAX);
    f->texts[f->n++] = (struct found){where, text, discreet};
}

static void add_text(
    struct fixture *f, const char *where, const struct text *text, bool score)
{
    bool discreet = text->skip_discreet;

    if (text->plain == NULL) {
        return;
    }
    add(f, where, text->plain, false);
    for (size_t i = 0; i < text->variants_n; i++) {
        add(f, where, text->variants[i].text, text->variants[i].discreet);
        discreet = discreet || text->variants[i].discreet;
    }
    if (!discreet && (score || holds(text->plain, OPEN) || holds(text->plain, CLOSE))) {
        print_error("%s has no discreet variant: %s\n", where, text->plain);
        f->lacking++;
    }
}

static void add_step(struct fixture *f, const struct step *step)
{
    bool quiz = step->kind == STEP_ASK && step->ask == ASK_QUIZ;

    add_text(f, step->id, &step->text, false);
    add_text(f, step->id, &step->right, true);
    add_text(f, step->id, &step->wrong, true);
    add_text(f, step->id, &step->reminder, false);
    add_text(f, step->id, &step->done, false);
    for (size_t i = 0; i < step->answers_n; i++) {
        add_text(f, step->id, &step->answers[i].feedback, quiz);
    }
    for (size_t i = 0; i < step->items_n; i++) {
        add_text(f, step->items[i].id, &step->items[i].text, false);
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct content_files files;
    struct problems problems;
    struct err err;

    problems_init(&problems);
    assert_int_equal(content_files_read(FOLDER, &files, &err), 0);
    f->campaign = campaign_compile(&files, "", &problems);
    assert_non_null(f->campaign);
    content_files_fini(&files);
    problems_fini(&problems);
    for (int id = 0; id < REPLIES; id++) {
        add_text(f, reply_id_name((enum reply_id)id), &f->campaign->replies[id], false);
    }
    for (size_t i = 0; i < f->campaign->series_n; i++) {
        const struct series *series = &f->campaign->series[i];

        add_text(f, series->invitation_id, &series->invitation, false);
        for (size_t k = 0; k < series->steps_n; k++) {
            add_step(f, &series->steps[k]);
        }
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    campaign_free(f->campaign);
    free(f);
    return 0;
}

/* Every placeholder becomes `limit` letters, or none when empty is true. */
static void fill(const char *text, bool empty, char out[LONGEST])
{
    size_t length = 0;

    while (*text != '\0') {
        bool found = false;

        for (size_t i = 0; i < sizeof LIMITS / sizeof LIMITS[0]; i++) {
            size_t written = strlen(LIMITS[i].written);

            if (strncmp(text, LIMITS[i].written, written) == 0) {
                for (size_t k = 0; !empty && k < LIMITS[i].limit; k++) {
                    out[length++] = 'n';
                }
                text += written;
                found = true;
                break;
            }
        }
        if (!found) {
            out[length++] = *text++;
        }
        assert_true(length < LONGEST);
    }
    out[length] = '\0';
}

/* Septets of a text that is plain ASCII of the GSM alphabet; -1 when it is not. */
static int septets(const char *text)
{
    int n = 0;

    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~' || *text == '`') {
            return -1;
        }
        n += strchr("^{}\\[~]|", *text) != NULL ? 2 : 1;
    }
    return n;
}

static void every_text_is_one_part_of_gsm_7_with_placeholders_at_their_longest(
    void **state)
{
    struct fixture *f = *state;
    char longest[LONGEST];

    assert_true(f->n > 100);
    for (size_t i = 0; i < f->n; i++) {
        int n;

        fill(f->texts[i].text, false, longest);
        n = septets(longest);
        if (n < 0 || n > 160) {
            fail_msg("%s takes %d: %s", f->texts[i].where, n, f->texts[i].text);
        }
    }
}

/* Characters before the word that the needle stands in; the texts are ASCII. */
static size_t word_start(const char *text, const char *hit)
{
    while (hit > text && ((hit[-1] | 32) >= 'a' && (hit[-1] | 32) <= 'z')) {
        hit--;
    }
    return (size_t)(hit - text);
}

static void r10_no_blocked_word_starts_in_the_first_forty_characters(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->n * 2; i++) {
        const struct found *found = &f->texts[i / 2];
        char filled[LONGEST];

        fill(found->text, i % 2 == 0, filled);
        for (size_t k = 0; OPEN[k] != NULL; k++) {
            const char *hit = strcasestr(filled, OPEN[k]);

            if (hit != NULL && word_start(filled, hit) < 40) {
                fail_msg("%s shows \"%s\": %s", found->where, OPEN[k], found->text);
            }
        }
    }
    assert_false(holds(f->campaign->organisation, OPEN));
    for (size_t i = 0; i < f->campaign->events_n; i++) {
        const struct event *event = &f->campaign->events[i];

        assert_false(holds(event->title, OPEN) || holds(event->title, CLOSE));
        assert_false(event->link != NULL && holds(event->link, OPEN));
    }
}

static void r11_discreet_texts_give_nothing_away_and_none_is_missing(void **state)
{
    struct fixture *f = *state;
    size_t discreet = 0;

    for (size_t i = 0; i < f->n; i++) {
        const struct found *found = &f->texts[i];

        discreet += found->discreet;
        if (found->discreet &&
            (holds(found->text, OPEN) || holds(found->text, CLOSE))) {
            fail_msg("%s gives away: %s", found->where, found->text);
        }
    }
    assert_true(discreet > 30);
    assert_int_equal(f->lacking, 0);
}

/* Mon-Sat 07-15 for minors, nights, Friday prayer, dusk in Ambon too, Sunday morning. */
static bool is_quiet(int weekday, int minute, bool minor)
{
    return minute < 8 * 60 || minute >= 20 * 60 ||
           (minor && weekday <= 6 && minute < 15 * 60) ||
           (weekday == 5 && minute >= 690 && minute < 810) ||
           (minute >= 17 * 60 + 30 && minute < 19 * 60 + 15) ||
           (weekday == 7 && minute < 12 * 60);
}

/* The day of a step for who joined in the week of the 16th of November 2026, in Makassar,
 * from the Monday after it; and its minute. */
static int day_of(const struct step *step, int *minute)
{
    const struct zone *zone = zone_find("Asia/Makassar");
    int64_t joined, due;
    int32_t monday;

    assert_int_equal(day_parse("2026-11-23", &monday), 0);
    joined = zone_at(zone, monday - 6, 12 * 60);
    due = step_due_at(step, zone_name(zone), joined, 0);
    *minute = zone_minute(zone, due);
    return zone_day(zone, due) - monday;
}

static void r8_no_step_falls_into_quiet_hours(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->campaign->series_n; i++) {
        const struct series *series = &f->campaign->series[i];

        for (size_t k = 0; k < series->steps_n; k++) {
            const struct when *when = &series->steps[k].when;
            int minute, day = day_of(&series->steps[k], &minute);

            assert_true(when->kind == WHEN_WEEK || when->kind == WHEN_EVENT);
            assert_int_equal(when->weekday, day % 7 + 1);
            assert_false(
                is_quiet(day % 7 + 1, minute, strcmp(series->role, "champion") == 0));
        }
    }
}

static void r29_no_day_has_two_texts_and_no_week_four(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < f->campaign->series_n; i++) {
        const struct series *series = &f->campaign->series[i];
        int days[9][8] = {{0}}, weeks[9] = {0}, last = -1;

        for (size_t k = 0; k < series->steps_n; k++) {
            const struct step *step = &series->steps[k];
            int minute, day = day_of(step, &minute), week = day / 7 + 1;

            assert_in_range(week, 1, 8);
            assert_true(day > last); /* nobody is passed by for the sake of an event */
            last = day;
            assert_int_equal(++days[week][day % 7 + 1], 1);
            weeks[week] += 1 + (step->reminder_after_ms > 0);
            assert_true(weeks[week] <= 3);
        }
    }
}

/* FIELD's calendar: W5 Sun C12, W6 Sat C13, the event on Sunday 13:00-17:15, C14 then. */
static void the_webinar_lies_where_the_calendar_puts_it(void **state)
{
    static const struct {
        const char *series, *step;
        int day, minute;
    } PLACES[] = {{"champions", "C12", 4 * 7 + 6, 16 * 60 + 15},
        {"champions", "C13", 5 * 7 + 5, 16 * 60 + 15},
        {"champions", "C14", 5 * 7 + 6, 17 * 60 + 15},
        {"parents", "P7", 6 * 7 + 3, 16 * 60 + 30}};
    struct fixture *f = *state;
    const struct series *champions = campaign_series(f->campaign, "champions");
    const struct step *there = series_step(champions, "C14");

    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        const struct series *series = campaign_series(f->campaign, PLACES[i].series);
        const struct step *step = series_step(series, PLACES[i].step);
        int minute;

        assert_non_null(step);
        assert_int_equal(day_of(step, &minute), PLACES[i].day);
        assert_int_equal(minute, PLACES[i].minute);
    }
    assert_string_equal(
        step_answer(series_step(champions, "C12"), "Ikut kak!")->value, "ikut");
    assert_string_equal(step_answer(there, "HADIR 739")->value, "hadir");
    assert_null(step_answer(there, "HADIR 482")); /* the example in the text */
}

static void r12_and_r33_nothing_asks_for_details_or_promises_secrecy(void **state)
{
    static const char *const promises[] = {
        "rahasia", "anonim", "ceritakan apa", "kejadian", NULL};
    struct fixture *f = *state;

    for (size_t i = 0; i < f->n; i++) {
        if (holds(f->texts[i].text, promises)) {
            fail_msg("%s: %s", f->texts[i].where, f->texts[i].text);
        }
    }
}

static void nothing_waits_for_a_signature_and_unverified_facts_are_left_out(
    void **state)
{
    static const char *const unverified[] = {
        "pendamping", "PIP", "PKBM", "119", "112", "1500-771", NULL};
    struct fixture *f = *state;

    assert_null(campaign_unconfirmed(f->campaign));
    for (size_t i = 0; i < f->n; i++) {
        for (size_t k = 0; unverified[k] != NULL; k++) {
            if (strstr(f->texts[i].text, unverified[k]) != NULL &&
                strstr(f->texts[i].text, "08111129129") == NULL) {
                fail_msg("%s: %s", f->texts[i].where, f->texts[i].text);
            }
        }
    }
}

static void both_series_have_their_invitation_and_the_quizzes_compare(void **state)
{
    struct fixture *f = *state;
    const struct series *champions = campaign_series(f->campaign, "champions");
    const struct series *parents = campaign_series(f->campaign, "parents");
    const struct step *before = series_step(champions, "C2");
    const struct step *after = series_step(champions, "C18");

    assert_string_equal(champions->invitation_id, "C0");
    assert_string_equal(parents->invitation_id, "P0");
    assert_string_equal(parents->role, "parent");
    assert_int_equal(before->items_n, 9);
    assert_int_equal(after->items_n, 9);
    for (size_t i = 0; i < 9; i++) {
        assert_string_equal(before->items[i].id, after->items[i].id);
        assert_string_equal(before->items[i].text.plain, after->items[i].text.plain);
        assert_int_equal(before->items[i].scored, i < 8);
    }
    assert_true(item_answer(&before->items[0], "C. 19")->right);
    assert_true(item_answer(&before->items[6], "129")->right);
    assert_null(item_answer(&before->items[3], "b"));
    assert_string_equal(before->start_words[0], "mulai");
    assert_string_equal(before->later_words[0], "nanti");
    for (size_t i = 0; i < f->campaign->districts_n; i++) {
        assert_non_null(
            campaign_service(f->campaign, "puspaga", f->campaign->districts[i].key));
    }
    for (int id = 0; id < REPLIES; id++) {
        assert_non_null(f->campaign->replies[id].plain);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            every_text_is_one_part_of_gsm_7_with_placeholders_at_their_longest),
        cmocka_unit_test(r10_no_blocked_word_starts_in_the_first_forty_characters),
        cmocka_unit_test(r11_discreet_texts_give_nothing_away_and_none_is_missing),
        cmocka_unit_test(r8_no_step_falls_into_quiet_hours),
        cmocka_unit_test(r29_no_day_has_two_texts_and_no_week_four),
        cmocka_unit_test(the_webinar_lies_where_the_calendar_puts_it),
        cmocka_unit_test(r12_and_r33_nothing_asks_for_details_or_promises_secrecy),
        cmocka_unit_test(
            nothing_waits_for_a_signature_and_unverified_facts_are_left_out),
        cmocka_unit_test(both_series_have_their_invitation_and_the_quizzes_compare),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
