#include "report/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/must.h"
#include "report/value.h"

enum { COLUMNS_MAX = 32, BAR_CELLS = 6, SHARE_BYTES = 64 };

/* Owned by whoever made it, until table_free(). Cells lie row by row. */
struct table {
    const struct table_column *columns;
    size_t columns_n;
    bool hidden[COLUMNS_MAX];
    struct table_cell *cells;
    size_t rows, room;
    bool has_total;
};

struct table *table_new(const struct table_column *columns, size_t columns_n)
{
    struct table *table = mem_zero(1, sizeof *table);

    must(columns_n <= COLUMNS_MAX, "%zu columns", columns_n);
    table->columns = columns;
    table->columns_n = columns_n;
    for (size_t i = 0; i < columns_n; i++) {
        table->hidden[i] = columns[i].title == NULL;
    }
    return table;
}

void table_free(struct table *table)
{
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < table->rows * table->columns_n; i++) {
        free(table->cells[i].text);
    }
    free(table->cells);
    free(table);
}

void table_add_row(struct table *table)
{
    struct table_cell *row;

    if (table->rows == table->room) {
        table->room = table->room == 0 ? 32 : table->room * 2;
        table->cells = mem_resize(
            table->cells, table->room * table->columns_n, sizeof *table->cells);
    }
    row = &table->cells[table->rows++ * table->columns_n];
    memset(row, 0, table->columns_n * sizeof *row);
}

void table_mark_total(struct table *table)
{
    table->has_total = true;
}

static size_t column_of(const struct table *table, const char *key)
{
    size_t i = 0;

    while (i < table->columns_n && strcmp(table->columns[i].key, key) != 0) {
        i++;
    }
    must(i < table->columns_n, "no column %s", key);
    return i;
}

static struct table_cell *cell_at(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * table->columns_n + column];
}

static struct table_cell *newest(struct table *table, const char *key)
{
    must(table->rows > 0, "a cell without a row: %s", key);
    return cell_at(table, table->rows - 1, column_of(table, key));
}

void table_set_text(struct table *table, const char *key, const char *text)
{
    struct table_cell *cell = newest(table, key);

    free(cell->text);
    *cell = (struct table_cell){.form = TABLE_CELL_TEXT, .text = mem_copy(text)};
}

void table_set_number(struct table *table, const char *key, int64_t number)
{
    *newest(table, key) =
        (struct table_cell){.form = TABLE_CELL_NUMBER, .number = number};
}

void table_set_share(struct table *table, const char *key, double share)
{
    *newest(table, key) = (struct table_cell){.form = TABLE_CELL_SHARE, .share = share};
}

void table_set_money(struct table *table, const char *key, int64_t millionths)
{
    *newest(table, key) =
        (struct table_cell){.form = TABLE_CELL_MONEY, .number = millionths};
}

void table_set_count(
    struct table *table, const char *key, int64_t number, const char *instead)
{
    if (instead != NULL) {
        table_set_text(table, key, instead);
    } else {
        table_set_number(table, key, number);
    }
}

size_t table_rows(const struct table *table)
{
    return table->rows;
}

bool table_has_total(const struct table *table)
{
    return table->has_total;
}

const struct table_column *table_columns(const struct table *table, size_t *n)
{
    *n = table->columns_n;
    return table->columns;
}

const struct table_cell *table_cell(
    const struct table *table, size_t row, size_t column)
{
    return cell_at(table, row, column);
}

void table_hide(struct table *table, const char *key)
{
    table->hidden[column_of(table, key)] = true;
}

bool table_is_hidden(const struct table *table, const char *key)
{
    return table->hidden[column_of(table, key)];
}

bool table_hide_empty(struct table *table, const char *key)
{
    size_t column = column_of(table, key);

    for (size_t row = 0; row < table->rows; row++) {
        const struct table_cell *cell = cell_at(table, row, column);

        if (cell->number != 0 || cell->share > 0 ||
            (cell->form == TABLE_CELL_TEXT && cell->text[0] != '\0')) {
            return false;
        }
    }
    table->hidden[column] = true;
    return true;
}

const char *table_hide_same(struct table *table, const char *key)
{
    size_t column = column_of(table, key), rows = table->rows - table->has_total;
    const char *text = NULL;

    for (size_t row = 0; row < rows; row++) {
        const struct table_cell *cell = cell_at(table, row, column);

        if (cell->form != TABLE_CELL_TEXT ||
            (text != NULL && strcmp(text, cell->text) != 0)) {
            return NULL;
        }
        text = cell->text;
    }
    table->hidden[column] = text != NULL;
    return text;
}

static int cells_of(UChar32 c)
{
    int wide = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);

    switch (u_charType(c)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
        return 0;
    default:
        return wide == U_EA_WIDE || wide == U_EA_FULLWIDTH ? 2 : 1;
    }
}

/* Adds the text to out (may be NULL) in at most `most` cells (0: all); returns its width.
 * What a terminal would obey instead of showing becomes a blank. */
static int add_cut(struct buf *out, const char *text, int most)
{
    int32_t length = (int32_t)strlen(text);
    int width = 0;

    for (int32_t i = 0; i < length;) {
        int32_t start = i;
        UChar32 c;
        const char *bytes = text + start;
        int cells;

        U8_NEXT(text, i, length, c);
        cells = c < 0 ? 1 : cells_of(c);
        if (most > 0 && width + cells > most - 1 && table_cells(bytes) > most - width) {
            if (out != NULL) {
                buf_add_text(out, "…");
            }
            return width + 1;
        }
        width += cells;
        if (out != NULL && c < 0) {
            buf_add_text(out, "\xef\xbf\xbd");
        } else if (out != NULL && u_iscntrl(c) && u_charType(c) == U_CONTROL_CHAR) {
            buf_add_char(out, ' ');
        } else if (out != NULL) {
            buf_add(out, bytes, (size_t)(i - start));
        }
    }
    return width;
}

int table_cells(const char *text)
{
    return add_cut(NULL, text, 0);
}

static void write_share(double share, char out[SHARE_BYTES])
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    int whole = BAR_CELLS * 8, eighths = (int)(share * whole + 0.5);
    size_t used = 0;
    int cells = 0;

    /* Neither a few nor nearly all may look like none or all. */
    eighths = share > 0 && eighths == 0 ? 1 : eighths;
    eighths = share < 1 && eighths >= whole ? whole - 1 : eighths;
    out[0] = '\0';
    for (; eighths >= 8 && cells < BAR_CELLS; eighths -= 8, cells++) {
        used += (size_t)snprintf(out + used, SHARE_BYTES - used, "█");
    }
    if (eighths > 0 && cells < BAR_CELLS) {
        used += (size_t)snprintf(out + used, SHARE_BYTES - used, "%s", parts[eighths]);
        cells++;
    }
    snprintf(out + used, SHARE_BYTES - used, "%*s %3.0f%%", BAR_CELLS - cells, "",
        share * 100);
}

void table_format_money(int64_t millionths, char out[TABLE_MONEY_SIZE])
{
    uint64_t amount = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths;
    int length = snprintf(out, TABLE_MONEY_SIZE, "%s%llu.%06llu",
        millionths < 0 ? "-" : "", (unsigned long long)(amount / 1000000),
        (unsigned long long)(amount % 1000000));

    while (out[length - 1] == '0') {
        length--;
    }
    out[out[length - 1] == '.' ? length - 1 : length] = '\0';
}

/* The cell as people read it: its text, borrowed, or written into out. */
static const char *cell_text(const struct table_cell *cell, char out[SHARE_BYTES])
{
    switch (cell->form) {
    case TABLE_CELL_TEXT:
        return cell->text;
    case TABLE_CELL_NUMBER:
        snprintf(out, SHARE_BYTES, "%lld", (long long)cell->number);
        return out;
    case TABLE_CELL_SHARE:
        write_share(cell->share, out);
        return out;
    case TABLE_CELL_MONEY:
        table_format_money(cell->number, out);
        return out;
    case TABLE_CELL_NULL:
        break;
    }
    return "";
}

static void add_cell(
    const struct table_column *column, int width, const char *text, struct buf *line)
{
    int cells = add_cut(NULL, text, column->width);
    int blanks = width > cells ? width - cells : 0;

    if (line->length > 0) {
        buf_add_text(line, "  ");
    }
    if (column->kind == TABLE_NUMBER) {
        buf_add_format(line, "%*s", blanks, "");
        add_cut(line, text, column->width);
    } else {
        add_cut(line, text, column->width);
        buf_add_format(line, "%*s", blanks, "");
    }
}

/* Ends a line without the blanks that fill its last column. */
static void flush(struct buf *line, struct buf *out)
{
    size_t length = line->length;

    while (length > 0 && line->data[length - 1] == ' ') {
        length--;
    }
    buf_add(out, buf_text(line), length);
    buf_add_char(out, '\n');
    buf_clear(line);
}

static void add_rule(const int *widths, const struct table *table, struct buf *out)
{
    int total = -2;

    for (size_t i = 0; i < table->columns_n; i++) {
        total += table->hidden[i] ? 0 : widths[i] + 2;
    }
    for (int i = 0; i < total; i++) {
        buf_add_text(out, "─");
    }
    buf_add_char(out, '\n');
}

void table_print(const struct table *table, struct buf *out)
{
    int widths[COLUMNS_MAX];
    struct buf line;
    char scratch[SHARE_BYTES];

    buf_init(&line, 65536);
    for (size_t i = 0; i < table->columns_n; i++) {
        widths[i] = table->hidden[i] ? 0 : table_cells(table->columns[i].title);
        for (size_t row = 0; row < table->rows && !table->hidden[i]; row++) {
            int cells = add_cut(NULL, cell_text(cell_at(table, row, i), scratch),
                table->columns[i].width);

            widths[i] = cells > widths[i] ? cells : widths[i];
        }
    }
    for (size_t i = 0; i < table->columns_n; i++) {
        if (!table->hidden[i]) {
            add_cell(&table->columns[i], widths[i], table->columns[i].title, &line);
        }
    }
    flush(&line, out);
    for (size_t row = 0; row < table->rows; row++) {
        if (row == 0 || (table->has_total && row + 1 == table->rows)) {
            add_rule(widths, table, out);
        }
        for (size_t i = 0; i < table->columns_n; i++) {
            if (!table->hidden[i]) {
                add_cell(&table->columns[i], widths[i],
                    cell_text(cell_at(table, row, i), scratch), &line);
            }
        }
        flush(&line, out);
    }
    buf_fini(&line);
}
