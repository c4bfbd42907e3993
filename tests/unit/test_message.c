/*
 * The one door through which a message's state changes.
 */
#include "sent_rows.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* From (row) and to (column), in the order of enum message_state: queued sending sent
 * delivered read failed expired cancelled unsure. x: legal. */
static const char *const legal[MESSAGE_STATES] = {
    [MESSAGE_QUEUED] = "xxxxxxxx.",
    [MESSAGE_SENDING] = "x.xxxx..x",
    [MESSAGE_SENT] = "...xxx...",
    [MESSAGE_DELIVERED] = "....x....",
    [MESSAGE_READ] = ".........",
    [MESSAGE_FAILED] = "...xx....",
    [MESSAGE_EXPIRED] = "...xx....",
    [MESSAGE_CANCELLED] = "...xx....",
    [MESSAGE_UNSURE] = ".xxxxx..x",
};

static void states_move_as_the_table_says_and_no_other_way(void **state)
{
    (void)state;
    for (int from = 0; from < MESSAGE_STATES; from++) {
        for (int to = 0; to < MESSAGE_STATES; to++) {
            bool may =
                message_may_move((enum message_state)from, (enum message_state)to);

            if (may != (legal[from][to] == 'x')) {
                fail_msg("from %s to %s", message_state_name((enum message_state)from),
                    message_state_name((enum message_state)to));
            }
        }
    }
}

static void what_was_delivered_stays_so_and_unsure_never_expires(void **state)
{
    (void)state;
    assert_false(message_may_move(MESSAGE_DELIVERED, MESSAGE_FAILED));
    assert_false(message_may_move(MESSAGE_DELIVERED, MESSAGE_SENT));
    assert_true(message_may_move(MESSAGE_FAILED, MESSAGE_DELIVERED));
    assert_false(message_may_move(MESSAGE_UNSURE, MESSAGE_EXPIRED));
    assert_false(message_may_move(MESSAGE_UNSURE, MESSAGE_QUEUED));
    assert_false(message_may_move(MESSAGE_UNSURE, MESSAGE_CANCELLED));
}

/* In a child, since it aborts. */
static void an_illegal_move_is_a_bug_and_aborts(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 1990));
    struct rlimit none = {0};
    pid_t child;
    int status;

    rows_send(rows, &message, MESSAGE_DELIVERED, monday);
    child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGABRT, SIG_DFL);
        rows_move(rows, &message, MESSAGE_FAILED, "", monday);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* A column of the counters, over all of them. */
static int64_t counted(struct rows *rows, const char *sql)
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

static const char SEGMENTS[] = "SELECT total(segments) FROM counter";
static const char REACHED[] = "SELECT count(*) FROM reach";
static const char ALL[] =
    "SELECT total(queued+sending+sent+delivered+read+failed+expired+cancelled+unsure)"
    " FROM counter";

static void a_message_is_counted_in_exactly_one_state(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 1990));
    static const enum message_state way[] = {MESSAGE_SENDING, MESSAGE_QUEUED,
        MESSAGE_SENDING, MESSAGE_UNSURE, MESSAGE_UNSURE, MESSAGE_SENDING, MESSAGE_SENT,
        MESSAGE_FAILED, MESSAGE_DELIVERED, MESSAGE_READ};

    message_add(rows->db, &message, "Halo", NULL, monday);
    for (size_t i = 0; i < sizeof way / sizeof way[0]; i++) {
        struct message stored;

        rows_move(rows, &message, way[i], "", monday);
        assert_int_equal(counted(rows, ALL), 1);
        assert_int_equal(message_count_state(rows->db, way[i]), 1);
        assert_true(message_find(rows->db, message.id, &stored));
        assert_int_equal(stored.state, way[i]);
    }
}

static void segments_are_counted_when_the_gateway_takes_it_and_once(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 1990));

    message_add(rows->db, &message, "Halo", NULL, monday);
    rows_move(rows, &message, MESSAGE_SENDING, "", monday);
    assert_int_equal(counted(rows, SEGMENTS), 0);
    rows_move(rows, &message, MESSAGE_SENT, "", monday);
    rows_move(rows, &message, MESSAGE_DELIVERED, "", monday);
    rows_move(rows, &message, MESSAGE_READ, "", monday);
    assert_int_equal(counted(rows, SEGMENTS), message.parts);
}

static void a_person_is_reached_once_however_many_arrive(void **state)
{
    struct rows *rows = *state;
    int64_t person = rows_person(rows, 1, 1990);
    struct message first = rows_message(rows, person);
    struct message second = rows_message(rows, person);
    struct message another = rows_message(rows, rows_person(rows, 2, 1990));

    rows_send(rows, &first, MESSAGE_SENT, monday);
    assert_int_equal(counted(rows, REACHED), 0);
    rows_move(rows, &first, MESSAGE_DELIVERED, "", monday);
    rows_move(rows, &first, MESSAGE_READ, "", monday);
    rows_send(rows, &second, MESSAGE_DELIVERED, monday);
    assert_int_equal(counted(rows, REACHED), 1);
    rows_send(rows, &another, MESSAGE_DELIVERED, monday);
    assert_int_equal(counted(rows, REACHED), 2);
}

static void only_what_certainly_did_not_arrive_leaves_the_caps(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 1990));
    struct cap_used used;

    message.counts = true;
    message.cap_day = MONDAY_DAY;
    message_add(rows->db, &message, "Halo", NULL, monday);
    rows_move(rows, &message, MESSAGE_SENDING, "", monday);
    rows_move(rows, &message, MESSAGE_UNSURE, "cut", monday);
    cap_count(rows->db, message.address_id, MONDAY_DAY, MONDAY_DAY, &used);
    assert_int_equal(used.day, 1);
    rows_move(rows, &message, MESSAGE_FAILED, "", monday);
    cap_count(rows->db, message.address_id, MONDAY_DAY, MONDAY_DAY, &used);
    assert_int_equal(used.day, 0);
    rows_move(rows, &message, MESSAGE_DELIVERED, "", monday); /* it did, after all */
    cap_count(rows->db, message.address_id, MONDAY_DAY, MONDAY_DAY, &used);
    assert_int_equal(used.day, 1);
}

static void a_move_that_is_over_leaves_nothing_to_do(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 1990));
    struct message list[2];

    message.next_at = monday;
    message_add(rows->db, &message, "Halo", NULL, monday);
    assert_int_equal(
        message_claimable(rows->db, "maros-sms", PRIORITY_CAMPAIGN, monday, list, 2),
        1);
    assert_int_equal(message_next_claim(rows->db, "maros-sms"), monday);
    rows_move(rows, &message, MESSAGE_SENDING, "", monday);
    assert_int_equal(message_next_claim(rows->db, "maros-sms"), 0);
    assert_int_equal(message_in_state_sending(rows->db, list, 2), 1);
    message.next_at = monday + MINUTE;
    rows_move(rows, &message, MESSAGE_UNSURE, "cut", monday);
    assert_int_equal(message_next_unsure(rows->db), monday + MINUTE);
    assert_int_equal(message_unsure_due(rows->db, monday, list, 2), 0);
    assert_int_equal(message_unsure_due(rows->db, monday + MINUTE, list, 2), 1);
    assert_int_equal(message_expired(rows->db, message.expires_at, list, 2), 0);
    rows_move(rows, &message, MESSAGE_DELIVERED, "", monday);
    assert_int_equal(message_next_unsure(rows->db), 0);
    assert_true(message_find(rows->db, message.id, &message) && message.next_at == 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, rows_begin, rows_end)
    const struct CMUnitTest tests[] = {
        TEST(states_move_as_the_table_says_and_no_other_way),
        TEST(what_was_delivered_stays_so_and_unsure_never_expires),
        TEST(an_illegal_move_is_a_bug_and_aborts),
        TEST(a_message_is_counted_in_exactly_one_state),
        TEST(segments_are_counted_when_the_gateway_takes_it_and_once),
        TEST(a_person_is_reached_once_however_many_arrive),
        TEST(only_what_certainly_did_not_arrive_leaves_the_caps),
        TEST(a_move_that_is_over_leaves_nothing_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
