/*
 * hooks.h: what gateways call: /hooks/NAME[/SECRET][/status|/inbound].
 *
 * Each event of a body is a unit: one that fails undoes nobody else. The answer leaves
 * after the commit, so a 200 means stored. No raw body is kept, logged or shown.
 *
 * Where an adapter signs, one hook may serve several gateways (Meta has one for all numbers
 * of an app): each gateway of that adapter whose own verify() passes reads its part,
 * whichever of them was called; what names none of them counts for the called one.
 */
#ifndef CEGAH_WEB_HOOKS_H
#define CEGAH_WEB_HOOKS_H

#include <stdint.h>

#include "base/http.h"

struct engine;

/* Counts since the start, for status and tests. Plain data, embedded in the daemon. */
struct hook_counts {
    int64_t calls, events, refused, unreadable, unknown_messages, repeated;
    /* By its place in the config: nothing is noted against a gateway; a refusal is. What
     * an earlier daemon noted is in neither. */
    uint64_t trusted, refusals;
    int64_t noted_at; /* when a refusal was noted last */
};

/* Deals with one call whose path begins with /hooks/, and fills the answer. */
void hooks_call(struct engine *engine, struct hook_counts *counts,
    const struct http_inbound *inbound, struct http_answer *answer);

#endif
