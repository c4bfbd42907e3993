/*
 * route.h: by which gateway a message goes, and as what.
 *
 * The candidates are the config's routes in their order; a campaign's `channels` order
 * them anew and leave out what they do not name, and the channel that the person asked
 * for goes first. The first candidate that fits is taken. What a gateway with a session
 * window can carry depends on when the person last wrote: inside it everything, outside
 * it a template that the gateway takes. Invitations go by SMS only, since WhatsApp wants
 * an opt-in before its first message.
 */
#ifndef CEGAH_SEND_ROUTE_H
#define CEGAH_SEND_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "gate/gate.h"

struct adapter;
struct config_gateway;
struct message_form;

/* A refused template is tried again after this, whether or not the gateway tells that it
 * is approved: not every account has that event. */
#define ROUTE_TEMPLATE_AGAIN_MS (INT64_C(60) * 60 * 1000)

/* A message, as far as its way depends on it. All borrowed for the call. */
struct route_question {
    enum message_kind kind;
    int64_t campaign_id, address_id;
    const struct message_form *form; /* what else it may be, or NULL */
    const char *first;   /* a gateway that goes before all others, or NULL */
    bool only;           /* no other than `first` may carry it */
    bool wants;          /* the person asked for a channel: wanted */
    enum channel wanted; /* (a campaign that excludes it is heard first) */
    /* MAY. True for a gateway that is passed by though it fits. */
    bool (*skips)(void *context, const char *gateway);
    void *context;
};

struct route_answer {
    const struct config_gateway *gateway; /* NULL: none fits now */
    const struct adapter *adapter;        /* of the gateway */
    bool more;                            /* one behind it may carry the message too */
    /* Why none fits: GATE_WAIT with until, or GATE_DENY. Words, borrowed for ever:
     * no_route, window_closed, template_paused, not_reachable, recipient_cap. */
    enum gate_verdict verdict;
    const char *reason;
    int64_t until;
    char code[32]; /* template_paused: the gateway's own, or "" */
};

/* gate: whose store, config and campaigns count. */
void route_find(const struct gate *gate, const struct route_question *question,
    int64_t now, struct route_answer *answer);

/*
 * What the message may leave as by that gateway now: "text", "template", "interactive"
 * or "media", borrowed for ever. NULL with the reasons (verdict to code) in answer, of
 * which the rest is left alone, when it may not. Reads the store only for a gateway with a
 * session window.
 */
const char *route_form(const struct gate *gate, const struct config_gateway *gateway,
    const struct route_question *question, int64_t now, struct route_answer *answer);

/* When the message is given up at that gateway, if it leaves at that time; 0: never. */
int64_t route_give_up_at(
    const struct route_answer *answer, int64_t leaves_at, int64_t expires_at);

/* How large a text is on a channel. */
void route_measure(
    enum channel channel, const char *text, int *parts, bool *is_unicode);

#endif
