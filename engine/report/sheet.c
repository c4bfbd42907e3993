#include "report/sheet.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <xlsxwriter.h>

#include "base/mem.h"
#include "report/table.h"
#include "report/value.h"

enum { WIDTH_MIN = 8, WIDTH_MAX = 60, LABEL_WIDTH = 18, TEXT_WIDTH = 90 };

/* The formats of one workbook; its own. */
struct formats {
    lxw_format *plain, *share, *money, *head, *total, *total_share, *total_money, *text;
};

static void make_formats(lxw_workbook *book, struct formats *formats)
{
    lxw_format **all[] = {&formats->plain, &formats->share, &formats->money,
        &formats->head, &formats->total, &formats->total_share, &formats->total_money,
        &formats->text};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        *all[i] = workbook_add_format(book);
    }
    format_set_num_format(formats->share, "0.0%");
    format_set_num_format(formats->total_share, "0.0%");
    format_set_num_format(formats->money, "#,##0.00");
    format_set_num_format(formats->total_money, "#,##0.00");
    format_set_bold(formats->head);
    format_set_bottom(formats->head, LXW_BORDER_THIN);
    format_set_bold(formats->total);
    format_set_bold(formats->total_share);
    format_set_bold(formats->total_money);
    format_set_text_wrap(formats->text);
    format_set_align(formats->text, LXW_ALIGN_VERTICAL_TOP);
}

/* What XML can hold of the text; owned. */
static char *clean(const char *text)
{
    json_t *value = value_text(text);
    char *copy = mem_copy(json_string_value(value));

    for (char *at = copy; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ') {
            *at = ' ';
        }
    }
    json_decref(value);
    return copy;
}

static void write_text(lxw_worksheet *sheet, size_t row, size_t column,
    const char *text, lxw_format *format)
{
    char *copy = clean(text);

    worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)column, copy, format);
    free(copy);
}

static void write_cell(lxw_worksheet *sheet, size_t row, size_t column,
    const struct table_cell *cell, const struct formats *formats, bool total)
{
    lxw_row_t y = (lxw_row_t)row;
    lxw_col_t x = (lxw_col_t)column;

    switch (cell->form) {
    case TABLE_CELL_TEXT:
        write_text(
            sheet, row, column, cell->text, total ? formats->total : formats->plain);
        break;
    case TABLE_CELL_NUMBER:
        worksheet_write_number(
            sheet, y, x, (double)cell->number, total ? formats->total : formats->plain);
        break;
    case TABLE_CELL_SHARE:
        worksheet_write_number(
            sheet, y, x, cell->share, total ? formats->total_share : formats->share);
        break;
    case TABLE_CELL_MONEY:
        worksheet_write_number(sheet, y, x, (double)cell->number / 1e6,
            total ? formats->total_money : formats->money);
        break;
    case TABLE_CELL_NULL:
        break;
    }
}

/* The cells of a terminal that a value takes, which is near a sheet's width. */
static int width_of(const struct table_cell *cell)
{
    return cell->form == TABLE_CELL_TEXT ? table_cells(cell->text) : WIDTH_MIN;
}

/* Returns false when nothing of the column is there. */
static bool measure(const struct table *table, size_t column, int *width)
{
    bool any = false;

    for (size_t row = 0; row < table_rows(table); row++) {
        const struct table_cell *cell = table_cell(table, row, column);

        any |= cell->form != TABLE_CELL_NULL;
        *width = width_of(cell) > *width ? width_of(cell) : *width;
    }
    *width = *width < WIDTH_MIN ? WIDTH_MIN : *width > WIDTH_MAX ? WIDTH_MAX : *width;
    return any;
}

static void write_table(
    lxw_worksheet *sheet, const struct table *table, const struct formats *formats)
{
    size_t n, shown = 0, rows = table_rows(table);
    const struct table_column *columns = table_columns(table, &n);

    for (size_t i = 0; i < n; i++) {
        const char *title =
            columns[i].title != NULL ? columns[i].title : columns[i].key;
        int width = table_cells(title);

        if (!measure(table, i, &width)) {
            continue;
        }
        worksheet_set_column(
            sheet, (lxw_col_t)shown, (lxw_col_t)shown, width + 2, NULL);
        write_text(sheet, 0, shown, title, formats->head);
        for (size_t row = 0; row < rows; row++) {
            write_cell(sheet, row + 1, shown, table_cell(table, row, i), formats,
                table_has_total(table) && row + 1 == rows);
        }
        shown++;
    }
    worksheet_freeze_panes(sheet, 1, 0);
    if (shown > 0 && rows > 0) {
        worksheet_autofilter(sheet, 0, 0, (lxw_row_t)(rows - table_has_total(table)),
            (lxw_col_t)(shown - 1));
    }
}

static void write_facts(lxw_worksheet *sheet, const struct sheet_fact *facts, size_t n,
    const struct formats *formats)
{
    worksheet_set_column(sheet, 0, 0, LABEL_WIDTH, NULL);
    worksheet_set_column(sheet, 1, 1, TEXT_WIDTH, NULL);
    for (size_t i = 0; i < n; i++) {
        write_text(sheet, i, 0, facts[i].label, formats->total);
        write_text(sheet, i, 1, facts[i].text, formats->text);
    }
}

int sheet_write(const char *path, const struct sheet *sheets, size_t n,
    const struct sheet_fact *facts, size_t facts_n, int64_t made_at, struct err *err)
{
    lxw_workbook *book = workbook_new(path);
    lxw_doc_properties properties = {.created = (time_t)(made_at / 1000)};
    struct formats formats;
    lxw_error result;

    if (book == NULL) {
        return err_set(err, ERR_UNABLE, "%s: no spreadsheet can be made there", path);
    }
    make_formats(book, &formats);
    workbook_set_properties(book, &properties);
    for (size_t i = 0; i < n; i++) {
        write_table(
            workbook_add_worksheet(book, sheets[i].name), sheets[i].table, &formats);
    }
    write_facts(workbook_add_worksheet(book, "About"), facts, facts_n, &formats);
    result = workbook_close(book);
    if (result != LXW_NO_ERROR) {
        return err_set(err, ERR_UNABLE, "%s: the spreadsheet was not written: %s", path,
            lxw_strerror(result));
    }
    return 0;
}
