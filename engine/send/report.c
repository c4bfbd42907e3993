/*
 * report.c: a delivery report, applied.
 *
 * Reports come in any order, more than once, and before the send's own answer. States
 * only move forward; what was delivered stays so; a failure of an earlier attempt says
 * nothing of a later one. A report for nobody is kept for a day.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "send/internal.h"

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
