/*
 * consent.c (talk): YA, TIDAK and STOP, with the words, the channel and the time kept.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "send/send.h"
#include "store/asked.h"
#include "store/consent.h"
#include "store/guardian.h"
#include "store/person.h"
#include "talk/internal.h"

/* A reply may wait for an open hour until the next day, not longer. */
static const int64_t REPLY_LATE_MS = 24LL * 60 * 60 * 1000;
/* R22: the erasure is done within 72 hours. */
static const int64_t ERASED_WITHIN_MS = 72LL * 60 * 60 * 1000;

void talk_reply(struct talk_turn *turn, enum message_kind kind, const char *step,
    const struct text *text, bool neutral)
{
    talk_reply_formed(turn, kind, step, text, NULL, neutral);
}

void talk_reply_formed(struct talk_turn *turn, enum message_kind kind, const char *step,
    const struct text *text, const struct message_form *form, bool neutral)
{
    struct fill_for whom = {
        .campaign = turn->loaded,
        .person_id = turn->person_id,
        .address_id = turn->address_id,
        .date_at = turn->date_at,
    };
    struct outgoing outgoing = {
        .kind = kind,
        .series_id = turn->series == NULL ? 0 : turn->series->id,
        .person_id = turn->person_id,
        .address_id = turn->address_id,
        .step = step,
        .form = form,
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

void talk_evidence(const struct talk_turn *turn, char evidence[TALK_EVIDENCE_SIZE])
{
    snprintf(evidence, TALK_EVIDENCE_SIZE, "inbound:%lld", (long long)turn->inbound_id);
}

/* Records the person's own yes or no to the series' invitation. */
static void record(struct talk_turn *turn, bool refused)
{
    char wording[96], evidence[TALK_EVIDENCE_SIZE];
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
    talk_evidence(turn, evidence);
    consent_add(turn->talk->db, &consent, turn->now);
}

void talk_agreed(struct talk_turn *turn)
{
    const struct planner *planner = turn->talk->planner;
    const struct text *replies = turn->campaign->replies;
    struct gate_subject subject;

    gate_subject(planner->gate, turn->person_id, turn->now, &subject);
    if (!subject.minor || consent_live(turn->talk->db, turn->person_id, true,
                              turn->enrolment.series_id) != 0) {
        planner_activate(planner, &turn->enrolment, turn->now);
        talk_reply(turn, KIND_REPLY, "opt_in", &replies[REPLY_OPT_IN], true);
        return;
    }
    /* Her yes is assent only: nothing starts until the guardian has agreed too. */
    planner_wait_guardian(planner, &turn->enrolment, turn->now);
    if (subject.person.birth_year == 0 && replies[REPLY_ASK_AGE].plain != NULL &&
        asked_add(
            turn->talk->db, turn->address_id, "age", turn->person_id, turn->now)) {
        talk_reply(turn, KIND_REPLY, "ask_age", &replies[REPLY_ASK_AGE], false);
        return;
    }
    talk_reply(
        turn, KIND_REPLY, "waiting_guardian", &replies[REPLY_WAITING_GUARDIAN], false);
}

void talk_opt_in(struct talk_turn *turn)
{
    if (turn->series != NULL && turn->campaign != NULL) {
        record(turn, false);
        talk_agreed(turn);
    }
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
    char by[TALK_EVIDENCE_SIZE];

    talk_evidence(turn, by);
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

void talk_stop_quietly(struct talk_turn *turn, const char *reason, const char *words)
{
    suppression_add(turn->talk->db, turn->address_id, reason, words,
        channel_name(turn->channel), turn->inbound_id, turn->now);
    end_all(turn);
}

/* Queues the erasure of whoever wrote; of several behind the number a human finds out who
 * it was. Returns true when it is news, and there is somebody to erase. */
static bool request_erasure(struct talk_turn *turn)
{
    struct db *db = turn->talk->db;
    int64_t ids[2];
    int n = address_people(db, turn->address_id, ids, 2);
    bool news = n > 1 || (n == 1 && !erasure_is_requested(db, ids[0], NULL));

    if (n == 1) {
        erasure_request(db, ids[0], "asked", turn->now);
    }
    turn->date_at = turn->now + ERASED_WITHIN_MS;
    return news;
}

/* What is said after it: HAPUS has a word of its own, whatever was said to a STOP before. */
static enum reply_id stop_reply(
    const struct talk_turn *turn, enum keyword keyword, bool erases)
{
    const struct text *replies = turn->campaign->replies;

    if (keyword == KEYWORD_WRONG_NUMBER && replies[REPLY_WRONG_NUMBER].plain != NULL) {
        return REPLY_WRONG_NUMBER;
    }
    return erases && replies[REPLY_ERASE].plain != NULL ? REPLY_ERASE : REPLY_OPT_OUT;
}

void talk_opt_out(struct talk_turn *turn, enum keyword keyword, bool silent)
{
    struct db *db = turn->talk->db;
    bool watched = keyword == KEYWORD_STOP_WATCHED, erases = false;
    bool first = suppression_add(db, turn->address_id,
        keyword == KEYWORD_WRONG_NUMBER ? "wrong_number" : "opted_out",
        watched || silent ? "STOP" : turn->text, channel_name(turn->channel),
        turn->inbound_id, turn->now);
    enum reply_id reply;

    end_all(turn);
    /* What a guardian meant by a bare stop, or who holds that phone, a human finds out. */
    turn->sealed = watched || silent;
    turn->needs_human = watched || keyword == KEYWORD_ERASE ||
                        guardian_is_address(db, turn->address_id);
    if (watched) {
        /* Others read what comes to this phone: what may ever come again says nothing. */
        talk_flag_people(
            turn, PERSON_SHARED_PHONE | PERSON_DISCREET | PERSON_UNSAFE_PHONE);
    }
    if (keyword == KEYWORD_ERASE) {
        erases = request_erasure(turn);
    }
    if ((!first && !erases) || turn->campaign == NULL || watched || silent) {
        return;
    }
    reply = stop_reply(turn, keyword, erases);
    talk_reply(
        turn, KIND_ACK, reply_id_name(reply), &turn->campaign->replies[reply], true);
}
