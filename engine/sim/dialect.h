/*
 * dialect.h: the contract with a gateway's dialect: what its requests say, how it answers
 * them, and what it calls.
 *
 * gateway.c and time.c know no dialect by name: each is a row of dialects[]. A dialect
 * only reads and writes. It keeps nothing, and changes neither handsets nor the ledger.
 */
#ifndef CEGAH_SIM_DIALECT_H
#define CEGAH_SIM_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/http.h"
#include "sim/fault.h"
#include "sim/handset.h"
#include "sim/ledger.h"
#include "sim/timeline.h"

struct sim;

enum { SIM_CHOICES_MAX = 10, SIM_ID_SIZE = 64, SIM_CODE_SIZE = 32 };

/* What a gateway is asked to carry, as its dialect read it. Zeroed before; its strings
 * are borrowed until the dialect's fini(). */
struct sim_request {
    const char *phone; /* the handset's name, "+62…" or "ID.…", "" when none is named;
                          NULL: nothing could be read, nothing is written down */
    const char *ref,
        *text;             /* never NULL once read; of a template its name and values */
    const char *form;      /* "text", "template", "interactive", "media" */
    const char *template;  /* its name; NULL unless it is one */
    const char *language;  /* of the template, or NULL */
    size_t values;         /* of the template's body */
    const char *category;  /* as reports name it, or NULL; borrowed for ever */
    const char *recipient; /* as it was written */
    const char *report_to; /* where reports go; NULL: nowhere */
    unsigned wanted;       /* see struct accepted */
    int64_t validity_ms;
    bool is_list; /* its choices are rows of a list, not buttons */
    struct sim_choice choices[SIM_CHOICES_MAX];
    size_t choices_n;
    const char *aside; /* what is no message is answered 200 with this; else NULL */
    void *own;         /* the dialect's */
};

/* Why a request is not accepted. status 0: it is. */
struct refusal {
    int status;           /* HTTP's */
    int code;             /* the dialect's own; 0: it has none, or none is said */
    const char *sentence; /* borrowed for ever; NULL: the code's own; "": no body */
};

struct dialect {
    const char *name; /* "kannel": in the ledger and in rules of faults */
    enum sim_channel channel;
    int accepted_status;
    /* MUST. Is this call a request in this dialect? */
    bool (*takes)(const struct http_inbound *inbound);
    /* MUST. Reads; fini() is due anyway. A refusal here is final. */
    struct refusal (*read)(const struct sim *sim, const struct http_inbound *inbound,
        struct sim_request *request);
    void (*fini)(struct sim_request *request);
    /* MUST. The gateway's own judgement. */
    struct refusal (*judge)(const struct sim *sim, const struct http_inbound *inbound,
        const struct sim_request *request);
    /* MUST. Will the accepted message be reported as failed, by itself or by the fault?
     * Writes why, as happening.code. */
    bool (*fails)(const struct sim *sim, const struct sim_request *request,
        const struct handset *handset, const struct fault *fault,
        char code[SIM_CODE_SIZE]);
    /* MUST. A fault that refuses, in the dialect's words. */
    struct refusal (*spoil)(const struct fault *fault);
    /* MUST. Writes status, type and body. */
    void (*write_accepted)(const struct sim *sim, const struct sim_request *request,
        size_t row, struct http_answer *answer);
    void (*write_refused)(const struct refusal *refusal, struct http_answer *answer);
    /* MUST. Writes the call that reports a request's state. */
    void (*write_report)(const struct sim *sim, const struct happening *happening,
        const struct ledger_request *request, struct http_request *call);
    /* MUST. Makes the id of the `number`-th text that people write. */
    void (*make_id)(const struct sim *sim, uint64_t number, char id[SIM_ID_SIZE]);
    /* MUST. Writes the call for what somebody wrote, or for a preference. Returns 0; -1
     * when the profile names nobody who listens, or the dialect has no such thing. */
    int (*write_words)(const struct sim *sim, const struct happening *words,
        const char *id, struct http_request *call);
};

extern const struct dialect kannel_dialect;
extern const struct dialect whatsapp_dialect;

/* The dialect that takes the call, or NULL. */
const struct dialect *dialect_of_call(const struct http_inbound *inbound);
/* The dialect of a channel. */
const struct dialect *dialect_of_channel(enum sim_channel channel);

#endif
