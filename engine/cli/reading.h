/*
 * reading.h: what the commands share that only read: config and reader, limits, output.
 */
#ifndef CEGAH_CLI_READING_H
#define CEGAH_CLI_READING_H

#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

struct buf;
struct config;
struct db;

enum { READING_ROWS_MAX = 100000 }; /* of one table; JSON has no end */

/* Embedded in its command; from reading_begin() to reading_end(). */
struct reading {
    struct config *config;
    struct db *db;
};

/* Opens the config (path may be NULL) and its database. Returns 0; -1 with a sentence. */
int reading_begin(struct reading *reading, const char *config_path, struct err *err);
void reading_end(struct reading *reading);
/* Now, by the clock that the database lives by: the simulator's time where it gives it. */
int64_t reading_now(const struct reading *reading);

/* Reads a limit, 1 … READING_ROWS_MAX. Returns 0, or -1. */
int reading_limit(const char *text, int64_t *limit);
/* Prints the value, indented, and takes it. */
void reading_print_json(json_t *value);
/* Prints the items of an array one a line; begin with *n at 0. Takes the item. */
void reading_print_item(json_t *item, int64_t *n);
void reading_end_items(int64_t n);
/* Prints what people read; a terminal gets no line that is wider than it. */
void reading_print(const struct buf *out);
/* Returns 0 when all of stdout was written, else the exit status, with its sentence
 * printed. */
int reading_finish(void);

#endif
