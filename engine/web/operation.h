/*
 * operation.h: what can be done to a running or a resting cegah, by name.
 *
 * An operation is a function from arguments to a result, both JSON. The control socket
 * and the command line are two thin doors to it. It works in slices, each a few units
 * long, so that replies come between two of them.
 */
#ifndef CEGAH_WEB_OPERATION_H
#define CEGAH_WEB_OPERATION_H

#include <jansson.h>

#include "base/err.h"

struct engine;

enum operation_progress { OPERATION_DONE, OPERATION_MORE, OPERATION_FAILED };

struct operation {
    const char *name; /* "load"; its path is /api/v1/load */
    /*
     * Begins it: checks the arguments (borrowed for the call) and does the first slice.
     * DONE: result is set. MORE: state is set, slice() goes on. FAILED: err is.
     */
    enum operation_progress (*begin)(struct engine *engine, const json_t *arguments,
        void **state, json_t **result, struct err *err);
    /* The next slice, when begin() said MORE; NULL if it never does. */
    enum operation_progress (*slice)(
        struct engine *engine, void *state, json_t **result, struct err *err);
    /* Releases the state, whatever became of it; NULL if there is none. */
    void (*end)(void *state);
};

/* Returns the operation of that name, borrowed for ever; NULL: there is none. */
const struct operation *operation_find(const char *name);

/* Runs it to its end here and now, each slice committed: for a command with the lock. */
int operation_run(struct engine *engine, const struct operation *operation,
    const json_t *arguments, json_t **result, struct err *err);

#endif
