/*
 * small.h: which cells of a table of counts are hidden, so that no small one shows (R19).
 *
 * A count of 1 to 4 prints "<5". Where totals would still tell it, further cells are
 * hidden: a count of five or more prints "*", a none prints "<5" too. Which ones is found
 * as in a network: totals make a table a flow between its lines, and a count is safe
 * exactly when the hidden cells hold a circle through it, along which every cell may be
 * one more or one less and no printed number changes.
 *
 * What it takes for known: every printed number, that "<5" is at most four, that "*" is no
 * less than five; and, where that is possible, that a "<5" is no none. It hides one table;
 * what two reports of different days tell by their difference is not looked at.
 */
#ifndef CEGAH_REPORT_SMALL_H
#define CEGAH_REPORT_SMALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum small_mark {
    SMALL_SHOWN,
    SMALL_FEW,    /* "<5" */
    SMALL_HIDDEN, /* "*" */
};

/* The sums of the lines, as readers know them. */
enum small_totals {
    SMALL_NO_TOTAL,    /* not printed anywhere */
    SMALL_TOTAL,       /* printed beside the counts, and hidden as they are */
    SMALL_TOTAL_KNOWN, /* told elsewhere: hiding it helps nothing */
};

struct small;

/* Returns an owned table of zeroes. row_totals: the sum of each row, in column `columns`;
 * column_totals: that of each column, in row `rows`. */
struct small *small_new(size_t rows, size_t columns, enum small_totals row_totals,
    enum small_totals column_totals);
void small_free(struct small *small);
/* Adds to a cell. Totals are summed by small_hide(). */
void small_add(struct small *small, size_t row, size_t column, int64_t count);
/* The cell is known (a none by its nature): it is not hidden. */
void small_know(struct small *small, size_t row, size_t column);
/* The cell tells of one that is hidden elsewhere: it is hidden, whatever it holds. */
void small_conceal(struct small *small, size_t row, size_t column);
/* No count of this table is too small in itself (parts, money): only what was concealed
 * is hidden, and what would tell it. */
void small_amounts(struct small *small);
/* Decides. Returns false when nothing of the table can be shown: every cell is hidden. */
bool small_hide(struct small *small);
/* The mark of a cell or total; SMALL_SHOWN before small_hide(). */
enum small_mark small_mark(const struct small *small, size_t row, size_t column);
/* The count of a cell or total. */
int64_t small_count(const struct small *small, size_t row, size_t column);
/* What stands for a count: "<5", "*"; NULL when it is shown. */
const char *small_word(enum small_mark mark);
/* What both mean, in a line for people. */
extern const char small_explained[];

#endif
