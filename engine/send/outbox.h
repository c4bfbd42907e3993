/*
 * outbox.h: a message is made here and nowhere else: gated, filled, measured, queued.
 *
 * Needs no loop: a command without a daemon queues the same way.
 */
#ifndef CEGAH_SEND_OUTBOX_H
#define CEGAH_SEND_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/outcome.h"
#include "gate/gate.h"

/* What the outbox works with. Borrowed; embedded in the engine. */
struct outbox {
    struct db *db;
    const struct gate *gate;
    const struct config *config;
};

/* The step of the message that asks whether a number is still theirs. */
#define RECONFIRM_STEP "reconfirm"

/* A message that somebody wants to leave. Texts are borrowed for the call. */
struct outgoing {
    enum message_kind kind;
    int64_t campaign_id, series_id, enrolment_id, occurrence, person_id, address_id;
    const char *step;                /* "C4"; of a reply: what it is */
    const char *text;                /* filled, UTF-8 */
    const struct message_form *form; /* what else it may be, or NULL */
    /* NULL: by the routes. A reply goes back where it came from, if that is still there;
     * anything else by that gateway only. */
    const char *gateway;
    bool neutral;
    bool reconfirms; /* asks whether the number is still theirs */
    bool uncounted;  /* asked for by the person: does not count against the caps */
    int64_t inbound_id, inbound_at; /* what it answers; 0: nothing */
    int64_t due_at;                 /* when it was meant to leave; now for replies */
    int64_t late_ms;                /* it may not leave later than this after due_at */
};

/*
 * Asks the gate. ALLOW: queued at once, returns its id. WAIT: a reply is queued for that
 * moment when it lies before its expiry (answer->verdict becomes ALLOW then); otherwise
 * nothing is queued: the caller decides. DENY: nothing is queued. When no route fits,
 * answer holds route.h's verdict and reason. Returns 0 when nothing was queued; answer
 * says why, and else by which channel it goes.
 */
int64_t outbox_queue(const struct outbox *outbox, const struct outgoing *outgoing,
    int64_t now, struct gate_answer *answer);

#endif
