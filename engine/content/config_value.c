/*
 * config_value.c: one value of the configuration, from wherever it is to be taken: the
 * file itself, the environment (!env) or a file of its own (!file).
 */
#include "content/config_value.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "content/config.h"

enum { SECRET_BYTES_MAX = 64 * 1024 };

char *config_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? mem_copy(".")
                   : slash == path ? mem_copy("/")
                                   : mem_copy_n(path, (size_t)(slash - path));
    char *absolute = realpath(folder, NULL);

    if (absolute == NULL) {
        return folder;
    }
    free(folder);
    return absolute;
}

static char *absolute_path(const struct yaml_document *document, const char *path)
{
    char *folder, *joined;

    if (path[0] == '/') {
        return mem_copy(path);
    }
    folder = config_folder(yaml_path(document));
    joined = mem_format("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, path);
    free(folder);
    return joined;
}

static char *value_of_env(const struct yaml_document *document,
    const struct yaml_node *node, struct problems *problems)
{
    const char *value = getenv(node->text);

    if (value == NULL || *value == '\0') {
        yaml_error(document, node, problems,
            "Set it in the environment that starts cegah, or use !file PATH.",
            "the environment variable %s is not set", node->text);
        return NULL;
    }
    return mem_copy(value);
}

/* The first line end at the end is the editor's and no part of the secret. */
static char *read_secret(FILE *stream)
{
    char *text = mem_alloc(SECRET_BYTES_MAX + 1);
    size_t length = fread(text, 1, SECRET_BYTES_MAX, stream);

    if (length == SECRET_BYTES_MAX || ferror(stream) ||
        memchr(text, '\0', length) != NULL) {
        free(text);
        return NULL;
    }
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
        length--;
    }
    text[length] = '\0';
    return text;
}

static char *value_of_file(const struct yaml_document *document,
    const struct yaml_node *node, struct problems *problems)
{
    char *path = absolute_path(document, node->text);
    FILE *stream = fopen(path, "rb");
    char *text = stream == NULL ? NULL : read_secret(stream);

    if (stream == NULL) {
        yaml_error(document, node, problems,
            "Create it, readable for cegah alone, or use !env NAME.",
            "the file %s cannot be opened: %s", path, strerror(errno));
    } else if (text == NULL || *text == '\0') {
        yaml_error(document, node, problems, "It should hold one line: the value.",
            "the file %s is empty, too long or no text", path);
        free(text);
        text = NULL;
    }
    if (stream != NULL) {
        fclose(stream);
    }
    free(path);
    return text;
}

/* Returns the value, owned, or NULL with a problem. */
static char *value_of(const struct yaml_document *document,
    const struct yaml_node *node, const char *key, struct problems *problems)
{
    if (node->kind != YAML_SCALAR) {
        yaml_error(document, node, problems, NULL, "%s must be a single value", key);
        return NULL;
    }
    if (node->text[0] == '\0') {
        yaml_key_error(document, node, problems,
            "Write a value, or take the key out to have its default.",
            "%s has no value", key);
        return NULL;
    }
    if (node->tag == NULL) {
        return mem_copy(node->text);
    }
    return strcmp(node->tag, "!env") == 0 ? value_of_env(document, node, problems)
                                          : value_of_file(document, node, problems);
}

static void set_value(const struct yaml_document *document,
    const struct yaml_node *node, const struct option_row *row, void *owner,
    struct problems *problems)
{
    struct err err;
    char *value = value_of(document, node, row->key, problems);

    if (value != NULL && option_set(row, owner, value, &err) != 0) {
        yaml_error(document, node, problems, row->help, "%s", err.text);
    }
    free(value);
}

static void set_list(const struct yaml_document *document, const struct yaml_node *node,
    const struct option_row *row, void *owner, struct problems *problems)
{
    if (node->kind != YAML_SEQUENCE) {
        yaml_error(document, node, problems, row->help, "%s must be a list: [one, two]",
            row->key);
        return;
    }
    for (const struct yaml_node *item = node->children; item != NULL;
         item = item->next) {
        set_value(document, item, row, owner, problems);
    }
}

/* Paths, the fallbacks too, are the file's own folder's. */
static void resolve_paths(
    const struct yaml_document *document, const struct config_table *table)
{
    for (size_t i = 0; i < table->n; i++) {
        char **member = (char **)((char *)table->owner + table->rows[i].offset);

        if (table->rows[i].type == OPTION_PATH && *member != NULL) {
            char *path = absolute_path(document, *member);

            free(*member);
            *member = path;
        }
    }
}

static bool is_among(const char *const *words, const char *word)
{
    for (; words != NULL && *words != NULL; words++) {
        if (strcmp(*words, word) == 0) {
            return true;
        }
    }
    return false;
}

static void refuse_key(const struct yaml_document *document,
    const struct yaml_node *child, const struct config_table *tables, size_t tables_n,
    const char *const *others, const char *what, struct problems *problems)
{
    const char *nearest = NULL;
    char advice[120] = "";
    int least = 3;

    for (size_t t = 0; t < tables_n; t++) {
        for (size_t i = 0; i < tables[t].n; i++) {
            int distance = word_distance(tables[t].rows[i].key, child->key);

            if (distance < least) {
                least = distance;
                nearest = tables[t].rows[i].key;
            }
        }
    }
    for (; others != NULL && *others != NULL; others++) {
        if (word_distance(*others, child->key) < least) {
            least = word_distance(*others, child->key);
            nearest = *others;
        }
    }
    if (nearest != NULL) {
        snprintf(advice, sizeof advice, "Did you mean %s?", nearest);
    }
    yaml_key_error(document, child, problems, nearest == NULL ? NULL : advice,
        "unknown key \"%.60s\" in %s", child->key, what);
}

static void read_child(const struct yaml_document *document,
    const struct yaml_node *child, const struct option_row *row, void *owner,
    struct problems *problems)
{
    if (row->type == OPTION_LIST) {
        set_list(document, child, row, owner, problems);
    } else {
        set_value(document, child, row, owner, problems);
    }
}

static void require_keys(const struct yaml_document *document,
    const struct yaml_node *mapping, const struct config_table *table, const char *what,
    struct problems *problems)
{
    for (size_t i = 0; i < table->n; i++) {
        const struct option_row *row = &table->rows[i];

        if (row->required && yaml_find(mapping, row->key) == NULL) {
            yaml_key_error(document, mapping, problems, row->help,
                "%s is missing in %s", row->key, what);
        }
    }
}

void config_read_tables(const struct yaml_document *document,
    const struct yaml_node *mapping, const struct config_table *tables, size_t tables_n,
    const char *const *others, bool lenient, const char *what,
    struct problems *problems)
{
    for (size_t t = 0; t < tables_n; t++) {
        option_defaults(tables[t].rows, tables[t].n, tables[t].owner);
    }
    if (mapping->kind != YAML_MAPPING) {
        yaml_error(
            document, mapping, problems, NULL, "%s must be a mapping of keys", what);
        return;
    }
    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        bool known = is_among(others, child->key);

        for (size_t t = 0; t < tables_n && !known; t++) {
            const struct option_row *row =
                option_find(tables[t].rows, tables[t].n, child->key);

            if (row != NULL) {
                read_child(document, child, row, tables[t].owner, problems);
                known = true;
            }
        }
        if (!known && !lenient) {
            refuse_key(document, child, tables, tables_n, others, what, problems);
        }
    }
    for (size_t t = 0; t < tables_n; t++) {
        require_keys(document, mapping, &tables[t], what, problems);
        resolve_paths(document, &tables[t]);
    }
}

void config_read_mapping(const struct yaml_document *document,
    const struct yaml_node *mapping, const struct option_row *rows, size_t n,
    void *owner, struct problems *problems)
{
    const struct config_table table = {rows, n, owner};
    char *what = mem_format("%s", mapping->key != NULL ? mapping->key : "the file");

    config_read_tables(document, mapping, &table, 1, NULL, false, what, problems);
    free(what);
}

static bool looks_secret(const char *key, size_t length)
{
    static const char *const PARTS[] = {
        "pas", "secret", "scret", "secrt", "tok", "key", "auth", "cred", "sid", NULL};
    char word[64] = "";

    if (length >= sizeof word) {
        return true;
    }
    for (size_t i = 0; i < length; i++) {
        word[i] = (char)tolower((unsigned char)key[i]);
    }
    if (strcmp(word, "focal_keys") == 0) {
        return false; /* these are public */
    }
    for (size_t i = 0; PARTS[i] != NULL; i++) {
        if (strstr(word, PARTS[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Bytes of the value that begins here: to its closing quote, to the next key of a mapping
 * in braces, or to the line's end. */
static size_t value_length(const char *value, bool in_braces)
{
    const char *end;

    if (*value == '"' || *value == '\'') {
        end = strchr(value + 1, *value);
        return end == NULL ? strlen(value) : (size_t)(end - value) + 1;
    }
    return in_braces ? strcspn(value, ",}") : strlen(value);
}

static void hide(char *line)
{
    char *colon = line;

    while ((colon = strchr(colon, ':')) != NULL) {
        char *key = colon, *value = colon + 1;
        size_t length;

        while (key > line && (isalnum((unsigned char)key[-1]) || key[-1] == '_' ||
                                 key[-1] == '-' || key[-1] == '"')) {
            key--;
        }
        value += strspn(value, " \t");
        colon++;
        if (key == colon - 1 || *value == '!' ||
            !looks_secret(key, (size_t)(colon - 1 - key))) {
            continue;
        }
        length = value_length(value, memchr(line, '{', (size_t)(key - line)) != NULL);
        memset(value, '*', length); /* in place, for the caret's sake */
        colon = value + length;
    }
}

void config_hide_secrets(struct problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        if (problems->list[i].source != NULL) {
            hide(problems->list[i].source);
        }
    }
}
