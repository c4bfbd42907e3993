/*
 * The delivery report, tables and reasons.
 */
#include "sent_rows.h"

#include "report/delivery.h"
#include "report/people.h"
#include "report/reason.h"
#include "report/standing.h"
#include "report/table.h"
#include "store/address_gateway.h"

static const struct report_query everything = {
    .from_day = INT32_MIN, .to_day = INT32_MAX};

static struct delivery run(struct rows *rows, struct report_query query)
{
    struct delivery delivery;
    struct err err = {0};

    assert_int_equal(delivery_run(rows->db, &query, &delivery, &err), 0);
    return delivery;
}

enum { PEOPLE = 25, MESSAGES = 600 };

/* Many messages, spread over every key and every state. Returns how many. */
static int fill(struct rows *rows)
{
    static const char *const steps[] = {"C1", "C2", "C10"};
    static const char *const gateways[] = {"maros-sms", "kendari-sms"};
    int64_t people[PEOPLE];

    for (int i = 0; i < PEOPLE; i++) {
        people[i] = rows_person(rows, i, 2000);
    }
    for (int i = 0; i < MESSAGES; i++) {
        struct message message = rows_message(rows, people[i * 7 % PEOPLE]);

        message.series_id = i % 5 == 0   ? rows->parents
                            : i % 7 == 0 ? rows->news
                                         : rows->champions;
        message.campaign_id =
            message.series_id == rows->news ? rows->other : rows->campaign;
        snprintf(message.step, sizeof message.step, "%s", steps[i % 3]);
        snprintf(message.gateway, sizeof message.gateway, "%s", gateways[i / 3 % 2]);
        message.channel = i % 11 == 0 ? CHANNEL_WHATSAPP : CHANNEL_SMS;
        message.day = MONDAY_DAY + i / 50;
        message.parts = 1 + i % 3;
        rows_send(
            rows, &message, (enum message_state)(i * 13 % MESSAGE_STATES), monday);
    }
    return MESSAGES;
}

static bool same_key(const struct delivery_row *row, const struct message *message)
{
    return row->campaign_id == message->campaign_id &&
           row->series_id == message->series_id &&
           strcmp(row->step, message->step) == 0 &&
           strcmp(row->channel, channel_name(message->channel)) == 0 &&
           strcmp(row->gateway, message->gateway) == 0;
}

static void the_report_equals_a_recount_of_the_messages(void **state)
{
    struct rows *rows = *state;
    int n = fill(rows), seen = 0;
    struct delivery delivery = run(rows, everything);
    int64_t total[MESSAGE_STATES] = {0};

    assert_true(delivery.n > 10);
    for (size_t i = 0; i < delivery.n; i++) {
        int64_t states[MESSAGE_STATES] = {0}, segments = 0;
        struct people people = {0};

        for (int id = 1; id <= n; id++) {
            struct message message;

            assert_true(message_find(rows->db, id, &message));
            if (!same_key(&delivery.rows[i], &message)) {
                continue;
            }
            seen++;
            states[message.state]++;
            total[message.state]++;
            if (message.state == MESSAGE_DELIVERED || message.state == MESSAGE_READ) {
                people_add(&people, message.person_id);
                segments += message.parts;
            } else if (message.state == MESSAGE_SENT) {
                segments += message.parts;
            }
        }
        assert_memory_equal(states, delivery.rows[i].states, sizeof states);
        assert_int_equal(people.n, delivery.rows[i].people);
        assert_int_equal(segments, delivery.rows[i].segments);
        people_fini(&people);
    }
    assert_int_equal(seen, n);
    assert_int_equal(delivery.total.messages, n);
    assert_memory_equal(total, delivery.total.states, sizeof total);
    delivery_fini(&delivery);
}

static void whatever_a_report_is_by_its_rows_make_its_total(void **state)
{
    static const char *const words[] = {"series", "step", "channel", "gateway", "day"};
    static const size_t rows_n[] = {3, 9, 2, 2, 12};
    struct rows *rows = *state;
    struct report_query query = everything;

    fill(rows);
    for (size_t i = 0; i < 5; i++) {
        struct delivery delivery;
        int64_t messages = 0, segments = 0;

        assert_int_equal(report_by_parse(words[i], &query.by), 0);
        delivery = run(rows, query);
        assert_int_equal(delivery.n, rows_n[i]);
        for (size_t row = 0; row < delivery.n; row++) {
            messages += delivery.rows[row].messages;
            segments += delivery.rows[row].segments;
        }
        assert_int_equal(messages, MESSAGES);
        assert_int_equal(messages, delivery.total.messages);
        assert_int_equal(segments, delivery.total.segments);
        delivery_fini(&delivery);
    }
    assert_int_equal(report_by_parse("moon", &query.by), -1);
}

static void a_person_counts_once_however_many_messages_arrive(void **state)
{
    struct rows *rows = *state;
    int64_t one = rows_person(rows, 1, 2000), other = rows_person(rows, 2, 2000);
    int64_t nobody = rows_person(rows, 3, 2000);
    struct report_query query = everything;
    struct delivery delivery;

    for (int i = 0; i < 3; i++) {
        struct message message = rows_message(rows, one);

        snprintf(message.step, sizeof message.step, "C%d", i);
        rows_send(rows, &message, MESSAGE_READ, monday);
    }
    for (int i = 0; i < 2; i++) {
        struct message message = rows_message(rows, i == 0 ? other : nobody);

        snprintf(message.step, sizeof message.step, "C0");
        rows_send(rows, &message, i == 0 ? MESSAGE_DELIVERED : MESSAGE_FAILED, monday);
    }
    query.by = REPORT_BY_SERIES;
    delivery = run(rows, query);
    assert_int_equal(delivery.n, 1);
    assert_int_equal(delivery.rows[0].people, 2);
    assert_int_equal(delivery.total.people, 2);
    assert_int_equal(delivery.total.messages, 5);
    delivery_fini(&delivery);
    delivery = run(rows, everything);
    assert_int_equal(delivery.n, 3);
    assert_int_equal(delivery.rows[0].people, 2);
    assert_int_equal(delivery.rows[1].people, 1);
    delivery_fini(&delivery);
}

static void days_choose_messages_and_people_alike(void **state)
{
    struct rows *rows = *state;
    struct report_query query = {
        .from_day = MONDAY_DAY + 1, .to_day = MONDAY_DAY + 2, .by = REPORT_BY_DAY};
    struct delivery delivery;

    for (int day = 0; day < 4; day++) {
        for (int i = 0; i <= day; i++) {
            struct message message =
                rows_message(rows, rows_person(rows, 10 * day + i, 0));

            message.day = MONDAY_DAY + day;
            rows_send(rows, &message, MESSAGE_DELIVERED, monday);
        }
    }
    delivery = run(rows, query);
    assert_int_equal(delivery.n, 2);
    assert_int_equal(delivery.rows[0].day, MONDAY_DAY + 1);
    assert_int_equal(delivery.rows[0].people, 2);
    assert_int_equal(delivery.rows[1].messages, 3);
    assert_int_equal(delivery.total.people, 5);
    assert_int_equal(delivery.total.messages, 5);
    delivery_fini(&delivery);
}

static void a_campaign_chooses_its_own_and_an_unknown_one_is_refused(void **state)
{
    struct rows *rows = *state;
    struct report_query query = everything;
    struct delivery delivery;
    struct err err = {0};
    int64_t news = 0;

    fill(rows);
    for (int id = 1; id <= MESSAGES; id++) {
        struct message message;

        message_find(rows->db, id, &message);
        news += message.campaign_id == rows->other;
    }
    query.campaign = "kabar";
    delivery = run(rows, query);
    assert_int_equal(delivery.total.messages, news);
    assert_true(delivery.total.people > 0 && delivery.total.people < PEOPLE);
    delivery_fini(&delivery);
    query.campaign = "cegah-kawin-anak";
    delivery = run(rows, query);
    assert_int_equal(delivery.total.messages, MESSAGES - news);
    delivery_fini(&delivery);

    query.campaign = "cegah";
    assert_int_equal(delivery_run(rows->db, &query, &delivery, &err), -1);
    assert_int_equal(err.code, ERR_REFUSED);
    assert_non_null(strstr(err.text, "cegah-kawin-anak kabar"));
}

static void more_people_than_a_slice_are_all_counted(void **state)
{
    struct rows *rows = *state;
    struct delivery delivery;

    enum { MANY = 4500 };

    for (int i = 0; i < MANY; i++) {
        struct message message = rows_message(rows, rows_person(rows, i, 2000));

        message.day = MONDAY_DAY + i;
        rows_send(rows, &message, MESSAGE_DELIVERED, monday);
    }
    delivery = run(rows, everything);
    assert_int_equal(delivery.n, 1);
    assert_int_equal(delivery.total.people, MANY);
    assert_int_equal(delivery.rows[0].people, MANY);
    assert_int_equal(delivery.total.states[MESSAGE_DELIVERED], MANY);
    delivery_fini(&delivery);
}

static void json_holds_every_key_and_a_cost_that_is_not_known_is_null(void **state)
{
    static const char *const keys[] = {"campaign", "series", "step", "channel",
        "gateway", "queued", "sending", "sent", "delivered", "read", "failed",
        "expired", "cancelled", "unsure", "people", "segments", "cost", "currency"};
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 2000));
    struct delivery delivery;
    struct table *table;
    json_t *json, *row;
    struct buf out;

    rows_send(rows, &message, MESSAGE_DELIVERED, monday);
    delivery = run(rows, everything);
    table = delivery_table(rows->db, &delivery);
    json = delivery_json(&delivery, table);
    assert_int_equal(json_array_size(json_object_get(json, "rows")), 1);
    row = json_array_get(json_object_get(json, "rows"), 0);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        assert_non_null(json_object_get(row, keys[i]));
        assert_non_null(json_object_get(json_object_get(json, "total"), keys[i]));
    }
    assert_string_equal(
        json_string_value(json_object_get(row, "campaign")), "cegah-kawin-anak");
    assert_string_equal(json_string_value(json_object_get(row, "series")), "champions");
    assert_true(json_is_null(json_object_get(row, "cost")));
    assert_true(json_is_null(json_object_get(row, "currency")));
    buf_init(&out, 65536);
    table_csv(table, &out);
    assert_non_null(strstr(buf_text(&out), ",1.0000,1,2,,\n"));
    buf_clear(&out);
    delivery_print(&delivery, table, &out);
    assert_ptr_equal(
        strstr(buf_text(&out), "Delivery of cegah-kawin-anak by sms over maros-sms\n\n"
                               "series     step  messages  delivered  arrived"),
        buf_text(&out));
    assert_non_null(strstr(buf_text(&out), "\ntotal            "));
    assert_non_null(strstr(buf_text(&out), "██████ 100%"));
    assert_non_null(
        strstr(buf_text(&out), "No message is: queued, sending, sent, read"));
    buf_fini(&out);
    json_decref(json);
    table_free(table);
    delivery_fini(&delivery);
}

/* Each cause of a pause, and what is to be done about it. */
static void a_paused_gateway_and_a_refused_template_say_since_when_and_what_to_do(
    void **state)
{
    static const char *const causes[][2] = {
        {"the token is wrong or has expired: Error validating", "make a new one"},
        {"the password or token is wrong or has expired: 401", "correct it"},
        {"the password is wrong, or the account may not send: x", "correct it"},
        {"the balance is empty: 402", "top it up"},
        {"the balance is empty, or a payment has failed: x", "payment method"},
        {"the account is locked: x", "have it opened"},
        {"the token lacks a permission: x", "permission to send"},
        {"the number is not registered: x", "register it"},
        {"it refuses the account: x", "ask the provider"},
        {"it does not answer", "is up"},
    };
    static const struct template_refused refused = {
        .word = "paused", .code = "132015", .since = 1767600900000};
    struct rows *rows = *state;
    json_t *list;
    const char *line;

    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        gateway_pause_clear(rows->db, "whatsapp");
        gateway_pause_set(rows->db, "whatsapp", causes[i][0], monday, monday);
        list = standing_json(rows->db, "Asia/Makassar");
        assert_int_equal(json_array_size(list), 1);
        line = json_string_value(json_object_get(json_array_get(list, 0), "sentence"));
        assert_ptr_equal(
            strstr(line, "whatsapp is paused since 2026-01-05 16:15, and"), line);
        assert_non_null(strstr(line, causes[i][1]));
        json_decref(list);
    }
    template_refused_set(rows->db, "whatsapp", "pengingat", "id", &refused);
    list = standing_json(rows->db, "Asia/Makassar");
    assert_int_equal(json_array_size(list), 2);
    line = json_string_value(json_object_get(json_array_get(list, 1), "sentence"));
    assert_ptr_equal(strstr(line, "whatsapp refuses the template pengingat (id) since "
                                  "2026-01-05 16:15, as paused: "),
        line);
    assert_non_null(strstr(line, "WhatsApp Manager"));
    json_decref(list);
}

static const struct table_column columns[] = {
    {"name", "name", TABLE_TEXT, 8},
    {"n", "n", TABLE_NUMBER, 0},
    {"share", "share", TABLE_SHARE, 0},
};

static void add(struct table *table, const char *name, int64_t n, double share)
{
    table_add_row(table);
    table_set_text(table, "name", name);
    table_set_number(table, "n", n);
    table_set_share(table, "share", share);
}

static void csv_quotes_what_would_break_it_and_disarms_formulas(void **state)
{
    struct table *table = table_new(columns, 3);
    struct buf out;

    (void)state;
    add(table, "Siti, \"Ina\"", 1, 0.5);
    add(table, "dua\nbaris", -2, 1);
    add(table, "=1+2", 3, 0);
    add(table, "-", 4, 0.25);
    buf_init(&out, 4096);
    table_csv(table, &out);
    assert_string_equal(buf_text(&out), "name,n,share\n"
                                        "\"Siti, \"\"Ina\"\"\",1,0.5000\n"
                                        "\"dua\nbaris\",-2,1.0000\n"
                                        "'=1+2,3,0.0000\n"
                                        "-,4,0.2500\n");
    buf_fini(&out);
    table_free(table);
}

static void columns_align_by_what_a_terminal_shows(void **state)
{
    struct table *table = table_new(columns, 3);
    struct buf out;

    (void)state;
    add(table, "Zoë", 7, 0);
    add(table, "e\xcc\x81", 12345, 0.5);          /* an e and a mark over it */
    add(table, "\xe6\x9d\xb1\xe4\xba\xac", 1, 1); /* two wide characters */
    add(table, "a\x1b[2Jb\n", 1, 0.01);
    add(table, "Nurhayati binti", 1, 0.99);
    table_mark_total(table);
    buf_init(&out, 4096);
    table_print(table, &out);
    assert_string_equal(buf_text(&out),
        "name          n  share\n"
        "────────────────────────────\n"
        "Zoë           7           0%\n"
        "e\xcc\x81         12345  ███     50%\n"
        "\xe6\x9d\xb1\xe4\xba\xac          1  ██████ 100%\n"
        "a [2Jb        1  ▏        1%\n"
        "────────────────────────────\n"
        "Nurhaya…      1  █████▉  99%\n");
    assert_int_equal(table_cells("e\xcc\x81"), 1);
    assert_int_equal(table_cells("\xe6\x9d\xb1"), 2);
    buf_fini(&out);
    table_free(table);
}

static void every_reason_and_class_has_a_sentence(void **state)
{
    static const char *const reasons[] = {"quiet_hours", "cap_day", "cap_week",
        "opted_out", "no_consent", "no_guardian_consent", "no_basis", "campaign_paused",
        "campaign_stopped", "series_paused", "not_a_test_phone", "expired", "late",
        "cut", "restart", "resend_refused", "no_answer", "removed", "completed",
        "declined", "shared_number", "guardian", "no_route"};
    char sentence[REASON_SENTENCE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        reason_explain("", reasons[i], sentence);
        assert_true(strlen(sentence) > strlen(reasons[i]) + 10);
        assert_int_equal(sentence[strlen(sentence) - 1], '.');
    }
    for (int class = 1; class < FAILURE_CLASSES; class ++) {
        reason_explain(failure_class_name((enum failure_class) class), "", sentence);
        assert_true(strlen(sentence) > 30);
        reason_explain(
            failure_class_name((enum failure_class) class), "Ohne Netz", sentence);
        assert_non_null(strstr(sentence, "(the gateway says: Ohne Netz)."));
    }
    reason_explain("", "", sentence);
    assert_string_equal(sentence, "");
    reason_explain("", "403 Forbidden", sentence);
    assert_string_equal(sentence, "The gateway says: 403 Forbidden.");
    reason_explain("", "stat:EXPIRED err:000", sentence);
    assert_non_null(strstr(sentence, "out of reach"));
    assert_non_null(strstr(sentence, "(the gateway says: stat:EXPIRED err:000)."));
    reason_explain("opted_out", "opted_out", sentence);
    assert_null(strstr(sentence, "says: opted_out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_report_equals_a_recount_of_the_messages, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            whatever_a_report_is_by_its_rows_make_its_total, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            a_person_counts_once_however_many_messages_arrive, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            days_choose_messages_and_people_alike, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            a_campaign_chooses_its_own_and_an_unknown_one_is_refused, rows_begin,
            rows_end),
        cmocka_unit_test_setup_teardown(
            more_people_than_a_slice_are_all_counted, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            json_holds_every_key_and_a_cost_that_is_not_known_is_null, rows_begin,
            rows_end),
        cmocka_unit_test_setup_teardown(
            a_paused_gateway_and_a_refused_template_say_since_when_and_what_to_do,
            rows_begin, rows_end),
        cmocka_unit_test(csv_quotes_what_would_break_it_and_disarms_formulas),
        cmocka_unit_test(columns_align_by_what_a_terminal_shows),
        cmocka_unit_test(every_reason_and_class_has_a_sentence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
