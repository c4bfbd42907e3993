#include "sim/callback.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/http.h"
#include "base/mem.h"
#include "net/client.h"
#include "net/loop.h"
#include "sim/ledger.h"

enum { TRIES_MAX = 40, BACK_OFF_MS = 200, BACK_OFF_MAX_MS = 2000 };

/* One call, owned by its line until it is over. */
struct callback {
    struct callbacks *callbacks;
    struct callback_line *line;
    struct callback *next;
    struct timer timer; /* set between two tries */
    struct http_request request;
    size_t row;
    int tries;
    int64_t back_off_ms;
};

struct callbacks {
    struct client *client;
    struct ledger *ledger;
    struct loop *loop;
    struct callback_line *ready, **ready_end; /* lines whose head may be called */
    size_t pending;
    int in_flight, limit;
    bool closing;
    void (*on_quiet)(void *argument);
    void *argument;
};

static void call_ready(struct callbacks *callbacks);

struct callbacks *callbacks_new(struct loop *loop, struct ledger *ledger, int limit,
    void (*on_quiet)(void *argument), void *argument)
{
    struct callbacks *callbacks = mem_zero(1, sizeof *callbacks);

    callbacks->client = client_new(loop, limit);
    callbacks->ledger = ledger;
    callbacks->loop = loop;
    callbacks->ready_end = &callbacks->ready;
    callbacks->limit = limit;
    callbacks->on_quiet = on_quiet;
    callbacks->argument = argument;
    return callbacks;
}

void callbacks_free(struct callbacks *callbacks)
{
    callbacks->closing = true;
    client_free(callbacks->client);
    free(callbacks);
}

void callback_line_fini(struct callback_line *line)
{
    while (line->head != NULL) {
        struct callback *callback = line->head;

        line->head = callback->next;
        timer_clear(&callback->timer);
        http_request_fini(&callback->request);
        free(callback);
    }
}

size_t callbacks_pending(const struct callbacks *callbacks)
{
    return callbacks->pending;
}

static void make_ready(struct callbacks *callbacks, struct callback_line *line)
{
    line->next_ready = NULL;
    *callbacks->ready_end = line;
    callbacks->ready_end = &line->next_ready;
}

static void on_due(struct timer *timer)
{
    struct callback *callback =
        (struct callback *)((char *)timer - offsetof(struct callback, timer));

    make_ready(callback->callbacks, callback->line);
    call_ready(callback->callbacks);
}

static void end(struct callback *callback)
{
    struct callbacks *callbacks = callback->callbacks;
    struct callback_line *line = callback->line;

    line->head = callback->next;
    if (line->head == NULL) {
        line->tail = NULL;
    } else {
        make_ready(callbacks, line);
    }
    http_request_fini(&callback->request);
    free(callback);
    callbacks->pending--;
}

static void try_later(struct callback *callback)
{
    timer_set(&callback->timer,
        clock_now(loop_clock(callback->callbacks->loop)) + callback->back_off_ms);
    callback->back_off_ms *= 2;
    if (callback->back_off_ms > BACK_OFF_MAX_MS) {
        callback->back_off_ms = BACK_OFF_MAX_MS;
    }
}

static void on_reply(void *argument, const struct http_reply *reply)
{
    struct callback *callback = argument;
    struct callbacks *callbacks = callback->callbacks;
    int status = reply->ending == HTTP_ANSWERED ? reply->status : 0;

    if (callbacks->closing) {
        return;
    }
    callbacks->in_flight--;
    ledger_tried(callbacks->ledger, callback->row, status);
    if ((status >= 200 && status < 500 && status != 429) ||
        ++callback->tries >= TRIES_MAX) {
        end(callback);
    } else {
        try_later(callback);
    }
    call_ready(callbacks);
    if (callbacks->pending == 0) {
        callbacks->on_quiet(callbacks->argument);
    }
}

static void call(struct callback *callback)
{
    static const struct client_options options = {
        .timeout_ms = 30000, .connect_timeout_ms = 2000, .idle_ms = 15000};

    callback->callbacks->in_flight++;
    client_send(
        callback->callbacks->client, &callback->request, &options, on_reply, callback);
}

static void call_ready(struct callbacks *callbacks)
{
    while (callbacks->ready != NULL && callbacks->in_flight < callbacks->limit) {
        struct callback_line *line = callbacks->ready;

        callbacks->ready = line->next_ready;
        if (callbacks->ready == NULL) {
            callbacks->ready_end = &callbacks->ready;
        }
        call(line->head);
    }
}

void callbacks_add(struct callbacks *callbacks, struct callback_line *line, size_t row,
    struct http_request *request)
{
    struct callback *callback = mem_zero(1, sizeof *callback);

    callback->callbacks = callbacks;
    callback->line = line;
    callback->request = *request;
    *request = (struct http_request){0};
    callback->row = row;
    callback->back_off_ms = BACK_OFF_MS;
    timer_init(&callback->timer, callbacks->loop, on_due);
    callbacks->pending++;
    if (line->head == NULL) {
        line->head = line->tail = callback;
        make_ready(callbacks, line);
    } else {
        line->tail->next = callback;
        line->tail = callback;
    }
    call_ready(callbacks);
}
