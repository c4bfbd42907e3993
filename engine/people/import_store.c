#include "people/import_store.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/zone.h"
#include "people/import_row.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/guardian.h"
#include "store/person.h"

/* More people behind one number are a slip of a spreadsheet (a column filled downwards),
 * not a household. */
enum { PEOPLE_MAX = 20, CHANGES_BYTES_MAX = 240, ADDRESSES_MAX = 3 };

static const char no_role[] = "contact";

/* A row on its way into the store. */
struct storing {
    struct db *db;
    const struct import_row *row;
    const char *evidence;
    int64_t now;
    /* The first is where messages go; others are of the row's further columns. */
    struct {
        int64_t id;
        enum import_column column;
        const char *value;
    } address[ADDRESSES_MAX];
    int addresses;
    struct person person;
    struct import_notes *notes;
    struct buf changes; /* what a merge did, in words */
};

const char *import_outcome_name(enum import_outcome outcome)
{
    static const char *const names[] = {"taken", "merged", "refused", "unchanged"};

    return names[outcome];
}

static void changed(struct storing *storing, const char *what)
{
    buf_add_format(
        &storing->changes, "%s%s", storing->changes.length == 0 ? "" : ", ", what);
}

/* A paper that is not newer than the last no must not bring consent back: a list that was
 * typed late says nothing of what the person said since. */
static bool is_older_than_no(
    struct storing *storing, bool guardian, const struct import_consent *given)
{
    int64_t ended_at = consent_ended_at(storing->db, storing->person.id, guardian);
    const struct zone *zone = zone_find(storing->person.zone);

    return ended_at != 0 && zone != NULL && given->day <= zone_day(zone, ended_at);
}

static void add_consent(
    struct storing *storing, bool guardian, const struct import_consent *given)
{
    struct consent consent = {
        .person_id = storing->person.id,
        .guardian = guardian,
        .method = given->method,
        .dated = given->dated,
        .wording = given->wording,
        .words = "",
        .evidence = storing->evidence,
    };

    if (!given->given || consent_is_known(storing->db, &consent)) {
        return;
    }
    if (is_older_than_no(storing, guardian, given)) {
        import_note_add(storing->notes, false,
            guardian ? IMPORT_GUARDIAN_DATE : IMPORT_ASSENT_DATE, given->dated,
            "not recorded: it is not newer than the last no, which stands");
        return;
    }
    consent_add(storing->db, &consent, storing->now);
    changed(storing, guardian ? "guardian's consent added" : "assent added");
}

static void add_basis(struct storing *storing)
{
    if (basis_of_person(storing->db, storing->person.id, NULL) == 0) {
        basis_add(storing->db, storing->person.id, storing->address[0].id,
            storing->row->basis, storing->row->basis_date, storing->evidence,
            storing->now);
        changed(storing, "basis added");
    }
}

/* Fills what is empty; what differs stays and is said. */
static void fill(struct storing *storing, enum import_column column, char *stored,
    size_t size, const char *said)
{
    if (said[0] == '\0' || strcasecmp(stored, said) == 0) {
        return;
    }
    if (stored[0] != '\0') {
        import_note_add(storing->notes, false, column, said,
            "%s is stored already and stays: \"%s\"", import_column_name(column),
            stored);
        return;
    }
    snprintf(stored, size, "%s", said);
    changed(storing, import_column_name(column));
}

static void fill_year(struct storing *storing, int said)
{
    struct person *person = &storing->person;
    char text[16];

    if (said == 0 || said == person->birth_year) {
        return;
    }
    if (person->birth_year != 0) {
        snprintf(text, sizeof text, "%d", said);
        import_note_add(storing->notes, false, IMPORT_BIRTH_YEAR, text,
            "birth_year is stored already and stays: %d", person->birth_year);
        return;
    }
    person->birth_year = said;
    changed(storing, "birth_year");
}

/* Sets what is asked for and clears nothing: the stricter one stays. */
static void fill_flag(struct storing *storing, enum import_column column, unsigned flag,
    enum import_word said)
{
    struct person *person = &storing->person;

    if (said == IMPORT_YES && (person->flags & flag) == 0) {
        person->flags |= flag;
        changed(storing, import_column_name(column));
    } else if (said == IMPORT_NO && (person->flags & flag) != 0) {
        import_note_add(storing->notes, false, column, "",
            "%s is set already and stays: the stricter one counts",
            import_column_name(column));
    }
}

/* Others read what comes to this number: everybody behind it is marked. */
static void mark_shared(struct storing *storing, const int64_t *ids, int n)
{
    for (int i = 0; i < n; i++) {
        struct person person;

        if (person_find(storing->db, ids[i], &person) &&
            (person.flags & PERSON_SHARED_PHONE) == 0) {
            person.flags |= PERSON_SHARED_PHONE;
            person_update(storing->db, &person, storing->now);
        }
    }
}

/* Ties the person to the row's addresses that are new to them. Of somebody who is known,
 * a number that is new is a further one: where messages go changes by `move` only. */
static void tie(struct storing *storing, bool known)
{
    for (int i = 0; i < storing->addresses; i++) {
        int64_t ids[PEOPLE_MAX];
        int n;

        if (!address_tie_ranked(storing->db, storing->person.id, storing->address[i].id,
                known || i > 0 ? ADDRESS_FURTHER : ADDRESS_FIRST, storing->now)) {
            continue;
        }
        if (known) {
            changed(storing, import_column_name(storing->address[i].column));
        }
        n = address_people(storing->db, storing->address[i].id, ids, PEOPLE_MAX);
        if (n > 1) {
            mark_shared(storing, ids, n);
            import_note_add(storing->notes, false, storing->address[i].column,
                storing->address[i].value,
                "shared number: somebody of another name is behind it too");
        }
    }
}

static void add_guardian(struct storing *storing)
{
    const struct import_row *row = storing->row;
    struct guardian guardian = {.person_id = storing->person.id}, known;

    if (row->guardian_phone[0] == '\0') {
        return;
    }
    guardian.address_id =
        address_ensure(storing->db, ADDRESS_PHONE, row->guardian_phone, storing->now);
    if (guardian_of(storing->db, guardian.person_id, guardian.address_id, &known)) {
        return;
    }
    snprintf(guardian.wording, sizeof guardian.wording, "%s", row->guardian.wording);
    snprintf(guardian.dated, sizeof guardian.dated, "%s", row->guardian.dated);
    snprintf(guardian.evidence, sizeof guardian.evidence, "%s", storing->evidence);
    if (guardian_add(storing->db, &guardian, storing->now) != 0) {
        changed(storing, "guardian's number added");
    }
}

static void add_evidence(struct storing *storing)
{
    add_basis(storing);
    add_consent(storing, true, &storing->row->guardian);
    add_consent(storing, false, &storing->row->own);
    add_guardian(storing);
}

static enum import_outcome merge(struct storing *storing)
{
    const struct person *said = &storing->row->person;
    struct person *person = &storing->person;

    fill(storing, IMPORT_NAME, person->name, sizeof person->name, said->name);
    if (strcmp(person->role, no_role) == 0 && strcmp(said->role, no_role) != 0 &&
        said->role[0] != '\0') {
        person->role[0] = '\0'; /* nobody had said it yet */
    }
    fill(storing, IMPORT_ROLE, person->role, sizeof person->role, said->role);
    fill(storing, IMPORT_DISTRICT, person->district, sizeof person->district,
        said->district);
    if (strcmp(person->district, said->district) == 0) {
        snprintf(person->zone, sizeof person->zone, "%s", said->zone);
    }
    fill_year(storing, said->birth_year);
    fill(storing, IMPORT_SEX, person->sex, sizeof person->sex, said->sex);
    fill(storing, IMPORT_LANGUAGE, person->language, sizeof person->language,
        said->language);
    fill(storing, IMPORT_CODE, person->code, sizeof person->code, said->code);
    fill(storing, IMPORT_CHANNEL, person->channel, sizeof person->channel,
        said->channel);
    fill_flag(storing, IMPORT_DISCREET, PERSON_DISCREET, storing->row->discreet);
    fill_flag(
        storing, IMPORT_SHARED_PHONE, PERSON_SHARED_PHONE, storing->row->shared_phone);
    if (storing->changes.length > 0) {
        person_update(storing->db, person, storing->now);
    }
    tie(storing, true);
    add_evidence(storing);
    if (storing->changes.length == 0) {
        return IMPORT_UNCHANGED;
    }
    import_note_add(storing->notes, false, storing->address[0].column,
        storing->address[0].value, "the same person again: %s",
        buf_text(&storing->changes));
    return IMPORT_MERGED;
}

static enum import_outcome add(struct storing *storing)
{
    struct person *person = &storing->person;

    *person = storing->row->person;
    if (person->role[0] == '\0') {
        snprintf(person->role, sizeof person->role, "%s", no_role);
    }
    person->flags =
        (storing->row->discreet == IMPORT_YES ? PERSON_DISCREET : 0) |
        (storing->row->shared_phone == IMPORT_YES ? PERSON_SHARED_PHONE : 0);
    person->id = person_add(storing->db, person, storing->now);
    tie(storing, false);
    add_evidence(storing);
    return IMPORT_TAKEN;
}

static enum import_outcome refuse(struct storing *storing, enum import_column column,
    const char *value, const char *text)
{
    import_note_add(storing->notes, true, column, value, "%s", text);
    return IMPORT_REFUSED;
}

static void take_address(struct storing *storing, enum address_kind kind,
    enum import_column column, const char *value)
{
    int64_t id;

    if (value[0] == '\0') {
        return;
    }
    id = address_ensure(storing->db, kind, value, storing->now);
    storing->address[storing->addresses].id = id;
    storing->address[storing->addresses].column = column;
    storing->address[storing->addresses++].value = value;
    if (suppression_is_live(storing->db, id)) {
        import_note_add(storing->notes, false, column, value,
            "this number has said stop; nothing is sent to it");
    }
}

/* Finds whom the row is about: by the first address, or by name behind a further one. */
static bool find_person(struct storing *storing)
{
    const char *name = storing->row->person.name;

    for (int i = 0; i < storing->addresses; i++) {
        int64_t id = i > 0 && name[0] == '\0'
                         ? 0
                         : person_behind(storing->db, storing->address[i].id, name);

        if (id != 0 && person_find(storing->db, id, &storing->person) &&
            (i == 0 || strcasecmp(storing->person.name, name) == 0)) {
            return true;
        }
    }
    storing->person = (struct person){0};
    return false;
}

static bool is_own_number(struct storing *storing, const char *phone)
{
    int64_t id = address_find(storing->db, ADDRESS_PHONE, phone);

    return id != 0 && storing->person.id != 0 &&
           address_is_tied(storing->db, storing->person.id, id);
}

static enum import_outcome store(struct storing *storing)
{
    const struct import_row *row = storing->row;
    int64_t ids[PEOPLE_MAX];
    bool known;

    take_address(storing, ADDRESS_PHONE, IMPORT_PHONE, row->phone);
    take_address(storing, ADDRESS_PHONE, IMPORT_PHONE2, row->phone2);
    take_address(
        storing, ADDRESS_BUSINESS_USER_ID, IMPORT_WHATSAPP_ID, row->whatsapp_id);
    known = find_person(storing);
    if (row->guardian_phone[0] != '\0' && is_own_number(storing, row->guardian_phone)) {
        return refuse(storing, IMPORT_GUARDIAN_PHONE, row->guardian_phone,
            "it is stored as the child's own number, from which no guardian's consent "
            "counts");
    }
    for (int i = 0; i < storing->addresses; i++) {
        int n = address_people(storing->db, storing->address[i].id, ids, PEOPLE_MAX);

        if (n == PEOPLE_MAX &&
            !(known && address_is_tied(
                           storing->db, storing->person.id, storing->address[i].id))) {
            return refuse(storing, storing->address[i].column,
                storing->address[i].value,
                "20 people are behind this number already; look whether the column was "
                "filled with one number");
        }
        if (!known && i == 0 && n > 0 && row->person.name[0] == '\0') {
            return refuse(storing, IMPORT_NAME, "",
                "several people are behind this number; say by the name who is meant");
        }
    }
    return known ? merge(storing) : add(storing);
}

enum import_outcome import_row_store(struct db *db, const struct import_row *row,
    const char *evidence, int64_t now, struct import_notes *notes)
{
    struct storing storing = {
        .db = db, .row = row, .evidence = evidence, .now = now, .notes = notes};
    enum import_outcome outcome;

    buf_init(&storing.changes, CHANGES_BYTES_MAX);
    outcome = store(&storing);
    buf_fini(&storing.changes);
    return outcome;
}
