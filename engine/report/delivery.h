/*
 * delivery.h: what became of the messages, counted: the delivery report.
 *
 * Made of the counters that every change of a message keeps, and of the reach table for
 * distinct people; no message is looked at. A day is the local day on which a message was
 * due. A message stands where it is now: under the gateway of its last route.
 *
 * By district it is a count by personal attribute: small counts are hidden (small.h), but
 * for the total, which every other of these reports tells too. People count where they
 * live now, messages where their person lived when they were queued.
 */
#ifndef CEGAH_REPORT_DELIVERY_H
#define CEGAH_REPORT_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/outcome.h"
#include "report/query.h"
#include "store/view.h"

struct buf;
struct db;
struct table;

/* One row. What its report sums over is 0 or "". */
struct delivery_row {
    int64_t campaign_id, series_id;
    char step[32], channel[16], gateway[32], district[32];
    int32_t day;
    int64_t states[MESSAGE_STATES];
    int64_t messages; /* of all states */
    int64_t segments; /* parts of what a gateway accepted */
    int64_t cost;     /* in millionths */
    int64_t moved;    /* messages that went on by another route */
    int64_t late;     /* of those: that arrived here after they had */
    int64_t people;   /* distinct, with at least one message that arrived */
};

/* Owned by whoever asked for it, until delivery_fini(). */
struct delivery {
    struct report_query query;     /* its campaign is not borrowed on: NULL */
    char campaign[VIEW_NAME_SIZE]; /* "" for all */
    struct delivery_row *rows;     /* in the order of their key */
    size_t n;
    struct delivery_row total;
    json_t *standing; /* standing.h */
};

/* Returns 0; -1 with a sentence: no such campaign (refused), or the store failed. */
int delivery_run(struct db *db, const struct report_query *query,
    struct delivery *delivery, struct err *err);
void delivery_fini(struct delivery *delivery);

/* Returns the rows and their total as an owned table; names are read from the store. */
struct table *delivery_table(struct db *db, const struct delivery *delivery);
/* Returns a new object: report, campaign, from, to, by, rows, total, standing. */
json_t *delivery_json(const struct delivery *delivery, const struct table *table);
/* Appends the report for people: heading, table, and what no message is. Hides columns
 * of the table. */
void delivery_print(
    const struct delivery *delivery, struct table *table, struct buf *out);

#endif
