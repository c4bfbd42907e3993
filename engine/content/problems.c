/*
 * problems.c: what was found wrong in content files, gathered in order and printed for
 * the person who mends it, with the source line that they point at. The parser is in
 * yaml.c.
 */
#include "content/yaml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>

#include "base/mem.h"

enum { SOURCE_BYTES_MAX = 240 };

void problems_init(struct problems *problems)
{
    *problems = (struct problems){0};
}

void problems_fini(struct problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        struct problem *problem = &problems->list[i];

        free(problem->path);
        free(problem->text);
        free(problem->advice);
        free(problem->source);
    }
    free(problems->list);
    *problems = (struct problems){0};
}

void problems_add(struct problems *problems, const struct problem *problem)
{
    struct problem *kept;

    if (problem->warning) {
        problems->warnings++;
    } else {
        problems->errors++;
    }
    if (problems->n >= PROBLEMS_MAX) {
        return;
    }
    if (problems->n == problems->capacity) {
        problems->capacity = problems->capacity > 0 ? problems->capacity * 2 : 8;
        problems->list =
            mem_resize(problems->list, problems->capacity, sizeof *problems->list);
    }
    kept = &problems->list[problems->n++];
    *kept = *problem;
    kept->path = mem_copy(problem->path);
    kept->text = mem_copy(problem->text);
    kept->advice = mem_copy(problem->advice);
    kept->source = mem_copy(problem->source);
}

/* Blanks up to the column, tabs where the line has tabs, so that the caret stands right
 * whatever width a terminal gives them. */
static void add_caret(const char *source, int column, struct buf *out)
{
    const char *at = source;

    for (int k = 1; k < column && *at != '\0'; k++) {
        buf_add_char(out, *at == '\t' ? '\t' : ' ');
        at++;
        while (((unsigned char)*at & 0xC0) == 0x80) {
            at++;
        }
    }
    buf_add_text(out, "^\n");
}

void problems_print(const struct problems *problems, struct buf *out)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *problem = &problems->list[i];

        buf_add_text(out, problem->path);
        if (problem->line > 0) {
            buf_add_format(out, ":%d:%d", problem->line, problem->column);
        }
        buf_add_format(
            out, ": %s: %s\n", problem->warning ? "warning" : "error", problem->text);
        if (problem->source != NULL) {
            buf_add_format(out, "    %s\n    ", problem->source);
            add_caret(problem->source, problem->column, out);
        }
        if (problem->advice != NULL) {
            buf_add_format(out, "    %s\n", problem->advice);
        }
    }
    if (problems->errors + problems->warnings > problems->n) {
        buf_add_format(out, "... and %zu more\n",
            problems->errors + problems->warnings - problems->n);
    }
}

/* Continuation bytes that begin the text. */
static size_t utf8_tail(const char *text)
{
    size_t n = 0;

    while (((unsigned char)text[n] & 0xC0) == 0x80) {
        n++;
    }
    return n;
}

/* Bytes that a terminal would obey, or that are no UTF-8, become question marks. */
static void make_printable(char *line)
{
    int32_t length = (int32_t)strlen(line), at = 0;

    while (at < length) {
        int32_t from = at;
        UChar32 character;

        U8_NEXT((const uint8_t *)line, at, length, character);
        if (character < 0 || (character < ' ' && character != '\t') ||
            (character >= 0x7F && character < 0xA0)) {
            memset(line + from, '?', (size_t)(at - from));
        }
    }
}

/* Returns the line's text, owned, without its end; NULL past the last line. */
static char *source_line(const char *text, int line)
{
    const char *at = text;
    char *line_text;
    size_t length;

    for (int k = 1; k < line; k++) {
        at = strchr(at, '\n');
        if (at == NULL) {
            return NULL;
        }
        at++;
    }
    length = strcspn(at, "\r\n");
    if (length > SOURCE_BYTES_MAX) {
        length = SOURCE_BYTES_MAX;
        while (length > 0 && ((unsigned char)at[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    line_text = mem_copy_n(at, length);
    make_printable(line_text);
    return line_text;
}

void problems_add_at(
    struct problems *problems, const struct problem *problem, const char *file)
{
    struct problem whole = *problem;

    whole.source = problem->line > 0 ? source_line(file, problem->line) : NULL;
    problems_add(problems, &whole);
    free(whole.source);
}

void yaml_problem(const struct yaml_document *document, struct problems *problems,
    bool warning, int line, int column, const char *advice, const char *text)
{
    struct problem problem = {
        .warning = warning,
        .path = (char *)yaml_path(document),
        .line = line,
        .column = column,
        .text = (char *)text,
        .advice = (char *)advice,
    };

    problems_add_at(problems, &problem, yaml_text(document));
}

void yaml_error(const struct yaml_document *document, const struct yaml_node *node,
    struct problems *problems, const char *advice, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = mem_vformat(format, arguments);
    va_end(arguments);
    yaml_problem(document, problems, false, node == NULL ? 0 : node->line,
        node == NULL ? 0 : node->column, advice, text);
    free(text);
}

void yaml_key_error(const struct yaml_document *document, const struct yaml_node *node,
    struct problems *problems, const char *advice, const char *format, ...)
{
    bool keyed = node->key != NULL;
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = mem_vformat(format, arguments);
    va_end(arguments);
    yaml_problem(document, problems, false, keyed ? node->key_line : node->line,
        keyed ? node->key_column : node->column, advice, text);
    free(text);
}

void yaml_warning(const struct yaml_document *document, const struct yaml_node *node,
    struct problems *problems, const char *advice, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = mem_vformat(format, arguments);
    va_end(arguments);
    yaml_problem(document, problems, true, node == NULL ? 0 : node->line,
        node == NULL ? 0 : node->column, advice, text);
    free(text);
}

struct yaml_node yaml_place(const struct yaml_document *document,
    const struct yaml_node *node, const char *needle)
{
    struct yaml_node placed = *node;
    const char *at = yaml_text(document), *hit;
    size_t reach = strlen(node->text) * 4 + 400; /* indentation and escapes included */

    for (int k = 1; k < node->line && at != NULL; k++) {
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    for (int k = 1; at != NULL && k < node->column && *at != '\0' && *at != '\n'; k++) {
        at++;
        at += utf8_tail(at);
    }
    hit = at == NULL || *needle == '\0' ? NULL : strstr(at, needle);
    if (hit == NULL || (size_t)(hit - at) > reach) {
        return placed;
    }
    while (at < hit) {
        bool new_line = *at++ == '\n';

        at += utf8_tail(at);
        placed.line += new_line;
        placed.column = new_line ? 1 : placed.column + 1;
    }
    return placed;
}
