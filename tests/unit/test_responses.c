/*
 * The responses report: what counts as asked and answered, and what is hidden.
 */
#include "sent_rows.h"

#include "report/responses.h"
#include "report/table.h"

static const struct report_query by_step = {
    .from_day = INT32_MIN, .to_day = INT32_MAX, .timezone = "Asia/Makassar"};

/* A person in the champions' series, asked C4 at `at` and by a message in that state. */
static struct question asked(
    struct rows *rows, int i, enum message_state state, int64_t at)
{
    int64_t person = rows_person(rows, i, 2000);
    struct message message = rows_message(rows, person);
    struct enrolment enrolment = {
        .person_id = person,
        .address_id = message.address_id,
        .series_id = rows->champions,
        .state = ENROLMENT_ACTIVE,
        .joined_at = at,
    };
    struct question question = {.step = "C4",
        .occurrence = 1,
        .address_id = message.address_id,
        .channel = "sms",
        .asked_at = at,
        .closes_at = at + 60 * MINUTE};

    rows_send(rows, &message, state, at);
    question.enrolment_id = enrolment_add(rows->db, &enrolment, at);
    outcome_set(rows->db, question.enrolment_id, "C4", 1, "sent", "", message.id, at);
    question_add(rows->db, &question);
    return question;
}

static void answer(
    struct rows *rows, struct question *question, const char *value, int64_t at)
{
    bool right = strcmp(value, "C") == 0;
    struct answer_given given = {.value = value, .is_right = right, .score = right};

    answer_add(rows->db, question, &given, at);
    question->answered_at = at;
    question_save(rows->db, question);
}

static struct responses run(struct rows *rows, struct report_query query)
{
    struct responses responses;
    struct err err;

    assert_int_equal(
        responses_run(rows->db, NULL, &query, monday + 90 * MINUTE, &responses, &err),
        0);
    return responses;
}

/* Returns the report as JSON. */
static json_t *json_of(struct rows *rows, const struct responses *responses)
{
    struct table *tables[RESPONSES_TABLES] = {NULL};
    size_t n = responses_tables(rows->db, responses, tables);
    json_t *json = responses_json(responses, tables);

    for (size_t i = 0; i < n; i++) {
        table_free(tables[i]);
    }
    return json;
}

static void the_first_answer_counts_and_a_second_is_a_change(void **state)
{
    struct rows *rows = *state;
    struct question question = asked(rows, 1, MESSAGE_DELIVERED, monday);
    struct responses responses;

    answer(rows, &question, "C", monday + MINUTE);
    answer(rows, &question, "A", monday + 2 * MINUTE);
    responses = run(rows, by_step);
    assert_int_equal(responses.n, 1);
    assert_int_equal(responses.rows[0].asked, 1);
    assert_int_equal(responses.rows[0].answered, 1);
    assert_int_equal(responses.rows[0].right, 1);
    assert_int_equal(responses.rows[0].changed, 1);
    assert_int_equal(responses.answers_n, 1);
    assert_string_equal(responses.answers[0].value, "C");
    responses_fini(&responses);
}

static void a_late_answer_counts_apart_and_nowhere_else(void **state)
{
    struct rows *rows = *state;
    struct question question = asked(rows, 1, MESSAGE_DELIVERED, monday);
    struct answer_given given = {.value = "C", .is_right = -1, .late = true};
    struct responses responses;

    answer_add(rows->db, &question, &given, monday + 70 * MINUTE);
    responses = run(rows, by_step);
    assert_int_equal(responses.rows[0].asked, 1);
    assert_int_equal(responses.rows[0].answered, 0);
    assert_int_equal(responses.rows[0].right, 0);
    assert_int_equal(responses.rows[0].late, 1);
    assert_int_equal(responses.answers_n, 0);
    responses_fini(&responses);
}

static void a_question_whose_message_did_not_go_out_was_not_asked(void **state)
{
    struct rows *rows = *state;
    struct responses responses;

    asked(rows, 1, MESSAGE_DELIVERED, monday);
    asked(rows, 2, MESSAGE_FAILED, monday);
    asked(rows, 3, MESSAGE_EXPIRED, monday);
    asked(rows, 4, MESSAGE_UNSURE, monday);
    responses = run(rows, by_step);
    assert_int_equal(responses.total.asked, 2);
    responses_fini(&responses);
}

static void days_choose_by_when_it_was_asked_and_count_by_when_it_was_answered(
    void **state)
{
    struct rows *rows = *state;
    struct report_query query = by_step;
    struct question question = asked(rows, 1, MESSAGE_DELIVERED, monday);
    struct responses responses;

    answer(rows, &question, "C", monday + 24 * 60 * MINUTE);
    query.by = REPORT_BY_DAY;
    responses = run(rows, query);
    assert_int_equal(responses.n, 2);
    assert_int_equal(responses.rows[0].day, MONDAY_DAY);
    assert_int_equal(responses.rows[0].asked, 1);
    assert_int_equal(responses.rows[0].answered, 0);
    assert_int_equal(responses.rows[1].day, MONDAY_DAY + 1);
    assert_int_equal(responses.rows[1].answered, 1);
    responses_fini(&responses);
    query.from_day = MONDAY_DAY + 1;
    responses = run(rows, query);
    assert_int_equal(responses.n, 0);
    responses_fini(&responses);
}

static void who_did_not_answer_has_a_reason(void **state)
{
    static const char *const reasons[] = {
        "closed_unanswered", "opted_out", "still_open"};
    struct rows *rows = *state;
    struct report_query query = by_step;
    struct enrolment enrolment;
    struct responses responses;
    struct question question;

    asked(rows, 1, MESSAGE_DELIVERED, monday);
    asked(rows, 2, MESSAGE_DELIVERED, monday + 60 * MINUTE);
    question = asked(rows, 3, MESSAGE_DELIVERED, monday);
    assert_true(enrolment_find(rows->db, question.enrolment_id, &enrolment));
    enrolment.state = ENROLMENT_ENDED;
    snprintf(enrolment.reason, sizeof enrolment.reason, "opted_out");
    enrolment_save(rows->db, &enrolment, monday);
    question = asked(rows, 4, MESSAGE_DELIVERED, monday);
    answer(rows, &question, "A", monday + MINUTE);
    query.by = REPORT_BY_REASON;
    responses = run(rows, query);
    assert_int_equal(responses.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(responses.rows[i].word, reasons[i]);
        assert_int_equal(responses.rows[i].asked, 1);
    }
    responses_fini(&responses);
}

static const char *text_at(
    const json_t *json, const char *list, size_t i, const char *key)
{
    return json_string_value(
        json_object_get(json_array_get(json_object_get(json, list), i), key));
}

static void a_small_count_of_an_answer_is_hidden_and_what_would_tell_it(void **state)
{
    static const char *const values[] = {
        "A", "A", "B", "B", "B", "B", "B", "B", "C", "C", "C", "C", "C", "C", "C", "C"};
    struct rows *rows = *state;
    struct responses responses;
    json_t *json;

    for (int i = 0; i < 16; i++) {
        struct question question = asked(rows, i, MESSAGE_DELIVERED, monday);

        answer(rows, &question, values[i], monday + MINUTE);
    }
    responses = run(rows, by_step);
    json = json_of(rows, &responses);
    assert_int_equal(json_array_size(json_object_get(json, "answers")), 3);
    assert_string_equal(text_at(json, "answers", 0, "n"), "<5");
    assert_string_equal(text_at(json, "answers", 1, "n"), "*");
    assert_null(text_at(json, "answers", 2, "n"));
    assert_string_equal(text_at(json, "answers", 0, "share"), "*");
    /* C is all of the right ones, and what is wrong would be told by them. */
    assert_string_equal(text_at(json, "rows", 0, "right"), "*");
    assert_string_equal(text_at(json, "rows", 0, "mean_score"), "*");
    assert_null(text_at(json, "rows", 0, "answered"));
    json_decref(json);
    responses_fini(&responses);
}

static void people_by_district_are_hidden_when_they_are_few(void **state)
{
    struct rows *rows = *state;
    struct report_query query = by_step;
    struct responses responses;
    json_t *json;

    for (int i = 0; i < 3; i++) {
        asked(rows, i, MESSAGE_DELIVERED, monday);
    }
    query.by = REPORT_BY_DISTRICT;
    responses = run(rows, query);
    json = json_of(rows, &responses);
    assert_string_equal(text_at(json, "rows", 0, "district"), "maros");
    assert_string_equal(text_at(json, "rows", 0, "asked"), "<5");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(json, "total"), "asked")),
        "<5");
    json_decref(json);
    responses_fini(&responses);
}

static void everybody_stands_at_one_stage(void **state)
{
    struct rows *rows = *state;
    struct enrolment enrolment;
    struct responses responses;
    json_t *json;

    for (int i = 0; i < 20; i++) {
        struct question question = asked(rows, i, MESSAGE_DELIVERED, monday);

        assert_true(enrolment_find(rows->db, question.enrolment_id, &enrolment));
        if (i < 6) {
            enrolment.state = ENROLMENT_ENDED;
            enrolment.joined_at = i < 3 ? 0 : monday;
            snprintf(enrolment.reason, sizeof enrolment.reason, "opted_out");
            enrolment_save(rows->db, &enrolment, monday);
        }
    }
    responses = run(rows, by_step);
    json = json_of(rows, &responses);
    assert_int_equal(responses.stages_n, 3);
    assert_string_equal(text_at(json, "people", 0, "stage"), "enrolled");
    assert_string_equal(text_at(json, "people", 1, "stage"), "agreed");
    assert_string_equal(text_at(json, "people", 2, "stage"), "not_joined");
    assert_string_equal(text_at(json, "people", 2, "n"), "<5");
    assert_string_equal(text_at(json, "people", 3, "stage"), "active");
    assert_string_equal(text_at(json, "people", 4, "stage"), "left");
    assert_string_equal(text_at(json, "people", 4, "reason"), "opted_out");
    assert_string_equal(text_at(json, "people", 4, "n"), "<5");
    json_decref(json);
    responses_fini(&responses);
}

static void more_questions_than_a_slice_are_all_counted(void **state)
{
    struct rows *rows = *state;
    struct responses responses;

    enum { MANY = 2100 };

    for (int i = 0; i < MANY; i++) {
        struct question question = asked(rows, i, MESSAGE_DELIVERED, monday);

        answer(rows, &question, i % 3 == 0 ? "C" : "A", monday + MINUTE);
    }
    responses = run(rows, by_step);
    assert_int_equal(responses.rows[0].asked, MANY);
    assert_int_equal(responses.rows[0].answered, MANY);
    assert_int_equal(responses.rows[0].right, MANY / 3);
    assert_int_equal(responses.answers[0].n + responses.answers[1].n, MANY);
    responses_fini(&responses);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rows_begin, rows_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_answer_counts_and_a_second_is_a_change),
        TEST(a_late_answer_counts_apart_and_nowhere_else),
        TEST(a_question_whose_message_did_not_go_out_was_not_asked),
        TEST(days_choose_by_when_it_was_asked_and_count_by_when_it_was_answered),
        TEST(who_did_not_answer_has_a_reason),
        TEST(a_small_count_of_an_answer_is_hidden_and_what_would_tell_it),
        TEST(people_by_district_are_hidden_when_they_are_few),
        TEST(everybody_stands_at_one_stage),
        TEST(more_questions_than_a_slice_are_all_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
