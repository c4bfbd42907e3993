/*
 * yaml.h: YAML 1.2 with positions (libfyaml), read into a small tree of our own.
 *
 * Every node knows its line and column, so that whatever is found wrong later still
 * reads path:line:col. Problems are gathered, not thrown: one run reports them all.
 */
#ifndef CEGAH_CONTENT_YAML_H
#define CEGAH_CONTENT_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

/* Owned by its document. Siblings are a list; a mapping's children are its values, each
 * with its key and the key's position. */
struct yaml_node {
    enum yaml_kind kind;
    const char *key; /* of a mapping's child, else NULL */
    int key_line, key_column;
    const char *text; /* scalars: the value; "" for null */
    const char *tag;  /* "!env", "!file" or NULL */
    bool quoted; /* a scalar in quotes or a block: a text even if it looks like more */
    int line, column; /* 1-based; column counts characters */
    struct yaml_node *children;
    struct yaml_node *next;
    size_t n; /* children */
};

/* One file. Owned by the caller; texts are copied. */
struct yaml_document;

enum { YAML_BYTES_MAX = 1 << 20, PROBLEMS_MAX = 500 };

/* What was found wrong, in order; printed by problems_print(). Owned by the caller. */
struct problem {
    bool warning;
    char *path;
    int line, column; /* 0: the file as a whole */
    char *text;       /* "unknown key \"weeek\"" */
    char *advice;     /* what to do, or NULL */
    char *source;     /* the source line, or NULL */
};

/* Past PROBLEMS_MAX problems are counted and no longer kept. */
struct problems {
    struct problem *list;
    size_t n, capacity;
    size_t errors, warnings;
};

void problems_init(struct problems *problems);
void problems_fini(struct problems *problems);
/* Adds a copy of the problem. */
void problems_add(struct problems *problems, const struct problem *problem);
/* The same; its source line is cut out of the file's text. */
void problems_add_at(
    struct problems *problems, const struct problem *problem, const char *file);
/* Adds to out, for each: "path:line:col: error: text", the source line, a caret line,
 * and the advice on a line of its own. */
void problems_print(const struct problems *problems, struct buf *out);

/* Parses; NULL when the syntax is broken (one problem added, with its position). path is
 * what problems call the file. Anchors, aliases and duplicate keys are refused. */
struct yaml_document *yaml_parse(
    const char *path, const char *text, size_t length, struct problems *problems);
void yaml_free(struct yaml_document *document);
/* The top node, borrowed; NULL for an empty file. */
const struct yaml_node *yaml_root(const struct yaml_document *document);
const char *yaml_path(const struct yaml_document *document);
/* The whole file, borrowed until yaml_free(). */
const char *yaml_text(const struct yaml_document *document);

/* Returns a mapping's child of that key, or NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *mapping, const char *key);

/* Adds a problem at a place of the document; line 0 is the file as a whole. The source
 * line is cut out of the document. */
void yaml_problem(const struct yaml_document *document, struct problems *problems,
    bool warning, int line, int column, const char *advice, const char *text);
/* Adds an error or a warning at a node (at its key with the key_ form; of the file as a
 * whole when node is NULL). advice may be NULL. The source line is cut out of the
 * document. */
void yaml_error(const struct yaml_document *document, const struct yaml_node *node,
    struct problems *problems, const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void yaml_key_error(const struct yaml_document *document, const struct yaml_node *node,
    struct problems *problems, const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void yaml_warning(const struct yaml_document *document, const struct yaml_node *node,
    struct problems *problems, const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Returns the node, its position moved to where the needle first stands in it, so that a
 * problem can point into a long text; the node as it is when that cannot be told. */
struct yaml_node yaml_place(const struct yaml_document *document,
    const struct yaml_node *node, const char *needle);

#endif
