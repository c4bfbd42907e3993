#include "store/counter.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/db.h"
#include "store/message.h"

/* A row of the table, and what this turn changes in it. */
struct cell {
    int64_t campaign_id, series_id;
    char step[STEP_SIZE];
    enum channel channel;
    char gateway[GATEWAY_SIZE];
    int32_t day;
    int64_t change[MESSAGE_STATES], segments;
};

/* One move, so that it can be undone. */
struct move {
    size_t cell;
    int from, to, parts;
};

/* Owned by the database. */
struct counters {
    struct cell *cells;
    size_t cells_n, cells_capacity;
    struct move *moves;
    size_t moves_n, moves_capacity;
};

static void write_cell(struct db *db, const struct cell *cell)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO counter (campaign_id,series_id,step,channel,gateway,day,queued,"
        " sending,sent,delivered,read,failed,expired,cancelled,unsure,segments)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16)"
        " ON CONFLICT DO UPDATE SET queued=queued+?7,sending=sending+?8,sent=sent+?9,"
        " delivered=delivered+?10,read=read+?11,failed=failed+?12,expired=expired+?13,"
        " cancelled=cancelled+?14,unsure=unsure+?15,segments=segments+?16");

    stmt_int(stmt, 1, cell->campaign_id);
    stmt_int(stmt, 2, cell->series_id);
    stmt_text(stmt, 3, cell->step);
    stmt_text(stmt, 4, channel_name(cell->channel));
    stmt_text(stmt, 5, cell->gateway);
    stmt_int(stmt, 6, cell->day);
    for (int state = 0; state < MESSAGE_STATES; state++) {
        stmt_int(stmt, 7 + state, cell->change[state]);
    }
    stmt_int(stmt, 16, cell->segments);
    stmt_run(stmt);
}

static void write(struct db *db, void *state)
{
    struct counters *counters = state;

    for (size_t i = 0; i < counters->cells_n; i++) {
        write_cell(db, &counters->cells[i]);
    }
    counters->cells_n = counters->moves_n = 0;
}

static size_t mark(const void *state)
{
    return ((const struct counters *)state)->moves_n;
}

static void apply(struct cell *cell, const struct move *move, int sign)
{
    if (move->from >= 0) {
        cell->change[move->from] -= sign;
    }
    cell->change[move->to] += sign;
    cell->segments += sign * move->parts;
}

static void undo(void *state, size_t to)
{
    struct counters *counters = state;

    while (counters->moves_n > to) {
        const struct move *move = &counters->moves[--counters->moves_n];

        apply(&counters->cells[move->cell], move, -1);
    }
}

static void fini(void *state)
{
    struct counters *counters = state;

    free(counters->cells);
    free(counters->moves);
}

static const struct db_pending kind = {
    .size = sizeof(struct counters),
    .write = write,
    .mark = mark,
    .undo = undo,
    .fini = fini,
};

static bool is_of(const struct cell *cell, const struct message *message)
{
    return cell->campaign_id == message->campaign_id &&
           cell->series_id == message->series_id && cell->day == message->day &&
           cell->channel == message->channel &&
           strcmp(cell->step, message->step) == 0 &&
           strcmp(cell->gateway, message->gateway) == 0;
}

/* A turn has few cells: the steps that are due, by gateway. */
static size_t find_cell(struct counters *counters, const struct message *message)
{
    struct cell *cell;

    for (size_t i = counters->cells_n; i > 0; i--) {
        if (is_of(&counters->cells[i - 1], message)) {
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
    *cell = (struct cell){
        .campaign_id = message->campaign_id,
        .series_id = message->series_id,
        .channel = message->channel,
        .day = message->day,
    };
    memcpy(cell->step, message->step, sizeof cell->step);
    memcpy(cell->gateway, message->gateway, sizeof cell->gateway);
    return counters->cells_n++;
}

void counter_move(struct db *db, const struct message *message, int from,
    enum message_state to, int parts)
{
    struct counters *counters = db_pending(db, &kind);
    size_t cell = find_cell(counters, message);

    if (counters->moves_n == counters->moves_capacity) {
        counters->moves_capacity =
            counters->moves_capacity > 0 ? counters->moves_capacity * 2 : 256;
        counters->moves = mem_resize(
            counters->moves, counters->moves_capacity, sizeof *counters->moves);
    }
    counters->moves[counters->moves_n] = (struct move){cell, from, (int)to, parts};
    apply(&counters->cells[cell], &counters->moves[counters->moves_n++], 1);
}
