/*
 * test_address.c: whether a number still belongs to whom it did.
 */
#include "unit/import_list.h"

#include "store/address_health.h"

static const int64_t DAY = 24 * 60 * 60 * 1000;

/* An address of one's own for each test, in a unit that is kept open. */
static int64_t begin(struct fixture *f)
{
    db_unit_begin(f->db);
    return address_ensure(f->db, ADDRESS_PHONE, "+6281200000001", f->now);
}

static void end(struct fixture *f)
{
    assert_int_equal(db_unit_end(f->db, true), 0);
}

static void assert_state(
    struct fixture *f, int64_t id, int64_t now, const char *state, const char *why)
{
    char reason[16];

    assert_string_equal(address_state_name(address_state(f->db, id, now)), state);
    address_reconfirm_reason(f->db, id, now, reason);
    assert_string_equal(reason, why);
}

static void note(
    struct fixture *f, int64_t id, enum failure_class class, bool delivered)
{
    address_note_result(f->db, id, class, delivered, f->now);
}

static void three_times_invalid_in_a_row_is_to_be_asked_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    note(f, id, FAILURE_INVALID_NUMBER, false);
    note(f, id, FAILURE_INVALID_NUMBER, false);
    assert_state(f, id, f->now, "ok", "");
    note(f, id, FAILURE_INVALID_NUMBER, false);
    assert_state(f, id, f->now, "reconfirm_due", "invalid");
    end(f);
}

static void a_delivery_or_an_inbound_between_begins_the_count_anew(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    for (int i = 0; i < 3; i++) {
        note(f, id, FAILURE_INVALID_NUMBER, false);
        note(f, id, FAILURE_INVALID_NUMBER, false);
        if (i == 1) {
            note(f, id, FAILURE_NONE, true);
        } else {
            f->now++;
            address_note_inbound(f->db, id, f->now);
        }
    }
    assert_state(f, id, f->now, "ok", "");
    end(f);
}

static void other_failures_neither_count_nor_begin_anew(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    note(f, id, FAILURE_INVALID_NUMBER, false);
    note(f, id, FAILURE_TRANSIENT, false);
    note(f, id, FAILURE_BLOCKED, false);
    note(f, id, FAILURE_NONE, false);
    note(f, id, FAILURE_INVALID_NUMBER, false);
    assert_state(f, id, f->now, "ok", "");
    note(f, id, FAILURE_INVALID_NUMBER, false);
    assert_state(f, id, f->now, "reconfirm_due", "invalid");
    end(f);
}

static void ninety_days_of_silence_are_counted_from_the_first_message(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f), first = f->now;

    address_note_inbound(f->db, id, first); /* before anything was sent */
    assert_state(f, id, first + 900 * DAY, "ok", "");
    note(f, id, FAILURE_NONE, false);
    f->now += 80 * DAY;
    note(f, id, FAILURE_NONE, false); /* sent once more, and still no sign of life */
    assert_state(f, id, first + 90 * DAY - 1, "ok", "");
    assert_state(f, id, first + 90 * DAY, "reconfirm_due", "silent");
    end(f);
}

static void a_sign_of_life_puts_silence_off(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f), first = f->now;

    note(f, id, FAILURE_NONE, false);
    f->now += 60 * DAY;
    note(f, id, FAILURE_NONE, true);
    assert_state(f, id, first + 149 * DAY, "ok", "");
    assert_state(f, id, first + 150 * DAY, "reconfirm_due", "silent");
    f->now += 60 * DAY;
    address_note_inbound(f->db, id, f->now);
    assert_state(f, id, first + 209 * DAY, "ok", "");
    assert_state(f, id, first + 210 * DAY, "reconfirm_due", "silent");
    end(f);
}

static void only_a_yes_to_the_question_opens_a_number_again(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f), first = f->now;

    note(f, id, FAILURE_NONE, false);
    f->now += 91 * DAY;
    assert_false(address_reconfirm_answered(f->db, id, true, f->now));
    /* Neither its owner of today nor the question's own delivery is proof. */
    address_note_inbound(f->db, id, f->now);
    note(f, id, FAILURE_NONE, true);
    assert_state(f, id, f->now, "reconfirm_due", "silent");
    address_reconfirm_asked(f->db, id, f->now);
    note(f, id, FAILURE_NONE, true);
    address_note_inbound(f->db, id, f->now);
    assert_state(f, id, f->now, "reconfirm_asked", "silent");
    assert_true(address_reconfirm_answered(f->db, id, true, f->now));
    assert_state(f, id, f->now, "ok", "");
    assert_state(f, id, first + 180 * DAY, "ok", "");
    assert_state(f, id, first + 181 * DAY, "reconfirm_due", "silent");
    end(f);
}

static void a_no_to_the_question_closes_a_number(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    for (int i = 0; i < 3; i++) {
        note(f, id, FAILURE_INVALID_NUMBER, false);
    }
    address_reconfirm_asked(f->db, id, f->now);
    assert_true(address_reconfirm_answered(f->db, id, false, f->now));
    assert_state(f, id, f->now, "refused", "invalid");
    address_reconfirm_asked(f->db, id, f->now);
    assert_false(address_reconfirm_answered(f->db, id, true, f->now));
    assert_state(f, id, f->now, "refused", "invalid");
    end(f);
}

static void an_address_that_nothing_went_to_is_ok(void **state)
{
    struct fixture *f = *state;
    int64_t id = begin(f);

    assert_state(f, id, f->now + 1000 * DAY, "ok", "");
    address_reconfirm_asked(f->db, id, f->now);
    assert_state(f, id, f->now, "ok", "");
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST_TEST(three_times_invalid_in_a_row_is_to_be_asked_again),
        LIST_TEST(a_delivery_or_an_inbound_between_begins_the_count_anew),
        LIST_TEST(other_failures_neither_count_nor_begin_anew),
        LIST_TEST(ninety_days_of_silence_are_counted_from_the_first_message),
        LIST_TEST(a_sign_of_life_puts_silence_off),
        LIST_TEST(only_a_yes_to_the_question_opens_a_number_again),
        LIST_TEST(a_no_to_the_question_closes_a_number),
        LIST_TEST(an_address_that_nothing_went_to_is_ok),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
