/*
 * play_run.c: time passes, messages leave, and what becomes of the steps is told.
 */
#include "cli/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/mem.h"
#include "base/zone.h"
#include "cli/play_message.h"
#include "content/campaign.h"
#include "content/config.h"
#include "people/catalogue.h"
#include "report/reason.h"
#include "store/address_health.h"
#include "store/db.h"
#include "store/message.h"
#include "store/person.h"
#include "store/view.h"

enum { MESSAGES_A_LOOK = 16, OUTCOMES_MAX = 512, TURNS_MAX = 20000 };
static const int64_t DAY_MS = 24LL * 60 * 60 * 1000;

int64_t play_now(const struct play *play)
{
    return clock_now(&play->engine.clock);
}

/* Nobody has to claim, send or report: it leaves, and has arrived. */
static bool arrive(struct play *play, struct message *message)
{
    struct db *db = play->engine.db;
    int64_t now = play_now(play);

    message->attempts++;
    db_unit_begin(db);
    message_move(db, message, MESSAGE_SENDING, FAILURE_NONE, "", now);
    message_move(db, message, MESSAGE_SENT, FAILURE_NONE, "", now);
    message_move(db, message, MESSAGE_DELIVERED, FAILURE_NONE, "", now);
    address_note_result(db, message->address_id, FAILURE_NONE, true, now);
    return db_unit_end(db, true) == 0;
}

/* True when something left. */
static bool deliver(struct play *play)
{
    const struct config *config = play->config;
    struct message list[MESSAGES_A_LOOK];
    bool any = false;

    for (size_t i = 0; i < config->gateways_n; i++) {
        for (int priority = 0; priority < PRIORITIES; priority++) {
            int n = message_claimable(play->engine.db, config->gateways[i].name,
                priority, play_now(play), list, MESSAGES_A_LOOK);

            for (int k = 0; k < n; k++) {
                struct play_message *shown = play_message_new(play, &list[k]);

                if (arrive(play, &list[k])) {
                    play_message_show(play, shown);
                    any = true;
                }
                play_message_free(shown);
            }
        }
    }
    return any;
}

static bool is_told(const struct play *play, const struct view_outcome *outcome)
{
    for (size_t i = 0; i < play->known_n; i++) {
        const struct view_outcome *known = &play->known[i];

        if (strcmp(known->step, outcome->step) == 0 &&
            known->occurrence == outcome->occurrence &&
            strcmp(known->outcome, outcome->outcome) == 0 &&
            strcmp(known->reason, outcome->reason) == 0) {
            return true;
        }
    }
    return false;
}

static void tell(struct play *play, const struct view_outcome *outcome)
{
    char sentence[REASON_SENTENCE_SIZE], when[40];

    if (strcmp(outcome->outcome, "sent") == 0) {
        return; /* its message is shown */
    }
    reason_explain(NULL, outcome->reason, sentence);
    play_time(play, outcome->at, when);
    play_show_note(&play->show, "%s  %s %s (%s): %s", when, outcome->step,
        outcome->outcome, outcome->reason, sentence);
    play->shown++;
}

static void tell_outcomes(struct play *play)
{
    struct view_outcome *list = mem_zero(OUTCOMES_MAX, sizeof *list);
    int n = view_outcomes(play->engine.db, play->enrolment_id, list, OUTCOMES_MAX);

    for (int i = n - 1; i >= 0; i--) {
        if (!is_told(play, &list[i])) {
            tell(play, &list[i]);
        }
    }
    free(play->known);
    play->known = list;
    play->known_n = (size_t)n;
}

static void tell_enrolment(struct play *play)
{
    struct enrolment enrolment;
    char sentence[REASON_SENTENCE_SIZE], when[40];

    if (!enrolment_find(play->engine.db, play->enrolment_id, &enrolment) ||
        (enrolment.state == play->state &&
            strcmp(enrolment.reason, play->reason) == 0)) {
        return;
    }
    play->state = enrolment.state;
    snprintf(play->reason, sizeof play->reason, "%s", enrolment.reason);
    if (enrolment.state == ENROLMENT_INVITED && enrolment.reason[0] == '\0') {
        return;
    }
    reason_explain(NULL, enrolment.reason, sentence);
    play_time(play, play_now(play), when);
    play_show_note(&play->show, "%s  %s: %s%s%s%s%s", when, play->series->id,
        enrolment_state_name(enrolment.state), enrolment.reason[0] == '\0' ? "" : ", ",
        enrolment.reason, sentence[0] == '\0' ? "" : ". ", sentence);
    play->shown++;
}

int play_settle(struct play *play, struct err *err)
{
    bool more = true;

    for (int i = 0; more && i < TURNS_MAX; i++) {
        int kept = play_quiet();

        more = planner_steps(&play->engine.planner, play_now(play)) > 0;
        play_loud(kept);
        tell_outcomes(play);
        more = deliver(play) || more;
        tell_enrolment(play);
        if (db_commit(play->engine.db, err) != 0) {
            return -1;
        }
        if (play->sum.messages + play->sum.replies >= PLAY_MESSAGES_MAX) {
            return err_set(err, ERR_REFUSED,
                "%d messages went to and fro; that is where a preview ends",
                PLAY_MESSAGES_MAX);
        }
    }
    return 0;
}

/* When there is something to do again; 0: never. */
static int64_t next_due(const struct play *play)
{
    int64_t due = planner_next_due(&play->engine.planner);

    for (size_t i = 0; i < play->config->gateways_n; i++) {
        int64_t claim =
            message_next_claim(play->engine.db, play->config->gateways[i].name);

        due = claim != 0 && (due == 0 || claim < due) ? claim : due;
    }
    return due;
}

/* One event further, not beyond `until`. Returns 1, 0 when there is none, -1. */
static int turn(struct play *play, int64_t until, struct err *err)
{
    int64_t due = next_due(play), now = play_now(play);

    if (due == 0 || due > until) {
        return 0;
    }
    clock_jump(&play->engine.clock, due > now ? due : now + 1);
    return play_settle(play, err) == 0 ? 1 : -1;
}

static int64_t end_of(const struct play *play)
{
    return play->started_at + PLAY_DAYS_MAX * DAY_MS;
}

static int is_over(struct err *err)
{
    return err_set(
        err, ERR_REFUSED, "two years have passed; that is where a preview ends");
}

int play_pass(struct play *play, int64_t span_ms, struct err *err)
{
    int64_t until = play_now(play) + span_ms;
    char when[40];
    int result = 1;

    if (until > end_of(play)) {
        return is_over(err);
    }
    for (int i = 0; result == 1 && i < TURNS_MAX; i++) {
        result = turn(play, until, err);
    }
    clock_jump(&play->engine.clock, until);
    play_time(play, play_now(play), when);
    play_show_note(&play->show, "%s", when);
    return result < 0 ? -1 : 0;
}

/* False, and said, when nothing more is to come. */
static bool is_left(struct play *play, int result, struct err *err)
{
    if (result == 0 && next_due(play) != 0) {
        is_over(err);
    } else if (result == 0) {
        play_show_note(&play->show, "nothing more will happen by itself");
    }
    return result == 1;
}

int play_next(struct play *play, struct err *err)
{
    int64_t before = play->shown;
    int result = 1;

    *err = (struct err){0};
    for (int i = 0; i < TURNS_MAX && result == 1 && play->shown == before; i++) {
        result = turn(play, end_of(play), err);
    }
    return !is_left(play, result, err) && err->code != ERR_NONE ? -1 : 0;
}

static bool has_outcome(const struct play *play, const char *step)
{
    for (size_t i = 0; i < play->known_n; i++) {
        if (strcmp(play->known[i].step, step) == 0 &&
            strcmp(play->known[i].outcome, "held") != 0) {
            return true;
        }
    }
    return false;
}

int play_to(struct play *play, const char *step, struct err *err)
{
    bool is_invitation = play->series->invitation_id != NULL &&
                         strcmp(play->series->invitation_id, step) == 0;
    int result = 1;

    *err = (struct err){0};
    if (!is_invitation && series_step(play->series, step) == NULL) {
        return err_set(
            err, ERR_REFUSED, "series %s has no step \"%s\"", play->series->id, step);
    }
    if (has_outcome(play, step)) {
        return err_set(err, ERR_REFUSED, "step %s is over already", step);
    }
    for (int i = 0; i < TURNS_MAX && result == 1 && !has_outcome(play, step); i++) {
        result = turn(play, end_of(play), err);
    }
    return !is_left(play, result, err) && err->code != ERR_NONE ? -1 : 0;
}

int play_begin(struct play *play, struct err *err)
{
    int result = play_settle(play, err) == 0 ? 1 : -1;

    for (int i = 0; i < TURNS_MAX && result == 1 && play->sum.messages == 0 &&
                    play->state == ENROLMENT_INVITED;
         i++) {
        result = turn(play, end_of(play), err);
    }
    return result < 0 ? -1 : 0;
}

int play_change(struct play *play, const char *pair, struct err *err)
{
    struct db *db = play->engine.db;
    struct play_person who = play->who;
    struct gate_subject subject;

    if (!person_find(db, play->person_id, &who.person)) {
        return err_set(err, ERR_UNABLE, "the person is gone");
    }
    gate_subject(&play->engine.gate, play->person_id, play_now(play), &subject);
    if (play_person_set(&who, play->campaign,
            zone_civil(subject.zone, play_now(play)).year, true, pair, err) != 0) {
        return -1;
    }
    snprintf(
        who.person.channel, sizeof who.person.channel, "%s", channel_name(who.channel));
    db_unit_begin(db);
    person_update(db, &who.person, play_now(play));
    if (db_unit_end(db, true) != 0) {
        return err_set(err, ERR_UNABLE, "the person could not be changed");
    }
    play->who = who;
    play_show_note(&play->show, "%s from now on", pair);
    return db_commit(db, err);
}
