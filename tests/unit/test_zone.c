/*
 * Days, times and zones, against dates that are known; the machine's zone is never asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/zone.h"

static int64_t at(const char *text)
{
    int64_t ms;

    assert_int_equal(time_parse(text, &ms), 0);
    return ms;
}

static void known_dates_have_their_day_and_weekday(void **state)
{
    static const struct {
        int year, month, day;
        int32_t number;
        int weekday;
    } cases[] = {{1970, 1, 1, 0, 4}, {1969, 12, 31, -1, 3}, {2000, 2, 29, 11016, 2},
        {2000, 3, 1, 11017, 3}, {2026, 1, 5, 20458, 1}, {2024, 2, 29, 19782, 4},
        {2100, 3, 1, 47541, 1}, {1945, 8, 17, -8903, 5}, {2026, 12, 31, 20818, 4}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int year, month, day;

        assert_int_equal(day_from_date(cases[i].year, cases[i].month, cases[i].day),
            cases[i].number);
        assert_int_equal(day_weekday(cases[i].number), cases[i].weekday);
        day_to_date(cases[i].number, &year, &month, &day);
        assert_int_equal(year, cases[i].year);
        assert_int_equal(month, cases[i].month);
        assert_int_equal(day, cases[i].day);
    }
}

static void every_day_goes_there_and_back_and_the_week_goes_round(void **state)
{
    (void)state;
    for (int32_t number = -40000; number <= 80000; number++) {
        int year, month, day;

        day_to_date(number, &year, &month, &day);
        assert_int_equal(day_from_date(year, month, day), number);
        assert_int_equal(day_weekday(number + 1), day_weekday(number) % 7 + 1);
        assert_int_equal(day_weekday(day_monday(number)), 1);
        assert_in_range(number - day_monday(number), 0, 6);
    }
}

static void a_date_that_does_not_exist_is_none(void **state)
{
    static const char *const wrong[] = {"2026-02-29", "2026-13-01", "2026-00-10",
        "2026-04-31", "2026-1-05", "2026-01-5", "20260105", "2026-01-05x", "", "x",
        "2100-02-29", "2026/01/05", "2026-01-00", "+026-01-05", "2026-01-+5"};
    int32_t day;
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (day_parse(wrong[i], &day) == 0) {
            fail_msg("%s is taken for a date", wrong[i]);
        }
    }
    assert_int_equal(day_parse("2024-02-29", &day), 0);
    day_format(day, text);
    assert_string_equal(text, "2024-02-29");
}

static void a_time_is_read_with_its_offset(void **state)
{
    char text[32];

    (void)state;
    assert_int_equal(at("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(at("2026-01-05T16:15:00+08:00"), 1767600900000);
    assert_int_equal(at("2026-01-05 08:15:00.250Z"), 1767600900000);
    assert_int_equal(at("2026-01-04T23:45:00-08:30"), 1767600900000);
    time_format_utc(1767600900007, text);
    assert_string_equal(text, "2026-01-05T08:15:00.007Z");
    time_format_utc(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const wrong[] = {"2026-01-05T16:15:00", "2026-01-05", "",
        "2026-01-05T24:00:00Z", "2026-01-05T16:60:00Z", "2026-01-05T16:15:60Z",
        "2026-01-05T16:15:00+8:00", "2026-01-05T16:15:00+15:00",
        "2026-01-05T16:15:00+08:00x", "2026-01-05T16:15:00 Z", "2026-02-30T16:15:00Z",
        "2026-01-05x16:15:00Z", "2026-01-05T-1:15:00Z", "2026-01-05T16:15:00+08:-1"};
    int64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (time_parse(wrong[i], &ms) == 0) {
            fail_msg("%s is taken for a time", wrong[i]);
        }
    }
}

static void the_three_zones_lie_an_hour_apart(void **state)
{
    static const struct {
        const char *zone;
        const char *local;
    } cases[] = {{"Asia/Jakarta", "2026-01-05 15:15"},
        {"Asia/Makassar", "2026-01-05 16:15"}, {"Asia/Jayapura", "2026-01-05 17:15"},
        {"UTC", "2026-01-05 08:15"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct zone *zone = zone_find(cases[i].zone);

        assert_non_null(zone);
        assert_string_equal(zone_name(zone), cases[i].zone);
        time_format_local(zone, 1767600900000, text);
        assert_string_equal(text, cases[i].local);
    }
}

static void a_local_day_turns_at_local_midnight(void **state)
{
    const struct zone *makassar = zone_find("Asia/Makassar");
    int32_t day = day_from_date(2026, 1, 5);
    struct civil civil;

    (void)state;
    assert_int_equal(zone_day(makassar, at("2026-01-04T15:59:59.999Z")), day - 1);
    assert_int_equal(zone_minute(makassar, at("2026-01-04T15:59:59.999Z")), 1439);
    assert_int_equal(zone_day(makassar, at("2026-01-04T16:00:00Z")), day);
    assert_int_equal(zone_minute(makassar, at("2026-01-04T16:00:00Z")), 0);
    assert_int_equal(
        zone_at(makassar, day, 16 * 60 + 15), at("2026-01-05T16:15:00+08:00"));
    assert_int_equal(zone_at(makassar, day, 1440), zone_at(makassar, day + 1, 0));
    civil = zone_civil(makassar, at("2026-01-05T16:15:07+08:00"));
    assert_int_equal(civil.year, 2026);
    assert_int_equal(civil.month, 1);
    assert_int_equal(civil.day, 5);
    assert_int_equal(civil.hour, 16);
    assert_int_equal(civil.minute, 15);
    assert_int_equal(civil.second, 7);
    assert_int_equal(civil.weekday, 1);
}

static void times_before_the_epoch_are_reckoned_too(void **state)
{
    const struct zone *utc = zone_find("UTC");

    (void)state;
    assert_int_equal(zone_day(utc, -1), -1);
    assert_int_equal(zone_minute(utc, -1), 1439);
    assert_int_equal(zone_day(utc, -86400000), -1);
    assert_int_equal(zone_minute(utc, -86400000), 0);
}

/* Indonesia has none, but the offset's cache must not outlive its span. */
static void an_offset_that_changes_is_followed_in_both_directions(void **state)
{
    const struct zone *berlin = zone_find("Europe/Berlin");
    int64_t winter = at("2026-03-29T00:59:59Z"), summer = at("2026-03-29T01:00:00Z");

    (void)state;
    assert_int_equal(zone_minute(berlin, winter), 119);
    assert_int_equal(zone_minute(berlin, summer), 180);
    assert_int_equal(zone_minute(berlin, winter), 119);
    assert_int_equal(zone_minute(berlin, at("2026-10-25T01:00:00Z")), 120);
    assert_int_equal(zone_minute(berlin, summer), 180);
    assert_int_equal(zone_at(berlin, day_from_date(2026, 7, 1), 720),
        at("2026-07-01T12:00:00+02:00"));
    assert_int_equal(zone_at(berlin, day_from_date(2026, 1, 1), 720),
        at("2026-01-01T12:00:00+01:00"));
    /* Jakarta moved from +07:30 to +08 in 1950, and to +07 in 1964. */
    assert_int_equal(
        zone_minute(zone_find("Asia/Jakarta"), at("1960-01-01T00:00:00Z")), 450);
}

static void the_machines_zone_changes_nothing(void **state)
{
    static const char *const machines[] = {
        "UTC", "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "America/New_York"};

    (void)state;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        char text[32];

        setenv("TZ", machines[i], 1);
        time_format_local(zone_find("Asia/Makassar"), 1767600900000, text);
        assert_string_equal(text, "2026-01-05 16:15");
        assert_int_equal(at("2026-01-05T16:15:00+08:00"), 1767600900000);
    }
    unsetenv("TZ");
}

static void a_zone_that_nobody_knows_is_none(void **state)
{
    (void)state;
    assert_null(zone_find(""));
    assert_null(zone_find("Asia/Maros"));
    assert_null(zone_find("WITA"));
    assert_null(zone_find("Asia/Makassar/Asia/Makassar/Asia/Makassar/Asia/Makassar/As"
                          "ia/Makassar"));
    assert_ptr_equal(zone_find("Asia/Makassar"), zone_find("Asia/Makassar"));
}

static void a_clock_that_jumps_never_goes_back(void **state)
{
    struct clock clock;

    (void)state;
    clock_init(&clock, CLOCK_JUMP, 1000);
    assert_int_equal(clock_now(&clock), 1000);
    clock_jump(&clock, 5000);
    assert_int_equal(clock_now(&clock), 5000);
    clock_jump(&clock, 4000);
    assert_int_equal(clock_now(&clock), 5000);
}

static void a_clock_that_runs_begins_where_it_is_told(void **state)
{
    struct clock clock;
    int64_t first;

    (void)state;
    clock_init(&clock, CLOCK_RUN, 1767600900000);
    first = clock_now(&clock);
    assert_true(first >= 1767600900000);
    assert_true(clock_now(&clock) >= first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_dates_have_their_day_and_weekday),
        cmocka_unit_test(every_day_goes_there_and_back_and_the_week_goes_round),
        cmocka_unit_test(a_date_that_does_not_exist_is_none),
        cmocka_unit_test(a_time_is_read_with_its_offset),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(the_three_zones_lie_an_hour_apart),
        cmocka_unit_test(a_local_day_turns_at_local_midnight),
        cmocka_unit_test(times_before_the_epoch_are_reckoned_too),
        cmocka_unit_test(an_offset_that_changes_is_followed_in_both_directions),
        cmocka_unit_test(the_machines_zone_changes_nothing),
        cmocka_unit_test(a_zone_that_nobody_knows_is_none),
        cmocka_unit_test(a_clock_that_jumps_never_goes_back),
        cmocka_unit_test(a_clock_that_runs_begins_where_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
