/*
 * report.c: a delivery report, applied.
 *
 * Reports come in any order, more than once, and before the send's own answer. States
 * only move forward; what was delivered stays so; a failure of an earlier attempt says
 * nothing of a later one. A report for nobody is kept for a day.
 *
 * A message that has gone on by another route may still arrive by the first. It counts as
 * delivered where it arrived first: by the gateway that it had left, too, which has it
 * back then, and what is queued elsewhere does not leave any more. When another gateway
 * had it out by then, or had delivered it, the person has it twice: that is counted
 * (COUNTER_LATE, once for an attempt), and the timeline says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/must.h"
#include "content/config.h"
#include "send/internal.h"
#include "store/address_health.h"
#include "store/counter.h"
#include "store/db.h"

static const char *const words_of_state[] = {
    [REPORT_QUEUED] = "queued",
    [REPORT_SENT] = "sent",
    [REPORT_DELIVERED] = "delivered",
    [REPORT_READ] = "read",
    [REPORT_FAILED] = "failed",
    [REPORT_UNKNOWN] = "note",
};

static void park(struct send *send, const char *gateway,
    const struct adapter_event *event, int64_t now)
{
    struct parked_report report = {.at = event->at_ms != 0 ? event->at_ms : now};
    const char *id =
        event->gateway_id[0] != '\0' ? event->gateway_id : event->reference;

    /* The state goes as a digit, which settle.c reads back. */
    snprintf(report.state, sizeof report.state, "%d", (int)event->state);
    snprintf(report.class, sizeof report.class, "%s", failure_class_name(event->class));
    snprintf(report.code, sizeof report.code, "%s", event->code);
    snprintf(report.text, sizeof report.text, "%s", event->text);
    parked_add(send->with.db, gateway, id, &report, now);
    log_event(LOG_INFO, "report_parked", "gateway=%s state=%s", gateway,
        words_of_state[event->state]);
}

static bool is_arrival(enum report_state state)
{
    return state == REPORT_DELIVERED || state == REPORT_READ;
}

static bool has_arrived(const struct message *message)
{
    return message->state == MESSAGE_DELIVERED || message->state == MESSAGE_READ;
}

/* Of the gateway that has the message now. */
static void apply(struct send *send, struct message *message, int64_t n,
    const struct adapter_event *event, int64_t now)
{
    enum message_state to;

    switch (event->state) {
    case REPORT_QUEUED:
    case REPORT_SENT:
        to = MESSAGE_SENT;
        break;
    case REPORT_DELIVERED:
        to = MESSAGE_DELIVERED;
        break;
    case REPORT_READ:
        to = MESSAGE_READ;
        break;
    case REPORT_FAILED:
        /* Of an earlier attempt: a later one is on its way. */
        if ((n == 0 || n == message->attempts) && message->state != MESSAGE_QUEUED) {
            settle_failed_report(send, message, event, now);
        }
        return;
    default:
        return;
    }
    if (message->state != to && message_may_move(message->state, to)) {
        message_move(send->with.db, message, to, FAILURE_NONE, "", now);
        if (to != MESSAGE_SENT) {
            address_note_result(
                send->with.db, message->address_id, event->class, true, now);
        }
    }
}

/* The message counts at this gateway again. */
static void take_back(struct send *send, const struct gateway *gateway,
    struct message *message, int64_t n, int64_t now)
{
    struct message_route route = {
        .gateway = gateway->config->name,
        .channel = gateway->adapter->channel,
        .parts = message->parts,
        .is_unicode = message->is_unicode,
    };
    struct attempt_way way;

    attempt_way_find(send->with.db, message->id, n, &way);
    message_return(send->with.db, message, &route, strcmp(way.state, "sent") == 0, now);
    failover_move_question(send->with.db, message);
}

/* Of a gateway that the message has left. */
static void apply_left(struct send *send, const struct gateway *gateway,
    struct message *message, int64_t n, const struct adapter_event *event, int64_t now)
{
    if (is_arrival(event->state)) {
        if (!has_arrived(message)) {
            take_back(send, gateway, message, n, now);
            apply(send, message, n, event, now);
        }
    } else if (event->state == REPORT_SENT && message->state == MESSAGE_UNSURE &&
               n == message->attempts) {
        /* It had left after all, and was not resent yet. */
        take_back(send, gateway, message, n, now);
        apply(send, message, n, event, now);
    }
}

/* The timeline's words for a delivery by a gateway that the message has left. Counts it
 * when it had gone on from there, and another one had it as well. */
static const char *late_words(struct send *send, const struct gateway *gateway,
    const struct message *message, int64_t n, const struct adapter_event *event,
    char words[160])
{
    struct db *db = send->with.db;
    bool is_out =
        has_arrived(message) || attempt_is_out(db, message->id, message->gateway);
    const char *format = "%s by %s after all, so it does not go by %s";

    if (is_out && n == message->attempts) {
        format = "%s by %s too, after it had come by %s";
    } else if (is_out) {
        format = "%s late by %s, after it had gone by %s";
        if (!event_has_arrived(db, message->id, n)) {
            charge_count(db, gateway, message, COUNTER_LATE, 1);
        }
    }
    snprintf(words, 160, format, words_of_state[event->state], gateway->config->name,
        message->gateway);
    return words;
}

/* SMS are charged when they are taken, mostly by the answer: no look-up a report. */
static bool may_charge(const struct gateway *gateway, const struct message *message,
    int64_t n, const struct adapter_event *event)
{
    if (gateway->adapter->channel == CHANNEL_SMS) {
        return n != message->attempts ||
               (message->state != MESSAGE_SENT && !has_arrived(message));
    }
    return event->category[0] != '\0' || is_arrival(event->state);
}

static void take(struct send *send, const struct gateway *gateway,
    struct message *message, int64_t n, const struct adapter_event *event, int64_t now)
{
    bool has_left = strcmp(message->gateway, gateway->config->name) != 0;
    const char *text = event->text;
    char words[160];

    if (may_charge(gateway, message, n, event)) {
        charge_report(send, gateway, message, n, event);
    }
    if (has_left && is_arrival(event->state)) {
        text = late_words(send, gateway, message, n, event, words);
    }
    if (!event_add(send->with.db, message->id, n, words_of_state[event->state],
            event->code, text, event->at_ms != 0 ? event->at_ms : now)) {
        return;
    }
    if (has_left) {
        apply_left(send, gateway, message, n, event, now);
    } else {
        apply(send, message, n, event, now);
    }
}

bool send_report(struct send *send, const char *gateway,
    const struct adapter_event *event, int64_t now)
{
    const struct gateway *by = send_gateway(send, gateway);
    struct message message;
    int64_t n = 0, id = 0;
    int from_reference = 0;

    must(by != NULL, "a report of %s", gateway);
    if (event->reference[0] != '\0') {
        id = reference_read(send->with.key, event->reference, &from_reference);
        n = from_reference;
    }
    if (id == 0 && event->gateway_id[0] != '\0') {
        id = gateway_id_find(send->with.db, gateway, event->gateway_id, &n);
    }
    if (id == 0 || !message_find(send->with.db, id, &message)) {
        park(send, gateway, event, now);
        return false;
    }
    take(send, by, &message, n, event, now);
    return true;
}

/* A report that came in this turn. Owned by its send until the turn's end. */
struct waiting_report {
    const char *gateway;
    struct adapter_event event;
    int64_t *unknown;
    bool parked;  /* it names no message that is known */
    char words[]; /* the event's texts */
};

static const char *keep(char **at, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);

    *at += size;
    return copy;
}

void send_take_report(struct send *send, const char *gateway,
    const struct adapter_event *event, int64_t *unknown)
{
    size_t size = strlen(event->reference) + strlen(event->gateway_id) +
                  strlen(event->code) + strlen(event->text) + strlen(event->category) +
                  5;
    struct waiting_report *report = mem_alloc(sizeof *report + size);
    char *at = report->words;

    report->gateway = gateway;
    report->unknown = unknown;
    report->parked = false;
    report->event = (struct adapter_event){
        .kind = event->kind,
        .reference = keep(&at, event->reference),
        .gateway_id = keep(&at, event->gateway_id),
        .at_ms = event->at_ms,
        .state = event->state,
        .class = event->class,
        .code = keep(&at, event->code),
        .text = keep(&at, event->text),
        .category = keep(&at, event->category),
        .billable = event->billable,
    };
    if (send->reports_n == send->reports_capacity) {
        send->reports_capacity =
            send->reports_capacity > 0 ? send->reports_capacity * 2 : 64;
        send->reports =
            mem_resize(send->reports, send->reports_capacity, sizeof *send->reports);
    }
    send->reports[send->reports_n++] = report;
    send_work(send);
}

static void apply_one(void *context, size_t i)
{
    struct send *send = context;
    struct waiting_report *report = send->reports[i];

    report->parked =
        !send_report(send, report->gateway, &report->event, send_now(send));
}

void reports_apply(struct send *send)
{
    struct db_work work = {send->reports_n, send, apply_one, NULL};

    /* A report that breaks a rule of the store will do so again: not asked for. */
    db_units(send->with.db, &work);
    for (size_t i = 0; i < send->reports_n; i++) {
        *send->reports[i]->unknown += send->reports[i]->parked;
        free(send->reports[i]);
    }
    send->reports_n = 0;
}

void reports_free(struct send *send)
{
    for (size_t i = 0; i < send->reports_n; i++) {
        free(send->reports[i]);
    }
    free(send->reports);
}
