#include "content/schema.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "content/compile.h"

enum { TABLES_MAX = 60, NAME_BYTES = 60 };

/* Every table once, those of the files first, then in the order in which rows name them. */
struct tables {
    const struct key_table *list[TABLES_MAX];
    size_t n;
};

static void add_table(struct tables *tables, const struct key_table *table)
{
    for (size_t i = 0; i < tables->n; i++) {
        if (tables->list[i] == table) {
            return;
        }
    }
    must(tables->n < TABLES_MAX, "more than %d tables of keys", (int)TABLES_MAX);
    tables->list[tables->n++] = table;
}

static void find_tables(struct tables *tables)
{
    *tables = (struct tables){{&CAMPAIGN_TABLE, &SERIES_TABLE, &WORDS_TABLE}, 3};
    for (size_t i = 0; i < tables->n; i++) {
        for (size_t k = 0; k < tables->list[i]->n; k++) {
            if (tables->list[i]->rows[k].table != NULL) {
                add_table(tables, tables->list[i]->rows[k].table);
            }
        }
    }
}

/* "a question of a quiz" becomes question-of-a-quiz, "\"for\"" for. */
static void name_table(const struct key_table *table, char name[NAME_BYTES])
{
    const char *from = table->what;
    size_t length = 0;

    from += strncmp(from, "a ", 2) == 0 ? 2 : strncmp(from, "an ", 3) == 0 ? 3 : 0;
    for (; *from != '\0' && length + 1 < NAME_BYTES; from++) {
        if (isalnum((unsigned char)*from)) {
            name[length++] = *from;
        } else if (*from == ' ') {
            name[length++] = '-';
        }
    }
    name[length] = '\0';
}

static json_t *reference(const struct key_table *table)
{
    char name[NAME_BYTES];

    name_table(table, name);
    return json_pack("{s:o}", "$ref", json_sprintf("#/$defs/%s", name));
}

static json_t *string_of(const char *pattern)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", pattern);
}

static json_t *any_of(json_t *one, json_t *other)
{
    return json_pack("{s:[o, o]}", "anyOf", one, other);
}

static json_t *list_of(json_t *items)
{
    return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *text_schema(void)
{
    return json_pack("{s:s, s:i}", "type", "string", "minLength", 1);
}

static json_t *label_schema(void)
{
    return json_pack("{s:[s, s]}", "type", "string", "number");
}

static json_t *choice_schema(const struct key_row *row)
{
    json_t *choices = json_array();

    for (size_t i = 0; row->choices[i] != NULL; i++) {
        json_array_append_new(choices, json_string(row->choices[i]));
    }
    return json_pack("{s:o}", "enum", choices);
}

static json_t *day_schema(void)
{
    json_t *days = json_array();

    for (int day = 1; day <= 7; day++) {
        json_array_append_new(days, json_string(weekday_name(day)));
    }
    return json_pack("{s:o}", "enum", days);
}

static json_t *named_schema(const struct key_row *row)
{
    json_t *value = row->table == NULL ? any_of(label_schema(), list_of(label_schema()))
                                       : reference(row->table);

    if (row->many) {
        value = any_of(value, list_of(reference(row->table)));
    }
    if (row->plain) {
        value = any_of(text_schema(), value);
    }
    return json_pack("{s:s, s:o}", "type", "object", "additionalProperties", value);
}

static json_t *row_schema(const struct key_row *row)
{
    switch (row->type) {
    case KEY_TEXT:
        return text_schema();
    case KEY_LABEL:
        return label_schema();
    case KEY_ID:
        return json_pack("{s:[s, s], s:s}", "type", "string", "integer", "pattern",
            "^[A-Za-z0-9_-]{1,28}$");
    case KEY_INT:
        return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum",
            (json_int_t)row->min, "maximum", (json_int_t)row->max);
    case KEY_DURATION:
        return string_of("^[0-9]+(ms|s|m|h|d)$");
    case KEY_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case KEY_CHOICE:
        return choice_schema(row);
    case KEY_DAY:
        return day_schema();
    case KEY_TIME:
        return string_of("^([01][0-9]|2[0-3]):[0-5][0-9]$");
    case KEY_DATE:
        return string_of("^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
    case KEY_NUMBER:
        return json_pack("{s:s, s:i}", "type", "number", "minimum", 0);
    case KEY_LABELS:
        return any_of(label_schema(), list_of(label_schema()));
    case KEY_CHOICES:
        return any_of(choice_schema(row), list_of(choice_schema(row)));
    case KEY_VARIANTS:
    case KEY_EITHER:
        return any_of(text_schema(), reference(row->table));
    case KEY_MAPPING:
        return reference(row->table);
    case KEY_NAMED:
        return named_schema(row);
    case KEY_SEQUENCE:
        return list_of(row->table == NULL ? label_schema() : reference(row->table));
    }
    return json_object();
}

static json_t *table_schema(const struct key_table *table)
{
    json_t *properties = json_object(), *required = json_array();

    for (size_t i = 0; i < table->n; i++) {
        json_t *schema = row_schema(&table->rows[i]);

        if (table->rows[i].doc != NULL) {
            json_object_set_new(schema, "description", json_string(table->rows[i].doc));
        }
        json_object_set_new(properties, table->rows[i].key, schema);
        if (table->rows[i].required) {
            json_array_append_new(required, json_string(table->rows[i].key));
        }
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
        "required", required, "additionalProperties", false);
}

void schema_print(struct buf *out)
{
    json_t *schema, *definitions = json_object();
    struct tables tables;
    char *text;

    find_tables(&tables);
    for (size_t i = 0; i < tables.n; i++) {
        char name[NAME_BYTES];

        name_table(tables.list[i], name);
        must(json_object_get(definitions, name) == NULL, "two tables called %s", name);
        json_object_set_new(definitions, name, table_schema(tables.list[i]));
    }
    schema = json_pack("{s:s, s:s, s:[o, o, o], s:o}", "$schema",
        "https://json-schema.org/draft/2020-12/schema", "title",
        "A file of a campaign of cegah", "anyOf", reference(&CAMPAIGN_TABLE),
        reference(&SERIES_TABLE), reference(&WORDS_TABLE), "$defs", definitions);
    text = json_dumps(schema, JSON_INDENT(2));
    buf_add_text(out, text);
    buf_add_char(out, '\n');
    free(text);
    json_decref(schema);
}

/* A table's name as a heading has it: a step, `for`. */
static void add_name(struct buf *out, const struct key_table *table)
{
    const char *what = table->what;

    if (*what != '"') {
        buf_add_text(out, what);
        return;
    }
    buf_add_format(out, "`%.*s`", (int)strlen(what) - 2, what + 1);
}

static void add_link(struct buf *out, const struct key_table *table)
{
    char *name = mem_copy(table->what);
    size_t length = 0;

    for (const char *from = table->what; *from != '\0'; from++) {
        if (isalnum((unsigned char)*from)) {
            name[length++] = *from;
        } else if (*from == ' ') {
            name[length++] = '-';
        }
    }
    name[length] = '\0';
    buf_add_char(out, '[');
    add_name(out, table);
    buf_add_format(out, "](#keys-of-%s)", name);
    free(name);
}

static void add_choices(struct buf *out, const struct key_row *row)
{
    for (size_t i = 0; row->choices[i] != NULL; i++) {
        buf_add_format(out, "%s`%s`", i > 0 ? " " : "", row->choices[i]);
    }
}

static void add_type(struct buf *out, const struct key_row *row)
{
    static const char *const WORDS[] = {
        [KEY_TEXT] = "text",
        [KEY_LABEL] = "text or number",
        [KEY_ID] = "id",
        [KEY_DURATION] = "time span",
        [KEY_BOOL] = "`true` `false`",
        [KEY_DAY] = "`mon` … `sun`",
        [KEY_TIME] = "time",
        [KEY_DATE] = "date",
        [KEY_NUMBER] = "number",
        [KEY_LABELS] = "one or a list",
        [KEY_VARIANTS] = "text or ",
        [KEY_MAPPING] = "",
        [KEY_EITHER] = "text or ",
        [KEY_NAMED] = "by name: ",
        [KEY_SEQUENCE] = "list of ",
    };

    if (row->type == KEY_INT) {
        buf_add_format(out, "%lld–%lld", (long long)row->min, (long long)row->max);
    } else if (row->type == KEY_CHOICE || row->type == KEY_CHOICES) {
        buf_add_text(out, row->type == KEY_CHOICES ? "one or a list of " : "");
        add_choices(out, row);
    } else {
        buf_add_text(out, WORDS[row->type]);
        buf_add_text(out, row->plain ? "text or " : "");
    }
    if (row->table != NULL) {
        add_link(out, row->table);
        buf_add_text(out, row->many ? ", or a list" : "");
    } else if (row->type == KEY_SEQUENCE || row->type == KEY_NAMED) {
        buf_add_text(out, "texts or numbers");
    }
}

static void add_table_text(struct buf *out, const struct key_table *table)
{
    buf_add_text(out, "### Keys of ");
    add_name(out, table);
    buf_add_text(
        out, "\n\n| key | takes | without it | what it is |\n|---|---|---|---|\n");
    for (size_t i = 0; i < table->n; i++) {
        const struct key_row *row = &table->rows[i];

        buf_add_format(out, "| `%s` | ", row->key);
        add_type(out, row);
        buf_add_format(out, " | %s | %s |\n",
            row->required           ? "**required**"
            : row->fallback != NULL ? row->fallback
                                    : "",
            row->doc == NULL ? "" : row->doc);
    }
    buf_add_char(out, '\n');
}

void keys_print(struct buf *out)
{
    struct tables tables;

    find_tables(&tables);
    for (size_t i = 0; i < tables.n; i++) {
        add_table_text(out, tables.list[i]);
    }
}
