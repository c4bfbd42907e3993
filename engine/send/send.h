/*
 * send.h: from a queued message to what became of it.
 *
 * Claim (gate, then SENDING and the attempt, committed) → request → settle. Claims never
 * exceed a gateway's free request slots, so SENDING means "on the wire". A request whose
 * end nobody knows makes its message UNSURE, never failed: see settle.c for what then.
 */
#ifndef CEGAH_SEND_SEND_H
#define CEGAH_SEND_SEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/meta.h"

struct db;
struct loop;
struct gate;
struct config;
struct adapter_event;
struct send;

/* What send works with; all borrowed, and outliving it. */
struct send_with {
    struct db *db;
    struct loop *loop;
    const struct gate *gate;
    const struct config *config;
    const struct reference_key *key;
};

/* Returns an owned send, with a client for each gateway. Nothing moves until
 * send_start(). */
struct send *send_new(const struct send_with *with);
/* Requests in flight end as cut first (their messages stay SENDING in the store, and are
 * UNSURE at the next start). */
void send_free(struct send *send);

/* What a restart found; for the log and for tests. */
struct send_recovery {
    int64_t sending; /* messages that stood in SENDING, all UNSURE now */
};

/* Settles what a crash left (in the turn's transaction) and begins to claim. */
struct send_recovery send_start(struct send *send);
/* Claims nothing more; what is in flight is still settled. on_drained(argument) is called
 * once when nothing is left in flight (at once if nothing is); may be NULL. */
void send_stop(struct send *send, void (*on_drained)(void *argument), void *argument);
/* Something may be claimable: looks at the queue at the end of this turn. */
void send_wake(struct send *send);
/* Requests in flight over all gateways. */
int send_in_flight(const struct send *send);

/* Takes a delivery report of the gateway (EVENT_REPORT), to be applied at the end of this
 * turn, before its commit, as a unit of its own. gateway is borrowed until then; *unknown
 * is counted up when the report names no message that is known. */
void send_take_report(struct send *send, const char *gateway,
    const struct adapter_event *event, int64_t *unknown);
/* Applies one now, in the caller's unit. Returns false when it names no message that is
 * known (it is kept for a day, in case its answer is on the way). */
bool send_report(struct send *send, const char *gateway,
    const struct adapter_event *event, int64_t now);

/* The gateway says how a template stands (EVENT_OTHER of the type
 * message_template_status_update: text its name, code the event): refused ones are not
 * sent, others take their next route or wait. In the caller's unit. */
void send_template_status(
    struct db *db, const char *gateway, const struct adapter_event *event, int64_t now);

/* Cancels what is queued for an address, for the reason; returns how many. */
int send_cancel_address(
    struct db *db, int64_t address_id, const char *reason, int64_t now);

/* Cancels what we started and is queued for that person at that address; others behind
 * the number keep theirs. Returns how many. */
int send_cancel_person(struct db *db, int64_t person_id, int64_t address_id,
    const char *reason, int64_t now);

/* One gateway as it stands, for status. Texts are borrowed until the next turn. */
struct gateway_status {
    const char *name;
    bool paused;
    const char *reason; /* "" unless paused */
    int in_flight;
};
/* Returns false past the last. */
bool send_gateway_status(
    const struct send *send, size_t i, struct gateway_status *status);

#endif
