/*
 * Units of work: what fails undoes itself and nobody else, also where many share one
 * savepoint, and its counts with it.
 */
#include "sent_rows.h"

enum { WORKS = 4 };

/* Work i queues a message; that of the bad ones breaks a rule of the store first. */
struct pile {
    struct rows *rows;
    unsigned bad; /* bit set */
    int64_t person;
    int ran[WORKS], undone[WORKS];
};

static void run_one(void *context, size_t i)
{
    struct pile *pile = context;
    struct message message = rows_message(pile->rows, pile->person);
    struct message none = {.id = 4711, .attempts = 1, .address_id = 1};

    pile->ran[i]++;
    snprintf(message.step, sizeof message.step, "S%zu", i);
    rows_send(pile->rows, &message, MESSAGE_DELIVERED, monday);
    if ((pile->bad & 1u << i) != 0) {
        attempt_add(pile->rows->db, &none, "text", monday); /* of no message */
    }
}

static void undone_one(void *context, size_t i)
{
    struct pile *pile = context;

    pile->undone[i]++;
}

static struct pile run_pile(struct rows *rows, size_t n, unsigned bad)
{
    struct pile pile = {.rows = rows, .bad = bad, .person = rows_person(rows, 1, 1990)};
    struct db_work work = {n, &pile, run_one, undone_one};

    db_units(rows->db, &work);
    return pile;
}

static void without_a_failure_each_piece_runs_once(void **state)
{
    struct rows *rows = *state;
    struct pile pile = run_pile(rows, WORKS, 0);

    for (int i = 0; i < WORKS; i++) {
        assert_int_equal(pile.ran[i], 1);
        assert_int_equal(pile.undone[i], 0);
    }
    assert_int_equal(message_count_state(rows->db, MESSAGE_DELIVERED), WORKS);
}

static void a_failing_piece_undoes_itself_and_nobody_else(void **state)
{
    struct rows *rows = *state;
    struct pile pile = run_pile(rows, WORKS, 1u << 1);
    struct message message;
    struct err err;
    int found = 0;

    assert_int_equal(pile.undone[0], 1); /* the first pass, and kept by the second */
    assert_int_equal(pile.undone[1], 2);
    assert_int_equal(pile.ran[3], 1);
    assert_int_equal(pile.undone[3], 0);
    assert_int_equal(db_commit(rows->db, &err), 0);
    for (int64_t id = 1; id < 20; id++) {
        if (message_find(rows->db, id, &message)) {
            assert_string_not_equal(message.step, "S1");
            found++;
        }
    }
    assert_int_equal(found, WORKS - 1);
}

static void a_lone_piece_that_fails_is_not_tried_again(void **state)
{
    struct pile pile = run_pile(*state, 1, 1u << 0);

    assert_int_equal(pile.ran[0], 1);
    assert_int_equal(pile.undone[0], 1);
}

static void what_is_undone_is_not_counted(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 2, 1990));

    db_unit_begin(rows->db);
    rows_send(rows, &message, MESSAGE_SENT, monday);
    db_unit_begin(rows->db);
    rows_move(rows, &message, MESSAGE_DELIVERED, "", monday);
    db_unit_end(rows->db, false);
    assert_int_equal(db_unit_end(rows->db, true), 0);
    assert_int_equal(message_count_state(rows->db, MESSAGE_SENT), 1);
    assert_int_equal(message_count_state(rows->db, MESSAGE_DELIVERED), 0);
    assert_int_equal(message_count_state(rows->db, MESSAGE_QUEUED), 0);
}

static void counts_are_on_the_disk_with_the_turn_that_they_belong_to(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 3, 1990));
    struct db *reader;
    struct err err;

    rows_send(rows, &message, MESSAGE_DELIVERED, monday);
    assert_int_equal(db_commit(rows->db, &err), 0);
    reader = db_open(rows->path, DB_READ, &err);
    assert_non_null(reader);
    assert_int_equal(message_count_state(reader, MESSAGE_DELIVERED), 1);
    assert_int_equal(message_count_state(reader, MESSAGE_SENDING), 0);
    db_close(reader);
}

/* A claim moves the day that a message counts on; if it then cannot be built, the day
 * that it stood on is given back. */
static void a_message_that_is_void_gives_back_the_day_it_stood_on(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 4, 1990));
    struct cap_used used;

    message.counts = true;
    message.cap_day = MONDAY_DAY;
    message_add(rows->db, &message, "Halo", NULL, monday);
    message.cap_day = MONDAY_DAY + 1;
    rows_move(rows, &message, MESSAGE_FAILED, "", monday);
    cap_count(rows->db, message.address_id, MONDAY_DAY, MONDAY_DAY, &used);
    assert_int_equal(used.day, 0);
    assert_int_equal(used.week, 0);
}

static void a_message_counts_on_the_day_that_it_leaves(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 5, 1990));
    struct cap_used used;

    message.counts = true;
    message.cap_day = MONDAY_DAY;
    message_add(rows->db, &message, "Halo", NULL, monday);
    message.cap_day = MONDAY_DAY + 1;
    rows_move(rows, &message, MESSAGE_SENDING, "", monday);
    cap_count(rows->db, message.address_id, MONDAY_DAY, MONDAY_DAY, &used);
    assert_int_equal(used.day, 0);
    assert_int_equal(used.week, 1);
    cap_count(rows->db, message.address_id, MONDAY_DAY + 1, MONDAY_DAY, &used);
    assert_int_equal(used.day, 1);
}

static void a_timeline_takes_each_event_of_an_attempt_once(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 6, 1990));

    rows_send(rows, &message, MESSAGE_SENT, monday);
    assert_true(event_add(rows->db, message.id, 1, "sent", "8", "", monday));
    assert_true(event_add(rows->db, message.id, 1, "delivered", "1", "", monday));
    assert_false(event_add(rows->db, message.id, 1, "sent", "8", "again", monday));
    assert_true(event_add(rows->db, message.id, 2, "sent", "8", "", monday));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, rows_begin, rows_end)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(without_a_failure_each_piece_runs_once),
        TEST(a_failing_piece_undoes_itself_and_nobody_else),
        TEST(a_lone_piece_that_fails_is_not_tried_again),
        TEST(what_is_undone_is_not_counted),
        TEST(counts_are_on_the_disk_with_the_turn_that_they_belong_to),
        TEST(a_message_that_is_void_gives_back_the_day_it_stood_on),
        TEST(a_message_counts_on_the_day_that_it_leaves),
        TEST(a_timeline_takes_each_event_of_an_attempt_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
