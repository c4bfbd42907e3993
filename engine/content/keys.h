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
    KEY_MAPPING,
    KEY_SEQUENCE,
};

/* So that an id, and a step's id with a mark behind it, fits the store's columns. */
enum { KEY_ID_CHARACTERS_MAX = 28 };

struct key_row {
    const char *key;
    enum key_type type;
    size_t offset; /* of a const struct yaml_node * in the owner */
    bool required;
    const char *help;           /* advice when it is missing or wrong, or NULL */
    const char *const *choices; /* KEY_CHOICE: NULL-terminated */
    int64_t min, max;           /* KEY_INT */
};

/* What is being read: handed down through all readers. */
struct source {
    const struct yaml_document *document;
    struct problems *problems;
};

/* Fills owner (zeroed first by the caller) from a mapping; keys that are missing or wrong
 * stay NULL and become problems. what names the mapping for the reader: "a step". */
void keys_read(const struct source *source, const struct yaml_node *mapping,
    const char *what, const struct key_row *rows, size_t n, void *owner);
/* True when the node is of the type; else a problem is added. name is what it is called
 * in the problem. */
bool key_check(const struct source *source, const struct yaml_node *node,
    const struct key_row *row);

/* Of a node that keys_read() stored; the fallback for NULL. */
int64_t key_int(const struct yaml_node *node, int64_t fallback);
int64_t key_duration(const struct yaml_node *node, int64_t fallback_ms);
bool key_bool(const struct yaml_node *node);
int key_choice(const struct yaml_node *node, const char *const *choices);
/* Returns an owned copy without blanks at both ends; NULL for NULL. */
char *key_text(const struct yaml_node *node);

/* 1 Monday … 7 Sunday for "mon" … "sun", else 0; and back, borrowed for ever. */
int weekday_parse(const char *word, size_t length);
const char *weekday_name(int weekday);
/* Minutes of the day for "16:15" (24:00 is taken when end is true), else -1. */
int time_of_day_parse(const char *text, size_t length, bool end);

#endif
