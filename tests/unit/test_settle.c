/*
 * What becomes of an attempt, and reports that come in any order, by a gateway that gives
 * ids of its own (Kannel gives none).
 */
#include "sent_rows.h"

#include "adapters/adapter.h"
#include "base/clock.h"
#include "content/config.h"
#include "net/loop.h"
#include "send/internal.h"

/* One gateway, its message on the wire, and what settles it. */
struct desk {
    struct rows *rows;
    struct clock clock;
    struct loop *loop;
    struct adapter adapter;
    struct config_gateway config;
    struct gateway gateway;
    struct send send;
    struct message message;
};

static int begin(void **state)
{
    struct desk *desk = mem_zero(1, sizeof *desk);
    void *rows;

    rows_begin(&rows);
    desk->rows = rows;
    clock_init(&desk->clock, CLOCK_JUMP, monday);
    desk->loop = loop_new(&desk->clock, NULL);
    desk->adapter = (struct adapter){.name = "test", .flags = ADAPTER_REPORTS};
    desk->config = (struct config_gateway){
        .name = "maros-sms", .connections = 4, .report_window_ms = 15 * MINUTE};
    desk->gateway =
        (struct gateway){.config = &desk->config, .adapter = &desk->adapter};
    desk->send = (struct send){
        .with = {.db = desk->rows->db, .loop = desk->loop, .key = &desk->rows->key},
        .gateways = &desk->gateway,
        .gateways_n = 1};
    desk->message = rows_message(desk->rows, rows_person(desk->rows, 1, 1990));
    rows_send(desk->rows, &desk->message, MESSAGE_SENDING, monday);
    *state = desk;
    return 0;
}

static int end(void **state)
{
    struct desk *desk = *state;
    void *rows = desk->rows;

    loop_free(desk->loop);
    rows_end(&rows);
    free(desk);
    return 0;
}

static bool report(struct desk *desk, const char *gateway_id, const char *reference,
    enum report_state what)
{
    struct adapter_event event = {
        .kind = EVENT_REPORT,
        .reference = reference,
        .gateway_id = gateway_id,
        .state = what,
        .code = "",
        .text = "",
        .category = "",
        .billable = -1,
        .class = what == REPORT_FAILED ? FAILURE_BLOCKED : FAILURE_NONE,
    };

    return send_report(&desk->send, "maros-sms", &event, monday);
}

/* The gateway's answer to the attempt; taken under that id unless it is NULL. */
static void answer(struct desk *desk, const char *id, enum failure_class class)
{
    struct adapter_result result = {.accepted = id != NULL, .class = class};

    if (id != NULL) {
        snprintf(result.gateway_ids[0], sizeof result.gateway_ids[0], "%s", id);
        result.gateway_ids_n = 1;
    } else {
        snprintf(result.code, sizeof result.code, "no");
    }
    settle_attempt(&desk->send, &desk->gateway, &desk->message, &result, true);
}

static void cut(struct desk *desk)
{
    struct adapter_result result = {.class = FAILURE_AMBIGUOUS, .code = "cut"};

    settle_attempt(&desk->send, &desk->gateway, &desk->message, &result, false);
}

static struct message stored(struct desk *desk)
{
    struct message message;

    assert_true(message_find(desk->rows->db, desk->message.id, &message));
    return message;
}

/* Sends it again, as a claim does. */
static void resend(struct desk *desk)
{
    desk->message = stored(desk);
    desk->message.attempts++;
    rows_move(desk->rows, &desk->message, MESSAGE_SENDING, "", monday);
    attempt_add(desk->rows->db, &desk->message, "text", monday);
}

static void trap_6_a_report_for_an_unknown_id_is_parked_and_then_applied(void **state)
{
    struct desk *desk = *state;

    assert_false(report(desk, "gw-1", "", REPORT_SENT));
    assert_false(report(desk, "gw-1", "", REPORT_DELIVERED));
    assert_false(
        report(desk, "gw-1", "", REPORT_DELIVERED)); /* they repeat themselves */
    assert_int_equal(stored(desk).state, MESSAGE_SENDING);
    answer(desk, "gw-1", FAILURE_NONE);
    assert_int_equal(stored(desk).state, MESSAGE_DELIVERED);
    assert_int_equal(message_count_state(desk->rows->db, MESSAGE_DELIVERED), 1);
    assert_int_equal(message_count_state(desk->rows->db, MESSAGE_SENT), 0);
}

static void a_parked_report_of_another_id_stays_where_it_is(void **state)
{
    struct desk *desk = *state;
    struct parked_report parked[2];

    assert_false(report(desk, "gw-2", "", REPORT_DELIVERED));
    answer(desk, "gw-1", FAILURE_NONE);
    assert_int_equal(stored(desk).state, MESSAGE_SENT);
    assert_int_equal(parked_take(desk->rows->db, "other-sms", "gw-2", parked, 2), 0);
    assert_int_equal(parked_take(desk->rows->db, "maros-sms", "gw-2", parked, 2), 1);
}

static void parked_reports_are_forgotten_after_their_time(void **state)
{
    struct desk *desk = *state;

    assert_false(report(desk, "gw-1", "", REPORT_DELIVERED));
    parked_forget(desk->rows->db, monday + 1);
    answer(desk, "gw-1", FAILURE_NONE);
    assert_int_equal(stored(desk).state, MESSAGE_SENT);
}

static void a_parked_failure_is_applied_with_its_class(void **state)
{
    struct desk *desk = *state;

    assert_false(report(desk, "gw-1", "", REPORT_FAILED));
    answer(desk, "gw-1", FAILURE_NONE);
    assert_int_equal(stored(desk).state, MESSAGE_FAILED);
    assert_int_equal(stored(desk).class, FAILURE_BLOCKED);
}

static void states_only_move_forward_whatever_order_reports_come_in(void **state)
{
    struct desk *desk = *state;

    answer(desk, "gw-1", FAILURE_NONE);
    assert_true(report(desk, "gw-1", "", REPORT_READ));
    assert_true(report(desk, "gw-1", "", REPORT_SENT));
    assert_true(report(desk, "gw-1", "", REPORT_DELIVERED));
    assert_true(report(desk, "gw-1", "", REPORT_FAILED));
    assert_int_equal(stored(desk).state, MESSAGE_READ);
}

static void delivery_after_failure_wins(void **state)
{
    struct desk *desk = *state;

    answer(desk, "gw-1", FAILURE_NONE);
    assert_true(report(desk, "gw-1", "", REPORT_FAILED));
    assert_int_equal(stored(desk).state, MESSAGE_FAILED);
    assert_true(report(desk, "gw-1", "", REPORT_DELIVERED));
    assert_int_equal(stored(desk).state, MESSAGE_DELIVERED);
    assert_int_equal(stored(desk).class, FAILURE_NONE);
}

static void a_report_by_our_reference_settles_what_is_unsure(void **state)
{
    struct desk *desk = *state;
    char reference[REFERENCE_SIZE];

    cut(desk);
    assert_int_equal(stored(desk).state, MESSAGE_UNSURE);
    assert_true(stored(desk).next_at == monday + 15 * MINUTE);
    reference_make(&desk->rows->key, desk->message.id, 1, reference);
    assert_true(report(desk, "", reference, REPORT_DELIVERED));
    assert_int_equal(stored(desk).state, MESSAGE_DELIVERED);
    assert_true(stored(desk).next_at == 0);
}

static void a_failure_of_an_earlier_attempt_says_nothing_of_a_later_one(void **state)
{
    struct desk *desk = *state;
    char first[REFERENCE_SIZE], second[REFERENCE_SIZE];

    reference_make(&desk->rows->key, desk->message.id, 1, first);
    reference_make(&desk->rows->key, desk->message.id, 2, second);
    cut(desk);
    resend(desk);
    assert_true(report(desk, "", first, REPORT_FAILED));
    assert_int_equal(stored(desk).state, MESSAGE_SENDING);
    assert_true(report(desk, "", second, REPORT_FAILED));
    assert_int_equal(stored(desk).state, MESSAGE_FAILED);
    assert_true(report(desk, "", first, REPORT_DELIVERED)); /* the first one arrived */
    assert_int_equal(stored(desk).state, MESSAGE_DELIVERED);
}

static void an_answer_after_the_report_changes_nothing(void **state)
{
    struct desk *desk = *state;
    char reference[REFERENCE_SIZE];

    reference_make(&desk->rows->key, desk->message.id, 1, reference);
    assert_true(report(desk, "", reference, REPORT_DELIVERED));
    cut(desk);
    assert_int_equal(stored(desk).state, MESSAGE_DELIVERED);
    answer(desk, NULL, FAILURE_BLOCKED);
    assert_int_equal(stored(desk).state, MESSAGE_DELIVERED);
    answer(desk, "gw-1", FAILURE_NONE);
    assert_int_equal(stored(desk).state, MESSAGE_DELIVERED);
    assert_int_equal(stored(desk).unsure, 0);
}

static void a_gateway_that_deduplicates_gets_it_again_at_once(void **state)
{
    struct desk *desk = *state;

    desk->adapter.flags |= ADAPTER_DEDUPLICATES;
    cut(desk);
    assert_int_equal(stored(desk).state, MESSAGE_UNSURE);
    assert_true(stored(desk).next_at == monday);
}

static void a_gateway_without_reports_leaves_it_unsure(void **state)
{
    struct desk *desk = *state;

    desk->adapter.flags = 0;
    cut(desk);
    assert_int_equal(stored(desk).state, MESSAGE_UNSURE);
    assert_true(stored(desk).next_at == 0);
}

static void each_class_has_its_consequence(void **state)
{
    static const struct {
        enum failure_class class;
        enum message_state to;
    } cases[] = {
        {FAILURE_INVALID_NUMBER, MESSAGE_FAILED},
        {FAILURE_OPTED_OUT, MESSAGE_FAILED},
        {FAILURE_BLOCKED, MESSAGE_FAILED},
        {FAILURE_WINDOW_CLOSED, MESSAGE_FAILED},
        {FAILURE_TEMPLATE, MESSAGE_FAILED},
        {FAILURE_CONTENT, MESSAGE_FAILED},
        {FAILURE_RECIPIENT_CAP, MESSAGE_QUEUED},
        {FAILURE_THROTTLED, MESSAGE_QUEUED},
        {FAILURE_TRANSIENT, MESSAGE_QUEUED},
        {FAILURE_ACCOUNT, MESSAGE_QUEUED},
        {FAILURE_AMBIGUOUS, MESSAGE_UNSURE},
    };
    struct desk *desk = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        answer(desk, NULL, cases[i].class);
        if (stored(desk).state != cases[i].to) {
            fail_msg("%s", failure_class_name(cases[i].class));
        }
        assert_int_equal(stored(desk).class, cases[i].class);
        desk->message = rows_message(desk->rows, desk->message.person_id);
        rows_send(desk->rows, &desk->message, MESSAGE_SENDING, monday);
    }
}

static void a_full_recipient_waits_for_a_day(void **state)
{
    struct desk *desk = *state;

    answer(desk, NULL, FAILURE_RECIPIENT_CAP);
    assert_true(stored(desk).next_at == monday + 24 * 60 * MINUTE);
}

/* The store refuses an event of that code, as it would one that breaks a rule of it. */
static void refuse_code(struct db *db)
{
    stmt_run(
        db_stmt(db, "CREATE TRIGGER refuse BEFORE INSERT ON event WHEN NEW.code='bad'"
                    " BEGIN SELECT RAISE(ABORT,'bad'); END"));
}

static void one_bad_event_of_a_body_undoes_nothing_of_the_others(void **state)
{
    enum { EVENTS = 3 };
    struct desk *desk = *state;
    struct db *db = desk->rows->db;
    struct message messages[EVENTS], found;
    int64_t unknown = 0;
    struct err err;

    for (int i = 0; i < EVENTS; i++) {
        messages[i] = rows_message(desk->rows, desk->message.person_id);
        rows_send(desk->rows, &messages[i], MESSAGE_SENT, monday);
    }
    refuse_code(db);
    assert_int_equal(db_commit(db, &err), 0);
    for (int i = 0; i < EVENTS; i++) {
        char reference[REFERENCE_SIZE];
        struct adapter_event event = {
            .kind = EVENT_REPORT,
            .reference = reference,
            .gateway_id = "",
            .state = REPORT_DELIVERED,
            .code = i == 1 ? "bad" : "000",
            .text = "",
            .category = "",
            .billable = -1,
        };

        reference_make(&desk->rows->key, messages[i].id, 1, reference);
        send_take_report(&desk->send, "maros-sms", &event, &unknown);
    }
    reports_apply(&desk->send);
    assert_int_equal(db_commit(db, &err), 0);
    for (int i = 0; i < EVENTS; i++) {
        assert_true(message_find(db, messages[i].id, &found));
        assert_int_equal(found.state, i == 1 ? MESSAGE_SENT : MESSAGE_DELIVERED);
    }
    assert_int_equal(message_count_state(db, MESSAGE_DELIVERED), EVENTS - 1);
    assert_int_equal(unknown, 0);
    reports_free(&desk->send);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(trap_6_a_report_for_an_unknown_id_is_parked_and_then_applied),
        TEST(a_parked_report_of_another_id_stays_where_it_is),
        TEST(parked_reports_are_forgotten_after_their_time),
        TEST(a_parked_failure_is_applied_with_its_class),
        TEST(states_only_move_forward_whatever_order_reports_come_in),
        TEST(delivery_after_failure_wins),
        TEST(a_report_by_our_reference_settles_what_is_unsure),
        TEST(a_failure_of_an_earlier_attempt_says_nothing_of_a_later_one),
        TEST(an_answer_after_the_report_changes_nothing),
        TEST(a_gateway_that_deduplicates_gets_it_again_at_once),
        TEST(a_gateway_without_reports_leaves_it_unsure),
        TEST(each_class_has_its_consequence),
        TEST(a_full_recipient_waits_for_a_day),
        TEST(one_bad_event_of_a_body_undoes_nothing_of_the_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
