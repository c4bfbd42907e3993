#include "plan/plan.h"

#include <stdlib.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/loop.h"
#include "send/send.h"

/* Owned by the engine. */
struct plan {
    struct loop *loop;
    const struct planner *planner;
    struct send *send;
    struct timer timer; /* the earliest due enrolment */
};

/* A slice, then the loop turns: replies come first. */
static void run(void *argument)
{
    struct plan *plan = argument;
    int64_t now = clock_now(loop_clock(plan->loop)), due;
    int done = planner_steps(plan->planner, now);

    if (done > 0) {
        send_wake(plan->send);
    }
    if (done == PLANNER_STEPS_MAX) {
        loop_soon(plan->loop, run, plan);
        return;
    }
    due = planner_next_due(plan->planner);
    if (due == 0) {
        timer_clear(&plan->timer);
    } else {
        timer_set(&plan->timer, due);
    }
}

static void on_due(struct timer *timer)
{
    plan_wake((struct plan *)((char *)timer - offsetof(struct plan, timer)));
}

struct plan *plan_new(
    struct loop *loop, const struct planner *planner, struct send *send)
{
    struct plan *plan = mem_zero(1, sizeof *plan);

    *plan = (struct plan){.loop = loop, .planner = planner, .send = send};
    timer_init(&plan->timer, loop, on_due);
    return plan;
}

void plan_free(struct plan *plan)
{
    timer_clear(&plan->timer);
    free(plan);
}

void plan_wake(struct plan *plan)
{
    loop_task(plan->loop, run, plan);
}
