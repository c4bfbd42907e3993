/*
 * op_consent.c: what staff enter about consent: a form or a voice record, a guardian's
 * number, a withdrawal. What an entry means for the series follows in the same unit.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/zone.h"
#include "content/config.h"
#include "content/phone.h"
#include "people/catalogue.h"
#include "plan/enrol.h"
#include "report/contact.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/guardian.h"
#include "web/engine.h"
#include "web/operations.h"

enum { METHOD_MAX = 32, WORDING_MAX = 64, EVIDENCE_MAX = 90, REASON_MAX = 90 };

/* One entry at work. Texts are borrowed from the arguments. */
struct entry {
    struct engine *engine;
    const json_t *arguments;
    struct err *err;
    int64_t now, person_id;
    struct person person;
    bool guardian; /* whose */
};

static const char *text_of(const struct entry *entry, const char *key)
{
    return json_string_value(json_object_get(entry->arguments, key));
}

static bool is_same_name(const char *a, const char *b)
{
    while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

/* Of several behind a number the name says who. */
static int choose(struct entry *entry, const int64_t *ids, int n)
{
    const char *name = text_of(entry, "name");
    int found = 0;

    for (int i = 0; i < n; i++) {
        struct person person;

        if (person_find(entry->engine->db, ids[i], &person) &&
            (name == NULL || is_same_name(name, person.name))) {
            entry->person = person;
            entry->person_id = ids[i];
            found++;
        }
    }
    if (found == 1) {
        return 0;
    }
    return err_set(entry->err, ERR_REFUSED,
        found == 0 ? "nobody of that name is behind this number"
                   : "several people are behind this number: say by --name, or by the "
                     "contact's id, who is meant");
}

static int find_person(struct entry *entry)
{
    const char *contact = text_of(entry, "contact");
    int64_t ids[CONTACT_PEOPLE_MAX], address_id;
    int n;

    if (contact == NULL) {
        return err_set(entry->err, ERR_REFUSED,
            "a phone number or contact's id is "
            "needed");
    }
    n = contact_find(entry->engine->db, contact, ids, &address_id, entry->err);
    return n < 0 ? -1 : choose(entry, ids, n);
}

static int read_whose(struct entry *entry)
{
    const char *whose = text_of(entry, "whose");

    if (whose == NULL ||
        (strcmp(whose, "own") != 0 && strcmp(whose, "guardian") != 0)) {
        return err_set(entry->err, ERR_REFUSED,
            "say whose it is: the person's own, or the guardian's");
    }
    entry->guardian = strcmp(whose, "guardian") == 0;
    return 0;
}

/* A text that must be there (or may be missing: ""), of at most so many bytes. */
static int read_text(const struct entry *entry, const char *key, bool needed,
    size_t most, const char **text)
{
    *text = text_of(entry, key);
    if (*text == NULL) {
        *text = "";
    }
    if (needed && (*text)[0] == '\0') {
        return err_set(entry->err, ERR_REFUSED, "its %s is needed", key);
    }
    if (strlen(*text) > most) {
        return err_set(entry->err, ERR_REFUSED,
            "its %s is too long; %zu bytes are the "
            "most",
            key, most);
    }
    for (const char *at = *text; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at)) {
            return err_set(
                entry->err, ERR_REFUSED, "its %s holds control characters", key);
        }
    }
    return 0;
}

static const struct zone *zone_of(const struct entry *entry)
{
    const struct zone *zone = zone_find(entry->person.zone);

    return zone != NULL ? zone : zone_find(entry->engine->config->timezone);
}

/* The date on the form: not in the future. */
static int read_date(const struct entry *entry, const char **dated, int32_t *day)
{
    if (read_text(entry, "date", true, 10, dated) != 0) {
        return -1;
    }
    if (day_parse(*dated, day) != 0) {
        return err_set(entry->err, ERR_REFUSED,
            "\"%s\" is no date; write YYYY-MM-DD, such as 2026-03-09", *dated);
    }
    if (*day > zone_day(zone_of(entry), entry->now)) {
        return err_set(entry->err, ERR_REFUSED, "%s lies in the future", *dated);
    }
    return 0;
}

static bool begin(struct entry *entry, struct engine *engine, const json_t *arguments,
    struct err *err)
{
    *entry = (struct entry){.engine = engine,
        .arguments = arguments,
        .err = err,
        .now = clock_now(&engine->clock)};
    return find_person(entry) == 0;
}

/* Ends the unit; the person as she stands is the result. */
static enum operation_progress finish(struct entry *entry, json_t **result)
{
    if (db_unit_end(entry->engine->db, true) != 0) {
        err_set(entry->err, ERR_UNABLE, "it could not be stored");
        return OPERATION_FAILED;
    }
    *result = json_pack("{s:o}", "person",
        contact_line_json(entry->engine->db, entry->person_id, entry->now));
    engine_wake(entry->engine);
    return OPERATION_DONE;
}

/* R3: a guardian's no stops everything at once and queues the erasure; a person's own no
 * ends what she is in. */
static void end_person(struct entry *entry, const char *own, const char *guardians)
{
    const char *reason = entry->guardian ? guardians : own;

    planner_end_person(&entry->engine->planner, entry->person_id, reason, entry->now);
    if (entry->guardian) {
        erasure_request(entry->engine->db, entry->person_id, reason, entry->now);
    }
}

static void let_in(struct entry *entry)
{
    const struct catalogue_series *series;

    for (size_t i = 0;
         (series = catalogue_series_at(entry->engine->catalogue, i)) != NULL; i++) {
        enrol_person(&entry->engine->planner, series->id, entry->person_id, entry->now);
    }
}

/* A yes must be newer than the last no, and come before the data is to be erased. */
static int check_yes(const struct entry *entry, int32_t day)
{
    struct db *db = entry->engine->db;
    int64_t ended_at = consent_ended_at(db, entry->person_id, entry->guardian);

    if (erasure_is_requested(db, entry->person_id, NULL)) {
        return err_set(entry->err, ERR_REFUSED,
            "the erasure of this person's data is queued, by a guardian's no; nothing "
            "new is recorded");
    }
    if (ended_at != 0 && day <= zone_day(zone_of(entry), ended_at)) {
        return err_set(entry->err, ERR_REFUSED,
            "it is not newer than the last no, which stands; a later form, or the "
            "person's own DAFTAR, undoes it");
    }
    return 0;
}

static int read_consent(struct entry *entry, struct consent *consent)
{
    int32_t day;

    *consent = (struct consent){.person_id = entry->person_id,
        .words = "",
        .refused = json_is_true(json_object_get(entry->arguments, "refused"))};
    if (read_whose(entry) != 0 ||
        read_text(entry, "method", true, METHOD_MAX, &consent->method) != 0 ||
        read_date(entry, &consent->dated, &day) != 0 ||
        read_text(entry, "wording", true, WORDING_MAX, &consent->wording) != 0 ||
        read_text(entry, "evidence", false, EVIDENCE_MAX, &consent->evidence) != 0) {
        return -1;
    }
    consent->guardian = entry->guardian;
    return consent->refused ? 0 : check_yes(entry, day);
}

static enum operation_progress consent_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    struct consent consent;
    struct entry entry;
    char evidence[EVIDENCE_MAX + 16];

    (void)state;
    if (!begin(&entry, engine, arguments, err) || read_consent(&entry, &consent) != 0) {
        return OPERATION_FAILED;
    }
    snprintf(evidence, sizeof evidence, "staff%s%s",
        consent.evidence[0] == '\0' ? "" : ": ", consent.evidence);
    consent.evidence = evidence;
    db_unit_begin(engine->db);
    if (consent.refused) {
        consent_withdraw(
            engine->db, entry.person_id, entry.guardian, evidence, entry.now);
    }
    if (!consent_is_known(engine->db, &consent) || consent.refused) {
        consent_add(engine->db, &consent, entry.now);
    }
    if (consent.refused) {
        end_person(&entry, "declined", "guardian_refused");
    } else {
        let_in(&entry);
    }
    return finish(&entry, result);
}

static int read_guardian(
    struct entry *entry, struct guardian *guardian, char phone[PHONE_SIZE])
{
    const char *number = text_of(entry, "guardian_phone"), *dated, *wording, *evidence;
    int32_t day;

    if (number == NULL) {
        return err_set(entry->err, ERR_REFUSED, "the guardian's number is needed");
    }
    if (phone_clean(number, phone, entry->err) != 0 ||
        read_date(entry, &dated, &day) != 0 ||
        read_text(entry, "wording", true, WORDING_MAX, &wording) != 0 ||
        read_text(entry, "evidence", false, EVIDENCE_MAX - 8, &evidence) != 0) {
        return -1;
    }
    *guardian = (struct guardian){.person_id = entry->person_id};
    snprintf(guardian->dated, sizeof guardian->dated, "%s", dated);
    snprintf(guardian->wording, sizeof guardian->wording, "%s", wording);
    snprintf(guardian->evidence, sizeof guardian->evidence, "staff%s%s",
        evidence[0] == '\0' ? "" : ": ", evidence);
    return 0;
}

static enum operation_progress guardian_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    struct guardian guardian;
    struct entry entry;
    char phone[PHONE_SIZE];

    (void)state;
    if (!begin(&entry, engine, arguments, err) ||
        read_guardian(&entry, &guardian, phone) != 0) {
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    guardian.address_id = address_ensure(engine->db, ADDRESS_PHONE, phone, entry.now);
    if (guardian_add(engine->db, &guardian, entry.now) == 0) {
        db_unit_end(engine->db, false);
        err_set(err, ERR_REFUSED,
            "that is the child's own number: a guardian's consent never comes from "
            "there; take it on paper or by voice");
        return OPERATION_FAILED;
    }
    planner_guardian_changed(&engine->planner, entry.person_id, entry.now);
    return finish(&entry, result);
}

static enum operation_progress withdraw_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    struct entry entry;
    const char *reason;
    char by[REASON_MAX + 16];

    (void)state;
    if (!begin(&entry, engine, arguments, err) || read_whose(&entry) != 0 ||
        read_text(&entry, "reason", true, REASON_MAX, &reason) != 0) {
        return OPERATION_FAILED;
    }
    snprintf(by, sizeof by, "staff: %s", reason);
    db_unit_begin(engine->db);
    if (consent_withdraw(engine->db, entry.person_id, entry.guardian, by, entry.now) ==
        0) {
        db_unit_end(engine->db, false);
        err_set(err, ERR_REFUSED,
            "there is no such consent to withdraw; a refusal is recorded by `cegah "
            "contacts consent … --refused`");
        return OPERATION_FAILED;
    }
    end_person(&entry, "withdrawn", "guardian_withdrawn");
    return finish(&entry, result);
}

const struct operation operation_consent = {"consent", consent_begin, NULL, NULL};
const struct operation operation_guardian = {"guardian", guardian_begin, NULL, NULL};
const struct operation operation_withdraw = {"withdraw", withdraw_begin, NULL, NULL};
