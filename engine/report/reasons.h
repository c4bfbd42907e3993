/*
 * reasons.h: why messages did not arrive and steps were left out, counted: the delivery
 * report by reason, with a sentence for each that says what to do.
 *
 * Made of the counters of reasons (store/counter.h). A reason is operational: no count is
 * hidden.
 */
#ifndef CEGAH_REPORT_REASONS_H
#define CEGAH_REPORT_REASONS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "report/query.h"

struct buf;
struct db;
struct table;

/* One row, by outcome (failed, expired, cancelled, unsure, skipped, missed) and reason. */
struct reasons_row {
    char outcome[16], reason[48];
    int64_t n;
};

/* Owned by whoever asked for it, until reasons_fini(). */
struct reasons {
    struct report_query query; /* its campaign is not borrowed on */
    char campaign[64];         /* "" for all */
    struct reasons_row *rows;  /* in the order of their key */
    size_t n, room;
    int64_t total;
    json_t *standing; /* standing.h */
};

/* Returns 0; -1 with a sentence: no such campaign (refused), or the store failed. */
int reasons_run(struct db *db, const struct report_query *query,
    struct reasons *reasons, struct err *err);
void reasons_fini(struct reasons *reasons);
/* Returns the rows and their total as an owned table: outcome, reason, n, share,
 * sentence. */
struct table *reasons_table(const struct reasons *reasons);
/* Returns a new object: report, campaign, from, to, by, rows, total, standing. */
json_t *reasons_json(const struct reasons *reasons, const struct table *table);
/* Appends the report for people. */
void reasons_print(
    const struct reasons *reasons, const struct table *table, struct buf *out);

#endif
