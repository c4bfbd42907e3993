/*
 * responses_small.c: by step each question is a table of its own, of its answers and their
 * sum; by anything else the rows are one table: right, wrong and other answers.
 */
#include "report/responses_small.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/small.h"

enum { NUMBERS = RESPONSES_LATE + 1, RIGHT = 0, WRONG = 1, OTHER = 2, NONE = 3 };

/* Owned by whoever asked for it. Marks lie row by row, the total's last. */
struct responses_small {
    enum small_mark *marks;
    enum small_mark *answers;
};

static enum small_mark *mark_of(
    struct responses_small *small, size_t row, enum responses_number number)
{
    return &small->marks[row * NUMBERS + (size_t)number];
}

/* A number that is the sum of what is hidden in part. */
static enum small_mark mark_part(int64_t count)
{
    return count > 0 && count < 5 ? SMALL_FEW : SMALL_HIDDEN;
}

/* Hides what is small in one column of numbers and, unless alone, what would tell it. */
static void hide_column(struct responses_small *small,
    const struct responses *responses, enum responses_number number, bool has_total)
{
    struct small *column = small_new(
        responses->n, 1, SMALL_NO_TOTAL, has_total ? SMALL_TOTAL : SMALL_NO_TOTAL);

    for (size_t row = 0; row < responses->n; row++) {
        const struct responses_row *of = &responses->rows[row];

        small_add(column, row, 0, number == RESPONSES_CHANGED ? of->changed : of->late);
    }
    small_hide(column);
    for (size_t row = 0; row < responses->n + has_total; row++) {
        *mark_of(small, row, number) = small_mark(column, row, 0);
    }
    small_free(column);
}

/* One question, whose answers begin at `at`. Returns where the next one's do. */
static size_t hide_question(struct responses_small *small,
    const struct responses *responses, size_t row, size_t at)
{
    const struct responses_row *of = &responses->rows[row];
    size_t n = 0;
    struct small *question;
    int64_t others = of->answered;
    bool hidden = false;

    while (at + n < responses->answers_n &&
           responses->answers[at + n].series_id == of->series_id &&
           strcmp(responses->answers[at + n].step, of->step) == 0) {
        others -= responses->answers[at + n++].n;
    }
    /* Beginning a quiz is no answer of a value, and counts as one. */
    question = small_new(n + 1, 1, SMALL_NO_TOTAL, SMALL_TOTAL);
    for (size_t i = 0; i < n; i++) {
        small_add(question, i, 0, responses->answers[at + i].n);
    }
    small_add(question, n, 0, others);
    if (others == 0) {
        small_know(question, n, 0);
    }
    small_hide(question);
    for (size_t i = 0; i < n; i++) {
        small->answers[at + i] = small_mark(question, i, 0);
        hidden |= small->answers[at + i] != SMALL_SHOWN;
    }
    *mark_of(small, row, RESPONSES_ANSWERED) = small_mark(question, n + 1, 0);
    *mark_of(small, row, RESPONSES_RIGHT) = hidden ? mark_part(of->right) : SMALL_SHOWN;
    small_free(question);
    return at + n;
}

/* By district who did not answer is a count of people too, and the rows' sum is what was
 * asked; else it is what was answered. */
static void hide_rows(struct responses_small *small, const struct responses *responses)
{
    bool people = responses->query.by == REPORT_BY_DISTRICT;
    size_t sorts = people ? NONE + 1 : NONE, sum = sorts;
    struct small *rows = small_new(responses->n, sorts, SMALL_TOTAL, SMALL_TOTAL);

    for (size_t row = 0; row < responses->n; row++) {
        const struct responses_row *of = &responses->rows[row];

        small_add(rows, row, RIGHT, of->right);
        small_add(rows, row, WRONG, of->wrong);
        small_add(rows, row, OTHER, of->answered - of->right - of->wrong);
        if (people) {
            small_add(rows, row, NONE, of->asked - of->answered);
        }
    }
    small_hide(rows);
    for (size_t row = 0; row <= responses->n; row++) {
        bool hidden = small_mark(rows, row, RIGHT) != SMALL_SHOWN ||
                      small_mark(rows, row, WRONG) != SMALL_SHOWN;
        enum small_mark asked = people ? small_mark(rows, row, sum) : SMALL_SHOWN;
        enum small_mark answered = small_mark(rows, row, people ? NONE : sum);

        if (people && (asked != SMALL_SHOWN || answered != SMALL_SHOWN)) {
            answered =
                mark_part(small_count(rows, row, sum) - small_count(rows, row, NONE));
        }
        *mark_of(small, row, RESPONSES_ASKED) = asked;
        *mark_of(small, row, RESPONSES_ANSWERED) = answered;
        *mark_of(small, row, RESPONSES_RIGHT) =
            hidden ? mark_part(small_count(rows, row, RIGHT)) : SMALL_SHOWN;
    }
    small_free(rows);
}

struct responses_small *responses_small_new(const struct responses *responses)
{
    struct responses_small *small = mem_zero(1, sizeof *small);
    enum report_by by = responses->query.by;
    bool steps = by == REPORT_BY_ALL || by == REPORT_BY_STEP;

    small->marks = mem_zero((responses->n + 1) * NUMBERS, sizeof *small->marks);
    small->answers = mem_zero(responses->answers_n + 1, sizeof *small->answers);
    if (by == REPORT_BY_REASON) {
        return small;
    }
    for (size_t row = 0, at = 0; steps && row < responses->n; row++) {
        at = hide_question(small, responses, row, at);
    }
    if (!steps) {
        hide_rows(small, responses);
    }
    hide_column(small, responses, RESPONSES_CHANGED, !steps);
    hide_column(small, responses, RESPONSES_LATE, !steps);
    return small;
}

void responses_small_free(struct responses_small *small)
{
    if (small != NULL) {
        free(small->marks);
        free(small->answers);
        free(small);
    }
}

const char *responses_small_word(
    const struct responses_small *small, size_t row, enum responses_number number)
{
    return small_word(small->marks[row * NUMBERS + (size_t)number]);
}

const char *responses_small_answer(const struct responses_small *small, size_t answer)
{
    return small_word(small->answers[answer]);
}
