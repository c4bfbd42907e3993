/*
 * planner.c: one due enrolment at a time, and the moves that others ask for.
 */
#include "plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "store/consent.h"
#include "store/db.h"

static const int64_t FAILED_AGAIN_MS = 60 * 60 * 1000;
static const int64_t NEVER = INT64_MAX;

static void set_reason(struct enrolment *enrolment, const char *reason)
{
    snprintf(enrolment->reason, sizeof enrolment->reason, "%s", reason);
}

char *planner_fill(const struct planner *planner, const struct catalogue_series *series,
    int64_t person_id, const char *template_text, int64_t now)
{
    const struct district *district;
    struct gate_subject subject;
    struct fill fill = {.lembaga = series->campaign->compiled->organisation};

    gate_subject(planner->gate, person_id, now, &subject);
    district = catalogue_district(planner->catalogue, subject.person.district);
    fill.nama = subject.person.name;
    fill.kode = subject.person.code;
    fill.kab = district == NULL ? NULL : district->name;
    fill.telp = district == NULL ? NULL : district->phone;
    return text_fill(template_text, &fill);
}

/* The next one who waits for this number to be free. */
static void free_address(const struct planner *planner, int64_t address_id, int64_t now)
{
    enum { PEOPLE_MAX = 32 };
    int64_t ids[PEOPLE_MAX];
    int n = enrolment_live_of_address(planner->db, address_id, ids, PEOPLE_MAX);

    for (int i = 0; i < n; i++) {
        struct enrolment enrolment;

        if (enrolment_find(planner->db, ids[i], &enrolment)) {
            if (strcmp(enrolment.reason, "shared_number") != 0) {
                return; /* somebody else's series is under way */
            }
            set_reason(&enrolment, "");
            enrolment.due_at = now;
            enrolment_save(planner->db, &enrolment, now);
            return;
        }
    }
}

void planner_end(const struct planner *planner, struct enrolment *enrolment,
    const char *reason, int64_t now)
{
    bool held = strcmp(enrolment->reason, "shared_number") == 0;

    enrolment->state = ENROLMENT_ENDED;
    set_reason(enrolment, reason);
    enrolment->step[0] = '\0';
    enrolment->slot_at = enrolment->due_at = 0;
    enrolment_save(planner->db, enrolment, now);
    if (!held) {
        free_address(planner, enrolment->address_id, now);
    }
}

static int64_t due_of(const struct planner *planner, const struct enrolment *enrolment,
    const struct step *step, int64_t now)
{
    struct gate_subject subject;

    if (step == NULL) {
        return NEVER;
    }
    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    return step_due_at(step, zone_name(subject.zone), enrolment->joined_at);
}

void planner_set_step(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const char *step, int64_t now)
{
    const struct step *before =
        step == NULL ? NULL : series_step(series->compiled, step);
    const struct step *next = series_step_after(series->compiled, step);

    if (next == NULL) {
        enrolment->step[0] = '\0';
        enrolment->slot_at = 0;
        /* It ends when the last question can no longer be answered. */
        enrolment->due_at =
            now + (before != NULL && before->kind == STEP_ASK ? before->closes_ms : 0);
        return;
    }
    snprintf(enrolment->step, sizeof enrolment->step, "%s", next->id);
    enrolment->occurrence = 1;
    enrolment->slot_at = enrolment->due_at = due_of(planner, enrolment, next, now);
}

void planner_activate(
    const struct planner *planner, struct enrolment *enrolment, int64_t now)
{
    const struct catalogue_series *series =
        catalogue_series_find(planner->catalogue, enrolment->series_id);

    enrolment->state = ENROLMENT_ACTIVE;
    enrolment->joined_at = now;
    set_reason(enrolment, "");
    if (series == NULL) {
        planner_end(planner, enrolment, "campaign_stopped", now);
        return;
    }
    planner_set_step(planner, enrolment, series, NULL, now);
    enrolment_save(planner->db, enrolment, now);
}

/* False when the series does not run: then the enrolment was parked or ended. */
static bool is_running(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    if (series == NULL || series->campaign->state == RUN_STOPPED ||
        series->state == RUN_STOPPED) {
        planner_end(planner, enrolment, "campaign_stopped", now);
        return false;
    }
    if (series->campaign->state != RUN_RUNNING || series->state != RUN_RUNNING) {
        enrolment->due_at = 0; /* `resume` and `start` look for this reason */
        set_reason(enrolment, "paused");
        enrolment_save(planner->db, enrolment, now);
        return false;
    }
    return true;
}

static void invite(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    const struct series *compiled = series->compiled;
    struct outgoing outgoing = {
        .kind = KIND_INVITATION,
        .campaign_id = series->campaign->id,
        .series_id = series->id,
        .enrolment_id = enrolment->id,
        .occurrence = 1,
        .person_id = enrolment->person_id,
        .address_id = enrolment->address_id,
        .step = compiled->invitation_id,
        .due_at = now,
        .late_ms = 24LL * 60 * 60 * 1000,
    };
    struct gate_answer answer;
    char *text;
    int64_t message;

    text =
        planner_fill(planner, series, enrolment->person_id, compiled->invitation, now);
    outgoing.text = text;
    message = outbox_queue(planner->outbox, &outgoing, now, &answer);
    free(text);
    if (message != 0) {
        outcome_set(
            planner->db, enrolment->id, outgoing.step, 1, "sent", "", message, now);
        enrolment->invited_at = now;
        enrolment->due_at = now + compiled->invitation_closes_ms;
        set_reason(enrolment, "");
        enrolment_save(planner->db, enrolment, now);
    } else if (answer.verdict == GATE_WAIT) {
        outcome_set(planner->db, enrolment->id, outgoing.step, 1, "held", answer.reason,
            0, now);
        enrolment->due_at = answer.until;
        enrolment_save(planner->db, enrolment, now);
    } else {
        planner_end(planner, enrolment, answer.reason, now);
    }
}

/* An invitation that is due: first it leaves, then it closes. */
static void step_invited(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    struct gate_subject subject;
    int64_t own, guardian;

    if (enrolment->invited_at != 0) {
        planner_end(planner, enrolment, "no_answer", now);
        return;
    }
    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    own = consent_live(planner->db, enrolment->person_id, false, series->id);
    guardian = consent_live(planner->db, enrolment->person_id, true, series->id);
    if (own != 0 && (!subject.minor || guardian != 0)) {
        planner_activate(planner, enrolment, now);
    } else if (series->compiled->invitation == NULL) {
        planner_end(planner, enrolment, "no_consent", now);
    } else if (enrolment_was_invited(planner->db, enrolment->person_id, series->id) &&
               !consent_any_own(planner->db, enrolment->person_id)) {
        /* One invitation, and no more: her silence was an answer. */
        planner_end(planner, enrolment, "invited_before", now);
    } else {
        invite(planner, enrolment, series, now);
    }
}

static void over(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const char *outcome, const char *reason,
    int64_t now)
{
    char step[sizeof enrolment->step];

    memcpy(step, enrolment->step, sizeof step);
    outcome_set(planner->db, enrolment->id, step, enrolment->occurrence, outcome,
        reason, 0, now);
    planner_set_step(planner, enrolment, series, step, now);
    enrolment_save(planner->db, enrolment, now);
}

/* The time of the step at hand in changed content: a hold is not taken back. */
static int64_t followed_due(const struct planner *planner,
    const struct enrolment *enrolment, const struct step *step, int64_t now)
{
    int64_t due = due_of(planner, enrolment, step, now);

    if (step != NULL && due < enrolment->slot_at &&
        outcome_is_held(planner->db, enrolment->id, step->id, enrolment->occurrence)) {
        due = enrolment->slot_at;
    }
    return due;
}

bool planner_follow(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    const struct series *compiled = series->compiled;
    const struct step *at =
        enrolment->step[0] == '\0' ? NULL : series_step(compiled, enrolment->step);
    int64_t due = followed_due(planner, enrolment, at, now);
    bool gone = at == NULL && enrolment->step[0] != '\0';

    if (gone) {
        outcome_set(planner->db, enrolment->id, enrolment->step, enrolment->occurrence,
            "skipped", "removed", 0, now);
    }
    for (size_t i = 0; i < compiled->steps_n; i++) {
        const struct step *other = &compiled->steps[i];
        int64_t other_due = due_of(planner, enrolment, other, now);

        if (other_due >= now && other_due < due &&
            !outcome_is_final(planner->db, enrolment->id, other->id, 1)) {
            at = other;
            due = other_due;
        }
    }
    if (at == NULL && !gone) {
        return false; /* it is through, and there is nothing new */
    }
    if (at != NULL && strcmp(at->id, enrolment->step) == 0 &&
        due == enrolment->slot_at) {
        return false;
    }
    snprintf(enrolment->step, sizeof enrolment->step, "%s", at == NULL ? "" : at->id);
    enrolment->occurrence = 1;
    enrolment->slot_at = at == NULL ? 0 : due;
    enrolment->due_at = at == NULL ? now : due; /* a pause parks it again */
    enrolment_save(planner->db, enrolment, now);
    return true;
}

/* The step's message is queued: its outcome, its question, and the next step. */
static void left(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const struct step *step, int64_t message,
    int64_t now)
{
    const struct config_gateway *gateway =
        outbox_route(planner->outbox, enrolment->address_id, NULL);

    outcome_set(planner->db, enrolment->id, step->id, enrolment->occurrence, "sent", "",
        message, now);
    if (step->kind == STEP_ASK && gateway != NULL) {
        question_add(planner->db, enrolment->id, step->id, enrolment->occurrence,
            enrolment->address_id, outbox_channel(gateway), now, now + step->closes_ms);
    }
    set_reason(enrolment, "");
    planner_set_step(planner, enrolment, series, step->id, now);
    enrolment_save(planner->db, enrolment, now);
}

/* Moves to `until`, unless that is when the next step is due anyway: nothing piles up. */
static void hold(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const struct step *step,
    const struct gate_answer *answer, int64_t now)
{
    const struct step *next = series_step_after(series->compiled, step->id);

    if (answer->until >= due_of(planner, enrolment, next, now)) {
        over(planner, enrolment, series, "missed", answer->reason, now);
        return;
    }
    outcome_set(planner->db, enrolment->id, step->id, enrolment->occurrence, "held",
        answer->reason, 0, now);
    enrolment->slot_at = enrolment->due_at = answer->until;
    enrolment_save(planner->db, enrolment, now);
}

static void step_active(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    const struct step *step;
    struct outgoing outgoing;
    struct gate_answer answer;
    char *text;
    int64_t message;

    if (enrolment->step[0] == '\0') {
        planner_end(planner, enrolment, "completed", now);
        return;
    }
    step = series_step(series->compiled, enrolment->step);
    if (step == NULL) {
        planner_follow(planner, enrolment, series, now);
        return;
    }
    if (now > enrolment->slot_at + step->late_ms) {
        over(planner, enrolment, series, "missed", "late", now);
        return;
    }
    if (outcome_is_final(planner->db, enrolment->id, step->id, enrolment->occurrence)) {
        planner_set_step(planner, enrolment, series, step->id, now);
        enrolment_save(planner->db, enrolment, now);
        return;
    }
    text = planner_fill(planner, series, enrolment->person_id, step->text, now);
    outgoing = (struct outgoing){
        .kind = KIND_STEP,
        .campaign_id = series->campaign->id,
        .series_id = series->id,
        .enrolment_id = enrolment->id,
        .occurrence = enrolment->occurrence,
        .person_id = enrolment->person_id,
        .address_id = enrolment->address_id,
        .step = step->id,
        .text = text,
        .due_at = enrolment->slot_at,
        .late_ms = step->late_ms,
    };
    message = outbox_queue(planner->outbox, &outgoing, now, &answer);
    free(text);
    if (message != 0) {
        left(planner, enrolment, series, step, message, now);
    } else if (answer.verdict == GATE_WAIT) {
        hold(planner, enrolment, series, step, &answer, now);
    } else {
        over(planner, enrolment, series, "skipped", answer.reason, now);
    }
}

static void advance(
    const struct planner *planner, struct enrolment *enrolment, int64_t now)
{
    const struct catalogue_series *series =
        catalogue_series_find(planner->catalogue, enrolment->series_id);

    if (!is_running(planner, enrolment, series, now)) {
        return;
    }
    switch (enrolment->state) {
    case ENROLMENT_INVITED:
        step_invited(planner, enrolment, series, now);
        break;
    case ENROLMENT_ACTIVE:
        step_active(planner, enrolment, series, now);
        break;
    default:
        enrolment->due_at = 0;
        enrolment_save(planner->db, enrolment, now);
        break;
    }
}

/* What is due, and which of it could not be dealt with. */
struct due {
    const struct planner *planner;
    int64_t now;
    int64_t ids[PLANNER_STEPS_MAX];
    bool failed[PLANNER_STEPS_MAX];
};

static void step_one(void *context, size_t i)
{
    struct due *due = context;
    struct enrolment enrolment;

    due->failed[i] = false;
    /* One before it may have changed it: a series' end frees a number, or ends others. */
    if (enrolment_find(due->planner->db, due->ids[i], &enrolment) &&
        enrolment.due_at != 0 && enrolment.due_at <= due->now) {
        advance(due->planner, &enrolment, due->now);
    }
}

static void step_undone(void *context, size_t i)
{
    struct due *due = context;

    due->failed[i] = true;
}

/* It must not hold up everybody behind it, nor be tried without end. */
static void try_later(const struct planner *planner, int64_t id, int64_t now)
{
    struct enrolment enrolment;

    log_event(LOG_ERROR, "step_failed", "enrolment=%lld", (long long)id);
    db_unit_begin(planner->db);
    if (enrolment_find(planner->db, id, &enrolment)) {
        enrolment.due_at = now + FAILED_AGAIN_MS;
        enrolment_save(planner->db, &enrolment, now);
    }
    db_unit_end(planner->db, true);
}

int planner_steps(const struct planner *planner, int64_t now)
{
    struct due due = {.planner = planner, .now = now};
    int n = enrolment_due_ids(planner->db, now, due.ids, PLANNER_STEPS_MAX);
    struct db_work work = {(size_t)n, &due, step_one, step_undone};

    db_units(planner->db, &work);
    for (int i = 0; i < n && db_check(planner->db, NULL) == 0; i++) {
        if (due.failed[i]) {
            try_later(planner, due.ids[i], now);
        }
    }
    return n;
}
