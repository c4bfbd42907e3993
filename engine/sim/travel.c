/*
 * travel.c: how an accepted message travels to its phone, and which reports are made of
 * it: at once, late, twice, in the wrong order, or never.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/draw.h"
#include "sim/handset.h"

static const int64_t DAY_MS = 86400000, HOUR_MS = 3600000, MINUTE_MS = 60000;
/* A report that comes too late, or again, comes so much after the one before it. */
static const int64_t BEHIND_MS = 5000;

/* One message under way. Lives for one handset_accept(). */
struct journey {
    int64_t seed;
    struct handset *handset;
    struct timeline *timeline;
    const struct accepted *accepted;
    const struct behaviour *behaviour;
    uint64_t count; /* of its draws */
};

static uint64_t drawn(const struct journey *journey, const char *purpose)
{
    return draw(journey->seed, purpose, journey->handset->phone, journey->count);
}

static bool happens(const struct journey *journey, const char *purpose, double share)
{
    return draw_happens(drawn(journey, purpose), share);
}

/* How long this message is under way. Whole seconds of spread, so that many messages of a
 * campaign still fall into one instant, which a clock that jumps can take in one step. */
static int64_t travel_ms(const struct journey *journey, const struct profile *profile)
{
    uint64_t seconds = (uint64_t)profile->report_spread_ms / 1000;
    int64_t base = journey->behaviour->report_after_ms;

    return (base > 0 ? base : profile->report_after_ms) +
           (int64_t)draw_below(drawn(journey, "travel"), seconds + 1) * 1000;
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
static void add(const struct journey *journey, enum happening_kind kind, int64_t at_ms,
    enum sim_report report, const char *code)
{
    const struct accepted *accepted = journey->accepted;
    bool wanted = (accepted->wanted & (1u << report)) != 0 && report != SIM_NONE;
    struct happening happening = {
        .kind = kind,
        .at_ms = at_ms,
        .handset = journey->handset,
        .channel = accepted->channel,
        .request = accepted->request,
    };

    if (wanted) {
        happening.report = report;
        happening.code = code != NULL ? code : code_of(accepted->channel, report);
    }
    if (wanted || kind == HAPPENS_ARRIVAL) {
        timeline_add(journey->timeline, &happening);
    }
}

static void report(const struct journey *journey, int64_t at_ms, enum sim_report state)
{
    add(journey, HAPPENS_REPORT, at_ms, state, NULL);
}

/* Meta has it, or the SMSC tells that the phone is off: what comes before the end. */
static enum sim_report earlier_of(const struct journey *journey)
{
    return journey->accepted->channel == SIM_WHATSAPP ? SIM_SENT : SIM_QUEUED;
}

/* Read within the hour, by slow people hours later or next morning; the report says
 * nothing of answers. */
static void report_reading(const struct journey *journey, int64_t arrives_at)
{
    const struct traits *traits = &journey->handset->traits;
    int64_t after =
        (1 + (int64_t)draw_below(drawn(journey, "reading"), 40)) * MINUTE_MS;

    if (journey->accepted->channel == SIM_WHATSAPP &&
        happens(journey, "reads", traits->reads)) {
        int64_t read_at = arrives_at + (traits->slow ? after * 12 : after);

        report(journey,
            handset_awake_at(journey->seed, journey->handset, read_at, journey->count),
            SIM_READ);
    }
}

/* It arrives at that moment; what is reported of it is another matter. */
static void arrive(const struct journey *journey, int64_t at_ms)
{
    const struct trait_reports *reports = &journey->handset->traits.reports;
    int64_t late = (1 + (int64_t)draw_below(drawn(journey, "hours"), 12)) * HOUR_MS;
    int64_t told_at = at_ms;
    enum sim_report told = SIM_DELIVERED;

    if (journey->behaviour->report == REPORTS_NEVER ||
        happens(journey, "never", reports->never)) {
        add(journey, HAPPENS_ARRIVAL, at_ms, SIM_NONE, NULL);
        return;
    }
    if (happens(journey, "late", reports->late)) {
        told = SIM_NONE;
        told_at = at_ms + late;
        report(journey, told_at, SIM_DELIVERED);
    }
    add(journey, HAPPENS_ARRIVAL, at_ms, told, NULL);
    if (happens(journey, "doubled", reports->doubled)) {
        report(journey, told_at + BEHIND_MS, SIM_DELIVERED);
    }
    if (happens(journey, "reordered", reports->reordered)) {
        report(journey, told_at + BEHIND_MS, earlier_of(journey));
    }
    report_reading(journey, at_ms);
}

/* It reaches the phone at that time if that is on by then, else the carrier gives up. */
static void arrive_or_expire(
    const struct journey *journey, int64_t at_ms, bool is_reported)
{
    const struct accepted *accepted = journey->accepted;
    int64_t ends_at =
        accepted->at_ms + (accepted->validity_ms > 0 ? accepted->validity_ms : DAY_MS);

    if (at_ms <= ends_at || accepted->channel == SIM_WHATSAPP) {
        arrive(journey, at_ms);
    } else if (is_reported) {
        add(journey, HAPPENS_REPORT, ends_at, SIM_FAILED, "stat:EXPIRED err:000");
    }
}

/* A phone that is off: when it comes on first is decided by the first message. */
static void accept_off(const struct journey *journey, int64_t travel)
{
    const struct accepted *accepted = journey->accepted;
    const struct behaviour *behaviour = journey->behaviour;
    struct handset *handset = journey->handset;
    int64_t arrives_at;

    if (handset->on_at_ms == 0) {
        handset->on_at_ms = behaviour->on_after_ms > 0
                                ? accepted->at_ms + behaviour->on_after_ms
                                : INT64_MAX / 2;
    }
    if (accepted->at_ms < handset->on_at_ms) {
        report(journey, accepted->at_ms + travel, SIM_QUEUED);
    }
    arrives_at =
        accepted->at_ms > handset->on_at_ms ? accepted->at_ms : handset->on_at_ms;
    if (arrives_at < INT64_MAX / 2 || accepted->channel == SIM_SMS) {
        arrive_or_expire(journey, arrives_at + travel, behaviour->expires);
    }
}

/* Within minutes of the morning, as people switch on one after the other. */
static void accept_at_night(
    const struct journey *journey, int64_t arrives_at, int64_t on_at)
{
    report(journey, arrives_at, SIM_QUEUED);
    arrive_or_expire(journey,
        on_at + (int64_t)draw_below(drawn(journey, "morning"), 60) * MINUTE_MS, true);
}

void handset_accept(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *accepted)
{
    int64_t seed = handsets->profile->seed;
    struct journey journey = {
        .seed = seed,
        .handset = handset,
        .timeline = timeline,
        .accepted = accepted,
        .behaviour = handset->traits.hands[handset_holder(seed, handset, accepted)],
        .count = draw_message(accepted->step, accepted->attempt),
    };
    int64_t travel = travel_ms(&journey, handsets->profile);
    int64_t arrives_at = accepted->at_ms + travel, on_at;

    handset->accepted++;
    if (accepted->fails != NULL) {
        add(&journey, HAPPENS_REPORT, arrives_at, SIM_FAILED, accepted->fails);
        return;
    }
    report(&journey, accepted->at_ms + 1000, SIM_SENT);
    if (journey.behaviour->report == REPORTS_FAILED) {
        report(&journey, arrives_at, SIM_FAILED);
    } else if (journey.behaviour->power == POWER_OFF) {
        accept_off(&journey, travel);
    } else {
        on_at = handset->traits.off_at_night
                    ? traits_after_night(&handset->traits, arrives_at)
                    : arrives_at;
        if (on_at != arrives_at) {
            accept_at_night(&journey, arrives_at, on_at);
        } else {
            arrive(&journey, arrives_at);
        }
    }
}
