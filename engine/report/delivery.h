/*
 * delivery.h: what became of the messages, counted: the delivery report.
 *
 * Made of the counters that every change of a message keeps, and of the reach table for
 * distinct people; no message is looked at. A day is the local day on which a message was
 * due. The cost of a message is not known yet, so it is null everywhere.
 */
#ifndef CEGAH_REPORT_DELIVERY_H
#define CEGAH_REPORT_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "base/outcome.h"
#include "store/view.h"

struct buf;
struct db;
struct table;

/* What a row is made for; by the others, rows are summed. */
enum delivery_by {
    DELIVERY_BY_ALL, /* campaign, series, step, channel and gateway */
    DELIVERY_BY_SERIES,
    DELIVERY_BY_STEP,
    DELIVERY_BY_CHANNEL,
    DELIVERY_BY_GATEWAY,
    DELIVERY_BY_DAY,
};

/* Returns 0, or -1 when it is none of series, step, channel, gateway, day. */
int delivery_by_parse(const char *word, enum delivery_by *by);

struct delivery_query {
    const char *campaign;     /* its name; NULL: all */
    int32_t from_day, to_day; /* both included; INT32_MIN, INT32_MAX: no limit */
    enum delivery_by by;
};

/* One row. What its report sums over is 0 or "". */
struct delivery_row {
    int64_t campaign_id, series_id;
    char step[32], channel[16], gateway[32];
    int32_t day;
    int64_t states[MESSAGE_STATES];
    int64_t messages; /* of all states */
    int64_t segments; /* parts of what a gateway accepted */
    int64_t people;   /* distinct, with at least one message that arrived */
};

/* Owned by whoever asked for it, until delivery_fini(). */
struct delivery {
    struct delivery_query query;   /* its campaign is not borrowed on: NULL */
    char campaign[VIEW_NAME_SIZE]; /* "" for all */
    struct delivery_row *rows;     /* in the order of their key */
    size_t n;
    struct delivery_row total;
};

/* Returns 0; -1 with a sentence: no such campaign (refused), or the store failed. */
int delivery_run(struct db *db, const struct delivery_query *query,
    struct delivery *delivery, struct err *err);
void delivery_fini(struct delivery *delivery);

/* Returns the rows and their total as an owned table; names are read from the store. */
struct table *delivery_table(struct db *db, const struct delivery *delivery);
/* Returns a new object: report, campaign, from, to, by, rows, total. */
json_t *delivery_json(const struct delivery *delivery, const struct table *table);
/* Appends the report for people: heading, table, and what no message is. Hides columns
 * of the table. */
void delivery_print(
    const struct delivery *delivery, struct table *table, struct buf *out);

#endif
