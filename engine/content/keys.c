#include "content/keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/option.h"
#include "base/zone.h"

static const int64_t DURATION_MIN_MS = 60000;
static const int64_t DURATION_MAX_MS = 366LL * 86400000;

static const char *const WEEKDAYS[] = {
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

int weekday_parse(const char *word, size_t length)
{
    for (int i = 0; WEEKDAYS[i] != NULL; i++) {
        if (strlen(WEEKDAYS[i]) == length && strncmp(word, WEEKDAYS[i], length) == 0) {
            return i + 1;
        }
    }
    return 0;
}

const char *weekday_name(int weekday)
{
    return WEEKDAYS[weekday - 1];
}

int time_of_day_parse(const char *text, size_t length, bool end)
{
    int hour, minute;

    if (length != 5 || text[2] != ':' || !isdigit((unsigned char)text[0]) ||
        !isdigit((unsigned char)text[1]) || !isdigit((unsigned char)text[3]) ||
        !isdigit((unsigned char)text[4])) {
        return -1;
    }
    hour = (text[0] - '0') * 10 + text[1] - '0';
    minute = (text[3] - '0') * 10 + text[4] - '0';
    if (end && hour == 24 && minute == 0) {
        return 1440;
    }
    return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

static bool is_integer(const char *text)
{
    const char *at = text + (*text == '-' || *text == '+');

    return *at != '\0' && strspn(at, "0123456789") == strlen(at);
}

/* What YAML's core schema takes for something else than a text. */
static const char *other_type(const struct yaml_node *node)
{
    char *end;

    if (node->quoted) {
        return NULL;
    }
    if (node->text[0] == '\0') {
        return "empty";
    }
    if (strcmp(node->text, "true") == 0 || strcmp(node->text, "false") == 0) {
        return "true or false";
    }
    if (strchr("0123456789+-.", node->text[0]) != NULL) {
        strtod(node->text, &end);
        if (*end == '\0') {
            return "a number";
        }
    }
    return NULL;
}

static const char *kind_name(enum yaml_kind kind)
{
    return kind == YAML_MAPPING    ? "a mapping"
           : kind == YAML_SEQUENCE ? "a list"
                                   : "a text";
}

static bool wrong(const struct source *source, const struct yaml_node *node,
    const struct key_row *row, const char *advice, const char *expected)
{
    yaml_error(source->document, node, source->problems,
        row->help != NULL ? row->help : advice, "\"%s\" must be %s", row->key,
        expected);
    return false;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static bool check_text(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    const char *other = other_type(node);

    if (is_blank(node->text)) {
        return wrong(source, node, row, NULL, "a text, not empty");
    }
    if (row->type != KEY_LABEL && row->type != KEY_LABELS && other != NULL) {
        yaml_error(source->document, node, source->problems, "Put it in quotes.",
            "\"%s\" must be a text, and %s is %s", row->key, node->text, other);
        return false;
    }
    return true;
}

static bool check_id(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    size_t length = strlen(node->text);

    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)node->text[i]) && node->text[i] != '-' &&
            node->text[i] != '_') {
            length = 0;
        }
    }
    if (length == 0 || length > KEY_ID_CHARACTERS_MAX) {
        yaml_error(source->document, node, source->problems,
            "Use letters, digits, - and _ only, at most 28.",
            "\"%s\" cannot be \"%.60s\"", row->key, node->text);
        return false;
    }
    return true;
}

static bool check_int(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    char expected[80];
    int64_t value;

    errno = 0;
    value = strtoll(node->text, NULL, 10);
    if (!node->quoted && is_integer(node->text) && errno == 0 && value >= row->min &&
        value <= row->max) {
        return true;
    }
    snprintf(expected, sizeof expected,
        "a whole number from %lld to %lld, without quotes", (long long)row->min,
        (long long)row->max);
    return wrong(source, node, row, NULL, expected);
}

static const char *nearest_choice(const char *const *choices, const char *word)
{
    const char *nearest = NULL;
    int least = 3;

    for (size_t i = 0; choices[i] != NULL; i++) {
        int distance = word_distance(choices[i], word);

        if (distance < least) {
            least = distance;
            nearest = choices[i];
        }
    }
    return nearest;
}

static bool check_choice(const struct source *source, const struct yaml_node *node,
    const struct key_row *row, const char *const *choices)
{
    struct buf expected;
    const char *nearest = nearest_choice(choices, node->text);
    char advice[80] = "";

    for (size_t i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], node->text) == 0) {
            return true;
        }
    }
    buf_init(&expected, 400);
    for (size_t i = 0; choices[i] != NULL; i++) {
        buf_add_format(&expected, "%s%s", i > 0 ? ", " : "", choices[i]);
    }
    if (nearest != NULL) {
        snprintf(advice, sizeof advice, "Did you mean \"%s\"?", nearest);
    }
    yaml_error(source->document, node, source->problems, advice[0] ? advice : row->help,
        "\"%s\" cannot be \"%.60s\"; it is one of %s", row->key, node->text,
        buf_text(&expected));
    buf_fini(&expected);
    return false;
}

static bool check_duration(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    int64_t ms;

    if (duration_parse(node->text, &ms) == 0 && ms >= DURATION_MIN_MS &&
        ms <= DURATION_MAX_MS) {
        return true;
    }
    return wrong(source, node, row, NULL,
        "a length of time from 1m to 366d, written 15m, 24h or 14d");
}

static bool check_date(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    int32_t day;

    return day_parse(node->text, &day) == 0 ||
           wrong(source, node, row, NULL, "a date, written 2026-12-01");
}

static bool check_number(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    size_t digits = strspn(node->text, "0123456789");
    const char *end = node->text + digits;

    if (*end == '.') {
        end++;
        end += strspn(end, "0123456789");
    }
    return (digits > 0 && digits < 13 && *end == '\0' && !node->quoted) ||
           wrong(source, node, row, NULL, "a number, such as 350 or 0.25");
}

static bool check_kind(const struct source *source, const struct yaml_node *node,
    const struct key_row *row, enum yaml_kind kind)
{
    if (node->kind == kind) {
        return true;
    }
    yaml_error(source->document, node, source->problems, row->help,
        "\"%s\" must be %s, and this is %s", row->key, kind_name(kind),
        node->kind == YAML_SCALAR && node->text[0] == '\0' ? "empty"
                                                           : kind_name(node->kind));
    return false;
}

static enum yaml_kind kind_of_row(
    const struct key_row *row, const struct yaml_node *node)
{
    switch (row->type) {
    case KEY_MAPPING:
    case KEY_NAMED:
        return YAML_MAPPING;
    case KEY_SEQUENCE:
        return YAML_SEQUENCE;
    case KEY_VARIANTS:
    case KEY_EITHER:
        return node->kind == YAML_MAPPING ? YAML_MAPPING : YAML_SCALAR;
    case KEY_LABELS:
    case KEY_CHOICES:
        return node->kind == YAML_SEQUENCE ? YAML_SEQUENCE : YAML_SCALAR;
    default:
        return YAML_SCALAR;
    }
}

static bool check_scalar(const struct source *source, const struct yaml_node *node,
    const struct key_row *row);

static bool check_items(const struct source *source, const struct yaml_node *list,
    const struct key_row *row)
{
    bool good = true;

    for (const struct yaml_node *item = key_item_next(list, NULL); item != NULL;
         item = key_item_next(list, item)) {
        good = check_kind(source, item, row, YAML_SCALAR) &&
               check_scalar(source, item, row) && good;
    }
    return good;
}

static bool check_scalar(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    static const char *const BOOLS[] = {"true", "false", NULL};

    switch (row->type) {
    case KEY_TEXT:
    case KEY_LABEL:
    case KEY_LABELS:
    case KEY_VARIANTS:
    case KEY_EITHER:
        return check_text(source, node, row);
    case KEY_ID:
        return check_id(source, node, row);
    case KEY_INT:
        return check_int(source, node, row);
    case KEY_DURATION:
        return check_duration(source, node, row);
    case KEY_BOOL:
        return check_choice(source, node, row, BOOLS);
    case KEY_CHOICE:
    case KEY_CHOICES:
        return check_choice(source, node, row, row->choices);
    case KEY_DAY:
        return check_choice(source, node, row, WEEKDAYS);
    case KEY_TIME:
        return time_of_day_parse(node->text, strlen(node->text), false) >= 0 ||
               wrong(source, node, row, "Write hours and minutes with two digits each.",
                   "a time from \"00:00\" to \"23:59\"");
    case KEY_DATE:
        return check_date(source, node, row);
    case KEY_NUMBER:
        return check_number(source, node, row);
    case KEY_MAPPING:
    case KEY_NAMED:
    case KEY_SEQUENCE:
        return true;
    }
    return false;
}

bool key_check(const struct source *source, const struct yaml_node *node,
    const struct key_row *row)
{
    if (!check_kind(source, node, row, kind_of_row(row, node))) {
        return false;
    }
    if (node->tag != NULL) {
        yaml_error(source->document, node, source->problems,
            "Write the value itself; content holds no secrets.", "%s has no place here",
            node->tag);
        return false;
    }
    if (row->type == KEY_LABELS || row->type == KEY_CHOICES) {
        return check_items(source, node, row);
    }
    return node->kind != YAML_SCALAR || check_scalar(source, node, row);
}

static const struct key_row *find_row(const struct key_table *table, const char *key)
{
    for (size_t i = 0; i < table->n; i++) {
        if (strcmp(table->rows[i].key, key) == 0) {
            return &table->rows[i];
        }
    }
    return NULL;
}

void nearest_advice(const char *word, const char *const *names, size_t n,
    const char *what, char *advice, size_t size)
{
    const char *nearest = NULL;
    int least = 3;
    size_t length;

    for (size_t i = 0; i < n; i++) {
        int distance = word_distance(names[i], word);

        if (distance < least) {
            least = distance;
            nearest = names[i];
        }
    }
    if (nearest != NULL) {
        snprintf(advice, size, "Did you mean \"%s\"?", nearest);
        return;
    }
    snprintf(advice, size, n == 0 ? "There are no %s." : "The %s are ", what);
    for (size_t i = 0; i < n; i++) {
        length = strlen(advice);
        if (length + strlen(names[i]) + 8 > size) {
            snprintf(advice + length, size - length, "...");
            return;
        }
        snprintf(
            advice + length, size - length, "%s%s", names[i], i + 1 < n ? ", " : ".");
    }
}

static void refuse_key(const struct source *source, const struct yaml_node *child,
    const struct key_table *table)
{
    const char **names = mem_alloc((table->n + 1) * sizeof *names);
    char what[80], advice[800];

    for (size_t i = 0; i < table->n; i++) {
        names[i] = table->rows[i].key;
    }
    snprintf(what, sizeof what, "keys of %s", table->what);
    nearest_advice(child->key, names, table->n, what, advice, sizeof advice);
    yaml_key_error(source->document, child, source->problems, advice,
        "unknown key \"%.60s\" in %s", child->key, table->what);
    free(names);
}

void keys_read(const struct source *source, const struct yaml_node *mapping,
    const struct key_table *table, void *owner)
{
    if (mapping->kind != YAML_MAPPING) {
        yaml_error(source->document, mapping, source->problems,
            table->n > 0 ? table->rows[0].help : NULL,
            "%s must be a mapping of keys, and this is %s", table->what,
            kind_name(mapping->kind));
        return;
    }
    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        const struct key_row *row = find_row(table, child->key);

        if (row == NULL) {
            refuse_key(source, child, table);
        } else if (key_check(source, child, row)) {
            *(const struct yaml_node **)((char *)owner + row->offset) = child;
        }
    }
    for (size_t i = 0; i < table->n; i++) {
        if (table->rows[i].required && yaml_find(mapping, table->rows[i].key) == NULL) {
            yaml_key_error(source->document, mapping, source->problems,
                table->rows[i].help, "\"%s\" is missing in %s", table->rows[i].key,
                table->what);
        }
    }
}

const struct yaml_node *key_item_next(
    const struct yaml_node *list, const struct yaml_node *before)
{
    if (list == NULL || list->kind != YAML_SEQUENCE) {
        return before == NULL ? list : NULL;
    }
    return before == NULL ? list->children : before->next;
}

double key_number(const struct yaml_node *node)
{
    return node == NULL ? 0 : strtod(node->text, NULL);
}

int64_t key_int(const struct yaml_node *node, int64_t fallback)
{
    return node == NULL ? fallback : strtoll(node->text, NULL, 10);
}

int64_t key_duration(const struct yaml_node *node, int64_t fallback_ms)
{
    int64_t ms = fallback_ms;

    if (node != NULL) {
        duration_parse(node->text, &ms);
    }
    return ms;
}

bool key_bool(const struct yaml_node *node)
{
    return node != NULL && strcmp(node->text, "true") == 0;
}

int key_choice(const struct yaml_node *node, const char *const *choices)
{
    for (int i = 0; node != NULL && choices[i] != NULL; i++) {
        if (strcmp(choices[i], node->text) == 0) {
            return i;
        }
    }
    return 0;
}

char *key_text(const struct yaml_node *node)
{
    const char *text;
    size_t length;

    if (node == NULL) {
        return NULL;
    }
    text = node->text + strspn(node->text, " \t\r\n");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL) {
        length--;
    }
    return mem_copy_n(text, length);
}
