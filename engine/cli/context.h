/*
 * context.h: what every command needs: the config, a reader, and one way to fail.
 */
#ifndef CEGAH_CLI_CONTEXT_H
#define CEGAH_CLI_CONTEXT_H

#include "base/err.h"

struct command;
struct config;
struct db;
struct problems;

/* Returns path when given (-c), else ./cegah.yaml, else /etc/cegah/cegah.yaml, whichever
 * can be read; NULL with a sentence. Borrowed. */
const char *cli_config_path(const char *path, struct err *err);
/* Prints problems to stderr, each with its place, its line and what to do. */
void cli_print_problems(const struct problems *problems);
/* Reads the config from there. Returns it owned; NULL with a sentence, and what is wrong
 * in the file was printed. */
struct config *cli_config(const char *path, struct err *err);
/* Opens the config's database read-only; NULL with a sentence. Owned. */
struct db *cli_reader(const struct config *config, struct err *err);
/* Prints "cegah: " and the sentence to stderr; returns the exit status of err->code. */
int cli_fail(const struct err *err);
/* Prints what is wrong (may be NULL) and the usage line to stderr; returns 2. */
int cli_usage(const struct command *command, const char *wrong);

#endif
