/*
 * No statement scans a large table: the plans of every statement that the store's
 * functions ran here, writers and readers.
 */
#include "sent_rows.h"

#include "report/contact.h"
#include "report/document.h"
#include "report/messages.h"
#include "report/timeline.h"
#include "store/address_gateway.h"
#include "store/inbox.h"
#include "store/user.h"

static const char *const large[] = {"message", "m", "attempt", "event", "text",
    "inbound", "i", "enrolment", "person", "p", "person_address", "address", "a",
    "consent", "basis", "step_outcome", "o", "question", "q", "answer", "gateway_id",
    "reach", "e", "counter", "reason_counter", "cap_use", "suppression", "opened_text",
    "address_gateway", "address_alias"};

/* What a test run has found. */
struct finding {
    struct db *db;
    int statements;
    int scans;
};

/* True when the plan's line scans one of the large tables. An index made for a few rows
 * (what is queued, sending, unsure, due …) is read from its end by design. */
static bool is_scan(const char *line)
{
    const char *table = strstr(line, "SCAN ");
    size_t length;

    if (table == NULL || strstr(line, "message_sending") != NULL ||
        strstr(line, "message_unsure") != NULL ||
        strstr(line, "message_expiry") != NULL ||
        strstr(line, "message_give_up") != NULL ||
        strstr(line, "enrolment_due") != NULL ||
        strstr(line, "inbound_waiting") != NULL) {
        return false;
    }
    table += strlen("SCAN ");
    length = strcspn(table, " \n");
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        if (strlen(large[i]) == length && strncmp(large[i], table, length) == 0) {
            return true;
        }
    }
    return false;
}

static void on_statement(void *context, const char *sql)
{
    struct finding *finding = context;
    struct buf plan;
    char *line, *end;

    /* Counting people is asked for by hand only, once, and reads the key alone. */
    if (strcmp(sql, "SELECT count(*) FROM person") == 0) {
        return;
    }
    finding->statements++;
    buf_init(&plan, 65536);
    db_explain(finding->db, sql, &plan);
    for (line = plan.data; line != NULL && *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        *end = '\0';
        if (is_scan(line)) {
            print_error("%s\n  by: %s\n", sql, line);
            finding->scans++;
        }
    }
    buf_fini(&plan);
}

static void read_messages(struct rows *rows, const struct messages_query *query)
{
    struct messages *messages = messages_open(rows->db, query);
    struct view_message message;

    while (messages_next(messages, &message)) {
        json_decref(message_line_json(rows->db, &rows->key, &message));
    }
    messages_close(messages);
}

/* Every report by everything. */
static void read_reports(struct rows *rows)
{
    struct report_query query = {
        .campaign = "cegah-kawin-anak", .from_day = INT32_MIN, .to_day = INT32_MAX};
    struct buf out;
    struct err err;

    buf_init(&out, 1 << 20);
    for (int by = 0; by < REPORT_BYS; by++) {
        for (int kind = DOCUMENT_DELIVERY; kind <= DOCUMENT_RESPONSES; kind++) {
            struct document *document;

            query.by = (enum report_by)by;
            document = document_new(
                rows->db, NULL, (enum document_kind)kind, &query, monday, &err);
            assert_non_null(document);
            document_write(document, DOCUMENT_TABLE, &out);
            document_free(document);
        }
    }
    buf_fini(&out);
}

static void read_all(struct rows *rows, int64_t person, const struct message *message)
{
    struct messages_query query = {.state = "sent"};
    int64_t ids[CONTACT_PEOPLE_MAX], address_id;
    char id[REFERENCE_SIZE];
    struct err err;

    read_messages(rows, &query);
    query =
        (struct messages_query){.addresses = {message->address_id}, .addresses_n = 1};
    read_messages(rows, &query);
    reference_make(&rows->key, message->id, 0, id);
    json_decref(timeline_json(rows->db, id, &err));
    json_decref(timeline_json(rows->db, "in-1", &err));
    assert_int_equal(
        contact_find(rows->db, "+6281200000001", ids, &address_id, &err), 1);
    json_decref(contact_json(rows->db, person, monday));
    person_ids_after(rows->db, 0, ids, CONTACT_PEOPLE_MAX);
    read_reports(rows);
}

/* What dispatch, delivery reports and the caps ask of messages. */
static void write_all(struct rows *rows, struct message *message)
{
    struct parked_report report = {.state = "sent"};
    struct message list[4];
    struct cap_used used;
    int64_t n;

    rows_send(rows, message, MESSAGE_QUEUED, monday);
    message_claimable(rows->db, "maros-sms", PRIORITY_CAMPAIGN, monday, list, 4);
    message_expired(rows->db, monday, list, 4);
    message_in_state_sending(rows->db, list, 4);
    message_unsure_due(rows->db, monday, list, 4);
    message_queued_of_address(rows->db, message->address_id, list, 4);
    message_next_claim(rows->db, "maros-sms");
    message_next_expiry(rows->db);
    message_next_unsure(rows->db);
    message_given_up(rows->db, monday, list, 4);
    message_next_give_up(rows->db);
    cap_count(rows->db, message->address_id, MONDAY_DAY, MONDAY_DAY, &used);
    message->attempts = 1;
    attempt_add(rows->db, message, "text", monday);
    rows_move(rows, message, MESSAGE_SENDING, "", monday);
    attempt_close(
        rows->db, message->id, 1, "sent", FAILURE_NONE, "202", "Accepted", monday);
    gateway_id_add(rows->db, "maros-sms", "g1", message->id, 1);
    gateway_id_find(rows->db, "maros-sms", "g1", &n);
    rows_move(rows, message, MESSAGE_SENT, "", monday);
    event_add(rows->db, message->id, 1, "delivered", "1", "", monday);
    parked_add(rows->db, "maros-sms", "g2", &report, monday);
    parked_take(rows->db, "maros-sms", "g2", &report, 1);
}

/* What routes, fail-over and costs ask. */
static void route_all(struct rows *rows, struct message *message)
{
    struct message_route route = {"spare-sms", CHANNEL_SMS, 1, false};
    struct template_refused refused = {.word = "paused", .code = "132015"};
    struct attempt_charge charge = {.category = "utility"};
    struct address_gateway known;
    struct attempt_way way;

    address_gateway_heard(rows->db, message->address_id, "wa", monday);
    address_gateway_close(
        rows->db, message->address_id, "wa", monday, "invalid_number");
    address_gateway_window_over(rows->db, message->address_id, "wa");
    address_gateway_find(rows->db, message->address_id, "wa", &known);
    address_alias_set(rows->db, message->address_id, message->address_id);
    address_alias_find(rows->db, message->address_id);
    template_refused_set(rows->db, "wa", "pesan", "id", &refused);
    assert_true(template_refused_find(rows->db, "wa", "pesan", "id", &refused));
    template_refused_clear(rows->db, "wa", "pesan", "");
    attempt_way_find(rows->db, message->id, 1, &way);
    assert_true(attempt_is_out(rows->db, message->id, "maros-sms"));
    assert_true(message_has_left(rows->db, message->id, "maros-sms"));
    attempt_charge_set(rows->db, message->id, 1, &charge);
    assert_true(attempt_charge_find(rows->db, message->id, 1, &charge));
    attempt_close_accepted(rows->db, message->id, 1, "202", "Accepted", 0, monday);
    assert_true(event_has_arrived(rows->db, message->id, 1));
    message_set_give_up(rows->db, message, monday);
    message_reroute(rows->db, message, &route, FAILURE_NONE, "", "", monday);
    route.gateway = "maros-sms";
    message_return(rows->db, message, &route, true, monday);
    question_move_channel(rows->db, 1, "C1", 1, "sms");
}

/* What planning and replies ask of people, consents and enrolments. */
static void plan_all(struct rows *rows, int64_t person)
{
    struct enrolment enrolment = {
        .person_id = person,
        .address_id = address_of_person(rows->db, person),
        .series_id = rows->champions,
        .state = ENROLMENT_ACTIVE,
        .step = "C1",
        .due_at = monday,
    };
    struct enrolment completed;
    struct question question, again,
        asked = {.step = "C1", .occurrence = 1, .channel = "sms"};
    struct answer_given given = {.value = "C", .is_right = 1, .score = 1};
    char value[64];
    int64_t ids[4];

    enrolment.id = enrolment_add(rows->db, &enrolment, monday);
    enrolment_of(rows->db, person, rows->champions, &enrolment);
    enrolment_due_ids(rows->db, monday, ids, 4);
    enrolment_earliest_due(rows->db);
    enrolment_live_of_address(rows->db, enrolment.address_id, ids, 4);
    enrolment_ids_of_series(rows->db, rows->champions, ENROLMENT_ACTIVE, 0, ids, 4);
    outcome_set(rows->db, enrolment.id, "C1", 1, "sent", "", 1, monday);
    outcome_is_final(rows->db, enrolment.id, "C1", 1);
    asked.enrolment_id = enrolment.id;
    asked.address_id = enrolment.address_id;
    asked.asked_at = monday;
    asked.closes_at = asked.reminder_at = monday + MINUTE;
    question_add(rows->db, &asked);
    assert_int_equal(
        question_open(rows->db, enrolment.address_id, monday, &question, 1), 1);
    assert_true(
        question_of_step(rows->db, enrolment.address_id, question.step, &again));
    question_closed(rows->db, enrolment.address_id, 0, monday, &again);
    answer_add(rows->db, &question, &given, monday);
    enrolment_completed(rows->db, person, &completed);
    outcome_is_sent(rows->db, enrolment.id, "C1", 1);
    message_since(rows->db, enrolment.address_id, KIND_SAFETY, 0);
    consent_live_monthly(rows->db, enrolment.person_id, true);
    assert_true(answer_newest(rows->db, enrolment.id, "C1", value));
    assert_int_equal(answer_score(rows->db, enrolment.id, "C1"), 1);
    question_reminder_due(rows->db, monday, &question);
    question_earliest_reminder(rows->db);
    question.answered_at = monday;
    question_save(rows->db, &question);
    consent_live(rows->db, person, false, rows->champions);
    consent_withdraw(rows->db, person, false, "staff: asked", monday);
    suppression_add(
        rows->db, enrolment.address_id, "opted_out", "STOP", "sms", 0, monday);
    basis_of_person(rows->db, person, NULL);
    person_behind(rows->db, enrolment.address_id, "Orang 1");
}

/* What the inbox asks. */
static void inbox_all(struct rows *rows)
{
    struct inbox_item item;
    struct user user = {.name = "rahma", .role = USER_ADMIN};

    user.id = user_add(rows->db, &user, monday);
    assert_int_not_equal(user.id, 0);
    inbox_after(rows->db, 0, 0, &item, 1);
    assert_true(inbox_find(rows->db, 1, &item));
    opened_text_add(rows->db, user.id, 1, "opened", "untuk tes", monday);
    assert_true(opened_text_any(rows->db, 1));
    inbox_done(rows->db, 1, monday);
}

static void no_statement_scans_a_large_table(void **state)
{
    struct rows *rows = *state;
    struct finding finding = {.db = rows->db};
    int64_t person = rows_person(rows, 1, 2000);
    struct message message = rows_message(rows, person);

    write_all(rows, &message);
    route_all(rows, &message);
    plan_all(rows, person);
    rows_inbound(rows, person, "k1", "in", "YA", false, monday);
    read_all(rows, person, &message);
    inbox_all(rows);
    db_each_statement(rows->db, on_statement, &finding);
    assert_true(finding.statements > 60);
    assert_int_equal(finding.scans, 0);
}

static void a_scan_would_be_seen(void **state)
{
    struct rows *rows = *state;
    struct finding finding = {.db = rows->db};

    on_statement(&finding, "SELECT id FROM message WHERE reason='late'");
    on_statement(&finding, "SELECT i.id FROM inbound i ORDER BY at LIMIT 1");
    assert_int_equal(finding.scans, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            no_statement_scans_a_large_table, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(a_scan_would_be_seen, rows_begin, rows_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
