/*
 * internal.h: what the files of send/ share: gateways at work, and settling.
 */
#ifndef CEGAH_SEND_INTERNAL_H
#define CEGAH_SEND_INTERNAL_H

#include "adapters/adapter.h"
#include "base/http.h"
#include "net/loop.h"
#include "send/send.h"
#include "store/message.h"
#include "store/person.h"

struct client;
struct config_gateway;
struct waiting_report;

/* One gateway at work. Owned by its send. */
struct gateway {
    const struct config_gateway *config;
    const struct adapter *adapter;
    struct client *client;
    char *report_url;        /* what the gateway calls with reports */
    int in_flight;           /* claimed and not settled */
    double allowance;        /* messages that the rate allows now */
    int64_t allowance_at;    /* when it was reckoned */
    int64_t throttled_until; /* asked by a 429 */
    bool paused;
    int64_t probe_at;     /* paused: one message may try then */
    int64_t probe_gap_ms; /* doubles with each failed probe */
    char reason[128];
};

/* A request on its way. Owned by the turn until released, then by the client's call, then
 * by its send until it is settled. */
struct flight {
    struct flight *next; /* among the spare ones */
    struct send *send;
    struct gateway *gateway;
    struct message claimed; /* as the store holds it, unless something overtakes it */
    struct http_request request;
    struct adapter_message message;
    struct adapter_recipient recipient;
    struct address address;
    char reference[REFERENCE_SIZE];
    char *text, *form_json;
    const char *form; /* what it goes as: text, template, interactive, media */
    bool known;       /* what became of it: result says */
    struct adapter_result result;
};

struct send {
    struct send_with with;
    struct gateway *gateways;
    size_t gateways_n;
    struct flight **landed; /* answered in this turn */
    size_t landed_n, landed_capacity;
    struct flight *spare;            /* as many as were in flight at once */
    struct waiting_report **reports; /* taken in this turn */
    size_t reports_n, reports_capacity;
    struct timer timer; /* the earliest thing to do */
    bool started;
    void (*on_drained)(void *argument); /* after send_stop() */
    void *drained_argument;
};

struct gateway *send_gateway(struct send *send, const char *name);
int64_t send_now(const struct send *send);

/* Asks for settling, applying and claiming at the end of this turn. */
void send_work(struct send *send);

/* Makes a claimed message's request: attempts is this one's number. Returns an owned
 * flight; NULL with a sentence when the message can never be sent. */
struct flight *flight_new(struct send *send, struct gateway *gateway,
    const struct message *message, struct err *err);
/* Ends it; its memory is kept for the next one. */
void flight_free(struct flight *flight);
/* Takes the flight: its request leaves after the commit. */
void flight_launch(struct flight *flight);
/* Settles what was answered in this turn. */
void flights_settle(struct send *send);
void flights_free(struct send *send);

/* Applies the reports that were taken in this turn. */
void reports_apply(struct send *send);
void reports_free(struct send *send);

/* What became of a claimed message's attempt; when it is not known, result holds a word
 * (code) and a sentence. In the caller's unit. */
void settle_attempt(struct send *send, struct gateway *gateway,
    const struct message *claimed, const struct adapter_result *result, bool known);
/* Leaves message (SENDING, or UNSURE already) UNSURE, with when to resend it. */
void settle_unsure(struct send *send, struct gateway *gateway, struct message *message,
    enum failure_class class, const char *reason);
/* A message that may not leave any more: EXPIRED or CANCELLED, and its step missed. */
void settle_over(struct db *db, struct message *message, enum message_state to,
    const char *reason, int64_t now);
/* How long to wait before try n+1: doubling from 5 s to 10 min, with a jitter that is a
 * hash of the message, so that a virtual run repeats. */
int64_t settle_backoff_ms(const struct message *message);

/* Learns from what became of an attempt (NULL: nobody knows): pauses the gateway when it
 * refuses the account, ends a pause when it answers for the message's own sake. */
void gateway_note(
    struct send *send, struct gateway *gateway, const struct adapter_result *result);
/* How many messages the gateway may be handed now: slots, rate, throttle, pause. */
int gateway_room(struct gateway *gateway, int64_t now);
/* Counts one message against the rate. */
void gateway_spend(struct gateway *gateway);
/* When gateway_room() will be more than now; 0: when a request ends. */
int64_t gateway_opens_at(const struct gateway *gateway, int64_t now);

#endif
