/*
 * progress.h: a bar on the terminal, while an operation works.
 */
#ifndef CEGAH_CLI_PROGRESS_H
#define CEGAH_CLI_PROGRESS_H

#include <stdbool.h>

/* True when stderr is a terminal: elsewhere a bar is noise. */
bool progress_is_wanted(void);
/* Draws it on stderr over the one before; what: "importing". */
void progress_draw(const char *what, int thousandths);
/* Removes it. */
void progress_clear(void);

#endif
