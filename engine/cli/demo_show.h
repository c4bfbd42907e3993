/*
 * demo_show.h: what the demo shows on the way and at its end.
 */
#ifndef CEGAH_CLI_DEMO_SHOW_H
#define CEGAH_CLI_DEMO_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct config;
struct recount;

/* The line of the present moment: on a terminal in place, else once a week. */
void demo_show_progress(
    const struct config *config, const char *start, int64_t now, bool last);
/* Prints the comparison; -1 with a sentence when report and ledger differ, or a message
 * is still on its way. */
int demo_show_recount(const struct recount *recount, struct err *err);
/* What to try next. */
void demo_show_end(const char *config_path, int64_t took_ms);

#endif
