/*
 * dispatch.c: claim, send, settle.
 *
 * At the end of a turn in which something came in, or may have become claimable: settle
 * what was answered, apply reports, expire what is too late, then for each gateway with
 * room claim unsure messages that are due, replies, and campaign messages, in this order.
 * A claim is one unit: the gate's answer, SENDING, the attempt. Its request is an effect,
 * so it leaves after the commit.
 */
#include "send/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/must.h"
#include "base/zone.h"
#include "content/config.h"
#include "gate/gate.h"
#include "net/client.h"
#include "send/internal.h"
#include "send/outbox.h"
#include "store/db.h"
#include "store/person.h"

enum { CLAIMS_A_TURN = 64, EXPIRIES_A_TURN = 64 };
static const int64_t PARKED_KEEP_MS = 24 * 60 * 60 * 1000;

int64_t send_now(const struct send *send)
{
    return clock_now(loop_clock(send->with.loop));
}

struct gateway *send_gateway(struct send *send, const char *name)
{
    for (size_t i = 0; i < send->gateways_n; i++) {
        if (strcmp(send->gateways[i].config->name, name) == 0) {
            return &send->gateways[i];
        }
    }
    return NULL;
}

static int64_t inbound_at(const struct message *message)
{
    /* A reply is queued in the unit that takes in what it answers. */
    return message->inbound_id != 0 ? message->created_at : 0;
}

/* SENDING and the attempt; the request leaves by flight_launch(). Returns NULL when the
 * message can never be sent. */
static struct flight *claim(
    struct send *send, struct gateway *gateway, struct message *message)
{
    int64_t now = send_now(send);
    struct flight *flight;
    struct err err;

    message->attempts++;
    flight = flight_new(send, gateway, message, &err);
    if (flight == NULL) {
        message->attempts--;
        message_move(send->with.db, message,
            message->state == MESSAGE_QUEUED ? MESSAGE_FAILED : MESSAGE_UNSURE,
            FAILURE_CONTENT, err.text, now);
        return NULL;
    }
    message_move(send->with.db, message, MESSAGE_SENDING, FAILURE_NONE, "", now);
    attempt_add(send->with.db, message, flight->form, now);
    flight->claimed = *message;
    return flight;
}

/* Asks the gate and does what it says. Returns what was claimed, or NULL. */
static struct flight *consider(
    struct send *send, struct gateway *gateway, struct message *message)
{
    struct db *db = send->with.db;
    int64_t now = send_now(send);
    bool unsure = message->state == MESSAGE_UNSURE;
    struct gate_question question = {
        .kind = message->kind,
        .person_id = message->person_id,
        .address_id = message->address_id,
        .series_id = message->series_id,
        .neutral = message->neutral,
        .uncounted = !message->counts,
        .reconfirms = strcmp(message->step, RECONFIRM_STEP) == 0,
        .inbound_at = inbound_at(message),
        .counted = message->counts,
        .counted_day = message->cap_day,
    };
    struct gate_answer answer;

    if (unsure && now >= message->expires_at) {
        message->next_at = 0;
        message_move(db, message, MESSAGE_UNSURE, message->class, "late", now);
        return NULL;
    }
    gate_check(send->with.gate, &question, now, &answer);
    if (answer.verdict == GATE_ALLOW) {
        if (message->counts) {
            message->cap_day = answer.day;
        }
        return claim(send, gateway, message);
    }
    if (answer.verdict == GATE_WAIT && answer.until < message->expires_at) {
        message->next_at = answer.until;
        message_move(db, message, message->state, message->class, answer.reason, now);
    } else if (unsure) {
        message->next_at = 0;
        message_move(db, message, MESSAGE_UNSURE, message->class, answer.reason, now);
    } else {
        settle_over(db, message,
            answer.verdict == GATE_WAIT ? MESSAGE_EXPIRED : MESSAGE_CANCELLED,
            answer.reason, now);
    }
    return NULL;
}

/* Messages that one gateway has room for, and what was claimed of them. */
struct claims {
    struct send *send;
    struct gateway *gateway;
    const struct message *list;
    struct flight *flights[CLAIMS_A_TURN];
};

static void claim_one(void *context, size_t i)
{
    struct claims *claims = context;
    struct message message = claims->list[i];

    claims->flights[i] = consider(claims->send, claims->gateway, &message);
}

static void claim_undone(void *context, size_t i)
{
    struct claims *claims = context;

    if (claims->flights[i] != NULL) {
        flight_free(claims->flights[i]);
        claims->flights[i] = NULL;
    }
}

/* Each claim is a unit. n is at most CLAIMS_A_TURN, and the gateway's room. */
static void claim_all(
    struct send *send, struct gateway *gateway, const struct message *list, int n)
{
    struct claims claims = {.send = send, .gateway = gateway, .list = list};
    struct db_work work = {(size_t)n, &claims, claim_one, claim_undone};

    db_units(send->with.db, &work);
    for (int i = 0; i < n; i++) {
        if (claims.flights[i] != NULL) {
            flight_launch(claims.flights[i]);
        }
    }
}

static void claim_queued(struct send *send, struct gateway *gateway, int64_t now)
{
    struct message list[CLAIMS_A_TURN];

    for (int priority = 0; priority < PRIORITIES; priority++) {
        int room = gateway_room(gateway, now);
        int want = room < CLAIMS_A_TURN ? room : CLAIMS_A_TURN;

        if (want > 0) {
            int n = message_claimable(
                send->with.db, gateway->config->name, priority, now, list, want);

            claim_all(send, gateway, list, n);
        }
    }
}

static void resend_unsure(struct send *send, int64_t now)
{
    struct message list[CLAIMS_A_TURN];
    int n = message_unsure_due(send->with.db, now, list, CLAIMS_A_TURN);

    for (int i = 0; i < n; i++) {
        struct gateway *gateway = send_gateway(send, list[i].gateway);
        int room = gateway == NULL ? 0 : gateway_room(gateway, now);

        if (gateway == NULL) { /* it is no longer in the config */
            list[i].next_at = 0;
            message_move(send->with.db, &list[i], MESSAGE_UNSURE, list[i].class,
                "no_gateway", now);
        } else if (room > 0) {
            claim_all(send, gateway, &list[i], 1);
        }
    }
}

/* Messages whose time is over. */
struct expiries {
    struct send *send;
    const struct message *list;
    int64_t now;
};

static void expire_one(void *context, size_t i)
{
    struct expiries *expiries = context;
    struct message message = expiries->list[i];

    settle_over(expiries->send->with.db, &message, MESSAGE_EXPIRED,
        message.reason[0] != '\0' ? message.reason : "expired", expiries->now);
}

static void expire(struct send *send, int64_t now)
{
    struct message list[EXPIRIES_A_TURN];
    struct expiries expiries = {send, list, now};
    int n = message_expired(send->with.db, now, list, EXPIRIES_A_TURN);
    struct db_work work = {(size_t)n, &expiries, expire_one, NULL};

    db_units(send->with.db, &work);
}

static int64_t earlier(int64_t one, int64_t other)
{
    if (one == 0 || other == 0) {
        return one + other;
    }
    return one < other ? one : other;
}

/* The next moment at which this is worth running again. */
static int64_t next_look(struct send *send, int64_t now)
{
    int64_t next = message_next_expiry(send->with.db);
    int64_t unsure = message_next_unsure(send->with.db), room_at = 0;

    for (size_t i = 0; i < send->gateways_n; i++) {
        struct gateway *gateway = &send->gateways[i];
        int64_t claim_at = message_next_claim(send->with.db, gateway->config->name);
        int64_t opens_at = gateway_opens_at(gateway, now);

        if (claim_at != 0 && opens_at != 0) {
            next = earlier(next, claim_at > opens_at ? claim_at : opens_at);
        }
        room_at = earlier(room_at, opens_at);
    }
    if (unsure != 0 && room_at != 0) {
        next = earlier(next, unsure > room_at ? unsure : room_at);
    }
    return next;
}

static void look_at_queue(struct send *send)
{
    int64_t now = send_now(send), next;

    expire(send, now);
    resend_unsure(send, now);
    for (size_t i = 0; i < send->gateways_n; i++) {
        claim_queued(send, &send->gateways[i], now);
    }
    next = next_look(send, now);
    if (next == 0) {
        timer_clear(&send->timer);
    } else {
        timer_set(&send->timer, next);
    }
}

static void tell_if_drained(struct send *send)
{
    void (*tell)(void *) = send->on_drained;

    if (tell != NULL && send_in_flight(send) == 0) {
        send->on_drained = NULL;
        tell(send->drained_argument);
    }
}

/* What came in first, since it makes room; all of it in this turn's transaction. */
static void dispatch(void *argument)
{
    struct send *send = argument;

    flights_settle(send);
    reports_apply(send);
    if (send->started) {
        look_at_queue(send);
    }
    tell_if_drained(send);
}

void send_work(struct send *send)
{
    loop_task(send->with.loop, dispatch, send);
}

static void on_due(struct timer *timer)
{
    struct send *send = (struct send *)((char *)timer - offsetof(struct send, timer));

    send_wake(send);
}

void send_wake(struct send *send)
{
    if (send->started) {
        send_work(send);
    }
}

void send_stop(struct send *send, void (*on_drained)(void *argument), void *argument)
{
    send->started = false;
    timer_clear(&send->timer);
    send->on_drained = on_drained;
    send->drained_argument = argument;
    tell_if_drained(send);
}

struct send *send_new(const struct send_with *with)
{
    struct send *send = mem_zero(1, sizeof *send);
    const struct config *config = with->config;

    send->with = *with;
    timer_init(&send->timer, with->loop, on_due);
    send->gateways = mem_zero(config->gateways_n, sizeof *send->gateways);
    send->gateways_n = config->gateways_n;
    for (size_t i = 0; i < config->gateways_n; i++) {
        struct gateway *gateway = &send->gateways[i];
        const struct config_gateway *own = &config->gateways[i];
        int64_t probe_at;

        gateway->config = own;
        gateway->adapter = adapter_find(own->adapter);
        must(gateway->adapter != NULL, "adapter %s", own->adapter);
        gateway->client = client_new(with->loop, (int)own->connections);
        gateway->report_url = mem_format("%s/hooks/%s%s%s%s", config->public_url,
            own->name, own->hook_secret != NULL ? "/" : "",
            own->hook_secret != NULL ? own->hook_secret : "", "/status");
        if (gateway_pause_find(with->db, own->name, gateway->reason, &probe_at)) {
            gateway->paused = true; /* the cause may be mended: one message tries now */
            gateway->probe_at = send_now(send);
        }
    }
    return send;
}

void send_free(struct send *send)
{
    send_stop(send, NULL, NULL);
    for (size_t i = 0; i < send->gateways_n; i++) {
        client_free(send->gateways[i].client);
        free(send->gateways[i].report_url);
    }
    flights_free(send);
    reports_free(send);
    free(send->gateways);
    free(send);
}

struct send_recovery send_start(struct send *send)
{
    struct send_recovery recovery = {0};
    struct message list[CLAIMS_A_TURN];
    int64_t now = send_now(send);
    int n;

    do {
        n = message_in_state_sending(send->with.db, list, CLAIMS_A_TURN);
        for (int i = 0; i < n; i++) {
            struct gateway *gateway = send_gateway(send, list[i].gateway);

            attempt_close(send->with.db, list[i].id, list[i].attempts, "unsure",
                FAILURE_AMBIGUOUS, "restart",
                "the daemon stopped while the request was out", now);
            if (gateway != NULL) {
                settle_unsure(send, gateway, &list[i], FAILURE_AMBIGUOUS, "restart");
            } else {
                list[i].next_at = 0;
                message_move(send->with.db, &list[i], MESSAGE_UNSURE, FAILURE_AMBIGUOUS,
                    "restart", now);
            }
        }
        recovery.sending += n;
    } while (n == CLAIMS_A_TURN);
    parked_forget(send->with.db, now - PARKED_KEEP_MS);
    if (recovery.sending > 0) {
        log_event(LOG_WARN, "recovered", "unsure=%lld", (long long)recovery.sending);
    }
    send->started = true;
    send_wake(send);
    return recovery;
}

int send_in_flight(const struct send *send)
{
    int total = 0;

    for (size_t i = 0; i < send->gateways_n; i++) {
        total += send->gateways[i].in_flight;
    }
    return total;
}

bool send_gateway_status(
    const struct send *send, size_t i, struct gateway_status *status)
{
    const struct gateway *gateway = i < send->gateways_n ? &send->gateways[i] : NULL;

    if (gateway == NULL) {
        return false;
    }
    *status = (struct gateway_status){
        gateway->config->name, gateway->paused, gateway->reason, gateway->in_flight};
    return true;
}
