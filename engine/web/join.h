/*
 * join.h: /join/CODE, the page behind a link on a poster or in a chat.
 *
 * It takes no number and sets nothing: its one link opens the reader's own messages with
 * the word to send, so that the opt-in comes from her phone, in her words. It names the
 * organisation only, since anybody may look over her shoulder.
 */
#ifndef CEGAH_WEB_JOIN_H
#define CEGAH_WEB_JOIN_H

#include "base/http.h"

struct engine;

/* Fills the answer to a call whose path begins with /join/: the page, or 404. */
void join_call(const struct engine *engine, const struct http_inbound *inbound,
    struct http_answer *answer);

#endif
