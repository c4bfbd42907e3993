/*
 * hook_refusal.h: a gateway whose calls are refused: what people write, a STOP too, and
 * delivery reports do not come in until somebody mends it, so reports say it.
 */
#ifndef CEGAH_STORE_HOOK_REFUSAL_H
#define CEGAH_STORE_HOOK_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

struct db;

/* Within a unit: a call in the gateway's name was refused (its secret or signature). */
void hook_refusal_note(struct db *db, const char *gateway, int64_t now);
/* Within a unit: one was taken. Returns true when some had been refused. */
bool hook_refusal_clear(struct db *db, const char *gateway);

#endif
