#include "report/small.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/must.h"

/* A count below this, and not 0, is too small to show. */
enum { ENOUGH = 5 };

const char small_explained[] =
    "<5: fewer than five; *: left out, or the totals would tell what <5 is.\n";

/* What it costs to use a cell: those that are hidden are used first, then few are hidden,
 * a none and a total last. */
enum {
    COST_HIDDEN = 1,
    COST_LARGE = 1000,
    COST_NONE = 20000,
    COST_TOTAL = 400000,
    /* A reader would have to take a "<5" for a none: only where nothing else helps. */
    COST_TO_NONE = 4000000,
    COST_NEVER = INT32_MAX,
};

/* What is known of a cell's count. */
enum state {
    STATE_SHOWN,
    STATE_KNOWN, /* as shown, and never hidden */
    STATE_FREE,  /* not printed at all: any number */
    STATE_FEW,   /* 1 to 4, for a reader 0 to 4 */
    STATE_NONE,  /* a none that prints as few */
    STATE_LARGE, /* 5 or more */
    STATE_ANY,   /* hidden: 0 or more */
};

struct cell {
    int64_t count;
    enum state state;
};

/* Owned by whoever made it. Cells lie row by row, totals at the ends. */
struct small {
    size_t rows, columns; /* without the totals */
    enum small_totals row_totals, column_totals;
    bool amounts;
    struct cell *cells;
};

/* A search's node: a line. Rows come first, then columns; totals are lines too. */
struct node {
    int64_t cost;
    size_t from;
    bool done;
};

struct small *small_new(size_t rows, size_t columns, enum small_totals row_totals,
    enum small_totals column_totals)
{
    struct small *small = mem_zero(1, sizeof *small);

    *small = (struct small){
        .rows = rows,
        .columns = columns,
        .row_totals = row_totals,
        .column_totals = column_totals,
        .cells = mem_zero((rows + 1) * (columns + 1), sizeof *small->cells),
    };
    return small;
}

void small_free(struct small *small)
{
    if (small != NULL) {
        free(small->cells);
        free(small);
    }
}

static struct cell *cell_at(const struct small *small, size_t row, size_t column)
{
    must(row <= small->rows && column <= small->columns, "cell %zu, %zu", row, column);
    return &small->cells[row * (small->columns + 1) + column];
}

void small_add(struct small *small, size_t row, size_t column, int64_t count)
{
    cell_at(small, row, column)->count += count;
}

void small_know(struct small *small, size_t row, size_t column)
{
    cell_at(small, row, column)->state = STATE_KNOWN;
}

void small_conceal(struct small *small, size_t row, size_t column)
{
    cell_at(small, row, column)->state = STATE_ANY;
}

void small_amounts(struct small *small)
{
    small->amounts = true;
}

static void sum_up(struct small *small)
{
    for (size_t row = 0; row < small->rows; row++) {
        for (size_t column = 0; column < small->columns; column++) {
            int64_t count = cell_at(small, row, column)->count;

            cell_at(small, row, small->columns)->count += count;
            cell_at(small, small->rows, column)->count += count;
            cell_at(small, small->rows, small->columns)->count += count;
        }
    }
}

static enum state total_state(enum small_totals totals)
{
    return totals == SMALL_NO_TOTAL ? STATE_FREE
           : totals == SMALL_TOTAL  ? STATE_SHOWN
                                    : STATE_KNOWN;
}

/* The sum of all is printed where the totals of a line are, and known where either is. */
static enum state grand_state(const struct small *small)
{
    enum state one = total_state(small->row_totals);
    enum state other = total_state(small->column_totals);

    if (one == STATE_FREE || other == STATE_FREE) {
        return STATE_FREE;
    }
    return one == STATE_KNOWN || other == STATE_KNOWN ? STATE_KNOWN : STATE_SHOWN;
}

static void hide_few(struct small *small)
{
    for (size_t row = 0; row < small->rows; row++) {
        cell_at(small, row, small->columns)->state = total_state(small->row_totals);
    }
    for (size_t column = 0; column < small->columns; column++) {
        cell_at(small, small->rows, column)->state = total_state(small->column_totals);
    }
    cell_at(small, small->rows, small->columns)->state = grand_state(small);
    for (size_t i = 0; i < (small->rows + 1) * (small->columns + 1); i++) {
        struct cell *cell = &small->cells[i];

        if (!small->amounts &&
            (cell->state == STATE_SHOWN || cell->state == STATE_ANY) &&
            cell->count > 0 && cell->count < ENOUGH) {
            cell->state = STATE_FEW;
        }
    }
}

/* The state that hiding gives a cell. */
static enum state hidden_state(const struct small *small, const struct cell *cell)
{
    return small->amounts ? STATE_ANY : cell->count == 0 ? STATE_NONE : STATE_LARGE;
}

static bool may_be_more(enum state state, int64_t count)
{
    switch (state) {
    case STATE_FREE:
    case STATE_LARGE:
    case STATE_ANY:
    case STATE_NONE:
        return true;
    case STATE_FEW:
        return count + 1 < ENOUGH;
    case STATE_SHOWN:
    case STATE_KNOWN:
        break;
    }
    return false;
}

static bool may_be_less(enum state state, int64_t count)
{
    switch (state) {
    case STATE_FREE:
        return true;
    case STATE_LARGE:
        return count > ENOUGH;
    case STATE_ANY:
        return count > 0;
    case STATE_FEW:
        return count > 0;
    case STATE_NONE:
    case STATE_SHOWN:
    case STATE_KNOWN:
        break;
    }
    return false;
}

/* What it costs to have the cell one more or one less. A total stands in its lines with
 * the other sign, so "more" is "less" for it. */
static int64_t cost_of(
    const struct small *small, size_t row, size_t column, bool along_row)
{
    const struct cell *cell = cell_at(small, row, column);
    bool total = row == small->rows || column == small->columns;
    bool grand = row == small->rows && column == small->columns;
    bool more = along_row == (!total || grand);
    enum state state = cell->state;
    int64_t cost = COST_HIDDEN;

    if (state == STATE_SHOWN) {
        state = hidden_state(small, cell);
        cost = (total ? COST_TOTAL : COST_LARGE) + (cell->count == 0 ? COST_NONE : 0) +
               (cell->count < COST_LARGE ? cell->count : COST_LARGE);
    }
    if (state == STATE_FEW && !more && cell->count == 1) {
        cost = COST_TO_NONE;
    }
    return (more ? may_be_more : may_be_less)(state, cell->count) ? cost : COST_NEVER;
}

/* The cell between two lines; forward: its row comes first. */
static int64_t edge(const struct small *small, size_t from, size_t to, size_t not_row,
    size_t not_column)
{
    size_t rows = small->rows + 1;
    bool along_row = from < rows;
    size_t row = along_row ? from : to, column = (along_row ? to : from) - rows;

    return row == not_row && column == not_column
               ? COST_NEVER
               : cost_of(small, row, column, along_row);
}

/* Dijkstra from one line to another without the one cell. Returns the cost, COST_NEVER
 * when there is no way. */
static int64_t find_way(const struct small *small, size_t from, size_t to,
    size_t not_row, size_t not_column, struct node *nodes)
{
    size_t rows = small->rows + 1, n = rows + small->columns + 1;

    for (size_t i = 0; i < n; i++) {
        nodes[i] = (struct node){.cost = INT64_MAX};
    }
    nodes[from].cost = 0;
    for (;;) {
        size_t at = n;

        for (size_t i = 0; i < n; i++) {
            if (!nodes[i].done && nodes[i].cost < INT64_MAX &&
                (at == n || nodes[i].cost < nodes[at].cost)) {
                at = i;
            }
        }
        if (at == n || at == to) {
            return at == n ? COST_NEVER : nodes[to].cost;
        }
        nodes[at].done = true;
        for (size_t i = at < rows ? rows : 0; i < (at < rows ? n : rows); i++) {
            int64_t cost = edge(small, at, i, not_row, not_column);

            if (cost != COST_NEVER && nodes[at].cost + cost < nodes[i].cost) {
                nodes[i].cost = nodes[at].cost + cost;
                nodes[i].from = at;
            }
        }
    }
}

/* Hides what is shown along the way that was found. */
static void hide_way(
    struct small *small, size_t from, size_t to, const struct node *nodes)
{
    size_t rows = small->rows + 1;

    while (to != from) {
        size_t before = nodes[to].from;
        struct cell *cell = cell_at(
            small, before < rows ? before : to, (before < rows ? to : before) - rows);

        if (cell->state == STATE_SHOWN) {
            cell->state = hidden_state(small, cell);
        }
        to = before;
    }
}

/* Makes sure that a hidden count may be one more or one less. */
static bool protect(struct small *small, size_t row, size_t column, struct node *nodes)
{
    size_t end = small->rows + 1 + column, from = 0, to = 0;
    int64_t best = COST_NEVER; /* a way that costs as much is none */

    for (int along_row = 0; along_row < 2; along_row++) {
        size_t start = along_row ? end : row, goal = along_row ? row : end;
        int64_t cost = cost_of(small, row, column, along_row);

        if (cost != COST_NEVER) {
            cost += find_way(small, start, goal, row, column, nodes);
        }
        if (cost < best) {
            best = cost;
            from = start;
            to = goal;
        }
    }
    if (best == COST_NEVER) {
        return false;
    }
    find_way(small, from, to, row, column, nodes);
    hide_way(small, from, to, nodes);
    return true;
}

bool small_hide(struct small *small)
{
    size_t lines = small->rows + small->columns + 2;
    struct node *nodes = mem_zero(lines, sizeof *nodes);
    bool safe = true;

    sum_up(small);
    hide_few(small);
    for (size_t row = 0; row <= small->rows && safe; row++) {
        for (size_t column = 0; column <= small->columns && safe; column++) {
            enum state state = cell_at(small, row, column)->state;

            if (state == STATE_FEW || state == STATE_ANY) {
                safe = protect(small, row, column, nodes);
            }
        }
    }
    for (size_t i = 0; !safe && i < (small->rows + 1) * (small->columns + 1); i++) {
        small->cells[i].state = STATE_ANY;
    }
    free(nodes);
    return safe;
}

enum small_mark small_mark(const struct small *small, size_t row, size_t column)
{
    switch (cell_at(small, row, column)->state) {
    case STATE_FEW:
    case STATE_NONE:
        return SMALL_FEW;
    case STATE_LARGE:
    case STATE_ANY:
        return SMALL_HIDDEN;
    case STATE_SHOWN:
    case STATE_KNOWN:
    case STATE_FREE:
        break;
    }
    return SMALL_SHOWN;
}

int64_t small_count(const struct small *small, size_t row, size_t column)
{
    return cell_at(small, row, column)->count;
}

const char *small_word(enum small_mark mark)
{
    return mark == SMALL_FEW ? "<5" : mark == SMALL_HIDDEN ? "*" : NULL;
}
