/*
 * engine.h: everything that an operation or the daemon works with, in one struct.
 */
#ifndef CEGAH_WEB_ENGINE_H
#define CEGAH_WEB_ENGINE_H

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "care/seal.h"
#include "gate/gate.h"
#include "plan/plan.h"
#include "send/outbox.h"
#include "store/meta.h"
#include "talk/talk.h"

struct config;
struct catalogue;
struct loop;
struct send;
struct plan;

/* Owned by the daemon, or by a command that took the lock. loop, send and plan are NULL
 * without a daemon. */
struct engine {
    const struct config *config;
    struct clock clock;
    int lock; /* of DB.lock */
    struct db *db;
    struct catalogue *catalogue;
    struct reference_key key;
    struct seal_keys keys;
    struct gate gate;
    struct outbox outbox;
    struct planner planner;
    struct talk talk;
    struct loop *loop;
    struct send *send;
    struct plan *plan;
    int progress; /* of the long operation at work, in thousandths; -1: none is */
    void (*on_progress)(int thousandths); /* of a command that shows it, or NULL */
};

/* Takes the lock, opens the database for writing, brings it up to date and compiles what
 * is loaded. config is borrowed. Returns 0; -1 with a sentence (then nothing is held). */
int engine_open(struct engine *engine, const struct config *config, struct err *err);
void engine_close(struct engine *engine);
/* A long operation says how far it is; -1: it has ended. */
void engine_progress(struct engine *engine, int thousandths);
/* Reads anew which keys free text is sealed to; within a unit it sees the unit's changes.
 * Returns 0; -1 with a sentence, and the keys are as they were. */
int engine_read_keys(struct engine *engine, struct err *err);
/* Something changed what is due or queued: wakes the plan and send, if there are any. */
void engine_wake(struct engine *engine);

#endif
