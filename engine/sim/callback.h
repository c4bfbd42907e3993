/*
 * callback.h: the calls that the simulator makes: reports, and what people wrote.
 *
 * Up to `limit` at once; those of one line (one handset) one after the other, in order.
 * What is not answered with 2xx is tried again after 200 ms, then ever later up to 2 s, 40
 * times in all and in real time, so that a daemon that is started again gets it; a 4xx
 * other than 429 is its last word.
 */
#ifndef CEGAH_SIM_CALLBACK_H
#define CEGAH_SIM_CALLBACK_H

#include <stdbool.h>
#include <stddef.h>

struct http_request;
struct ledger;
struct loop;
struct callbacks;
struct callback;

/* The callbacks of one handset that are not over. Embedded in it, zeroed; ended by
 * callback_line_fini(). */
struct callback_line {
    struct callback *head, *tail;
    struct callback_line *next_ready;
};

/* Returns owned callbacks. loop must run by the real clock, ledger is borrowed. on_quiet
 * is called when the last one is over. */
struct callbacks *callbacks_new(struct loop *loop, struct ledger *ledger, int limit,
    void (*on_quiet)(void *argument), void *argument);
/* Cuts what is in flight. Lines still hold theirs: end them afterwards. */
void callbacks_free(struct callbacks *callbacks);
void callback_line_fini(struct callback_line *line);
/* Makes a call for the ledger's row; takes what the request owns. */
void callbacks_add(struct callbacks *callbacks, struct callback_line *line, size_t row,
    struct http_request *request);
/* How many are not over: waiting, in flight, or to be tried again. */
size_t callbacks_pending(const struct callbacks *callbacks);

#endif
