/*
 * kannel_dialect.c: Kannel as one of the simulator's gateways: sendsms, its answers, and
 * the URLs that it calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sim/dialect.h"
#include "sim/kannel.h"
#include "sim/sim_internal.h"

static const char AUTHORISATION_FAILED[] = "Authorization failed for sendsms";

static bool kannel_takes(const struct http_inbound *inbound)
{
    return strcmp(inbound->path, "/cgi-bin/sendsms") == 0;
}

static struct refusal kannel_ask(const struct sim *sim,
    const struct http_inbound *inbound, struct sim_request *request)
{
    struct kannel_request *own = mem_zero(1, sizeof *own);

    (void)sim;
    request->own = own;
    if (kannel_read(own, inbound->query) != 0) {
        return (struct refusal){400, 0, "The query is no form, rejected"};
    }
    request->phone = own->to == NULL ? "" : own->to;
    request->recipient = request->phone;
    request->ref = own->ref;
    request->text = own->text;
    request->form = "text";
    request->report_to = own->report_url;
    request->wanted = kannel_wanted(own);
    request->validity_ms = own->validity_ms;
    return (struct refusal){0};
}

static void kannel_end(struct sim_request *request)
{
    if (request->own != NULL) {
        kannel_fini(request->own);
        free(request->own);
    }
}

static bool is_authorised(
    const struct profile *profile, const struct kannel_request *request)
{
    return profile->username == NULL ||
           (strcmp(profile->username, request->username) == 0 &&
               strcmp(profile->password == NULL ? "" : profile->password,
                   request->password) == 0);
}

/* In Kannel's own order. */
static struct refusal kannel_judge(const struct sim *sim,
    const struct http_inbound *inbound, const struct sim_request *request)
{
    const struct kannel_request *own = request->own;

    (void)inbound;
    if (!is_authorised(sim->profile, own)) {
        return (struct refusal){403, 0, AUTHORISATION_FAILED};
    }
    if (own->to == NULL) {
        return (struct refusal){400, 0, "Missing receiver number, rejected"};
    }
    if (own->to[strspn(own->to, " ")] == '\0') {
        return (struct refusal){400, 0, "Empty receiver number not allowed, rejected"};
    }
    return (struct refusal){0};
}

static bool kannel_fails(const struct sim *sim, const struct sim_request *request,
    const struct handset *handset, const struct fault *fault, char code[SIM_CODE_SIZE])
{
    static const int absent = 11;

    (void)sim;
    (void)request;
    (void)handset;
    if (fault->kind != FAULT_REPORT_FAILED) {
        return false;
    }
    snprintf(code, SIM_CODE_SIZE, "stat:UNDELIV err:%03d",
        fault->code > 0 ? fault->code : absent);
    return true;
}

static struct refusal kannel_spoil(const struct fault *fault)
{
    switch (fault->kind) {
    case FAULT_ERROR_500_EMPTY:
        return (struct refusal){500, 0, ""};
    case FAULT_ERROR_503:
        return (struct refusal){503, 0, "Temporal failure, try again later."};
    case FAULT_THROTTLE_429:
        return (struct refusal){429, 0, "Too many requests"};
    case FAULT_REFUSE_AUTH:
        return (struct refusal){403, 0, AUTHORISATION_FAILED};
    case FAULT_REFUSE_ROUTE:
        return (struct refusal){403, 0, "Not routable. Do not try again."};
    default:
        return (struct refusal){500, 0, "Sending failed."};
    }
}

static void write_accepted(const struct sim *sim, const struct sim_request *request,
    size_t row, struct http_answer *answer)
{
    (void)sim;
    (void)request;
    (void)row;
    http_answer_set(answer, 202, "text/plain", "0: Accepted for delivery");
}

static void write_refused(const struct refusal *refusal, struct http_answer *answer)
{
    http_answer_set(answer, refusal->status, "text/plain", refusal->sentence);
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

static void write_report(const struct sim *sim, const struct happening *happening,
    const struct ledger_request *request, struct http_request *call)
{
    struct buf receipt;
    char id[24];

    buf_init(&receipt, 512);
    write_receipt(&receipt, happening, request->text);
    snprintf(id, sizeof id, "%08zu", happening->request);
    kannel_expand(&call->url, request->report_to,
        &(struct kannel_call){
            .type = kannel_type(happening->report),
            .receipt = buf_text(&receipt),
            .id = id,
            .smsc = "sim",
            .sender = sim->profile->number,
            .receiver = request->phone,
            .at_ms = clock_now(&sim->clock),
        });
    buf_fini(&receipt);
}

static void make_id(const struct sim *sim, uint64_t number, char id[SIM_ID_SIZE])
{
    snprintf(id, SIM_ID_SIZE, "in-%s-%llu", sim->id_prefix, (unsigned long long)number);
}

static int write_words(const struct sim *sim, const struct happening *words,
    const char *id, struct http_request *call)
{
    if (sim->profile->inbound == NULL || words->kind != HAPPENS_WORDS) {
        return -1;
    }
    kannel_inbound(&call->url, sim->profile->inbound,
        &(struct kannel_call){
            .id = id,
            .sender = words->handset->phone,
            .receiver = sim->profile->number,
            .text = words->words,
            .at_ms = clock_now(&sim->clock),
        });
    return 0;
}

const struct dialect kannel_dialect = {
    .name = "kannel",
    .channel = SIM_SMS,
    .accepted_status = 202,
    .takes = kannel_takes,
    .read = kannel_ask,
    .fini = kannel_end,
    .judge = kannel_judge,
    .fails = kannel_fails,
    .spoil = kannel_spoil,
    .write_accepted = write_accepted,
    .write_refused = write_refused,
    .write_report = write_report,
    .make_id = make_id,
    .write_words = write_words,
};
