#include "report/responses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "report/responses_content.h"
#include "store/db.h"
#include "store/view.h"

enum { SLICE = 1000, ANSWERS_OF_ONE_MAX = 512 };

/* The lists in the making, and where reading stands. Owned by responses_run(). */
struct reader {
    struct db *db;
    struct responses *responses;
    const char *campaign; /* NULL: all */
    const struct zone *zone;
    int64_t now;
    size_t rows_room, answers_room;
    int64_t series_id; /* asked last whether it is of the campaign */
    bool series_counts;
    /* The answers of one enrolment, and those behind them. */
    struct view_given *slice;
    int slice_n, slice_at;
    bool slice_last;
    struct view_given of_one[ANSWERS_OF_ONE_MAX];
    size_t of_one_n;
    int64_t enrolment_id;
};

static int order(int64_t one, int64_t other)
{
    return (one > other) - (one < other);
}

static int compare_rows(
    const struct responses_row *one, const struct responses_row *other)
{
    int sign = order(one->series_id, other->series_id);

    sign = sign != 0 ? sign : strverscmp(one->step, other->step);
    sign = sign != 0 ? sign : order(one->day, other->day);
    return sign != 0 ? sign : strcmp(one->word, other->word);
}

/* Returns the row of that key, made when absent; borrowed until the next call. */
static struct responses_row *row_of(
    struct reader *reader, const struct responses_row *key)
{
    struct responses *responses = reader->responses;
    size_t low = 0, high = responses->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_rows(&responses->rows[middle], key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < responses->n && compare_rows(&responses->rows[low], key) == 0) {
        return &responses->rows[low];
    }
    if (responses->n == reader->rows_room) {
        reader->rows_room = reader->rows_room == 0 ? 64 : reader->rows_room * 2;
        responses->rows =
            mem_resize(responses->rows, reader->rows_room, sizeof *responses->rows);
    }
    memmove(&responses->rows[low + 1], &responses->rows[low],
        (responses->n - low) * sizeof *responses->rows);
    responses->n++;
    responses->rows[low] = *key;
    return &responses->rows[low];
}

/* n 0: nobody has given it yet. */
static void count_answer(struct reader *reader, int64_t series_id, const char *step,
    const char *value, int64_t n)
{
    struct responses *responses = reader->responses;
    size_t at = 0;
    int sign = 1;

    /* Questions have few answers, and a report few questions. */
    for (; at < responses->answers_n; at++) {
        const struct responses_answer *answer = &responses->answers[at];

        sign = order(answer->series_id, series_id);
        sign = sign != 0 ? sign : strverscmp(answer->step, step);
        sign = sign != 0 ? sign : strcmp(answer->value, value);
        if (sign >= 0) {
            break;
        }
    }
    if (at == responses->answers_n || sign != 0) {
        if (responses->answers_n == reader->answers_room) {
            reader->answers_room =
                reader->answers_room == 0 ? 64 : reader->answers_room * 2;
            responses->answers = mem_resize(
                responses->answers, reader->answers_room, sizeof *responses->answers);
        }
        memmove(&responses->answers[at + 1], &responses->answers[at],
            (responses->answers_n - at) * sizeof *responses->answers);
        responses->answers_n++;
        responses->answers[at] = (struct responses_answer){.series_id = series_id};
        snprintf(responses->answers[at].step, sizeof responses->answers[at].step, "%s",
            step);
        snprintf(responses->answers[at].value, sizeof responses->answers[at].value,
            "%s", value);
    }
    responses->answers[at].n += n;
}

/* The answer that reading stands at; NULL behind the last. */
static const struct view_given *next_given(struct reader *reader)
{
    struct view_given after = {0};

    if (reader->slice_at == reader->slice_n && !reader->slice_last) {
        if (reader->slice_n > 0) {
            after = reader->slice[reader->slice_n - 1];
        }
        reader->slice_n = view_given_after(reader->db, &after, reader->slice, SLICE);
        reader->slice_at = 0;
        reader->slice_last = reader->slice_n < SLICE;
    }
    return reader->slice_at < reader->slice_n ? &reader->slice[reader->slice_at] : NULL;
}

/* Both are read in the order of enrolments, so each answer passes once. */
static void read_answers_of(struct reader *reader, int64_t enrolment_id)
{
    const struct view_given *given;

    if (reader->enrolment_id == enrolment_id) {
        return;
    }
    reader->enrolment_id = enrolment_id;
    reader->of_one_n = 0;
    while (
        (given = next_given(reader)) != NULL && given->enrolment_id <= enrolment_id) {
        if (given->enrolment_id == enrolment_id &&
            reader->of_one_n < ANSWERS_OF_ONE_MAX) {
            reader->of_one[reader->of_one_n++] = *given;
        }
        reader->slice_at++;
    }
}

/* What a question came to. */
struct result {
    const struct view_given *first; /* in time; NULL: none */
    int64_t at;                     /* of the answer, 0: none */
    bool changed, late;
};

static struct result result_of(
    struct reader *reader, const struct view_question *question)
{
    struct result result = {0};

    read_answers_of(reader, question->enrolment_id);
    for (size_t i = 0; i < reader->of_one_n; i++) {
        const struct view_given *given = &reader->of_one[i];

        if (given->occurrence != question->occurrence ||
            strcmp(given->step, question->step) != 0) {
            continue;
        }
        if (given->late) {
            result.late = true;
        } else if (result.first == NULL) {
            result.first = given;
            result.at = given->at;
        } else {
            result.changed = true;
        }
    }
    /* A quiz of several questions is begun, and has no answer of its own. */
    if (result.first == NULL && !result.late) {
        result.at = question->answered_at;
    }
    return result;
}

/* Why nobody answered: the word that reasons are explained by. */
static const char *why_unanswered(
    const struct reader *reader, const struct view_question *question)
{
    if (strcmp(question->state, "ended") == 0 &&
        strcmp(question->reason, "completed") != 0 && question->reason[0] != '\0') {
        return question->reason;
    }
    return question->closes_at > reader->now ? "still_open" : "closed_unanswered";
}

static struct responses_row key_of(const struct reader *reader,
    const struct view_question *question, int64_t answered_at)
{
    struct responses_row key = {0};
    const char *word = "";

    switch (reader->responses->query.by) {
    case REPORT_BY_ALL:
    case REPORT_BY_STEP:
        key.series_id = question->series_id;
        memcpy(key.step, question->step, sizeof key.step);
        break;
    case REPORT_BY_SERIES:
        key.series_id = question->series_id;
        break;
    case REPORT_BY_CHANNEL:
        word = question->channel;
        break;
    case REPORT_BY_GATEWAY:
        word = question->gateway[0] != '\0' ? question->gateway : "unknown";
        break;
    case REPORT_BY_DISTRICT:
        word = question->district[0] != '\0' ? question->district : "unknown";
        break;
    case REPORT_BY_REASON:
        word = why_unanswered(reader, question);
        break;
    case REPORT_BY_DAY:
        key.day =
            zone_day(reader->zone, answered_at != 0 ? answered_at : question->asked_at);
        break;
    case REPORT_BYS:
        break;
    }
    snprintf(key.word, sizeof key.word, "%s", word);
    return key;
}

static void add_result(struct responses_row *row, const struct result *result)
{
    row->answered += result->at != 0;
    row->changed += result->changed;
    row->late += result->late;
    if (result->first != NULL && result->first->is_right >= 0) {
        row->right += result->first->is_right == 1;
        row->wrong += result->first->is_right == 0;
        row->score += result->first->score;
    }
}

static bool is_of_campaign(struct reader *reader, int64_t series_id)
{
    char name[VIEW_NAME_SIZE];

    if (reader->campaign == NULL) {
        return true;
    }
    if (reader->series_id != series_id) {
        view_series_campaign(reader->db, series_id, name);
        reader->series_id = series_id;
        reader->series_counts = strcmp(name, reader->campaign) == 0;
    }
    return reader->series_counts;
}

/* A message that did not go out has asked nothing, unless somebody answered. */
static bool went_out(const struct view_question *question)
{
    static const char *const not_out[] = {"failed", "expired", "cancelled"};

    for (size_t i = 0; i < sizeof not_out / sizeof not_out[0]; i++) {
        if (strcmp(question->message_state, not_out[i]) == 0) {
            return question->answered_at != 0;
        }
    }
    return true;
}

static void add_question(struct reader *reader, const struct view_question *question)
{
    struct responses *responses = reader->responses;
    struct responses_row key;
    struct result result;

    if (!report_has_day(
            &responses->query, zone_day(reader->zone, question->asked_at)) ||
        !is_of_campaign(reader, question->series_id) || !went_out(question)) {
        return;
    }
    result = result_of(reader, question);
    if (responses->query.by == REPORT_BY_REASON && result.at != 0) {
        return;
    }
    key = key_of(reader, question, 0);
    row_of(reader, &key)->asked++;
    responses->total.asked++;
    key = key_of(reader, question, result.at);
    add_result(row_of(reader, &key), &result);
    add_result(&responses->total, &result);
    if (result.first != NULL && (responses->query.by == REPORT_BY_ALL ||
                                    responses->query.by == REPORT_BY_STEP)) {
        count_answer(
            reader, question->series_id, question->step, result.first->value, 1);
    }
}

static void read_questions(struct reader *reader)
{
    struct view_question *list = mem_zero(SLICE, sizeof *list);
    struct view_question after = {0};
    int n;

    do {
        n = view_questions_after(reader->db, &after, list, SLICE);
        for (int i = 0; i < n; i++) {
            add_question(reader, &list[i]);
        }
        if (n > 0) {
            after = list[n - 1];
        }
    } while (n == SLICE);
    free(list);
}

/* An answer that nobody gave is an answer too, and one that may have to hide another. */
static void add_answers_not_given(struct reader *reader)
{
    struct responses *responses = reader->responses;

    for (size_t row = 0; row < responses->n; row++) {
        struct responses_question question =
            responses_question_find(responses->catalogue,
                responses->rows[row].series_id, responses->rows[row].step);

        for (size_t i = 0; i < question.answers_n; i++) {
            count_answer(reader, responses->rows[row].series_id,
                responses->rows[row].step, question.answers[i].value, 0);
        }
    }
}

int responses_run(struct db *db, const struct catalogue *catalogue,
    const struct report_query *query, int64_t now, struct responses *responses,
    struct err *err)
{
    struct reader *reader;
    int64_t campaign_id;

    *responses = (struct responses){.query = *query, .catalogue = catalogue};
    responses->query.campaign = NULL;
    if (report_find_campaign(db, query, &campaign_id, err) != 0) {
        return -1;
    }
    if (query->campaign != NULL) {
        snprintf(
            responses->campaign, sizeof responses->campaign, "%s", query->campaign);
    }
    reader = mem_zero(1, sizeof *reader);
    reader->db = db;
    reader->responses = responses;
    reader->campaign = query->campaign;
    reader->zone = zone_find(query->timezone != NULL ? query->timezone : "UTC");
    reader->now = now;
    reader->slice = mem_zero(SLICE, sizeof *reader->slice);
    read_questions(reader);
    if (query->by == REPORT_BY_ALL || query->by == REPORT_BY_STEP) {
        add_answers_not_given(reader);
    }
    free(reader->slice);
    free(reader);
    if (query->by == REPORT_BY_ALL || query->by == REPORT_BY_STEP) {
        responses_count_people(db, responses, query->campaign);
    }
    responses->waiting = view_waiting_for_a_human(db);
    return db_check(db, err);
}

void responses_fini(struct responses *responses)
{
    free(responses->rows);
    free(responses->answers);
    free(responses->stages);
    *responses = (struct responses){0};
}
