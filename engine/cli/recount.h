/*
 * recount.h: the delivery report against the simulator's own ledger.
 */
#ifndef CEGAH_CLI_RECOUNT_H
#define CEGAH_CLI_RECOUNT_H

#include <stdint.h>

#include "base/err.h"
#include "base/outcome.h"

struct db;

/* What was compared; plain data. */
struct recount {
    int64_t messages;                /* in the database */
    int64_t requests, accepted;      /* in the ledger */
    int64_t known;                   /* messages whose state the ledger can know */
    int64_t states[MESSAGE_STATES];  /* of the messages, one by one */
    int64_t counted[MESSAGE_STATES]; /* as the report's counters have them */
    int64_t differences;             /* 0: they agree */
    char first[256];                 /* the first difference, in words */
};

/* url: the simulator's origin. Returns 0; -1 with a sentence when the ledger cannot be
 * read. */
int recount_run(
    struct db *db, const char *url, struct recount *recount, struct err *err);

#endif
