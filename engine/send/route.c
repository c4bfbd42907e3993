#include "send/route.h"

#include <string.h>

#include "adapters/adapter.h"
#include "base/must.h"
#include "content/campaign.h"
#include "content/config.h"
#include "content/sms.h"
#include "people/catalogue.h"
#include "send/message_form.h"
#include "store/address_gateway.h"
#include "store/person.h"

enum { ROUTES_MAX = 32 };
/* A window that closes while the request is under way would have it refused. */
static const int64_t WINDOW_MARGIN_MS = 60 * 1000;

/* Gateways in the order of preference. */
struct candidates {
    const struct config_gateway *list[ROUTES_MAX];
    int rank[ROUTES_MAX];
    size_t n;
};

static const struct adapter *adapter_of(const struct config_gateway *gateway)
{
    const struct adapter *adapter = adapter_find(gateway->adapter);

    must(adapter != NULL, "adapter %s", gateway->adapter);
    return adapter;
}

static bool can_carry(const struct adapter *adapter, enum address_kind kind)
{
    switch (adapter->channel) {
    case CHANNEL_SMS:
        return kind == ADDRESS_PHONE;
    case CHANNEL_WHATSAPP:
        return kind != ADDRESS_MESSENGER;
    default:
        return kind == ADDRESS_MESSENGER;
    }
}

/* Behind those of the same rank. */
static void add(
    struct candidates *candidates, const struct config_gateway *gateway, int rank)
{
    size_t at = candidates->n;

    if (at == ROUTES_MAX) {
        return;
    }
    for (; at > 0 && candidates->rank[at - 1] > rank; at--) {
        candidates->list[at] = candidates->list[at - 1];
        candidates->rank[at] = candidates->rank[at - 1];
    }
    candidates->list[at] = gateway;
    candidates->rank[at] = rank;
    candidates->n++;
}

/* NULL: no campaign, or one that says nothing of channels. */
static const struct campaign *campaign_with_channels(
    const struct gate *gate, int64_t campaign_id)
{
    const struct catalogue_campaign *campaign;

    if (campaign_id == 0 || gate->catalogue == NULL) {
        return NULL;
    }
    for (size_t i = 0; (campaign = catalogue_campaign_at(gate->catalogue, i)) != NULL;
         i++) {
        if (campaign->id == campaign_id) {
            return campaign->compiled->channels_n > 0 ? campaign->compiled : NULL;
        }
    }
    return NULL;
}

/* Where the campaign has the channel: from 1 on; 0: nowhere. */
static int channel_rank(const struct campaign *campaign, enum channel channel)
{
    if (campaign == NULL) {
        return 1;
    }
    for (size_t i = 0; i < campaign->channels_n; i++) {
        if (campaign->channels[i] == channel) {
            return (int)i + 1;
        }
    }
    return 0;
}

static void gather(const struct gate *gate, const struct route_question *question,
    struct candidates *candidates)
{
    const struct option_list *routes = &gate->config->routes;
    const struct config_gateway *first =
        question->first == NULL ? NULL
                                : config_gateway_find(gate->config, question->first);
    const struct campaign *campaign = NULL;

    if (first != NULL) {
        add(candidates, first, -1);
    }
    if (question->only) {
        return;
    }
    if (routes->n > 1) {
        campaign = campaign_with_channels(gate, question->campaign_id);
    }
    for (size_t i = 0; i < routes->n; i++) {
        const struct config_gateway *gateway =
            config_gateway_find(gate->config, routes->items[i]);
        enum channel channel;
        int rank;

        must(gateway != NULL, "route %s", routes->items[i]);
        channel = adapter_of(gateway)->channel;
        rank = channel_rank(campaign, channel);
        if (gateway != first && rank > 0) {
            add(candidates, gateway,
                question->wants && question->wanted == channel ? 0 : rank);
        }
    }
}

static const char *refuse(struct route_answer *answer, enum gate_verdict verdict,
    const char *reason, int64_t until)
{
    answer->verdict = verdict;
    answer->reason = reason;
    answer->until = until;
    answer->code[0] = '\0';
    return NULL;
}

static const char *form_inside(const struct message_form *form)
{
    if (form != NULL && form->choices_n > 0) {
        return "interactive";
    }
    return form != NULL && form->media_url != NULL ? "media" : "text";
}

const char *route_form(const struct gate *gate, const struct config_gateway *gateway,
    const struct route_question *question, int64_t now, struct route_answer *answer)
{
    const struct adapter *adapter = adapter_of(gateway);
    const struct message_form *form = question->form;
    struct address_gateway known;
    struct template_refused refused;

    if (adapter->session_window_ms == 0) {
        return "text";
    }
    address_gateway_find(gate->db, question->address_id, gateway->name, &known);
    if (known.closed_until >= CLOSED_FOR_EVER) {
        return refuse(answer, GATE_DENY, "not_reachable", 0);
    }
    if (known.inbound_at != 0 &&
        now < known.inbound_at + adapter->session_window_ms - WINDOW_MARGIN_MS) {
        return form_inside(form); /* a cap is on what the person did not ask for */
    }
    if (known.closed_until > now) {
        return refuse(answer, GATE_WAIT, "recipient_cap", known.closed_until);
    }
    if (form == NULL || form->template_name == NULL ||
        (adapter->flags & ADAPTER_TEMPLATES) == 0) {
        return refuse(answer, GATE_DENY, "window_closed", 0);
    }
    if (template_refused_find(gate->db, gateway->name, form->template_name,
            form->template_language == NULL ? "" : form->template_language, &refused) &&
        now < refused.since + ROUTE_TEMPLATE_AGAIN_MS) {
        refuse(answer, GATE_WAIT, "template_paused",
            refused.since + ROUTE_TEMPLATE_AGAIN_MS);
        memcpy(answer->code, refused.code, sizeof answer->code);
        return NULL;
    }
    return "template";
}

/* Of several reasons the one that passes soonest; else the one that says most. */
static bool is_better(const struct route_answer *one, const struct route_answer *other)
{
    static const char *const order[] = {"no_route", "not_reachable", "window_closed"};
    size_t a = 0, b = 0;

    if (one->verdict != other->verdict) {
        return one->verdict == GATE_WAIT;
    }
    if (one->verdict == GATE_WAIT) {
        return one->until < other->until;
    }
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        a = strcmp(one->reason, order[i]) == 0 ? i : a;
        b = strcmp(other->reason, order[i]) == 0 ? i : b;
    }
    return a > b;
}

static bool is_for(const struct route_question *question,
    const struct config_gateway *gateway, enum address_kind kind)
{
    const struct adapter *adapter = adapter_of(gateway);

    return can_carry(adapter, kind) &&
           (question->kind != KIND_INVITATION || adapter->channel == CHANNEL_SMS);
}

static bool is_skipped(
    const struct route_question *question, const struct config_gateway *gateway)
{
    return question->skips != NULL && question->skips(question->context, gateway->name);
}

void route_find(const struct gate *gate, const struct route_question *question,
    int64_t now, struct route_answer *answer)
{
    struct candidates candidates = {.n = 0};
    struct address address;

    *answer = (struct route_answer){.verdict = GATE_DENY, .reason = "no_route"};
    if (!address_get(gate->db, question->address_id, &address)) {
        return;
    }
    gather(gate, question, &candidates);
    for (size_t i = 0; i < candidates.n; i++) {
        const struct config_gateway *gateway = candidates.list[i];
        struct route_answer why;

        if (!is_for(question, gateway, address.kind)) {
            continue;
        }
        if (answer->gateway != NULL) {
            answer->more = answer->more || !is_skipped(question, gateway);
            if (answer->more || answer->gateway->give_up_ms == 0) {
                return;
            }
        } else if (route_form(gate, gateway, question, now, &why) == NULL) {
            if (is_better(&why, answer)) {
                answer->verdict = why.verdict;
                answer->reason = why.reason;
                answer->until = why.until;
            }
        } else if (!is_skipped(question, gateway)) {
            *answer = (struct route_answer){
                .gateway = gateway, .adapter = adapter_of(gateway), .reason = ""};
        }
    }
}

int64_t route_give_up_at(
    const struct route_answer *answer, int64_t leaves_at, int64_t expires_at)
{
    int64_t at = leaves_at + answer->gateway->give_up_ms;

    return answer->more && answer->gateway->give_up_ms > 0 && at < expires_at ? at : 0;
}

void route_measure(enum channel channel, const char *text, int *parts, bool *is_unicode)
{
    struct sms_size size = {.parts = 1};

    if (channel == CHANNEL_SMS) {
        size = sms_measure(text);
    }
    *parts = size.parts;
    *is_unicode = size.unicode;
}
