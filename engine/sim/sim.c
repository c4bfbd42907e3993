#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/mem.h"
#include "sim/dialect.h"
#include "sim/sim_internal.h"

static void on_call(
    void *context, struct server_call *call, const struct http_inbound *inbound)
{
    struct sim *sim = context;
    const struct dialect *dialect = dialect_of_call(inbound);
    struct http_answer answer;

    if (dialect != NULL) {
        sim_ask(sim, dialect, call, inbound);
    } else if (strcmp(inbound->path, "/sim") == 0 ||
               strncmp(inbound->path, "/sim/", 5) == 0) {
        sim_api(sim, call, inbound);
    } else {
        http_answer_init(&answer);
        http_answer_set(&answer, 404, "text/plain", "Unknown request\n");
        server_answer_committed(call, &answer);
    }
}

static void on_quiet(void *argument)
{
    sim_proceed(argument);
}

static void make_prefix(struct sim *sim)
{
    unsigned char bytes[6];
    int used = 0;

    randombytes_buf(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        used += snprintf(sim->id_prefix + used, sizeof sim->id_prefix - (size_t)used,
            "%02x", bytes[i]);
    }
}

struct sim *sim_open(
    struct loop *loop, const struct sim_options *options, struct err *err)
{
    /* A clock that jumps makes its callbacks in order, or a run would not repeat. */
    bool jumps = options->clock.mode == CLOCK_JUMP;
    int at_once = options->profile->callbacks > 0 ? (int)options->profile->callbacks
                  : jumps                         ? 1
                                                  : 32;
    struct sim *sim = mem_zero(1, sizeof *sim);
    struct server_options server = {
        .listen = options->listen,
        .body_max = 1 << 20,
        .connections = 4096,
        .timeout_s = 300,
        .context = sim,
        .on_call = on_call,
    };

    sim->loop = loop;
    sim->clock = options->clock;
    sim->profile = options->profile;
    sim->target_ms = clock_now(&sim->clock);
    sim->ledger = ledger_new();
    for (size_t i = 0; i < options->profile->faults_n; i++) {
        faults_add(&sim->faults, &options->profile->faults[i]);
    }
    sim->templates = wa_templates_copy(&options->profile->whatsapp.templates);
    timeline_init(&sim->timeline);
    handsets_init(&sim->handsets, options->profile);
    timer_init(&sim->timer, loop, sim_on_timer);
    sim->callbacks = callbacks_new(loop, sim->ledger, at_once, on_quiet, sim);
    if (sodium_init() < 0) {
        err_set(err, ERR_UNABLE, "libsodium found no source of chance");
        sim_close(sim);
        return NULL;
    }
    make_prefix(sim);
    sim->server = server_open(loop, &server, err);
    if (sim->server == NULL) {
        sim_close(sim);
        return NULL;
    }
    return sim;
}

void sim_close(struct sim *sim)
{
    if (sim->server != NULL) {
        server_close(sim->server);
    }
    sim_late_fini(sim);
    sim_waiters_fini(sim);
    timer_clear(&sim->timer);
    callbacks_free(sim->callbacks);
    handsets_fini(&sim->handsets);
    timeline_fini(&sim->timeline);
    callback_line_fini(&sim->line);
    wa_templates_fini(&sim->templates);
    faults_fini(&sim->faults);
    attempts_fini(&sim->attempts);
    ledger_free(sim->ledger);
    free(sim);
}

int sim_port(const struct sim *sim)
{
    return server_port(sim->server);
}
