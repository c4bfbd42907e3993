/*
 * planner.c: one due enrolment at a time, and the moves that others ask for.
 */
#include "plan/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "store/consent.h"
#include "store/db.h"

/* How long an invitation waits for a number to say that it is still theirs. */
static const int64_t RECONFIRM_LOOK_MS = 14LL * 24 * 60 * 60 * 1000;
static const int64_t FAILED_AGAIN_MS = 60 * 60 * 1000;

static void set_reason(struct enrolment *enrolment, const char *reason)
{
    snprintf(enrolment->reason, sizeof enrolment->reason, "%s", reason);
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

void planner_activate(
    const struct planner *planner, struct enrolment *enrolment, int64_t now)
{
    const struct catalogue_series *series =
        catalogue_series_find(planner->catalogue, enrolment->series_id);

    enrolment->state = ENROLMENT_ACTIVE;
    enrolment->joined_at = enrolment->before_at = now;
    enrolment->before_step[0] = '\0';
    enrolment->paused_at = enrolment->paused_until = enrolment->shift_days = 0;
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
    struct fill_for whom = {
        series->campaign, enrolment->person_id, enrolment->address_id, NULL, NULL};
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

    text = planner_fill(planner, &whom, &compiled->invitation, now);
    if (text == NULL) {
        planner_end(planner, enrolment, "discreet", now);
        return;
    }
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
    } else if (strcmp(answer.reason, "reconfirm") == 0) {
        plan_reconfirm(planner, enrolment, series, now);
        enrolment->due_at = now + RECONFIRM_LOOK_MS;
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
    } else if (series->compiled->invitation.plain == NULL) {
        planner_end(planner, enrolment, "no_consent", now);
    } else if (strcmp(enrolment->reason, "joins") != 0 &&
               enrolment_was_invited(planner->db, enrolment->person_id, series->id) &&
               !consent_any_own(planner->db, enrolment->person_id)) {
        /* One invitation, and no more: her silence was an answer. */
        planner_end(planner, enrolment, "invited_before", now);
    } else {
        invite(planner, enrolment, series, now);
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
        if (!plan_rests(planner, enrolment, series, now)) {
            plan_step_active(planner, enrolment, series, now);
        }
        break;
    case ENROLMENT_WAITING_GUARDIAN:
        plan_step_guardian(planner, enrolment, series, now);
        break;
    default:
        enrolment->due_at = 0;
        enrolment_save(planner->db, enrolment, now);
        break;
    }
}

/* A reminder, in a unit of its own; one that fails is not tried again. */
static bool step_reminder(const struct planner *planner, int64_t now)
{
    struct question question;

    if (!question_reminder_due(planner->db, now, &question)) {
        return false;
    }
    db_unit_begin(planner->db);
    plan_remind(planner, &question, now);
    if (db_unit_end(planner->db, true) != 0 && db_check(planner->db, NULL) == 0) {
        question.reminder_at = 0;
        db_unit_begin(planner->db);
        question_save(planner->db, &question);
        db_unit_end(planner->db, true);
    }
    return true;
}

int64_t planner_next_due(const struct planner *planner)
{
    int64_t due = enrolment_earliest_due(planner->db);
    int64_t reminder = question_earliest_reminder(planner->db);

    return due == 0 || (reminder != 0 && reminder < due) ? reminder : due;
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
    while (n < PLANNER_STEPS_MAX && step_reminder(planner, now)) {
        n++;
    }
    return n;
}
