#include "report/contact.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "content/phone.h"
#include "report/evidence.h"
#include "report/messages.h"
#include "report/reason.h"
#include "report/value.h"
#include "store/db.h"
#include "store/enrolment.h"
#include "store/meta.h"
#include "store/person.h"
#include "store/view.h"

enum {
    ADDRESSES_MAX = MESSAGES_ADDRESSES_MAX,
    SERIES_MAX = 32,
    ROWS_MAX = 64, /* consents, bases and steps of one person that are shown */
    ID_DIGITS = 8, /* a phone number has more */
};

static int64_t read_person_id(const char *text)
{
    size_t length = strlen(text);

    if (length == 0 || length > ID_DIGITS || text[0] == '0' ||
        strspn(text, "0123456789") != length) {
        return 0;
    }
    return strtoll(text, NULL, 10);
}

int contact_find(struct db *db, const char *text, int64_t ids[CONTACT_PEOPLE_MAX],
    int64_t *address_id, struct err *err)
{
    int64_t id = read_person_id(text);
    char phone[PHONE_SIZE], masked[PHONE_SIZE];
    struct person person;

    *address_id = 0;
    if (id != 0) {
        if (person_find(db, id, &person)) {
            ids[0] = id;
            return 1;
        }
        return err_set(err, ERR_REFUSED,
            "no contact has the id %s: `cegah contacts list` shows them", text);
    }
    if (phone_clean(text, phone, err) != 0) {
        return -1;
    }
    *address_id = address_find(db, ADDRESS_PHONE, phone);
    if (*address_id == 0) {
        phone_mask(phone, masked);
        return err_set(err, ERR_REFUSED,
            "nobody is known by the number %s: `cegah contacts import` brings contacts "
            "in",
            masked);
    }
    return address_people(db, *address_id, ids, CONTACT_PEOPLE_MAX);
}

static bool contact_of(struct db *db, int64_t person_id, struct address *address,
    char masked[VALUE_CONTACT_SIZE])
{
    int64_t id = address_of_person(db, person_id);

    masked[0] = '\0';
    if (id == 0 || !address_get(db, id, address)) {
        return false;
    }
    value_contact(address->kind, address->value, masked);
    return true;
}

static json_t *series_json(struct db *db, const struct enrolment *enrolment)
{
    char campaign[VIEW_NAME_SIZE], series[VIEW_NAME_SIZE];

    view_series_campaign(db, enrolment->series_id, campaign);
    view_series_name(db, enrolment->series_id, series);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "campaign", campaign, "series",
        series, "state", enrolment_state_name(enrolment->state), "reason",
        enrolment->reason, "step", enrolment->step);
}

json_t *contact_line_json(struct db *db, int64_t person_id, int64_t now)
{
    struct enrolment enrolments[SERIES_MAX];
    struct view_suppression suppression;
    struct address address = {0};
    struct person person;
    char masked[VALUE_CONTACT_SIZE], own[16], guardian[16];
    bool suppressed;
    json_t *line, *series = json_array();
    int n;

    if (!person_find(db, person_id, &person)) {
        json_decref(series);
        return NULL;
    }
    suppressed = contact_of(db, person_id, &address, masked) &&
                 view_suppression_find(db, address.id, &suppression);
    view_consent_state(db, person_id, false, own);
    view_consent_state(db, person_id, true, guardian);
    n = view_enrolments(db, person_id, enrolments, SERIES_MAX);
    for (int i = 0; i < n; i++) {
        json_array_append_new(series, series_json(db, &enrolments[i]));
    }
    line = json_pack("{s:I, s:s, s:o, s:o, s:o, s:s, s:{s:s, s:s}, s:b, s:o}", "id",
        (json_int_t)person_id, "contact", masked, "name", value_text(person.name),
        "role", value_text(person.role), "district", value_text(person.district),
        "age_band", value_age_band(person.birth_year, person.zone, now), "consent",
        "own", own, "guardian", guardian, "suppressed", suppressed, "series", series);
    return line;
}

static json_t *suppression_json(struct db *db, int64_t person_id)
{
    struct view_suppression suppression;
    int64_t ids[ADDRESSES_MAX];
    int n = view_addresses(db, person_id, ids, ADDRESSES_MAX);

    for (int i = 0; i < n; i++) {
        if (view_suppression_find(db, ids[i], &suppression)) {
            return json_pack("{s:o, s:o, s:o, s:o}", "at", value_time(suppression.at),
                "reason", value_text(suppression.reason), "words",
                value_text(suppression.words), "channel",
                value_text(suppression.channel));
        }
    }
    return json_null();
}

static json_t *steps_json(
    struct db *db, const struct reference_key *key, int64_t enrolment_id)
{
    struct view_outcome list[ROWS_MAX];
    int n = view_outcomes(db, enrolment_id, list, ROWS_MAX);
    json_t *steps = json_array();

    for (int i = 0; i < n; i++) {
        char explanation[REASON_SENTENCE_SIZE], id[MESSAGE_ID_SIZE] = "";

        reason_explain("", list[i].reason, explanation);
        if (list[i].message_id != 0) {
            message_public_id(key, false, list[i].message_id, id);
        }
        json_array_append_new(steps,
            json_pack("{s:o, s:I, s:s, s:o, s:o, s:o, s:s}", "step",
                value_text(list[i].step), "occurrence", (json_int_t)list[i].occurrence,
                "outcome", list[i].outcome, "reason", value_text(list[i].reason),
                "explanation", value_text(explanation), "at", value_time(list[i].at),
                "message", id));
    }
    return steps;
}

static json_t *enrolments_json(struct db *db, const struct person *person)
{
    struct enrolment list[SERIES_MAX];
    int n = view_enrolments(db, person->id, list, SERIES_MAX);
    struct reference_key key;
    json_t *all = json_array();

    reference_load(db, &key);
    for (int i = 0; i < n; i++) {
        json_t *one = series_json(db, &list[i]);
        char explanation[REASON_SENTENCE_SIZE], local[32] = "";

        reason_explain("", list[i].reason, explanation);
        if (list[i].slot_at != 0) {
            value_local(person->zone, list[i].slot_at, local);
        } else if (list[i].due_at != 0) {
            value_local(person->zone, list[i].due_at, local);
        }
        json_object_set_new(one, "explanation", value_text(explanation));
        json_object_set_new(one, "invited_at", value_time(list[i].invited_at));
        json_object_set_new(one, "joined_at", value_time(list[i].joined_at));
        json_object_set_new(one, "slot_at", value_time(list[i].slot_at));
        json_object_set_new(one, "due_at", value_time(list[i].due_at));
        json_object_set_new(one, "due_local", value_text(local));
        json_object_set_new(one, "steps", steps_json(db, &key, list[i].id));
        json_array_append_new(all, one);
    }
    return all;
}

json_t *contact_json(struct db *db, int64_t person_id, int64_t now)
{
    json_t *contact = contact_line_json(db, person_id, now);
    struct person person;

    if (contact == NULL || !person_find(db, person_id, &person)) {
        json_decref(contact);
        return NULL;
    }
    json_object_set_new(contact, "sex", value_text(person.sex));
    json_object_set_new(contact, "zone", value_text(person.zone));
    json_object_set_new(contact, "language", value_text(person.language));
    json_object_set_new(contact, "channel", value_text(person.channel));
    json_object_set_new(contact, "code", value_text(person.code));
    json_object_set_new(contact, "shared_phone",
        json_boolean((person.flags & PERSON_SHARED_PHONE) != 0));
    json_object_set_new(
        contact, "discreet", json_boolean((person.flags & PERSON_DISCREET) != 0));
    json_object_set_new(contact, "suppression", suppression_json(db, person_id));
    evidence_json(db, person_id, contact);
    json_object_set_new(contact, "series", enrolments_json(db, &person));
    return contact;
}
