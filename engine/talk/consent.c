/*
 * consent.c (talk): YA, TIDAK and STOP, with the words, the channel and the time kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "send/send.h"
#include "store/consent.h"
#include "talk/internal.h"

/* A reply may wait for an open hour until the next day, not longer. */
static const int64_t REPLY_LATE_MS = 24LL * 60 * 60 * 1000;

void talk_reply(struct talk_turn *turn, enum message_kind kind, const char *step,
    const struct text *text, bool neutral)
{
    struct fill_for whom = {
        .campaign = turn->loaded,
        .person_id = turn->person_id,
        .address_id = turn->address_id,
    };
    struct outgoing outgoing = {
        .kind = kind,
        .series_id = turn->series == NULL ? 0 : turn->series->id,
        .person_id = turn->person_id,
        .address_id = turn->address_id,
        .step = step,
        .gateway = turn->gateway,
        .neutral = neutral,
        .inbound_id = turn->inbound_id,
        .inbound_at = turn->now,
        .due_at = turn->now,
        .late_ms = REPLY_LATE_MS,
    };
    struct gate_answer answer;
    char *filled;

    if (turn->loaded == NULL) {
        return;
    }
    outgoing.campaign_id = turn->loaded->id;
    filled = planner_fill(turn->talk->planner, &whom, text, turn->now);
    if (filled != NULL) {
        outgoing.text = filled;
        outbox_queue(turn->talk->outbox, &outgoing, turn->now, &answer);
        free(filled);
    }
}

/* Records the person's own yes or no to the series' invitation; returns its id. */
static int64_t record(struct talk_turn *turn, bool refused)
{
    char wording[96], evidence[40];
    struct consent consent = {
        .person_id = turn->person_id,
        .refused = refused,
        .series_id = turn->enrolment.series_id,
        .channel = channel_name(turn->channel),
        .method = "reply",
        .given_at = turn->now,
        .dated = "",
        .wording = wording,
        .words = turn->text,
        .evidence = evidence,
    };

    snprintf(wording, sizeof wording, "%s/%s", turn->campaign->wording,
        turn->series->compiled->invitation_id);
    snprintf(evidence, sizeof evidence, "inbound:%lld", (long long)turn->inbound_id);
    return consent_add(turn->talk->db, &consent, turn->now);
}

void talk_opt_in(struct talk_turn *turn)
{
    const struct planner *planner = turn->talk->planner;
    struct gate_subject subject;

    if (turn->series == NULL || turn->campaign == NULL) {
        return;
    }
    record(turn, false);
    gate_subject(planner->gate, turn->person_id, turn->now, &subject);
    if (subject.minor && consent_live(turn->talk->db, turn->person_id, true,
                             turn->enrolment.series_id) == 0) {
        /* Her YA is assent only: nothing starts until the guardian has agreed too. */
        turn->enrolment.state = ENROLMENT_WAITING_GUARDIAN;
        snprintf(turn->enrolment.reason, sizeof turn->enrolment.reason, "guardian");
        turn->enrolment.due_at = 0;
        enrolment_save(turn->talk->db, &turn->enrolment, turn->now);
        talk_reply(turn, KIND_REPLY, "waiting_guardian",
            &turn->campaign->replies[REPLY_WAITING_GUARDIAN], false);
        return;
    }
    planner_activate(planner, &turn->enrolment, turn->now);
    talk_reply(
        turn, KIND_REPLY, "opt_in", &turn->campaign->replies[REPLY_OPT_IN], true);
}

void talk_decline(struct talk_turn *turn)
{
    if (turn->series != NULL && turn->campaign != NULL) {
        record(turn, true);
    }
    planner_end(turn->talk->planner, &turn->enrolment, "declined", turn->now);
}

/* Everything behind the number ends, at once and whoever wrote. */
static void end_all(struct talk_turn *turn)
{
    enum { LIVE_MAX = 64, PEOPLE_MAX = 64 };
    struct db *db = turn->talk->db;
    struct enrolment enrolment;
    int64_t ids[LIVE_MAX];
    int n = enrolment_live_of_address(db, turn->address_id, ids, LIVE_MAX);
    char by[40];

    snprintf(by, sizeof by, "inbound:%lld", (long long)turn->inbound_id);
    for (int i = 0; i < n; i++) {
        if (enrolment_find(db, ids[i], &enrolment)) {
            /* Not planner_end(): nobody comes next on a number that said stop. */
            enrolment.state = ENROLMENT_ENDED;
            snprintf(enrolment.reason, sizeof enrolment.reason, "opted_out");
            enrolment.step[0] = '\0';
            enrolment.due_at = enrolment.slot_at = 0;
            enrolment_save(db, &enrolment, turn->now);
        }
    }
    n = address_people(db, turn->address_id, ids, PEOPLE_MAX);
    for (int i = 0; i < n; i++) {
        consent_withdraw(db, ids[i], false, by, turn->now);
    }
    send_cancel_address(db, turn->address_id, "opted_out", turn->now);
}

void talk_opt_out(struct talk_turn *turn)
{
    bool first = suppression_add(turn->talk->db, turn->address_id, "opted_out",
        turn->text, channel_name(turn->channel), turn->inbound_id, turn->now);

    end_all(turn);
    if (first && turn->campaign != NULL) {
        talk_reply(
            turn, KIND_ACK, "opt_out", &turn->campaign->replies[REPLY_OPT_OUT], true);
    }
}
