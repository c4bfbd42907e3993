/*
 * A gateway that stops itself, and what its messages cost.
 */
#include "two_routes.h"

enum { SMS_PRICE = 350000000, MARKETING = 600000000, UTILITY = 300000000 };

static int end(void **state)
{
    house_end(*state);
    return 0;
}

static int begin(void **state)
{
    *state = house_begin(GATEWAY_WA GATEWAY_SMS, "");
    return 0;
}

static struct gateway *sms(struct house *house)
{
    return send_gateway(house->send, "sms");
}

/* So many attempts end without an answer of use, and so far apart. */
static void stay_silent(struct house *house, int n, int64_t gap_ms)
{
    struct adapter_result result = {.class = FAILURE_TRANSIENT, .code = "not_sent"};

    for (int i = 0; i < n; i++) {
        gateway_note(house->send, sms(house), i % 2 == 0 ? &result : NULL, true);
        if (i + 1 < n) {
            house_pass(house, gap_ms);
        }
    }
}

static void answer(struct house *house, enum failure_class class, const char *code)
{
    struct adapter_result result = {.accepted = class == FAILURE_NONE, .class = class};

    snprintf(result.code, sizeof result.code, "%s", code);
    snprintf(result.text, sizeof result.text, "words of %s", code);
    gateway_note(house->send, sms(house), &result, false);
}

static void five_silences_over_half_a_minute_pause_a_gateway(void **state)
{
    struct house *house = *state;

    stay_silent(house, 5, 30000 / 4);
    assert_true(sms(house)->paused);
    assert_string_equal(sms(house)->reason, "it does not answer");
    assert_int_equal(sms(house)->probe_at, house_now(house) + 30000);
}

static void silence_that_is_short_or_seldom_does_not(void **state)
{
    struct house *house = *state;

    stay_silent(house, 50, 500); /* a burst of cuts, 25 seconds long */
    assert_false(sms(house)->paused);
    answer(house, FAILURE_NONE, "202");
    stay_silent(house, 4, MINUTE);
    answer(house, FAILURE_INVALID_NUMBER, "403"); /* it answers */
    stay_silent(house, 4, MINUTE);
    assert_false(sms(house)->paused);
}

static void a_silent_gateway_is_tried_ever_later_up_to_an_hour(void **state)
{
    struct house *house = *state;
    int64_t gap = 30000;

    stay_silent(house, 5, MINUTE);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(sms(house)->probe_at, house_now(house) + gap);
        assert_int_equal(gateway_room(sms(house), house_now(house) + gap - 1), 0);
        house_pass(house, gap);
        assert_int_equal(gateway_room(sms(house), house_now(house)), 1);
        stay_silent(house, 1, 0);
        gap = gap * 2 < HOUR ? gap * 2 : HOUR;
    }
}

static void any_answer_ends_a_silent_gateways_pause(void **state)
{
    static const enum failure_class classes[] = {
        FAILURE_NONE, FAILURE_TRANSIENT, FAILURE_THROTTLED, FAILURE_INVALID_NUMBER};
    struct house *house = *state;

    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        stay_silent(house, 5, MINUTE);
        assert_true(sms(house)->paused);
        answer(house, classes[i], "1");
        assert_false(sms(house)->paused);
    }
}

static void only_an_answer_about_the_message_ends_an_accounts_pause(void **state)
{
    struct house *house = *state;

    answer(house, FAILURE_ACCOUNT, "190");
    answer(house, FAILURE_TRANSIENT, "131016");
    stay_silent(house, 1, 0);
    assert_true(sms(house)->paused);
    assert_string_equal(
        sms(house)->reason, "the token is wrong or has expired: words of 190");
    answer(house, FAILURE_INVALID_NUMBER, "131026");
    assert_false(sms(house)->paused);
}

static void a_silent_gateway_that_then_refuses_the_account_says_that(void **state)
{
    struct house *house = *state;

    stay_silent(house, 5, MINUTE);
    answer(house, FAILURE_ACCOUNT, "131042");
    assert_string_equal(sms(house)->reason,
        "the balance is empty, or a payment has failed: words of 131042");
    assert_int_equal(sms(house)->probe_at, house_now(house) + 5 * MINUTE);
}

static void a_pause_is_known_for_what_it_is_after_a_restart(void **state)
{
    struct house *house = *state;
    struct gateway again = {0};
    int64_t probe_at;

    stay_silent(house, 5, MINUTE);
    assert_true(gateway_pause_find(house->rows->db, "sms", again.reason, &probe_at));
    gateway_take_pause(&again, monday);
    assert_true(again.paused && again.is_silent);
    assert_int_equal(again.probe_at, monday);
}

static void a_later_throttle_is_not_shortened_by_an_earlier_one(void **state)
{
    struct house *house = *state;
    int64_t now = house_now(house);

    gateway_throttle(sms(house), now + 2 * MINUTE);
    gateway_throttle(sms(house), now + MINUTE);
    assert_int_equal(gateway_room(sms(house), now + 2 * MINUTE - 1), 0);
    assert_true(gateway_room(sms(house), now + 2 * MINUTE) > 0);
}

static void charged(struct house *house, const char *gateway, int64_t cost)
{
    assert_int_equal(house_counted(house, gateway, "cost"), cost);
}

static struct message sms_queued(struct house *house)
{
    house->form.template_name = NULL; /* no window, no template: by SMS */
    return house_queued(house);
}

static void an_sms_is_charged_by_the_part_when_it_is_taken(void **state)
{
    struct house *house = *state;
    struct message message = sms_queued(house);
    struct attempt_charge charge;

    stmt_run(db_stmt(house->rows->db, "UPDATE message SET parts=3"));
    house_claim(house, message.id);
    charged(house, "sms", 0);
    house_answer(house, message.id, "g", FAILURE_NONE, "202");
    charged(house, "sms", 3LL * SMS_PRICE);
    house_report(house, message.id, 1, "sms", REPORT_DELIVERED, FAILURE_NONE, "1");
    charged(house, "sms", 3LL * SMS_PRICE);
    assert_true(attempt_charge_find(house->rows->db, message.id, 1, &charge));
    assert_true(charge.is_known && charge.cost == 3LL * SMS_PRICE);
}

static void an_sms_that_is_refused_costs_nothing(void **state)
{
    struct house *house = *state;
    struct message message = sms_queued(house);

    house_claim(house, message.id);
    house_answer(house, message.id, "", FAILURE_BLOCKED, "403");
    charged(house, "sms", 0);
}

static void a_report_that_overtakes_the_answer_charges_once(void **state)
{
    struct house *house = *state;
    struct message claimed, message = sms_queued(house);
    struct adapter_result result = {.accepted = true};

    claimed = house_claim(house, message.id);
    house_report(house, message.id, 1, "sms", REPORT_DELIVERED, FAILURE_NONE, "1");
    charged(house, "sms", SMS_PRICE);
    settle_attempt(house->send, sms(house), &claimed, &result, true);
    charged(house, "sms", SMS_PRICE);
}

static void an_unsure_sms_is_charged_when_a_report_proves_it_taken(void **state)
{
    struct house *house = *state;
    struct adapter_result cut = {.class = FAILURE_AMBIGUOUS, .code = "cut"};
    struct message claimed, message = sms_queued(house);

    claimed = house_claim(house, message.id);
    settle_attempt(house->send, sms(house), &claimed, &cut, false);
    charged(house, "sms", 0);
    house_report(house, message.id, 1, "sms", REPORT_SENT, FAILURE_NONE, "8");
    house_report(house, message.id, 1, "sms", REPORT_DELIVERED, FAILURE_NONE, "1");
    charged(house, "sms", SMS_PRICE);
}

static void priced(struct house *house, int64_t id, enum report_state state,
    const char *category, int billable)
{
    struct adapter_event event = {
        .state = state, .category = category, .billable = billable};

    house_report_full(house, id, 1, "wa", &event);
}

/* A message of its own, accepted by the gateway with a window. */
static int64_t wa_sent(struct house *house)
{
    return house_sent(house, house_queued(house).id).id;
}

static void whatsapp_is_charged_by_category_when_it_arrives(void **state)
{
    struct house *house = *state;
    int64_t id = wa_sent(house);

    priced(house, id, REPORT_SENT, "utility", 1);
    charged(house, "wa", 0);
    priced(house, id, REPORT_DELIVERED, "", -1);
    charged(house, "wa", UTILITY);
    priced(house, id, REPORT_READ, "utility", 1);
    charged(house, "wa", UTILITY);
}

static void the_price_may_come_with_any_report_in_any_order(void **state)
{
    struct house *house = *state;
    int64_t id = wa_sent(house), other = wa_sent(house);

    priced(house, id, REPORT_READ, "", -1);
    priced(house, id, REPORT_DELIVERED, "", -1);
    charged(house, "wa", 0);
    priced(house, id, REPORT_SENT, "marketing", 1); /* the last of all */
    charged(house, "wa", MARKETING);
    priced(house, other, REPORT_DELIVERED, "marketing_lite", 1);
    charged(house, "wa", 2LL * MARKETING);
}

static void what_is_not_billed_costs_nothing(void **state)
{
    struct house *house = *state;
    int64_t id = wa_sent(house), service = wa_sent(house);

    priced(house, id, REPORT_SENT, "marketing", 0);
    priced(house, id, REPORT_DELIVERED, "marketing", 1);
    priced(house, service, REPORT_DELIVERED, "service", 1);
    charged(house, "wa", 0);
}

static struct message of(int64_t id, int64_t address, const char *step, int64_t tries)
{
    struct message message = {.id = id, .address_id = address, .attempts = tries};

    snprintf(message.step, sizeof message.step, "%s", step);
    return message;
}

static int64_t backoff(int64_t id, int64_t address, const char *step, int64_t tries)
{
    struct message message = of(id, address, step, tries);

    return settle_backoff_ms(&message);
}

static void the_back_off_repeats_whatever_number_the_message_has(void **state)
{
    (void)state;
    assert_int_equal(backoff(1, 7, "C1", 1), backoff(99, 7, "C1", 1));
    assert_int_not_equal(backoff(1, 7, "C1", 1), backoff(1, 8, "C1", 1));
    assert_int_not_equal(backoff(1, 7, "C1", 1), backoff(1, 7, "C2", 1));
    for (int64_t tries = 1; tries < 20; tries++) {
        int64_t wait = backoff(1, 7, "C1", tries);

        assert_true(wait >= 2500 && wait <= 15 * MINUTE);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(five_silences_over_half_a_minute_pause_a_gateway),
        TEST(silence_that_is_short_or_seldom_does_not),
        TEST(a_silent_gateway_is_tried_ever_later_up_to_an_hour),
        TEST(any_answer_ends_a_silent_gateways_pause),
        TEST(only_an_answer_about_the_message_ends_an_accounts_pause),
        TEST(a_silent_gateway_that_then_refuses_the_account_says_that),
        TEST(a_pause_is_known_for_what_it_is_after_a_restart),
        TEST(a_later_throttle_is_not_shortened_by_an_earlier_one),
        TEST(an_sms_is_charged_by_the_part_when_it_is_taken),
        TEST(an_sms_that_is_refused_costs_nothing),
        TEST(a_report_that_overtakes_the_answer_charges_once),
        TEST(an_unsure_sms_is_charged_when_a_report_proves_it_taken),
        TEST(whatsapp_is_charged_by_category_when_it_arrives),
        TEST(the_price_may_come_with_any_report_in_any_order),
        TEST(what_is_not_billed_costs_nothing),
        cmocka_unit_test(the_back_off_repeats_whatever_number_the_message_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
