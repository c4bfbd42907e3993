/*
 * command.c: BANTU, TUNDA, LANJUT and SENYAP, and "ini hp mama".
 *
 * What is decided here:
 *  - BANTU is no danger by itself and no answer: a human reads it now. One reply in 24
 *    hours, and none to a phone that somebody watches (R13).
 *  - TUNDA rests the series that the number is in (plan/pause.c). While an invitation is
 *    open or a guardian is asked nothing comes anyway: it is acknowledged, and the
 *    invitation stays open. A second TUNDA moves nothing and is not answered again.
 *  - LANJUT ends a rest; behind a last step that asked for it, it is the consent to the
 *    news once a month (a minor's needs her guardian's too, R2); else it is acknowledged.
 *  - From a number that nobody is known behind, a command is for a human.
 */
#include <stdio.h>
#include <string.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "store/consent.h"
#include "store/message.h"
#include "store/person.h"
#include "talk/internal.h"

enum { PEOPLE_MAX = 64 };

static const int64_t HELP_AGAIN_MS = 24LL * 60 * 60 * 1000;
static const char ASKS_MONTHLY[] = "LANJUT";

static void reply(struct talk_turn *turn, enum message_kind kind, enum reply_id id)
{
    if (turn->campaign != NULL) {
        talk_reply(turn, kind, reply_id_name(id), &turn->campaign->replies[id], true);
    }
}

static void help(struct talk_turn *turn)
{
    struct db *db = turn->talk->db;

    if ((address_strictest_flags(db, turn->address_id) & PERSON_UNSAFE_PHONE) == 0 &&
        !message_since(db, turn->address_id, KIND_SAFETY, turn->now - HELP_AGAIN_MS)) {
        reply(turn, KIND_SAFETY, REPLY_HELP);
    }
}

static void rest(struct talk_turn *turn)
{
    if (!turn->has_enrolment || turn->enrolment.state != ENROLMENT_ACTIVE) {
        reply(turn, KIND_REPLY, REPLY_CONTINUE);
        return;
    }
    turn->date_at = planner_pause(turn->talk->planner, &turn->enrolment, turn->now);
    if (turn->date_at != 0) {
        reply(turn, KIND_REPLY, REPLY_PAUSE);
    }
}

static bool holds_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length) {
        bool begins = at == text || strchr(" .,:;!?(\"\n", at[-1]) != NULL;

        if (begins && strchr(" .,:;!?)\"\n", at[length]) != NULL) {
            return true;
        }
    }
    return false;
}

/* The last step asks for the monthly news when its text names the word for it. */
static const struct step *monthly_step(const struct series *series)
{
    const struct step *last =
        series->steps_n == 0 ? NULL : &series->steps[series->steps_n - 1];

    return last != NULL && last->text.plain != NULL &&
                   holds_word(last->text.plain, ASKS_MONTHLY)
               ? last
               : NULL;
}

/* The step by which she was asked for the monthly news; NULL when she was not. */
static const struct step *asked_monthly(struct talk_turn *turn)
{
    struct enrolment *enrolment = &turn->enrolment;
    const struct step *step = NULL;

    if (turn->has_enrolment
            ? enrolment->step[0] != '\0'
            : !enrolment_completed(turn->talk->db, turn->person_id, enrolment)) {
        return NULL;
    }
    turn->series =
        catalogue_series_find(turn->talk->planner->catalogue, enrolment->series_id);
    if (turn->series != NULL) {
        turn->loaded = turn->series->campaign;
        turn->campaign = turn->loaded->compiled;
        step = monthly_step(turn->series->compiled);
    }
    return step != NULL && outcome_is_sent(turn->talk->db, enrolment->id, step->id, 1)
               ? step
               : NULL;
}

static void agree_monthly(struct talk_turn *turn, const struct step *step)
{
    char wording[96], evidence[TALK_EVIDENCE_SIZE];
    struct consent consent = {
        .person_id = turn->person_id,
        .monthly = true,
        .channel = channel_name(turn->channel),
        .method = "reply",
        .given_at = turn->now,
        .dated = "",
        .wording = wording,
        .words = turn->text,
        .evidence = evidence,
    };

    snprintf(wording, sizeof wording, "%s/%s", turn->campaign->wording, step->id);
    talk_evidence(turn, evidence);
    consent_add(turn->talk->db, &consent, turn->now);
}

/* True when she may agree by herself: of age, or her guardian has named it. */
static bool may_agree(const struct talk_turn *turn)
{
    struct gate_subject subject;

    gate_subject(turn->talk->planner->gate, turn->person_id, turn->now, &subject);
    return !subject.minor ||
           consent_live_monthly(turn->talk->db, turn->person_id, true) != 0;
}

static void go_on(struct talk_turn *turn, int people)
{
    struct db *db = turn->talk->db;
    const struct step *step;

    if (turn->has_enrolment &&
        planner_continue(turn->talk->planner, &turn->enrolment, turn->now)) {
        reply(turn, KIND_REPLY, REPLY_CONTINUE);
        return;
    }
    step = turn->person_id == 0 ? NULL : asked_monthly(turn);
    if (suppression_is_live(db, turn->address_id) ||
        (turn->has_enrolment && turn->enrolment.state == ENROLMENT_INVITED) ||
        (step != NULL && (people > 1 || !may_agree(turn)))) {
        turn->needs_human = true; /* what it goes on with, or who says it, is open */
        return;
    }
    if (step != NULL && consent_live_monthly(db, turn->person_id, false) == 0) {
        agree_monthly(turn, step);
    }
    reply(turn, KIND_REPLY, REPLY_CONTINUE);
}

void talk_flag_people(struct talk_turn *turn, unsigned flags)
{
    int64_t ids[PEOPLE_MAX];
    int n = address_people(turn->talk->db, turn->address_id, ids, PEOPLE_MAX);

    for (int i = 0; i < n; i++) {
        struct person person;

        if (person_find(turn->talk->db, ids[i], &person)) {
            person.flags |= flags;
            person_update(turn->talk->db, &person, turn->now);
        }
    }
}

static void be_discreet(struct talk_turn *turn)
{
    talk_flag_people(turn, PERSON_DISCREET);
    reply(turn, KIND_REPLY, REPLY_DISCREET);
}

bool talk_command(struct talk_turn *turn, enum keyword keyword, enum intent *intent)
{
    int64_t ids[2];
    int people = address_people(turn->talk->db, turn->address_id, ids, 2);

    switch (keyword) {
    case KEYWORD_HELP:
        *intent = INTENT_HELP;
        help(turn);
        return true;
    case KEYWORD_SHARED_PHONE:
        *intent = INTENT_FREE;
        talk_flag_people(turn, PERSON_SHARED_PHONE);
        return true;
    case KEYWORD_PAUSE:
        *intent = INTENT_PAUSE;
        break;
    case KEYWORD_CONTINUE:
        *intent = INTENT_CONTINUE;
        break;
    case KEYWORD_DISCREET:
        *intent = INTENT_DISCREET;
        break;
    default:
        return false;
    }
    if (people == 0) {
        turn->needs_human = true;
    } else if (keyword == KEYWORD_PAUSE) {
        rest(turn);
    } else if (keyword == KEYWORD_CONTINUE) {
        go_on(turn, people);
    } else {
        be_discreet(turn);
    }
    return true;
}
