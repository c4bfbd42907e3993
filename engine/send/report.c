/*
 * report.c: a delivery report, applied.
 *
 * Reports come in any order, more than once, and before the send's own answer. States
 * only move forward; what was delivered stays so; a failure of an earlier attempt says
 * nothing of a later one. A report for nobody is kept for a day.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "send/internal.h"
#include "store/address_health.h"
#include "store/db.h"

static const char *const words[] = {
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
    log_event(
        LOG_INFO, "report_parked", "gateway=%s state=%s", gateway, words[event->state]);
}

static void apply(struct send *send, struct message *message, int64_t n,
    const struct adapter_event *event, int64_t now)
{
    enum message_state to;
    const char *reason = "";

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
        if (n != 0 && n != message->attempts) {
            return; /* of an earlier attempt: a later one is on its way */
        }
        if (message->state == MESSAGE_QUEUED) {
            return;
        }
        to = MESSAGE_FAILED;
        reason = event->text[0] != '\0' ? event->text : event->code;
        break;
    default:
        return;
    }
    if (message->state != to && message_may_move(message->state, to)) {
        message_move(send->with.db, message, to,
            to == MESSAGE_FAILED ? event->class : FAILURE_NONE, reason, now);
        if (to != MESSAGE_SENT) {
            address_note_result(send->with.db, message->address_id, event->class,
                to != MESSAGE_FAILED, now);
        }
    }
}

bool send_report(struct send *send, const char *gateway,
    const struct adapter_event *event, int64_t now)
{
    struct message message;
    int64_t n = 0, id = 0;
    int from_reference = 0;

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
    if (event_add(send->with.db, id, n, words[event->state], event->code, event->text,
            event->at_ms != 0 ? event->at_ms : now)) {
        apply(send, &message, n, event, now);
    }
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
                  strlen(event->code) + strlen(event->text) + 4;
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
