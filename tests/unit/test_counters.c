/*
 * The report's counters are what a recount of the messages would find: after any legal
 * life of many messages, over several gateways, with units that are undone and commits in
 * between. The recount here asks the message rows; segments and moves, of which a row
 * keeps no trace, are kept by a model of the test's own.
 */
#include "unit/sent_rows.h"

#include "store/counter.h"

enum { MESSAGES = 40, MOVES = 3000, GATEWAYS = 2 };

static const char *const gateways[GATEWAYS] = {"maros-sms", "whatsapp"};
static const char *const districts[] = {"maros", "kendari", ""};

/* What the rows do not tell. */
struct model {
    int64_t segments[GATEWAYS], moved[GATEWAYS];
    int64_t ids[MESSAGES];
    int n;
    uint64_t seed;
};

/* The same in every run. */
static unsigned chance(struct model *model, unsigned below)
{
    model->seed = model->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(model->seed >> 33) % below;
}

static int gateway_of(const struct message *message)
{
    return strcmp(message->gateway, gateways[1]) == 0;
}

static bool is_accepted(enum message_state state)
{
    return state == MESSAGE_SENT || state == MESSAGE_DELIVERED || state == MESSAGE_READ;
}

static bool has_arrived(enum message_state state)
{
    return state == MESSAGE_DELIVERED || state == MESSAGE_READ;
}

static struct message_route route_to(int gateway, int parts)
{
    return (struct message_route){.gateway = gateways[gateway],
        .channel = gateway == 0 ? CHANNEL_SMS : CHANNEL_WHATSAPP,
        .parts = gateway == 0 ? parts : 1};
}

static void add(struct rows *rows, struct model *model)
{
    struct message message = rows_message(rows, rows_person(rows, model->n, 1990));
    int gateway = (int)chance(model, GATEWAYS);

    message.day = MONDAY_DAY + (int32_t)chance(model, 3);
    message.channel = gateway == 0 ? CHANNEL_SMS : CHANNEL_WHATSAPP;
    message.parts = gateway == 0 ? 1 + (int)chance(model, 3) : 1;
    message.counts = chance(model, 2) == 0;
    message.cap_day = message.day;
    snprintf(message.gateway, sizeof message.gateway, "%s", gateways[gateway]);
    snprintf(
        message.district, sizeof message.district, "%s", districts[chance(model, 3)]);
    message_add(rows->db, &message, "Halo", NULL, monday);
    model->ids[model->n++] = message.id;
}

static void move(struct rows *rows, struct model *model, struct message *message)
{
    static const char *const codes[] = {"", "131026", "EXPIRED"};
    static const char *const words[] = {"", "quiet_hours", "The gateway says no."};
    enum message_state to = (enum message_state)chance(model, MESSAGE_STATES);
    enum message_state from = message->state;

    if (!message_may_move(from, to)) {
        return;
    }
    message_move_for(rows->db, message, to,
        (enum failure_class)chance(model, FAILURE_CLASSES), codes[chance(model, 3)],
        words[chance(model, 3)], monday);
    if (is_accepted(to) && !is_accepted(from)) {
        model->segments[gateway_of(message)] += message->parts;
    }
}

static void reroute(struct rows *rows, struct model *model, struct message *message)
{
    struct message_route route =
        route_to(!gateway_of(message), 1 + (int)chance(model, 3));

    if (message->state == MESSAGE_QUEUED || message->state == MESSAGE_SENDING ||
        message->state == MESSAGE_SENT || message->state == MESSAGE_FAILED ||
        message->state == MESSAGE_UNSURE) {
        model->moved[gateway_of(message)]++;
        message_reroute(rows->db, message, &route, FAILURE_TEMPLATE, "132015",
            "The template is paused", monday);
    }
}

static void give_back(struct rows *rows, struct model *model, struct message *message)
{
    struct message_route route = route_to(!gateway_of(message), 2);
    bool may_be_sent = message->state == MESSAGE_QUEUED ||
                       message->state == MESSAGE_SENDING ||
                       message->state == MESSAGE_UNSURE;

    if (!has_arrived(message->state)) {
        message_return(
            rows->db, message, &route, may_be_sent && chance(model, 2) == 0, monday);
    }
}

/* One thing happens to one message, in a unit; every seventh unit is undone. */
static void happen(struct rows *rows, struct model *model)
{
    struct model before = *model;
    bool keep = chance(model, 7) != 0;
    struct message message;
    unsigned what = chance(model, 10);

    before.seed = 0;
    db_unit_begin(rows->db);
    if (model->n < MESSAGES && (model->n == 0 || what == 0)) {
        add(rows, model);
    } else {
        assert_true(message_find(
            rows->db, model->ids[chance(model, (unsigned)model->n)], &message));
        if (what == 1) {
            reroute(rows, model, &message);
        } else if (what == 2) {
            give_back(rows, model, &message);
        } else {
            move(rows, model, &message);
        }
    }
    assert_int_equal(db_unit_end(rows->db, keep), 0);
    if (!keep) {
        before.seed = model->seed;
        *model = before;
    }
}

static int64_t number(struct rows *rows, const char *sql)
{
    struct stmt *stmt;
    int64_t value = 0;

    db_write_pending(rows->db);
    stmt = db_stmt(rows->db, sql);
    if (stmt_row(stmt)) {
        value = stmt_get_int(stmt, 0);
        stmt_end(stmt);
    }
    return value;
}

/* Rows of the one side that the other has not, in either direction: 0 when they agree. */
#define STATE_COUNTS                                                                   \
    "SELECT gateway,channel,district,day,'queued' s,queued n FROM counter UNION ALL"   \
    " SELECT gateway,channel,district,day,'sending',sending FROM counter UNION ALL"    \
    " SELECT gateway,channel,district,day,'sent',sent FROM counter UNION ALL"          \
    " SELECT gateway,channel,district,day,'delivered',delivered FROM counter"          \
    " UNION ALL SELECT gateway,channel,district,day,'read',read FROM counter"          \
    " UNION ALL SELECT gateway,channel,district,day,'failed',failed FROM counter"      \
    " UNION ALL SELECT gateway,channel,district,day,'expired',expired FROM counter"    \
    " UNION ALL SELECT gateway,channel,district,day,'cancelled',cancelled FROM "       \
    "counter"                                                                          \
    " UNION ALL SELECT gateway,channel,district,day,'unsure',unsure FROM counter"
#define ROW_COUNTS                                                                     \
    "SELECT gateway,channel,district,day,state s,count(*) n FROM message"              \
    " GROUP BY gateway,channel,district,day,state"

static void expect_states(struct rows *rows)
{
    assert_int_equal(number(rows, "SELECT count(*) FROM (SELECT * FROM (" STATE_COUNTS
                                  ") WHERE n<>0 EXCEPT " ROW_COUNTS ")"),
        0);
    assert_int_equal(
        number(rows, "SELECT count(*) FROM (" ROW_COUNTS
                     " EXCEPT SELECT * FROM (" STATE_COUNTS ") WHERE n<>0)"),
        0);
}

static void expect_caps(struct rows *rows)
{
    assert_int_equal(number(rows, "SELECT total(n) FROM cap_use"),
        number(rows, "SELECT count(*) FROM message WHERE cap_day IS NOT NULL"
                     " AND state NOT IN ('failed','expired','cancelled')"));
}

/* The sum of a column that the literal names, for one gateway. */
static int64_t sum_of(struct rows *rows, const char *sql, const char *gateway)
{
    struct stmt *stmt;

    db_write_pending(rows->db);
    stmt = db_stmt(rows->db, sql);
    stmt_text(stmt, 1, gateway);
    return stmt_value(stmt);
}

static void expect_model(struct rows *rows, const struct model *model)
{
    for (int i = 0; i < GATEWAYS; i++) {
        assert_int_equal(sum_of(rows,
                             "SELECT CAST(total(segments) AS INTEGER) FROM counter"
                             " WHERE gateway=?1",
                             gateways[i]),
            model->segments[i]);
        assert_int_equal(sum_of(rows,
                             "SELECT CAST(total(moved) AS INTEGER) FROM "
                             "counter WHERE gateway=?1",
                             gateways[i]),
            model->moved[i]);
    }
}

/* How often the reasons know what this message came to. */
static int64_t reasons_like(struct rows *rows, const struct message *message)
{
    struct stmt *stmt = db_stmt(rows->db,
        "SELECT CAST(total(n) AS INTEGER) FROM reason_counter WHERE gateway=?1"
        " AND outcome=?2 AND reason=?3 AND district=?4 AND day=?5");
    char reason[COUNTER_REASON_SIZE];

    counter_reason(message->class, message->code, message->reason, reason);
    stmt_text(stmt, 1, message->gateway);
    stmt_text(stmt, 2, message_state_name(message->state));
    stmt_text(stmt, 3, reason);
    stmt_text(stmt, 4, message->district);
    stmt_int(stmt, 5, message->day);
    return stmt_value(stmt);
}

static void expect_reasons(struct rows *rows, const struct model *model)
{
    int64_t found = 0;

    db_write_pending(rows->db);
    for (int i = 0; i < model->n; i++) {
        struct message message;

        assert_true(message_find(rows->db, model->ids[i], &message));
        if (message.state == MESSAGE_FAILED || message.state == MESSAGE_EXPIRED ||
            message.state == MESSAGE_CANCELLED || message.state == MESSAGE_UNSURE) {
            found++;
            assert_true(reasons_like(rows, &message) >= 1);
        }
    }
    assert_int_equal(
        number(rows, "SELECT total(n) FROM reason_counter WHERE outcome<>'moved'"),
        found);
    assert_int_equal(
        number(rows, "SELECT total(n) FROM reason_counter WHERE outcome='moved'"),
        model->moved[0] + model->moved[1]);
    assert_int_equal(number(rows, "SELECT count(*) FROM reason_counter WHERE n<0"), 0);
}

static void the_counters_are_what_a_recount_finds(void **state)
{
    struct rows *rows = *state;
    struct model model = {.seed = 2026};
    struct err err;

    for (int i = 0; i < MOVES; i++) {
        happen(rows, &model);
        if (i % 10 == 9) {
            assert_int_equal(db_commit(rows->db, &err), 0);
        }
        if (i % 50 == 49) {
            expect_states(rows);
            expect_caps(rows);
            expect_model(rows, &model);
            expect_reasons(rows, &model);
        }
    }
    assert_int_equal(model.n, MESSAGES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_counters_are_what_a_recount_finds, rows_begin, rows_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
