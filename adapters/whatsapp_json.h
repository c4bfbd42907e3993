/*
 * whatsapp_json.h: what the readers of Meta's JSON share.
 */
#ifndef CEGAH_ADAPTERS_WHATSAPP_JSON_H
#define CEGAH_ADAPTERS_WHATSAPP_JSON_H

#include <jansson.h>

#include "adapters/adapter.h"

/* Returns the parsed text, owned; NULL when it is no JSON. Half of a surrogate pair, which
 * a text cut by a gateway may end in, is read as U+FFFD. */
json_t *whatsapp_json(const char *text, size_t length);
/* Returns object's string at key, borrowed; "" when it has none. */
const char *whatsapp_text(const json_t *object, const char *key);
/* Copies object's string at key into the events' memory, NUL bytes as blanks; "". */
const char *whatsapp_copy(
    struct adapter_events *events, const json_t *object, const char *key);
/* As whatsapp_copy() for a word that is logged: at most 64 of [A-Za-z0-9_.-]. */
const char *whatsapp_copy_word(struct adapter_events *events, const char *word);
/* Unix seconds, or milliseconds, as a number or a string of digits; 0 when it is none. */
int64_t whatsapp_time(const json_t *value);

#endif
