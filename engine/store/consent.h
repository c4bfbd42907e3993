/*
 * consent.h: who agreed to what, append-only; and who said stop.
 */
#ifndef CEGAH_STORE_CONSENT_H
#define CEGAH_STORE_CONSENT_H

#include <stdbool.h>
#include <stdint.h>

struct db;

/* One consent to be recorded. All borrowed for the call. */
struct consent {
    int64_t person_id;
    bool guardian; /* whose: the guardian's, else the person's own */
    bool refused;
    int64_t series_id;    /* 0: every series of the programme (an import's) */
    const char *channel;  /* NULL: none (paper, a guardian's) */
    const char *method;   /* paper, voice, reply … */
    int64_t given_at;     /* when by message; 0 with dated */
    const char *dated;    /* YYYY-MM-DD as written on the form, or "" */
    const char *wording;  /* version of the words that were shown */
    const char *words;    /* what was answered, or "" */
    const char *evidence; /* inbound:ID, import:FILE:ROW */
    bool monthly;         /* to the news once a month, and to no series */
};

/* Returns the new row's id. */
int64_t consent_add(struct db *db, const struct consent *consent, int64_t now);
/* The newest consent that is given, not withdrawn, and covers the series; 0: none, also
 * when a refusal of the same person is newer. */
int64_t consent_live(
    struct db *db, int64_t person_id, bool guardian, int64_t series_id);
/* The same for the news once a month. */
int64_t consent_live_monthly(struct db *db, int64_t person_id, bool guardian);
/* True when the person has ever agreed herself, to anything, and not withdrawn it. */
bool consent_any_own(struct db *db, int64_t person_id);
/* True when the person has a like row already (for imports that run twice). */
bool consent_is_known(struct db *db, const struct consent *consent);
/* When the person's (or her guardian's) last no came, by refusal or withdrawal; 0: never. */
int64_t consent_ended_at(struct db *db, int64_t person_id, bool guardian);
/* Withdraws what is live of the person's own, or her guardian's. by: what says so
 * (inbound:ID, staff: REASON). Returns how many consents ended. */
int64_t consent_withdraw(
    struct db *db, int64_t person_id, bool guardian, const char *by, int64_t now);

/* Queues the erasure of a person's data; nothing when it is queued already. */
void erasure_request(struct db *db, int64_t person_id, const char *why, int64_t now);
/* True while one is queued and not done; why (may be NULL) gets the reason. */
bool erasure_is_requested(struct db *db, int64_t person_id, char why[64]);

/* Suppresses the address; returns false when it was suppressed already. */
bool suppression_add(struct db *db, int64_t address_id, const char *reason,
    const char *words, const char *channel, int64_t inbound_id, int64_t now);
bool suppression_is_live(struct db *db, int64_t address_id);
/* The same, with its reason. */
bool suppression_reason(struct db *db, int64_t address_id, char reason[24]);
/* Lifts it: by the words of whoever wrote from there, and what they came as (inbound:ID).
 * Returns false when nothing was suppressed. */
bool suppression_lift(
    struct db *db, int64_t address_id, const char *words, const char *by, int64_t now);

#endif
