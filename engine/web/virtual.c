#include "web/virtual.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/log.h"
#include "base/mem.h"
#include "content/config.h"
#include "net/client.h"
#include "net/loop.h"
#include "store/db.h"
#include "store/meta.h"
#include "web/engine.h"

static const struct client_options options = {
    .timeout_ms = 120000, .connect_timeout_ms = 5000, .idle_ms = 3600000};

/* Owned by the daemon. */
struct virtual_time {
    struct engine *engine;
    struct client *client;
    bool asking;
    bool ending; /* what is cut now is cut by us */
    int64_t due; /* our own next, when we asked; 0: none */
    int64_t
        jump; /* what the clock moves to when the simulator has been told; 0: moved */
};

static int read_simulator(const char *body, const char *url, enum clock_mode *mode,
    int64_t *now, struct err *err)
{
    json_t *value = json_loads(body, 0, NULL);
    const char *who = json_string_value(json_object_get(value, "simulator"));
    const char *clock = json_string_value(json_object_get(value, "clock"));
    int result = 0;

    if (who == NULL || strcmp(who, "cegah") != 0 || clock == NULL) {
        result = err_set(err, ERR_REFUSED,
            "clock.simulator: what answers at %s is no cegah simulator; virtual time "
            "is "
            "for simulators only",
            url);
    } else {
        *mode = strcmp(clock, "jump") == 0  ? CLOCK_JUMP
                : strcmp(clock, "run") == 0 ? CLOCK_RUN
                                            : CLOCK_REAL;
        *now = json_integer_value(json_object_get(value, "now"));
    }
    json_decref(value);
    return result;
}

int virtual_begin(struct engine *engine, struct err *err)
{
    const char *url = engine->config->clock_simulator;
    struct http_request request;
    struct buf body;
    enum clock_mode mode = CLOCK_REAL;
    int64_t now = 0, stored;
    int result = -1;

    if (url == NULL) {
        return 0;
    }
    http_request_init(&request);
    buf_init(&body, 65536);
    buf_add_format(&request.url, "%s/sim", url);
    if (client_call(&request, &options, &body, err) != 200) {
        err_set(err, ERR_UNABLE,
            "clock.simulator: nobody answers at %s: start `cegah simulator` first",
            url);
    } else if (read_simulator(buf_text(&body), url, &mode, &now, err) == 0) {
        stored = meta_find_int(engine->db, "clock", 0);
        if (mode == CLOCK_JUMP && stored > now) {
            now = stored;
        }
        clock_init(&engine->clock, mode, now);
        result = 0;
    }
    buf_fini(&body);
    http_request_fini(&request);
    return result;
}

static void move_clock(struct virtual_time *virtual, int64_t at)
{
    struct engine *engine = virtual->engine;

    clock_jump(&engine->clock, at);
    meta_set_int(engine->db, "clock", at);
}

static bool is_lost(const struct virtual_time *virtual, const struct http_reply *reply)
{
    bool lost = reply->ending != HTTP_ANSWERED || reply->status != 200;

    if (lost && !virtual->ending) {
        log_event(LOG_ERROR, "simulator_lost", "error=\"%s\"", reply->error);
    }
    return lost;
}

static void on_told(void *argument, const struct http_reply *reply)
{
    struct virtual_time *virtual = argument;

    virtual->asking = false;
    if (is_lost(virtual, reply)) {
        return;
    }
    if (virtual->jump != 0) {
        move_clock(virtual, virtual->jump);
    }
}

/* Tells the simulator the time; ours follows when it has answered, unless jump is 0. */
static void tell(struct virtual_time *virtual, int64_t now, int64_t jump)
{
    struct http_request request;

    virtual->jump = jump;
    http_request_init(&request);
    request.method = HTTP_POST;
    buf_add_format(
        &request.url, "%s/sim/now", virtual->engine->config->clock_simulator);
    buf_add_format(&request.body, "{\"now\":%" PRId64 "}", now);
    http_request_header(&request, "Content-Type", "application/json");
    client_send(virtual->client, &request, &options, on_told, virtual);
    http_request_fini(&request);
}

/*
 * The handsets' event comes first: our clock moves, then they act. Ours comes first: they
 * are told before our timers fire, so that what we send then reaches them at its time. At
 * the same moment ours goes first, and they hear of the millisecond before.
 */
static void on_next(void *argument, const struct http_reply *reply)
{
    struct virtual_time *virtual = argument;
    json_t *value = NULL, *at;
    int64_t theirs = 0;

    virtual->asking = false;
    if (is_lost(virtual, reply)) {
        return;
    }
    value = json_loads(reply->body, 0, NULL);
    at = json_object_get(value, "at");
    theirs = json_is_integer(at) ? json_integer_value(at) : 0;
    json_decref(value);
    if (theirs == 0 && virtual->due == 0) {
        return; /* nothing is left to happen */
    }
    virtual->asking = true;
    if (theirs != 0 && (virtual->due == 0 || theirs < virtual->due)) {
        move_clock(virtual, theirs);
        tell(virtual, theirs, 0);
    } else {
        tell(virtual, theirs == virtual->due ? virtual->due - 1 : virtual->due,
            virtual->due);
    }
}

static void on_idle(void *argument)
{
    struct virtual_time *virtual = argument;
    struct http_request request;

    if (virtual->asking) {
        return;
    }
    virtual->asking = true;
    virtual->due = loop_next_due(virtual->engine->loop);
    http_request_init(&request);
    buf_add_format(
        &request.url, "%s/sim/next", virtual->engine->config->clock_simulator);
    if (virtual->due != 0) {
        buf_add_format(&request.url, "?before=%" PRId64, virtual->due);
    }
    client_send(virtual->client, &request, &options, on_next, virtual);
    http_request_fini(&request);
}

struct virtual_time *virtual_run(struct engine *engine)
{
    struct virtual_time *virtual;

    if (engine->clock.mode != CLOCK_JUMP) {
        return NULL;
    }
    virtual = mem_zero(1, sizeof *virtual);
    virtual->engine = engine;
    virtual->client = client_new(engine->loop, 1);
    loop_on_idle(engine->loop, on_idle, virtual);
    return virtual;
}

void virtual_free(struct virtual_time *virtual)
{
    if (virtual != NULL) {
        virtual->ending = true;
        loop_on_idle(virtual->engine->loop, NULL, NULL);
        client_free(virtual->client);
        free(virtual);
    }
}
