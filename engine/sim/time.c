/*
 * time.c: the handsets' time: what is due is performed, in the order of its time.
 *
 * A clock that jumps is moved by POST /sim/now: it stops at each instant in which
 * something happens, performs all of it, and goes on only when every callback of that
 * instant is over. So a run is the same on a slow machine as on a fast one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "sim/dialect.h"
#include "sim/sim_internal.h"
#include "sim/whatsapp.h"

/* The loop's other work is looked at after so many happenings. */
enum { SLICE = 500 };

/* A call of POST /sim/now that waits for the end of the move. */
struct waiter {
    struct waiter *next;
    struct server_call *call;
    uint64_t acted_before;
};

/* Takes what the call owns. */
static void make_call(
    struct sim *sim, struct callback_line *line, size_t row, struct http_request *call)
{
    if (row == 0 || call->url.overflowed || call->body.overflowed) {
        log_event(LOG_WARN, "callback_dropped", "reason=%s",
            row == 0 ? "ledger_full" : "too_long");
    } else {
        callbacks_add(sim->callbacks, line, row, call);
    }
    http_request_fini(call);
}

static const char *state_of(enum sim_report report)
{
    static const char *const states[SIM_REPORTS] = {
        [SIM_QUEUED] = "queued",
        [SIM_SENT] = "sent",
        [SIM_DELIVERED] = "delivered",
        [SIM_READ] = "read",
        [SIM_FAILED] = "failed",
    };

    return states[report];
}

static void make_report(struct sim *sim, const struct happening *happening)
{
    const struct dialect *dialect = dialect_of_channel(happening->channel);
    struct ledger_request request = ledger_request_get(sim->ledger, happening->request);
    struct http_request call;
    size_t row;

    http_request_init(&call);
    dialect->write_report(sim, happening, &request, &call);
    row = ledger_add_callback(sim->ledger,
        &(struct ledger_callback){
            .gateway = dialect->name,
            .id = request.ref,
            .phone = request.phone,
            .state = state_of(happening->report),
            .code = happening->report == SIM_FAILED ? happening->code : NULL,
            .at_ms = clock_now(&sim->clock),
        });
    make_call(sim, &happening->handset->line, row, &call);
}

static void note_preference(const struct happening *preference)
{
    preference->handset->no_marketing = strcmp(preference->words, "stop") == 0;
}

int sim_write(
    struct sim *sim, const struct happening *words, char id[SIM_WORDS_ID_SIZE])
{
    const struct dialect *dialect = dialect_of_channel(words->channel);
    bool is_words = words->kind == HAPPENS_WORDS;
    bool is_text = words->type == NULL || strcmp(words->type, "text") == 0;
    struct http_request call;
    size_t row;

    http_request_init(&call);
    dialect->make_id(sim, sim->words + 1, id);
    if (dialect->write_words(sim, words, id, &call) != 0) {
        http_request_fini(&call);
        return -1;
    }
    sim->words++;
    if (is_words) {
        words->handset->wrote_at_ms[words->channel] = clock_now(&sim->clock);
    } else {
        note_preference(words);
    }
    row = ledger_add_callback(sim->ledger,
        &(struct ledger_callback){
            .kind = is_words ? LEDGER_INBOUND : LEDGER_NOTICE,
            .gateway = dialect->name,
            .id = id,
            .phone = words->handset->phone,
            .text = is_words ? words->words : NULL,
            .state = is_words ? NULL : ledger_keep(sim->ledger, words->words),
            .type = is_text ? NULL : ledger_keep(sim->ledger, words->type),
            .choice = words->choice,
            .at_ms = clock_now(&sim->clock),
        });
    make_call(sim, &words->handset->line, row, &call);
    return 0;
}

int sim_tell_template(struct sim *sim, const struct wa_template *template)
{
    struct http_request call;
    size_t row;

    if (sim->profile->whatsapp.hook == NULL) {
        return -1;
    }
    http_request_init(&call);
    wa_hook_template(sim, template, &call);
    row = ledger_add_callback(sim->ledger,
        &(struct ledger_callback){
            .kind = LEDGER_NOTICE,
            .gateway = whatsapp_dialect.name,
            .id = template->name,
            .phone = "",
            .state = template_status_name((enum template_status) template->status),
            .at_ms = clock_now(&sim->clock),
        });
    make_call(sim, &sim->line, row, &call);
    return 0;
}

static void perform(struct sim *sim, struct happening *happening)
{
    char id[SIM_WORDS_ID_SIZE];

    sim->acted++;
    if (happening->kind == HAPPENS_WORDS || happening->kind == HAPPENS_PREFERENCE) {
        if (handset_still_says(happening)) {
            sim_write(sim, happening, id);
        }
    } else if (happening->kind == HAPPENS_ARRIVAL) {
        struct ledger_request request =
            ledger_request_get(sim->ledger, happening->request);
        struct accepted message =
            sim_accepted(happening->request, &request, happening->at_ms);

        message.channel = happening->channel;
        handset_receive(&sim->handsets, happening->handset, &sim->timeline, &message);
    }
    if (happening->report != SIM_NONE) {
        make_report(sim, happening);
    }
    free(happening->memory);
}

/* Performs up to a slice of what is due at `until`; true when more is. */
static bool perform_due(struct sim *sim, int64_t until)
{
    for (int i = 0; i < SLICE; i++) {
        int64_t at = timeline_next(&sim->timeline);
        struct happening happening;

        if (at < 0 || at > until) {
            return false;
        }
        happening = timeline_take(&sim->timeline);
        perform(sim, &happening);
    }
    return true;
}

void sim_schedule(struct sim *sim)
{
    int64_t at = timeline_next(&sim->timeline);

    if (sim->clock.mode == CLOCK_JUMP) {
        return;
    }
    if (at < 0) {
        timer_clear(&sim->timer);
    } else {
        timer_set(&sim->timer, at - sim->clock.offset_ms);
    }
}

void sim_on_timer(struct timer *timer)
{
    struct sim *sim = (struct sim *)((char *)timer - offsetof(struct sim, timer));

    perform_due(sim, clock_now(&sim->clock));
    sim_schedule(sim);
}

static void answer_waiters(struct sim *sim)
{
    while (sim->waiters != NULL) {
        struct waiter *waiter = sim->waiters;
        struct http_answer answer;

        sim->waiters = waiter->next;
        http_answer_init(&answer);
        answer.content_type = "application/json";
        buf_add_format(&answer.body, "{\"now\":%lld,\"acted\":%llu}\n",
            (long long)clock_now(&sim->clock),
            (unsigned long long)(sim->acted - waiter->acted_before));
        server_answer_committed(waiter->call, &answer);
        free(waiter);
    }
}

static void proceed_soon(void *argument)
{
    sim_proceed(argument);
}

void sim_proceed(struct sim *sim)
{
    if (sim->waiters == NULL || sim->proceeding) {
        return;
    }
    sim->proceeding = true;
    while (callbacks_pending(sim->callbacks) == 0) {
        int64_t at = timeline_next(&sim->timeline);

        if (at < 0 || at > sim->target_ms) {
            clock_jump(&sim->clock, sim->target_ms);
            answer_waiters(sim);
            break;
        }
        clock_jump(&sim->clock, at);
        /* A full slice leaves callbacks or a long instant: either way, later. */
        if (perform_due(sim, clock_now(&sim->clock))) {
            loop_soon(sim->loop, proceed_soon, sim);
            break;
        }
    }
    sim->proceeding = false;
}

void sim_move(struct sim *sim, int64_t now_ms, struct server_call *call)
{
    struct waiter *waiter = mem_zero(1, sizeof *waiter);

    waiter->call = call;
    waiter->acted_before = sim->acted;
    waiter->next = sim->waiters;
    sim->waiters = waiter;
    if (now_ms > sim->target_ms) {
        sim->target_ms = now_ms;
    }
    sim_proceed(sim);
}

void sim_waiters_fini(struct sim *sim)
{
    while (sim->waiters != NULL) {
        struct waiter *waiter = sim->waiters;

        sim->waiters = waiter->next;
        server_cut(waiter->call);
        free(waiter);
    }
}
