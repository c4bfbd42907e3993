/* The simulator's draws, timeline, profile and handsets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "content/yaml.h"
#include "sim/draw.h"
#include "sim/handset.h"
#include "sim/profile.h"
#include "sim/timeline.h"

enum { START = 1000000 };
enum { ALL = 1u << SIM_QUEUED | 1u << SIM_DELIVERED | 1u << SIM_FAILED };

/* A profile with its handsets and timeline, and one message to one of them at a time. */
struct stage {
    struct profile *profile;
    struct handsets handsets;
    struct timeline timeline;
};

static struct profile *profile_of(const char *text)
{
    struct problems problems;
    struct profile *profile;

    problems_init(&problems);
    profile = profile_parse("p.yaml", text, strlen(text), &problems);
    if (profile == NULL) {
        fail_msg("%s", problems.list[0].text);
    }
    problems_fini(&problems);
    return profile;
}

static void stage_init(struct stage *stage, const char *profile)
{
    stage->profile = profile_of(profile);
    handsets_init(&stage->handsets, stage->profile);
    timeline_init(&stage->timeline);
}

static void stage_fini(struct stage *stage)
{
    timeline_fini(&stage->timeline);
    handsets_fini(&stage->handsets);
    profile_free(stage->profile);
}

static struct handset *accept_at(
    struct stage *stage, const char *phone, int64_t at_ms, int64_t validity_ms)
{
    struct handset *handset = handsets_get(&stage->handsets, phone);

    handset_accept(&stage->handsets, handset, &stage->timeline,
        &(struct accepted){
            .request = 1,
            .at_ms = at_ms,
            .validity_ms = validity_ms,
            .wanted = ALL,
            .text = "halo",
            .attempt = handset->accepted,
        });
    return handset;
}

static void expect_next(struct stage *stage, enum happening_kind kind, int64_t at_ms,
    enum sim_report report, const char *code)
{
    struct happening happening;

    assert_int_equal(timeline_next(&stage->timeline), at_ms);
    happening = timeline_take(&stage->timeline);
    assert_int_equal(happening.kind, kind);
    assert_int_equal(happening.report, report);
    assert_int_equal(happening.code != NULL, report != SIM_NONE);
    if (code != NULL) {
        assert_non_null(strstr(happening.code, code));
    }
}

static void expect_words(struct stage *stage, int64_t at_ms, const char *words)
{
    struct happening happening;

    assert_int_equal(timeline_next(&stage->timeline), at_ms);
    happening = timeline_take(&stage->timeline);
    assert_int_equal(happening.kind, HAPPENS_WORDS);
    assert_string_equal(happening.words, words);
}

static void expect_nothing(struct stage *stage)
{
    assert_int_equal(timeline_next(&stage->timeline), -1);
}

static void receive(
    struct stage *stage, const char *phone, int64_t at_ms, const char *text)
{
    handset_receive(&stage->handsets, handsets_get(&stage->handsets, phone),
        &stage->timeline,
        &(struct accepted){
            .request = 1,
            .at_ms = at_ms,
            .text = text,
            .step = draw_step(text),
            .attempt = handsets_get(&stage->handsets, phone)->received_n,
        });
}

static void the_same_seed_draws_the_same(void **state)
{
    (void)state;
    assert_int_equal(
        draw(7, "say", "+6281200000001", 3), draw(7, "say", "+6281200000001", 3));
    assert_int_not_equal(
        draw(7, "say", "+6281200000001", 3), draw(8, "say", "+6281200000001", 3));
    assert_int_not_equal(
        draw(7, "say", "+6281200000001", 3), draw(7, "share", "+6281200000001", 3));
    assert_int_not_equal(
        draw(7, "say", "+6281200000001", 3), draw(7, "say", "+6281200000002", 3));
    assert_int_not_equal(
        draw(7, "say", "+6281200000001", 3), draw(7, "say", "+6281200000001", 4));
}

static void a_share_happens_about_as_often_as_it_says(void **state)
{
    char phone[24];
    int happened = 0;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        snprintf(phone, sizeof phone, "+62812000%05d", i);
        happened += draw_happens(draw(1, "share", phone, 1), 0.3);
    }
    assert_in_range(happened, 2800, 3200);
    assert_true(draw_happens(UINT64_MAX, 1));
    assert_false(draw_happens(0, 0));
}

static void happenings_of_one_instant_come_in_the_order_of_phones(void **state)
{
    struct handset handsets[] = {
        {.phone = "+6281200000003"},
        {.phone = "+6281200000001"},
        {.phone = "+6281200000002"},
    };
    struct timeline timeline;

    (void)state;
    timeline_init(&timeline);
    for (size_t i = 0; i < 6; i++) {
        timeline_add(&timeline,
            &(struct happening){.at_ms = 1, .handset = &handsets[i % 3], .request = i});
    }
    for (size_t i = 0; i < 6; i++) {
        static const size_t expected[] = {1, 4, 2, 5, 0, 3};

        assert_int_equal(timeline_take(&timeline).request, expected[i]);
    }
    timeline_fini(&timeline);
}

static void happenings_come_in_the_order_of_time_then_of_adding(void **state)
{
    struct timeline timeline;
    int64_t last = -1;
    size_t last_request = 0;

    (void)state;
    timeline_init(&timeline);
    for (size_t i = 1; i <= 1000; i++) {
        timeline_add(&timeline,
            &(struct happening){.at_ms = (int64_t)(i * 7919 % 10), .request = i});
    }
    for (int i = 0; i < 1000; i++) {
        struct happening happening = timeline_take(&timeline);

        assert_true(happening.at_ms >= last);
        assert_true(happening.at_ms > last || happening.request > last_request);
        last = happening.at_ms;
        last_request = happening.request;
    }
    assert_int_equal(timeline_next(&timeline), -1);
    timeline_fini(&timeline);
}

static void without_a_profile_a_handset_receives_in_silence(void **state)
{
    struct err err;
    struct profile *profile = profile_read(NULL, &err);
    const struct behaviour *behaviour = profile->fallback;

    (void)state;
    assert_null(profile_behaviour(profile, "+6281200000001"));
    assert_int_equal(behaviour->power, POWER_ON);
    assert_int_equal(behaviour->report, REPORTS_DELIVERED);
    assert_int_equal(behaviour->replies_n, 0);
    assert_int_equal(profile->report_after_ms, 4000);
    profile_free(profile);
}

static const char people[] = "behaviours:\n"
                             "  one: {report: failed}\n"
                             "  third: {report: never}\n"
                             "  rest: {power: off}\n"
                             "handsets:\n"
                             "  - {phone: \"+6281200000004\", is: one}\n"
                             "  - {from: \"+6281200000001\", to: \"+6281200000010\",\n"
                             "     every: 3, is: third}\n"
                             "default: rest\n";

static const char *holder(struct stage *stage, const char *phone)
{
    return handsets_get(&stage->handsets, phone)->traits.hands[0]->name;
}

static void the_first_range_that_holds_a_number_counts(void **state)
{
    struct stage stage;
    static const char *const expected[] = {"rest", "third", "rest", "rest", "one",
        "rest", "rest", "third", "rest", "rest", "third", "rest"};

    (void)state;
    stage_init(&stage, people);
    for (int i = 0; i < 12; i++) {
        char phone[24];

        snprintf(phone, sizeof phone, "+62812000000%02d", i);
        assert_string_equal(holder(&stage, phone), expected[i]);
    }
    assert_string_equal(holder(&stage, "CEGAH"), "rest");
    stage_fini(&stage);
}

static void expect_problem(const char *text, int line, const char *sentence)
{
    struct problems problems;

    problems_init(&problems);
    assert_null(profile_parse("p.yaml", text, strlen(text), &problems));
    assert_true(problems.n > 0);
    assert_int_equal(problems.list[0].line, line);
    assert_non_null(strstr(problems.list[0].text, sentence));
    problems_fini(&problems);
}

static void a_wrong_profile_is_refused_with_its_line(void **state)
{
    (void)state;
    expect_problem("seed: 1\nsead: 2\n", 2, "unknown key \"sead\"");
    expect_problem("latency: 5\n", 1, "length of time");
    expect_problem("latency: [1s]\n", 1, "single value");
    expect_problem("behaviours: []\n", 1, "must be a mapping");
    expect_problem("behaviours:\n  a:\n    power: maybe\n", 3, "one of: on, off");
    expect_problem("behaviours:\n  a:\n    replies:\n    - {after: 1m}\n", 4,
        "\"say\" is missing");
    expect_problem("behaviours:\n  a:\n    replies:\n    - {say: x, share: 2}\n", 4,
        "between 0 and 1");
    expect_problem("handsets:\n- {phone: \"+6281200000001\", is: ghost}\n", 2, "ghost");
    expect_problem("handsets:\n- {is: silent}\n", 2, "must have a phone");
    expect_problem(
        "handsets:\n- {from: \"+6281200000002\", to: \"+6281200000001\", is: "
        "silent}\n",
        2, "last number must not stand before its first");
    expect_problem("handsets:\n- {from: \"+6281200000002\", is: silent}\n", 2,
        "must have a phone, or from and to");
    expect_problem("handsets:\n- {phone: \"0812\", is: silent}\n", 2,
        "number must be a + and 7 to 15 digits");
    expect_problem("default: ghost\n", 1, "ghost");
    expect_problem("- 1\n", 1, "mapping is expected");
}

static void a_missing_profile_is_a_sentence(void **state)
{
    struct err err;

    (void)state;
    assert_null(profile_read("/nonexistent/p.yaml", &err));
    assert_int_equal(err.code, ERR_REFUSED);
    assert_non_null(strstr(err.text, "/nonexistent/p.yaml"));
}

static void a_message_arrives_and_is_reported_after_its_travel(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, "report_spread: 0s\n");
    accept_at(&stage, "+6281200000001", START, 0);
    expect_next(&stage, HAPPENS_ARRIVAL, START + 4000, SIM_DELIVERED, "DELIVRD");
    expect_nothing(&stage);
    stage_fini(&stage);
}

static void a_report_that_was_not_asked_for_is_not_made(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, "report_spread: 0s\n");
    handset_accept(&stage.handsets, handsets_get(&stage.handsets, "+6281200000001"),
        &stage.timeline,
        &(struct accepted){
            .request = 1, .at_ms = START, .wanted = 1u << SIM_FAILED, .text = ""});
    expect_next(&stage, HAPPENS_ARRIVAL, START + 4000, SIM_NONE, NULL);
    handset_accept(&stage.handsets, handsets_get(&stage.handsets, "+6281200000001"),
        &stage.timeline, &(struct accepted){.request = 1, .at_ms = START, .text = ""});
    expect_next(&stage, HAPPENS_ARRIVAL, START + 4000, SIM_NONE, NULL);
    stage_fini(&stage);
}

static void the_spread_of_travel_is_in_whole_seconds(void **state)
{
    struct stage stage;
    bool seen[4] = {false};

    (void)state;
    stage_init(&stage, "report_after: 1s\nreport_spread: 3s\n");
    for (int i = 0; i < 100; i++) {
        int64_t after;

        accept_at(&stage, "+6281200000001", START, 0);
        after = timeline_next(&stage.timeline) - START - 1000;
        assert_int_equal(after % 1000, 0);
        assert_in_range(after, 0, 3000);
        seen[after / 1000] = true;
        timeline_take(&stage.timeline);
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
    stage_fini(&stage);
}

static void a_failed_report_means_that_nothing_arrives(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, "report_spread: 0s\nbehaviours: {bad: {report: failed}}\n"
                       "default: bad\n");
    accept_at(&stage, "+6281200000001", START, 0);
    expect_next(&stage, HAPPENS_REPORT, START + 4000, SIM_FAILED, "UNDELIV");
    expect_nothing(&stage);
    stage_fini(&stage);
}

static void a_phone_that_is_off_gets_its_messages_when_it_comes_on(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage,
        "report_spread: 0s\n"
        "behaviours: {away: {power: off, on_after: 10h}}\ndefault: away\n");
    accept_at(&stage, "+6281200000001", START, 0);
    expect_next(&stage, HAPPENS_REPORT, START + 4000, SIM_QUEUED, "ENROUTE");
    expect_next(
        &stage, HAPPENS_ARRIVAL, START + 36000000 + 4000, SIM_DELIVERED, "DELIVRD");
    accept_at(&stage, "+6281200000001", START + 36000001, 0);
    expect_next(
        &stage, HAPPENS_ARRIVAL, START + 36000001 + 4000, SIM_DELIVERED, "DELIVRD");
    expect_nothing(&stage);
    stage_fini(&stage);
}

static void a_message_past_its_validity_expires_or_is_never_heard_of(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, "report_spread: 0s\nbehaviours:\n"
                       "  gone: {power: off, expires: true}\n"
                       "  lost: {power: off}\n"
                       "  late: {power: off, on_after: 2h, expires: true}\n"
                       "handsets:\n"
                       "- {phone: \"+6281200000002\", is: lost}\n"
                       "- {phone: \"+6281200000003\", is: late}\n"
                       "default: gone\n");
    accept_at(&stage, "+6281200000001", START, 0);
    expect_next(&stage, HAPPENS_REPORT, START + 4000, SIM_QUEUED, NULL);
    expect_next(&stage, HAPPENS_REPORT, START + 86400000, SIM_FAILED, "EXPIRED");
    accept_at(&stage, "+6281200000002", START, 0);
    expect_next(&stage, HAPPENS_REPORT, START + 4000, SIM_QUEUED, NULL);
    expect_nothing(&stage);
    accept_at(&stage, "+6281200000003", START, 3600000);
    expect_next(&stage, HAPPENS_REPORT, START + 4000, SIM_QUEUED, NULL);
    expect_next(&stage, HAPPENS_REPORT, START + 3600000, SIM_FAILED, "EXPIRED");
    stage_fini(&stage);
}

static const char talkers[] = "behaviours:\n"
                              "  talker:\n"
                              "    stops_after: 5\n"
                              "    replies:\n"
                              "    - {when: Balas YA, say: YA, after: 3m, times: 1}\n"
                              "    - {when: balas, say: LAGI}\n"
                              "    - {when: diam, say: x, share: 0}\n"
                              "default: talker\n";

static void the_first_reply_that_fits_answers_as_often_as_it_may(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, talkers);
    receive(&stage, "+6281200000001", START, "Mau ikut? balas ya");
    expect_words(&stage, START + 180000, "YA");
    receive(&stage, "+6281200000001", START, "Balas ya");
    expect_words(&stage, START + 60000, "LAGI");
    receive(&stage, "+6281200000001", START, "diam");
    receive(&stage, "+6281200000001", START, "apa saja");
    expect_nothing(&stage);
    stage_fini(&stage);
}

static void who_says_stop_says_nothing_afterwards(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, talkers);
    for (int i = 0; i < 4; i++) {
        receive(&stage, "+6281200000001", START, "halo");
    }
    expect_nothing(&stage);
    receive(&stage, "+6281200000001", START, "balas ya");
    expect_words(&stage, START + 60000, "STOP");
    receive(&stage, "+6281200000001", START, "balas ya");
    expect_nothing(&stage);
    stage_fini(&stage);
}

static void one_of_several_words_is_drawn_and_the_same_again(void **state)
{
    static const char profile[] =
        "behaviours: {a: {replies: [{say: [A, B, C]}]}}\ndefault: a\n";
    char first[64] = "", second[64] = "";

    (void)state;
    for (int run = 0; run < 2; run++) {
        char *said = run == 0 ? first : second;
        struct stage stage;

        stage_init(&stage, profile);
        for (int i = 0; i < 30; i++) {
            receive(&stage, "+6281200000001", START, "halo");
            said[i] = timeline_take(&stage.timeline).words[0];
        }
        stage_fini(&stage);
    }
    assert_string_equal(first, second);
    assert_true(strchr(first, 'A') && strchr(first, 'B') && strchr(first, 'C'));
}

static void a_handset_is_found_again_among_many(void **state)
{
    struct stage stage;
    char phone[24];

    (void)state;
    stage_init(&stage, "seed: 1\n");
    for (int i = 0; i < 5000; i++) {
        snprintf(phone, sizeof phone, "+62812000%05d", i);
        handsets_get(&stage.handsets, phone)->accepted = (uint64_t)i;
    }
    for (int i = 0; i < 5000; i++) {
        snprintf(phone, sizeof phone, "+62812000%05d", i);
        assert_int_equal(handsets_find(&stage.handsets, phone)->accepted, i);
    }
    assert_null(handsets_find(&stage.handsets, "+6281200099999"));
    stage_fini(&stage);
}

/* The README of the folder names each key of the profile. */
static void the_readme_names_every_key_of_the_profile(void **state)
{
    FILE *file = fopen("engine/sim/README.md", "rb");
    static char readme[1 << 16];
    struct buf keys;
    char *line, *rest;
    int found = 0;

    (void)state;
    if (file == NULL) {
        fail_msg("run the test from the top folder");
    }
    readme[fread(readme, 1, sizeof readme - 1, file)] = '\0';
    fclose(file);
    buf_init(&keys, 1 << 16);
    profile_describe(&keys);
    rest = keys.data;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char quoted[40];

        if (strncmp(line, "  ", 2) == 0) {
            snprintf(
                quoted, sizeof quoted, "`%.*s`", (int)strcspn(line + 2, " "), line + 2);
            if (strstr(readme, quoted) == NULL) {
                fail_msg("engine/sim/README.md does not name %s", quoted);
            }
            found++;
        }
    }
    assert_true(found > 20);
    buf_fini(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_draws_the_same),
        cmocka_unit_test(a_share_happens_about_as_often_as_it_says),
        cmocka_unit_test(happenings_of_one_instant_come_in_the_order_of_phones),
        cmocka_unit_test(happenings_come_in_the_order_of_time_then_of_adding),
        cmocka_unit_test(without_a_profile_a_handset_receives_in_silence),
        cmocka_unit_test(the_first_range_that_holds_a_number_counts),
        cmocka_unit_test(a_wrong_profile_is_refused_with_its_line),
        cmocka_unit_test(a_missing_profile_is_a_sentence),
        cmocka_unit_test(a_message_arrives_and_is_reported_after_its_travel),
        cmocka_unit_test(a_report_that_was_not_asked_for_is_not_made),
        cmocka_unit_test(the_spread_of_travel_is_in_whole_seconds),
        cmocka_unit_test(a_failed_report_means_that_nothing_arrives),
        cmocka_unit_test(a_phone_that_is_off_gets_its_messages_when_it_comes_on),
        cmocka_unit_test(a_message_past_its_validity_expires_or_is_never_heard_of),
        cmocka_unit_test(the_first_reply_that_fits_answers_as_often_as_it_may),
        cmocka_unit_test(who_says_stop_says_nothing_afterwards),
        cmocka_unit_test(one_of_several_words_is_drawn_and_the_same_again),
        cmocka_unit_test(a_handset_is_found_again_among_many),
        cmocka_unit_test(the_readme_names_every_key_of_the_profile),
    };

    return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
