/*
 * join.c: DAFTAR, alone or with a code: somebody joins by her own words (R1, R5, R26).
 *
 * The code is a series' join code, a district, or the code of a friend who told her. What
 * the code does not say stays unknown: no district, no age; unknown age is a minor's.
 */
#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "content/campaign.h"
#include "content/config.h"
#include "people/catalogue.h"
#include "store/asked.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/person.h"
#include "talk/internal.h"

static const char NO_ROLE[] = "contact"; /* as an import without the column says */

/* What the code came to. */
struct joining {
    const struct catalogue_series *series;
    const struct district *district; /* NULL: not said */
    int64_t friend_id;               /* whose code it was; 0: nobody's */
};

static bool is_open(const struct catalogue_series *series)
{
    return series->state != RUN_STOPPED && series->campaign->state != RUN_STOPPED;
}

static bool is_code(const char *text, const char *code)
{
    char own[REPLY_CODE_SIZE];

    if (text == NULL) {
        return false;
    }
    reply_code(text, own);
    return own[0] != '\0' && strcmp(own, code) == 0;
}

/* The first open series for that role (NULL or none: for anybody), of that campaign (NULL:
 * of any). */
static const struct catalogue_series *series_for(const struct catalogue *catalogue,
    const struct catalogue_campaign *campaign, const char *role)
{
    const struct catalogue_series *series;

    for (size_t i = 0; (series = catalogue_series_at(catalogue, i)) != NULL; i++) {
        const char *wanted = series->compiled->role;

        if (is_open(series) && (campaign == NULL || series->campaign == campaign) &&
            (role == NULL || wanted == NULL || strcmp(wanted, role) == 0)) {
            return series;
        }
    }
    return NULL;
}

static const struct catalogue_series *series_of_code(
    const struct catalogue *catalogue, const char *code)
{
    const struct catalogue_series *series;

    for (size_t i = 0; (series = catalogue_series_at(catalogue, i)) != NULL; i++) {
        if (is_open(series) && is_code(series->compiled->join_code, code)) {
            return series;
        }
    }
    return NULL;
}

static bool find_district(const struct catalogue *catalogue, const char *code,
    const char *role, struct joining *joining)
{
    const struct catalogue_campaign *campaign;

    for (size_t i = 0; (campaign = catalogue_campaign_at(catalogue, i)) != NULL; i++) {
        for (size_t k = 0; k < campaign->compiled->districts_n; k++) {
            const struct district *district = &campaign->compiled->districts[k];

            if (is_code(district->key, code) || is_code(district->name, code)) {
                joining->district = district;
                joining->series = series_for(catalogue, campaign, role);
                return joining->series != NULL;
            }
        }
    }
    return false;
}

static bool find_friend(
    struct talk_turn *turn, const char *code, struct joining *joining)
{
    const struct catalogue *catalogue = turn->talk->planner->catalogue;
    struct person person;
    int64_t id = person_by_code(turn->talk->db, code);

    if (id == 0 || !person_find(turn->talk->db, id, &person)) {
        return false;
    }
    joining->friend_id = id;
    joining->district = catalogue_district(catalogue, person.district);
    joining->series = series_for(catalogue, NULL, person.role);
    return joining->series != NULL;
}

/* role: of the person when she is known with one, else NULL. */
static bool resolve(struct talk_turn *turn, const char *words, const char *role,
    struct joining *joining)
{
    const struct catalogue *catalogue = turn->talk->planner->catalogue;
    char code[REPLY_CODE_SIZE];

    *joining = (struct joining){0};
    reply_code(words, code);
    joining->series = code[0] == '\0' ? series_for(catalogue, NULL, role)
                                      : series_of_code(catalogue, code);
    return joining->series != NULL ||
           (code[0] != '\0' && (find_district(catalogue, code, role, joining) ||
                                   find_friend(turn, code, joining)));
}

/* The one person behind the number; 0: nobody yet. False when there are several and none
 * of them is in a series now. */
static bool find_person(const struct talk_turn *turn, int64_t *person_id)
{
    int64_t ids[2];
    int n = address_people(turn->talk->db, turn->address_id, ids, 2);

    *person_id = n == 1 ? ids[0] : turn->has_enrolment ? turn->person_id : 0;
    return n < 2 || turn->has_enrolment;
}

/* Fills in what her words say and nobody knew. */
static void describe(
    struct talk_turn *turn, const struct joining *joining, struct person *person)
{
    const struct campaign *campaign = joining->series->campaign->compiled;
    const struct district *district = joining->district;
    const char *role = joining->series->compiled->role;

    if (district == NULL && campaign->districts_n == 1) {
        district = &campaign->districts[0];
    }
    if (person->district[0] == '\0' && district != NULL) {
        snprintf(person->district, sizeof person->district, "%s", district->key);
        snprintf(person->zone, sizeof person->zone, "%s", district->zone);
    }
    if (person->zone[0] == '\0') {
        snprintf(person->zone, sizeof person->zone, "%s",
            turn->talk->planner->gate->config->timezone);
    }
    if (person->role[0] == '\0' || strcmp(person->role, NO_ROLE) == 0) {
        snprintf(
            person->role, sizeof person->role, "%s", role != NULL ? role : NO_ROLE);
    }
}

static void record_basis(const struct talk_turn *turn)
{
    char evidence[TALK_EVIDENCE_SIZE];

    if (basis_of_person(turn->talk->db, turn->person_id, NULL) == 0) {
        talk_evidence(turn, evidence);
        basis_add(turn->talk->db, turn->person_id, turn->address_id,
            "wrote DAFTAR from this number", "", evidence, turn->now);
    }
}

static void record_consent(const struct talk_turn *turn, const struct joining *joining)
{
    char wording[96], evidence[120], source[TALK_EVIDENCE_SIZE];
    struct consent consent = {
        .person_id = turn->person_id,
        .series_id = joining->series->id,
        .channel = channel_name(turn->channel),
        .method = "join",
        .given_at = turn->now,
        .dated = "",
        .wording = wording,
        .words = turn->text,
        .evidence = evidence,
    };

    snprintf(wording, sizeof wording, "%s/DAFTAR",
        joining->series->campaign->compiled->wording);
    talk_evidence(turn, source);
    if (joining->friend_id != 0) {
        snprintf(evidence, sizeof evidence, "%s, by the code of person %lld", source,
            (long long)joining->friend_id);
    } else {
        snprintf(evidence, sizeof evidence, "%s", source);
    }
    consent_add(turn->talk->db, &consent, turn->now);
}

/* True when another person or series has the number: one number carries one at a time. */
static bool is_taken(const struct talk_turn *turn, int64_t enrolment_id)
{
    int64_t ids[2];
    int n = enrolment_live_of_address(turn->talk->db, turn->address_id, ids, 2);

    return n > 1 || (n == 1 && ids[0] != enrolment_id);
}

/* Her enrolment as new, the row of an earlier one if there is one. */
static void begin(struct talk_turn *turn, const struct joining *joining)
{
    struct enrolment *enrolment = &turn->enrolment;
    bool known =
        enrolment_of(turn->talk->db, turn->person_id, joining->series->id, enrolment);
    int64_t id = known ? enrolment->id : 0;

    if (!known) {
        *enrolment = (struct enrolment){
            .person_id = turn->person_id, .series_id = joining->series->id};
    }
    enrolment->address_id = turn->address_id;
    enrolment->state = ENROLMENT_INVITED;
    enrolment->step[0] = '\0';
    enrolment->occurrence = 1;
    enrolment->invited_at = enrolment->joined_at = enrolment->slot_at = 0;
    enrolment->due_at = turn->now;
    /* Her own word: that she once left another invitation unanswered is past. */
    snprintf(enrolment->reason, sizeof enrolment->reason, "joins");
    if (is_taken(turn, id)) {
        snprintf(enrolment->reason, sizeof enrolment->reason, "shared_number");
        enrolment->due_at = 0;
    }
    if (known) {
        enrolment_save(turn->talk->db, enrolment, turn->now);
    } else {
        enrolment->id = enrolment_add(turn->talk->db, enrolment, turn->now);
    }
    turn->has_enrolment = true;
}

/* She is in it already: her word is no news, and the state she is in is her answer. */
static bool say_again(struct talk_turn *turn)
{
    const struct text *replies = turn->campaign->replies;

    if (turn->enrolment.state == ENROLMENT_ACTIVE) {
        talk_reply(turn, KIND_REPLY, "opt_in", &replies[REPLY_OPT_IN], true);
    } else if (turn->enrolment.state == ENROLMENT_WAITING_GUARDIAN) {
        talk_reply(turn, KIND_REPLY, "waiting_guardian",
            &replies[REPLY_WAITING_GUARDIAN], false);
    } else if (turn->enrolment.invited_at != 0) {
        talk_opt_in(turn);
    } else {
        return false;
    }
    return true;
}

static void lift(const struct talk_turn *turn)
{
    char evidence[TALK_EVIDENCE_SIZE];

    talk_evidence(turn, evidence);
    suppression_lift(turn->talk->db, turn->address_id, turn->text, evidence, turn->now);
}

/* A number that was a wrong one: who writes is not who is behind it in our list. */
static bool is_strangers(const struct talk_turn *turn)
{
    char reason[24];

    return suppression_reason(turn->talk->db, turn->address_id, reason) &&
           strcmp(reason, "wrong_number") == 0;
}

/* Makes the person, or completes her, and sets the turn to her and her series. */
static void become(
    struct talk_turn *turn, const struct joining *joining, struct person *person)
{
    struct db *db = turn->talk->db;

    describe(turn, joining, person);
    if (person->id == 0) {
        person->id = person_add(db, person, turn->now);
        address_tie(db, person->id, turn->address_id, turn->now);
    } else {
        person_update(db, person, turn->now);
    }
    turn->person_id = person->id;
    turn->series = joining->series;
    turn->loaded = joining->series->campaign;
    turn->campaign = turn->loaded->compiled;
}

static bool fits_role(const struct joining *joining, const char *role)
{
    const char *wanted = joining->series->compiled->role;

    return role == NULL || wanted == NULL || strcmp(wanted, role) == 0;
}

/* Who it would be; false when only a human can tell, or may. */
static bool may_join(struct talk_turn *turn, struct person *person)
{
    int64_t id;

    *person = (struct person){0};
    return !is_strangers(turn) && find_person(turn, &id) &&
           (id == 0 || (person_find(turn->talk->db, id, person) &&
                           !erasure_is_requested(turn->talk->db, id, NULL)));
}

/* The role that she is known by; NULL: none yet. */
static const char *role_of(const struct person *person)
{
    return person->role[0] == '\0' || strcmp(person->role, NO_ROLE) == 0 ? NULL
                                                                         : person->role;
}

static void join(
    struct talk_turn *turn, const struct joining *joining, struct person *person)
{
    bool twice = joining->series->compiled->double_opt_in, live;

    become(turn, joining, person);
    lift(turn);
    live = enrolment_of(
               turn->talk->db, person->id, joining->series->id, &turn->enrolment) &&
           turn->enrolment.state != ENROLMENT_ENDED;
    if (live && say_again(turn)) {
        return;
    }
    record_basis(turn);
    if (!twice) {
        record_consent(turn, joining);
    }
    begin(turn, joining);
    if (turn->enrolment.due_at != 0 && !twice) {
        talk_agreed(turn);
    }
}

enum talk_join talk_join(struct talk_turn *turn, const char *words)
{
    struct person person;
    struct joining joining;
    bool may = may_join(turn, &person);

    if (!resolve(turn, words, role_of(&person), &joining)) {
        return TALK_JOIN_UNKNOWN;
    }
    if (!may || !fits_role(&joining, role_of(&person))) {
        return TALK_JOIN_HUMAN;
    }
    join(turn, &joining, &person);
    return TALK_JOINED;
}

bool talk_unknown_code(struct talk_turn *turn)
{
    if (turn->campaign == NULL ||
        turn->campaign->replies[REPLY_UNKNOWN_CODE].plain == NULL ||
        suppression_is_live(turn->talk->db, turn->address_id) ||
        !asked_add(
            turn->talk->db, turn->address_id, "code", turn->person_id, turn->now)) {
        return false;
    }
    talk_reply(turn, KIND_REPLY, "unknown_code",
        &turn->campaign->replies[REPLY_UNKNOWN_CODE], false);
    return true;
}

/* Of age only when that is certain: a year is taken at its end, and an age below 18 at
 * the latest birth year that it allows. */
static int birth_year_of(int number, int year)
{
    enum { AGES = 100, ADULT = 18 };

    return number >= AGES    ? number
           : number >= ADULT ? year - number - 1
                             : year - number;
}

bool talk_age(struct talk_turn *turn)
{
    struct db *db = turn->talk->db;
    int number = reply_age(turn->text), year;
    struct gate_subject subject;
    struct asked_row asked;

    if (number == 0 || !asked_find(db, turn->address_id, "age", &asked) ||
        asked.answered_at != 0 || talk_asked_since(turn, asked.at)) {
        return false;
    }
    gate_subject(turn->talk->planner->gate, asked.person_id, turn->now, &subject);
    year = zone_civil(subject.zone, turn->now).year;
    number = birth_year_of(number, year);
    /* What a list has said meanwhile stays: an answer only fills what nobody knew. */
    if (subject.person.id == 0 || subject.person.birth_year != 0 || number > year ||
        year - number > 110) {
        return false;
    }
    subject.person.birth_year = number;
    person_update(db, &subject.person, turn->now);
    asked_answer(db, &asked, turn->inbound_id, turn->now);
    turn->person_id = asked.person_id;
    if (turn->has_enrolment && turn->enrolment.person_id == asked.person_id &&
        turn->enrolment.state == ENROLMENT_WAITING_GUARDIAN && turn->series != NULL) {
        talk_agreed(turn);
    }
    return true;
}
