/*
 * contact.h: what is known of a contact: who, how the number came, who agreed to what,
 * and what became of each step. Numbers are masked and ages are bands, for everyone.
 */
#ifndef CEGAH_REPORT_CONTACT_H
#define CEGAH_REPORT_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

struct buf;
struct db;

enum { CONTACT_PEOPLE_MAX = 32 };

/*
 * Finds whom a phone number (as anybody writes it) or a contact's id (at most 8 digits)
 * stands for. Fills the ids of the persons and the address that was named (0: an id was).
 * Returns how many persons, 0 when the number is known without anybody behind it; -1 with
 * a sentence (refused) when it is not known, or the text is neither.
 */
int contact_find(struct db *db, const char *text, int64_t ids[CONTACT_PEOPLE_MAX],
    int64_t *address_id, struct err *err);

/* Returns a new object, one line of a list: id, contact, name, role, district, age_band,
 * consent {own, guardian}: given, refused, withdrawn or none, suppressed, series
 * [{campaign, series, state, reason, step}]. NULL when there is no such person. */
json_t *contact_line_json(struct db *db, int64_t person_id, int64_t now);
/* Returns a new object: the line, and sex, zone, language, code, suppression, bases,
 * consents, and in series joined_at, due_at, due_local, explanation, and steps. */
json_t *contact_json(struct db *db, int64_t person_id, int64_t now);
/* Appends it for people; consents_only: just those, each in full with its evidence. */
void contact_print(const json_t *contact, bool consents_only, struct buf *out);

#endif
