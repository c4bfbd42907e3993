/*
 * loop_internal.h: what only net/ may ask of the loop.
 */
#ifndef CEGAH_NET_LOOP_INTERNAL_H
#define CEGAH_NET_LOOP_INTERNAL_H

struct loop;

/*
 * A server's part in the end of a turn (step 4). Embedded in its owner, from
 * loop_add_runner() to loop_remove_runner(). run() is called once a round, also when the
 * server has nothing to do: it MUST be cheap then.
 */
struct loop_runner {
    void (*run)(struct loop_runner *runner);
    struct loop_runner *next; /* the loop's own */
};

void loop_add_runner(struct loop *loop, struct loop_runner *runner);
/* May be called from inside any runner's run(). */
void loop_remove_runner(struct loop *loop, struct loop_runner *runner);

#endif
