#include "send/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "content/config.h"
#include "send/message_form.h"
#include "send/route.h"
#include "store/message.h"

static bool is_reply(enum message_kind kind)
{
    return kind == KIND_REPLY || kind == KIND_ACK || kind == KIND_SAFETY ||
           kind == KIND_ALERT;
}

/* Replies go back where what they answer came from, if that is still there. */
static void find_route(const struct outbox *outbox, const struct outgoing *outgoing,
    const struct gate_answer *gate, int64_t now, struct route_answer *route)
{
    struct route_question question = {
        .kind = outgoing->kind,
        .campaign_id = outgoing->campaign_id,
        .address_id = outgoing->address_id,
        .form = outgoing->form,
        .first = outgoing->gateway,
        .only = outgoing->gateway != NULL && !is_reply(outgoing->kind),
        .wants = gate->wants,
        .wanted = gate->wanted,
    };

    route_find(outbox->gate, &question, now, route);
}

/* False when nothing is to be queued; else *next_at is when it may leave. */
static bool is_allowed(const struct route_answer *route, int64_t expires_at,
    struct gate_answer *answer, int64_t *next_at)
{
    if (answer->verdict == GATE_WAIT) {
        if (route->gateway == NULL || answer->until >= expires_at) {
            return false;
        }
        *next_at = answer->until;
        answer->verdict = GATE_ALLOW;
        return true;
    }
    if (route->gateway == NULL) {
        answer->verdict = route->verdict;
        answer->reason = route->reason;
        answer->until = route->until;
        return false;
    }
    return true;
}

int64_t outbox_queue(const struct outbox *outbox, const struct outgoing *outgoing,
    int64_t now, struct gate_answer *answer)
{
    struct gate_question question = {
        .kind = outgoing->kind,
        .person_id = outgoing->person_id,
        .address_id = outgoing->address_id,
        .series_id = outgoing->series_id,
        .neutral = outgoing->neutral,
        .uncounted = outgoing->uncounted,
        .reconfirms = outgoing->reconfirms,
        .inbound_at = outgoing->inbound_at,
    };
    struct route_answer route;
    struct message message;
    int64_t expires_at, next_at = now;
    char *form_json;

    gate_check(outbox->gate, &question, now, answer);
    if (answer->verdict == GATE_DENY ||
        (answer->verdict == GATE_WAIT && !is_reply(outgoing->kind))) {
        return 0;
    }
    find_route(outbox, outgoing, answer, now, &route);
    expires_at = outgoing->due_at + outgoing->late_ms;
    if (route.gateway != NULL && now + route.gateway->max_age_ms < expires_at) {
        expires_at = now + route.gateway->max_age_ms;
    }
    if (!is_allowed(&route, expires_at, answer, &next_at)) {
        return 0;
    }
    message = (struct message){
        .kind = outgoing->kind,
        .campaign_id = outgoing->campaign_id,
        .series_id = outgoing->series_id,
        .enrolment_id = outgoing->enrolment_id,
        .occurrence = outgoing->occurrence,
        .person_id = outgoing->person_id,
        .address_id = outgoing->address_id,
        .channel = route.adapter->channel,
        .priority = is_reply(outgoing->kind) || outgoing->kind == KIND_TEST
                        ? PRIORITY_REPLY
                        : PRIORITY_CAMPAIGN,
        .neutral = outgoing->neutral,
        .day = answer->day,
        .counts = answer->counts,
        .cap_day = answer->day,
        .next_at = next_at,
        .expires_at = expires_at,
        .give_up_at = outgoing->kind == KIND_TEST
                          ? 0
                          : route_give_up_at(&route, next_at, expires_at),
        .consent_id = answer->consent_id,
        .guardian_id = answer->guardian_id,
        .basis_id = answer->basis_id,
        .inbound_id = outgoing->inbound_id,
    };
    snprintf(message.district, sizeof message.district, "%s", answer->district);
    snprintf(message.step, sizeof message.step, "%s", outgoing->step);
    snprintf(message.gateway, sizeof message.gateway, "%s", route.gateway->name);
    route_measure(message.channel, outgoing->text, &message.parts, &message.is_unicode);
    answer->channel = message.channel;
    form_json = outgoing->form == NULL ? NULL : message_form_write(outgoing->form);
    message_add(outbox->db, &message, outgoing->text, form_json, now);
    free(form_json);
    return message.id;
}
