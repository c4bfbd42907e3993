/*
 * delivery_small.c: what a hidden number would be told by is hidden too: people, parts,
 * cost and share say something of the states that they are made of.
 */
#include "report/delivery_small.h"

#include <stdlib.h>

#include "base/mem.h"
#include "report/small.h"

/* Owned by whoever asked for it. */
struct delivery_small {
    struct small *states; /* a column for each; the row's total is its messages */
    struct small *people, *segments, *moved, *late;
    bool nothing; /* of the report can be shown */
};

static bool is_hidden(const struct delivery_small *small, size_t row, int state)
{
    return small_mark(small->states, row, (size_t)state) != SMALL_SHOWN;
}

static bool arrived_is_hidden(const struct delivery_small *small, size_t row)
{
    return is_hidden(small, row, MESSAGE_DELIVERED) ||
           is_hidden(small, row, MESSAGE_READ) || is_hidden(small, row, MESSAGE_STATES);
}

static struct small *one_column(size_t rows)
{
    return small_new(rows, 1, SMALL_NO_TOTAL, SMALL_TOTAL_KNOWN);
}

static bool hide_states(struct delivery_small *small, const struct delivery *delivery)
{
    small->states =
        small_new(delivery->n, MESSAGE_STATES, SMALL_TOTAL, SMALL_TOTAL_KNOWN);
    for (size_t row = 0; row < delivery->n; row++) {
        for (int state = 0; state < MESSAGE_STATES; state++) {
            small_add(
                small->states, row, (size_t)state, delivery->rows[row].states[state]);
        }
    }
    return small_hide(small->states);
}

static bool hide_others(struct delivery_small *small, const struct delivery *delivery)
{
    small->people = one_column(delivery->n);
    small->segments = one_column(delivery->n);
    small->moved = one_column(delivery->n);
    small->late = one_column(delivery->n);
    small_amounts(small->segments);
    for (size_t row = 0; row < delivery->n; row++) {
        const struct delivery_row *of = &delivery->rows[row];
        int64_t most = of->states[MESSAGE_DELIVERED] + of->states[MESSAGE_READ];
        bool arrived = arrived_is_hidden(small, row);

        small_add(small->people, row, 0, of->people);
        small_add(small->segments, row, 0, of->segments);
        small_add(small->moved, row, 0, of->moved);
        small_add(small->late, row, 0, of->late);
        /* No more people than messages arrived: fewer tell nothing of a hidden number. */
        if (arrived && of->people >= most) {
            small_conceal(small->people, row, 0);
        }
        if (arrived || is_hidden(small, row, MESSAGE_SENT)) {
            small_conceal(small->segments, row, 0);
        }
    }
    return small_hide(small->people) && small_hide(small->segments) &&
           small_hide(small->moved) && small_hide(small->late);
}

struct delivery_small *delivery_small_new(const struct delivery *delivery)
{
    struct delivery_small *small;

    if (delivery->query.by != REPORT_BY_DISTRICT) {
        return NULL;
    }
    small = mem_zero(1, sizeof *small);
    small->nothing = !hide_states(small, delivery) || !hide_others(small, delivery);
    return small;
}

void delivery_small_free(struct delivery_small *small)
{
    if (small != NULL) {
        small_free(small->states);
        small_free(small->people);
        small_free(small->segments);
        small_free(small->moved);
        small_free(small->late);
        free(small);
    }
}

const char *delivery_small_word(
    const struct delivery_small *small, size_t row, int number)
{
    if (small == NULL) {
        return NULL;
    }
    if (small->nothing) {
        return small_word(SMALL_HIDDEN);
    }
    switch (number) {
    case DELIVERY_PEOPLE:
        return small_word(small_mark(small->people, row, 0));
    case DELIVERY_SEGMENTS:
        return small_word(small_mark(small->segments, row, 0));
    case DELIVERY_MOVED:
        return small_word(small_mark(small->moved, row, 0));
    case DELIVERY_LATE:
        return small_word(small_mark(small->late, row, 0));
    case DELIVERY_SHARE:
        return arrived_is_hidden(small, row) ? small_word(SMALL_HIDDEN) : NULL;
    default: /* DELIVERY_MESSAGES is the column of the rows' totals */
        return small_word(small_mark(small->states, row, (size_t)number));
    }
}
