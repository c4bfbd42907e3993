#include "sim/handset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/draw.h"

/* Kannel's types of report. */
enum { TYPE_DELIVERED = 1, TYPE_FAILED = 2, TYPE_QUEUED = 4 };

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
    handsets->slots[slot_of(handsets, phone)] = handset;
    handsets->n++;
    return handset;
}

/* How long this message is under way. Whole seconds of spread, so that many messages of a
 * campaign still fall into one instant, which a clock that jumps can take in one step. */
static int64_t travel_ms(const struct handsets *handsets, const struct handset *handset)
{
    const struct profile *profile = handsets->profile;
    uint64_t seconds = (uint64_t)profile->report_spread_ms / 1000;
    int64_t base = handset->behaviour->report_after_ms;

    return (base > 0 ? base : profile->report_after_ms) +
           (int64_t)draw_below(
               draw(profile->seed, "travel", handset->phone, handset->accepted),
               seconds + 1) *
               1000;
}

static void add_happening(struct timeline *timeline, enum happening_kind kind,
    struct handset *handset, const struct accepted *accepted, int64_t at_ms, int report,
    const char *receipt)
{
    bool wanted = accepted->report_url != NULL && (accepted->mask & report) != 0;
    struct happening happening = {
        .kind = kind,
        .at_ms = at_ms,
        .handset = handset,
        .request = accepted->request,
        .report = wanted ? report : 0,
        .receipt = wanted ? receipt : NULL,
        .report_url = wanted ? mem_copy(accepted->report_url) : NULL,
    };

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
        add_happening(timeline, HAPPENS_NOTE, handset, accepted,
            accepted->at_ms + travel, TYPE_QUEUED, "stat:ENROUTE err:000");
    }
    arrives_at =
        accepted->at_ms > handset->on_at_ms ? accepted->at_ms : handset->on_at_ms;
    arrives_at += travel;
    if (arrives_at <= ends_at) {
        add_happening(timeline, HAPPENS_ARRIVAL, handset, accepted, arrives_at,
            TYPE_DELIVERED, "stat:DELIVRD err:000");
    } else if (behaviour->expires) {
        add_happening(timeline, HAPPENS_FAILURE, handset, accepted, ends_at,
            TYPE_FAILED, "stat:EXPIRED err:000");
    }
}

void handset_accept(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *accepted)
{
    const struct behaviour *behaviour = handset->behaviour;
    int64_t travel = travel_ms(handsets, handset);
    int64_t arrives_at = accepted->at_ms + travel;

    handset->accepted++;
    if (behaviour->report == REPORTS_FAILED) {
        add_happening(timeline, HAPPENS_FAILURE, handset, accepted, arrives_at,
            TYPE_FAILED, "stat:UNDELIV err:011");
    } else if (behaviour->power == POWER_OFF) {
        accept_off(handset, timeline, accepted, travel);
    } else {
        bool reports = behaviour->report == REPORTS_DELIVERED;

        add_happening(timeline, HAPPENS_ARRIVAL, handset, accepted, arrives_at,
            reports ? TYPE_DELIVERED : 0, "stat:DELIVRD err:000");
    }
}

static void say(struct handset *handset, struct timeline *timeline, int64_t at_ms,
    const char *words)
{
    struct happening happening = {
        .kind = HAPPENS_WORDS, .at_ms = at_ms, .handset = handset, .words = words};

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
    struct timeline *timeline, const struct received *received, const char *text)
{
    static const int64_t stop_after_ms = 60000;
    int64_t seed = handsets->profile->seed;
    uint64_t number;
    struct reply_rule *rule;

    if (handset->received_n == handset->received_capacity) {
        handset->received_capacity =
            handset->received_capacity > 0 ? handset->received_capacity * 2 : 4;
        handset->received = mem_resize(
            handset->received, handset->received_capacity, sizeof *handset->received);
    }
    handset->received[handset->received_n++] = *received;
    number = handset->received_n;
    if (handset->stopped) {
        return;
    }
    if (handset->behaviour->stops_after > 0 &&
        number >= (uint64_t)handset->behaviour->stops_after) {
        handset->stopped = true;
        say(handset, timeline, received->at_ms + stop_after_ms, "STOP");
        return;
    }
    rule = rule_for(handset, text);
    if (rule == NULL || rule->say.n == 0 ||
        !draw_happens(draw(seed, "share", handset->phone, number), rule->share)) {
        return;
    }
    handset->said[rule - handset->behaviour->replies]++;
    say(handset, timeline, received->at_ms + rule->after_ms,
        rule->say
            .items[draw_below(draw(seed, "say", handset->phone, number), rule->say.n)]);
}
