/*
 * settle.c: what became of an attempt, and what follows.
 *
 * UNSURE is for an attempt whose end nobody knows. Such a message waits for a delivery
 * report that carries our reference. Then acks, safety replies and alerts are resent
 * after a minute; a campaign's message once, after the gateway's report window, where the
 * gateway reports deliveries and `unsure` is resend; where the gateway deduplicates, at
 * once with the same reference. Otherwise it stays UNSURE, and visible. It may have
 * arrived: so it never becomes EXPIRED, and no refusal of a resend makes it FAILED.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "content/config.h"
#include "gate/gate.h"
#include "send/internal.h"
#include "store/address_health.h"
#include "store/consent.h"
#include "store/counter.h"
#include "store/enrolment.h"

enum { UNSURE_TRIES = 2, PARKED_MAX = 16 };
static const int64_t BACKOFF_FIRST_MS = 5000, BACKOFF_LAST_MS = 10 * 60 * 1000;
static const int64_t RECIPIENT_CAP_MS = 24 * 60 * 60 * 1000;
static const int64_t ACK_WINDOW_MS = 60 * 1000;

int64_t settle_backoff_ms(const struct message *message)
{
    int64_t wait = BACKOFF_FIRST_MS;
    /* Not of the message's id: those depend on the order in which answers come in. */
    uint64_t hash =
        (uint64_t)message->address_id * 1099511628211u + (uint64_t)message->attempts;

    for (const char *at = message->step; *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    }

    for (int64_t n = 1; n < message->attempts && wait < BACKOFF_LAST_MS; n++) {
        wait *= 2;
    }
    wait = wait > BACKOFF_LAST_MS ? BACKOFF_LAST_MS : wait;
    hash ^= hash >> 29;
    hash *= 0x9e3779b97f4a7c15u;
    return wait / 2 + (int64_t)(hash >> 33) % wait; /* half to one and a half */
}

/* When an unsure message is resent; 0: never. */
static int64_t resend_at(
    const struct gateway *gateway, const struct message *message, int64_t now)
{
    if (message->unsure >= UNSURE_TRIES) {
        return 0;
    }
    if ((gateway->adapter->flags & ADAPTER_DEDUPLICATES) != 0) {
        return now;
    }
    if (message->kind == KIND_ACK || message->kind == KIND_SAFETY ||
        message->kind == KIND_ALERT) {
        int64_t window = gateway->config->report_window_ms;

        return now + (window < ACK_WINDOW_MS ? window : ACK_WINDOW_MS);
    }
    if (gateway->config->unsure == UNSURE_LEAVE ||
        (gateway->adapter->flags & ADAPTER_REPORTS) == 0) {
        return 0;
    }
    return now + gateway->config->report_window_ms;
}

void settle_unsure(struct send *send, struct gateway *gateway, struct message *message,
    enum failure_class class, const char *reason)
{
    int64_t now = send_now(send);

    message->unsure++;
    message->next_at = resend_at(gateway, message, now);
    message_move(send->with.db, message, MESSAGE_UNSURE, class, reason, now);
}

/* Its step did not take place. */
static void note_missed(
    struct db *db, const struct message *message, const char *reason, int64_t now)
{
    if (message->enrolment_id != 0 &&
        (message->kind == KIND_STEP || message->kind == KIND_INVITATION)) {
        outcome_to_missed(
            db, message->enrolment_id, message->step, message->occurrence, reason, now);
    }
}

void settle_over(struct db *db, struct message *message, enum message_state to,
    const char *reason, int64_t now)
{
    message_move(db, message, to, FAILURE_NONE, reason, now);
    note_missed(db, message, reason, now);
}

void settle_expired(struct db *db, struct message *message, int64_t now)
{
    const struct message was = *message;
    const char *reason = was.reason[0] != '\0' ? was.reason : "expired";

    message_move_for(db, message, MESSAGE_EXPIRED, was.class, was.code, reason, now);
    note_missed(db, message, reason, now);
}

static const char *words_of(const struct adapter_result *result)
{
    return result->text[0] != '\0' ? result->text : result->code;
}

/* Not accepted, and it may be tried again: queued, or UNSURE if an earlier try was. */
static void again(struct send *send, struct message *message,
    const struct adapter_result *result, int64_t wait_ms)
{
    int64_t now = send_now(send);

    message->next_at = now + wait_ms;
    if (message->unsure > 0) {
        message->next_at = message->unsure < UNSURE_TRIES ? message->next_at : 0;
        message_move_for(send->with.db, message, MESSAGE_UNSURE, result->class,
            result->code, "resend_refused", now);
    } else {
        message_move_for(send->with.db, message, MESSAGE_QUEUED, result->class,
            result->code, words_of(result), now);
    }
}

void settle_opted_out(struct send *send, const struct message *message, int64_t now)
{
    if (suppression_add(send->with.db, message->address_id, "stopped_at_gateway", "",
            channel_name(message->channel), 0, now)) {
        log_event(LOG_INFO, "stopped_at_gateway", "message=%lld gateway=%s",
            (long long)message->id, message->gateway);
    }
    send_cancel_address(send->with.db, message->address_id, "opted_out", now);
}

/* Invalid numbers are about SMS: that somebody has no WhatsApp says nothing of them. */
static void note_address(struct send *send, const struct message *message,
    enum failure_class class, int64_t now)
{
    if (class != FAILURE_INVALID_NUMBER || message->channel == CHANNEL_SMS) {
        address_note_result(send->with.db, message->address_id, class, false, now);
    }
}

/* True when another route may carry what this one refused. */
static bool may_go_on(enum failure_class class)
{
    return class == FAILURE_INVALID_NUMBER || class == FAILURE_WINDOW_CLOSED ||
           class == FAILURE_TEMPLATE || class == FAILURE_RECIPIENT_CAP ||
           class == FAILURE_CONTENT;
}

/* Never to be tried again by this gateway. A resend's refusal leaves it UNSURE: the first
 * try may have arrived. */
static void over(
    struct send *send, struct message *message, const struct adapter_result *result)
{
    struct db *db = send->with.db;
    int64_t now = send_now(send);
    enum failure_class class = result->class;

    if (class == FAILURE_OPTED_OUT) {
        settle_opted_out(send, message, now);
    }
    refusal_note(send, message, class, result->code,
        result->retry_after_ms > 0 ? result->retry_after_ms : RECIPIENT_CAP_MS);
    note_address(send, message, class, now);
    if (message->unsure > 0) {
        message->next_at = 0;
        message_move_for(
            db, message, MESSAGE_UNSURE, class, result->code, "resend_refused", now);
        if (may_go_on(class)) {
            failover_onward(send, message, class, result->code, words_of(result));
        }
    } else if (!may_go_on(class) ||
               !failover_onward(send, message, class, result->code, words_of(result))) {
        if (class == FAILURE_RECIPIENT_CAP) {
            again(send, message, result, RECIPIENT_CAP_MS);
        } else {
            message_move_for(db, message, MESSAGE_FAILED, class, result->code,
                words_of(result), now);
        }
    }
}

static void refused(struct send *send, struct gateway *gateway, struct message *message,
    const struct adapter_result *result)
{
    int64_t now = send_now(send);
    int64_t backoff = settle_backoff_ms(message);
    int64_t asked = result->retry_after_ms, wait = asked > backoff ? asked : backoff;

    switch (result->class) {
    case FAILURE_ACCOUNT:
        /* Kept: the gateway is paused, not the message. */
        again(send, message, result, 0);
        break;
    case FAILURE_THROTTLED:
        gateway_throttle(gateway, now + (asked > 0 ? asked : backoff));
        again(send, message, result, wait);
        break;
    case FAILURE_TRANSIENT:
        again(send, message, result, wait);
        break;
    case FAILURE_AMBIGUOUS:
        settle_unsure(send, gateway, message, result->class, words_of(result));
        break;
    default:
        over(send, message, result);
        break;
    }
}

static void accepted(struct send *send, struct gateway *gateway,
    const struct message *claimed, struct message *message,
    const struct adapter_result *result)
{
    struct db *db = send->with.db;
    struct parked_report parked[PARKED_MAX];
    int64_t now = send_now(send);

    if (strcmp(message->gateway, gateway->config->name) != 0) {
        /* It went elsewhere while the answer was under way; it is paid for all the same. */
        charge_count(db, gateway, claimed, COUNTER_SEGMENTS, claimed->parts);
    } else if (message->state == MESSAGE_SENDING) {
        if ((gateway->adapter->flags & ADAPTER_REPORTS) == 0) {
            message->give_up_at = 0; /* nobody would ever tell that it arrived */
        }
        message_move(db, message, MESSAGE_SENT, FAILURE_NONE, "", now);
        address_note_result(db, message->address_id, FAILURE_NONE, false, now);
    }
    for (size_t i = 0; i < result->gateway_ids_n; i++) {
        const char *id = result->gateway_ids[i];
        int count;

        gateway_id_add(db, gateway->config->name, id, message->id, claimed->attempts);
        count = parked_take(db, gateway->config->name, id, parked, PARKED_MAX);
        for (int k = 0; k < count; k++) {
            struct adapter_event event = {
                .kind = EVENT_REPORT,
                .reference = "",
                .gateway_id = id,
                .at_ms = parked[k].at,
                .state = (enum report_state)(parked[k].state[0] - '0'),
                .code = parked[k].code,
                .text = parked[k].text,
                .category = "",
                .billable = -1,
            };

            failure_class_parse(parked[k].class, &event.class);
            send_report(send, gateway->config->name, &event, now);
        }
    }
}

static const char *attempt_word(const struct adapter_result *result, bool known)
{
    if (!known || result->class == FAILURE_AMBIGUOUS) {
        return "unsure";
    }
    if (result->accepted) {
        return "sent";
    }
    switch (result->class) {
    case FAILURE_ACCOUNT:
    case FAILURE_THROTTLED:
    case FAILURE_TRANSIENT:
    case FAILURE_RECIPIENT_CAP:
        return "retry";
    default:
        return "failed";
    }
}

/* Writes how the attempt ended; an accepted SMS with its cost, unless a report that
 * overtook the answer has. */
static void close_attempt(struct send *send, struct gateway *gateway,
    const struct message *claimed, bool on_wire, const struct adapter_result *result,
    const char *word)
{
    struct db *db = send->with.db;
    int64_t id = claimed->id, n = claimed->attempts, now = send_now(send);
    int64_t cost = charge_on_acceptance(gateway, claimed);
    struct attempt_charge charge = {.is_known = false};

    if (strcmp(word, "sent") != 0 || gateway->adapter->channel != CHANNEL_SMS ||
        (!on_wire && attempt_charge_find(db, id, n, &charge) && charge.is_known)) {
        attempt_close(db, id, n, word, result->class, result->code, result->text, now);
        return;
    }
    attempt_close_accepted(db, id, n, result->code, result->text, cost, now);
    charge_count(db, gateway, claimed, COUNTER_COST, cost);
}

void settle_attempt(struct send *send, struct gateway *gateway,
    const struct message *claimed, const struct adapter_result *result, bool known)
{
    struct db *db = send->with.db;
    int64_t id = claimed->id, n = claimed->attempts;
    struct message message = *claimed;
    bool on_wire = message_is_on_wire(db, id, n);

    close_attempt(send, gateway, claimed, on_wire, result, attempt_word(result, known));
    if (!on_wire && (!message_find(db, id, &message) || message.attempts != n)) {
        return;
    }
    if (known && result->accepted) {
        accepted(send, gateway, claimed, &message, result);
    } else if (message.state != MESSAGE_SENDING) {
        return; /* a report overtook the answer, and knows better */
    } else if (!known) {
        settle_unsure(send, gateway, &message, FAILURE_AMBIGUOUS, result->code);
    } else {
        refused(send, gateway, &message, result);
    }
}

/* The gateway took it, and says now that it will not arrive. */
void settle_failed_report(struct send *send, struct message *message,
    const struct adapter_event *event, int64_t now)
{
    struct db *db = send->with.db;
    const char *words = event->text[0] != '\0' ? event->text : event->code;
    bool unsure = message->state == MESSAGE_UNSURE;

    if (!message_may_move(message->state, MESSAGE_FAILED)) {
        return;
    }
    if (event->class == FAILURE_OPTED_OUT) {
        settle_opted_out(send, message, now);
    }
    refusal_note(send, message, event->class, event->code, RECIPIENT_CAP_MS);
    note_address(send, message, event->class, now);
    if (unsure || !may_go_on(event->class) ||
        !failover_onward(send, message, event->class, event->code, words)) {
        message_move_for(
            db, message, MESSAGE_FAILED, event->class, event->code, words, now);
    }
    /* That its one try failed is certain now, so it is UNSURE no longer. */
    if (unsure && message->unsure < UNSURE_TRIES && may_go_on(event->class)) {
        message->unsure = 0;
        failover_onward(send, message, event->class, event->code, words);
    }
}

int send_cancel_address(
    struct db *db, int64_t address_id, const char *reason, int64_t now)
{
    enum { SLICE = 32 };
    struct message list[SLICE];
    int total = 0, n;

    do {
        n = message_queued_of_address(db, address_id, list, SLICE);
        for (int i = 0; i < n; i++) {
            settle_over(db, &list[i], MESSAGE_CANCELLED, reason, now);
        }
        total += n;
    } while (n == SLICE);
    return total;
}

int send_cancel_person(struct db *db, int64_t person_id, int64_t address_id,
    const char *reason, int64_t now)
{
    enum { QUEUED_MAX = 64 }; /* the caps leave far fewer; the gate stops the rest */
    struct message list[QUEUED_MAX];
    int n = message_queued_of_address(db, address_id, list, QUEUED_MAX), total = 0;

    for (int i = 0; i < n; i++) {
        if (list[i].person_id == person_id &&
            (list[i].kind == KIND_STEP || list[i].kind == KIND_INVITATION)) {
            settle_over(db, &list[i], MESSAGE_CANCELLED, reason, now);
            total++;
        }
    }
    return total;
}
