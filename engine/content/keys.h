/*
 * keys.h: which keys a mapping of a content file may hold, as a table.
 *
 * A table's rows name members of a struct of node pointers. keys_read() complains of
 * whatever does not fit (unknown and missing keys, wrong types) and stores the nodes that
 * do; so a stored node may be handed to the key_…() getters without a further look.
 */
#ifndef CEGAH_CONTENT_KEYS_H
#define CEGAH_CONTENT_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "content/yaml.h"

enum key_type {
    KEY_TEXT,     /* a text; a bare number, true or null is none */
    KEY_LABEL,    /* a text or a number, taken as it is written */
    KEY_ID,       /* of [A-Za-z0-9_-], at most KEY_ID_CHARACTERS_MAX */
    KEY_INT,      /* a whole number from min to max */
    KEY_DURATION, /* 15m, 24h, 14d, at least a minute, at most 366 days */
    KEY_BOOL,     /* true or false */
    KEY_CHOICE,   /* one of choices */
    KEY_DAY,      /* mon … sun */
    KEY_TIME,     /* "16:15" */
    KEY_DATE,     /* 2026-12-01 */
    KEY_NUMBER,   /* a number from 0, with decimals or without */
    KEY_LABELS,   /* one text or number, or a list of them */
    KEY_CHOICES,  /* one of choices, or a list of them */
    KEY_VARIANTS, /* a text, or a mapping of its variants by `table` */
    KEY_MAPPING,  /* of the keys in `table` */
    KEY_EITHER,   /* a text, or a mapping of the keys in `table` */
    KEY_NAMED,    /* a mapping of free names, each with what `table` says */
    KEY_SEQUENCE, /* of mappings by `table`; without one, of texts or numbers */
};

/* So that an id, and a step's id with a mark behind it, fits the store's columns. */
enum { KEY_ID_CHARACTERS_MAX = 28 };

struct key_row {
    const char *key;
    enum key_type type;
    size_t offset; /* of a const struct yaml_node * in the owner */
    bool required;
    const char *help;              /* advice when it is missing or wrong, or NULL */
    const char *const *choices;    /* KEY_CHOICE, KEY_CHOICES: NULL-terminated */
    int64_t min, max;              /* KEY_INT */
    const struct key_table *table; /* what stands below it */
    bool many;                     /* KEY_NAMED: a name may have a list of them too */
    bool plain;                    /* KEY_NAMED: a name may have a text too */
    const char *fallback; /* what holds without the key, as it would be written */
    const char *doc;      /* what it does, for the documentation */
};

/* The keys of one kind of mapping. The compiler, the JSON Schema and the documentation
 * all read these. */
struct key_table {
    const char *what; /* as problems name the mapping: "a step" */
    const struct key_row *rows;
    size_t n;
};

#define KEY_TABLE(what, rows)                                                          \
    {                                                                                  \
        what, rows, sizeof(rows) / sizeof(rows)[0]                                     \
    }

/* What is being read: handed down through all readers. */
struct source {
    const struct yaml_document *document;
    struct problems *problems;
};

/* Fills owner (zeroed first by the caller) from a mapping; keys that are missing or wrong
 * stay NULL and become problems. */
void keys_read(const struct source *source, const struct yaml_node *mapping,
    const struct key_table *table, void *owner);
/* True when the node is of the type; else a problem is added. name is what it is called
 * in the problem. */
bool key_check(const struct source *source, const struct yaml_node *node,
    const struct key_row *row);

/* Of a node that keys_read() stored; the fallback for NULL. */
int64_t key_int(const struct yaml_node *node, int64_t fallback);
double key_number(const struct yaml_node *node);
int64_t key_duration(const struct yaml_node *node, int64_t fallback_ms);
bool key_bool(const struct yaml_node *node);
int key_choice(const struct yaml_node *node, const char *const *choices);
/* The values of a KEY_LABELS, KEY_CHOICES or plain KEY_SEQUENCE node, one after another:
 * the first for NULL, NULL behind the last. A scalar is a list of one. */
const struct yaml_node *key_item_next(
    const struct yaml_node *list, const struct yaml_node *before);
/* "Did you mean "maros"?" into advice (size bytes) for the nearest of n names, at most two
 * edits away; else what the names are, as far as they fit. */
void nearest_advice(const char *word, const char *const *names, size_t n,
    const char *what, char *advice, size_t size);
/* Returns an owned copy without blanks at both ends; NULL for NULL. */
char *key_text(const struct yaml_node *node);

/* 1 Monday … 7 Sunday for "mon" … "sun", else 0; and back, borrowed for ever. */
int weekday_parse(const char *word, size_t length);
const char *weekday_name(int weekday);
/* Minutes of the day for "16:15" (24:00 is taken when end is true), else -1. */
int time_of_day_parse(const char *text, size_t length, bool end);

#endif
