/*
 * guardian.h: a parent's or guardian's number that stands on a signed form, and what was
 * asked of it and answered.
 *
 * Only such a number is ever asked, once, and only an answer from that very number with
 * its code counts. A number that is the person's own is never one.
 */
#ifndef CEGAH_STORE_GUARDIAN_H
#define CEGAH_STORE_GUARDIAN_H

#include <stdbool.h>
#include <stdint.h>

struct db;

enum { GUARDIAN_CODE_SIZE = 8 };

enum guardian_decision { GUARDIAN_SILENT, GUARDIAN_AGREED, GUARDIAN_REFUSED };

/* One row; plain data. */
struct guardian {
    int64_t id, person_id, address_id;
    int64_t basis_id;              /* the form, as what allows the one question */
    char code[GUARDIAN_CODE_SIZE]; /* six lower-case letters and digits */
    char wording[65];              /* version of the form's words */
    char dated[16];                /* the form's date, YYYY-MM-DD */
    char evidence[96];             /* import:FILE:ROW, or what staff typed */
    int64_t series_id;             /* what was asked about; 0: not asked yet */
    int64_t recorded_at, asked_at, answered_at; /* 0: not yet */
    enum guardian_decision decision;
};

const char *guardian_decision_name(enum guardian_decision decision);

/*
 * Records the number of a form (person_id, address_id, wording, dated, evidence are read)
 * with a code that nobody can guess, and the form as the basis of its one question.
 * Returns the row's id; the id of the row that is there when the pair is known; 0 when the
 * address is the person's own: that is refused.
 */
int64_t guardian_add(struct db *db, const struct guardian *guardian, int64_t now);
/* By the code, in any case. */
bool guardian_by_code(struct db *db, const char *code, struct guardian *guardian);
/* The row of that pair. False too when the address has become the person's own. */
bool guardian_of(
    struct db *db, int64_t person_id, int64_t address_id, struct guardian *guardian);
/* The newest one of the person that was not asked; false: none, or another was asked. */
bool guardian_to_ask(struct db *db, int64_t person_id, struct guardian *guardian);
/* The person's rows, oldest first; returns how many. */
int guardians_of_person(
    struct db *db, int64_t person_id, struct guardian *list, int max);
/* True when the address stands on somebody's form. */
bool guardian_is_address(struct db *db, int64_t address_id);
/* Writes what was asked and answered. */
void guardian_save(struct db *db, const struct guardian *guardian);

#endif
