/*
 * fault.h: what goes wrong at the gateway, as rules that tests set over HTTP, or a
 * profile.
 */
#ifndef CEGAH_SIM_FAULT_H
#define CEGAH_SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/option.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_SLOW, /* the answer comes ms later, in real time */
    /* Refused, in the dialect's own words. */
    FAULT_ERROR_500,
    FAULT_ERROR_500_EMPTY,
    FAULT_ERROR_503,
    FAULT_THROTTLE_429,
    FAULT_REFUSE_AUTH,
    FAULT_REFUSE_ROUTE,
    FAULT_REFUSE_BALANCE, /* from here on to CODE: WhatsApp only */
    FAULT_REFUSE_PAIR,
    FAULT_REFUSE_CAP,
    FAULT_CODE,
    /* Not answered. */
    FAULT_CUT_BEFORE_READ,  /* closed, and not in the ledger */
    FAULT_CUT_AFTER_READ,   /* in the ledger, not accepted, closed */
    FAULT_CUT_AFTER_ACCEPT, /* accepted, so delivered and reported; closed */
    FAULT_HANG,             /* in the ledger, not accepted, never answered */
    /* Accepted. */
    FAULT_ERROR_500_AFTER_ACCEPT, /* and answered by a 500 without a body */
    FAULT_REPORT_FAILED,          /* and reported as failed later */
    FAULTS,
};

/* The fault's word in rules and in the ledger; borrowed for ever. */
const char *fault_name(enum fault_kind kind);
/* Answered with a refusal, of which the dialect knows the words. */
bool fault_refuses(enum fault_kind kind);

enum { FAULT_RULES_MAX = 64, FAULT_RETRY_AFTER_MAX = 3600 };

/* Zeroed before; its texts are owned by whoever holds it, until fault_rule_fini(). */
struct fault_rule {
    int what; /* index into the words of "do" */
    enum fault_kind kind;
    int gateway;         /* 0: any; else 1 + enum sim_channel */
    char *share_text;    /* as written */
    double share;        /* of the requests that it fits; 1: all */
    int64_t next;        /* only so many more; -1: no limit */
    int64_t ms;          /* SLOW */
    int64_t retry_after; /* seconds; 0: none said */
    int64_t code;        /* of CODE and REPORT_FAILED; 0: the usual one */
    char *to;            /* only for this number; "" for all */
};

/* The keys of a rule, as rows for struct fault_rule. */
const struct option_row *fault_rows(size_t *n);
/* After the rows were read: turns texts into numbers. Returns 0, or -1 with a sentence. */
int fault_rule_check(struct fault_rule *rule, struct err *err);
void fault_rule_fini(struct fault_rule *rule);

/* Embedded in the simulator, zeroed; ended by faults_fini(). */
struct faults {
    struct fault_rule rules[FAULT_RULES_MAX];
    size_t n;
    char *retry_after[FAULT_RETRY_AFTER_MAX + 1]; /* as header values */
};

/* The request that a draw is about. */
struct fault_about {
    int64_t seed;
    int channel; /* enum sim_channel */
    const char *phone;
    uint64_t step, attempt; /* see struct accepted */
};

/* What is to be done to one request. */
struct fault {
    enum fault_kind kind;    /* FAULT_NONE: answer as due */
    int code;                /* of the rule; 0: the usual one */
    int64_t delay_ms;        /* the sum of all slow rules that fit */
    const char *retry_after; /* borrowed until faults_fini(), or NULL */
};

void faults_fini(struct faults *faults);
/* Adds a copy of the rule; there must be room. */
void faults_add(struct faults *faults, const struct fault_rule *rule);
/* Replaces all rules by a JSON list: [{"do":"error_500","share":0.05}, …]. Returns 0, or
 * -1 with a sentence, the present rules unchanged. */
int faults_set(struct faults *faults, const char *json, size_t length, struct err *err);
/* Decides for one request: the first rule that fits, and every slow one. A share is a
 * draw by what the request is about; `next` counts. */
struct fault faults_draw(struct faults *faults, const struct fault_about *about);

#endif
