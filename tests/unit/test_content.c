/* What a compiled campaign answers: texts, audiences, times, services, costs, ways. */
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
#include "content/compile.h"

#define CAMPAIGN                                                                       \
    "campaign: c\ntitle: T\nlanguages: [id, bug, mak]\norganisation: Mitra\n"          \
    "wording: \"1\"\nprice: {part: 350}\n"                                             \
    "districts:\n"                                                                     \
    "  maros: {name: Maros, zone: Asia/Makassar}\n"                                    \
    "  ambon: {name: Ambon, zone: Asia/Jayapura}\n"                                    \
    "directory:\n"                                                                     \
    "  sapa: {name: SAPA, phone: 129, hours: 24 jam, owner: T, verified: "             \
    "2026-11-01}\n"                                                                    \
    "  puspaga:\n"                                                                     \
    "    - {name: P, phone: 1, hours: pagi, owner: T, verified: 2026-11-01}\n"         \
    "    - {name: M, district: Maros, phone: 2, hours: pagi, owner: T, "               \
    "verified: 2026-11-01}\n"
#define SERIES   "series: s\ntitle: T\n"
#define AT(week) "at: {week: " #week ", day: wed, time: \"16:15\"}"

static struct campaign *compile(const char *series, struct problems *problems)
{
    struct content_file list[] = {
        {"campaign.yaml", CAMPAIGN, strlen(CAMPAIGN)},
        {"s.yaml", (char *)series, strlen(series)},
    };
    struct content_files files = {list, 2};
    int32_t today;
    struct campaign *campaign;
    struct buf printed;

    assert_int_equal(day_parse("2026-11-25", &today), 0);
    problems_init(problems);
    campaign = campaign_compile_at(&files, "", today, problems);
    if (campaign == NULL) {
        buf_init(&printed, 1 << 16);
        problems_print(problems, &printed);
        fail_msg("%s", buf_text(&printed));
    }
    return campaign;
}

static void a_reader_gets_the_nearest_variant_and_never_an_open_one_instead(
    void **state)
{
    struct problems problems;
    struct campaign *campaign = compile(SERIES
        "steps:\n- id: A\n  " AT(
            1) "\n  say:\n    text: open\n    discreet: shy\n"
               "    in:\n      bug: {text: open bug, discreet: shy bug}\n      mak: "
               "open mak\n"
               "- id: B\n  " AT(2) "\n  say: {text: \"{nama}\", discreet: skip}\n"
                                   "- id: C\n  " AT(3) "\n  say: plain\n",
        &problems);
    const struct step *steps = campaign->series[0].steps;

    (void)state;
    assert_string_equal(text_choose(&steps[0].text, NULL, false), "open");
    assert_string_equal(text_choose(&steps[0].text, "en", false), "open");
    assert_string_equal(text_choose(&steps[0].text, "bug", false), "open bug");
    assert_string_equal(text_choose(&steps[0].text, "bug", true), "shy bug");
    assert_string_equal(text_choose(&steps[0].text, "mak", true), "shy");
    assert_string_equal(text_choose(&steps[0].text, NULL, true), "shy");
    assert_null(text_choose(&steps[1].text, NULL, true));
    assert_string_equal(text_choose(&steps[1].text, NULL, false), "{nama}");
    assert_string_equal(text_choose(&steps[2].text, "bug", true), "plain");
    assert_null(text_choose(&(struct text){0}, NULL, false));
    campaign_free(campaign);
    problems_fini(&problems);
}

static void an_audience_holds_whoever_is_in_all_of_its_lists(void **state)
{
    char *roles[] = {"champion", "parent"}, *districts[] = {"maros"};
    struct audience audience = {.roles = roles,
        .roles_n = 2,
        .districts = districts,
        .districts_n = 1,
        .age = AGE_ADULT};
    struct audience_person person = {.role = "parent", .district = "Maros"};

    (void)state;
    assert_true(audience_holds(&audience, &person));
    person.minor = true;
    assert_false(audience_holds(&audience, &person));
    person.minor = false;
    person.role = "teacher";
    assert_false(audience_holds(&audience, &person));
    person.role = NULL;
    assert_false(audience_holds(&audience, &person));
    person.role = "champion";
    person.district = "ambon";
    assert_false(audience_holds(&audience, &person));
    assert_true(audience_holds(&(struct audience){0}, &(struct audience_person){0}));
}

static int64_t utc(const char *text)
{
    int64_t at;

    assert_int_equal(time_parse(text, &at), 0);
    return at;
}

static void a_step_falls_due_in_its_persons_own_time(void **state)
{
    struct problems problems;
    struct campaign *campaign =
        compile(SERIES "for: {age: adult}\nsteps:\n"
                       "- {id: A, at: {days: 3, time: \"16:15\"}, say: h}\n"
                       "- {id: B, at: {date: 2026-12-01, time: \"09:00\"}, say: h}\n"
                       "- {id: C, at: {after: 31h}, say: h}\n"
                       "- {id: W, wait: {days: 2}}\n",
            &problems);
    const struct step *steps = campaign->series[0].steps;
    int64_t joined = utc("2026-11-05T23:30:00+09:00");
    int64_t sent = utc("2026-12-01T09:00:05+09:00");

    (void)state;
    assert_true(step_due_at(&steps[0], "Asia/Jayapura", joined, 0) ==
                utc("2026-11-08T16:15:00+09:00"));
    assert_true(step_due_at(&steps[0], "Asia/Jakarta", joined, 0) ==
                utc("2026-11-08T16:15:00+07:00"));
    assert_true(step_due_at(&steps[1], "Asia/Makassar", joined, 0) ==
                utc("2026-12-01T09:00:00+08:00"));
    assert_true(step_due_at(&steps[2], "Asia/Makassar", joined, sent) ==
                utc("2026-12-02T16:00:05+09:00"));
    assert_true(step_due_at(&steps[2], "Asia/Makassar", joined, 0) ==
                utc("2026-11-07T06:30:00+09:00"));
    assert_true(step_due_at(&steps[3], "Asia/Makassar", joined, sent) ==
                utc("2026-12-03T09:00:05+09:00"));
    campaign_free(campaign);
    problems_fini(&problems);
}

static void a_districts_own_service_goes_before_the_countrys(void **state)
{
    struct problems problems;
    struct campaign *campaign =
        compile(SERIES "steps:\n- {id: A, " AT(1) ", say: h}\n", &problems);

    (void)state;
    assert_string_equal(campaign_service(campaign, "puspaga", "maros")->phone, "2");
    assert_string_equal(campaign_service(campaign, "puspaga", "ambon")->phone, "1");
    assert_string_equal(campaign_service(campaign, "puspaga", NULL)->phone, "1");
    assert_string_equal(campaign_service(campaign, "sapa", "maros")->phone, "129");
    assert_null(campaign_service(campaign, "polisi", "maros"));
    campaign_free(campaign);
    problems_fini(&problems);
}

static void an_unsigned_fact_is_found_until_somebody_signs(void **state)
{
    struct problems problems;
    struct campaign *campaign =
        compile(SERIES "steps:\n- {id: A, " AT(1) ", say: h}\n- {id: B, " AT(
                    2) ", say: h, confirm: Buka Sabtu}\n",
            &problems);

    (void)state;
    assert_string_equal(campaign_unconfirmed(campaign)->id, "B");
    assert_string_equal(campaign_unconfirmed(campaign)->confirm, "Buka Sabtu");
    assert_int_equal(problems.warnings, 1);
    campaign_free(campaign);
    problems_fini(&problems);
    campaign =
        compile(SERIES "steps:\n- {id: A, " AT(
                    1) ", say: h, confirm: {what: x, by: Tim, on: 2026-11-20}}\n",
            &problems);
    assert_null(campaign_unconfirmed(campaign));
    assert_string_equal(campaign->series[0].steps[0].confirmed_by, "Tim");
    campaign_free(campaign);
    problems_fini(&problems);
}

static void a_series_costs_what_its_dearest_way_costs(void **state)
{
    struct problems problems;
    struct campaign *campaign = compile(SERIES
        "invitation: {id: I, text: h}\nsteps:\n"
        "- id: A\n  " AT(1) "\n  ask:\n    kind: poll\n    text: apa?\n"
                            "    answers: [{value: A, feedback: ya}, {value: B}]\n"
                            "    reminder: {after: 1d, text: halo}\n"
                            "  branch: [{if: {answer: {A: [A]}}, go: C}, {go: D}]\n"
                            "- {id: C, " AT(2) ", say: h, branch: [{go: end}]}\n"
                                               "- {id: D, " AT(
                                                   2) ", for: {sex: female}, say: h}\n"
                                                      "- {id: E, " AT(3) ", say: h}\n",
        &problems);
    struct series_cost cost = series_cost(campaign, &campaign->series[0]);
    struct paths *paths = paths_new(campaign, &campaign->series[0]);

    (void)state;
    assert_int_equal(problems.n, 0);
    assert_int_equal(cost.texts, 1 + 3 + 2); /* I, A with both, D and E */
    assert_int_equal(cost.parts, 6);
    assert_true(paths_follow(paths, 0, 1));
    assert_true(paths_follow(paths, 2, 3));
    assert_false(paths_follow(paths, 1, 2));
    assert_false(paths_follow(paths, 1, 3));
    paths_free(paths);
    campaign_free(campaign);
    problems_fini(&problems);
}

static void branches_keep_what_they_are_about(void **state)
{
    struct problems problems;
    struct campaign *campaign = compile(SERIES
        "steps:\n- id: A\n  " AT(
            1) "\n  ask:\n    kind: quiz\n    text: Siap?\n"
               "    later: [NANTI]\n    questions:\n"
               "    - {id: Q1, text: a?, answers: [{value: B, right: true, score: "
               "3}]}\n"
               "    - {id: Q2, text: b?, scored: false, answers: [{value: 1}]}\n"
               "  branch:\n"
               "  - {if: {score: {of: A, at_least: 2}, for: {age: minor}}, go: C}\n"
               "  - {if: {answer: {A: []}}, go: end}\n"
               "- {id: B, " AT(2) ", say: h}\n- {id: C, " AT(3) ", say: h}\n",
        &problems);
    const struct step *step = &campaign->series[0].steps[0];

    (void)state;
    assert_int_equal(step->branches_n, 2);
    assert_string_equal(step->branches[0].score_step, "A");
    assert_int_equal(step->branches[0].at_least, 2);
    assert_int_equal(step->branches[0].at_most, -1);
    assert_int_equal(step->branches[0].audience.age, AGE_MINOR);
    assert_null(step->branches[0].answer_step);
    assert_string_equal(step->branches[0].go, "C");
    assert_string_equal(step->branches[1].answer_step, "A");
    assert_int_equal(step->branches[1].answers_n, 0);
    assert_int_equal(step->items[0].answers[0].score, 3);
    assert_string_equal(step->start_words[0], "mulai");
    assert_string_equal(step->later_words[0], "nanti");
    campaign_free(campaign);
    problems_fini(&problems);
}

static void a_stored_version_is_not_asked_how_old_its_directory_is(void **state)
{
    static const char series[] = SERIES
        "steps:\n- {id: A, " AT(1) ", refer: {service: sapa, text: \"{telp}\"}}\n";
    struct content_file list[] = {
        {"campaign.yaml", CAMPAIGN, strlen(CAMPAIGN)},
        {"s.yaml", (char *)series, strlen(series)},
    };
    struct content_files files = {list, 2};
    struct problems problems;
    struct campaign *campaign;
    int32_t late;

    (void)state;
    assert_int_equal(day_parse("2028-01-01", &late), 0);
    problems_init(&problems);
    assert_null(campaign_compile_at(&files, "", late, &problems));
    assert_int_equal(problems.errors, 1);
    problems_fini(&problems);
    campaign = campaign_compile(&files, "", &problems);
    assert_non_null(campaign);
    assert_int_equal(problems.n, 0);
    campaign_free(campaign);
    problems_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_reader_gets_the_nearest_variant_and_never_an_open_one_instead),
        cmocka_unit_test(an_audience_holds_whoever_is_in_all_of_its_lists),
        cmocka_unit_test(a_step_falls_due_in_its_persons_own_time),
        cmocka_unit_test(a_districts_own_service_goes_before_the_countrys),
        cmocka_unit_test(an_unsigned_fact_is_found_until_somebody_signs),
        cmocka_unit_test(a_series_costs_what_its_dearest_way_costs),
        cmocka_unit_test(branches_keep_what_they_are_about),
        cmocka_unit_test(a_stored_version_is_not_asked_how_old_its_directory_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
