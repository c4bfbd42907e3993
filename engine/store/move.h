/*
 * move.h: a person's changed number, in the tables that name it.
 */
#ifndef CEGAH_STORE_MOVE_H
#define CEGAH_STORE_MOVE_H

#include <stdint.h>

struct db;

/* Records that it moved, and how that is known. Append-only. Returns the row's id. */
int64_t move_add(struct db *db, int64_t person_id, int64_t from_id, int64_t to_id,
    const char *reason, int64_t now);
/* The person's enrolments that have not ended go on at the new address, with what they
 * were asked and what is queued of them; returns how many enrolments. */
int move_enrolments(
    struct db *db, int64_t person_id, int64_t from_id, int64_t to_id, int64_t now);

#endif
