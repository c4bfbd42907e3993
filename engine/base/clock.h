/*
 * clock.h: what time it is, real or virtual.
 *
 * Whatever is stored, or compared with a stored time, asks this clock: due times,
 * pacing, back-off, Retry-After, report windows, expiry. Only sockets and libcurl's
 * deadlines keep real monotonic time. A virtual clock is one of two: it JUMPs from event
 * to event (demo, tests: the daemon owns it), or it RUNs at the real rate from another
 * start (tests that need time to pass by itself).
 */
#ifndef CEGAH_BASE_CLOCK_H
#define CEGAH_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum clock_mode { CLOCK_REAL, CLOCK_RUN, CLOCK_JUMP };

/* Embedded in its owner (the engine, the simulator); no end needed. */
struct clock {
    enum clock_mode mode;
    int64_t at_ms;     /* JUMP: now, UTC ms since the epoch */
    int64_t offset_ms; /* RUN: what is added to the real time */
};

/* now_ms is ignored for CLOCK_REAL. */
void clock_init(struct clock *clock, enum clock_mode mode, int64_t now_ms);
/* Returns UTC milliseconds since the epoch. */
int64_t clock_now(const struct clock *clock);
/* JUMP only. Moves to now_ms; a time before the present one changes nothing. */
void clock_jump(struct clock *clock, int64_t now_ms);
/* Monotonic real milliseconds, for deadlines that are never stored. */
int64_t clock_monotonic_ms(void);

#endif
