#include "sim/handset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/draw.h"

static const int64_t DAY_MS = 86400000;

void handsets_init(struct handsets *handsets, const struct profile *profile)
{
    *handsets = (struct handsets){.profile = profile, .capacity = 1024};
    handsets->slots = mem_zero(handsets->capacity, sizeof *handsets->slots);
}

void handsets_fini(struct handsets *handsets)
{
    for (size_t i = 0; i < handsets->capacity; i++) {
        struct handset *handset = handsets->slots[i];

        if (handset != NULL) {
            callback_line_fini(&handset->line);
            free(handset->received);
            free(handset->phone);
            free(handset);
        }
    }
    free(handsets->slots);
    *handsets = (struct handsets){0};
}

/* The slot that holds the number, or the free one where it belongs. */
static size_t slot_of(const struct handsets *handsets, const char *phone)
{
    size_t at = draw(0, "slot", phone, 0) & (handsets->capacity - 1);

    while (
        handsets->slots[at] != NULL && strcmp(handsets->slots[at]->phone, phone) != 0) {
        at = (at + 1) & (handsets->capacity - 1);
    }
    return at;
}

static void grow(struct handsets *handsets)
{
    struct handset **old = handsets->slots;
    size_t old_capacity = handsets->capacity;

    handsets->capacity *= 2;
    handsets->slots = mem_zero(handsets->capacity, sizeof *handsets->slots);
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i] != NULL) {
            handsets->slots[slot_of(handsets, old[i]->phone)] = old[i];
        }
    }
    free(old);
}

struct handset *handsets_find(const struct handsets *handsets, const char *phone)
{
    return handsets->slots[slot_of(handsets, phone)];
}

struct handset *handsets_get(struct handsets *handsets, const char *phone)
{
    struct handset *handset = handsets_find(handsets, phone);

    if (handset != NULL) {
        return handset;
    }
    if (handsets->n * 2 >= handsets->capacity) {
        grow(handsets);
    }
    handset = mem_zero(1, sizeof *handset);
    handset->phone = mem_copy(phone);
    handset->behaviour = profile_behaviour(handsets->profile, phone);
    handset->has_whatsapp = handset->behaviour->whatsapp;
    handsets->slots[slot_of(handsets, phone)] = handset;
    handsets->n++;
    return handset;
}

/* How long this message is under way. Whole seconds of spread, so that many messages of a
 * campaign still fall into one instant, which a clock that jumps can take in one step. */
static int64_t travel_ms(const struct handsets *handsets, const struct handset *handset,
    const struct accepted *accepted)
{
    const struct profile *profile = handsets->profile;
    uint64_t seconds = (uint64_t)profile->report_spread_ms / 1000;
    int64_t base = handset->behaviour->report_after_ms;

    return (base > 0 ? base : profile->report_after_ms) +
           (int64_t)draw_below(draw(profile->seed, "travel", handset->phone,
                                   draw_message(accepted->step, accepted->attempt)),
               seconds + 1) *
               1000;
}

/* What a channel says of a report, by default. */
static const char *code_of(enum sim_channel channel, enum sim_report report)
{
    if (channel == SIM_WHATSAPP) {
        return report == SIM_FAILED ? "131026" : NULL;
    }
    return report == SIM_DELIVERED ? "stat:DELIVRD err:000"
           : report == SIM_QUEUED  ? "stat:ENROUTE err:000"
                                   : "stat:UNDELIV err:011";
}

/* code NULL: the usual one. */
static void add_report(struct timeline *timeline, enum happening_kind kind,
    struct handset *handset, const struct accepted *accepted, int64_t at_ms,
    enum sim_report report, const char *code)
{
    bool wanted = (accepted->wanted & (1u << report)) != 0 && report != SIM_NONE;
    struct happening happening = {
        .kind = kind,
        .at_ms = at_ms,
        .handset = handset,
        .channel = accepted->channel,
        .request = accepted->request,
    };

    if (wanted) {
        happening.report = report;
        happening.code = code != NULL ? code : code_of(accepted->channel, report);
    }
    if (wanted || kind == HAPPENS_ARRIVAL) {
        timeline_add(timeline, &happening);
    }
}

/* A phone that is off: when it comes on first is decided by the first message. */
static void accept_off(struct handset *handset, struct timeline *timeline,
    const struct accepted *accepted, int64_t travel)
{
    const struct behaviour *behaviour = handset->behaviour;
    int64_t validity = accepted->validity_ms > 0 ? accepted->validity_ms : DAY_MS;
    int64_t ends_at = accepted->at_ms + validity, arrives_at;

    if (handset->on_at_ms == 0) {
        handset->on_at_ms = behaviour->on_after_ms > 0
                                ? accepted->at_ms + behaviour->on_after_ms
                                : INT64_MAX / 2;
    }
    if (accepted->at_ms < handset->on_at_ms) {
        add_report(timeline, HAPPENS_REPORT, handset, accepted,
            accepted->at_ms + travel, SIM_QUEUED, NULL);
    }
    arrives_at =
        accepted->at_ms > handset->on_at_ms ? accepted->at_ms : handset->on_at_ms;
    arrives_at += travel;
    if (arrives_at <= ends_at) {
        add_report(timeline, HAPPENS_ARRIVAL, handset, accepted, arrives_at,
            SIM_DELIVERED, NULL);
    } else if (behaviour->expires && accepted->channel == SIM_SMS) {
        add_report(timeline, HAPPENS_REPORT, handset, accepted, ends_at, SIM_FAILED,
            "stat:EXPIRED err:000");
    }
}

void handset_accept(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *accepted)
{
    const struct behaviour *behaviour = handset->behaviour;
    int64_t travel = travel_ms(handsets, handset, accepted);
    int64_t arrives_at = accepted->at_ms + travel;

    handset->accepted++;
    if (accepted->fails != NULL) {
        add_report(timeline, HAPPENS_REPORT, handset, accepted, arrives_at, SIM_FAILED,
            accepted->fails);
        return;
    }
    add_report(timeline, HAPPENS_REPORT, handset, accepted, accepted->at_ms + 1000,
        SIM_SENT, NULL);
    if (behaviour->report == REPORTS_FAILED) {
        add_report(
            timeline, HAPPENS_REPORT, handset, accepted, arrives_at, SIM_FAILED, NULL);
    } else if (behaviour->power == POWER_OFF) {
        accept_off(handset, timeline, accepted, travel);
    } else {
        bool reports = behaviour->report == REPORTS_DELIVERED;

        add_report(timeline, HAPPENS_ARRIVAL, handset, accepted, arrives_at,
            reports ? SIM_DELIVERED : SIM_NONE, NULL);
    }
}

/* The handset answers on the channel on which it was spoken to. */
static void say(struct handset *handset, struct timeline *timeline,
    const struct accepted *message, int64_t after_ms, const char *words)
{
    struct happening happening = {
        .kind = HAPPENS_WORDS,
        .at_ms = message->at_ms + after_ms,
        .handset = handset,
        .channel = message->channel,
        .request = message->request,
        .words = words,
    };

    timeline_add(timeline, &happening);
}

static struct reply_rule *rule_for(const struct handset *handset, const char *text)
{
    const struct behaviour *behaviour = handset->behaviour;

    for (size_t i = 0; i < behaviour->replies_n; i++) {
        struct reply_rule *rule = &behaviour->replies[i];
        bool left = rule->times == 0 || handset->said[i] < (uint64_t)rule->times;

        if (left && (rule->when[0] == '\0' || strcasestr(text, rule->when) != NULL)) {
            return rule;
        }
    }
    return NULL;
}

void handset_receive(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *message)
{
    static const int64_t stop_after_ms = 60000;
    int64_t seed = handsets->profile->seed;
    uint64_t number, count = draw_message(message->step, message->attempt);
    struct reply_rule *rule;

    if (handset->received_n == handset->received_capacity) {
        handset->received_capacity =
            handset->received_capacity > 0 ? handset->received_capacity * 2 : 4;
        handset->received = mem_resize(
            handset->received, handset->received_capacity, sizeof *handset->received);
    }
    handset->received[handset->received_n++] =
        (struct received){message->request, message->at_ms};
    number = handset->received_n;
    if (handset->stopped) {
        return;
    }
    if (handset->behaviour->stops_after > 0 &&
        number >= (uint64_t)handset->behaviour->stops_after) {
        handset->stopped = true;
        say(handset, timeline, message, stop_after_ms, "STOP");
        return;
    }
    rule = rule_for(handset, message->text);
    if (rule == NULL || rule->say.n == 0 ||
        !draw_happens(draw(seed, "share", handset->phone, count), rule->share)) {
        return;
    }
    handset->said[rule - handset->behaviour->replies]++;
    say(handset, timeline, message, rule->after_ms,
        rule->say
            .items[draw_below(draw(seed, "say", handset->phone, count), rule->say.n)]);
}
