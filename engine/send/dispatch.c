/*
 * dispatch.c: claim, send, settle.
 *
 * At the end of a turn in which something came in, or may have become claimable: settle
 * what was answered, apply reports, expire what is too late, then claim for each gateway
 * with room: unsure messages that are due, replies, what another route gave up, and
 * campaign messages, in this order. A gateway without room holds up nobody but its own.
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

enum { EXPIRIES_A_TURN = 64 };
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

/* An UNSURE message whose resend is due. */
struct put_off {
    struct send *send;
    struct gateway *gateway; /* NULL: gone */
    const struct message *message;
};

static void claim_queued(
    struct send *send, struct gateway *gateway, int priority, int64_t now)
{
    struct message list[CLAIMS_A_TURN];
    int room = gateway_room(gateway, now);
    int want = room < CLAIMS_A_TURN ? room : CLAIMS_A_TURN;

    if (want > 0) {
        int n = message_claimable(
            send->with.db, gateway->config->name, priority, now, list, want);

        claim_all(send, gateway, list, n);
    }
}

/* One that is to be resent and finds no room: by another route, or later, so that the
 * others behind it do not wait for its gateway. */
static void put_off(void *context, size_t i)
{
    struct put_off *put_off = context;
    struct send *send = put_off->send;
    struct gateway *gateway = put_off->gateway;
    struct message message = *put_off->message;
    int64_t now = send_now(send);

    (void)i;
    if ((gateway == NULL || gateway->paused) && failover_resend(send, &message)) {
        return;
    }
    if (gateway == NULL) { /* it is no longer in the config */
        message.next_at = 0;
        message_move_for(send->with.db, &message, MESSAGE_UNSURE, message.class,
            message.code, "no_gateway", now);
        return;
    }
    message.next_at = gateway_slot(gateway, now);
    message_move_for(send->with.db, &message, MESSAGE_UNSURE, message.class,
        message.code, message.reason, now);
}

static void resend_unsure(struct send *send, int64_t now)
{
    struct message list[CLAIMS_A_TURN];
    int n = message_unsure_due(send->with.db, now, list, CLAIMS_A_TURN);

    for (int i = 0; i < n; i++) {
        struct gateway *gateway = send_gateway(send, list[i].gateway);

        if (gateway != NULL && gateway_room(gateway, now) > 0) {
            claim_all(send, gateway, &list[i], 1);
        } else {
            struct put_off context = {send, gateway, &list[i]};
            struct db_work work = {1, &context, put_off, NULL};

            db_units(send->with.db, &work);
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

    settle_expired(expiries->send->with.db, &message, expiries->now);
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

    next = earlier(next, send->gives_up ? message_next_give_up(send->with.db) : 0);
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
        claim_queued(send, &send->gateways[i], PRIORITY_REPLY, now);
    }
    if (send->gives_up) {
        failover_given_up(send, now);
    }
    for (size_t i = 0; i < send->gateways_n; i++) {
        claim_queued(send, &send->gateways[i], PRIORITY_CAMPAIGN, now);
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
        send->gives_up = send->gives_up || own->give_up_ms > 0;
        gateway->client = client_new(with->loop, (int)own->connections);
        gateway->report_url = mem_format("%s/hooks/%s%s%s%s", config->public_url,
            own->name, own->hook_secret != NULL ? "/" : "",
            own->hook_secret != NULL ? own->hook_secret : "", "/status");
        if (gateway_pause_find(with->db, own->name, gateway->reason, &probe_at)) {
            /* The cause may be mended: one message tries now. */
            gateway_take_pause(gateway, send_now(send));
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
