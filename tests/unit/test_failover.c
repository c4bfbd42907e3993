/*
 * A message goes on by another route: when it is refused, when it is given up; never by
 * two at once, and each gateway has it once.
 */
#include "two_routes.h"

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

static int begin_three(void **state)
{
    *state = house_begin(GATEWAY_WA GATEWAY_SMS GATEWAY_SPARE, "");
    return 0;
}

static int begin_wa_only(void **state)
{
    *state = house_begin(GATEWAY_WA, "");
    return 0;
}

static void stands(
    const struct message *message, enum message_state state, const char *gateway)
{
    if (message->state != state || strcmp(message->gateway, gateway) != 0) {
        fail_msg("%s at %s (%s), not %s at %s", message_state_name(message->state),
            message->gateway, message->reason, message_state_name(state), gateway);
    }
}

static void give_up(struct house *house)
{
    house_pass(house, GIVE_UP);
    failover_given_up(house->send, house_now(house));
}

static void pause_gateway(struct house *house, const char *name)
{
    struct adapter_result result = {.class = FAILURE_ACCOUNT, .code = "190"};

    gateway_note(house->send, send_gateway(house->send, name), &result, false);
}

static struct gateway *gateway_of(struct house *house, const char *name)
{
    return send_gateway(house->send, name);
}

static int64_t events(struct house *house, int64_t id, const char *state)
{
    struct stmt *stmt = db_stmt(
        house->rows->db, "SELECT count(*) FROM event WHERE message_id=?1 AND state=?2");

    stmt_int(stmt, 1, id);
    stmt_text(stmt, 2, state);
    return stmt_value(stmt);
}

static bool told(struct house *house, int64_t id, const char *text)
{
    struct stmt *stmt =
        db_stmt(house->rows->db, "SELECT 1 FROM event WHERE message_id=?1 AND text=?2");

    stmt_int(stmt, 1, id);
    stmt_text(stmt, 2, text);
    return stmt_found(stmt);
}

static void what_another_route_may_carry_goes_on_at_once_when_it_is_refused(
    void **state)
{
    static const enum failure_class classes[] = {FAILURE_INVALID_NUMBER,
        FAILURE_WINDOW_CLOSED, FAILURE_TEMPLATE, FAILURE_CONTENT,
        FAILURE_RECIPIENT_CAP};
    struct house *house = *state;

    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        struct message message = house_queued(house);

        stmt_run(db_stmt(house->rows->db, "DELETE FROM address_gateway"));
        stmt_run(db_stmt(house->rows->db, "DELETE FROM template_refused"));
        message = house_queued(house);
        house_claim(house, message.id);
        message = house_answer(house, message.id, "", classes[i], "132000");
        stands(&message, MESSAGE_QUEUED, "sms");
        assert_int_equal(message.class, classes[i]);
        assert_string_equal(message.code, "132000");
        assert_int_equal(message.channel, CHANNEL_SMS);
        assert_int_equal(message.next_at, house_now(house));
        assert_int_equal(events(house, message.id, "moved"), 1);
        message = house_sent(house, message.id);
        stands(&message, MESSAGE_SENT, "sms");
    }
    assert_int_equal(house_counted(house, "wa", "moved"), 5);
}

static void what_the_person_refuses_goes_by_no_other_route(void **state)
{
    static const enum failure_class classes[] = {FAILURE_BLOCKED, FAILURE_OPTED_OUT};
    struct house *house = *state;

    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        struct message message = house_queued(house);

        house_claim(house, message.id);
        message = house_answer(house, message.id, "", classes[i], "131050");
        stands(&message, MESSAGE_FAILED, "wa");
        assert_string_equal(message.code, "131050");
    }
}

static void who_stopped_us_at_the_gateway_has_stopped_us(void **state)
{
    struct house *house = *state;
    struct message first = house_queued(house), second = house_queued(house);
    char reason[24];

    house_claim(house, first.id);
    first = house_answer(house, first.id, "", FAILURE_OPTED_OUT, "131050");
    stands(&first, MESSAGE_FAILED, "wa");
    assert_true(suppression_reason(house->rows->db, house->address, reason));
    assert_string_equal(reason, "stopped_at_gateway");
    second = house_message(house, second.id);
    stands(&second, MESSAGE_CANCELLED, "wa");
}

static void a_failed_report_goes_on_like_a_refusal(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    message = house_report(
        house, message.id, 1, "wa", REPORT_FAILED, FAILURE_INVALID_NUMBER, "131026");
    stands(&message, MESSAGE_QUEUED, "sms");
    /* Nobody asks whether the number is still hers: this was not about the number. */
    assert_false(stmt_found(
        db_stmt(house->rows->db, "SELECT 1 FROM address_health WHERE fails>0")));
    message = house_queued(house);
    stands(&message, MESSAGE_QUEUED, "sms");
}

static void a_failed_report_of_a_route_that_it_left_changes_nothing(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    give_up(house);
    message = house_answer(house, message.id, "s", FAILURE_NONE, "");
    message = house_report(
        house, message.id, 1, "wa", REPORT_FAILED, FAILURE_BLOCKED, "130403");
    stands(&message, MESSAGE_SENT, "sms");
}

static void a_template_that_is_refused_is_refused_for_all_that_come_after(void **state)
{
    struct house *house = *state;
    struct message first = house_queued(house), second = house_queued(house);

    house_claim(house, first.id);
    house_answer(house, first.id, "", FAILURE_TEMPLATE, "132015");
    second = house_claim(house, second.id);
    stands(&second, MESSAGE_QUEUED, "sms");
    assert_int_equal(second.attempts, 0);
    assert_int_equal(second.class, FAILURE_TEMPLATE);
    assert_string_equal(second.code, "132015");
}

static void a_paused_template_holds_its_message_where_no_other_route_is(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_claim(house, message.id);
    message = house_answer(house, message.id, "", FAILURE_TEMPLATE, "132015");
    stands(&message, MESSAGE_QUEUED, "wa");
    assert_int_equal(message.next_at, house_now(house) + HOUR);
    assert_int_equal(house_counted(house, "wa", "moved"), 0);
    house_pass(house, HOUR);
    message = house_sent(house, message.id);
    stands(&message, MESSAGE_SENT, "wa");
}

static void a_template_that_does_not_fit_fails_at_once(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_claim(house, message.id);
    message = house_answer(house, message.id, "", FAILURE_TEMPLATE, "132000");
    stands(&message, MESSAGE_FAILED, "wa");
}

static void a_window_that_closed_on_the_way_is_followed_by_the_template(void **state)
{
    struct house *house = *state;
    struct message message;
    struct attempt_way way;

    house_heard(house, "wa");
    message = house_queued(house);
    house_sent(house, message.id);
    message = house_report(
        house, message.id, 1, "wa", REPORT_FAILED, FAILURE_WINDOW_CLOSED, "131047");
    stands(&message, MESSAGE_QUEUED, "wa");
    house_claim(house, message.id);
    attempt_way_find(house->rows->db, message.id, 2, &way);
    assert_string_equal(way.form, "template");
    /* And no further: it would be refused without end. */
    message = house_answer(house, message.id, "", FAILURE_WINDOW_CLOSED, "131047");
    stands(&message, MESSAGE_FAILED, "wa");
}

static void what_waited_until_its_window_closed_goes_on_or_fails(void **state)
{
    struct house *house = *state;
    struct message message;

    house->form.template_name = NULL;
    house_heard(house, "wa");
    message = house_queued(house);
    stands(&message, MESSAGE_QUEUED, "wa");
    house_pass(house, 24LL * HOUR - MINUTE);
    message = house_claim(house, message.id);
    if (house->send->gateways_n > 1) {
        stands(&message, MESSAGE_QUEUED, "sms");
    } else {
        stands(&message, MESSAGE_FAILED, "wa");
    }
    assert_int_equal(message.class, FAILURE_WINDOW_CLOSED);
    assert_int_equal(message.attempts, 0);
}

static void a_recipients_cap_waits_a_day_where_no_other_route_is(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    /* Longer than the gateway's max_age of a day: it will not be in time. */
    house_claim(house, message.id);
    message = house_answer(house, message.id, "", FAILURE_RECIPIENT_CAP, "131049");
    stands(&message, MESSAGE_QUEUED, "wa");
    assert_int_equal(message.next_at, house_now(house) + 24LL * HOUR);
}

static void what_is_not_delivered_in_time_goes_by_the_next_route_at_once(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    message = house_sent(house, message.id);
    house_pass(house, GIVE_UP - 1);
    failover_given_up(house->send, house_now(house));
    message = house_message(house, message.id);
    stands(&message, MESSAGE_SENT, "wa");
    house_pass(house, 1);
    failover_given_up(house->send, house_now(house));
    message = house_message(house, message.id);
    stands(&message, MESSAGE_SENDING, "sms");
    assert_int_equal(message.attempts, 2);
    assert_int_equal(message.give_up_at, 0);
    assert_int_equal(house_counted(house, "wa", "sent"), 0);
}

static void what_was_delivered_is_never_given_up(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    house_report(house, message.id, 1, "wa", REPORT_DELIVERED, FAILURE_NONE, "");
    give_up(house);
    message = house_message(house, message.id);
    stands(&message, MESSAGE_DELIVERED, "wa");
}

static void what_is_on_the_wire_or_unsure_is_not_given_up(void **state)
{
    struct house *house = *state;
    struct adapter_result cut = {.class = FAILURE_AMBIGUOUS, .code = "cut"};
    struct message message = house_queued(house);

    message = house_claim(house, message.id);
    give_up(house);
    assert_int_equal(message_next_give_up(house->rows->db), 0);
    stands(&message, MESSAGE_SENDING, "wa");
    settle_attempt(house->send, gateway_of(house, "wa"), &message, &cut, false);
    give_up(house);
    message = house_message(house, message.id);
    stands(&message, MESSAGE_UNSURE, "wa");
}

static void what_was_unsure_and_left_after_all_is_given_up_like_the_rest(void **state)
{
    struct house *house = *state;
    struct adapter_result cut = {.class = FAILURE_AMBIGUOUS, .code = "cut"};
    struct message message = house_queued(house);

    message = house_claim(house, message.id);
    settle_attempt(house->send, gateway_of(house, "wa"), &message, &cut, false);
    message = house_report(house, message.id, 1, "wa", REPORT_SENT, FAILURE_NONE, "");
    stands(&message, MESSAGE_SENT, "wa");
    give_up(house);
    message = house_message(house, message.id);
    stands(&message, MESSAGE_SENDING, "sms");
}

static void what_is_queued_at_a_paused_gateway_goes_by_the_next_route(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    pause_gateway(house, "wa");
    give_up(house);
    message = house_message(house, message.id);
    stands(&message, MESSAGE_QUEUED, "sms");
    assert_int_equal(message.attempts, 0);
}

static void nothing_goes_to_a_gateway_that_is_paused_too(void **state)
{
    struct house *house = *state;
    struct message sent = house_queued(house), queued = house_queued(house);

    house_sent(house, sent.id);
    pause_gateway(house, "sms");
    give_up(house);
    sent = house_message(house, sent.id);
    queued = house_message(house, queued.id);
    stands(&sent, MESSAGE_SENT, "wa");
    stands(&queued, MESSAGE_QUEUED, "wa");
    assert_int_equal(sent.give_up_at, house_now(house) + 5 * MINUTE);
    assert_int_equal(queued.give_up_at, house_now(house) + 5 * MINUTE);
}

static void a_stop_keeps_it_where_it_was_sent(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    suppression_add(
        house->rows->db, house->address, "opted_out", "STOP", "sms", 0, monday);
    give_up(house);
    message = house_message(house, message.id);
    stands(&message, MESSAGE_SENT, "wa");
    assert_int_equal(message.give_up_at, 0);
}

static void closed_hours_put_it_off(void **state)
{
    struct house *house = *state;
    struct message message;

    house_pass(house, 9LL * HOUR); /* 19:15 in Makassar */
    message = house_queued(house);
    house_sent(house, message.id);
    give_up(house); /* 21:15 */
    message = house_message(house, message.id);
    stands(&message, MESSAGE_SENT, "wa");
    assert_true(message.give_up_at > house_now(house) + 9LL * HOUR);
    assert_true(message.give_up_at < message.expires_at);
}

static void closed_hours_are_no_fault_of_the_gateway(void **state)
{
    struct house *house = *state;
    struct message message;

    house_pass(house, 9LL * HOUR);
    message = house_queued(house);
    house_pass(house, 100LL * MINUTE); /* 20:55 */
    message = house_claim(house, message.id);
    stands(&message, MESSAGE_QUEUED, "wa");
    assert_int_equal(message.give_up_at, message.next_at + GIVE_UP);
}

static void what_is_too_late_stays_where_it_was_sent(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    house_pass(house, 24LL * HOUR);
    failover_given_up(house->send, house_now(house));
    message = house_message(house, message.id);
    stands(&message, MESSAGE_SENT, "wa");
    assert_int_equal(message.give_up_at, 0);
}

static void without_room_each_gets_a_time_of_its_own(void **state)
{
    enum { MANY = 3 };
    struct house *house = *state;
    struct gateway *sms = gateway_of(house, "sms");
    int64_t ids[MANY], last = 0;

    for (int i = 0; i < MANY; i++) {
        ids[i] = house_queued(house).id;
        house_sent(house, ids[i]);
    }
    sms->in_flight = (int)sms->config->connections;
    give_up(house);
    for (int i = 0; i < MANY; i++) {
        struct message message = house_message(house, ids[i]);

        stands(&message, MESSAGE_SENT, "wa");
        assert_true(message.give_up_at > last);
        assert_true(message.give_up_at <= house_now(house) + MINUTE);
        last = message.give_up_at;
    }
    sms->in_flight = 0;
}

static void a_late_delivery_before_the_next_attempt_stops_it(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_claim(house, message.id);
    house_answer(house, message.id, "", FAILURE_CONTENT, "100");
    message =
        house_report(house, message.id, 1, "wa", REPORT_DELIVERED, FAILURE_NONE, "");
    stands(&message, MESSAGE_DELIVERED, "wa");
    assert_int_equal(house_counted(house, "wa", "late"), 0);
    assert_int_equal(house_counted(house, "wa", "delivered"), 1);
    assert_int_equal(house_counted(house, "sms", "queued"), 0);
    assert_true(
        told(house, message.id, "delivered by wa after all, so it does not go by sms"));
}

static void a_delivery_after_a_failed_report_is_paid_once(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    house_report(
        house, message.id, 1, "wa", REPORT_FAILED, FAILURE_INVALID_NUMBER, "1");
    message =
        house_report(house, message.id, 1, "wa", REPORT_DELIVERED, FAILURE_NONE, "");
    stands(&message, MESSAGE_DELIVERED, "wa");
    assert_int_equal(house_counted(house, "wa", "segments"), 1);
    assert_int_equal(house_counted(house, "sms", "segments"), 0);
}

static void a_late_delivery_counts_where_it_arrived_and_says_that_it_is_late(
    void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    give_up(house);
    house_answer(house, message.id, "s", FAILURE_NONE, "");
    assert_int_equal(house_counted(house, "wa", "segments"), 1);
    message =
        house_report(house, message.id, 1, "wa", REPORT_DELIVERED, FAILURE_NONE, "");
    stands(&message, MESSAGE_DELIVERED, "wa");
    assert_int_equal(message.channel, CHANNEL_WHATSAPP);
    assert_int_equal(house_counted(house, "wa", "late"), 1);
    assert_int_equal(house_counted(house, "wa", "delivered"), 1);
    assert_int_equal(house_counted(house, "wa", "segments"), 1);
    assert_int_equal(house_counted(house, "sms", "segments"), 1);
    assert_int_equal(house_counted(house, "sms", "sent"), 0);
    assert_true(
        told(house, message.id, "delivered late by wa, after it had gone by sms"));
    /* The other one arrives too: no later than it should, and once is enough. */
    house_report(house, message.id, 1, "wa", REPORT_READ, FAILURE_NONE, "");
    message =
        house_report(house, message.id, 2, "sms", REPORT_DELIVERED, FAILURE_NONE, "");
    stands(&message, MESSAGE_READ, "wa");
    assert_int_equal(house_counted(house, "wa", "late"), 1);
    assert_int_equal(house_counted(house, "sms", "late"), 0);
    assert_true(
        told(house, message.id, "delivered by sms too, after it had come by wa"));
}

static void what_the_second_route_delivered_stays_there(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_sent(house, message.id);
    give_up(house);
    house_answer(house, message.id, "s", FAILURE_NONE, "");
    house_report(house, message.id, 2, "sms", REPORT_DELIVERED, FAILURE_NONE, "");
    house_report(house, message.id, 1, "wa", REPORT_SENT, FAILURE_NONE, "");
    house_report(house, message.id, 1, "wa", REPORT_DELIVERED, FAILURE_NONE, "");
    message = house_report(house, message.id, 1, "wa", REPORT_READ, FAILURE_NONE, "");
    stands(&message, MESSAGE_DELIVERED, "sms");
    assert_int_equal(house_counted(house, "wa", "late"), 1);
    assert_int_equal(house_counted(house, "sms", "delivered"), 1);
}

static void a_late_delivery_while_the_next_request_is_out_is_paid_twice(void **state)
{
    struct house *house = *state;
    struct message claimed, message = house_queued(house);
    struct adapter_result result = {.accepted = true};

    house_sent(house, message.id);
    give_up(house);
    claimed = house_message(house, message.id);
    message =
        house_report(house, message.id, 1, "wa", REPORT_DELIVERED, FAILURE_NONE, "");
    stands(&message, MESSAGE_DELIVERED, "wa");
    settle_attempt(house->send, gateway_of(house, "sms"), &claimed, &result, true);
    message = house_message(house, message.id);
    stands(&message, MESSAGE_DELIVERED, "wa");
    assert_int_equal(house_counted(house, "sms", "segments"), 1);
    assert_int_equal(house_counted(house, "sms", "cost"), 350000000);
}

static void each_gateway_has_it_once(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    house_claim(house, message.id);
    message = house_answer(house, message.id, "", FAILURE_CONTENT, "100");
    stands(&message, MESSAGE_QUEUED, "sms");
    house_claim(house, message.id);
    message = house_answer(house, message.id, "", FAILURE_CONTENT, "400");
    stands(&message, MESSAGE_QUEUED, "spare");
    house_claim(house, message.id);
    message = house_answer(house, message.id, "", FAILURE_CONTENT, "400");
    stands(&message, MESSAGE_FAILED, "spare");
}

static void a_test_message_tests_the_gateway_that_it_names(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);

    stmt_run(db_stmt(house->rows->db, "UPDATE message SET kind='test'"));
    message = house_message(house, message.id);
    assert_false(failover_onward(
        house->send, &message, FAILURE_INVALID_NUMBER, "131026", "not there"));
}

static void an_unsure_resend_takes_the_next_route_when_its_own_is_paused(void **state)
{
    struct house *house = *state;
    struct adapter_result cut = {.class = FAILURE_AMBIGUOUS, .code = "cut"};
    struct message message = house_queued(house);

    message = house_claim(house, message.id);
    settle_attempt(house->send, gateway_of(house, "wa"), &message, &cut, false);
    pause_gateway(house, "wa");
    message = house_message(house, message.id);
    assert_true(failover_resend(house->send, &message));
    stands(&message, MESSAGE_UNSURE, "sms");
    message = house_sent(house, message.id);
    stands(&message, MESSAGE_SENT, "sms");
}

static void an_unsure_message_that_failed_for_certain_goes_on(void **state)
{
    struct house *house = *state;
    struct adapter_result cut = {.class = FAILURE_AMBIGUOUS, .code = "cut"};
    struct message message = house_queued(house);

    message = house_claim(house, message.id);
    settle_attempt(house->send, gateway_of(house, "wa"), &message, &cut, false);
    message = house_report(
        house, message.id, 1, "wa", REPORT_FAILED, FAILURE_INVALID_NUMBER, "131026");
    stands(&message, MESSAGE_QUEUED, "sms");
    assert_int_equal(message.unsure, 0);
}

static void its_question_follows_it_to_the_other_channel(void **state)
{
    struct house *house = *state;
    struct message message = house_queued(house);
    struct enrolment enrolment = {.person_id = house->person,
        .address_id = house->address,
        .series_id = house->series,
        .state = ENROLMENT_ACTIVE,
        .step = "C1",
        .due_at = monday};
    struct question found, question = {.step = "C1",
                               .channel = "whatsapp",
                               .address_id = house->address,
                               .asked_at = house_now(house),
                               .closes_at = house_now(house) + 24LL * HOUR,
                               .occurrence = message.occurrence};
    struct db *db = house->rows->db;
    struct stmt *stmt;

    question.enrolment_id = enrolment_add(db, &enrolment, monday);
    question_add(db, &question);
    stmt = db_stmt(db, "UPDATE message SET enrolment_id=?1");
    stmt_int(stmt, 1, question.enrolment_id);
    stmt_run(stmt);
    house_sent(house, message.id);
    give_up(house);
    assert_true(question_of_step(db, house->address, "C1", &found));
    assert_string_equal(found.channel, "sms");
    house_report(house, message.id, 1, "wa", REPORT_DELIVERED, FAILURE_NONE, "");
    assert_true(question_of_step(db, house->address, "C1", &found));
    assert_string_equal(found.channel, "whatsapp");
}

int main(void)
{
#define TEST(name)        cmocka_unit_test_setup_teardown(name, begin, end)
#define WITH(name, first) cmocka_unit_test_setup_teardown(name, first, end)
    const struct CMUnitTest tests[] = {
        TEST(what_another_route_may_carry_goes_on_at_once_when_it_is_refused),
        TEST(what_the_person_refuses_goes_by_no_other_route),
        TEST(who_stopped_us_at_the_gateway_has_stopped_us),
        TEST(a_failed_report_goes_on_like_a_refusal),
        TEST(a_failed_report_of_a_route_that_it_left_changes_nothing),
        TEST(a_template_that_is_refused_is_refused_for_all_that_come_after),
        WITH(
            a_paused_template_holds_its_message_where_no_other_route_is, begin_wa_only),
        WITH(a_template_that_does_not_fit_fails_at_once, begin_wa_only),
        WITH(
            a_window_that_closed_on_the_way_is_followed_by_the_template, begin_wa_only),
        TEST(what_waited_until_its_window_closed_goes_on_or_fails),
        WITH(what_waited_until_its_window_closed_goes_on_or_fails, begin_wa_only),
        WITH(a_recipients_cap_waits_a_day_where_no_other_route_is, begin_wa_only),
        TEST(what_is_not_delivered_in_time_goes_by_the_next_route_at_once),
        TEST(what_was_delivered_is_never_given_up),
        TEST(what_is_on_the_wire_or_unsure_is_not_given_up),
        TEST(what_was_unsure_and_left_after_all_is_given_up_like_the_rest),
        TEST(what_is_queued_at_a_paused_gateway_goes_by_the_next_route),
        TEST(nothing_goes_to_a_gateway_that_is_paused_too),
        TEST(a_stop_keeps_it_where_it_was_sent),
        TEST(closed_hours_put_it_off),
        TEST(closed_hours_are_no_fault_of_the_gateway),
        TEST(what_is_too_late_stays_where_it_was_sent),
        TEST(without_room_each_gets_a_time_of_its_own),
        TEST(a_late_delivery_before_the_next_attempt_stops_it),
        TEST(a_delivery_after_a_failed_report_is_paid_once),
        TEST(a_late_delivery_counts_where_it_arrived_and_says_that_it_is_late),
        TEST(what_the_second_route_delivered_stays_there),
        TEST(a_late_delivery_while_the_next_request_is_out_is_paid_twice),
        WITH(each_gateway_has_it_once, begin_three),
        TEST(a_test_message_tests_the_gateway_that_it_names),
        TEST(an_unsure_resend_takes_the_next_route_when_its_own_is_paused),
        TEST(an_unsure_message_that_failed_for_certain_goes_on),
        TEST(its_question_follows_it_to_the_other_channel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
