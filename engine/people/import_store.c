#include "people/import_store.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/zone.h"
#include "people/import_row.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/person.h"

/* More people behind one number are a slip of a spreadsheet (a column filled downwards),
 * not a household. */
enum { PEOPLE_MAX = 20, CHANGES_BYTES_MAX = 240 };

static const char no_role[] = "contact";

/* A row on its way into the store. */
struct storing {
    struct db *db;
    const struct import_row *row;
    const char *evidence;
    int64_t now, address_id;
    struct person person;
    struct import_notes *notes;
    struct buf changes; /* what a merge did, in words */
};

const char *import_outcome_name(enum import_outcome outcome)
{
    static const char *const names[] = {"taken", "merged", "refused", "unchanged"};

    return names[outcome];
}

static void warn(struct storing *storing, enum import_column column, const char *text)
{
    import_note_add(storing->notes, false, column,
        column == IMPORT_PHONE ? storing->row->phone : "", "%s", text);
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
        basis_add(storing->db, storing->person.id, storing->address_id,
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

static enum import_outcome merge(struct storing *storing, int64_t id)
{
    const struct person *said = &storing->row->person;
    struct person *person = &storing->person;

    person_find(storing->db, id, person);
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
    if (storing->changes.length > 0) {
        person_update(storing->db, person, storing->now);
    }
    add_basis(storing);
    add_consent(storing, true, &storing->row->guardian);
    add_consent(storing, false, &storing->row->own);
    if (storing->changes.length == 0) {
        return IMPORT_UNCHANGED;
    }
    import_note_add(storing->notes, false, IMPORT_PHONE, storing->row->phone,
        "the same person again: %s", buf_text(&storing->changes));
    return IMPORT_MERGED;
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

static enum import_outcome add(struct storing *storing, const int64_t *ids, int n)
{
    struct person *person = &storing->person;

    *person = storing->row->person;
    if (person->role[0] == '\0') {
        snprintf(person->role, sizeof person->role, "%s", no_role);
    }
    if (n > 0) {
        person->flags |= PERSON_SHARED_PHONE;
        mark_shared(storing, ids, n);
        warn(storing, IMPORT_PHONE,
            "shared number: somebody of another name is behind it too");
    }
    person->id = person_add(storing->db, person, storing->now);
    address_tie(storing->db, person->id, storing->address_id, storing->now);
    add_basis(storing);
    add_consent(storing, true, &storing->row->guardian);
    add_consent(storing, false, &storing->row->own);
    return IMPORT_TAKEN;
}

static enum import_outcome refuse(struct storing *storing, enum import_column column,
    const char *value, const char *text)
{
    import_note_add(storing->notes, true, column, value, "%s", text);
    return IMPORT_REFUSED;
}

static enum import_outcome store(struct storing *storing)
{
    const struct import_row *row = storing->row;
    int64_t ids[PEOPLE_MAX], id;
    int n;

    storing->address_id =
        address_ensure(storing->db, ADDRESS_PHONE, row->phone, storing->now);
    if (suppression_is_live(storing->db, storing->address_id)) {
        warn(storing, IMPORT_PHONE, "this number has said stop; nothing is sent to it");
    }
    id = person_behind(storing->db, storing->address_id, row->person.name);
    if (id != 0) {
        return merge(storing, id);
    }
    n = address_people(storing->db, storing->address_id, ids, PEOPLE_MAX);
    if (n == PEOPLE_MAX) {
        return refuse(storing, IMPORT_PHONE, row->phone,
            "20 people are behind this number already; look whether the column was "
            "filled "
            "with one number");
    }
    if (n > 0 && row->person.name[0] == '\0') {
        return refuse(storing, IMPORT_NAME, "",
            "several people are behind this number; say by the name who is meant");
    }
    return add(storing, ids, n);
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
