/*
 * sim.h: the gateway simulator: a Kannel and a WhatsApp that carry nothing, with handsets
 * that receive, report, answer and misbehave, and a ledger of all of it. README.md lists
 * its HTTP.
 *
 * Its clock is its own: real, running from another start, or jumping, and then moved only
 * by POST /sim/now. The loop runs by the real clock, by which answers are slow and
 * callbacks are tried again.
 */
#ifndef CEGAH_SIM_SIM_H
#define CEGAH_SIM_SIM_H

#include "base/clock.h"
#include "base/err.h"

struct loop;
struct profile;
struct sim;

struct sim_options {
    const char *listen;            /* "127.0.0.1:8481"; port 0: any */
    const struct profile *profile; /* borrowed until sim_close() */
    struct clock clock;            /* copied: the handsets' time */
};

/* Returns an owned simulator that listens; NULL with a sentence. */
struct sim *sim_open(
    struct loop *loop, const struct sim_options *options, struct err *err);
/* Closes everything; calls in flight are cut. */
void sim_close(struct sim *sim);
int sim_port(const struct sim *sim);

#endif
