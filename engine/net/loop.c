/*
 * The turn's end is one uv_prepare_t: in libuv it runs after timers and the callbacks of
 * the last poll, and before the next poll. uv_stop() from a poll callback leaves uv_run()
 * before it, so loop_run() ends the last turn itself.
 */
#include "net/loop.h"

#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/loop_internal.h"
#include "net/timer_heap.h"

enum {
    ROUNDS_MAX = 8,      /* of commit and release in one turn */
    ALARM_MS_MAX = 60000 /* the machine's clock may be set: look again each minute */
};

/* Something to call. drop is used by effects alone. */
struct job {
    void (*run)(void *argument);
    void (*drop)(void *argument);
    void *argument;
};

struct jobs {
    struct job *list;
    size_t n;
    size_t capacity;
};

struct pool_job {
    uv_work_t work;
    struct loop *loop;
    void (*run)(void *argument);
    void (*done)(void *argument);
    void *argument;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t idle;   /* active: the next poll returns at once */
    uv_timer_t alarm; /* on the earliest timer, unless the clock jumps */
    uv_signal_t signals[2];
    struct clock *clock;
    struct loop_hooks hooks;
    struct jobs tasks;
    struct jobs effects;
    struct jobs soon;
    struct jobs spare; /* an emptied list, kept for its memory */
    size_t soon_ready; /* those of `soon` asked for before the last turn's end */
    struct timer_heap timers;
    int64_t alarm_at;
    struct loop_runner *runners;
    struct loop_runner *next_runner;
    void (*on_idle)(void *argument);
    void *on_idle_argument;
    void (*on_signal)(void *argument, int number);
    void *on_signal_argument;
    int holds;
    int pool_jobs;
    bool stopping;
    bool failed;
    struct err error; /* why, when failed */
};

static void jobs_add(struct jobs *jobs, struct job job)
{
    if (jobs->n == jobs->capacity) {
        jobs->capacity = jobs->capacity > 0 ? jobs->capacity * 2 : 64;
        jobs->list = mem_resize(jobs->list, jobs->capacity, sizeof(*jobs->list));
    }
    jobs->list[jobs->n++] = job;
}

/* Moves the list out, so that whatever is appended while it is run goes to a new one. */
static struct jobs jobs_take(struct loop *loop, struct jobs *jobs)
{
    struct jobs taken = *jobs;

    *jobs = loop->spare;
    loop->spare = (struct jobs){0};
    return taken;
}

static void jobs_give_back(struct loop *loop, struct jobs taken)
{
    free(loop->spare.list);
    taken.n = 0;
    loop->spare = taken;
}

static bool is_open(const struct loop *loop)
{
    return loop->hooks.is_open != NULL && loop->hooks.is_open(loop->hooks.context);
}

static bool has_due(const struct loop *loop)
{
    return loop->timers.n > 0 &&
           timer_heap_next(&loop->timers) <= clock_now(loop->clock);
}

static bool turn_is_unfinished(const struct loop *loop)
{
    return loop->tasks.n > 0 || loop->effects.n > 0 || is_open(loop);
}

/* Tasks may ask for tasks; those belong to the same commit. */
static void run_tasks(struct loop *loop)
{
    for (int pass = 0; pass < ROUNDS_MAX && loop->tasks.n > 0; pass++) {
        struct jobs taken = jobs_take(loop, &loop->tasks);

        for (size_t i = 0; i < taken.n; i++) {
            taken.list[i].run(taken.list[i].argument);
        }
        jobs_give_back(loop, taken);
    }
}

static void release_effects(struct loop *loop)
{
    struct jobs taken = jobs_take(loop, &loop->effects);

    for (size_t i = 0; i < taken.n; i++) {
        taken.list[i].run(taken.list[i].argument);
    }
    jobs_give_back(loop, taken);
}

void loop_drop_effects(struct loop *loop)
{
    while (loop->effects.n > 0) {
        struct jobs taken = jobs_take(loop, &loop->effects);

        for (size_t i = 0; i < taken.n; i++) {
            if (taken.list[i].drop != NULL) {
                taken.list[i].drop(taken.list[i].argument);
            }
        }
        jobs_give_back(loop, taken);
    }
}

static int commit(struct loop *loop)
{
    if (!is_open(loop) || loop->hooks.commit(loop->hooks.context, &loop->error) == 0) {
        return 0;
    }
    loop->failed = true;
    loop_drop_effects(loop);
    loop_stop(loop);
    return -1;
}

static void run_servers(struct loop *loop)
{
    struct loop_runner *runner = loop->runners;

    while (runner != NULL) {
        loop->next_runner = runner->next;
        runner->run(runner);
        runner = loop->next_runner;
    }
    loop->next_runner = NULL;
}

/* Releasing may write again, and a resumed reply may bring the next call in: each round
 * ends what the one before began, until nothing is open or the rounds are spent. */
static void end_turn(struct loop *loop)
{
    if (loop->clock->mode == CLOCK_JUMP && !loop->stopping) {
        timer_heap_fire(&loop->timers, clock_now(loop->clock));
    }
    for (int round = 0; round < ROUNDS_MAX; round++) {
        run_tasks(loop);
        if (commit(loop) != 0) {
            return;
        }
        release_effects(loop);
        run_servers(loop);
        if (!turn_is_unfinished(loop)) {
            break;
        }
    }
}

static void on_alarm(uv_timer_t *handle)
{
    struct loop *loop = handle->data;

    loop->alarm_at = 0;
    timer_heap_fire(&loop->timers, clock_now(loop->clock));
}

/* Done once, at the end of a turn, however often timers were moved in it. */
static void set_alarm(struct loop *loop)
{
    int64_t due_at = timer_heap_next(&loop->timers);
    int64_t wait_ms;

    if (loop->clock->mode == CLOCK_JUMP || due_at == loop->alarm_at) {
        return;
    }
    loop->alarm_at = due_at;
    if (due_at == 0) {
        uv_timer_stop(&loop->alarm);
        return;
    }
    wait_ms = due_at - clock_now(loop->clock);
    wait_ms = wait_ms < 0 ? 0 : wait_ms;
    wait_ms = wait_ms > ALARM_MS_MAX ? ALARM_MS_MAX : wait_ms;
    /* libuv counts from the time it cached before this turn's work. */
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->alarm, on_alarm, (uint64_t)wait_ms, 0);
}

static void on_idle_handle(uv_idle_t *handle)
{
    (void)handle;
}

static void on_prepare(uv_prepare_t *handle)
{
    struct loop *loop = handle->data;
    bool jumps = loop->clock->mode == CLOCK_JUMP;

    if (loop->failed) {
        return;
    }
    end_turn(loop);
    if (jumps && loop->on_idle != NULL && !loop->stopping && loop_idle(loop)) {
        loop->on_idle(loop->on_idle_argument);
    }
    loop->soon_ready = loop->soon.n;
    if (turn_is_unfinished(loop) || loop->soon.n > 0 || (jumps && has_due(loop))) {
        uv_idle_start(&loop->idle, on_idle_handle);
    } else {
        uv_idle_stop(&loop->idle);
    }
    set_alarm(loop);
}

static void on_check(uv_check_t *handle)
{
    struct loop *loop = handle->data;
    size_t ready = loop->soon_ready;
    struct jobs taken;

    if (ready == 0 || loop->failed) {
        return;
    }
    loop->soon_ready = 0;
    taken = jobs_take(loop, &loop->soon);
    for (size_t i = ready; i < taken.n; i++) {
        jobs_add(&loop->soon, taken.list[i]);
    }
    for (size_t i = 0; i < ready; i++) {
        taken.list[i].run(taken.list[i].argument);
    }
    jobs_give_back(loop, taken);
}

static void on_signal_handle(uv_signal_t *handle, int number)
{
    struct loop *loop = handle->data;

    loop->on_signal(loop->on_signal_argument, number);
}

struct loop *loop_new(struct clock *clock, const struct loop_hooks *hooks)
{
    struct loop *loop = mem_zero(1, sizeof(*loop));

    loop->clock = clock;
    if (hooks != NULL) {
        loop->hooks = *hooks;
    }
    must(uv_loop_init(&loop->uv) == 0, "no event loop");
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_check_init(&loop->uv, &loop->check);
    uv_idle_init(&loop->uv, &loop->idle);
    uv_timer_init(&loop->uv, &loop->alarm);
    uv_signal_init(&loop->uv, &loop->signals[0]);
    uv_signal_init(&loop->uv, &loop->signals[1]);
    loop->prepare.data = loop->check.data = loop->alarm.data = loop;
    loop->signals[0].data = loop->signals[1].data = loop;
    uv_prepare_start(&loop->prepare, on_prepare);
    uv_check_start(&loop->check, on_check);
    /* A peer that hangs up is an error of one connection, not the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    return loop;
}

void loop_free(struct loop *loop)
{
    must(loop->runners == NULL, "a server is still open on the loop");
    uv_close((uv_handle_t *)&loop->prepare, NULL);
    uv_close((uv_handle_t *)&loop->check, NULL);
    uv_close((uv_handle_t *)&loop->idle, NULL);
    uv_close((uv_handle_t *)&loop->alarm, NULL);
    uv_close((uv_handle_t *)&loop->signals[0], NULL);
    uv_close((uv_handle_t *)&loop->signals[1], NULL);
    while (loop->pool_jobs > 0) {
        uv_run(&loop->uv, UV_RUN_ONCE);
    }
    loop_drop_effects(loop);
    /* The close callbacks of clients and servers free them here. */
    for (int i = 0; i < ROUNDS_MAX && uv_run(&loop->uv, UV_RUN_NOWAIT) != 0; i++) {
        continue;
    }
    must(uv_loop_close(&loop->uv) == 0, "something is still open on the loop");
    timer_heap_fini(&loop->timers);
    free(loop->tasks.list);
    free(loop->effects.list);
    free(loop->soon.list);
    free(loop->spare.list);
    free(loop);
}

int loop_run(struct loop *loop, struct err *err)
{
    if (!loop->failed) {
        uv_run(&loop->uv, UV_RUN_DEFAULT);
    }
    if (!loop->failed) {
        end_turn(loop);
    }
    /* Rounds may be spent with the last one's writes open. What they wait to release
     * stays for another loop_run(), or is dropped by loop_free(). */
    if (!loop->failed) {
        commit(loop);
    }
    loop->stopping = false;
    if (loop->failed) {
        loop_drop_effects(loop);
        return err_set(err, loop->error.code, "%s", loop->error.text);
    }
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopping = true;
    uv_stop(&loop->uv);
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

struct clock *loop_clock(struct loop *loop)
{
    return loop->clock;
}

void loop_effect(struct loop *loop, void (*release)(void *argument),
    void (*drop)(void *argument), void *argument)
{
    jobs_add(&loop->effects, (struct job){release, drop, argument});
}

void loop_task(struct loop *loop, void (*run)(void *argument), void *argument)
{
    for (size_t i = 0; i < loop->tasks.n; i++) {
        if (loop->tasks.list[i].run == run &&
            loop->tasks.list[i].argument == argument) {
            return;
        }
    }
    jobs_add(&loop->tasks, (struct job){run, NULL, argument});
}

void loop_soon(struct loop *loop, void (*run)(void *argument), void *argument)
{
    jobs_add(&loop->soon, (struct job){run, NULL, argument});
}

void timer_init(struct timer *timer, struct loop *loop, void (*on_due)(struct timer *))
{
    *timer = (struct timer){.loop = loop, .on_due = on_due};
}

void timer_set(struct timer *timer, int64_t due_at)
{
    timer_clear(timer);
    timer->due_at = due_at > 0 ? due_at : 1;
    timer_heap_add(&timer->loop->timers, timer);
}

void timer_clear(struct timer *timer)
{
    if (timer->due_at != 0) {
        timer_heap_remove(&timer->loop->timers, timer);
        timer->due_at = 0;
    }
}

int64_t loop_next_due(const struct loop *loop)
{
    return timer_heap_next(&loop->timers);
}

void loop_hold(struct loop *loop)
{
    loop->holds++;
}

void loop_release(struct loop *loop)
{
    must(loop->holds > 0, "%d holds", loop->holds);
    loop->holds--;
}

bool loop_idle(const struct loop *loop)
{
    return loop->holds == 0 && loop->soon.n == 0 && !turn_is_unfinished(loop) &&
           !has_due(loop);
}

void loop_on_idle(struct loop *loop, void (*on_idle)(void *argument), void *argument)
{
    loop->on_idle = on_idle;
    loop->on_idle_argument = argument;
}

static void on_pool_work(uv_work_t *work)
{
    struct pool_job *job = work->data;

    job->run(job->argument);
}

static void on_pool_done(uv_work_t *work, int status)
{
    struct pool_job *job = work->data;

    (void)status; /* nothing here cancels a job */
    job->loop->pool_jobs--;
    job->done(job->argument);
    loop_release(job->loop);
    free(job);
}

void loop_pool(struct loop *loop, void (*work)(void *argument),
    void (*done)(void *argument), void *argument)
{
    struct pool_job *job = mem_alloc(sizeof(*job));

    *job = (struct pool_job){
        .loop = loop, .run = work, .done = done, .argument = argument};
    job->work.data = job;
    loop->pool_jobs++;
    loop_hold(loop);
    must(uv_queue_work(&loop->uv, &job->work, on_pool_work, on_pool_done) == 0,
        "no pool job");
}

void loop_signals(
    struct loop *loop, void (*on_signal)(void *argument, int number), void *argument)
{
    static const int numbers[2] = {SIGINT, SIGTERM};

    loop->on_signal = on_signal;
    loop->on_signal_argument = argument;
    for (int i = 0; i < 2; i++) {
        must(uv_signal_start(&loop->signals[i], on_signal_handle, numbers[i]) == 0,
            "signal %d", numbers[i]);
    }
}

void loop_add_runner(struct loop *loop, struct loop_runner *runner)
{
    runner->next = loop->runners;
    loop->runners = runner;
}

void loop_remove_runner(struct loop *loop, struct loop_runner *runner)
{
    struct loop_runner **link = &loop->runners;

    while (*link != NULL && *link != runner) {
        link = &(*link)->next;
    }
    must(*link == runner, "a runner that was not added");
    *link = runner->next;
    if (loop->next_runner == runner) {
        loop->next_runner = runner->next;
    }
}
