/*
 * handset.h: the phones: what each received and said, and what it will do.
 *
 * A handset exists from the first message to it, or from the first that it is told to
 * write. What it does is decided when a message is accepted (how it travels: travel.c) and
 * when it arrives (what is said to it: handset.c); both put happenings on the timeline.
 */
#ifndef CEGAH_SIM_HANDSET_H
#define CEGAH_SIM_HANDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/callback.h"
#include "sim/population.h"
#include "sim/profile.h"
#include "sim/timeline.h"

/* A message that arrived. */
struct received {
    size_t request; /* number in the ledger */
    int64_t at_ms;
};

/* One phone. Owned by its table. */
struct handset {
    char *phone;
    struct traits traits; /* at least one hand */
    uint64_t accepted;    /* messages on their way or through */
    int64_t on_at_ms;     /* off until then; 0: nothing decided yet */
    bool
        has_whatsapp; /* a message there fails with 131026 otherwise: the gateway asks */
    bool
        no_marketing; /* stopped it by WhatsApp's switch; the gateway sets and asks it */
    int64_t wrote_at_ms[SIM_CHANNELS]; /* when it last wrote there; 0: never. WhatsApp's
                                          window; the gateway sets and asks it */
    struct received *received;
    size_t received_n, received_capacity;
    uint32_t said[TRAIT_HANDS_MAX][REPLY_RULES_MAX]; /* how often each rule answered */
    int64_t spoke_at_ms;       /* its last answer so far; 0: none */
    bool stopped;              /* said STOP; silent from then on */
    struct callback_line line; /* its callbacks, one after the other */
};

/* A table by number. Embedded in the simulator, from handsets_init() to _fini(). */
struct handsets {
    const struct profile *profile; /* borrowed */
    struct handset **slots;
    size_t n, capacity;
};

/* One of the buttons or rows that a message offers. */
struct sim_choice {
    const char *id, *title;
};

/* A message as the gateway accepted it, and once more when it arrives. Its strings are
 * the ledger's: borrowed for ever. */
struct accepted {
    size_t request; /* number in the ledger */
    enum sim_channel channel;
    int64_t at_ms;       /* when it was accepted, or when it arrives */
    int64_t validity_ms; /* 0: a day */
    unsigned wanted;     /* what is to be reported: 1u << SIM_DELIVERED | … */
    const char *text;    /* of a template: its name and parameters */
    uint64_t step;       /* draw_step() of the text */
    uint64_t attempt; /* how often the same text was requested for this phone before */
    bool is_template;
    const char *fails; /* why the gateway will report it as failed, as happening.code;
                          NULL: it is carried */
    const struct sim_choice *choices; /* buttons or rows, borrowed for ever */
    size_t choices_n;
};

void handsets_init(struct handsets *handsets, const struct profile *profile);
void handsets_fini(struct handsets *handsets);
/* Returns the handset of that number, made when it is new; borrowed until _fini(). */
struct handset *handsets_get(struct handsets *handsets, const char *phone);
/* Returns the handset of that number, or NULL. */
struct handset *handsets_find(const struct handsets *handsets, const char *phone);

/* Puts what becomes of an accepted message on the timeline: reports that are not wanted
 * are left out. One that `fails` is reported so, and nothing arrives. */
void handset_accept(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *accepted);
/* The message arrives: it is kept, and what is said to it is put on the timeline. */
void handset_receive(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *message);
/* Whose hand the message is in, of those in `traits`: of a shared phone by a draw. */
size_t handset_holder(
    int64_t seed, const struct handset *handset, const struct accepted *message);
/* Returns when somebody looks at the phone who would do so at at_ms: where it is off at
 * night or slow, not before the morning, by a draw of that count. */
int64_t handset_awake_at(
    int64_t seed, const struct handset *handset, int64_t at_ms, uint64_t count);
/* False for what it meant to write by itself before it said STOP. */
bool handset_still_says(const struct happening *words);

#endif
