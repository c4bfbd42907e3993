/*
 * guardian.c (talk): SETUJU KODE and TIDAK KODE from a guardian's number.
 *
 * It counts from the one number that stands on the form and was asked, never from the
 * child's own, whatever the code. The words hold no topic, so they are stored in the
 * clear; the message is the guardian's, and is filed under nobody's name.
 */
#include <stdio.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "store/consent.h"
#include "store/guardian.h"
#include "store/person.h"
#include "talk/internal.h"

static void record(
    const struct talk_turn *turn, const struct guardian *guardian, bool refused)
{
    char evidence[120], source[TALK_EVIDENCE_SIZE];
    struct consent consent = {
        .person_id = guardian->person_id,
        .guardian = true,
        .refused = refused,
        .series_id = guardian->series_id,
        .channel = channel_name(turn->channel),
        .method = "reply",
        .given_at = turn->now,
        .dated = "",
        .wording = guardian->wording,
        .words = refused ? "TIDAK" : "SETUJU",
        .evidence = evidence,
    };

    talk_evidence(turn, source);
    snprintf(evidence, sizeof evidence, "%s, the number of form %lld", source,
        (long long)guardian->id);
    if (refused) { /* whatever it said before */
        consent_withdraw(turn->talk->db, guardian->person_id, true, source, turn->now);
    }
    consent_add(turn->talk->db, &consent, turn->now);
}

/* Under the campaign that asked, about the child, to the guardian's number. */
static void answer(
    const struct talk_turn *turn, const struct guardian *guardian, enum reply_id reply)
{
    struct talk_turn to = *turn;
    const struct catalogue_series *series =
        catalogue_series_find(turn->talk->planner->catalogue, guardian->series_id);

    if (series == NULL) {
        return;
    }
    to.person_id = guardian->person_id;
    to.series = series;
    to.loaded = series->campaign;
    to.campaign = series->campaign->compiled;
    talk_reply(
        &to, KIND_REPLY, reply_id_name(reply), &to.campaign->replies[reply], true);
}

/* The row that this message may decide on. */
static bool find(const struct talk_turn *turn, bool *yes, struct guardian *guardian)
{
    char code[REPLY_CODE_SIZE];
    struct db *db = turn->talk->db;

    return reply_agree(turn->text, yes, code) && guardian_by_code(db, code, guardian) &&
           guardian->address_id == turn->address_id && guardian->asked_at != 0 &&
           !address_is_tied(db, guardian->person_id, turn->address_id) &&
           !erasure_is_requested(db, guardian->person_id, NULL);
}

bool talk_guardian(struct talk_turn *turn)
{
    const struct planner *planner = turn->talk->planner;
    struct guardian guardian;
    bool yes;

    if (!find(turn, &yes, &guardian)) {
        return false;
    }
    record(turn, &guardian, !yes);
    guardian.answered_at = turn->now;
    guardian.decision = yes ? GUARDIAN_AGREED : GUARDIAN_REFUSED;
    guardian_save(turn->talk->db, &guardian);
    if (yes) {
        planner_guardian_changed(planner, guardian.person_id, turn->now);
    } else {
        planner_end_person(planner, guardian.person_id, "guardian_refused", turn->now);
        erasure_request(
            turn->talk->db, guardian.person_id, "guardian_refused", turn->now);
    }
    answer(turn, &guardian, yes ? REPLY_GUARDIAN_YES : REPLY_GUARDIAN_NO);
    return true;
}
