/*
 * table.h: rows, printed as an aligned table, as CSV or as JSON.
 *
 * A table for people hides columns that say nothing (table_hide_empty()); CSV and JSON
 * always hold every column, so that a script's columns never move.
 */
#ifndef CEGAH_REPORT_TABLE_H
#define CEGAH_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct buf;
struct table;

enum table_kind {
    TABLE_TEXT,   /* to the left */
    TABLE_NUMBER, /* to the right */
    TABLE_SHARE,  /* 0 … 1, as a small bar and per cent */
};

/* Borrowed for ever (a literal). */
struct table_column {
    const char *key;   /* in CSV and JSON */
    const char *title; /* for people; NULL: not in the table for people */
    enum table_kind kind;
    int width; /* texts are cut to so many cells for people; 0: never */
};

enum { TABLE_MONEY_SIZE = 32, TABLE_KEYS_MAX = 64 };

enum table_cell_form {
    TABLE_CELL_NULL,
    TABLE_CELL_TEXT,
    TABLE_CELL_NUMBER,
    TABLE_CELL_SHARE,
    TABLE_CELL_MONEY, /* number holds millionths */
};

/* One cell; the table's own. */
struct table_cell {
    enum table_cell_form form;
    char *text;
    int64_t number;
    double share;
};

/* Returns an owned table without rows. */
struct table *table_new(const struct table_column *columns, size_t columns_n);
void table_free(struct table *table);
/* Begins a row whose cells are all null. */
void table_add_row(struct table *table);
/* The last row is a sum of those above: it stands under a line, and apart in JSON. */
void table_mark_total(struct table *table);
/* Each sets one cell of the row begun last. Text is copied. */
void table_set_text(struct table *table, const char *key, const char *text);
void table_set_number(struct table *table, const char *key, int64_t number);
void table_set_share(struct table *table, const char *key, double share);
void table_set_money(struct table *table, const char *key, int64_t millionths);
/* The number, or the text instead of it when that is not NULL. */
void table_set_count(
    struct table *table, const char *key, int64_t number, const char *instead);
size_t table_rows(const struct table *table);
/* True when the last row is a total. */
bool table_has_total(const struct table *table);
/* Each returns borrowed from the table. */
const struct table_column *table_columns(const struct table *table, size_t *n);
const struct table_cell *table_cell(
    const struct table *table, size_t row, size_t column);
/* Writes an amount with as many decimals as it has. */
void table_format_money(int64_t millionths, char out[TABLE_MONEY_SIZE]);
/* Hides the column from people. */
void table_hide(struct table *table, const char *key);
bool table_is_hidden(const struct table *table, const char *key);
/* Hides a column that is 0, empty or null in every row. Returns true when it did. */
bool table_hide_empty(struct table *table, const char *key);
/* Hides a text column that is the same in every row (but the total), since a heading can
 * say it. Returns that text, borrowed with the table; NULL when it did not. */
const char *table_hide_same(struct table *table, const char *key);

/* Cells of a terminal that the text takes: marks none, wide characters two. */
int table_cells(const char *text);
/* Each appends the whole table. Control characters in texts become blanks for people. */
void table_print(const struct table *table, struct buf *out);
/* RFC 4180, but for plain newlines; a text that a spreadsheet would run as a formula gets
 * a ' before it. */
void table_csv(const struct table *table, struct buf *out);
/* Several tables as one: the name of its table stands before each row, and the columns of
 * all of them behind, each key once. */
void table_csv_all(
    const char *const *names, struct table *const *tables, size_t n, struct buf *out);
/* Returns a new array of objects, one a row; the total row is not in it. */
json_t *table_json(const struct table *table);
/* Returns a new object; JSON null when no row was marked as the total. */
json_t *table_json_total(const struct table *table);

#endif
