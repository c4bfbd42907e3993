/*
 * sim_internal.h: the simulator's own struct, for the files of this folder.
 */
#ifndef CEGAH_SIM_SIM_INTERNAL_H
#define CEGAH_SIM_SIM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/http.h"
#include "net/loop.h"
#include "net/server.h"
#include "sim/attempt.h"
#include "sim/callback.h"
#include "sim/fault.h"
#include "sim/handset.h"
#include "sim/ledger.h"
#include "sim/profile.h"
#include "sim/timeline.h"

struct dialect;
struct late_answer;
struct waiter;

enum { SIM_WORDS_ID_SIZE = 64 };

/* Owned by whoever called sim_open(), until sim_close(). */
struct sim {
    struct loop *loop;
    struct clock clock;
    const struct profile *profile;
    struct server *server;
    struct ledger *ledger;
    struct callbacks *callbacks;
    struct handsets handsets;
    struct timeline timeline;
    struct faults faults;
    struct attempts attempts;
    struct wa_templates templates; /* as they are now */
    struct callback_line line;     /* callbacks that are no handset's */
    struct timer timer;            /* the next happening, unless the clock jumps */
    struct late_answer *late;      /* answers that wait for their time */
    struct waiter *waiters;        /* POST /sim/now calls that wait for its end */
    int64_t target_ms;             /* where the clock is being moved to */
    uint64_t acted;                /* happenings performed so far */
    uint64_t cut_before_read;      /* requests that are not in the ledger */
    uint64_t words;                /* texts that people wrote so far */
    char id_prefix[16]; /* of their ids: random, or a restart would repeat them */
    bool proceeding;
};

/* time.c */
/* After something was put on the timeline. */
void sim_schedule(struct sim *sim);
/* Moves the clock to now_ms, performs what is due, and answers when all is over. Takes
 * the call. JUMP only. */
void sim_move(struct sim *sim, int64_t now_ms, struct server_call *call);
/* Goes on with a move once nothing is pending. */
void sim_proceed(struct sim *sim);
void sim_on_timer(struct timer *timer);
/* Makes the handset write now, as a happening of kind WORDS says, or set its PREFERENCE.
 * Returns the id, in `id`; -1 when nobody listens. */
int sim_write(
    struct sim *sim, const struct happening *words, char id[SIM_WORDS_ID_SIZE]);
/* Tells the gateway's client of the template's status. Returns -1 when nobody listens. */
int sim_tell_template(struct sim *sim, const struct wa_template *template);
/* Cuts the calls that wait for a move. */
void sim_waiters_fini(struct sim *sim);

/* gateway.c */
/* Answers a request in that dialect. Takes the call. */
void sim_ask(struct sim *sim, const struct dialect *dialect, struct server_call *call,
    const struct http_inbound *inbound);
/* The ledger's row as handsets are told of it: without channel and what only the moment
 * of acceptance knows. Strings are the ledger's. */
struct accepted sim_accepted(
    size_t row, const struct ledger_request *request, int64_t at_ms);
/* Cuts the calls whose answers still wait. */
void sim_late_fini(struct sim *sim);

/* api.c */
/* Answers /sim and what lies below it. Takes the call. */
void sim_api(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound);

#endif
