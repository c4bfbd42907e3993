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
#include "store/enrolment.h"

enum { UNSURE_TRIES = 2, PARKED_MAX = 16 };
static const int64_t BACKOFF_FIRST_MS = 5000, BACKOFF_LAST_MS = 10 * 60 * 1000;
static const int64_t RECIPIENT_CAP_MS = 24 * 60 * 60 * 1000;
static const int64_t ACK_WINDOW_MS = 60 * 1000;

int64_t settle_backoff_ms(const struct message *message)
{
    int64_t wait = BACKOFF_FIRST_MS;
    uint64_t hash =
        (uint64_t)message->id * 1099511628211u + (uint64_t)message->attempts;

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

void settle_over(struct db *db, struct message *message, enum message_state to,
    const char *reason, int64_t now)
{
    message_move(db, message, to, FAILURE_NONE, reason, now);
    if (message->enrolment_id != 0 &&
        (message->kind == KIND_STEP || message->kind == KIND_INVITATION)) {
        outcome_to_missed(
            db, message->enrolment_id, message->step, message->occurrence, reason, now);
    }
}

/* Not accepted, and it may be tried again: queued, or UNSURE if an earlier try was. */
static void again(struct send *send, struct message *message,
    const struct adapter_result *result, int64_t wait_ms)
{
    int64_t now = send_now(send);

    message->next_at = now + wait_ms;
    if (message->unsure > 0) {
        message->next_at = message->unsure < UNSURE_TRIES ? message->next_at : 0;
        message_move(send->with.db, message, MESSAGE_UNSURE, result->class,
            "resend_refused", now);
    } else {
        message_move(send->with.db, message, MESSAGE_QUEUED, result->class,
            result->text[0] != '\0' ? result->text : result->code, now);
    }
}

static void refused(struct send *send, struct gateway *gateway, struct message *message,
    const struct adapter_result *result)
{
    int64_t now = send_now(send);
    int64_t wait = settle_backoff_ms(message);
    const char *words = result->text[0] != '\0' ? result->text : result->code;

    wait = result->retry_after_ms > wait ? result->retry_after_ms : wait;
    switch (result->class) {
    case FAILURE_ACCOUNT:
        again(send, message, result,
            0); /* kept: the gateway is paused, not the message */
        return;
    case FAILURE_THROTTLED:
        gateway->throttled_until =
            now + (result->retry_after_ms > 0 ? result->retry_after_ms
                                              : settle_backoff_ms(message));
        again(send, message, result, wait);
        return;
    case FAILURE_TRANSIENT:
        again(send, message, result, wait);
        return;
    case FAILURE_RECIPIENT_CAP:
        again(send, message, result, RECIPIENT_CAP_MS);
        return;
    case FAILURE_AMBIGUOUS:
        settle_unsure(send, gateway, message, result->class, words);
        return;
    default:
        break;
    }
    if (message->unsure > 0) {
        message->next_at = 0;
        message_move(send->with.db, message, MESSAGE_UNSURE, result->class,
            "resend_refused", now);
    } else {
        message_move(send->with.db, message, MESSAGE_FAILED, result->class, words, now);
        address_note_result(
            send->with.db, message->address_id, result->class, false, now);
    }
}

static void accepted(struct send *send, struct gateway *gateway,
    struct message *message, int64_t n, const struct adapter_result *result)
{
    struct db *db = send->with.db;
    struct parked_report parked[PARKED_MAX];
    int64_t now = send_now(send);

    if (message_may_move(message->state, MESSAGE_SENT)) {
        message_move(db, message, MESSAGE_SENT, FAILURE_NONE, "", now);
        address_note_result(db, message->address_id, FAILURE_NONE, false, now);
    }
    for (size_t i = 0; i < result->gateway_ids_n; i++) {
        const char *id = result->gateway_ids[i];
        int count;

        gateway_id_add(db, gateway->config->name, id, message->id, n);
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

void settle_attempt(struct send *send, struct gateway *gateway,
    const struct message *claimed, const struct adapter_result *result, bool known)
{
    struct db *db = send->with.db;
    int64_t id = claimed->id, n = claimed->attempts;
    struct message message = *claimed;

    attempt_close(db, id, n, attempt_word(result, known), result->class, result->code,
        result->text, send_now(send));
    if (!message_is_on_wire(db, id, n) &&
        (!message_find(db, id, &message) || message.attempts != n)) {
        return;
    }
    if (known && result->accepted) {
        accepted(send, gateway, &message, n, result);
    } else if (message.state != MESSAGE_SENDING) {
        return; /* a report overtook the answer, and knows better */
    } else if (!known) {
        settle_unsure(send, gateway, &message, FAILURE_AMBIGUOUS, result->code);
    } else {
        refused(send, gateway, &message, result);
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
