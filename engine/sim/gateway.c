/*
 * gateway.c: a request is read by its dialect, written into the ledger, accepted or
 * refused, and answered: at once, late, or not at all, as the faults say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/draw.h"
#include "sim/dialect.h"
#include "sim/sim_internal.h"

/* How long a call that hangs is held for a client that never gives up. */
enum { HANG_MS = 120000 };

/* An answer, or the end of a connection, that waits for its time. */
struct late_answer {
    struct late_answer *next, *previous;
    struct sim *sim;
    struct server_call *call;
    struct http_answer answer;
    struct timer timer;
    bool cut;
};

/* A request with all that its answer depends on. */
struct question {
    const struct dialect *dialect;
    const struct http_inbound *inbound;
    struct sim_request request;
    struct handset *handset;
    uint64_t step, attempt;
    struct fault fault;
};

/* What is said to it. */
struct verdict {
    struct refusal refusal;
    bool accepted, cut, hang;
    bool denied;      /* accepted, and answered as if it were not */
    const char *word; /* the ledger's; NULL: the number */
    char number[16];
};

static void unlink_late(struct late_answer *late)
{
    if (late->previous != NULL) {
        late->previous->next = late->next;
    } else {
        late->sim->late = late->next;
    }
    if (late->next != NULL) {
        late->next->previous = late->previous;
    }
}

static void cut_call(void *argument)
{
    server_cut(argument);
}

static void on_late(struct timer *timer)
{
    struct late_answer *late =
        (struct late_answer *)((char *)timer - offsetof(struct late_answer, timer));

    unlink_late(late);
    if (late->cut) {
        loop_effect(late->sim->loop, cut_call, cut_call, late->call);
        http_answer_fini(&late->answer);
    } else {
        server_answer_committed(late->call, &late->answer);
    }
    free(late);
}

void sim_late_fini(struct sim *sim)
{
    while (sim->late != NULL) {
        struct late_answer *late = sim->late;

        unlink_late(late);
        timer_clear(&late->timer);
        server_cut(late->call);
        http_answer_fini(&late->answer);
        free(late);
    }
}

/* Takes the answer's body. */
static void answer_in(struct sim *sim, struct server_call *call,
    struct http_answer *answer, int64_t delay_ms, bool cut)
{
    struct late_answer *late;

    if (delay_ms == 0 && cut) {
        http_answer_fini(answer);
        loop_effect(sim->loop, cut_call, cut_call, call);
        return;
    }
    if (delay_ms == 0) {
        server_answer_committed(call, answer);
        return;
    }
    late = mem_zero(1, sizeof *late);
    late->sim = sim;
    late->call = call;
    late->answer = *answer;
    late->cut = cut;
    late->next = sim->late;
    if (sim->late != NULL) {
        sim->late->previous = late;
    }
    sim->late = late;
    timer_init(&late->timer, sim->loop, on_late);
    timer_set(&late->timer, clock_now(loop_clock(sim->loop)) + delay_ms);
}

/* What a fault makes of a request that is not answered as it deserves. */
static void cut_by(enum fault_kind kind, struct verdict *verdict)
{
    switch (kind) {
    case FAULT_ERROR_500_AFTER_ACCEPT:
        if (verdict->accepted) {
            verdict->word = fault_name(kind);
            verdict->denied = true;
        }
        return;
    case FAULT_CUT_AFTER_READ:
    case FAULT_HANG:
        verdict->accepted = false;
        verdict->hang = kind == FAULT_HANG;
        break;
    case FAULT_CUT_AFTER_ACCEPT:
        break;
    default:
        return;
    }
    verdict->word = fault_name(kind);
    verdict->cut = true;
}

static struct verdict judge(const struct sim *sim, const struct question *question)
{
    const struct dialect *dialect = question->dialect;
    enum fault_kind kind = question->fault.kind;
    struct verdict verdict = {0};
    int number;

    if (fault_refuses(kind)) {
        verdict.refusal = dialect->spoil(&question->fault);
    } else {
        verdict.refusal = dialect->judge(sim, question->inbound, &question->request);
    }
    verdict.accepted = verdict.refusal.status == 0;
    number = verdict.accepted            ? dialect->accepted_status
             : verdict.refusal.code != 0 ? verdict.refusal.code
                                         : verdict.refusal.status;
    snprintf(verdict.number, sizeof verdict.number, "%d", number);
    cut_by(kind, &verdict);
    return verdict;
}

/* The message begins its way. */
static void carry(struct sim *sim, const struct question *question, size_t row)
{
    struct ledger_request kept = ledger_request_get(sim->ledger, row);
    struct accepted accepted = sim_accepted(row, &kept, clock_now(&sim->clock));
    char code[SIM_CODE_SIZE];

    accepted.channel = question->dialect->channel;
    accepted.validity_ms = question->request.validity_ms;
    accepted.wanted = question->request.wanted;
    if (question->dialect->fails(
            sim, &question->request, question->handset, &question->fault, code)) {
        accepted.fails = ledger_keep(sim->ledger, code);
    }
    handset_accept(&sim->handsets, question->handset, &sim->timeline, &accepted);
    sim_schedule(sim);
}

/* Writes the request into the ledger. Returns its row; 0 when there is no room. */
static size_t record(
    struct sim *sim, const struct question *question, const struct verdict *verdict)
{
    const struct sim_request *request = &question->request;

    return ledger_add_request(sim->ledger,
        &(struct ledger_request){
            .gateway = question->dialect->name,
            .ref = request->ref,
            .phone = question->handset->phone,
            .text = request->text,
            .form = request->form,
            .template = request->template,
            .at_ms = clock_now(&sim->clock),
            .answer = verdict->word != NULL ? verdict->word : verdict->number,
            .accepted = verdict->accepted,
            .report_to = request->report_to,
            .category = request->category,
            .step = question->step,
            .attempt = question->attempt,
            .is_list = request->is_list,
            .choices = request->choices,
            .choices_n = request->choices_n,
        });
}

struct accepted sim_accepted(
    size_t row, const struct ledger_request *request, int64_t at_ms)
{
    return (struct accepted){
        .request = row,
        .at_ms = at_ms,
        .text = request->text,
        .step = request->step,
        .attempt = request->attempt,
        .is_template = request->template != NULL,
        .choices = request->choices,
        .choices_n = request->choices_n,
    };
}

/* Judges, records, and writes the answer. Returns what is to be done with it. */
static struct verdict decide(
    struct sim *sim, const struct question *question, struct http_answer *answer)
{
    const struct dialect *dialect = question->dialect;
    struct verdict verdict = judge(sim, question);
    size_t row = record(sim, question, &verdict);

    if (row == 0) {
        verdict = (struct verdict){
            .refusal = dialect->spoil(&(struct fault){.kind = FAULT_ERROR_503})};
    } else if (verdict.accepted) {
        carry(sim, question, row);
        if (verdict.denied) {
            http_answer_set(answer, 500, "text/plain", "");
        } else {
            dialect->write_accepted(sim, &question->request, row, answer);
        }
    }
    if (verdict.refusal.status != 0) {
        dialect->write_refused(&verdict.refusal, answer);
    }
    return verdict;
}

/* Counts the request and looks for faults that strike it. */
static void count(struct sim *sim, struct question *question)
{
    const struct sim_request *request = &question->request;

    question->handset = handsets_get(&sim->handsets, request->phone);
    question->step = draw_step(request->text);
    question->attempt = attempts_count(&sim->attempts, request->phone, question->step);
    question->fault =
        faults_draw(&sim->faults, &(struct fault_about){
                                      .seed = sim->profile->seed,
                                      .channel = question->dialect->channel,
                                      .phone = request->phone,
                                      .step = question->step,
                                      .attempt = question->attempt,
                                  });
}

void sim_ask(struct sim *sim, const struct dialect *dialect, struct server_call *call,
    const struct http_inbound *inbound)
{
    struct question question = {.dialect = dialect, .inbound = inbound};
    struct refusal unread = dialect->read(sim, inbound, &question.request);
    struct verdict verdict = {0};
    struct http_answer answer;

    http_answer_init(&answer);
    if (unread.status != 0) {
        dialect->write_refused(&unread, &answer);
        server_answer_committed(call, &answer);
    } else if (question.request.aside != NULL) {
        http_answer_set(&answer, 200, "application/json", question.request.aside);
        server_answer_committed(call, &answer);
    } else {
        count(sim, &question);
        if (question.fault.kind == FAULT_CUT_BEFORE_READ) {
            sim->cut_before_read++;
            verdict.cut = true;
        } else {
            verdict = decide(sim, &question, &answer);
        }
        answer.retry_after = question.fault.retry_after;
        answer_in(sim, call, &answer,
            verdict.hang ? HANG_MS : question.fault.delay_ms + sim->profile->latency_ms,
            verdict.cut);
    }
    dialect->fini(&question.request);
}
