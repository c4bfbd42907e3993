/*
 * responses_table.c: the responses report as tables, as JSON, and as people read it.
 */
#include "report/responses.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "report/reason.h"
#include "report/responses_content.h"
#include "report/responses_small.h"
#include "report/small.h"
#include "report/table.h"
#include "store/view.h"

const char *const responses_names[RESPONSES_TABLES] = {
    "questions", "answers", "people"};

static const struct table_column columns[] = {
    {"day", "day", TABLE_TEXT, 0},
    {"campaign", "campaign", TABLE_TEXT, 24},
    {"series", "series", TABLE_TEXT, 24},
    {"step", "step", TABLE_TEXT, 0},
    {"kind", "kind", TABLE_TEXT, 0},
    {"channel", "channel", TABLE_TEXT, 0},
    {"gateway", "gateway", TABLE_TEXT, 0},
    {"district", "district", TABLE_TEXT, 0},
    {"asked", "asked", TABLE_NUMBER, 0},
    {"answered", "answered", TABLE_NUMBER, 0},
    {"answered_share", "share", TABLE_SHARE, 0},
    {"right", "right", TABLE_NUMBER, 0},
    {"right_share", "of scored", TABLE_SHARE, 0},
    {"mean_score", "mean score", TABLE_NUMBER, 0},
    {"changed", "changed", TABLE_NUMBER, 0},
    {"late", "late", TABLE_NUMBER, 0},
};

static const struct table_column reason_columns[] = {
    {"reason", "reason", TABLE_TEXT, 0},
    {"unanswered", "unanswered", TABLE_NUMBER, 0},
    {"share", "share", TABLE_SHARE, 0},
    {"sentence", NULL, TABLE_TEXT, 0},
};

static const struct table_column answer_columns[] = {
    {"campaign", "campaign", TABLE_TEXT, 24},
    {"series", "series", TABLE_TEXT, 24},
    {"step", "step", TABLE_TEXT, 0},
    {"value", "answer", TABLE_TEXT, 24},
    {"label", "or", TABLE_TEXT, 32},
    {"is_right", "right", TABLE_TEXT, 0},
    {"n", "n", TABLE_NUMBER, 0},
    {"share", "share", TABLE_SHARE, 0},
};

static bool is_by_step(const struct responses *responses)
{
    return responses->query.by == REPORT_BY_ALL ||
           responses->query.by == REPORT_BY_STEP;
}

/* The word of what rows are by, which is a column too. */
static const char *key_word(const struct responses *responses)
{
    return is_by_step(responses) ? "step" : report_by_word(responses->query.by);
}

static void add_names(struct db *db, struct table *table, int64_t series_id)
{
    char name[VIEW_NAME_SIZE];

    view_series_campaign(db, series_id, name);
    table_set_text(table, "campaign", name);
    view_series_name(db, series_id, name);
    table_set_text(table, "series", name);
}

static void add_key(struct db *db, struct table *table,
    const struct responses *responses, const struct responses_row *row)
{
    char day[16];

    if (is_by_step(responses)) {
        add_names(db, table, row->series_id);
        table_set_text(table, "step", row->step);
        table_set_text(table, "kind",
            responses_question_find(responses->catalogue, row->series_id, row->step)
                .kind);
    } else if (responses->query.by == REPORT_BY_SERIES) {
        add_names(db, table, row->series_id);
    } else if (responses->query.by == REPORT_BY_DAY) {
        day_format(row->day, day);
        table_set_text(table, "day", day);
    } else {
        table_set_text(table, key_word(responses), row->word);
    }
}

/* A share, or what stands for one of whose parts is hidden; none of nothing. */
static void add_share(
    struct table *table, const char *key, int64_t n, int64_t of, const char *hidden)
{
    if (hidden != NULL) {
        table_set_text(table, key, small_word(SMALL_HIDDEN));
    } else if (of > 0) {
        table_set_share(table, key, (double)n / (double)of);
    }
}

static void add_numbers(struct table *table, const struct responses_row *row, size_t at,
    const struct responses_small *small)
{
    const char *asked = responses_small_word(small, at, RESPONSES_ASKED);
    const char *answered = responses_small_word(small, at, RESPONSES_ANSWERED);
    const char *right = responses_small_word(small, at, RESPONSES_RIGHT);
    int64_t scored = row->right + row->wrong;

    table_set_count(table, "asked", row->asked, asked);
    table_set_count(table, "answered", row->answered, answered);
    /* On a day answers come to what was asked on another. */
    if (table_is_hidden(table, "day")) {
        add_share(table, "answered_share", row->answered, row->asked,
            asked != NULL ? asked : answered);
    }
    if (scored > 0) {
        table_set_count(table, "right", row->right, right);
        add_share(table, "right_share", row->right, scored, right);
    }
    if (scored > 0 && right != NULL) {
        table_set_text(table, "mean_score", small_word(SMALL_HIDDEN));
    } else if (scored > 0) {
        table_set_money(
            table, "mean_score", row->score * 1000000 / scored / 10000 * 10000);
    }
    table_set_count(table, "changed", row->changed,
        responses_small_word(small, at, RESPONSES_CHANGED));
    table_set_count(
        table, "late", row->late, responses_small_word(small, at, RESPONSES_LATE));
}

static void hide_keys(struct table *table, const struct responses *responses)
{
    static const char *const keys[] = {
        "day", "campaign", "series", "step", "kind", "channel", "gateway", "district"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bool shown = is_by_step(responses) ? i >= 1 && i <= 4
                     : responses->query.by == REPORT_BY_SERIES
                         ? i == 1 || i == 2
                         : strcmp(keys[i], key_word(responses)) == 0;

        if (!shown) {
            table_hide(table, keys[i]);
        }
    }
}

static struct table *rows_table(struct db *db, const struct responses *responses,
    const struct responses_small *small)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);

    hide_keys(table, responses);
    for (size_t i = 0; i < responses->n; i++) {
        table_add_row(table);
        add_key(db, table, responses, &responses->rows[i]);
        add_numbers(table, &responses->rows[i], i, small);
    }
    if (!is_by_step(responses)) {
        table_add_row(table);
        table_set_text(table,
            responses->query.by == REPORT_BY_SERIES ? "campaign" : key_word(responses),
            "total");
        add_numbers(table, &responses->total, responses->n, small);
        table_mark_total(table);
    }
    return table;
}

static struct table *reasons_of(const struct responses *responses)
{
    struct table *table =
        table_new(reason_columns, sizeof reason_columns / sizeof reason_columns[0]);
    char sentence[REASON_SENTENCE_SIZE];

    for (size_t i = 0; i < responses->n; i++) {
        const struct responses_row *row = &responses->rows[i];

        table_add_row(table);
        table_set_text(table, "reason", row->word);
        table_set_number(table, "unanswered", row->asked);
        add_share(table, "share", row->asked, responses->total.asked, NULL);
        reason_counted(row->word, sentence);
        table_set_text(table, "sentence", sentence);
    }
    table_add_row(table);
    table_set_text(table, "reason", "total");
    table_set_number(table, "unanswered", responses->total.asked);
    table_mark_total(table);
    return table;
}

/* The first answers to that question, of whatever value. */
static int64_t answers_to(
    const struct responses *responses, const struct responses_answer *answer)
{
    int64_t n = 0;

    for (size_t i = 0; i < responses->answers_n; i++) {
        const struct responses_answer *other = &responses->answers[i];

        n += other->series_id == answer->series_id &&
                     strcmp(other->step, answer->step) == 0
                 ? other->n
                 : 0;
    }
    return n;
}

static struct table *answers_table(struct db *db, const struct responses *responses,
    const struct responses_small *small)
{
    struct table *table =
        table_new(answer_columns, sizeof answer_columns / sizeof answer_columns[0]);

    for (size_t i = 0; i < responses->answers_n; i++) {
        const struct responses_answer *answer = &responses->answers[i];
        struct responses_question question = responses_question_find(
            responses->catalogue, answer->series_id, answer->step);
        const char *hidden = responses_small_answer(small, i);
        char label[RESPONSES_LABEL_SIZE];

        table_add_row(table);
        add_names(db, table, answer->series_id);
        table_set_text(table, "step", answer->step);
        table_set_text(table, "value", answer->value);
        if (responses_answer_label(&question, answer->value, label) &&
            strcmp(question.kind, "quiz") == 0) {
            table_set_text(table, "is_right", "right");
        }
        table_set_text(table, "label", label);
        table_set_count(table, "n", answer->n, hidden);
        add_share(table, "share", answer->n, answers_to(responses, answer), hidden);
    }
    return table;
}

size_t responses_tables(struct db *db, const struct responses *responses,
    struct table *tables[RESPONSES_TABLES])
{
    struct responses_small *small = responses_small_new(responses);
    bool steps = is_by_step(responses);

    tables[0] = responses->query.by == REPORT_BY_REASON
                    ? reasons_of(responses)
                    : rows_table(db, responses, small);
    tables[1] = steps ? answers_table(db, responses, small) : NULL;
    tables[2] = steps ? responses_people_table(db, responses) : NULL;
    responses_small_free(small);
    return steps ? RESPONSES_TABLES : 1;
}

json_t *responses_json(const struct responses *responses, struct table *const *tables)
{
    bool steps = is_by_step(responses);
    json_t *total = table_json_total(tables[0]);

    if (json_is_object(total)) {
        json_object_set_new(total,
            responses->query.by == REPORT_BY_SERIES ? "campaign" : key_word(responses),
            json_null());
    }
    return json_pack("{s:s, s:s?, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:I}", "report",
        "responses", "campaign",
        responses->campaign[0] != '\0' ? responses->campaign : NULL, "from",
        report_day_json(responses->query.from_day), "to",
        report_day_json(responses->query.to_day), "by", key_word(responses), "rows",
        table_json(tables[0]), "total", total, "answers",
        steps ? table_json(tables[1]) : json_array(), "people",
        steps ? table_json(tables[2]) : json_array(), "waiting",
        (json_int_t)responses->waiting);
}

/* What every row says is said above. */
static void hide_names(struct table *table)
{
    table_hide_same(table, "campaign");
    table_hide_same(table, "series");
}

static void print_meanings(
    const struct responses *responses, struct table *const *tables, struct buf *out)
{
    buf_add_text(out,
        "asked: questions whose message went out; answered: the first answer in time "
        "counts;\n"
        "changed: of those, changed later; late: came when the question was closed, "
        "and count apart.\n");
    if (!table_is_hidden(tables[0], "right")) {
        buf_add_text(out,
            "right: of questions with a right answer; attitudes have none. "
            "mean score: points an answer.\n");
    }
    if (responses->query.by == REPORT_BY_DAY) {
        buf_add_text(out,
            "day: asked by the day of the question, the others by that of "
            "the answer.\n");
    }
    buf_add_text(out, small_explained);
}

static void print_reasons(const struct responses *responses, struct buf *out)
{
    char sentence[REASON_SENTENCE_SIZE];

    buf_add_text(out, "\n");
    for (size_t i = 0; i < responses->n; i++) {
        reason_counted(responses->rows[i].word, sentence);
        buf_add_format(out, "%s: %s\n", responses->rows[i].word, sentence);
    }
}

static void print_rows(
    const struct responses *responses, struct table *const *tables, struct buf *out)
{
    static const char *const rare[] = {
        "right", "right_share", "mean_score", "changed", "late", "answered_share"};

    if (responses->n == 0) {
        buf_add_text(out, responses->query.by == REPORT_BY_REASON
                              ? "No question is unanswered.\n"
                              : "No messages have asked anything yet.\n");
        return;
    }
    if (responses->query.by == REPORT_BY_REASON) {
        table_print(tables[0], out);
        print_reasons(responses, out);
        return;
    }
    for (size_t i = 0; i < sizeof rare / sizeof rare[0]; i++) {
        table_hide_empty(tables[0], rare[i]);
    }
    if (is_by_step(responses)) {
        hide_names(tables[0]);
    }
    table_print(tables[0], out);
    buf_add_char(out, '\n');
    if (is_by_step(responses) && responses->answers_n > 0) {
        hide_names(tables[1]);
        table_hide_empty(tables[1], "label");
        table_print(tables[1], out);
        buf_add_char(out, '\n');
    }
    print_meanings(responses, tables, out);
}

void responses_print(
    const struct responses *responses, struct table *const *tables, struct buf *out)
{
    buf_add_format(out, "Responses to %s",
        responses->campaign[0] != '\0' ? responses->campaign : "every campaign");
    report_print_days(&responses->query, out);
    buf_add_text(out, "\n\n");
    print_rows(responses, tables, out);
    if (is_by_step(responses) && responses->stages_n > 0) {
        buf_add_text(out, "\nPeople, as they stand now\n\n");
        table_hide_same(tables[2], "campaign");
        table_hide_empty(tables[2], "reason");
        table_print(tables[2], out);
    }
    buf_add_format(out,
        "\nWaiting for a human, of every campaign: %lld (`cegah inbox`). Disclosures "
        "of "
        "danger are\nin no count here.\n",
        (long long)responses->waiting);
}
