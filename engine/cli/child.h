/*
 * child.h: a cegah of our own as a child process, for the demo.
 */
#ifndef CEGAH_CLI_CHILD_H
#define CEGAH_CLI_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Owned by whoever started it, from child_start() to child_end(). */
struct child {
    pid_t pid;
    int output; /* the read end of its stdout; -1: shared with ours */
};

/*
 * Starts this same program with the arguments (NULL-terminated, without the program's
 * name). log: a file that its stderr is appended to, or NULL for ours. ready (may be
 * NULL): its stdout is ours to read, and the call waits for the first line that begins so,
 * at most 20 s; line (size bytes) gets it. Returns 0; -1 with a sentence.
 */
int child_start(struct child *child, const char *const *arguments, const char *log,
    const char *ready, char *line, size_t size, struct err *err);
/* Asks it to end (SIGTERM), waits; returns its exit status, -1 when it was killed. */
int child_end(struct child *child);
/* Runs it to its end with our stdout. Returns its exit status. */
int child_run(const char *const *arguments);
/* Whether it still runs. */
int child_is_alive(const struct child *child);

#endif
