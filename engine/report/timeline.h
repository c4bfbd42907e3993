/*
 * timeline.h: the life of one message, each event with its time and the gateway's words.
 */
#ifndef CEGAH_REPORT_TIMELINE_H
#define CEGAH_REPORT_TIMELINE_H

#include <jansson.h>

#include "base/err.h"

struct buf;
struct db;

/*
 * Returns a new object for the message of that public id (its reference, with or without
 * an attempt's number, or "in-N"): what message_line_json() says, and gateway_id,
 * explanation, parts, text, events [{at, state, code, text}] in the order of time,
 * attempts [{number, state, class, gateway, at, answered_at}]. A text is the clear words,
 * "[pesan dilindungi]" when sealed, null when it is gone. NULL with a sentence: no such
 * message (refused), or the store failed.
 */
json_t *timeline_json(struct db *db, const char *id, struct err *err);
/* Appends it for people; zone: IANA name for the times. */
void timeline_print(const json_t *timeline, const char *zone, struct buf *out);

#endif
