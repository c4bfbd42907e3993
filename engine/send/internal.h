/*
 * internal.h: what the files of send/ share: gateways at work, and settling.
 */
#ifndef CEGAH_SEND_INTERNAL_H
#define CEGAH_SEND_INTERNAL_H

#include "adapters/adapter.h"
#include "base/http.h"
#include "net/loop.h"
#include "send/message_form.h"
#include "send/send.h"
#include "store/message.h"
#include "store/person.h"

struct client;
struct config_gateway;
struct gate_question;
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
    int64_t slot_at;         /* the last one that gateway_slot() gave */
    int silent_n;            /* attempts in a row without an answer of use */
    int64_t silent_since;    /* when the first of them ended */
    bool paused;
    bool is_silent;   /* paused: as it does not answer, not for the account's sake */
    int64_t probe_at; /* paused: one message may try then */
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
    struct message_form filled; /* the form, read */
    struct adapter_template template;
    struct adapter_choice choices[FORM_LIST_MAX];
    const char *form; /* what it goes as: text, template, interactive, media */
    bool known;       /* what became of it: result says */
    bool silent;      /* no reply, or a server's error: nobody is at home */
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
    bool gives_up;                      /* some gateway has a give_up time */
    void (*on_drained)(void *argument); /* after send_stop() */
    void *drained_argument;
};

struct gateway *send_gateway(struct send *send, const char *name);
int64_t send_now(const struct send *send);

/* Asks for settling, applying and claiming at the end of this turn. */
void send_work(struct send *send);

/* What the gate is asked again when a message is claimed. */
void claim_question(const struct message *message, struct gate_question *question);
/* SENDING and the attempt, in the caller's unit; the request leaves by flight_launch().
 * Returns NULL when the gateway cannot carry it now: then another route has it, or it
 * waits, or it is FAILED (UNSURE: not resent). */
struct flight *claim_message(
    struct send *send, struct gateway *gateway, struct message *message);
/* Claims each in a unit of its own, if the gate allows, and launches it. n is at most
 * CLAIMS_A_TURN, and the gateway's room. */
enum { CLAIMS_A_TURN = 64 };
void claim_all(
    struct send *send, struct gateway *gateway, const struct message *list, int n);

/* Makes a claimed message's request: attempts is this one's number. Returns an owned
 * flight; NULL with class, code and text in why when that gateway cannot carry it now. */
struct flight *flight_new(struct send *send, struct gateway *gateway,
    const struct message *message, struct adapter_result *why);
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
/* Its time is over while it is queued: EXPIRED, for what kept it, and its step missed. */
void settle_expired(struct db *db, struct message *message, int64_t now);
/* How long to wait before try n+1: doubling from 5 s to 10 min, with a jitter that is a
 * hash of address, step and try, so that a virtual run repeats. */
int64_t settle_backoff_ms(const struct message *message);

/*
 * It was refused (class, code, words): by its gateway, or by ours before the request left.
 * True when another route has it now, or its own will try again in another form or later;
 * false when there is none, and it is to fail. In the caller's unit.
 */
bool failover_onward(struct send *send, struct message *message,
    enum failure_class class, const char *code, const char *words);
/* UNSURE, due for its resend, and its gateway paused or gone: true when another has it. */
bool failover_resend(struct send *send, struct message *message);
/* Those whose give_up time has passed, each in a unit of its own. */
void failover_given_up(struct send *send, int64_t now);
/* What the gateway's refusal says of the address or the template, for all messages after
 * this one. closed_ms: how long a recipient's cap lasts. In the caller's unit. */
void refusal_note(struct send *send, const struct message *message,
    enum failure_class class, const char *code, int64_t closed_ms);
/* The gateway took that template: what it refused an hour ago or more is mended. A refusal
 * that is younger overtook the answer and stays. In the caller's unit. */
void refusal_over(
    struct send *send, const char *gateway, const char *name, const char *language);
/* True for the code of a template that the content does not fit: waiting mends nothing. */
bool refusal_is_mismatch(const char *code);

/* What the message asks is answered on its channel from now on. A reminder is "C4*". */
void failover_move_question(struct db *db, const struct message *message);

/* A report says that what its gateway took will not arrive. In the caller's unit. */
void settle_failed_report(struct send *send, struct message *message,
    const struct adapter_event *event, int64_t now);
/* The gateway says that the person stopped us there: it is her stop everywhere. */
void settle_opted_out(struct send *send, const struct message *message, int64_t now);

/* What an accepted attempt costs; charge.c says when which channel is charged. */
int64_t charge_on_acceptance(
    const struct gateway *gateway, const struct message *message);
/* Counts what was accepted by a gateway that the message has left meanwhile, or that a
 * report proves accepted. cost: in millionths. */
void charge_count(struct db *db, const struct gateway *gateway,
    const struct message *message, int column, int64_t n);
/* Charges the n-th attempt by what a report says of state and price, once. */
void charge_report(struct send *send, const struct gateway *gateway,
    const struct message *message, int64_t n, const struct adapter_event *event);

/* Learns from what became of an attempt (NULL: nobody knows): pauses the gateway when it
 * refuses the account or does not answer, ends a pause when it answers for the message's
 * own sake. silent: no reply came, or a server's error. */
void gateway_note(struct send *send, struct gateway *gateway,
    const struct adapter_result *result, bool silent);
/* It was paused when the daemon ended; reason is filled: it is tried at once. */
void gateway_take_pause(struct gateway *gateway, int64_t now);
/* It asked for nothing more before that time. */
void gateway_throttle(struct gateway *gateway, int64_t until);
/* How many messages the gateway may be handed now: slots, rate, throttle, pause. */
int gateway_room(struct gateway *gateway, int64_t now);
/* Counts one message against the rate. */
void gateway_spend(struct gateway *gateway);
/* When gateway_room() will be more than now; 0: when a request ends. */
int64_t gateway_opens_at(const struct gateway *gateway, int64_t now);
/* When somebody who found no room may ask again; each call gives a later time, so that
 * many who wait come one by one, as fast as the gateway takes them. */
int64_t gateway_slot(struct gateway *gateway, int64_t now);

#endif
