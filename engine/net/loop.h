/*
 * loop.h: the one event loop, and its turn.
 *
 * A turn is: timers, I/O callbacks, then its end, which runs before the poll:
 *   1. the tasks that were asked for (loop_task);
 *   2. commit, if a transaction is open;
 *   3. release the effects that waited for the commit, in their order;
 *   4. the servers run, so that resumed replies leave and new calls come in;
 * and again from 1 until no transaction is open and nothing waits. The poll never sleeps
 * with a transaction open. After a bounded number of rounds an idle handle makes the next
 * poll return at once instead.
 *
 * If the commit fails, no effect is released: they are dropped, and the loop stops with
 * the error.
 *
 * Timers here follow base/clock: when the clock is virtual and jumps, timers fire when it
 * has jumped; loop_idle() says when nothing is left to do at the present time.
 * All functions are for the loop's thread, except where said.
 */
#ifndef CEGAH_NET_LOOP_H
#define CEGAH_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct loop;
struct uv_loop_s;

/* How the turn's transaction is handled; wired to the store by `serve`, or left empty. */
struct loop_hooks {
    void *context;
    /* True while a transaction is open. */
    bool (*is_open)(void *context);
    /* Commits it; -1 with a sentence when the store could not. */
    int (*commit)(void *context, struct err *err);
};

/* Returns an owned loop. clock is borrowed and must outlive it. hooks may be NULL. */
struct loop *loop_new(struct clock *clock, const struct loop_hooks *hooks);
/* Everything opened on the loop must have been closed. Pool jobs that still run are waited
 * for and done with; effects that still wait are dropped. */
void loop_free(struct loop *loop);
/* Runs until loop_stop(); the last turn is ended (committed, released) too. Returns 0,
 * or -1 when a commit failed. */
int loop_run(struct loop *loop, struct err *err);
/* Ends loop_run() after the present turn. */
void loop_stop(struct loop *loop);
/* For net/ only. */
struct uv_loop_s *loop_uv(struct loop *loop);
struct clock *loop_clock(struct loop *loop);

/*
 * Appends an effect to the turn: exactly one of release() (after the commit) and drop()
 * (when it failed, or the loop ends before) is called with argument, once. drop may be
 * NULL. Called outside a turn it is released at the end of the next one.
 */
void loop_effect(struct loop *loop, void (*release)(void *argument),
    void (*drop)(void *argument), void *argument);

/* Drops the effects that still wait: on the way down, before what they point at is freed. */
void loop_drop_effects(struct loop *loop);

/* Asks for run(argument) at the end of this turn, before its commit; an identical
 * request that still waits is not doubled. */
void loop_task(struct loop *loop, void (*run)(void *argument), void *argument);

/*
 * Asks for run(argument) once in the next turn, after I/O was looked at: for bulk work in
 * slices, so that replies and timers come between two slices.
 */
void loop_soon(struct loop *loop, void (*run)(void *argument), void *argument);

/* A timer by base/clock. Embedded in its owner; zero it, then timer_init(). */
struct timer {
    struct loop *loop;
    void (*on_due)(struct timer *timer);
    int64_t due_at; /* UTC ms by the clock; 0 when not set */
    int heap_index; /* the loop's own */
};

void timer_init(struct timer *timer, struct loop *loop, void (*on_due)(struct timer *));
/* Sets or moves it; a time in the past fires in the next turn. It fires once. */
void timer_set(struct timer *timer, int64_t due_at);
void timer_clear(struct timer *timer);
/* The earliest timer's time, or 0 when none is set. */
int64_t loop_next_due(const struct loop *loop);

/*
 * Work that keeps the loop from being idle: a request in flight, a call being answered,
 * a pool job. Whoever starts such work begins a hold and ends it when it is over.
 */
void loop_hold(struct loop *loop);
void loop_release(struct loop *loop);
/* True when no transaction is open, no effect, task or hold waits and no timer is due. */
bool loop_idle(const struct loop *loop);
/* Sets what is called at the end of a turn that leaves the loop idle (JUMP clocks). */
void loop_on_idle(struct loop *loop, void (*on_idle)(void *argument), void *argument);

/*
 * Runs work(argument) on the thread pool, then done(argument) on the loop. work must not
 * touch the loop, the writer's database or anything shared. Holds the loop meanwhile.
 */
void loop_pool(struct loop *loop, void (*work)(void *argument),
    void (*done)(void *argument), void *argument);

/* Calls on_signal(argument, number) for SIGINT and SIGTERM. (SIGPIPE is ignored from
 * loop_new() on.) */
void loop_signals(
    struct loop *loop, void (*on_signal)(void *argument, int number), void *argument);

#endif
