/*
 * responses.h: what people answered, counted: the responses report.
 *
 * The first answer to a question counts; a later one is a change, and one that came when
 * the question was closed is late and counts apart. A question is asked when its message
 * went out. Small counts of answers, and of people by district, are hidden (small.h).
 *
 * Free text is not counted, but for how many wait for a human; disclosures not at all.
 */
#ifndef CEGAH_REPORT_RESPONSES_H
#define CEGAH_REPORT_RESPONSES_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "report/query.h"

struct buf;
struct catalogue;
struct db;
struct table;

/* One row; what the report sums over is 0 or "". */
struct responses_row {
    int64_t series_id;
    char step[32]; /* of an item of a quiz: "C2.Q1" */
    char word[40]; /* channel, gateway, district, or why there is no answer */
    int32_t day;   /* asked: when it was asked; the others: when the answer came */
    int64_t asked, answered, changed, late;
    int64_t right, wrong; /* of the answers to questions with a right one */
    int64_t score;        /* of those */
};

/* How often a question got an answer, first answers only. */
struct responses_answer {
    int64_t series_id;
    char step[32], value[64];
    int64_t n;
};

/* How many people stand there in a series. stage: see responses_people.c. */
struct responses_stage {
    int64_t series_id;
    char stage[20], reason[40];
    bool agreed;
    int64_t n;
};

/* Owned by whoever asked for it, until responses_fini(). Lists lie in their keys' order. */
struct responses {
    struct report_query query;         /* its campaign is not borrowed on */
    char campaign[64];                 /* "" for all */
    const struct catalogue *catalogue; /* borrowed; NULL: no labels */
    struct responses_row *rows;
    size_t n;
    struct responses_row total;
    struct responses_answer *answers; /* by step only */
    size_t answers_n;
    struct responses_stage *stages; /* by step only */
    size_t stages_n;
    int64_t waiting; /* for a human */
};

/* now: what is still open at that time counts as open. Returns 0; -1 with a sentence: no
 * such campaign (refused), or the store failed. */
int responses_run(struct db *db, const struct catalogue *catalogue,
    const struct report_query *query, int64_t now, struct responses *responses,
    struct err *err);
void responses_fini(struct responses *responses);

/* The three tables of the report; the last two are there by step only. */
enum { RESPONSES_TABLES = 3 };

/* Fills tables (owned) and returns how many; their names are in responses_names. */
size_t responses_tables(struct db *db, const struct responses *responses,
    struct table *tables[RESPONSES_TABLES]);
extern const char *const responses_names[RESPONSES_TABLES];
/* Returns a new object: report, campaign, from, to, by, rows, total, answers, people,
 * waiting. */
json_t *responses_json(const struct responses *responses, struct table *const *tables);
/* Appends the report for people. Hides columns of the tables. */
void responses_print(
    const struct responses *responses, struct table *const *tables, struct buf *out);

/* Where everybody stands: part of the above. */
void responses_count_people(
    struct db *db, struct responses *responses, const char *campaign);
struct table *responses_people_table(struct db *db, const struct responses *responses);

#endif
