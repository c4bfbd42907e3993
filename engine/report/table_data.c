/*
 * table_data.c: tables as CSV and as JSON, every column of them.
 */
#include "report/table.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "report/value.h"

static void add_quoted(struct buf *out, const char *text)
{
    bool formula =
        strchr("=+-@\t\r", text[0]) != NULL && text[0] != '\0' && text[1] != '\0';
    size_t length = strlen(text);
    bool quote = strpbrk(text, ",\"\r\n") != NULL ||
                 (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));

    if (quote) {
        buf_add_char(out, '"');
    }
    if (formula) {
        buf_add_char(out, '\'');
    }
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            buf_add_char(out, '"');
        }
        buf_add_char(out, *text);
    }
    if (quote) {
        buf_add_char(out, '"');
    }
}

static void add_value(struct buf *out, const struct table_cell *cell)
{
    char money[TABLE_MONEY_SIZE];

    switch (cell->form) {
    case TABLE_CELL_TEXT:
        add_quoted(out, cell->text);
        break;
    case TABLE_CELL_NUMBER:
        buf_add_format(out, "%lld", (long long)cell->number);
        break;
    case TABLE_CELL_SHARE:
        buf_add_format(out, "%.4f", cell->share);
        break;
    case TABLE_CELL_MONEY:
        table_format_money(cell->number, money);
        buf_add_text(out, money);
        break;
    case TABLE_CELL_NULL:
        break;
    }
}

void table_csv(const struct table *table, struct buf *out)
{
    size_t n;
    const struct table_column *columns = table_columns(table, &n);

    for (size_t i = 0; i < n; i++) {
        buf_add_format(out, "%s%s", i == 0 ? "" : ",", columns[i].key);
    }
    buf_add_char(out, '\n');
    for (size_t row = 0; row < table_rows(table); row++) {
        for (size_t i = 0; i < n; i++) {
            if (i > 0) {
                buf_add_char(out, ',');
            }
            add_value(out, table_cell(table, row, i));
        }
        buf_add_char(out, '\n');
    }
}

/* Where that key's column is in the table; n when it has none. */
static size_t find_column(const struct table *table, const char *key)
{
    size_t n, i = 0;
    const struct table_column *columns = table_columns(table, &n);

    while (i < n && strcmp(columns[i].key, key) != 0) {
        i++;
    }
    return i;
}

/* The keys of all tables, each once, in the order in which they come. */
static size_t all_keys(
    struct table *const *tables, size_t n, const char *keys[TABLE_KEYS_MAX])
{
    size_t keys_n = 0;

    for (size_t table = 0; table < n; table++) {
        size_t columns_n;
        const struct table_column *columns = table_columns(tables[table], &columns_n);

        for (size_t i = 0; i < columns_n; i++) {
            size_t at = 0;

            while (at < keys_n && strcmp(keys[at], columns[i].key) != 0) {
                at++;
            }
            if (at == keys_n && keys_n < TABLE_KEYS_MAX) {
                keys[keys_n++] = columns[i].key;
            }
        }
    }
    return keys_n;
}

void table_csv_all(
    const char *const *names, struct table *const *tables, size_t n, struct buf *out)
{
    const char *keys[TABLE_KEYS_MAX];
    size_t keys_n = all_keys(tables, n, keys);

    buf_add_text(out, "table");
    for (size_t i = 0; i < keys_n; i++) {
        buf_add_format(out, ",%s", keys[i]);
    }
    buf_add_char(out, '\n');
    for (size_t at = 0; at < n; at++) {
        size_t columns_n;

        table_columns(tables[at], &columns_n);
        for (size_t row = 0; row < table_rows(tables[at]); row++) {
            buf_add_text(out, names[at]);
            for (size_t i = 0; i < keys_n; i++) {
                size_t column = find_column(tables[at], keys[i]);

                buf_add_char(out, ',');
                if (column < columns_n) {
                    add_value(out, table_cell(tables[at], row, column));
                }
            }
            buf_add_char(out, '\n');
        }
    }
}

static json_t *row_json(const struct table *table, size_t row)
{
    json_t *object = json_object();
    size_t n;
    const struct table_column *columns = table_columns(table, &n);

    for (size_t i = 0; i < n; i++) {
        const struct table_cell *cell = table_cell(table, row, i);
        json_t *value = cell->form == TABLE_CELL_TEXT     ? value_text(cell->text)
                        : cell->form == TABLE_CELL_NUMBER ? json_integer(cell->number)
                        : cell->form == TABLE_CELL_SHARE  ? json_real(cell->share)
                        : cell->form == TABLE_CELL_MONEY
                            ? json_real((double)cell->number / 1e6)
                            : json_null();

        json_object_set_new(object, columns[i].key, value);
    }
    return object;
}

json_t *table_json(const struct table *table)
{
    json_t *array = json_array();

    for (size_t row = 0; row < table_rows(table) - table_has_total(table); row++) {
        json_array_append_new(array, row_json(table, row));
    }
    return array;
}

json_t *table_json_total(const struct table *table)
{
    return table_has_total(table) ? row_json(table, table_rows(table) - 1)
                                  : json_null();
}
