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
#include "sim/kannel.h"
#include "sim/sim_internal.h"

/* The loop's other work is looked at after so many happenings. */
enum { SLICE = 500, URL_BYTES_MAX = HTTP_URL_BYTES_MAX };

/* A call of POST /sim/now that waits for the end of the move. */
struct waiter {
    struct waiter *next;
    struct server_call *call;
    uint64_t acted_before;
};

static void make_call(
    struct sim *sim, struct handset *handset, size_t row, struct buf *url)
{
    if (row == 0 || url->overflowed) {
        log_event(LOG_WARN, "callback_dropped", "reason=%s",
            row == 0 ? "ledger_full" : "url_too_long");
        return;
    }
    callbacks_add(sim->callbacks, &handset->line, row, buf_take(url));
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

/* The SMSC's receipt as real ones are: with the beginning of the message at its end. */
static void write_receipt(
    struct buf *out, const struct happening *happening, const char *text)
{
    size_t n = strnlen(text, 20);

    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) {
        n--;
    }
    buf_add_format(out, "id:%08zu sub:001 dlvrd:%s %s text:%.*s", happening->request,
        happening->report == SIM_DELIVERED ? "001" : "000", happening->code, (int)n,
        text);
}

static void make_report(struct sim *sim, const struct happening *happening)
{
    struct ledger_request request = ledger_request_get(sim->ledger, happening->request);
    struct buf receipt, url;
    char id[24];
    size_t row;

    buf_init(&receipt, 512);
    buf_init(&url, URL_BYTES_MAX);
    write_receipt(&receipt, happening, request.text);
    snprintf(id, sizeof id, "%08zu", happening->request);
    kannel_expand(&url, request.report_to,
        &(struct kannel_call){
            .type = kannel_type(happening->report),
            .receipt = buf_text(&receipt),
            .id = id,
            .smsc = "sim",
            .sender = sim->profile->number,
            .receiver = request.phone,
            .at_ms = clock_now(&sim->clock),
        });
    row = ledger_add_callback(sim->ledger, &(struct ledger_callback){
                                               .id = request.ref,
                                               .phone = request.phone,
                                               .state = state_of(happening->report),
                                               .at_ms = clock_now(&sim->clock),
                                           });
    make_call(sim, happening->handset, row, &url);
    buf_fini(&receipt);
    buf_fini(&url);
}

int sim_write(struct sim *sim, const struct happening *words, char id[40])
{
    struct buf url;
    size_t row;

    if (sim->profile->inbound == NULL) {
        return -1;
    }
    words->handset->wrote_at_ms[words->channel] = clock_now(&sim->clock);
    snprintf(id, 40, "%s-%llu", sim->id_prefix, (unsigned long long)++sim->words);
    buf_init(&url, URL_BYTES_MAX);
    kannel_inbound(&url, sim->profile->inbound,
        &(struct kannel_call){
            .id = id,
            .sender = words->handset->phone,
            .receiver = sim->profile->number,
            .text = words->words,
            .at_ms = clock_now(&sim->clock),
        });
    row = ledger_add_callback(sim->ledger, &(struct ledger_callback){
                                               .inbound = true,
                                               .id = id,
                                               .phone = words->handset->phone,
                                               .text = words->words,
                                               .at_ms = clock_now(&sim->clock),
                                           });
    make_call(sim, words->handset, row, &url);
    buf_fini(&url);
    return 0;
}

static void perform(struct sim *sim, struct happening *happening)
{
    char id[40];

    sim->acted++;
    if (happening->kind == HAPPENS_WORDS) {
        sim_write(sim, happening, id);
    } else if (happening->kind == HAPPENS_ARRIVAL) {
        struct ledger_request request =
            ledger_request_get(sim->ledger, happening->request);

        handset_receive(&sim->handsets, happening->handset, &sim->timeline,
            &(struct accepted){
                .request = happening->request,
                .channel = happening->channel,
                .at_ms = happening->at_ms,
                .text = request.text,
                .step = request.step,
                .attempt = request.attempt,
            });
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
