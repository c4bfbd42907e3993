/*
 * guardian.c (plan): a minor who said yes and waits for the guardian's consent.
 */
#include <stdio.h>
#include <stdlib.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "plan/internal.h"
#include "send/send.h"
#include "store/consent.h"
#include "store/guardian.h"

static const char STEP[] = "guardian"; /* of the question to the guardian's number */

void planner_wait_guardian(
    const struct planner *planner, struct enrolment *enrolment, int64_t now)
{
    enrolment->state = ENROLMENT_WAITING_GUARDIAN;
    snprintf(enrolment->reason, sizeof enrolment->reason, "guardian");
    enrolment->step[0] = '\0';
    enrolment->slot_at = 0;
    enrolment->due_at = now;
    enrolment_save(planner->db, enrolment, now);
}

/* Asks once; what may not leave yet is looked at again when it may. */
static void ask(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, struct guardian *guardian, int64_t now)
{
    struct fill_for whom = {.campaign = series->campaign,
        .person_id = enrolment->person_id,
        .address_id = guardian->address_id,
        .code = guardian->code};
    char *text = planner_fill(
        planner, &whom, &series->campaign->compiled->replies[REPLY_GUARDIAN], now);
    struct outgoing outgoing = {
        .kind = KIND_INVITATION,
        .campaign_id = series->campaign->id,
        .series_id = series->id,
        .enrolment_id = enrolment->id,
        .occurrence = 1,
        .person_id = enrolment->person_id,
        .address_id = guardian->address_id,
        .step = STEP,
        .text = text,
        .due_at = now,
        .late_ms = 24LL * 60 * 60 * 1000,
    };
    struct gate_answer answer;
    int64_t message;

    enrolment->due_at = 0;
    if (text == NULL) {
        return;
    }
    message = outbox_queue(planner->outbox, &outgoing, now, &answer);
    free(text);
    if (message != 0) {
        guardian->asked_at = now;
        guardian->series_id = series->id;
        guardian_save(planner->db, guardian);
        outcome_set(planner->db, enrolment->id, STEP, 1, "sent", "", message, now);
    } else if (answer.verdict == GATE_WAIT) {
        outcome_set(planner->db, enrolment->id, STEP, 1, "held", answer.reason, 0, now);
        enrolment->due_at = answer.until;
    } else {
        outcome_set(
            planner->db, enrolment->id, STEP, 1, "skipped", answer.reason, 0, now);
    }
}

void plan_step_guardian(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    struct gate_subject subject;
    struct guardian guardian;

    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    enrolment->due_at = 0;
    if (consent_live(planner->db, enrolment->person_id, false, series->id) == 0) {
        planner_end(planner, enrolment, "no_consent", now);
        return;
    }
    if (!subject.minor ||
        consent_live(planner->db, enrolment->person_id, true, series->id) != 0) {
        planner_activate(planner, enrolment, now);
        return;
    }
    if (guardian_to_ask(planner->db, enrolment->person_id, &guardian)) {
        ask(planner, enrolment, series, &guardian, now);
    }
    snprintf(enrolment->reason, sizeof enrolment->reason, "guardian");
    enrolment_save(planner->db, enrolment, now);
}

void planner_guardian_changed(
    const struct planner *planner, int64_t person_id, int64_t now)
{
    enum { LIVE_MAX = 16 };
    int64_t ids[LIVE_MAX];
    int n = enrolment_live_of_person(planner->db, person_id, ids, LIVE_MAX);

    for (int i = 0; i < n; i++) {
        struct enrolment enrolment;

        if (enrolment_find(planner->db, ids[i], &enrolment) &&
            enrolment.state == ENROLMENT_WAITING_GUARDIAN) {
            enrolment.due_at = now;
            enrolment_save(planner->db, &enrolment, now);
        }
    }
}

void planner_end_person(
    const struct planner *planner, int64_t person_id, const char *reason, int64_t now)
{
    enum { LIVE_MAX = 16 };
    int64_t ids[LIVE_MAX];
    int n = enrolment_live_of_person(planner->db, person_id, ids, LIVE_MAX);

    for (int i = 0; i < n; i++) {
        struct enrolment enrolment;

        if (enrolment_find(planner->db, ids[i], &enrolment)) {
            send_cancel_person(
                planner->db, person_id, enrolment.address_id, reason, now);
            planner_end(planner, &enrolment, reason, now);
        }
    }
}
