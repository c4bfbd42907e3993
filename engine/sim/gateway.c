/*
 * gateway.c: a sendsms request is read, written into the ledger, accepted or refused, and
 * answered: at once, late, or not at all, as the faults say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/draw.h"
#include "sim/kannel.h"
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

/* What Kannel says to a request. */
struct verdict {
    int status;
    const char *answer; /* the ledger's word */
    const char *body;
    bool accepted;
    bool cut;
    bool hang;
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

static const char *const AUTHORISATION_FAILED = "Authorization failed for sendsms";

static bool is_authorised(
    const struct profile *profile, const struct kannel_request *request)
{
    return profile->username == NULL ||
           (strcmp(profile->username, request->username) == 0 &&
               strcmp(profile->password == NULL ? "" : profile->password,
                   request->password) == 0);
}

/* Kannel's own judgement, in Kannel's order. */
static struct verdict judge(
    const struct profile *profile, const struct kannel_request *request)
{
    if (!is_authorised(profile, request)) {
        return (struct verdict){403, "403", AUTHORISATION_FAILED, .accepted = false};
    }
    if (request->to == NULL) {
        return (struct verdict){
            400, "400", "Missing receiver number, rejected", .accepted = false};
    }
    if (request->to[strspn(request->to, " ")] == '\0') {
        return (struct verdict){400, "400",
            "Empty receiver number not allowed, rejected", .accepted = false};
    }
    return (struct verdict){202, "202", "0: Accepted for delivery", .accepted = true};
}

/* What the fault makes of a judgement. */
static struct verdict spoil(enum fault_kind fault, struct verdict verdict)
{
    switch (fault) {
    case FAULT_ERROR_500:
        return (struct verdict){500, "500", "Sending failed.", .accepted = false};
    case FAULT_ERROR_500_EMPTY:
        return (struct verdict){500, "500", "", .accepted = false};
    case FAULT_ERROR_503:
        return (struct verdict){
            503, "503", "Temporal failure, try again later.", .accepted = false};
    case FAULT_THROTTLE_429:
        return (struct verdict){429, "429", "Too many requests", .accepted = false};
    case FAULT_REFUSE_403_AUTH:
        return (struct verdict){403, "403", AUTHORISATION_FAILED, .accepted = false};
    case FAULT_REFUSE_403_ROUTE:
        return (struct verdict){
            403, "403", "Not routable. Do not try again.", .accepted = false};
    case FAULT_CUT_AFTER_READ:
        verdict.accepted = false;
        verdict.answer = fault_name(fault);
        verdict.cut = true;
        return verdict;
    case FAULT_CUT_AFTER_ACCEPT:
        verdict.answer = fault_name(fault);
        verdict.cut = true;
        return verdict;
    case FAULT_HANG:
        verdict.accepted = false;
        verdict.answer = fault_name(fault);
        verdict.cut = verdict.hang = true;
        return verdict;
    default:
        return verdict;
    }
}

/* Writes the request into the ledger; what is accepted begins its way. */
static void record(
    struct sim *sim, const struct kannel_request *request, struct verdict *verdict)
{
    const char *to = request->to == NULL ? "" : request->to;
    struct handset *handset = handsets_get(&sim->handsets, to);
    int64_t now = clock_now(&sim->clock);
    uint64_t step = draw_step(request->text);
    uint64_t attempt = attempts_count(&sim->attempts, handset->phone, step);
    size_t row = ledger_add_request(sim->ledger, &(struct ledger_request){
                                                     .ref = request->ref,
                                                     .phone = handset->phone,
                                                     .text = request->text,
                                                     .at_ms = now,
                                                     .answer = verdict->answer,
                                                     .accepted = verdict->accepted,
                                                     .report_to = request->report_url,
                                                     .step = step,
                                                     .attempt = attempt,
                                                 });

    if (row == 0) {
        *verdict = spoil(FAULT_ERROR_503, *verdict);
        return;
    }
    if (verdict->accepted) {
        handset_accept(&sim->handsets, handset, &sim->timeline,
            &(struct accepted){
                .request = row,
                .at_ms = now,
                .validity_ms = request->validity_ms,
                .wanted = kannel_wanted(request),
                .text = ledger_request_get(sim->ledger, row).text,
                .step = step,
                .attempt = attempt,
            });
        sim_schedule(sim);
    }
}

void sim_sendsms(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    struct kannel_request request;
    struct http_answer answer;
    struct fault fault;
    struct verdict verdict = {
        400, "400", "The query is no form, rejected", .accepted = false};

    http_answer_init(&answer);
    if (kannel_read(&request, inbound->query) != 0) {
        http_answer_set(&answer, verdict.status, "text/plain", verdict.body);
        server_answer_committed(call, &answer);
        kannel_fini(&request);
        return;
    }
    fault = faults_draw(
        &sim->faults, sim->profile->seed, request.to == NULL ? "" : request.to);
    if (fault.kind == FAULT_CUT_BEFORE_READ) {
        sim->cut_before_read++;
        verdict.cut = true;
    } else {
        verdict = spoil(fault.kind, judge(sim->profile, &request));
        record(sim, &request, &verdict);
    }
    http_answer_set(&answer, verdict.status, "text/plain", verdict.body);
    answer.retry_after = fault.retry_after;
    answer_in(sim, call, &answer,
        verdict.hang ? HANG_MS : fault.delay_ms + sim->profile->latency_ms,
        verdict.cut);
    kannel_fini(&request);
}
