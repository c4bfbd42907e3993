/*
 * fault.h: what goes wrong at the gateway, as rules that tests set over HTTP.
 */
#ifndef CEGAH_SIM_FAULT_H
#define CEGAH_SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_SLOW, /* the answer comes ms later, in real time */
    FAULT_ERROR_500,
    FAULT_ERROR_500_EMPTY,
    FAULT_ERROR_503,
    FAULT_THROTTLE_429,
    FAULT_REFUSE_403_AUTH,
    FAULT_REFUSE_403_ROUTE,
    FAULT_CUT_BEFORE_READ,  /* closed, and not in the ledger */
    FAULT_CUT_AFTER_READ,   /* in the ledger, not accepted, closed */
    FAULT_CUT_AFTER_ACCEPT, /* accepted, so delivered and reported; closed */
    FAULT_HANG,             /* in the ledger, not accepted, never answered */
    FAULTS,
};

/* The fault's word in rules and in the ledger; borrowed for ever. */
const char *fault_name(enum fault_kind kind);

enum { FAULT_RULES_MAX = 64, FAULT_RETRY_AFTER_MAX = 3600 };

struct fault_rule {
    enum fault_kind kind;
    double share;        /* of the requests that it fits; 1: all */
    int64_t next;        /* only so many more; -1: no limit */
    int64_t ms;          /* SLOW */
    int64_t retry_after; /* seconds; 0: none said */
    char to[32];         /* only for this number; "" for all */
};

/* Embedded in the simulator, zeroed; ended by faults_fini(). */
struct faults {
    struct fault_rule rules[FAULT_RULES_MAX];
    size_t n;
    uint64_t requests; /* seen so far: what a draw depends on */
    char *retry_after[FAULT_RETRY_AFTER_MAX + 1]; /* as header values */
};

/* What is to be done to one request. */
struct fault {
    enum fault_kind kind;    /* FAULT_NONE: answer as due */
    int64_t delay_ms;        /* the sum of all slow rules that fit */
    const char *retry_after; /* borrowed until faults_fini(), or NULL */
};

void faults_fini(struct faults *faults);
/* Replaces all rules by a JSON list: [{"do":"error_500","share":0.05}, …]. Returns 0, or
 * -1 with a sentence, the present rules unchanged. */
int faults_set(struct faults *faults, const char *json, size_t length, struct err *err);
/* Decides for one request: the first rule that fits, and every slow one. */
struct fault faults_draw(struct faults *faults, int64_t seed, const char *to);

#endif
