/*
 * import_store.h: a checked row, brought into the store: a new person, or one more about
 * somebody who is there.
 */
#ifndef CEGAH_PEOPLE_IMPORT_STORE_H
#define CEGAH_PEOPLE_IMPORT_STORE_H

#include <stdint.h>

struct db;
struct import_notes;
struct import_row;

enum import_outcome { IMPORT_TAKEN, IMPORT_MERGED, IMPORT_REFUSED, IMPORT_UNCHANGED };

/* Returns the word: taken, merged, refused, unchanged. */
const char *import_outcome_name(enum import_outcome outcome);
/*
 * Within a unit. The same number and the same name are the same person: empty fields are
 * filled, nothing is overwritten, consents that are not known are added. Another name is
 * another person behind a shared number. Adds notes: what a merge did, and warnings.
 * evidence is what consents and the basis cite. After IMPORT_REFUSED the unit must be
 * undone.
 */
enum import_outcome import_row_store(struct db *db, const struct import_row *row,
    const char *evidence, int64_t now, struct import_notes *notes);

#endif
