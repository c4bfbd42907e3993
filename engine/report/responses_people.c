/*
 * responses_people.c: where everybody stands in the series, as it is now: from the
 * invitation to the end, with the reason of who left.
 *
 * Stages of people who agreed: active, completed, left; of the others: invited,
 * waiting_guardian, not_joined. So each series is a small tree of sums: enrolled, of whom
 * agreed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/responses.h"
#include "report/small.h"
#include "report/table.h"
#include "store/view.h"

enum { SLICE = 2000, AGREED = 0, NOT_AGREED = 1, GROUPS = 2 };

static const struct table_column columns[] = {
    {"campaign", "campaign", TABLE_TEXT, 24},
    {"series", "series", TABLE_TEXT, 24},
    {"stage", "stage", TABLE_TEXT, 0},
    {"reason", "reason", TABLE_TEXT, 0},
    {"n", "people", TABLE_NUMBER, 0},
    {"share", "share", TABLE_SHARE, 0},
};

static const char *const stages[] = {
    "invited", "waiting_guardian", "not_joined", "active", "completed", "left"};

static int rank_of(const char *stage)
{
    int rank = 0;

    while (rank < 5 && strcmp(stages[rank], stage) != 0) {
        rank++;
    }
    return rank;
}

static int compare(
    const struct responses_stage *one, const struct responses_stage *other)
{
    if (one->series_id != other->series_id) {
        return one->series_id < other->series_id ? -1 : 1;
    }
    if (strcmp(one->stage, other->stage) != 0) {
        return rank_of(one->stage) - rank_of(other->stage);
    }
    return strcmp(one->reason, other->reason);
}

static struct responses_stage stage_of(const struct view_stage *person)
{
    struct responses_stage stage = {
        .series_id = person->series_id, .agreed = person->joined, .n = 1};
    const char *word = person->state;

    if (strcmp(word, "ended") == 0) {
        word = !person->joined                            ? "not_joined"
               : strcmp(person->reason, "completed") == 0 ? "completed"
                                                          : "left";
    }
    stage.agreed = rank_of(word) >= rank_of("active");
    snprintf(stage.stage, sizeof stage.stage, "%s", word);
    if (strcmp(word, "left") == 0 || strcmp(word, "not_joined") == 0) {
        snprintf(stage.reason, sizeof stage.reason, "%s", person->reason);
    }
    return stage;
}

static void add(
    struct responses *responses, const struct responses_stage *stage, size_t *room)
{
    size_t at = 0;

    while (at < responses->stages_n && compare(&responses->stages[at], stage) < 0) {
        at++;
    }
    if (at < responses->stages_n && compare(&responses->stages[at], stage) == 0) {
        responses->stages[at].n++;
        return;
    }
    if (responses->stages_n == *room) {
        *room = *room == 0 ? 32 : *room * 2;
        responses->stages =
            mem_resize(responses->stages, *room, sizeof *responses->stages);
    }
    memmove(&responses->stages[at + 1], &responses->stages[at],
        (responses->stages_n - at) * sizeof *responses->stages);
    responses->stages_n++;
    responses->stages[at] = *stage;
}

void responses_count_people(
    struct db *db, struct responses *responses, const char *campaign)
{
    struct view_stage *list = mem_zero(SLICE, sizeof *list);
    char name[VIEW_NAME_SIZE] = "";
    int64_t after = 0, named = 0;
    size_t room = 0;
    int n;

    do {
        n = view_stages_after(db, after, list, SLICE);
        for (int i = 0; i < n; i++) {
            struct responses_stage stage = stage_of(&list[i]);

            after = list[i].id;
            if (campaign != NULL && named != stage.series_id) {
                named = stage.series_id;
                view_series_campaign(db, named, name);
            }
            if (campaign == NULL || strcmp(campaign, name) == 0) {
                add(responses, &stage, &room);
            }
        }
    } while (n == SLICE);
    free(list);
}

/* The tree of one series as a table: a row a stage, a column for who agreed and one for
 * the others; the columns' totals and their sum are printed. */
static struct small *hide(const struct responses_stage *list, size_t n)
{
    struct small *small = small_new(n, GROUPS, SMALL_TOTAL, SMALL_TOTAL);

    for (size_t i = 0; i < n; i++) {
        small_add(small, i, list[i].agreed ? AGREED : NOT_AGREED, list[i].n);
        small_know(small, i, list[i].agreed ? NOT_AGREED : AGREED);
    }
    small_hide(small);
    return small;
}

/* A line of the table; share is of all who are enrolled. */
static void add_line(struct table *table, const char *names[2], const char *stage,
    const char *reason, int64_t n, int64_t of, const char *hidden)
{
    table_add_row(table);
    table_set_text(table, "campaign", names[0]);
    table_set_text(table, "series", names[1]);
    table_set_text(table, "stage", stage);
    table_set_text(table, "reason", reason);
    table_set_count(table, "n", n, hidden);
    if (hidden == NULL && of > 0) {
        table_set_share(table, "share", (double)n / (double)of);
    }
}

static void add_series(
    struct db *db, struct table *table, const struct responses_stage *list, size_t n)
{
    struct small *small = hide(list, n);
    char campaign[VIEW_NAME_SIZE], series[VIEW_NAME_SIZE];
    const char *names[2] = {campaign, series};
    const char *all_hidden = small_word(small_mark(small, n, GROUPS));
    int64_t all = all_hidden == NULL ? small_count(small, n, GROUPS) : 0;

    view_series_campaign(db, list[0].series_id, campaign);
    view_series_name(db, list[0].series_id, series);
    add_line(
        table, names, "enrolled", "", small_count(small, n, GROUPS), all, all_hidden);
    add_line(table, names, "agreed", "", small_count(small, n, AGREED), all,
        small_word(small_mark(small, n, AGREED)));
    for (size_t i = 0; i < n; i++) {
        add_line(table, names, list[i].stage, list[i].reason, list[i].n, all,
            small_word(small_mark(small, i, GROUPS)));
    }
    small_free(small);
}

struct table *responses_people_table(struct db *db, const struct responses *responses)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    size_t from = 0;

    for (size_t to = 1; to <= responses->stages_n; to++) {
        if (to == responses->stages_n ||
            responses->stages[to].series_id != responses->stages[from].series_id) {
            add_series(db, table, &responses->stages[from], to - from);
            from = to;
        }
    }
    return table;
}
