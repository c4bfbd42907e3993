#include "send/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/must.h"
#include "content/config.h"
#include "content/sms.h"
#include "send/message_form.h"
#include "store/message.h"

static bool can_carry(const struct config_gateway *gateway, enum address_kind kind)
{
    const struct adapter *adapter = adapter_find(gateway->adapter);

    must(adapter != NULL, "adapter %s", gateway->adapter);
    switch (adapter->channel) {
    case CHANNEL_SMS:
        return kind == ADDRESS_PHONE;
    case CHANNEL_WHATSAPP:
        return kind != ADDRESS_MESSENGER;
    default:
        return kind == ADDRESS_MESSENGER;
    }
}

/* The opt-in message goes by SMS only: WhatsApp's rules want an opt-in before it. */
static const struct config_gateway *route(
    const struct outbox *outbox, int64_t address_id, const char *wanted, bool sms_only)
{
    const struct option_list *routes = &outbox->config->routes;
    const struct config_gateway *gateway;
    struct address address;

    if (!address_get(outbox->db, address_id, &address)) {
        return NULL;
    }
    if (wanted != NULL) {
        gateway = config_gateway_find(outbox->config, wanted);
        return gateway != NULL && can_carry(gateway, address.kind) ? gateway : NULL;
    }
    for (size_t i = 0; i < routes->n; i++) {
        gateway = config_gateway_find(outbox->config, routes->items[i]);
        must(gateway != NULL, "route %s", routes->items[i]);
        if (can_carry(gateway, address.kind) &&
            (!sms_only || adapter_find(gateway->adapter)->channel == CHANNEL_SMS)) {
            return gateway;
        }
    }
    return NULL;
}

const struct config_gateway *outbox_route(
    const struct outbox *outbox, int64_t address_id, const char *wanted)
{
    return route(outbox, address_id, wanted, false);
}

const char *outbox_channel(const struct config_gateway *gateway)
{
    return channel_name(adapter_find(gateway->adapter)->channel);
}

static bool is_reply(enum message_kind kind)
{
    return kind == KIND_REPLY || kind == KIND_ACK || kind == KIND_SAFETY ||
           kind == KIND_ALERT;
}

static void measure(struct message *message, const char *text)
{
    struct sms_size size = sms_measure(text);

    message->parts = message->channel == CHANNEL_SMS ? size.parts : 1;
    message->is_unicode = message->channel == CHANNEL_SMS && size.unicode;
}

int64_t outbox_queue(const struct outbox *outbox, const struct outgoing *outgoing,
    int64_t now, struct gate_answer *answer)
{
    const struct config_gateway *gateway = route(outbox, outgoing->address_id,
        outgoing->gateway, outgoing->kind == KIND_INVITATION);
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
    struct message message;
    int64_t expires_at, next_at = now;
    char *form_json;

    gate_check(outbox->gate, &question, now, answer);
    if (gateway == NULL && answer->verdict == GATE_ALLOW) {
        answer->verdict = GATE_DENY;
        answer->reason = "no_route";
    }
    if (answer->verdict == GATE_DENY) {
        return 0;
    }
    must(gateway != NULL || answer->verdict == GATE_WAIT, "no route");
    expires_at = outgoing->due_at + outgoing->late_ms;
    if (gateway != NULL && now + gateway->max_age_ms < expires_at) {
        expires_at = now + gateway->max_age_ms;
    }
    if (answer->verdict == GATE_WAIT) {
        if (!is_reply(outgoing->kind) || gateway == NULL ||
            answer->until >= expires_at) {
            return 0;
        }
        next_at = answer->until;
        answer->verdict = GATE_ALLOW;
    }
    message = (struct message){
        .kind = outgoing->kind,
        .campaign_id = outgoing->campaign_id,
        .series_id = outgoing->series_id,
        .enrolment_id = outgoing->enrolment_id,
        .occurrence = outgoing->occurrence,
        .person_id = outgoing->person_id,
        .address_id = outgoing->address_id,
        .channel = adapter_find(gateway->adapter)->channel,
        .priority = is_reply(outgoing->kind) || outgoing->kind == KIND_TEST
                        ? PRIORITY_REPLY
                        : PRIORITY_CAMPAIGN,
        .neutral = outgoing->neutral,
        .day = answer->day,
        .counts = answer->counts,
        .cap_day = answer->day,
        .next_at = next_at,
        .expires_at = expires_at,
        .consent_id = answer->consent_id,
        .guardian_id = answer->guardian_id,
        .basis_id = answer->basis_id,
        .inbound_id = outgoing->inbound_id,
    };
    snprintf(message.district, sizeof message.district, "%s", answer->district);
    snprintf(message.step, sizeof message.step, "%s", outgoing->step);
    snprintf(message.gateway, sizeof message.gateway, "%s", gateway->name);
    measure(&message, outgoing->text);
    form_json = outgoing->form == NULL ? NULL : message_form_write(outgoing->form);
    message_add(outbox->db, &message, outgoing->text, form_json, now);
    free(form_json);
    return message.id;
}
