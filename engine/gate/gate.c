#include "gate/gate.h"

#include <string.h>

#include "base/must.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "content/config.h"
#include "gate/hours.h"
#include "people/catalogue.h"
#include "store/address_health.h"
#include "store/consent.h"
#include "store/enrolment.h"
#include "store/guardian.h"
#include "store/message.h"

/* How long a message of a paused campaign waits before it is looked at again. */
static const int64_t PAUSE_LOOK_MS = 10 * 60 * 1000;

static void deny(struct gate_answer *answer, const char *reason)
{
    answer->verdict = GATE_DENY;
    answer->reason = reason;
}

/* Of several reasons to wait, the one that lasts longest counts. */
static void wait_until(struct gate_answer *answer, const char *reason, int64_t until)
{
    if (answer->verdict == GATE_WAIT && answer->until >= until) {
        return;
    }
    answer->verdict = GATE_WAIT;
    answer->reason = reason;
    answer->until = until;
}

void gate_init(struct gate *gate, struct db *db, const struct catalogue *catalogue,
    const struct config *config)
{
    *gate = (struct gate){.db = db, .catalogue = catalogue, .config = config};
    hours_default(&gate->rules);
}

void gate_subject(const struct gate *gate, int64_t person_id, int64_t now,
    struct gate_subject *subject)
{
    const struct district *district = NULL;

    *subject = (struct gate_subject){.hours = &gate->rules, .minor = true};
    if (person_id != 0 && person_find(gate->db, person_id, &subject->person)) {
        subject->zone = zone_find(subject->person.zone);
        district = catalogue_district(gate->catalogue, subject->person.district);
    }
    if (subject->zone == NULL) {
        subject->zone = zone_find(gate->config->timezone);
    }
    must(subject->zone != NULL, "zone %s", gate->config->timezone);
    if (district != NULL) {
        subject->hours = &district->hours;
    }
    if (subject->person.id != 0) {
        subject->minor =
            person_is_minor(&subject->person, zone_civil(subject->zone, now).year);
    }
}

/* Acks, safety and alerts go whatever is paused. Returns true when it is decided. */
static bool check_running(const struct gate *gate, const struct gate_question *question,
    int64_t now, struct gate_answer *answer)
{
    const struct catalogue_series *series;

    if (question->series_id == 0 ||
        (question->kind != KIND_INVITATION && question->kind != KIND_STEP)) {
        return false;
    }
    series = catalogue_series_find(gate->catalogue, question->series_id);
    if (series == NULL || series->campaign->state == RUN_STOPPED ||
        series->state == RUN_STOPPED) {
        deny(answer, "campaign_stopped");
        return true;
    }
    if (series->campaign->state != RUN_RUNNING) {
        wait_until(answer, "campaign_paused", now + PAUSE_LOOK_MS);
    } else if (series->state != RUN_RUNNING) {
        wait_until(answer, "series_paused", now + PAUSE_LOOK_MS);
    }
    return false;
}

static bool is_test_phone(const struct gate *gate, int64_t address_id)
{
    const struct option_list *phones = &gate->config->test_phones;
    struct address address;

    if (!address_get(gate->db, address_id, &address)) {
        return false;
    }
    for (size_t i = 0; i < phones->n; i++) {
        if (strcmp(phones->items[i], address.value) == 0) {
            return true;
        }
    }
    return false;
}

/* A number that may be somebody else's by now is asked before anything else goes there. */
static bool check_address(const struct gate *gate, const struct gate_question *question,
    int64_t now, struct gate_answer *answer)
{
    if ((question->kind == KIND_INVITATION || question->kind == KIND_STEP) &&
        !question->reconfirms &&
        address_state(gate->db, question->address_id, now) != ADDRESS_OK) {
        deny(answer, "reconfirm");
        return false;
    }
    return true;
}

/* The one question to a number on a form, while the child's own yes still stands. */
static void check_guardian(const struct gate *gate,
    const struct gate_question *question, const struct guardian *guardian,
    struct gate_answer *answer)
{
    answer->basis_id = guardian->basis_id;
    if (guardian->decision != GUARDIAN_SILENT) {
        deny(answer, "guardian_answered");
    } else if (consent_live(
                   gate->db, question->person_id, false, question->series_id) == 0) {
        deny(answer, "no_consent");
    }
}

/* What allows the message at all; false when nothing does. */
static bool check_permission(const struct gate *gate,
    const struct gate_question *question, const struct gate_subject *subject,
    const struct guardian *guardian, struct gate_answer *answer)
{
    if ((question->kind == KIND_INVITATION || question->kind == KIND_STEP) &&
        erasure_is_requested(gate->db, question->person_id, NULL)) {
        deny(answer, "erasure_requested");
        return false;
    }
    switch (question->kind) {
    case KIND_INVITATION:
        if (guardian != NULL) {
            check_guardian(gate, question, guardian, answer);
            break;
        }
        answer->basis_id = basis_of_person(gate->db, question->person_id, NULL);
        if (answer->basis_id == 0) {
            deny(answer, "no_basis");
        }
        break;
    case KIND_STEP:
        answer->consent_id =
            consent_live(gate->db, question->person_id, false, question->series_id);
        if (answer->consent_id == 0) {
            deny(answer, "no_consent");
        } else if (subject->minor) {
            answer->guardian_id =
                consent_live(gate->db, question->person_id, true, question->series_id);
            if (answer->guardian_id == 0) {
                deny(answer, "no_guardian_consent");
            }
        }
        break;
    case KIND_TEST:
        if (!is_test_phone(gate, question->address_id)) {
            deny(answer, "not_a_test_phone");
        }
        break;
    default:
        must(question->kind == KIND_ALERT || question->inbound_at != 0,
            "a %s that answers nothing", message_kind_name(question->kind));
        break;
    }
    return answer->verdict != GATE_DENY;
}

/* Nothing that we start leaves in closed hours; a neutral reply does for five minutes. */
static void check_hours(const struct gate_question *question,
    const struct gate_subject *subject, int64_t now, struct gate_answer *answer)
{
    int64_t open;

    if (question->kind == KIND_TEST || question->kind == KIND_ALERT) {
        return;
    }
    open = hours_next_open(subject->hours, subject->zone, subject->minor, now);
    if (open == now) {
        return;
    }
    if (question->neutral && question->inbound_at != 0) {
        if (now - question->inbound_at > REPLY_AT_NIGHT_MS) {
            deny(answer, "quiet_hours");
        }
        return;
    }
    wait_until(answer, "quiet_hours", open);
}

/* TUNDA: a person's rest holds back what is queued already, reminders too. */
static void check_rest(const struct gate *gate, const struct gate_question *question,
    int64_t now, struct gate_answer *answer)
{
    struct enrolment enrolment;

    if (question->kind == KIND_STEP &&
        enrolment_of(gate->db, question->person_id, question->series_id, &enrolment) &&
        enrolment.paused_until > now) {
        wait_until(answer, "person_paused", enrolment.paused_until);
    }
}

static void check_caps(const struct gate *gate, const struct gate_question *question,
    const struct gate_subject *subject, struct gate_answer *answer)
{
    const struct catalogue_series *series =
        catalogue_series_find(gate->catalogue, question->series_id);
    int64_t cap_day = series == NULL ? 1 : series->campaign->compiled->cap_day;
    int64_t cap_week = series == NULL ? 3 : series->campaign->compiled->cap_week;
    int32_t today = answer->day, monday = day_monday(today);
    struct cap_used used;

    answer->counts = !question->uncounted &&
                     (question->kind == KIND_INVITATION || question->kind == KIND_STEP);
    if (!answer->counts) {
        return;
    }
    cap_count(gate->db, question->address_id, today, monday, &used);
    if (question->counted) {
        used.day -= question->counted_day == today;
        used.week -=
            question->counted_day >= monday && question->counted_day <= monday + 6;
    }
    if (used.week >= cap_week) {
        wait_until(answer, "cap_week", zone_at(subject->zone, monday + 7, 0));
    }
    if (used.day >= cap_day) {
        wait_until(answer, "cap_day", zone_at(subject->zone, today + 1, 0));
    }
}

void gate_check(const struct gate *gate, const struct gate_question *question,
    int64_t now, struct gate_answer *answer)
{
    struct gate_subject subject;
    struct guardian guardian;
    bool to_guardian =
        question->kind == KIND_INVITATION &&
        guardian_of(gate->db, question->person_id, question->address_id, &guardian);

    *answer = (struct gate_answer){.verdict = GATE_ALLOW, .reason = ""};
    gate_subject(gate, question->person_id, now, &subject);
    /* The child's district, but not the child's school hours. */
    subject.minor = subject.minor && !to_guardian;
    answer->day = zone_day(subject.zone, now);
    memcpy(answer->district, subject.person.district, sizeof answer->district);
    answer->wants = channel_parse(subject.person.channel, &answer->wanted) == 0;
    if (question->kind != KIND_ACK && question->kind != KIND_SAFETY &&
        question->kind != KIND_ALERT &&
        suppression_is_live(gate->db, question->address_id)) {
        deny(answer, "opted_out");
        return;
    }
    if (check_running(gate, question, now, answer) ||
        !check_permission(
            gate, question, &subject, to_guardian ? &guardian : NULL, answer) ||
        (!to_guardian && !check_address(gate, question, now, answer))) {
        return;
    }
    check_caps(gate, question, &subject, answer);
    check_rest(gate, question, now, answer);
    check_hours(question, &subject, now, answer);
    if (answer->verdict == GATE_WAIT) {
        /* What waits for another reason must also wake in an open hour. */
        answer->until = question->kind == KIND_TEST
                            ? answer->until
                            : hours_next_open(subject.hours, subject.zone,
                                  subject.minor, answer->until);
    }
}
