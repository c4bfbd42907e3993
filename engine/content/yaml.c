#include "content/yaml.h"

#include <libfyaml.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf8.h>

#include "base/mem.h"
#include "base/must.h"

/* Far above what a person writes; they bound what a hostile file can cost. */
enum { DEPTH_MAX = 24, NODES_MAX = 100000, KEYS_MAX = 1000 };

struct yaml_document {
    char *path;
    char *text; /* NUL-terminated copy of the file */
    size_t length;
    struct yaml_node *root;
};

/* A mapping or sequence that is being read. */
struct open_node {
    struct yaml_node *node;
    struct yaml_node *last;
    char *key; /* the mapping's key that waits for its value, or NULL */
    int key_line, key_column;
};

/* One parse; lives on yaml_parse()'s stack. */
struct reader {
    struct yaml_document *document;
    struct problems *problems;
    struct fy_parser *parser;
    struct open_node open[DEPTH_MAX];
    size_t depth;
    size_t nodes;
    int documents;
    size_t last; /* where the last value stood, as bytes */
    size_t hint; /* start of the line of the last lookup; positions mostly grow */
    int hint_line;
};

static void free_node(struct yaml_node *node)
{
    while (node != NULL) {
        struct yaml_node *next = node->next;

        free_node(node->children);
        free((char *)node->key);
        free((char *)node->text);
        free((char *)node->tag);
        free(node);
        node = next;
    }
}

void yaml_free(struct yaml_document *document)
{
    if (document != NULL) {
        free_node(document->root);
        free(document->path);
        free(document->text);
        free(document);
    }
}

const struct yaml_node *yaml_root(const struct yaml_document *document)
{
    return document->root;
}

const char *yaml_path(const struct yaml_document *document)
{
    return document->path;
}

const char *yaml_text(const struct yaml_document *document)
{
    return document->text;
}

const struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key)
{
    if (mapping->kind != YAML_MAPPING) {
        return NULL;
    }
    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        if (strcmp(child->key, key) == 0) {
            return child;
        }
    }
    return NULL;
}

/* Line and column, both from 1, the column in characters; the library's own columns
 * count a tab as several. */
static void locate(struct reader *reader, size_t position, int *line, int *column)
{
    const char *text = reader->document->text;

    if (position > reader->document->length) {
        position = reader->document->length;
    }
    if (position < reader->hint) {
        reader->hint = 0;
        reader->hint_line = 1;
    }
    for (const char *end;
         (end = memchr(text + reader->hint, '\n', position - reader->hint)) != NULL;) {
        reader->hint = (size_t)(end - text) + 1;
        reader->hint_line++;
    }
    *line = reader->hint_line;
    *column = 1;
    for (size_t k = reader->hint; k < position; k++) {
        *column += ((unsigned char)text[k] & 0xC0) != 0x80;
    }
}

static int refuse(struct reader *reader, size_t position, const char *advice,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds an error at a byte position; returns -1. */
static int refuse(
    struct reader *reader, size_t position, const char *advice, const char *format, ...)
{
    va_list arguments;
    int line, column;
    char *text;

    va_start(arguments, format);
    text = mem_vformat(format, arguments);
    va_end(arguments);
    locate(reader, position, &line, &column);
    yaml_problem(reader->document, reader->problems, false, line, column, advice, text);
    free(text);
    return -1;
}

/* Hangs a finished or opened node into its parent. Returns 0 or -1. */
static int attach(struct reader *reader, struct yaml_node *node, size_t position)
{
    struct open_node *parent;

    if (reader->depth == 0) {
        must(reader->document->root == NULL, "a second root in one document");
        reader->document->root = node;
        return 0;
    }
    parent = &reader->open[reader->depth - 1];
    if (parent->node->kind == YAML_MAPPING) {
        node->key = parent->key;
        node->key_line = parent->key_line;
        node->key_column = parent->key_column;
        parent->key = NULL;
    }
    if (parent->last == NULL) {
        parent->node->children = node;
    } else {
        parent->last->next = node;
    }
    parent->last = node;
    parent->node->n++;
    if (++reader->nodes > NODES_MAX) {
        return refuse(reader, position, "Split the file.",
            "more than %d values in a file", NODES_MAX);
    }
    return 0;
}

static bool awaits_key(const struct reader *reader)
{
    return reader->depth > 0 && reader->open[reader->depth - 1].key == NULL &&
           reader->open[reader->depth - 1].node->kind == YAML_MAPPING;
}

/* Copies a token's text; NULL, with a problem, when a NUL stands in it. */
static char *token_text(struct reader *reader, struct fy_token *token, size_t position)
{
    size_t length = 0;
    const char *text = token == NULL ? "" : fy_token_get_text(token, &length);

    if (text == NULL || memchr(text, '\0', length) != NULL) {
        refuse(reader, position, "Take the escape \\0 out.",
            "a text holds a NUL character");
        return NULL;
    }
    return mem_copy_n(text, length);
}

static int read_key(struct reader *reader, struct fy_event *event, size_t position)
{
    struct open_node *parent = &reader->open[reader->depth - 1];
    char *key;

    if (event->type != FYET_SCALAR) {
        return refuse(reader, position, NULL, "a key must be a plain word");
    }
    key = token_text(reader, fy_event_get_token(event), position);
    if (key == NULL) {
        return -1;
    }
    if (parent->node->n >= KEYS_MAX || yaml_find(parent->node, key) != NULL) {
        bool again = parent->node->n < KEYS_MAX;
        int result = refuse(reader, position,
            again ? "Remove or rename one of the two." : "Split it.",
            again ? "the key \"%s\" stands twice" : "too many keys before \"%s\"", key);

        free(key);
        return result;
    }
    parent->key = key;
    locate(reader, position, &parent->key_line, &parent->key_column);
    return 0;
}

static bool is_quoted(struct fy_token *token)
{
    return token != NULL && fy_token_scalar_style(token) != FYSS_PLAIN;
}

static bool is_null_word(const char *text)
{
    return strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

static int read_scalar(struct reader *reader, struct yaml_node *node,
    struct fy_event *event, size_t position)
{
    struct fy_token *token = fy_event_get_token(event);
    char *text = token_text(reader, token, position);

    if (text == NULL) {
        return -1;
    }
    node->kind = YAML_SCALAR;
    node->quoted = is_quoted(token);
    if (!node->quoted && is_null_word(text)) {
        text[0] = '\0';
    }
    node->text = text;
    return 0;
}

static int read_tag(struct reader *reader, struct yaml_node *node,
    struct fy_event *event, size_t position)
{
    struct fy_token *token = fy_event_get_tag_token(event);
    const char *tag = token == NULL ? NULL : fy_tag_token_suffix0(token);

    if (token == NULL) {
        return 0;
    }
    if (event->type == FYET_SCALAR && strcmp(fy_tag_token_handle0(token), "!") == 0 &&
        tag != NULL && (strcmp(tag, "env") == 0 || strcmp(tag, "file") == 0)) {
        node->tag = mem_format("!%s", tag);
        return 0;
    }
    return refuse(reader, position,
        "Only !env NAME and !file PATH are known, before a text.",
        "this tag is not known here");
}

static int read_value(struct reader *reader, struct fy_event *event, size_t position)
{
    struct yaml_node *node = mem_zero(1, sizeof *node);

    locate(reader, position, &node->line, &node->column);
    if (event->type == FYET_MAPPING_START) {
        node->kind = YAML_MAPPING;
    } else if (event->type == FYET_SEQUENCE_START) {
        node->kind = YAML_SEQUENCE;
    } else if (read_scalar(reader, node, event, position) != 0) {
        free_node(node);
        return -1;
    }
    if (attach(reader, node, position) != 0 ||
        read_tag(reader, node, event, position) != 0) {
        return -1;
    }
    if (node->kind == YAML_SCALAR) {
        return 0;
    }
    if (reader->depth == DEPTH_MAX) {
        return refuse(
            reader, position, NULL, "nested deeper than %d levels", (int)DEPTH_MAX);
    }
    reader->open[reader->depth++] = (struct open_node){.node = node};
    return 0;
}

/* Where the event's token begins, its opening quote included (the library's mark stands
 * behind it); an implied value has none and is placed where the last one stood. */
static size_t position_of(struct reader *reader, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    const char *text = reader->document->text;

    if (mark != NULL) {
        reader->last = mark->input_pos;
        if (event->type == FYET_SCALAR && reader->last > 0 &&
            is_quoted(fy_event_get_token(event)) &&
            (text[reader->last - 1] == '"' || text[reader->last - 1] == '\'')) {
            reader->last--;
        }
    }
    return reader->last;
}

static int refuse_anchor(
    struct reader *reader, struct fy_token *anchor, size_t position)
{
    const struct fy_mark *mark = fy_token_start_mark(anchor);

    return refuse(reader, mark == NULL ? position : mark->input_pos - 1,
        "Write the value out where it is used.",
        "anchors and aliases (& and *) are not taken");
}

static int read_event(struct reader *reader, struct fy_event *event)
{
    size_t position = position_of(reader, event);
    struct fy_token *anchor;

    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (++reader->documents > 1) {
            return refuse(reader, position, "Put it into a file of its own.",
                "a second document in one file");
        }
        return 0;
    case FYET_ALIAS:
        return refuse_anchor(reader, fy_event_get_token(event), position);
    case FYET_MAPPING_START:
    case FYET_SEQUENCE_START:
    case FYET_SCALAR:
        anchor = fy_event_get_anchor_token(event);
        if (anchor != NULL) {
            return refuse_anchor(reader, anchor, position);
        }
        return awaits_key(reader) ? read_key(reader, event, position)
                                  : read_value(reader, event, position);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        must(reader->depth > 0, "an end without a start");
        reader->depth--;
        return 0;
    default:
        return 0;
    }
}

/* The first thing that the library complained of, as a problem. */
static void add_diagnostic(struct reader *reader, struct fy_diag *diag)
{
    void *walk = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(diag, &walk);
    const char *advice =
        "Look at the indentation (blanks, no tabs), the quotes, and the "
        "blank behind each colon.";

    if (error == NULL) {
        refuse(reader, reader->hint, advice, "this is no valid YAML");
        return;
    }
    yaml_problem(reader->document, reader->problems, false, error->line, error->column,
        advice, error->msg);
}

static int read_events(struct reader *reader, struct fy_diag *diag)
{
    struct fy_event *event;
    int result = 0;

    while (result == 0 && (event = fy_parser_parse(reader->parser)) != NULL) {
        result = read_event(reader, event);
        fy_parser_event_free(reader->parser, event);
    }
    if (result == 0 && fy_diag_got_error(diag)) {
        add_diagnostic(reader, diag);
        result = -1;
    }
    for (size_t i = 0; i < reader->depth; i++) {
        free(reader->open[i].key);
    }
    return result;
}

/* Refuses what the parser should not even see: too long, NUL bytes, broken UTF-8. */
static int check_bytes(struct reader *reader, const char *text, size_t length)
{
    int32_t at = 0;

    if (length > YAML_BYTES_MAX) {
        return refuse(reader, 0, "Split the file.", "the file is longer than %d bytes",
            YAML_BYTES_MAX);
    }
    while (at < (int32_t)length) {
        int32_t start = at;
        UChar32 character;

        U8_NEXT(text, at, (int32_t)length, character);
        if (character <= 0) {
            return refuse(reader, (size_t)start, "Save the file as UTF-8 text.",
                character == 0 ? "the file holds a NUL byte" : "the file is not UTF-8");
        }
    }
    return 0;
}

struct yaml_document *yaml_parse(
    const char *path, const char *text, size_t length, struct problems *problems)
{
    struct fy_diag_cfg diag_cfg;
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG};
    struct yaml_document *document = mem_zero(1, sizeof *document);
    struct reader reader = {.document = document, .problems = problems, .hint_line = 1};
    struct fy_diag *diag = NULL;
    int result;

    document->path = mem_copy(path);
    document->length = length > YAML_BYTES_MAX ? 0 : length;
    document->text = mem_copy_n(text, document->length);
    result = check_bytes(&reader, text, length);
    if (result == 0) {
        fy_diag_cfg_default(&diag_cfg);
        diag_cfg.fp = NULL;
        diag = fy_diag_create(&diag_cfg);
        fy_diag_set_collect_errors(diag, true);
        cfg.diag = diag;
        reader.parser = fy_parser_create(&cfg);
        must(reader.parser != NULL, "no YAML parser");
        fy_parser_set_string(reader.parser, document->text, document->length);
        result = read_events(&reader, diag);
        fy_parser_destroy(reader.parser);
        fy_diag_destroy(diag);
    }
    if (result != 0) {
        yaml_free(document);
        return NULL;
    }
    return document;
}
