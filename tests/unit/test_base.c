/*
 * base: buffers with a maximum, forms and escapes, options, durations, masking, words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unicode/utf8.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/http.h"
#include "base/http_date.h"
#include "base/id.h"
#include "base/log.h"
#include "base/option.h"
#include "base/outcome.h"
#include "base/url.h"

static void a_buffer_takes_what_fits_and_remembers_what_did_not(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 8);
    assert_string_equal(buf_text(&buf), "");
    assert_int_equal(buf_add_text(&buf, "1234"), 0);
    assert_int_equal(buf_add_text(&buf, "56789"), -1);
    assert_true(buf.overflowed);
    assert_string_equal(buf_text(&buf), "1234");
    assert_int_equal(buf_add_format(&buf, "%d", 5678), 0);
    assert_string_equal(buf_text(&buf), "12345678");
    assert_int_equal(buf_add_char(&buf, '9'), -1);
    assert_int_equal(buf.length, 8);
    buf_clear(&buf);
    assert_false(buf.overflowed);
    assert_int_equal(buf_add(&buf, "a\0b", 3), 0);
    assert_memory_equal(buf_text(&buf), "a\0b", 4);
    buf_fini(&buf);
}

static void a_buffers_text_may_be_taken(void **state)
{
    struct buf buf;
    char *text;

    (void)state;
    buf_init(&buf, 1000);
    text = buf_take(&buf);
    assert_string_equal(text, "");
    free(text);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(buf_add_char(&buf, 'x'), 0);
    }
    text = buf_take(&buf);
    assert_int_equal(strlen(text), 1000);
    free(text);
    assert_int_equal(buf.length, 0);
    assert_int_equal(buf_add_text(&buf, "again"), 0);
    assert_string_equal(buf_text(&buf), "again");
    buf_fini(&buf);
}

static void all_but_plain_characters_are_escaped(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 200);
    assert_int_equal(url_escape(&buf, "aZ09-._~ +&=%/?é\n"), 0);
    assert_string_equal(buf_text(&buf), "aZ09-._~%20%2B%26%3D%25%2F%3F%C3%A9%0A");
    buf_fini(&buf);
    buf_init(&buf, 4);
    assert_int_equal(url_escape(&buf, "  "), -1);
    assert_true(buf.overflowed);
    buf_fini(&buf);
}

static void an_origin_ends_where_what_is_sent_begins(void **state)
{
    (void)state;
    assert_int_equal(url_origin("http://127.0.0.1:80/a?b"), 19);
    assert_int_equal(url_origin("https://[::1]:80?b"), 16);
    assert_int_equal(url_origin("http://example.org"), 18);
    assert_int_equal(url_origin("http://example.org/a#b"), 0);
    assert_int_equal(url_origin("/a?to=http://x/"), 0);
    assert_int_equal(url_origin(""), 0);
}

static void parameters_are_joined_by_what_stands_before(void **state)
{
    struct buf buf;

    (void)state;
    buf_init(&buf, 200);
    url_add_parameter(&buf, "a", "1");
    url_add_parameter(&buf, "b c", "2&3");
    assert_string_equal(buf_text(&buf), "a=1&b%20c=2%263");
    buf_clear(&buf);
    buf_add_text(&buf, "http://x/y?");
    url_add_parameter(&buf, "to", "+62");
    url_add_parameter(&buf, "text", "");
    assert_string_equal(buf_text(&buf), "http://x/y?to=%2B62&text=");
    buf_fini(&buf);
}

static void a_form_is_decoded(void **state)
{
    static const char text[] = "a=1+2&b=%2B62%20x&&c&d=&a=9&e%3D=f%26g=h";
    struct form form;

    (void)state;
    assert_int_equal(form_parse(&form, text, strlen(text)), 0);
    assert_int_equal(form.n, 6);
    assert_string_equal(form_find(&form, "a"), "1 2"); /* the first of that name */
    assert_string_equal(form_find(&form, "b"), "+62 x");
    assert_string_equal(form_find(&form, "c"), "");
    assert_string_equal(form_find(&form, "d"), "");
    assert_string_equal(form_find(&form, "e="), "f&g=h");
    assert_null(form_find(&form, "f"));
    form_fini(&form);
    assert_int_equal(form_parse(&form, "", 0), 0);
    assert_int_equal(form.n, 0);
    form_fini(&form);
    assert_int_equal(form_parse(&form, "a=12345", 3), 0); /* by length, not by NUL */
    assert_string_equal(form_find(&form, "a"), "1");
    form_fini(&form);
}

static void a_broken_form_is_refused(void **state)
{
    static const char *const broken[] = {
        "a=%", "a=%4", "a=%zz", "a=%4g", "%=1", "a=%00", "a=b&c=%2"};
    struct form form;
    char many[FORM_FIELDS_MAX * 4 + 8] = "";

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        if (form_parse(&form, broken[i], strlen(broken[i])) == 0) {
            fail_msg("%s was taken", broken[i]);
        }
        form_fini(&form);
    }
    assert_int_equal(form_parse(&form, "a=\0b", 4), -1);
    form_fini(&form);
    for (int i = 0; i < FORM_FIELDS_MAX; i++) {
        memcpy(many + i * 4, "a=1&", 5);
    }
    assert_int_equal(form_parse(&form, many, strlen(many)), 0);
    form_fini(&form);
    memcpy(many + FORM_FIELDS_MAX * 4, "a=1", 4);
    assert_int_equal(form_parse(&form, many, strlen(many)), -1);
    form_fini(&form);
}

struct owner {
    char *text, *url;
    int64_t count, wait;
    double rate;
    double part;
    int64_t price;
    bool on;
    int choice;
    struct option_list list;
};

static const char *const choices[] = {"resend", "leave", NULL};
static const struct option_row rows[] = {
    {.key = "text", .type = OPTION_TEXT, .offset = offsetof(struct owner, text)},
    {.key = "url", .type = OPTION_URL, .offset = offsetof(struct owner, url)},
    {.key = "count",
        .type = OPTION_INT,
        .offset = offsetof(struct owner, count),
        .fallback = "16",
        .min = 1,
        .max = 1024},
    {.key = "wait",
        .type = OPTION_DURATION,
        .offset = offsetof(struct owner, wait),
        .fallback = "24h",
        .min = 1000,
        .max = 2 * 86400000LL},
    {.key = "rate",
        .type = OPTION_RATE,
        .offset = offsetof(struct owner, rate),
        .fallback = "none"},
    {.key = "part", .type = OPTION_SHARE, .offset = offsetof(struct owner, part)},
    {.key = "price", .type = OPTION_MONEY, .offset = offsetof(struct owner, price)},
    {.key = "on", .type = OPTION_BOOL, .offset = offsetof(struct owner, on)},
    {.key = "unsure",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct owner, choice),
        .choices = choices},
    {.key = "list", .type = OPTION_LIST, .offset = offsetof(struct owner, list)},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static int set(struct owner *owner, const char *key, const char *text)
{
    struct err err = {0};
    int result = option_set(option_find(rows, ROWS, key), owner, text, &err);

    if (result != 0) {
        assert_int_equal(err.code, ERR_REFUSED);
        assert_non_null(strstr(err.text, key)); /* whoever reads it knows which key */
    }
    return result;
}

static void an_option_is_read_by_its_row(void **state)
{
    struct owner owner = {0};

    (void)state;
    option_defaults(rows, ROWS, &owner);
    assert_int_equal(owner.count, 16);
    assert_int_equal(owner.wait, 86400000);
    assert_null(owner.text);
    assert_int_equal(set(&owner, "text", "first"), 0);
    assert_int_equal(set(&owner, "text", "second"), 0);
    assert_string_equal(owner.text, "second");
    assert_int_equal(set(&owner, "url", "http://localhost:13013//"), 0);
    assert_string_equal(owner.url, "http://localhost:13013");
    assert_int_equal(set(&owner, "rate", "600/m"), 0);
    assert_true(owner.rate > 9.999 && owner.rate < 10.001);
    assert_int_equal(set(&owner, "rate", "none"), 0);
    assert_true(owner.rate == 0);
    assert_int_equal(set(&owner, "part", "0.25"), 0);
    assert_true(owner.part > 0.249 && owner.part < 0.251);
    assert_int_equal(set(&owner, "price", "350"), 0);
    assert_int_equal(owner.price, 350000000);
    assert_int_equal(set(&owner, "price", "0.0411"), 0);
    assert_int_equal(owner.price, 41100);
    assert_int_equal(set(&owner, "on", "true"), 0);
    assert_true(owner.on);
    assert_int_equal(set(&owner, "unsure", "leave"), 0);
    assert_int_equal(owner.choice, 1);
    assert_int_equal(set(&owner, "list", "a"), 0);
    assert_int_equal(set(&owner, "list", "b"), 0);
    assert_int_equal(owner.list.n, 2);
    assert_string_equal(owner.list.items[1], "b");
    option_fini(rows, ROWS, &owner);
    assert_int_equal(owner.list.n, 0);
    assert_null(owner.text);
}

static void a_wrong_value_is_refused_and_changes_nothing(void **state)
{
    static const struct {
        const char *key, *text;
    } wrong[] = {{"url", "localhost:13013"}, {"url", "ftp://x"}, {"url", "http://"},
        {"url", "http://a b"}, {"count", "0"}, {"count", "1025"}, {"count", "12x"},
        {"count", ""}, {"count", "99999999999999999999"}, {"wait", "999ms"},
        {"wait", "3d"}, {"wait", "5"}, {"wait", "-5s"}, {"wait", "5 s"}, {"rate", "10"},
        {"rate", "0/s"}, {"rate", "-1/s"}, {"rate", "/s"}, {"rate", "10/d"},
        {"rate", "nan/s"}, {"rate", "inf/s"}, {"part", "1.01"}, {"part", "-0.1"},
        {"part", "0.5x"}, {"part", "nan"}, {"part", ""}, {"price", "-1"},
        {"price", "3,5"}, {"price", "1."}, {"price", "0.0000001"}, {"price", "1e3"},
        {"on", "yes"}, {"on", ""}, {"unsure", "maybe"}};
    struct owner owner = {0};

    (void)state;
    option_defaults(rows, ROWS, &owner);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (set(&owner, wrong[i].key, wrong[i].text) == 0) {
            fail_msg("%s: \"%s\" was taken", wrong[i].key, wrong[i].text);
        }
    }
    assert_int_equal(owner.count, 16);
    assert_int_equal(owner.wait, 86400000);
    assert_null(owner.url);
    option_fini(rows, ROWS, &owner);
}

static void a_mistyped_key_finds_its_neighbour(void **state)
{
    (void)state;
    assert_string_equal(option_nearest(rows, ROWS, "cuont"), "count");
    assert_string_equal(option_nearest(rows, ROWS, "unsur"), "unsure");
    assert_null(option_nearest(rows, ROWS, "password"));
    assert_null(option_find(rows, ROWS, "Text"));
}

static void a_length_of_time_has_a_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } right[] = {{"500ms", 500}, {"5s", 5000}, {"15m", 900000}, {"2h", 7200000},
        {"3d", 259200000}, {"0s", 0}};
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_int_equal(duration_parse(right[i].text, &ms), 0);
        assert_int_equal(ms, right[i].ms);
    }
    assert_int_equal(duration_parse("5", &ms), -1);
    assert_int_equal(duration_parse("s", &ms), -1);
    assert_int_equal(duration_parse("5w", &ms), -1);
    assert_int_equal(duration_parse("99999999999d", &ms), -1);
}

static void edits_between_words_are_counted(void **state)
{
    char longest[80];

    (void)state;
    assert_int_equal(word_distance("stop", "stop"), 0);
    assert_int_equal(word_distance("stop", "sotp"), 1); /* neighbours swapped */
    assert_int_equal(word_distance("stop", "sto"), 1);
    assert_int_equal(word_distance("stop", "stoop"), 1);
    assert_int_equal(word_distance("stop", "step"), 1);
    assert_int_equal(word_distance("", "stop"), 4);
    assert_int_equal(word_distance("kitten", "sitting"), 3);
    memset(longest, 'a', sizeof longest);
    longest[65] = '\0';
    assert_int_equal(word_distance(longest, "a"), 99);
    longest[64] = '\0';
    assert_int_equal(word_distance(longest, "a"), 63);
}

static void the_log_masks_every_phone_number(void **state)
{
    static const struct {
        const char *text, *masked;
    } cases[] = {
        {"to=+6281200001234", "to=+…34"},
        {"to=081200001234 x", "to=…34 x"},
        {"0812-0000-1234", "…34"},
        {"0812.0000.1234", "…34"},
        {"id=123456 n=7", "id=123456 n=7"},
        {"1234567", "…67"},
        {"a=12-b", "a=12-b"},
        {"two 081200001234,081200005678", "two …34,…78"},
        {"", ""},
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(log_mask(cases[i].text, out, sizeof out), cases[i].masked);
    }
}

static void a_number_that_is_cut_off_by_the_lines_end_is_masked_too(void **state)
{
    char out[12];

    (void)state;
    for (size_t size = 1; size <= sizeof out; size++) {
        memset(out, '#', sizeof out);
        log_mask("no=081200001234", out, size);
        assert_true(strlen(out) < size);
        assert_null(strstr(out, "08"));
    }
}

static void methods_and_states_have_one_word_each(void **state)
{
    enum http_method method;
    enum message_state parsed;

    (void)state;
    for (int i = 0; i < HTTP_METHODS; i++) {
        assert_int_equal(
            http_method_parse(http_method_name((enum http_method)i), &method), 0);
        assert_int_equal(method, i);
    }
    assert_int_equal(http_method_parse("get", &method), -1);
    assert_int_equal(http_method_parse("BREW", &method), -1);
    for (int i = 0; i < MESSAGE_STATES; i++) {
        assert_int_equal(
            message_state_parse(message_state_name((enum message_state)i), &parsed), 0);
        assert_int_equal(parsed, i);
    }
    assert_int_equal(message_state_parse("lost", &parsed), -1);
}

static void a_request_has_room_for_so_many_headers(void **state)
{
    struct http_request request;

    (void)state;
    http_request_init(&request);
    for (int i = 0; i < HTTP_HEADERS_MAX; i++) {
        assert_int_equal(http_request_header(&request, "Accept", "text/plain"), 0);
    }
    assert_string_equal(request.headers[0], "Accept: text/plain");
    assert_int_equal(http_request_header(&request, "Accept", "text/plain"), -1);
    http_request_fini(&request);
}

static void random_words_are_of_their_alphabet_and_differ(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char one[33], other[33];

    (void)state;
    id_random(one, 32);
    id_random(other, 32);
    assert_int_equal(strlen(one), 32);
    assert_int_equal(strspn(one, alphabet), 32);
    assert_string_not_equal(one, other);
}

static void an_errors_sentence_is_cut_and_prefixed(void **state)
{
    struct err err = {0};
    char longest[4096];

    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(err_set(&err, ERR_UNABLE, "no %s", "way"), -1);
    assert_int_equal(err_prefix(&err, "row %d", 3), -1);
    assert_string_equal(err.text, "row 3: no way");
    assert_int_equal(err.code, ERR_UNABLE);
    assert_int_equal(err_set(&err, ERR_REFUSED, "%s", longest), -1);
    assert_true(strlen(err.text) < sizeof err.text);
    assert_int_equal(err_prefix(&err, "row %d", 4), -1);
    assert_memory_equal(err.text, "row 4: x", 8);
    assert_int_equal(err_set(NULL, ERR_REFUSED, "x"), -1);
}

static bool is_utf8(const char *text)
{
    int32_t length = (int32_t)strlen(text), at = 0;
    UChar32 character = 0;

    while (at < length && character >= 0) {
        U8_NEXT((const uint8_t *)text, at, length, character);
    }
    return character >= 0;
}

static void a_sentence_is_cut_between_two_characters(void **state)
{
    struct err err = {0};
    char longest[4096] = "";

    (void)state;
    /* Every place within a character of two, three and four bytes meets the end. */
    for (int pad = 0; pad < 13; pad++) {
        memset(longest, 'x', (size_t)pad);
        longest[pad] = '\0';
        while (strlen(longest) + 16 < sizeof longest) {
            strncat(longest, "é…👧 .", 16);
        }
        err_set(&err, ERR_REFUSED, "%s", longest);
        assert_true(is_utf8(err.text));
        assert_true(strlen(err.text) > sizeof err.text - 6);
        err_prefix(&err, "é");
        assert_true(is_utf8(err.text));
    }
    err_set(&err, ERR_REFUSED, "%s", "one that fits ends as it is: é");
    assert_string_equal(err.text, "one that fits ends as it is: é");
}

static void an_http_date_is_read_in_its_one_form(void **state)
{
    static const char *const wrong[] = {"", "120", "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 WITA", "Sun, 31 Feb 2026 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nop 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 anF 1994 08:49:37 GMT"};
    int64_t ms = 7;

    (void)state;
    assert_int_equal(http_date_parse("Sun, 06 Nov 1994 08:49:37 GMT", &ms), 0);
    assert_int_equal(ms, 784111777000);
    assert_int_equal(http_date_parse("Thu, 29 Feb 2024 23:59:59 GMT", &ms), 0);
    assert_int_equal(ms, 1709251199000);
    assert_int_equal(http_date_parse(NULL, &ms), -1);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (http_date_parse(wrong[i], &ms) == 0) {
            fail_msg("%s", wrong[i]);
        }
    }
    assert_int_equal(ms, 1709251199000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_takes_what_fits_and_remembers_what_did_not),
        cmocka_unit_test(a_buffers_text_may_be_taken),
        cmocka_unit_test(an_http_date_is_read_in_its_one_form),
        cmocka_unit_test(all_but_plain_characters_are_escaped),
        cmocka_unit_test(an_origin_ends_where_what_is_sent_begins),
        cmocka_unit_test(parameters_are_joined_by_what_stands_before),
        cmocka_unit_test(a_form_is_decoded),
        cmocka_unit_test(a_broken_form_is_refused),
        cmocka_unit_test(an_option_is_read_by_its_row),
        cmocka_unit_test(a_wrong_value_is_refused_and_changes_nothing),
        cmocka_unit_test(a_mistyped_key_finds_its_neighbour),
        cmocka_unit_test(a_length_of_time_has_a_unit),
        cmocka_unit_test(edits_between_words_are_counted),
        cmocka_unit_test(the_log_masks_every_phone_number),
        cmocka_unit_test(a_number_that_is_cut_off_by_the_lines_end_is_masked_too),
        cmocka_unit_test(methods_and_states_have_one_word_each),
        cmocka_unit_test(a_request_has_room_for_so_many_headers),
        cmocka_unit_test(random_words_are_of_their_alphabet_and_differ),
        cmocka_unit_test(an_errors_sentence_is_cut_and_prefixed),
        cmocka_unit_test(a_sentence_is_cut_between_two_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
