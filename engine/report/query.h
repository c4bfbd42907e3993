/*
 * query.h: what a report is asked for, the same for every report.
 */
#ifndef CEGAH_REPORT_QUERY_H
#define CEGAH_REPORT_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

struct buf;
struct db;

/* What a row is made for; by the others, rows are summed. */
enum report_by {
    REPORT_BY_ALL, /* the report's own default */
    REPORT_BY_SERIES,
    REPORT_BY_STEP,
    REPORT_BY_CHANNEL,
    REPORT_BY_GATEWAY,
    REPORT_BY_DAY,
    REPORT_BY_DISTRICT,
    REPORT_BY_REASON,
    REPORT_BYS,
};

/* Returns 0, or -1 when the word is none of series, step, channel, gateway, day, district,
 * reason. */
int report_by_parse(const char *word, enum report_by *by);
/* Its word, borrowed for ever; NULL for REPORT_BY_ALL. */
const char *report_by_word(enum report_by by);

struct report_query {
    const char *campaign;     /* its name; NULL: all */
    int32_t from_day, to_day; /* both included; INT32_MIN, INT32_MAX: no limit */
    enum report_by by;
    const char *timezone; /* for times and days that are nobody's own; NULL: UTC */
    const char *currency; /* of every cost; NULL: no price is configured */
};

/* True when the day is one that is asked for. */
bool report_has_day(const struct report_query *query, int32_t day);
/* Fills the id of the query's campaign, 0 for all. Returns 0; -1 with a sentence that
 * names those that are loaded. */
int report_find_campaign(
    struct db *db, const struct report_query *query, int64_t *id, struct err *err);
/* Returns a new JSON string, null for no limit. */
json_t *report_day_json(int32_t day);
/* Appends " from 2026-01-05 to …", as far as there are limits. */
void report_print_days(const struct report_query *query, struct buf *out);

#endif
