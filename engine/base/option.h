/*
 * option.h: a configuration key is one row of a table.
 *
 * Whoever needs configuration (the daemon, an adapter, the simulator) states its keys as
 * rows; content/config reads a YAML mapping into the struct by them, refuses what no row
 * names, and `cegah init` and the documentation print the same rows.
 */
#ifndef CEGAH_BASE_OPTION_H
#define CEGAH_BASE_OPTION_H

#include <stddef.h>
#include <stdint.h>

enum option_type {
    OPTION_TEXT,   /* char * */
    OPTION_SECRET, /* char *; only by !env NAME or !file PATH, or a literal in tests */
    OPTION_PATH,   /* char *; made absolute against the config file's folder */
    OPTION_URL,    /* char *; http:// or https://, no trailing slash is kept */
    OPTION_INT,    /* int64_t, within min and max */
    OPTION_BOOL,   /* bool */
    OPTION_DURATION, /* int64_t ms; written 500ms, 5s, 15m, 2h, 3d; min and max in ms */
    OPTION_RATE,     /* double a second; written 10/s, 600/m, 5/h; "none" is 0 */
    OPTION_SHARE,    /* double from 0 to 1: how much of a whole */
    OPTION_MONEY,    /* int64_t, millionths; written 350 or 0.0411, not negative */
    OPTION_CHOICE,   /* int, index into choices */
    OPTION_LIST,     /* struct option_list of texts */
};

/* A list of texts; owned by the struct that the option was read into. */
struct option_list {
    char **items;
    size_t n;
};

struct option_row {
    const char *key;
    enum option_type type;
    size_t offset; /* of the member in the owner's struct */
    const char
        *fallback;    /* as one would write it in YAML; NULL: none (0, NULL, empty) */
    int required;     /* 1: an error when absent */
    int64_t min, max; /* OPTION_INT and OPTION_DURATION, unless both are 0 */
    const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
    const char *help;           /* one sentence, for init and the documentation */
};

/*
 * Parses one text into the member of `owner` that the row names (for OPTION_LIST: adds an
 * item). Returns 0, or -1 with a sentence that says what is expected, without the value
 * of a secret. `owner` must be zeroed before its first option is set.
 */
struct err;
int option_set(
    const struct option_row *row, void *owner, const char *text, struct err *err);
/* Sets every row's fallback. A fallback that does not parse is a bug. */
void option_defaults(const struct option_row *rows, size_t n, void *owner);
/* Releases what the rows own in `owner`. */
void option_fini(const struct option_row *rows, size_t n, void *owner);
/* Returns the row of that key, or NULL. */
const struct option_row *option_find(
    const struct option_row *rows, size_t n, const char *key);
/* Returns the nearest key to a mistyped one (at most two edits away), or NULL. */
const char *option_nearest(const struct option_row *rows, size_t n, const char *key);
/* Edits (insert, delete, replace, swap of neighbours) between two words, at most 64
 * bytes each; longer words count as 99. */
int word_distance(const char *one, const char *other);
/* Parses 500ms, 5s, 15m, 2h, 3d. Returns 0, or -1. */
int duration_parse(const char *text, int64_t *ms);

#endif
