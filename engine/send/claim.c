/*
 * claim.c: a message that there is room for leaves the queue.
 *
 * A claim is one unit: the gate's answer, SENDING, the attempt. Its request is an effect,
 * so it leaves after the commit, and SENDING means "on the wire".
 */
#include <string.h>

#include "content/config.h"
#include "gate/gate.h"
#include "send/internal.h"
#include "send/outbox.h"
#include "store/db.h"

static int64_t inbound_at(const struct message *message)
{
    /* A reply is queued in the unit that takes in what it answers. */
    return message->inbound_id != 0 ? message->created_at : 0;
}

void claim_question(const struct message *message, struct gate_question *question)
{
    *question = (struct gate_question){
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
}

/* It cannot leave by this gateway. */
static void refuse(struct send *send, struct message *message,
    const struct adapter_result *why, int64_t now)
{
    bool unsure = message->state == MESSAGE_UNSURE;

    if (failover_onward(send, message, why->class, why->code, why->text)) {
        return;
    }
    if (unsure) {
        message->next_at = 0;
    }
    message_move_for(send->with.db, message, unsure ? MESSAGE_UNSURE : MESSAGE_FAILED,
        why->class, why->code, why->text, now);
}

struct flight *claim_message(
    struct send *send, struct gateway *gateway, struct message *message)
{
    int64_t now = send_now(send);
    struct adapter_result why = {.accepted = false};
    struct flight *flight;

    message->attempts++;
    flight = flight_new(send, gateway, message, &why);
    if (flight == NULL) {
        message->attempts--;
        refuse(send, message, &why, now);
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
    struct gate_question question;
    struct gate_answer answer;

    if (unsure && now >= message->expires_at) {
        message->next_at = 0;
        message_move(db, message, MESSAGE_UNSURE, message->class, "late", now);
        return NULL;
    }
    claim_question(message, &question);
    gate_check(send->with.gate, &question, now, &answer);
    if (answer.verdict == GATE_ALLOW) {
        if (message->counts) {
            message->cap_day = answer.day;
        }
        return claim_message(send, gateway, message);
    }
    if (answer.verdict == GATE_WAIT && answer.until < message->expires_at) {
        message->next_at = answer.until;
        if (message->give_up_at != 0) { /* it is not the gateway that keeps it */
            message->give_up_at = answer.until + gateway->config->give_up_ms;
        }
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

void claim_all(
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
