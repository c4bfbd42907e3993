#include "report/reasons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "report/reason.h"
#include "report/standing.h"
#include "report/table.h"
#include "store/db.h"
#include "store/view.h"

enum { SLICE = 1000 };

/* What moved went on by another route, so it is in no total. */
static const char moved[] = "moved";
static const char *const outcomes[] = {
    "failed", "expired", "cancelled", "unsure", "skipped", "missed", moved};
enum { OUTCOMES = sizeof outcomes / sizeof outcomes[0] };

static const struct table_column columns[] = {
    {"outcome", "outcome", TABLE_TEXT, 0},
    {"reason", "reason", TABLE_TEXT, 0},
    {"n", "n", TABLE_NUMBER, 0},
    {"share", "share", TABLE_SHARE, 0},
    {"sentence", NULL, TABLE_TEXT, 0},
};

static int rank_of(const char *outcome)
{
    int rank = 0;

    while (rank < OUTCOMES && strcmp(outcomes[rank], outcome) != 0) {
        rank++;
    }
    return rank;
}

static int compare(
    const struct reasons_row *row, const char *outcome, const char *reason)
{
    int sign = rank_of(row->outcome) - rank_of(outcome);

    sign = sign != 0 ? sign : strcmp(row->outcome, outcome);
    return sign != 0 ? sign : strcmp(row->reason, reason);
}

static void add(struct reasons *reasons, const struct view_reason *counted)
{
    size_t at = 0;

    /* Reasons are few: counter_reason() sees to that. */
    while (at < reasons->n &&
           compare(&reasons->rows[at], counted->outcome, counted->reason) < 0) {
        at++;
    }
    if (at == reasons->n ||
        compare(&reasons->rows[at], counted->outcome, counted->reason) != 0) {
        if (reasons->n == reasons->room) {
            reasons->room = reasons->room == 0 ? 32 : reasons->room * 2;
            reasons->rows =
                mem_resize(reasons->rows, reasons->room, sizeof *reasons->rows);
        }
        memmove(&reasons->rows[at + 1], &reasons->rows[at],
            (reasons->n - at) * sizeof *reasons->rows);
        reasons->n++;
        reasons->rows[at] = (struct reasons_row){0};
        memcpy(reasons->rows[at].outcome, counted->outcome, sizeof counted->outcome);
        memcpy(reasons->rows[at].reason, counted->reason, sizeof counted->reason);
    }
    reasons->rows[at].n += counted->n;
    if (strcmp(counted->outcome, moved) != 0) {
        reasons->total += counted->n;
    }
}

static void add_all(struct db *db, struct reasons *reasons, int64_t campaign_id)
{
    struct view_reason *list = mem_zero(SLICE, sizeof *list);
    struct view_reason after = {.campaign_id = campaign_id, .series_id = -1};
    int n;

    do {
        n = view_reasons_after(db, &after, list, SLICE);
        for (int i = 0; i < n; i++) {
            if (campaign_id != 0 && list[i].campaign_id != campaign_id) {
                n = 0;
                break;
            }
            if (list[i].n != 0 && report_has_day(&reasons->query, list[i].day)) {
                add(reasons, &list[i]);
            }
        }
        if (n > 0) {
            after = list[n - 1];
        }
    } while (n == SLICE);
    free(list);
}

int reasons_run(struct db *db, const struct report_query *query,
    struct reasons *reasons, struct err *err)
{
    int64_t campaign_id;

    *reasons = (struct reasons){.query = *query};
    reasons->query.campaign = NULL;
    if (report_find_campaign(db, query, &campaign_id, err) != 0) {
        return -1;
    }
    if (query->campaign != NULL) {
        snprintf(reasons->campaign, sizeof reasons->campaign, "%s", query->campaign);
    }
    add_all(db, reasons, campaign_id);
    reasons->standing = standing_json(db, query->timezone);
    return db_check(db, err);
}

void reasons_fini(struct reasons *reasons)
{
    free(reasons->rows);
    json_decref(reasons->standing);
    *reasons = (struct reasons){0};
}

struct table *reasons_table(const struct reasons *reasons)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    char sentence[REASON_SENTENCE_SIZE];

    for (size_t i = 0; i < reasons->n; i++) {
        const struct reasons_row *row = &reasons->rows[i];

        table_add_row(table);
        table_set_text(table, "outcome", row->outcome);
        table_set_text(table, "reason", row->reason);
        table_set_number(table, "n", row->n);
        if (strcmp(row->outcome, moved) != 0) {
            table_set_share(table, "share", (double)row->n / (double)reasons->total);
        }
        reason_counted(row->reason, sentence);
        table_set_text(table, "sentence", sentence);
    }
    table_add_row(table);
    table_set_text(table, "outcome", "total");
    table_set_number(table, "n", reasons->total);
    table_mark_total(table);
    return table;
}

json_t *reasons_json(const struct reasons *reasons, const struct table *table)
{
    json_t *total = table_json_total(table);

    json_object_set_new(total, "outcome", json_null());
    return json_pack("{s:s, s:s?, s:o, s:o, s:s, s:o, s:o, s:O}", "report", "delivery",
        "campaign", reasons->campaign[0] != '\0' ? reasons->campaign : NULL, "from",
        report_day_json(reasons->query.from_day), "to",
        report_day_json(reasons->query.to_day), "by", "reason", "rows",
        table_json(table), "total", total, "standing", reasons->standing);
}

void reasons_print(
    const struct reasons *reasons, const struct table *table, struct buf *out)
{
    const char *before = "";
    char sentence[REASON_SENTENCE_SIZE];
    size_t i;
    json_t *each;

    buf_add_format(out, "What did not arrive, of %s",
        reasons->campaign[0] != '\0' ? reasons->campaign : "every campaign");
    report_print_days(&reasons->query, out);
    buf_add_text(out, "\n\n");
    if (reasons->n == 0) {
        buf_add_text(
            out, "No messages failed, and no step was left out: nothing to do.\n");
    } else {
        table_print(table, out);
        buf_add_text(out, "\nmoved: went on by another route from there, and is in no "
                          "total.\n\nWhat to do:\n");
    }
    for (size_t row = 0; row < reasons->n; row++) {
        if (strcmp(before, reasons->rows[row].reason) != 0) {
            reason_counted(reasons->rows[row].reason, sentence);
            buf_add_format(out, "  %s: %s\n", reasons->rows[row].reason, sentence);
        }
        before = reasons->rows[row].reason;
    }
    json_array_foreach(reasons->standing, i, each)
    {
        buf_add_format(out, "%s%s\n", i == 0 ? "\n" : "",
            json_string_value(json_object_get(each, "sentence")));
    }
}
