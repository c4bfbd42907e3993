/*
 * evidence.h: a contact's consents and stops with all that proves them, for an auditor:
 * who agreed or refused, to what, when, in which words and wording, by which message or
 * paper, and what ended it.
 */
#ifndef CEGAH_REPORT_EVIDENCE_H
#define CEGAH_REPORT_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct buf;
struct db;

/* Sets bases, consents, stops (of each of the person's numbers, lifted ones too),
 * guardians (asked and answered when; never the code) and erasures in the contact. */
void evidence_json(struct db *db, int64_t person_id, json_t *contact);
/* Appends them for people: the consents, and with in_full all the rest. */
void evidence_print(const json_t *contact, bool in_full, struct buf *out);

#endif
