#include "store/counter.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/message.h"

/* A row of either table, and what this turn changes in it. */
struct cell {
    struct counter_key key;
    const char *outcome;              /* NULL: a row of `counter` */
    char reason[COUNTER_REASON_SIZE]; /* with an outcome; n is change[0] then */
    int64_t change[COUNTER_COLUMNS];
};

/* One change, so that it can be undone. */
struct change {
    size_t cell;
    int column;
    int64_t n;
};

/* Owned by the database. */
struct counters {
    struct cell *cells;
    size_t cells_n, cells_capacity;
    struct change *changes;
    size_t changes_n, changes_capacity;
};

void counter_key_of(const struct message *message, struct counter_key *key)
{
    *key = (struct counter_key){
        .campaign_id = message->campaign_id,
        .series_id = message->series_id,
        .channel = channel_name(message->channel),
        .day = message->day,
    };
    memcpy(key->step, message->step, sizeof key->step);
    memcpy(key->gateway, message->gateway, sizeof key->gateway);
    memcpy(key->district, message->district, sizeof key->district);
}

static void bind_key(struct stmt *stmt, const struct counter_key *key)
{
    stmt_int(stmt, 1, key->campaign_id);
    stmt_int(stmt, 2, key->series_id);
    stmt_text(stmt, 3, key->step);
    stmt_text(stmt, 4, key->channel);
    stmt_text(stmt, 5, key->gateway);
    stmt_text(stmt, 6, key->district);
    stmt_int(stmt, 7, key->day);
}

static void write_cell(struct db *db, const struct cell *cell)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO counter (campaign_id,series_id,step,channel,gateway,district,day,"
        " queued,sending,sent,delivered,read,failed,expired,cancelled,unsure,segments,"
        " cost,moved,late) VALUES"
        " (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20)"
        " ON CONFLICT DO UPDATE SET queued=queued+?8,sending=sending+?9,sent=sent+?10,"
        " delivered=delivered+?11,read=read+?12,failed=failed+?13,expired=expired+?14,"
        " cancelled=cancelled+?15,unsure=unsure+?16,segments=segments+?17,"
        " cost=cost+?18,moved=moved+?19,late=late+?20");

    bind_key(stmt, &cell->key);
    for (int column = 0; column < COUNTER_COLUMNS; column++) {
        stmt_int(stmt, 8 + column, cell->change[column]);
    }
    stmt_run(stmt);
}

static void write_reason(struct db *db, const struct cell *cell)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO reason_counter (campaign_id,series_id,step,channel,gateway,"
        " district,day,outcome,reason,n) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"
        " ON CONFLICT DO UPDATE SET n=n+?10");

    bind_key(stmt, &cell->key);
    stmt_text(stmt, 8, cell->outcome);
    stmt_text(stmt, 9, cell->reason);
    stmt_int(stmt, 10, cell->change[0]);
    stmt_run(stmt);
}

static void write(struct db *db, void *state)
{
    struct counters *counters = state;

    for (size_t i = 0; i < counters->cells_n; i++) {
        const struct cell *cell = &counters->cells[i];

        (cell->outcome == NULL ? write_cell : write_reason)(db, cell);
    }
    counters->cells_n = counters->changes_n = 0;
}

static size_t mark(const void *state)
{
    return ((const struct counters *)state)->changes_n;
}

static void undo(void *state, size_t to)
{
    struct counters *counters = state;

    while (counters->changes_n > to) {
        const struct change *change = &counters->changes[--counters->changes_n];

        counters->cells[change->cell].change[change->column] -= change->n;
    }
}

static void fini(void *state)
{
    struct counters *counters = state;

    free(counters->cells);
    free(counters->changes);
}

static const struct db_pending kind = {
    .size = sizeof(struct counters),
    .write = write,
    .mark = mark,
    .undo = undo,
    .fini = fini,
};

static bool is_of(const struct cell *cell, const struct counter_key *key,
    const char *outcome, const char *reason)
{
    return cell->key.campaign_id == key->campaign_id &&
           cell->key.series_id == key->series_id && cell->key.day == key->day &&
           cell->key.channel == key->channel && cell->outcome == outcome &&
           strcmp(cell->key.step, key->step) == 0 &&
           strcmp(cell->key.gateway, key->gateway) == 0 &&
           strcmp(cell->key.district, key->district) == 0 &&
           (outcome == NULL || strcmp(cell->reason, reason) == 0);
}

/* A turn has few cells: the steps that are due, by gateway and district. */
static size_t find_cell(struct counters *counters, const struct counter_key *key,
    const char *outcome, const char *reason)
{
    struct cell *cell;

    for (size_t i = counters->cells_n; i > 0; i--) {
        if (is_of(&counters->cells[i - 1], key, outcome, reason)) {
            return i - 1;
        }
    }
    if (counters->cells_n == counters->cells_capacity) {
        counters->cells_capacity =
            counters->cells_capacity > 0 ? counters->cells_capacity * 2 : 16;
        counters->cells = mem_resize(
            counters->cells, counters->cells_capacity, sizeof *counters->cells);
    }
    cell = &counters->cells[counters->cells_n];
    *cell = (struct cell){.key = *key, .outcome = outcome};
    if (outcome != NULL) {
        snprintf(cell->reason, sizeof cell->reason, "%s", reason);
    }
    return counters->cells_n++;
}

static void add(struct counters *counters, size_t cell, int column, int64_t n)
{
    if (counters->changes_n == counters->changes_capacity) {
        counters->changes_capacity =
            counters->changes_capacity > 0 ? counters->changes_capacity * 2 : 256;
        counters->changes = mem_resize(
            counters->changes, counters->changes_capacity, sizeof *counters->changes);
    }
    counters->changes[counters->changes_n++] = (struct change){cell, column, n};
    counters->cells[cell].change[column] += n;
}

void counter_add(struct db *db, const struct counter_key *key, int column, int64_t n)
{
    struct counters *counters = db_pending(db, &kind);

    add(counters, find_cell(counters, key, NULL, NULL), column, n);
}

void counter_add_reason(struct db *db, const struct counter_key *key,
    const char *outcome, const char *reason, int64_t n)
{
    struct counters *counters = db_pending(db, &kind);

    add(counters, find_cell(counters, key, outcome, reason), 0, n);
}

static bool is_all_of(const char *text, const char *characters)
{
    return text[0] != '\0' && text[strspn(text, characters)] == '\0';
}

void counter_reason(enum failure_class class, const char *code, const char *words,
    char reason[COUNTER_REASON_SIZE])
{
    static const char *const WORD = "abcdefghijklmnopqrstuvwxyz_";
    static const char *const CODE =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/";
    bool has_code = is_all_of(code, CODE) && strlen(code) <= 16;

    if (class != FAILURE_NONE) {
        snprintf(reason, COUNTER_REASON_SIZE, "%s%s%s", failure_class_name(class),
            has_code ? ":" : "", has_code ? code : "");
    } else if (has_code) {
        snprintf(reason, COUNTER_REASON_SIZE, "%s", code);
    } else if (is_all_of(words, WORD) && strlen(words) < COUNTER_REASON_SIZE) {
        snprintf(reason, COUNTER_REASON_SIZE, "%s", words);
    } else {
        snprintf(reason, COUNTER_REASON_SIZE, "other");
    }
}
