/*
 * steps.c: the step that somebody is at, once it is due: sent, held, skipped or missed,
 * always with a reason; then the next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "plan/internal.h"
#include "store/address_health.h"
#include "store/counter.h"

static const int64_t NEVER = INT64_MAX;
static const int64_t DAY_MS = 24LL * 60 * 60 * 1000;

int64_t plan_due_of(const struct planner *planner, const struct enrolment *enrolment,
    const struct step *step, int64_t now)
{
    struct gate_subject subject;
    char value[64];

    if (step == NULL) {
        return NEVER;
    }
    if (step->kind == STEP_WAIT && step->wait_step != NULL &&
        answer_newest(planner->db, enrolment->id, step->wait_step, value)) {
        return now; /* what it waits for is there */
    }
    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    return step_due_at(step, zone_name(subject.zone),
        enrolment->joined_at + enrolment->shift_days * DAY_MS,
        enrolment->before_at != 0 ? enrolment->before_at : enrolment->joined_at);
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
    enrolment->slot_at = enrolment->due_at = plan_due_of(planner, enrolment, next, now);
}

void planner_answered(
    const struct planner *planner, int64_t enrolment_id, const char *step, int64_t now)
{
    const struct catalogue_series *series;
    const struct step *at;
    struct enrolment enrolment;

    if (!enrolment_find(planner->db, enrolment_id, &enrolment) ||
        enrolment.state != ENROLMENT_ACTIVE || enrolment.due_at == 0) {
        return;
    }
    series = catalogue_series_find(planner->catalogue, enrolment.series_id);
    at = series == NULL ? NULL : series_step(series->compiled, enrolment.step);
    if (at != NULL && at->kind == STEP_WAIT && at->wait_step != NULL &&
        strcmp(at->wait_step, step) == 0) {
        enrolment.due_at = now;
        enrolment_save(planner->db, &enrolment, now);
    }
}

/* The time of the step at hand in changed content: a hold is not taken back. */
static int64_t followed_due(const struct planner *planner,
    const struct enrolment *enrolment, const struct step *step, int64_t now)
{
    int64_t due = plan_due_of(planner, enrolment, step, now);

    if (step != NULL && due < enrolment->slot_at &&
        outcome_is_held(planner->db, enrolment->id, step->id, enrolment->occurrence)) {
        due = enrolment->slot_at;
    }
    return due;
}

/* True when the step's time is its own, not a span behind another step. */
static bool has_own_time(const struct step *step)
{
    return step->kind != STEP_WAIT && step->when.kind != WHEN_AFTER;
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
        int64_t other_due = plan_due_of(planner, enrolment, other, now);

        if (has_own_time(other) && other_due >= now && other_due < due &&
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

/* From when on the step is of no use to this person. */
static int64_t useless_at(const struct planner *planner,
    const struct enrolment *enrolment, const struct step *step, int64_t now)
{
    struct gate_subject subject;

    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    return step_useless_at(step, zone_name(subject.zone));
}

/* A step that leaves no message is in the report by its reason alone. */
void plan_outcome(const struct planner *planner, const struct enrolment *enrolment,
    const struct catalogue_series *series, const char *step, const char *outcome,
    const char *reason, int64_t now)
{
    struct gate_subject subject;
    struct counter_key key = {
        .campaign_id = series->campaign->id,
        .series_id = series->id,
        .channel = "",
    };
    char counted[COUNTER_REASON_SIZE];

    if (!outcome_set(planner->db, enrolment->id, step, enrolment->occurrence, outcome,
            reason, 0, now)) {
        return;
    }
    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    key.day = zone_day(subject.zone, now);
    snprintf(key.step, sizeof key.step, "%s", step);
    memcpy(key.district, subject.person.district, sizeof key.district);
    counter_reason(FAILURE_NONE, "", reason, counted);
    counter_add_reason(planner->db, &key, outcome, counted, 1);
}

void plan_over(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const char *outcome, const char *reason,
    int64_t now)
{
    char step[sizeof enrolment->step];

    memcpy(step, enrolment->step, sizeof step);
    /* Its branches count, whether it was sent or passed by. */
    memcpy(enrolment->before_step, step, sizeof step);
    plan_outcome(planner, enrolment, series, step, outcome, reason, now);
    planner_set_step(planner, enrolment, series, step, now);
    enrolment_save(planner->db, enrolment, now);
}

/* channel: by which it was queued; on another one nobody is asked. */
static void ask(const struct planner *planner, const struct enrolment *enrolment,
    const struct step *step, enum channel channel, int64_t now)
{
    struct question question = {
        .enrolment_id = enrolment->id,
        .occurrence = enrolment->occurrence,
        .address_id = enrolment->address_id,
        .asked_at = now,
        .closes_at = now + step->closes_ms,
        .changes_left = step->may_change ? 1 : 0,
        .reminder_at = step->reminder_after_ms > 0 ? now + step->reminder_after_ms : 0,
    };

    snprintf(question.step, sizeof question.step, "%s", step->id);
    snprintf(question.channel, sizeof question.channel, "%s", channel_name(channel));
    question_add(planner->db, &question);
}

/* The step's message is queued: its outcome, its question, and the next step. */
static void left(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const struct step *step, int64_t message,
    enum channel channel, int64_t now)
{
    outcome_set(planner->db, enrolment->id, step->id, enrolment->occurrence, "sent", "",
        message, now);
    if (step->kind == STEP_ASK) {
        ask(planner, enrolment, step, channel, now);
    }
    enrolment->reason[0] = '\0';
    snprintf(enrolment->before_step, sizeof enrolment->before_step, "%s", step->id);
    enrolment->before_at = now;
    planner_set_step(planner, enrolment, series, step->id, now);
    enrolment_save(planner->db, enrolment, now);
}

/* When the next step is due that has not been passed by: an event does not wait for who
 * joined late, and what it leaves behind cuts nothing short. */
static int64_t next_due(const struct planner *planner,
    const struct enrolment *enrolment, const struct catalogue_series *series,
    const struct step *step, int64_t now)
{
    const struct step *next = series_step_after(series->compiled, step->id);
    int64_t due = plan_due_of(planner, enrolment, next, now);

    while (next != NULL && next->when.kind == WHEN_EVENT && due < enrolment->slot_at) {
        next = series_step_after(series->compiled, next->id);
        due = plan_due_of(planner, enrolment, next, now);
    }
    return due;
}

/* Moves to `until`, unless that is when the next step is due anyway: nothing piles up. */
static void hold(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const struct step *step,
    const struct gate_answer *answer, int64_t now)
{
    const struct step *next = series_step_after(series->compiled, step->id);
    /* A step that follows this one by a span moves with it. */
    bool moves = next != NULL && !has_own_time(next);
    int64_t last = useless_at(planner, enrolment, step, now);

    if (!moves) {
        int64_t due = next_due(planner, enrolment, series, step, now);

        last = due < last ? due : last;
    }
    if (answer->until >= last) {
        plan_over(planner, enrolment, series, "missed", answer->reason, now);
        return;
    }
    outcome_set(planner->db, enrolment->id, step->id, enrolment->occurrence, "held",
        answer->reason, 0, now);
    enrolment->slot_at = enrolment->due_at = answer->until;
    enrolment_save(planner->db, enrolment, now);
}

/* The directory entry that the step refers to; a stale one is not told to anybody. */
static const struct service *service_of(const struct step *step,
    const struct catalogue_series *series, const struct gate_subject *subject,
    int64_t now, const char **reason)
{
    const struct service *service = campaign_service(
        series->campaign->compiled, step->service, subject->person.district);

    *reason = "no_service";
    if (service != NULL &&
        zone_day(subject->zone, now) - service->verified > SERVICE_STALE_DAYS) {
        log_event(
            LOG_WARN, "service_stale", "service=%s step=%s", step->service, step->id);
        *reason = "service_stale";
        service = NULL;
    }
    return service;
}

static void send_step(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const struct step *step,
    const struct service *service, int64_t now)
{
    struct fill_for whom = {series->campaign, enrolment->person_id,
        enrolment->address_id, service, NULL, step->when.event};
    int64_t useless = useless_at(planner, enrolment, step, now);
    struct outgoing outgoing = {
        .kind = KIND_STEP,
        .campaign_id = series->campaign->id,
        .series_id = series->id,
        .enrolment_id = enrolment->id,
        .occurrence = enrolment->occurrence,
        .person_id = enrolment->person_id,
        .address_id = enrolment->address_id,
        .step = step->id,
        .due_at = enrolment->slot_at,
        .late_ms = step->late_ms < useless - enrolment->slot_at
                       ? step->late_ms
                       : useless - enrolment->slot_at,
    };
    struct gate_answer answer;
    struct planner_form form;
    char *text = planner_fill(planner, &whom, &step->text, now);
    int64_t message;

    if (text == NULL) {
        plan_over(planner, enrolment, series, "skipped", "discreet", now);
        return;
    }
    planner_form_step(planner, &whom, step, now, &form);
    outgoing.text = text;
    outgoing.form = &form.form;
    message = outbox_queue(planner->outbox, &outgoing, now, &answer);
    planner_form_fini(&form);
    free(text);
    if (message != 0) {
        left(planner, enrolment, series, step, message, answer.channel, now);
    } else if (answer.verdict == GATE_WAIT) {
        hold(planner, enrolment, series, step, &answer, now);
    } else {
        if (strcmp(answer.reason, "reconfirm") == 0) {
            plan_reconfirm(planner, enrolment, series, now);
        }
        plan_over(planner, enrolment, series, "skipped", answer.reason, now);
    }
}

void plan_reconfirm(const struct planner *planner, const struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    struct fill_for whom = {
        series->campaign, enrolment->person_id, enrolment->address_id, NULL};
    struct outgoing outgoing = {
        .kind = KIND_INVITATION,
        .campaign_id = series->campaign->id,
        .series_id = series->id,
        .enrolment_id = enrolment->id,
        .occurrence = 1,
        .person_id = enrolment->person_id,
        .address_id = enrolment->address_id,
        .step = RECONFIRM_STEP,
        .reconfirms = true,
        .due_at = now,
        .late_ms = 24LL * 60 * 60 * 1000,
    };
    struct gate_answer answer;
    char *text;

    if (address_state(planner->db, enrolment->address_id, now) !=
        ADDRESS_RECONFIRM_DUE) {
        return; /* it was asked, and has not answered yes */
    }
    text = planner_fill(
        planner, &whom, &series->campaign->compiled->replies[REPLY_RECONFIRM], now);
    outgoing.text = text;
    if (text != NULL && outbox_queue(planner->outbox, &outgoing, now, &answer) != 0) {
        address_reconfirm_asked(planner->db, enrolment->address_id, now);
    }
    free(text);
}

/* True when the step is over without a message: late, done before, not for her. */
static bool is_over(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const struct step *step,
    const struct gate_subject *subject, int64_t now)
{
    if (outcome_is_final(planner->db, enrolment->id, step->id, enrolment->occurrence)) {
        planner_set_step(planner, enrolment, series, step->id, now);
        enrolment_save(planner->db, enrolment, now);
    } else if (step->kind == STEP_WAIT) {
        enrolment->before_at = now; /* a span behind a wait counts from its end */
        plan_over(planner, enrolment, series, "skipped", "waited", now);
    } else if (now > enrolment->slot_at + step->late_ms ||
               now >= useless_at(planner, enrolment, step, now)) {
        plan_over(planner, enrolment, series, "missed", "late", now);
    } else if (!plan_fits(&step->audience, subject)) {
        plan_over(planner, enrolment, series, "skipped", "not_for", now);
    } else {
        return false;
    }
    return true;
}

void plan_step_active(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    const struct service *service = NULL;
    const struct step *step;
    struct gate_subject subject;
    const char *reason;

    if (enrolment->step[0] == '\0') {
        planner_end(planner, enrolment, "completed", now);
        return;
    }
    step = series_step(series->compiled, enrolment->step);
    if (step == NULL) {
        planner_follow(planner, enrolment, series, now);
        return;
    }
    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    if (plan_branch(planner, enrolment, series, now) ||
        is_over(planner, enrolment, series, step, &subject, now)) {
        return;
    }
    if (step->kind == STEP_REFER) {
        service = service_of(step, series, &subject, now, &reason);
        if (service == NULL) {
            plan_over(planner, enrolment, series, "skipped", reason, now);
            return;
        }
    }
    send_step(planner, enrolment, series, step, service, now);
}

/* What a reminder says: its own text, or (put off) the step's own again. */
static const struct text *reminder_text(
    const struct step *step, const struct question *question)
{
    return question->postponed ? &step->text : &step->reminder;
}

void plan_remind(const struct planner *planner, struct question *question, int64_t now)
{
    const struct catalogue_series *series;
    const struct step *step = NULL;
    struct enrolment enrolment;
    struct gate_answer answer = {.verdict = GATE_DENY};
    struct planner_form form;
    char *text = NULL, name[40];
    int64_t last = question->closes_at;

    if (enrolment_find(planner->db, question->enrolment_id, &enrolment) &&
        enrolment.state == ENROLMENT_ACTIVE && question->answered_at == 0) {
        series = catalogue_series_find(planner->catalogue, enrolment.series_id);
        step = series == NULL ? NULL : series_step(series->compiled, question->step);
    }
    if (step != NULL) {
        struct fill_for whom = {series->campaign, enrolment.person_id,
            enrolment.address_id, NULL, NULL, step->when.event};
        struct outgoing outgoing = {
            .kind = KIND_STEP,
            .campaign_id = series->campaign->id,
            .series_id = series->id,
            .enrolment_id = enrolment.id,
            .occurrence = question->occurrence,
            .person_id = enrolment.person_id,
            .address_id = enrolment.address_id,
            .step = name,
            .uncounted = question->postponed,
            .due_at = question->reminder_at,
        };
        int64_t useless = useless_at(planner, &enrolment, step, now);

        last = useless < last ? useless : last;
        outgoing.late_ms = last - question->reminder_at;
        snprintf(name, sizeof name, "%s*", step->id);
        text = planner_fill(planner, &whom, reminder_text(step, question), now);
        if (question->postponed) { /* the step's own again, as it was */
            planner_form_step(planner, &whom, step, now, &form);
        } else {
            planner_form_choices(planner, &whom, step, NULL, now, &form);
        }
        outgoing.text = text;
        outgoing.form = &form.form;
        if (text != NULL && outgoing.late_ms > 0) {
            outbox_queue(planner->outbox, &outgoing, now, &answer);
        }
        planner_form_fini(&form);
        free(text);
    }
    question->reminder_at =
        answer.verdict == GATE_WAIT && answer.until < last ? answer.until : 0;
    question_save(planner->db, question);
}
