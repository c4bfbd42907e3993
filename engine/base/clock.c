#include "base/clock.h"

#include <time.h>

#include "base/must.h"

static int64_t read_ms(clockid_t which)
{
    struct timespec now;

    must(clock_gettime(which, &now) == 0, "clock %d", (int)which);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_init(struct clock *clock, enum clock_mode mode, int64_t now_ms)
{
    *clock = (struct clock){.mode = mode};
    if (mode == CLOCK_JUMP) {
        clock->at_ms = now_ms;
    } else if (mode == CLOCK_RUN) {
        clock->offset_ms = now_ms - read_ms(CLOCK_REALTIME);
    }
}

int64_t clock_now(const struct clock *clock)
{
    if (clock->mode == CLOCK_JUMP) {
        return clock->at_ms;
    }
    return read_ms(CLOCK_REALTIME) + clock->offset_ms;
}

void clock_jump(struct clock *clock, int64_t now_ms)
{
    must(clock->mode == CLOCK_JUMP, "mode %d", (int)clock->mode);
    if (now_ms > clock->at_ms) {
        clock->at_ms = now_ms;
    }
}

int64_t clock_monotonic_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}
