#include "web/hooks.h"

#include <string.h>

#include <sodium.h>

#include "adapters/adapter.h"
#include "base/log.h"
#include "base/must.h"
#include "content/config.h"
#include "send/send.h"
#include "store/db.h"
#include "store/hook_refusal.h"
#include "web/engine.h"

enum { PART_SIZE = 128 };
static const int64_t NOTE_GAP_MS = 60 * 1000;

/* The path taken apart; a part that is too long fits nothing. */
struct hook_path {
    char gateway[PART_SIZE], secret[PART_SIZE];
    enum hook_kind kind;
};

/* Takes the next part of the path; returns what is behind it, NULL when it is too long. */
static const char *next_part(const char *at, char part[PART_SIZE])
{
    size_t length = strcspn(at, "/");

    if (length >= PART_SIZE) {
        return NULL;
    }
    memcpy(part, at, length);
    part[length] = '\0';
    return at[length] == '/' ? at + length + 1 : at + length;
}

static int parse_kind(const char *word, enum hook_kind *kind)
{
    if (strcmp(word, "status") == 0) {
        *kind = HOOK_STATUS;
    } else if (strcmp(word, "inbound") == 0) {
        *kind = HOOK_INBOUND;
    } else {
        return -1;
    }
    return 0;
}

static int parse_path(const char *path, bool has_secret, struct hook_path *parts)
{
    char word[PART_SIZE];
    const char *at = next_part(path + strlen("/hooks/"), parts->gateway);

    parts->secret[0] = '\0';
    parts->kind = HOOK_ANY;
    if (at != NULL && has_secret) {
        at = next_part(at, parts->secret);
    }
    if (at != NULL && *at != '\0') {
        at = next_part(at, word);
        if (at == NULL || parse_kind(word, &parts->kind) != 0) {
            return -1;
        }
    }
    return at != NULL && *at == '\0' ? 0 : -1;
}

static bool same(const char *given, const char *wanted)
{
    size_t length = strlen(wanted);

    return strlen(given) == length && sodium_memcmp(given, wanted, length) == 0;
}

/* What is neither of a message nor of a person. */
static int take_other(struct engine *engine, const struct config_gateway *gateway,
    const struct adapter_event *event)
{
    log_event(LOG_INFO, "gateway_event", "gateway=%s type=%s code=%s", gateway->name,
        event->type, event->code);
    if (strcmp(event->type, "message_template_status_update") != 0) {
        return 0;
    }
    db_unit_begin(engine->db);
    send_template_status(engine->db, gateway->name, event, clock_now(&engine->clock));
    return db_unit_end(engine->db, true);
}

/* Returns 0, or -1 when the event could not be stored: the gateway must repeat it. */
static int take_event(struct engine *engine, struct hook_counts *counts,
    const struct config_gateway *gateway, const struct adapter *adapter,
    const struct adapter_event *event)
{
    enum talk_result result = TALK_DONE;

    counts->events++;
    switch (event->kind) {
    case EVENT_REPORT:
        send_take_report(engine->send, gateway->name, event, &counts->unknown_messages);
        break;
    case EVENT_INBOUND:
        result = talk_inbound(&engine->talk, gateway->name, adapter->channel, event,
            clock_now(&engine->clock));
        counts->repeated += result == TALK_REPEATED;
        break;
    case EVENT_PREFERENCE:
        result = talk_stop_at_gateway(&engine->talk, gateway->name, adapter->channel,
            event, clock_now(&engine->clock));
        counts->repeated += result == TALK_REPEATED;
        break;
    default:
        return take_other(engine, gateway, event);
    }
    return result == TALK_FAILED ? -1 : 0;
}

/* One call on its way through the gateways that it is for. */
struct hook_call {
    struct engine *engine;
    struct hook_counts *counts;
    const struct adapter *adapter;
    enum hook_kind kind;
    const struct http_inbound *inbound;
    struct http_answer *answer;
    size_t events; /* taken so far */
    bool failed;   /* one of them could not be stored */
};

/* Takes one gateway's part of the call. Returns 0, or -1 when it could not be read, which
 * the answer then says. */
static int take_part(
    struct hook_call *call, const struct config_gateway *gateway, bool called)
{
    struct adapter_events events;
    struct err err;
    int result;

    events_init(&events);
    result = call->adapter->read_hook(
        gateway->own, call->kind, call->inbound, &events, call->answer, &err);
    if (result != 0) {
        call->counts->unreadable++;
        log_event(LOG_WARN, "hook_unreadable", "gateway=%s reason=\"%s\"",
            gateway->name, err.text);
        http_answer_set(call->answer, 400, "text/plain", err.text);
    }
    for (size_t i = 0; result == 0 && i < events.n; i++) {
        const struct adapter_event *event = &events.list[i];

        if (event->unaddressed && !called) {
            continue;
        }
        call->events++;
        if (take_event(call->engine, call->counts, gateway, call->adapter, event) !=
            0) {
            call->failed = true;
        }
    }
    events_fini(&events);
    return result;
}

/* An account that signs has one hook for all its gateways: those of the same adapter read
 * their own part, each after it has verified the call itself. */
static void take_parts(struct hook_call *call, const struct config_gateway *called)
{
    const struct config *config = call->engine->config;
    struct err err;

    if (take_part(call, called, true) != 0) {
        return;
    }
    if (call->answer->status >= 400) {
        call->counts->refused++;
        log_event(
            LOG_WARN, "hook_refused", "gateway=%s reason=challenge", called->name);
        return;
    }
    for (size_t i = 0; call->adapter->verify != NULL && i < config->gateways_n; i++) {
        const struct config_gateway *other = &config->gateways[i];

        if (other != called && call->inbound->method == HTTP_POST &&
            strcmp(other->adapter, called->adapter) == 0 &&
            call->adapter->verify(other->own, call->inbound, &err) == 0 &&
            take_part(call, other, false) != 0) {
            return;
        }
    }
    if (call->events == 0 && call->inbound->method == HTTP_POST) {
        log_event(LOG_WARN, "hook_of_nobody",
            "gateway=%s reason=\"it names no number of a gateway here\"", called->name);
    }
    if (call->failed) {
        http_answer_set(call->answer, 500, "text/plain", "not stored, send it again");
    }
    engine_wake(call->engine);
}

/* Its bit in the sets of hook_counts; 0 past the last bit: such a one is noted each time. */
static uint64_t bit_of(
    const struct engine *engine, const struct config_gateway *gateway)
{
    size_t place = (size_t)(gateway - engine->config->gateways);

    return place < 64 ? UINT64_C(1) << place : 0;
}

/* Reports say that it calls in vain. Anybody may call, so it is written once a minute. */
static void note_refusal(struct engine *engine, struct hook_counts *counts,
    const struct config_gateway *gateway)
{
    uint64_t bit = bit_of(engine, gateway);
    int64_t now = clock_now(&engine->clock);

    if ((counts->refusals & bit) != 0 && now - counts->noted_at < NOTE_GAP_MS) {
        return;
    }
    counts->refusals |= bit;
    counts->trusted &= ~bit;
    counts->noted_at = now;
    db_unit_begin(engine->db);
    hook_refusal_note(engine->db, gateway->name, now);
    db_unit_end(engine->db, true);
}

/* It is who it says; what was noted against it is over. */
static void note_trust(struct engine *engine, struct hook_counts *counts,
    const struct config_gateway *gateway)
{
    uint64_t bit = bit_of(engine, gateway);

    if ((counts->trusted & bit) != 0) {
        return;
    }
    counts->trusted |= bit;
    counts->refusals &= ~bit;
    db_unit_begin(engine->db);
    if (hook_refusal_clear(engine->db, gateway->name)) {
        log_event(LOG_INFO, "hook_trusted", "gateway=%s", gateway->name);
    }
    db_unit_end(engine->db, true);
}

void hooks_call(struct engine *engine, struct hook_counts *counts,
    const struct http_inbound *inbound, struct http_answer *answer)
{
    struct hook_path parts;
    const struct config_gateway *gateway;
    const struct adapter *adapter;
    struct err err;
    char name[PART_SIZE];

    counts->calls++;
    if (next_part(inbound->path + strlen("/hooks/"), name) == NULL ||
        (gateway = config_gateway_find(engine->config, name)) == NULL) {
        counts->refused++;
        http_answer_set(answer, 404, "text/plain", "no such gateway");
        return;
    }
    adapter = adapter_find(gateway->adapter);
    must(adapter != NULL, "adapter %s", gateway->adapter);
    if (parse_path(inbound->path, gateway->hook_secret != NULL, &parts) != 0) {
        counts->refused++;
        http_answer_set(answer, 404, "text/plain", "no such hook");
        return;
    }
    if (gateway->hook_secret != NULL && !same(parts.secret, gateway->hook_secret)) {
        counts->refused++;
        note_refusal(engine, counts, gateway);
        log_event(LOG_WARN, "hook_refused", "gateway=%s reason=secret", gateway->name);
        http_answer_set(answer, 401, "text/plain", "wrong secret");
        return;
    }
    if (inbound->is_head || (adapter->hook_methods & 1u << inbound->method) == 0) {
        counts->refused++;
        http_answer_set(
            answer, 405, "text/plain", "this gateway does not call that way");
        return;
    }
    if (adapter->verify != NULL && adapter->verify(gateway->own, inbound, &err) != 0) {
        counts->refused++;
        log_event(LOG_WARN, "hook_refused", "gateway=%s reason=\"%s\"", gateway->name,
            err.text);
        note_refusal(engine, counts, gateway);
        http_answer_set(answer, 401, "text/plain", err.text);
        return;
    }
    if (inbound->method == HTTP_POST || gateway->hook_secret != NULL) {
        note_trust(engine, counts, gateway);
    }
    take_parts(
        &(struct hook_call){engine, counts, adapter, parts.kind, inbound, answer},
        gateway);
}
