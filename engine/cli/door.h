/*
 * door.h: the command line's door to an operation that changes something.
 */
#ifndef CEGAH_CLI_DOOR_H
#define CEGAH_CLI_DOOR_H

#include <jansson.h>

#include "base/err.h"

struct config;

/*
 * Runs the operation (its name in web/operation.c: "import", "load", "start" …) with the
 * arguments: through the daemon's control socket when it holds DB.lock, else with the
 * lock taken here, by the same function. Takes arguments. Returns 0 with a new reference
 * in *result; -1 with a sentence.
 */
int door_call(const struct config *config, const char *operation, json_t *arguments,
    json_t **result, struct err *err);
/* As door_call(); meanwhile on_progress (NULL: none) is told how much is done, a few times
 * a second, from a thread of its own when a daemon does the work. */
int door_call_watched(const struct config *config, const char *operation,
    json_t *arguments, void (*on_progress)(int thousandths), json_t **result,
    struct err *err);

#endif
