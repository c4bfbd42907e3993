/*
 * The loop and its turn, with a fake store that counts. Every loop here has a guard: a
 * rule that is broken by sleeping for ever fails by SIGALRM instead of hanging.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/loop.h"

enum { GUARD_S = 30, START_MS = 1000000, FAR_MS = 3600000 };

struct bench;

/* A timer that tells its name. */
struct mark {
    struct timer timer;
    struct bench *bench;
    char name;
};

/* A loop, its fake store, and what happened in order (as far as there is room): B begin,
 * C commit, F failed commit, others as the test writes them. */
struct bench {
    struct clock clock;
    struct loop *loop;
    char story[256];
    bool open;
    int commits;
    int fail_at; /* the commit that fails; 0: none */
    int count;
    int limit;
    int dropped;
    struct timer timer;
    struct mark marks[4];
};

static void tell(struct bench *bench, char what)
{
    size_t n = strlen(bench->story);

    if (n + 1 < sizeof(bench->story)) {
        bench->story[n] = what;
    }
}

static void begin(struct bench *bench)
{
    if (!bench->open) {
        tell(bench, 'B');
        bench->open = true;
    }
}

static bool is_open(void *context)
{
    return ((struct bench *)context)->open;
}

static int commit(void *context, struct err *err)
{
    struct bench *bench = context;

    assert_true(bench->open);
    bench->open = false;
    if (++bench->commits == bench->fail_at) {
        tell(bench, 'F');
        return err_set(err, ERR_UNABLE, "the disk is full");
    }
    tell(bench, 'C');
    return 0;
}

static int setup_in(void **state, enum clock_mode mode)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct loop_hooks hooks = {bench, is_open, commit};

    alarm(GUARD_S);
    clock_init(&bench->clock, mode, START_MS);
    bench->loop = loop_new(&bench->clock, &hooks);
    *state = bench;
    return 0;
}

static int setup(void **state)
{
    return setup_in(state, CLOCK_RUN);
}

static int setup_jump(void **state)
{
    return setup_in(state, CLOCK_JUMP);
}

static int teardown(void **state)
{
    struct bench *bench = *state;

    if (bench->loop != NULL) {
        loop_free(bench->loop);
    }
    free(bench);
    alarm(0);
    return 0;
}

static void run(struct bench *bench)
{
    struct err err = {0};

    assert_int_equal(loop_run(bench->loop, &err), 0);
    assert_false(bench->open);
}

static void stop(void *argument)
{
    loop_stop(((struct bench *)argument)->loop);
}

static void tell_1(void *argument)
{
    tell(argument, '1');
}

static void tell_2(void *argument)
{
    tell(argument, '2');
}

static void tell_dropped(void *argument)
{
    tell(argument, 'd');
}

static void no_work(void *argument)
{
    (void)argument;
}

/* A unit of work: writes, and lets two things wait for the commit. */
static void work(void *argument)
{
    struct bench *bench = argument;

    begin(bench);
    loop_effect(bench->loop, tell_1, tell_dropped, bench);
    loop_effect(bench->loop, tell_2, NULL, bench);
}

static void work_and_stop(void *argument)
{
    work(argument);
    stop(argument);
}

static void on_due_work_and_stop(struct timer *timer)
{
    work_and_stop((char *)timer - offsetof(struct bench, timer));
}

static void effects_leave_after_the_commit_in_their_order(void **state)
{
    struct bench *bench = *state;

    timer_init(&bench->timer, bench->loop, on_due_work_and_stop);
    timer_set(&bench->timer, START_MS);
    run(bench);
    assert_string_equal(bench->story, "BC12");
}

static void a_failed_commit_releases_nothing_and_stops_the_loop(void **state)
{
    struct bench *bench = *state;
    struct err err = {0};

    bench->fail_at = 1;
    loop_task(bench->loop, work, bench);
    assert_int_equal(loop_run(bench->loop, &err), -1);
    assert_string_equal(err.text, "the disk is full");
    assert_int_equal(err.code, ERR_UNABLE);
    assert_string_equal(bench->story, "BFd");
    /* It does not start again over a store that failed. */
    assert_int_equal(loop_run(bench->loop, &err), -1);
    assert_string_equal(bench->story, "BFd");
}

static void work_twice(void *argument)
{
    struct bench *bench = argument;

    tell_1(bench);
    begin(bench);
    loop_effect(bench->loop, tell_2, tell_dropped, bench);
}

static void a_commit_that_fails_in_a_later_round_releases_only_what_came_before(
    void **state)
{
    struct bench *bench = *state;
    struct err err = {0};

    bench->fail_at = 2;
    begin(bench);
    loop_effect(bench->loop, work_twice, tell_dropped, bench);
    assert_int_equal(loop_run(bench->loop, &err), -1);
    assert_string_equal(bench->story, "BC1BFd");
}

/* A pool job's end is an I/O callback: stopping there leaves libuv before its prepare. */
static void the_last_turn_is_committed_when_an_io_callback_ends_the_loop(void **state)
{
    struct bench *bench = *state;

    loop_pool(bench->loop, no_work, work_and_stop, bench);
    run(bench);
    assert_string_equal(bench->story, "BC12");
}

static void note_dropped(void *argument)
{
    ((struct bench *)argument)->dropped++;
}

static void endless_work(void *argument)
{
    struct bench *bench = argument;

    bench->count++;
    begin(bench);
    loop_effect(bench->loop, endless_work, note_dropped, bench);
}

static void a_turn_that_never_ends_is_committed_at_the_last_and_its_rest_dropped(
    void **state)
{
    struct bench *bench = *state;

    loop_effect(bench->loop, endless_work, NULL, bench);
    loop_pool(bench->loop, no_work, stop, bench);
    run(bench);
    assert_int_equal(bench->commits, bench->count);
    assert_int_equal(bench->dropped, 0);
    loop_free(bench->loop);
    bench->loop = NULL;
    assert_int_equal(bench->dropped, 1);
}

static void work_again(void *argument)
{
    struct bench *bench = argument;

    assert_false(bench->open);
    if (++bench->count == bench->limit) {
        stop(bench);
        return;
    }
    begin(bench);
    loop_effect(bench->loop, work_again, NULL, bench);
}

/* More rounds than one turn has: without the idle handle the poll would now sleep, with
 * a transaction open and nothing to wake it. */
static void trap_1_release_makes_new_work(void **state)
{
    struct bench *bench = *state;

    bench->limit = 30;
    begin(bench);
    loop_effect(bench->loop, work_again, NULL, bench);
    run(bench);
    assert_int_equal(bench->commits, 30);
}

static void task_that_asks(void *argument)
{
    struct bench *bench = argument;

    tell(bench, 't');
    begin(bench);
    loop_task(bench->loop, tell_1, bench);
    loop_effect(bench->loop, stop, NULL, bench);
}

static void a_task_runs_once_and_before_the_commit_with_those_it_asks_for(void **state)
{
    struct bench *bench = *state;

    loop_task(bench->loop, task_that_asks, bench);
    loop_task(bench->loop, task_that_asks, bench);
    run(bench);
    assert_string_equal(bench->story, "tB1C");
}

static void slice(void *argument)
{
    struct bench *bench = argument;

    /* The slice before is committed. */
    assert_false(bench->open);
    bench->count++;
    begin(bench);
    loop_soon(bench->loop, slice, bench);
}

static struct bench *bench_of(struct timer *timer)
{
    return (struct bench *)((char *)timer - offsetof(struct bench, timer));
}

static void on_due_stop(struct timer *timer)
{
    stop(bench_of(timer));
}

static void timers_and_commits_come_between_two_slices_of_bulk_work(void **state)
{
    struct bench *bench = *state;

    loop_soon(bench->loop, slice, bench);
    timer_init(&bench->timer, bench->loop, on_due_stop);
    timer_set(&bench->timer, START_MS + 20);
    run(bench);
    assert_true(bench->count > 0);
    assert_int_equal(bench->commits, bench->count);
}

/* The answers of the poll come between two slices too: a pool job's end is one. */
static void io_comes_between_two_slices_of_bulk_work(void **state)
{
    struct bench *bench = *state;

    loop_soon(bench->loop, slice, bench);
    loop_pool(bench->loop, no_work, stop, bench);
    run(bench);
    assert_int_equal(bench->commits, bench->count);
}

static void on_mark(struct timer *timer)
{
    struct mark *mark = (struct mark *)timer;

    assert_int_equal(timer->due_at, 0);
    tell(mark->bench, mark->name);
}

static void mark_set(struct bench *bench, int i, char name, int64_t due_at)
{
    struct mark *mark = &bench->marks[i];

    if (mark->bench == NULL) {
        timer_init(&mark->timer, bench->loop, on_mark);
        mark->bench = bench;
    }
    mark->name = name;
    timer_set(&mark->timer, due_at);
}

static void timers_fire_in_the_order_of_their_times(void **state)
{
    struct bench *bench = *state;

    mark_set(bench, 0, 'c', START_MS + 3);
    mark_set(bench, 1, 'a', START_MS - 5);
    mark_set(bench, 2, 'x', START_MS + 2);
    mark_set(bench, 3, 'b', START_MS + FAR_MS);
    mark_set(bench, 3, 'b', START_MS + 1);
    timer_clear(&bench->marks[2].timer);
    timer_clear(&bench->marks[2].timer);
    timer_init(&bench->timer, bench->loop, on_due_stop);
    timer_set(&bench->timer, START_MS + 10);
    assert_int_equal(loop_next_due(bench->loop), START_MS - 5);
    run(bench);
    assert_string_equal(bench->story, "abc");
    assert_int_equal(loop_next_due(bench->loop), 0);
}

static void on_due_clear_the_next(struct timer *timer)
{
    struct bench *bench = bench_of(timer);

    timer_clear(&bench->marks[0].timer);
    timer_set(&bench->marks[1].timer, START_MS + FAR_MS);
    timer_clear(&bench->marks[2].timer);
    stop(bench);
}

static void a_timer_cleared_or_moved_by_one_that_fires_with_it_does_not_fire(
    void **state)
{
    struct bench *bench = *state;

    timer_init(&bench->timer, bench->loop, on_due_clear_the_next);
    timer_set(&bench->timer, START_MS - 9);
    for (int i = 0; i < 4; i++) {
        mark_set(bench, i, (char)('w' + i), START_MS - 8 + i);
    }
    run(bench);
    assert_string_equal(bench->story, "z");
    assert_int_equal(loop_next_due(bench->loop), START_MS + FAR_MS);
    timer_clear(&bench->marks[1].timer);
}

/* Set and cleared at random: what is left comes out sorted, and nothing else. */
static void the_earliest_timer_is_always_known(void **state)
{
    struct bench *bench = *state;
    struct timer timers[100] = {0};
    uint32_t seed = 1;

    for (int i = 0; i < 100; i++) {
        timer_init(&timers[i], bench->loop, on_due_stop);
    }
    for (int step = 0; step < 5000; step++) {
        int64_t earliest = 0;
        struct timer *timer;

        seed = seed * 1664525u + 1013904223u;
        timer = &timers[(seed >> 8) % 100];
        if (seed >> 31 != 0) {
            timer_set(timer, 1 + (seed >> 16) % 500);
        } else {
            timer_clear(timer);
        }
        for (int i = 0; i < 100; i++) {
            if (timers[i].due_at != 0 &&
                (earliest == 0 || timers[i].due_at < earliest)) {
                earliest = timers[i].due_at;
            }
        }
        assert_int_equal(loop_next_due(bench->loop), earliest);
    }
    for (int i = 0; i < 100; i++) {
        timer_clear(&timers[i]);
    }
}

static void on_due_again_at_once(struct timer *timer)
{
    struct bench *bench = bench_of(timer);

    assert_false(bench->open); /* the turn before has ended */
    begin(bench);
    if (++bench->count == 20) {
        stop(bench);
    } else {
        timer_set(timer, 1);
    }
}

static void a_timer_set_in_the_past_fires_in_the_next_turn(void **state)
{
    struct bench *bench = *state;

    timer_init(&bench->timer, bench->loop, on_due_again_at_once);
    timer_set(&bench->timer, START_MS);
    run(bench);
    assert_int_equal(bench->count, 20);
    assert_int_equal(bench->commits, 20);
}

/* What the daemon does when it is idle: go to the next due time. */
static void on_idle_jump(void *argument)
{
    struct bench *bench = argument;
    int64_t due_at = loop_next_due(bench->loop);

    tell(bench, 'i');
    if (due_at == 0) {
        stop(bench);
    } else {
        clock_jump(&bench->clock, due_at);
    }
}

static void with_a_clock_that_jumps_timers_fire_when_it_has_jumped(void **state)
{
    struct bench *bench = *state;

    mark_set(bench, 0, 'b', START_MS + 2 * FAR_MS);
    mark_set(bench, 1, 'a', START_MS + FAR_MS);
    mark_set(bench, 2, 'c', START_MS + 2 * FAR_MS + 1);
    loop_on_idle(bench->loop, on_idle_jump, bench);
    run(bench);
    assert_string_equal(bench->story, "iaibici");
}

/* The first time it starts work, as a request would be; when that ends, it is idle again. */
static void on_idle_start_work(void *argument)
{
    struct bench *bench = argument;

    assert_true(loop_idle(bench->loop));
    tell(bench, 'i');
    if (++bench->count == 1) {
        loop_pool(bench->loop, no_work, tell_1, bench);
        assert_false(loop_idle(bench->loop));
    } else {
        stop(bench);
    }
}

static void a_loop_with_work_under_way_is_not_idle(void **state)
{
    struct bench *bench = *state;

    loop_on_idle(bench->loop, on_idle_start_work, bench);
    loop_effect(bench->loop, tell_2, NULL, bench);
    run(bench);
    assert_string_equal(bench->story, "2i1i");
}

static void on_idle_tell(void *argument)
{
    tell(argument, 'i');
}

static void on_signal(void *argument, int number)
{
    assert_int_equal(number, SIGTERM);
    stop(argument);
}

static void *send_signal(void *argument)
{
    struct timespec wait = {.tv_nsec = 50000000};

    (void)argument;
    nanosleep(&wait, NULL);
    kill(getpid(), SIGTERM);
    return NULL;
}

static void an_idle_loop_asks_once_and_sleeps_until_io(void **state)
{
    struct bench *bench = *state;
    pthread_t thread;

    loop_on_idle(bench->loop, on_idle_tell, bench);
    loop_signals(bench->loop, on_signal, bench);
    assert_int_equal(pthread_create(&thread, NULL, send_signal, NULL), 0);
    run(bench);
    pthread_join(thread, NULL);
    assert_string_equal(bench->story, "i");
}

static void every_kind_of_waiting_keeps_the_loop_from_being_idle(void **state)
{
    struct bench *bench = *state;
    struct loop *loop = bench->loop;

    assert_true(loop_idle(loop));
    bench->open = true;
    assert_false(loop_idle(loop));
    bench->open = false;
    loop_hold(loop);
    assert_false(loop_idle(loop));
    loop_release(loop);
    mark_set(bench, 0, 'a', START_MS + 1);
    assert_true(loop_idle(loop));
    clock_jump(&bench->clock, START_MS + 1);
    assert_false(loop_idle(loop));
    timer_clear(&bench->marks[0].timer);
    loop_task(loop, stop, bench);
    assert_false(loop_idle(loop));
    run(bench);
    assert_true(loop_idle(loop));
    loop_soon(loop, stop, bench);
    assert_false(loop_idle(loop));
    run(bench);
    loop_effect(loop, stop, NULL, bench);
    assert_false(loop_idle(loop));
    run(bench);
    assert_true(loop_idle(loop));
}

/* Written by a pool thread, read when it is done. */
struct pool_proof {
    struct bench *bench;
    pthread_t worked_on;
    pthread_t done_on;
};

static void note_work(void *argument)
{
    ((struct pool_proof *)argument)->worked_on = pthread_self();
}

static void note_done(void *argument)
{
    struct pool_proof *proof = argument;

    proof->done_on = pthread_self();
    work_and_stop(proof->bench);
}

static void pool_jobs_run_elsewhere_and_end_in_a_turn_of_the_loop(void **state)
{
    struct pool_proof proof = {.bench = *state};

    loop_pool(proof.bench->loop, note_work, note_done, &proof);
    run(proof.bench);
    assert_false(pthread_equal(proof.worked_on, pthread_self()));
    assert_true(pthread_equal(proof.done_on, pthread_self()));
    assert_string_equal(proof.bench->story, "BC12");
}

static void what_still_waits_when_the_loop_is_freed_is_ended_once(void **state)
{
    struct bench *bench = *state;

    loop_effect(bench->loop, tell_1, tell_dropped, bench);
    loop_pool(bench->loop, no_work, tell_2, bench);
    loop_free(bench->loop);
    bench->loop = NULL;
    assert_string_equal(bench->story, "2d");
}

#define IN_TIME(test)  cmocka_unit_test_setup_teardown(test, setup, teardown)
#define IN_JUMPS(test) cmocka_unit_test_setup_teardown(test, setup_jump, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_TIME(effects_leave_after_the_commit_in_their_order),
        IN_TIME(a_failed_commit_releases_nothing_and_stops_the_loop),
        IN_TIME(a_commit_that_fails_in_a_later_round_releases_only_what_came_before),
        IN_TIME(the_last_turn_is_committed_when_an_io_callback_ends_the_loop),
        IN_TIME(a_turn_that_never_ends_is_committed_at_the_last_and_its_rest_dropped),
        IN_TIME(trap_1_release_makes_new_work),
        IN_TIME(a_task_runs_once_and_before_the_commit_with_those_it_asks_for),
        IN_TIME(timers_and_commits_come_between_two_slices_of_bulk_work),
        IN_TIME(io_comes_between_two_slices_of_bulk_work),
        IN_TIME(timers_fire_in_the_order_of_their_times),
        IN_TIME(a_timer_cleared_or_moved_by_one_that_fires_with_it_does_not_fire),
        IN_TIME(the_earliest_timer_is_always_known),
        IN_TIME(a_timer_set_in_the_past_fires_in_the_next_turn),
        IN_JUMPS(with_a_clock_that_jumps_timers_fire_when_it_has_jumped),
        IN_JUMPS(a_loop_with_work_under_way_is_not_idle),
        IN_JUMPS(an_idle_loop_asks_once_and_sleeps_until_io),
        IN_JUMPS(every_kind_of_waiting_keeps_the_loop_from_being_idle),
        IN_TIME(pool_jobs_run_elsewhere_and_end_in_a_turn_of_the_loop),
        IN_TIME(what_still_waits_when_the_loop_is_freed_is_ended_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
