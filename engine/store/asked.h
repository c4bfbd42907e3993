/*
 * asked.h: what was asked of a number once and is not asked again: an age, a code.
 */
#ifndef CEGAH_STORE_ASKED_H
#define CEGAH_STORE_ASKED_H

#include <stdbool.h>
#include <stdint.h>

struct db;

/* One row; plain data. */
struct asked_row {
    int64_t address_id;
    char what[16];     /* "age", "code" */
    int64_t person_id; /* about whom; 0: nobody */
    int64_t at;
    int64_t answered_at; /* 0: not yet */
    int64_t inbound_id;  /* what answered it; 0: nothing yet */
};

/* Returns false when it was asked before. */
bool asked_add(struct db *db, int64_t address_id, const char *what, int64_t person_id,
    int64_t now);
bool asked_find(
    struct db *db, int64_t address_id, const char *what, struct asked_row *asked);
void asked_answer(
    struct db *db, const struct asked_row *asked, int64_t inbound_id, int64_t now);

#endif
