/*
 * failover.c: a message goes on by another route.
 *
 * It does when its gateway refuses it for a reason that another one does not share, when
 * what it is may not leave by that gateway (any more), and when its give_up time has
 * passed: queued where nothing moves, or sent and not delivered. What is on the wire is
 * never given up, nor what is unsure: that is resent, by another route if need be.
 *
 * A message goes to each gateway once (message_has_left()), so it always comes to an end.
 * Never two routes at once: what was sent stays SENT until the moment at which the next
 * gateway has room for it and the gate allows it, and is claimed there in the same unit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "content/config.h"
#include "gate/gate.h"
#include "send/internal.h"
#include "send/message_form.h"
#include "send/route.h"
#include "store/db.h"
#include "store/enrolment.h"

enum { GIVE_UPS_A_TURN = 64 };
/* When every other gateway is paused, this is how long until they are looked at again. */
static const int64_t PAUSED_LOOK_MS = 5 * 60 * 1000;

/* A message that looks for another route. Lives for one look. */
struct onward {
    struct send *send;
    const struct message *message;
    bool takes_paused;  /* a paused gateway will do */
    bool passed_paused; /* one was passed by */
    char *text, *form_json;
    struct message_form form;
    struct route_question question;
    struct route_answer route;
};

static bool skips(void *context, const char *name)
{
    struct onward *onward = context;
    const struct gateway *gateway = send_gateway(onward->send, name);

    if (gateway == NULL || strcmp(name, onward->message->gateway) == 0 ||
        message_has_left(onward->send->with.db, onward->message->id, name)) {
        return true;
    }
    if (gateway->paused && !onward->takes_paused) {
        onward->passed_paused = true;
        return true;
    }
    return false;
}

static void onward_init(
    struct onward *onward, struct send *send, const struct message *message)
{
    struct gate_subject subject;
    struct route_question *question = &onward->question;

    *onward = (struct onward){.send = send, .message = message};
    onward->text = message_text(send->with.db, message->text_id, &onward->form_json);
    message_form_read(onward->form_json, &onward->form);
    gate_subject(send->with.gate, message->person_id, send_now(send), &subject);
    *question = (struct route_question){
        .kind = message->kind,
        .campaign_id = message->campaign_id,
        .address_id = message->address_id,
        .form = &onward->form,
        .wants = channel_parse(subject.person.channel, &question->wanted) == 0,
        .skips = skips,
        .context = onward,
    };
    channel_parse(subject.person.channel, &question->wanted);
}

static void onward_fini(struct onward *onward)
{
    message_form_fini(&onward->form);
    free(onward->form_json);
    free(onward->text);
}

static bool find(struct onward *onward, bool takes_paused)
{
    onward->takes_paused = takes_paused;
    route_find(onward->send->with.gate, &onward->question, send_now(onward->send),
        &onward->route);
    return onward->route.gateway != NULL;
}

void failover_move_question(struct db *db, const struct message *message)
{
    char step[STEP_SIZE];

    if (message->enrolment_id != 0 && message->kind == KIND_STEP) {
        memcpy(step, message->step, sizeof step);
        step[strcspn(step, "*")] = '\0';
        question_move_channel(db, message->enrolment_id, step, message->occurrence,
            channel_name(message->channel));
    }
}

/* To the route that was found. */
static void move_on(struct onward *onward, struct message *message,
    enum failure_class class, const char *code, const char *words)
{
    struct send *send = onward->send;
    int64_t now = send_now(send);
    struct message_route route = {
        .gateway = onward->route.gateway->name,
        .channel = onward->route.adapter->channel,
        .parts = message->parts,
        .is_unicode = message->is_unicode,
    };
    char why[160];

    if (onward->text != NULL) {
        route_measure(route.channel, onward->text, &route.parts, &route.is_unicode);
    }
    snprintf(
        why, sizeof why, "from %s to %s: %s", message->gateway, route.gateway, words);
    event_add(send->with.db, message->id, message->attempts, "moved", message->gateway,
        why, now);
    log_event(LOG_INFO, "message_moved", "message=%lld from=%s to=%s class=%s",
        (long long)message->id, message->gateway, route.gateway,
        failure_class_name(class));
    message->next_at = now;
    message->give_up_at = route_give_up_at(&onward->route, now, message->expires_at);
    message_reroute(send->with.db, message, &route, class, code,
        class == FAILURE_NONE ? "" : words, now);
    failover_move_question(send->with.db, message);
}

/* Not to another one: the same gateway again, at that time. */
static void stay(struct send *send, struct message *message, int64_t until,
    enum failure_class class, const char *code, const char *words)
{
    char gateway[GATEWAY_SIZE];
    struct message_route route = {
        gateway, message->channel, message->parts, message->is_unicode};

    memcpy(gateway, message->gateway, sizeof gateway);
    message->next_at = until;
    message->give_up_at = 0; /* there is no other route that fits */
    message_reroute(send->with.db, message, &route, class, code, words, send_now(send));
}

/* True when its own gateway will take it in another form, or later. */
static bool may_stay(struct onward *onward, const struct message *message,
    enum failure_class class, const char *code, int64_t *until)
{
    struct send *send = onward->send;
    const struct gateway *own = send_gateway(send, message->gateway);
    int64_t now = send_now(send);
    struct route_answer why;
    struct attempt_way way;
    const char *form;

    if (own == NULL || class == FAILURE_CONTENT || class == FAILURE_INVALID_NUMBER ||
        (class == FAILURE_TEMPLATE && refusal_is_mismatch(code))) {
        return false;
    }
    form = route_form(send->with.gate, own->config, &onward->question, now, &why);
    if (form != NULL) {
        /* Its text was refused as the window is closed; a template goes all the same. */
        attempt_way_find(send->with.db, message->id, message->attempts, &way);
        *until = now;
        return class == FAILURE_WINDOW_CLOSED && strcmp(form, "template") == 0 &&
               strcmp(way.form, "template") != 0;
    }
    *until = why.until;
    return why.verdict == GATE_WAIT && why.until < message->expires_at;
}

static bool has_windows(const struct gateway *gateway)
{
    return gateway != NULL && gateway->adapter->session_window_ms > 0;
}

bool failover_onward(struct send *send, struct message *message,
    enum failure_class class, const char *code, const char *words)
{
    struct onward onward;
    int64_t until = 0;
    bool is_handled = true;

    if (message->kind == KIND_TEST || send_now(send) >= message->expires_at ||
        (send->gateways_n < 2 && !has_windows(&send->gateways[0]))) {
        return false;
    }
    onward_init(&onward, send, message);
    if (class == FAILURE_WINDOW_CLOSED &&
        may_stay(&onward, message, class, code, &until) && until <= send_now(send)) {
        stay(send, message, until, class, code, words);
    } else if (find(&onward, false) || find(&onward, true)) {
        move_on(&onward, message, class, code, words);
    } else if (may_stay(&onward, message, class, code, &until)) {
        stay(send, message, until, class, code, words);
    } else {
        is_handled = false;
    }
    onward_fini(&onward);
    return is_handled;
}

bool failover_resend(struct send *send, struct message *message)
{
    struct onward onward;
    bool is_found;

    if (message->kind == KIND_TEST || send->gateways_n < 2) {
        return false;
    }
    onward_init(&onward, send, message);
    is_found = find(&onward, false);
    if (is_found) {
        move_on(&onward, message, message->class, message->code,
            "its gateway does not answer, and nobody knows whether it had left");
    }
    onward_fini(&onward);
    return is_found;
}

/* A message whose give_up time has passed. */
struct giving_up {
    struct send *send;
    struct message message;
    struct flight *flight; /* claimed by the next gateway */
    bool failed;
};

/* Nothing takes it now: looks again when that may have changed, if it is not too late. */
static void look_again(struct giving_up *giving_up, int64_t at)
{
    struct message *message = &giving_up->message;

    message_set_give_up(giving_up->send->with.db, message,
        at > send_now(giving_up->send) && at < message->expires_at ? at : 0);
}

static void no_route(struct giving_up *giving_up, const struct onward *onward)
{
    look_again(giving_up, onward->passed_paused
                              ? send_now(giving_up->send) + PAUSED_LOOK_MS
                          : onward->route.verdict == GATE_WAIT ? onward->route.until
                                                               : 0);
}

static void give_up_queued(struct giving_up *giving_up, struct onward *onward)
{
    if (find(onward, false)) {
        move_on(onward, &giving_up->message, FAILURE_NONE, "",
            "it could not leave there in time");
    } else {
        no_route(giving_up, onward);
    }
}

/* Sent, and nobody knows of its arrival. */
static void give_up_sent(struct giving_up *giving_up, struct onward *onward)
{
    struct send *send = giving_up->send;
    struct message *message = &giving_up->message;
    int64_t now = send_now(send);
    struct gate_question question;
    struct gate_answer answer;
    struct gateway *next;

    claim_question(message, &question);
    gate_check(send->with.gate, &question, now, &answer);
    if (answer.verdict != GATE_ALLOW) {
        look_again(giving_up, answer.verdict == GATE_WAIT ? answer.until : 0);
        return;
    }
    if (!find(onward, false)) {
        no_route(giving_up, onward);
        return;
    }
    next = send_gateway(send, onward->route.gateway->name);
    if (gateway_room(next, now) == 0) {
        look_again(giving_up, gateway_slot(next, now));
        return;
    }
    if (message->counts) {
        message->cap_day = answer.day;
    }
    move_on(onward, message, FAILURE_NONE, "", "it was not delivered in time");
    giving_up->flight = claim_message(send, next, message);
}

static void give_up(void *context, size_t i)
{
    struct giving_up *giving_up = context;
    struct onward onward;

    (void)i;
    if (send_now(giving_up->send) >= giving_up->message.expires_at) {
        look_again(giving_up, 0);
        return;
    }
    onward_init(&onward, giving_up->send, &giving_up->message);
    if (giving_up->message.state == MESSAGE_QUEUED) {
        give_up_queued(giving_up, &onward);
    } else {
        give_up_sent(giving_up, &onward);
    }
    onward_fini(&onward);
}

static void give_up_undone(void *context, size_t i)
{
    struct giving_up *giving_up = context;

    (void)i;
    giving_up->failed = true;
    if (giving_up->flight != NULL) {
        flight_free(giving_up->flight);
        giving_up->flight = NULL;
    }
}

void failover_given_up(struct send *send, int64_t now)
{
    struct message list[GIVE_UPS_A_TURN];
    int n = message_given_up(send->with.db, now, list, GIVE_UPS_A_TURN);

    for (int i = 0; i < n; i++) {
        struct giving_up giving_up = {.send = send, .message = list[i]};
        struct db_work work = {1, &giving_up, give_up, give_up_undone};

        db_units(send->with.db, &work);
        if (giving_up.failed) { /* it would fail again, and be tried without end */
            message_set_give_up(send->with.db, &list[i], 0);
        } else if (giving_up.flight != NULL) {
            flight_launch(giving_up.flight);
        }
    }
}
