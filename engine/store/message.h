/*
 * message.h: messages and the one door through which their state changes.
 *
 * message_move() knows the legal moves, and keeps counters, caps and reach in the same
 * transaction. States only move forward; later evidence of delivery wins over a failure,
 * never the other way round.
 */
#ifndef CEGAH_STORE_MESSAGE_H
#define CEGAH_STORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/outcome.h"

struct db;

enum {
    STEP_SIZE = 32,
    GATEWAY_SIZE = 32,
    CODE_SIZE = 32,
    REASON_SIZE = 64,
    DISTRICT_SIZE = 32
};

/* Replies, acks, safety and alerts go before everything else. */
enum message_priority { PRIORITY_REPLY = 0, PRIORITY_CAMPAIGN = 1, PRIORITIES = 2 };

/* One row; plain data. Ids are 0 when there is none. */
struct message {
    int64_t id;
    enum message_kind kind;
    enum message_state state;
    int64_t campaign_id, series_id;
    char step[STEP_SIZE]; /* "C4"; of a reply: what it is ("opt_out") */
    int64_t enrolment_id, occurrence;
    int64_t person_id, address_id;
    enum channel channel;
    char gateway[GATEWAY_SIZE];
    int priority;
    bool neutral; /* of the list that may answer in closed hours */
    int parts;
    bool is_unicode;
    int32_t day; /* local day it was due */
    bool counts; /* against the caps, on cap_day */
    int32_t cap_day;
    int32_t cap_stored; /* the cap_day that the row holds; message.c's own */
    int64_t next_at;    /* QUEUED: not before; UNSURE: resend then; 0: never */
    int64_t expires_at;
    int64_t attempts;
    int64_t unsure; /* how often an attempt's end was unsure */
    enum failure_class class;
    char code[CODE_SIZE];         /* the gateway's own */
    char reason[REASON_SIZE];     /* a word of ours, or the gateway's sentence */
    char district[DISTRICT_SIZE]; /* the person's, when it was queued */
    int64_t give_up_at; /* another route then, unless it has arrived; 0: never */
    int64_t text_id, consent_id, guardian_id, basis_id, inbound_id;
    int64_t created_at, updated_at;
};

/* Queues a message with its text (stored clear) and its form (message_form.h's JSON, or
 * NULL); fills id and the times. */
void message_add(struct db *db, struct message *message, const char *text,
    const char *form_json, int64_t now);
bool message_find(struct db *db, int64_t id, struct message *message);
/* True when one of the kind was made for the address after `since`, and has not been given
 * up. */
bool message_since(
    struct db *db, int64_t address_id, enum message_kind kind, int64_t since);
/* True while the message is SENDING by its n-th attempt: it is then as it was claimed. */
bool message_is_on_wire(struct db *db, int64_t id, int64_t n);
/* The text that it carries, owned; NULL when it is gone or sealed. *form_json gets its
 * form, owned, or NULL. */
char *message_text(struct db *db, int64_t text_id, char **form_json);

/* True when the move is legal. */
bool message_may_move(enum message_state from, enum message_state to);
/*
 * Moves to a state and writes next_at, expires_at, give_up_at, attempts, unsure and
 * cap_day as they stand in the struct; class and reason are those given ("" clears), and
 * there is no code. The move must be legal; QUEUED to QUEUED postpones. give_up_at is
 * cleared where nothing more can become of it.
 */
void message_move(struct db *db, struct message *message, enum message_state to,
    enum failure_class class, const char *reason, int64_t now);
/* The same with the gateway's code beside its words. */
void message_move_for(struct db *db, struct message *message, enum message_state to,
    enum failure_class class, const char *code, const char *reason, int64_t now);

/* Where a message goes on, and how large it is there. */
struct message_route {
    const char *gateway; /* its name */
    enum channel channel;
    int parts;
    bool is_unicode;
};

/*
 * Another route takes over a message that is QUEUED, SENDING (its attempt was refused),
 * SENT or FAILED: it is QUEUED there, and counted there (`moved` where it was, unless that
 * is the same gateway, which tries it again in another form or later). An UNSURE
 * one stays UNSURE, since it may have arrived. next_at, expires_at, give_up_at and the
 * like are written as by message_move(); class, code and reason say why it moved.
 */
void message_reroute(struct db *db, struct message *message,
    const struct message_route *route, enum failure_class class, const char *code,
    const char *reason, int64_t now);
/*
 * It turns out that a gateway which the message had left has it after all: it counts there
 * again. was_accepted: its acceptance was counted there, so it is SENT; else it stays in
 * its state. Not once it has arrived. What is still to come of it is up to the next move.
 */
void message_return(struct db *db, struct message *message,
    const struct message_route *route, bool was_accepted, int64_t now);
/* Writes give_up_at alone, in any state; 0: never. */
void message_set_give_up(struct db *db, struct message *message, int64_t at);

/* Each fills at most max messages and returns how many. */
/* Queued for the gateway at that priority, not before their time, earliest first. */
int message_claimable(struct db *db, const char *gateway, int priority, int64_t now,
    struct message *list, int max);
int message_expired(struct db *db, int64_t now, struct message *list, int max);
int message_in_state_sending(struct db *db, struct message *list, int max);
int message_unsure_due(struct db *db, int64_t now, struct message *list, int max);
/* Those QUEUED or SENT whose give_up_at has passed, the earliest first. */
int message_given_up(struct db *db, int64_t now, struct message *list, int max);
/* What a STOP cancels: acks, safety replies and alerts stay. Newest first. */
int message_queued_of_address(
    struct db *db, int64_t address_id, struct message *list, int max);
/* When the queue of a gateway next has something to do; 0: never. */
int64_t message_next_claim(struct db *db, const char *gateway);
/* The earliest expiry of a queued message; the earliest resend of an unsure one. */
int64_t message_next_expiry(struct db *db);
int64_t message_next_unsure(struct db *db);
/* The earliest give_up_at of these; 0: none. */
int64_t message_next_give_up(struct db *db);
/* How many are queued or sending, for status. */
int64_t message_count_state(struct db *db, enum message_state state);

/* Counted messages of an address. */
struct cap_used {
    int64_t day, week;
};
/* On that local day, and in the week that begins on that Monday (the day is in it). */
void cap_count(struct db *db, int64_t address_id, int32_t day, int32_t monday,
    struct cap_used *used);

/* Writes the attempt before its request leaves; message->attempts is its number. form:
 * text, template, interactive, media. */
void attempt_add(
    struct db *db, const struct message *message, const char *form, int64_t now);
/* How an attempt went, and by which gateway; all "" when there is none of that number. */
struct attempt_way {
    char gateway[GATEWAY_SIZE], form[16], state[16];
};
void attempt_way_find(
    struct db *db, int64_t message_id, int64_t n, struct attempt_way *way);
/* True when an attempt by that gateway is out, has been accepted or may have been. */
bool attempt_is_out(struct db *db, int64_t message_id, const char *gateway);
/* True when the gateway has had the message: it was tried there, or moved on from there
 * (an event `moved` with the gateway's name as its code). */
bool message_has_left(struct db *db, int64_t message_id, const char *gateway);

/* What the attempt is charged as and comes to. */
struct attempt_charge {
    char category[24]; /* "" not known yet */
    bool is_known;     /* the cost is written already */
    int64_t cost;      /* millionths of the currency */
};

/* False when there is no such attempt. */
bool attempt_charge_find(
    struct db *db, int64_t message_id, int64_t n, struct attempt_charge *charge);
/* Writes category and, when is_known, cost. */
void attempt_charge_set(
    struct db *db, int64_t message_id, int64_t n, const struct attempt_charge *charge);
/* state: sent, failed, unsure, retry. */
void attempt_close(struct db *db, int64_t message_id, int64_t n, const char *state,
    enum failure_class class, const char *code, const char *text, int64_t now);

/* Closes it as sent, at that cost in millionths; code and text are the gateway's. */
void attempt_close_accepted(struct db *db, int64_t message_id, int64_t n,
    const char *code, const char *text, int64_t cost, int64_t now);

/* Ties a gateway's id to an attempt. */
void gateway_id_add(struct db *db, const char *gateway, const char *value,
    int64_t message_id, int64_t n);
/* Returns the message's id, 0: unknown; n gets the attempt's number. */
int64_t gateway_id_find(
    struct db *db, const char *gateway, const char *value, int64_t *n);

/* Adds an event to a message's timeline; false when it holds the like one already (same
 * attempt, state and code), as webhooks repeat themselves. attempt 0: of none. */
bool event_add(struct db *db, int64_t message_id, int64_t attempt, const char *state,
    const char *code, const char *text, int64_t at);
/* True when a report said that the attempt arrived. */
bool event_has_arrived(struct db *db, int64_t message_id, int64_t attempt);

/* A report whose message is not known yet. */
struct parked_report {
    char state[16], class[24], code[32], text[160];
    int64_t at;
};

void parked_add(struct db *db, const char *gateway, const char *gateway_id,
    const struct parked_report *report, int64_t now);
/* Takes (and removes) up to max of them, oldest first. */
int parked_take(struct db *db, const char *gateway, const char *gateway_id,
    struct parked_report *list, int max);
/* Forgets what is older than `before`. */
void parked_forget(struct db *db, int64_t before);

/* A gateway that stopped itself. */
void gateway_pause_set(struct db *db, const char *gateway, const char *reason,
    int64_t since, int64_t probe_at);
void gateway_pause_clear(struct db *db, const char *gateway);
/* True when paused; reason (size 128) and probe_at are filled then. */
bool gateway_pause_find(
    struct db *db, const char *gateway, char reason[128], int64_t *probe_at);

#endif
