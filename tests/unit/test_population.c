/* The simulator's populations: what a phone is by chance, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/zone.h"
#include "content/yaml.h"
#include "sim/draw.h"
#include "sim/handset.h"
#include "sim/profile.h"

enum { PHONES = 1000, HAPPENINGS_MAX = 64 };
enum {
    ALL = 1u << SIM_QUEUED | 1u << SIM_SENT | 1u << SIM_DELIVERED | 1u << SIM_READ |
          1u << SIM_FAILED
};

struct stage {
    struct profile *profile;
    struct handsets handsets;
    struct timeline timeline;
};

static const char group[] = "report_spread: 0s\n"
                            "behaviours:\n"
                            "  one: {}\n"
                            "  two: {}\n"
                            "population:\n"
                            "- {from: \"+6281200000000\", to: \"+6281200000999\",\n"
                            "   personas: {one: 3, two: 1}%s}\n";

static void stage_text(struct stage *stage, const char *text)
{
    struct problems problems;

    problems_init(&problems);
    stage->profile = profile_parse("p.yaml", text, strlen(text), &problems);
    if (stage->profile == NULL) {
        fail_msg("%s", problems.list[0].text);
    }
    problems_fini(&problems);
    handsets_init(&stage->handsets, stage->profile);
    timeline_init(&stage->timeline);
}

/* keys: more of the group's, each behind a comma. */
static void stage_init(struct stage *stage, const char *keys)
{
    char text[2048];

    snprintf(text, sizeof text, group, keys);
    stage_text(stage, text);
}

static void stage_fini(struct stage *stage)
{
    timeline_fini(&stage->timeline);
    handsets_fini(&stage->handsets);
    profile_free(stage->profile);
}

static struct handset *phone(struct stage *stage, int n)
{
    char number[24];

    snprintf(number, sizeof number, "+628120000%04d", n);
    return handsets_get(&stage->handsets, number);
}

static struct accepted message(
    enum sim_channel channel, int64_t at_ms, const char *text)
{
    return (struct accepted){.request = 1,
        .channel = channel,
        .at_ms = at_ms,
        .wanted = channel == SIM_SMS ? ALL & ~(1u << SIM_SENT | 1u << SIM_READ) : ALL,
        .text = text,
        .step = draw_step(text)};
}

static int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_int_equal(time_parse(text, &ms), 0);
    return ms;
}

/* Everything that is going to happen, in order. */
static int take_all(struct stage *stage, struct happening list[HAPPENINGS_MAX])
{
    int n = 0;

    while (timeline_next(&stage->timeline) >= 0) {
        assert_true(n < HAPPENINGS_MAX);
        list[n] = timeline_take(&stage->timeline);
        free(list[n++].memory);
    }
    return n;
}

static void each_share_holds_over_a_thousand_phones(void **state)
{
    struct stage stage;
    int whatsapp = 0, night = 0, credit = 0, shared = 0, slow = 0, two = 0;

    (void)state;
    stage_init(&stage, ", whatsapp: 0.6, off_at_night: 0.3, out_of_credit: 0.1,"
                       " shared: 0.2, slow: 0.4");
    for (int i = 0; i < PHONES; i++) {
        const struct traits *traits = &phone(&stage, i)->traits;

        whatsapp += traits->has_whatsapp;
        night += traits->off_at_night;
        credit += traits->out_of_credit;
        shared += traits->hands_n == TRAIT_HANDS_MAX;
        slow += traits->slow;
        two += strcmp(traits->hands[0]->name, "two") == 0;
    }
    assert_in_range(whatsapp, 550, 650);
    assert_in_range(night, 250, 350);
    assert_in_range(credit, 70, 130);
    assert_in_range(shared, 160, 240);
    assert_in_range(slow, 350, 450);
    assert_in_range(two, 200, 300);
    stage_fini(&stage);
}

static void a_phone_is_the_same_in_every_run_and_another_by_another_seed(void **state)
{
    struct stage first, second, other;
    int differ = 0;

    (void)state;
    stage_init(&first, ", whatsapp: 0.5");
    stage_init(&second, ", whatsapp: 0.5");
    stage_init(&other, ", whatsapp: 0.5");
    other.profile->seed = 2;
    for (int i = PHONES - 1; i >= 0; i--) { /* in another order */
        phone(&second, i);
    }
    for (int i = 0; i < PHONES; i++) {
        bool has = phone(&first, i)->traits.has_whatsapp;

        assert_int_equal(has, phone(&second, i)->traits.has_whatsapp);
        differ += has != phone(&other, i)->traits.has_whatsapp;
    }
    assert_in_range(differ, 400, 600);
    stage_fini(&first);
    stage_fini(&second);
    stage_fini(&other);
}

static void who_is_named_is_in_no_population(void **state)
{
    struct stage stage;
    char text[2048];

    (void)state;
    snprintf(text, sizeof text, group, ", whatsapp: 0");
    strncat(text, "handsets: [{phone: \"+6281200000007\", is: two}]\n",
        sizeof text - strlen(text) - 1);
    stage_text(&stage, text);
    assert_true(phone(&stage, 7)->traits.has_whatsapp);
    assert_string_equal(phone(&stage, 7)->traits.hands[0]->name, "two");
    assert_false(phone(&stage, 8)->traits.has_whatsapp);
    stage_fini(&stage);
}

static void a_phone_that_is_off_at_night_gets_it_in_the_morning(void **state)
{
    struct stage stage;
    struct happening list[HAPPENINGS_MAX];
    struct accepted evening = message(SIM_SMS, at("2026-01-05T23:00:00+08:00"), "halo");
    struct accepted day = message(SIM_SMS, at("2026-01-06T16:15:00+08:00"), "halo");

    (void)state;
    stage_init(&stage, ", off_at_night: 1, zone: Asia/Makassar");
    handset_accept(&stage.handsets, phone(&stage, 1), &stage.timeline, &evening);
    assert_int_equal(take_all(&stage, list), 2);
    assert_int_equal(list[0].report, SIM_QUEUED);
    assert_int_equal(list[1].kind, HAPPENS_ARRIVAL);
    assert_true(list[1].at_ms >= at("2026-01-06T05:30:00+08:00"));
    assert_true(list[1].at_ms < at("2026-01-06T06:30:00+08:00"));
    handset_accept(&stage.handsets, phone(&stage, 1), &stage.timeline, &day);
    assert_int_equal(take_all(&stage, list), 1);
    assert_int_equal(list[0].at_ms, day.at_ms + 4000);
    stage_fini(&stage);
}

/* What becomes of one message on each of the phones: how many reports of a state. */
static int count_reports(struct stage *stage, enum sim_channel channel, int phones,
    enum sim_report state, int64_t after_ms)
{
    struct happening list[HAPPENINGS_MAX];
    int count = 0;

    for (int i = 0; i < phones; i++) {
        struct accepted halo = message(channel, 1000000, "halo");
        int n;

        handset_accept(&stage->handsets, phone(stage, i), &stage->timeline, &halo);
        n = take_all(stage, list);
        for (int k = 0; k < n; k++) {
            count += list[k].report == state && list[k].at_ms >= halo.at_ms + after_ms;
        }
    }
    return count;
}

static void reports_come_late_twice_in_the_wrong_order_or_never(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, ", reports: {never: 0.1}");
    assert_in_range(count_reports(&stage, SIM_SMS, PHONES, SIM_DELIVERED, 0), 860, 940);
    stage_fini(&stage);
    stage_init(&stage, ", reports: {doubled: 0.1}");
    assert_in_range(
        count_reports(&stage, SIM_SMS, PHONES, SIM_DELIVERED, 0), 1060, 1140);
    stage_fini(&stage);
    stage_init(&stage, ", reports: {late: 0.1}");
    assert_in_range(
        count_reports(&stage, SIM_SMS, PHONES, SIM_DELIVERED, 3600000), 60, 140);
    assert_int_equal(count_reports(&stage, SIM_SMS, PHONES, SIM_DELIVERED, 0), PHONES);
    stage_fini(&stage);
    stage_init(&stage, ", reports: {reordered: 0.1}");
    assert_in_range(
        count_reports(&stage, SIM_WHATSAPP, PHONES, SIM_SENT, 4001), 60, 140);
    stage_fini(&stage);
}

static void whatsapp_tells_what_was_read_and_sms_never_does(void **state)
{
    struct stage stage;

    (void)state;
    stage_init(&stage, ", reads: 0.5");
    assert_in_range(count_reports(&stage, SIM_WHATSAPP, PHONES, SIM_READ, 0), 440, 560);
    assert_int_equal(count_reports(&stage, SIM_SMS, PHONES, SIM_READ, 0), 0);
    stage_fini(&stage);
}

static const char talkers[] =
    "report_spread: 0s\n"
    "behaviours:\n"
    "  doubts:\n"
    "    taps: 1\n"
    "    says: [{say: \"sabtu ini acaranya kak\", after: 9d, by: whatsapp}]\n"
    "    replies:\n"
    "    - {when: kuis, say: A, after: 3m, then: B, then_after: 10m}\n"
    "    - {when: foto, say: \"[image] ini kak\"}\n"
    "population:\n"
    "- {from: \"+6281200000000\", to: \"+6281200000999\", personas: {doubts: 1}%s}\n";

static void talk(struct stage *stage, const char *keys)
{
    char text[2048];

    snprintf(text, sizeof text, talkers, keys);
    stage_text(stage, text);
}

static void who_doubts_answers_twice(void **state)
{
    struct stage stage;
    struct happening list[HAPPENINGS_MAX];
    struct accepted quiz = message(SIM_SMS, 1000000, "Kuis hari ini");

    (void)state;
    talk(&stage, "");
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &quiz);
    assert_int_equal(take_all(&stage, list), 3);
    assert_string_equal(list[0].words, "A");
    assert_int_equal(list[0].at_ms, 1000000 + 180000);
    assert_string_equal(list[1].words, "B");
    assert_int_equal(list[1].at_ms, 1000000 + 180000 + 600000);
    assert_string_equal(list[2].words, "sabtu ini acaranya kak");
    assert_int_equal(list[2].channel, SIM_WHATSAPP);
    assert_int_equal(list[2].request, 0);
    stage_fini(&stage);
}

static void without_credit_only_whatsapp_answers(void **state)
{
    struct stage stage;
    struct happening list[HAPPENINGS_MAX];
    struct accepted quiz = message(SIM_SMS, 1000000, "Kuis hari ini");

    (void)state;
    talk(&stage, ", out_of_credit: 1");
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &quiz);
    assert_int_equal(take_all(&stage, list), 1); /* by itself, on WhatsApp */
    quiz.channel = SIM_WHATSAPP;
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &quiz);
    assert_int_equal(take_all(&stage, list), 2);
    stage_fini(&stage);
}

static void a_picture_goes_by_whatsapp_only(void **state)
{
    struct stage stage;
    struct happening list[HAPPENINGS_MAX];
    struct accepted photo = message(SIM_WHATSAPP, 1000000, "Kirim foto");

    (void)state;
    talk(&stage, "");
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &photo);
    take_all(&stage, list);
    assert_string_equal(list[0].type, "image");
    assert_string_equal(list[0].words, "ini kak");
    photo.channel = SIM_SMS;
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &photo);
    assert_int_equal(take_all(&stage, list), 0);
    stage_fini(&stage);
}

static void who_taps_sends_the_choice_that_says_the_same(void **state)
{
    static const struct sim_choice choices[] = {{"C4=B", "B"}, {"C4=A", "A) 16"}};
    struct stage stage;
    struct happening list[HAPPENINGS_MAX];
    struct accepted quiz = message(SIM_WHATSAPP, 1000000, "Kuis hari ini");

    (void)state;
    talk(&stage, "");
    quiz.choices = choices;
    quiz.choices_n = 2;
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &quiz);
    assert_int_equal(take_all(&stage, list), 3);
    assert_string_equal(list[0].type, "interactive");
    assert_string_equal(list[0].choice, "C4=A");
    assert_string_equal(list[0].words, "A) 16");
    assert_string_equal(list[1].choice, "C4=B");
    quiz.is_template = true;
    handset_receive(&stage.handsets, phone(&stage, 2), &stage.timeline, &quiz);
    take_all(&stage, list);
    assert_string_equal(list[0].type, "button");
    stage_fini(&stage);
}

static void slow_people_answer_hours_later(void **state)
{
    struct stage stage;
    struct happening list[HAPPENINGS_MAX];
    struct accepted quiz = message(SIM_SMS, 1000000, "Kuis hari ini");

    (void)state;
    talk(&stage, ", slow: 1");
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &quiz);
    take_all(&stage, list);
    assert_true(list[0].at_ms >= 1000000 + 4 * 3600000);
    assert_true(list[0].at_ms < 1000000 + 12 * 3600000 + 180000);
    stage_fini(&stage);
}

static void a_shared_phone_is_in_several_hands(void **state)
{
    struct stage stage;
    int by_two = 0;

    (void)state;
    stage_init(&stage, ", shared: 1");
    for (int i = 0; i < 300; i++) {
        char text[16];
        struct accepted each;

        snprintf(text, sizeof text, "pesan %d", i);
        each = message(SIM_SMS, 1000000, text);
        by_two += handset_holder(1, phone(&stage, 3), &each) == 1;
    }
    assert_in_range(by_two, 70, 130);
    stage_fini(&stage);
}

/* The minute of the day in the population's zone. */
static int local_minute(int64_t at_ms)
{
    return zone_minute(zone_find("Asia/Makassar"), at_ms);
}

static void nobody_writes_while_her_phone_is_off(void **state)
{
    int64_t evening = at("2026-11-20T21:25:00+08:00");
    struct happening list[HAPPENINGS_MAX];
    struct stage stage;

    (void)state;
    talk(&stage, ", off_at_night: 1");
    for (int i = 0; i < 50; i++) {
        struct accepted quiz = message(SIM_SMS, evening, "Kuis hari ini");

        handset_receive(&stage.handsets, phone(&stage, i), &stage.timeline, &quiz);
        assert_int_equal(take_all(&stage, list), 3);
        assert_int_equal(list[0].at_ms, evening + 180000);
        assert_in_range(local_minute(list[1].at_ms), 5 * 60 + 30, 7 * 60);
        assert_true(list[1].at_ms < evening + 10 * 3600000LL);
    }
    stage_fini(&stage);
}

static void slow_people_answer_by_day_and_fast_while_they_talk(void **state)
{
    int64_t afternoon = at("2026-11-20T16:15:00+08:00");
    struct happening list[HAPPENINGS_MAX];
    struct stage stage;
    int mornings = 0;

    (void)state;
    talk(&stage, ", slow: 1");
    for (int i = 0; i < 200; i++) {
        struct accepted quiz = message(SIM_SMS, afternoon, "Kuis hari ini");
        int64_t first;

        handset_receive(&stage.handsets, phone(&stage, i), &stage.timeline, &quiz);
        take_all(&stage, list);
        first = list[0].at_ms;
        assert_in_range(local_minute(first), 5 * 60 + 30, 21 * 60 + 29);
        mornings += first > afternoon + 8 * 3600000LL;
        quiz = message(SIM_SMS, first + 20000, "Kuis berikut");
        handset_receive(&stage.handsets, phone(&stage, i), &stage.timeline, &quiz);
        take_all(&stage, list);
        assert_true(local_minute(first) > 21 * 60 + 25 ||
                    list[0].at_ms == first + 20000 + 180000);
    }
    assert_in_range(mornings, 100, 199);
    stage_fini(&stage);
}

static void each_hand_counts_its_own_answers(void **state)
{
    struct happening list[HAPPENINGS_MAX];
    struct stage stage;
    size_t answers = 0;

    (void)state;
    stage_text(&stage, "behaviours:\n"
                       "  one: {replies: [{say: A, times: 1}]}\n"
                       "population:\n"
                       "- {from: \"+6281200000000\", to: \"+6281200000999\",\n"
                       "   shared: 1, personas: {one: 1}}\n");
    for (int i = 0; i < 60; i++) {
        char text[16];
        struct accepted each;

        snprintf(text, sizeof text, "pesan %d", i);
        each = message(SIM_SMS, 1000000, text);
        handset_receive(&stage.handsets, phone(&stage, 3), &stage.timeline, &each);
        answers += (size_t)take_all(&stage, list);
    }
    assert_int_equal(answers, TRAIT_HANDS_MAX);
    stage_fini(&stage);
}

static void who_said_stop_writes_nothing_by_herself_either(void **state)
{
    struct happening list[HAPPENINGS_MAX];
    struct accepted first = message(SIM_SMS, 1000000, "Halo");
    struct stage stage;

    (void)state;
    stage_text(&stage, "behaviours:\n"
                       "  one: {stops_after: 1, says: [{say: halo kak}]}\n"
                       "default: one\n");
    handset_receive(&stage.handsets, phone(&stage, 1), &stage.timeline, &first);
    assert_int_equal(take_all(&stage, list), 2);
    assert_string_equal(list[0].words, "STOP");
    assert_true(handset_still_says(&list[0]));
    assert_string_equal(list[1].words, "halo kak");
    assert_false(handset_still_says(&list[1]));
    stage_fini(&stage);
}

static void the_order_over_phones_changes_nothing(void **state)
{
    struct stage first, second;
    struct happening one[HAPPENINGS_MAX], other[HAPPENINGS_MAX];
    struct accepted quiz = message(SIM_WHATSAPP, 1000000, "Kuis hari ini");
    int n;

    (void)state;
    talk(&first, ", reads: 0.5, slow: 0.5, reports: {late: 0.3, doubled: 0.3}");
    talk(&second, ", reads: 0.5, slow: 0.5, reports: {late: 0.3, doubled: 0.3}");
    for (int i = 0; i < 6; i++) {
        handset_accept(&first.handsets, phone(&first, i), &first.timeline, &quiz);
        handset_accept(
            &second.handsets, phone(&second, 5 - i), &second.timeline, &quiz);
    }
    n = take_all(&first, one);
    assert_int_equal(take_all(&second, other), n);
    for (int i = 0; i < n; i++) {
        assert_int_equal(one[i].at_ms, other[i].at_ms);
        assert_int_equal(one[i].report, other[i].report);
        assert_string_equal(one[i].handset->phone, other[i].handset->phone);
    }
    stage_fini(&first);
    stage_fini(&second);
}

static void expect_problem(const char *keys, const char *sentence)
{
    char text[2048];
    struct problems problems;

    snprintf(text, sizeof text, "behaviours: {one: {}}\npopulation:\n- {%s}\n", keys);
    problems_init(&problems);
    assert_null(profile_parse("p.yaml", text, strlen(text), &problems));
    if (strstr(problems.list[0].text, sentence) == NULL) {
        fail_msg("%s: %s", keys, problems.list[0].text);
    }
    problems_fini(&problems);
}

static void a_broken_population_is_told_where_and_why(void **state)
{
    static const char range[] = "from: \"+6281200000000\", to: \"+6281200000999\"";
    char keys[256];

    (void)state;
    expect_problem(range, "must have personas");
    snprintf(keys, sizeof keys, "%s, personas: {ghost: 1}", range);
    expect_problem(keys, "no behaviour is called \"ghost\"");
    snprintf(keys, sizeof keys, "%s, personas: {one: viele}", range);
    expect_problem(keys, "whole number");
    snprintf(keys, sizeof keys, "%s, personas: {one: 0}", range);
    expect_problem(keys, "above 0");
    snprintf(keys, sizeof keys, "%s, personas: {one: 1}, slow: 2", range);
    expect_problem(keys, "between 0 and 1");
    snprintf(keys, sizeof keys, "%s, personas: {one: 1}, off: 25:00", range);
    expect_problem(keys, "must be times");
    snprintf(keys, sizeof keys, "%s, personas: {one: 1}, zone: Asia/Nowhere", range);
    expect_problem(keys, "unknown time zone");
    snprintf(keys, sizeof keys, "%s, personas: {one: 1}, reports: {lost: 1}", range);
    expect_problem(keys, "unknown key \"lost\"");
    expect_problem(
        "from: \"+6281200000009\", to: \"+6281200000001\", personas: {one: 1}",
        "a first number and a last one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_share_holds_over_a_thousand_phones),
        cmocka_unit_test(a_phone_is_the_same_in_every_run_and_another_by_another_seed),
        cmocka_unit_test(who_is_named_is_in_no_population),
        cmocka_unit_test(a_phone_that_is_off_at_night_gets_it_in_the_morning),
        cmocka_unit_test(reports_come_late_twice_in_the_wrong_order_or_never),
        cmocka_unit_test(whatsapp_tells_what_was_read_and_sms_never_does),
        cmocka_unit_test(who_doubts_answers_twice),
        cmocka_unit_test(without_credit_only_whatsapp_answers),
        cmocka_unit_test(a_picture_goes_by_whatsapp_only),
        cmocka_unit_test(who_taps_sends_the_choice_that_says_the_same),
        cmocka_unit_test(slow_people_answer_hours_later),
        cmocka_unit_test(a_shared_phone_is_in_several_hands),
        cmocka_unit_test(nobody_writes_while_her_phone_is_off),
        cmocka_unit_test(slow_people_answer_by_day_and_fast_while_they_talk),
        cmocka_unit_test(each_hand_counts_its_own_answers),
        cmocka_unit_test(who_said_stop_writes_nothing_by_herself_either),
        cmocka_unit_test(the_order_over_phones_changes_nothing),
        cmocka_unit_test(a_broken_population_is_told_where_and_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
