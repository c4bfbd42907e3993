/*
 * handset.h: the phones: what each received and said, and what it will do.
 *
 * A handset exists from the first message to it, or from the first that it is told to
 * write. What it does is decided when a message is accepted (how it travels) and when it
 * arrives (what is said to it); both put happenings on the timeline.
 */
#ifndef CEGAH_SIM_HANDSET_H
#define CEGAH_SIM_HANDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/callback.h"
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
    const struct behaviour *behaviour;
    uint64_t accepted; /* messages on their way or through */
    int64_t on_at_ms;  /* off until then; 0: nothing decided yet */
    struct received *received;
    size_t received_n, received_capacity;
    uint64_t said[REPLY_RULES_MAX]; /* how often each rule answered */
    bool stopped;                   /* said STOP; silent from then on */
    struct callback_line line;      /* its callbacks, one after the other */
};

/* A table by number. Embedded in the simulator, from handsets_init() to _fini(). */
struct handsets {
    const struct profile *profile; /* borrowed */
    struct handset **slots;
    size_t n, capacity;
};

/* A message as the gateway accepted it. report_url is copied; NULL: no reports. */
struct accepted {
    size_t request;
    int64_t at_ms;
    int64_t validity_ms; /* 0: a day */
    const char *report_url;
    int mask; /* the types of report that are wanted */
};

void handsets_init(struct handsets *handsets, const struct profile *profile);
void handsets_fini(struct handsets *handsets);
/* Returns the handset of that number, made when it is new; borrowed until _fini(). */
struct handset *handsets_get(struct handsets *handsets, const char *phone);
/* Returns the handset of that number, or NULL. */
struct handset *handsets_find(const struct handsets *handsets, const char *phone);

/* Puts what becomes of an accepted message on the timeline. */
void handset_accept(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *accepted);
/* The message arrives: it is kept, and what is said to it is put on the timeline. */
void handset_receive(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct received *received, const char *text);

#endif
