/*
 * whatsapp_dialect.c: the Cloud API as one of the simulator's gateways: whom it lets in,
 * which templates exist, what it accepts and then reports as failed.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "sim/dialect.h"
#include "sim/sim_internal.h"
#include "sim/whatsapp.h"
#include "sim/whatsapp_error.h"

static const int64_t WINDOW_MS = 86400000;

/* "/v25.0/PHONE_NUMBER_ID/messages" → its middle. Returns its length; 0: another path. */
static size_t number_id_of(const char *path, const char **id)
{
    const char *at = path + 2;
    size_t length;

    if (strncmp(path, "/v", 2) != 0 || !isdigit((unsigned char)*at)) {
        return 0;
    }
    at += strspn(at, "0123456789.");
    if (*at != '/') {
        return 0;
    }
    *id = at + 1;
    length = strcspn(*id, "/");
    return strcmp(*id + length, "/messages") == 0 ? length : 0;
}

static bool wa_takes(const struct http_inbound *inbound)
{
    const char *id;

    return inbound->method == HTTP_POST && number_id_of(inbound->path, &id) > 0;
}

static struct refusal wa_ask(const struct sim *sim, const struct http_inbound *inbound,
    struct sim_request *request)
{
    struct refusal refusal =
        wa_read(request, inbound->body, inbound->body_length, &sim->templates);

    if (sim->profile->whatsapp.hook != NULL) {
        request->wanted =
            1u << SIM_SENT | 1u << SIM_DELIVERED | 1u << SIM_READ | 1u << SIM_FAILED;
    }
    return refusal;
}

static bool is_authorised(const struct sim *sim, const struct http_inbound *inbound)
{
    const char *header = inbound->header(inbound, "Authorization");
    const char *token = sim->profile->whatsapp.token;

    return header != NULL && strncmp(header, "Bearer ", 7) == 0 && header[7] != '\0' &&
           (token == NULL || strcmp(header + 7, token) == 0);
}

static int judge_template(const struct sim *sim, const struct sim_request *request)
{
    const struct wa_template *template =
        wa_templates_find(&sim->templates, request->template, request->language);

    if (template == NULL) {
        return sim->profile->whatsapp.lists_templates ? 132001 : 0;
    }
    switch ((enum template_status) template->status) {
    case TEMPLATE_PAUSED:
        return 132015;
    case TEMPLATE_DISABLED:
        return 132016;
    case TEMPLATE_REJECTED:
    case TEMPLATE_PENDING:
        return 132001;
    default:
        return template->parameters >= 0 &&
                       (uint64_t) template->parameters != request->values
                   ? 132000
                   : 0;
    }
}

static struct refusal refused(int code)
{
    return (struct refusal){wa_error_of(code).status, code, NULL};
}

static struct refusal wa_judge(const struct sim *sim,
    const struct http_inbound *inbound, const struct sim_request *request)
{
    const char *expected = sim->profile->whatsapp.phone_number_id, *id;
    size_t length = number_id_of(inbound->path, &id);
    struct refusal content = wa_content_refusal(request);
    int code;

    if (!is_authorised(sim, inbound)) {
        return refused(190);
    }
    if (strlen(expected) != length || strncmp(expected, id, length) != 0) {
        return (struct refusal){400, 100,
            "Object with this ID does not exist, or cannot be loaded due to missing "
            "permissions"};
    }
    if (content.status != 0) {
        return content;
    }
    code = request->template == NULL ? 0 : judge_template(sim, request);
    return code == 0 ? (struct refusal){0} : refused(code);
}

static bool is_outside_window(const struct sim *sim, const struct handset *handset)
{
    int64_t wrote_at = handset->wrote_at_ms[SIM_WHATSAPP];

    return wrote_at == 0 || clock_now(&sim->clock) - wrote_at > WINDOW_MS;
}

static bool wa_fails(const struct sim *sim, const struct sim_request *request,
    const struct handset *handset, const struct fault *fault, char code[SIM_CODE_SIZE])
{
    bool marketing =
        request->category != NULL && strcmp(request->category, "marketing") == 0;
    int reason = fault->kind == FAULT_REPORT_FAILED
                     ? (fault->code > 0 ? fault->code : 131026)
                 : !handset->has_whatsapp                                       ? 131026
                 : handset->no_marketing && marketing                           ? 131050
                 : request->template == NULL && is_outside_window(sim, handset) ? 131047
                                                                                : 0;

    snprintf(code, SIM_CODE_SIZE, "%d", reason);
    return reason != 0;
}

static struct refusal wa_spoil(const struct fault *fault)
{
    switch (fault->kind) {
    case FAULT_ERROR_500:
        return (struct refusal){500, 131000, NULL};
    case FAULT_ERROR_503:
        return (struct refusal){503, 131016, NULL};
    case FAULT_THROTTLE_429:
        return (struct refusal){429, 130429, NULL};
    case FAULT_REFUSE_AUTH:
        return refused(190);
    case FAULT_REFUSE_ROUTE:
        return refused(131026);
    case FAULT_REFUSE_BALANCE:
        return refused(131042);
    case FAULT_REFUSE_PAIR:
        return refused(131056);
    case FAULT_REFUSE_CAP:
        return refused(131049);
    case FAULT_CODE:
        return refused(fault->code);
    default:
        return (struct refusal){500, 0, ""};
    }
}

static void set_json(struct http_answer *answer, int status, json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);

    http_answer_set(answer, status, "application/json", text == NULL ? "" : text);
    free(text);
    json_decref(value);
}

static void wa_write_accepted(const struct sim *sim, const struct sim_request *request,
    size_t row, struct http_answer *answer)
{
    bool is_number = request->phone[0] == '+';
    char id[SIM_ID_SIZE];
    json_t *message;

    wa_message_id(sim, row, id);
    message = json_pack("{s:s}", "id", id);
    if (request->template != NULL) {
        json_object_set_new(message, "message_status", json_string("accepted"));
    }
    set_json(answer, 200,
        json_pack("{s:s, s:[{s:s, s:s}], s:[o]}", "messaging_product", "whatsapp",
            "contacts", "input", request->recipient, is_number ? "wa_id" : "user_id",
            is_number ? request->phone + 1 : request->phone, "messages", message));
}

static void wa_write_refused(const struct refusal *refusal, struct http_answer *answer)
{
    struct wa_error error = wa_error_of(refusal->code);
    char message[256];

    if (refusal->code == 0) {
        http_answer_set(answer, refusal->status, "application/json", "");
        return;
    }
    snprintf(message, sizeof message, "(#%d) %s", refusal->code, error.title);
    set_json(answer, refusal->status,
        json_pack("{s:{s:s, s:s, s:i, s:{s:s, s:s}, s:s}}", "error", "message", message,
            "type", "OAuthException", "code", refusal->code, "error_data",
            "messaging_product", "whatsapp", "details",
            refusal->sentence != NULL ? refusal->sentence : error.details, "fbtrace_id",
            "Simulated"));
}

static void wa_make_id(const struct sim *sim, uint64_t number, char id[SIM_ID_SIZE])
{
    snprintf(
        id, SIM_ID_SIZE, "wamid.IN%s%llu", sim->id_prefix, (unsigned long long)number);
}

static int wa_write_words(const struct sim *sim, const struct happening *words,
    const char *id, struct http_request *call)
{
    if (sim->profile->whatsapp.hook == NULL) {
        return -1;
    }
    if (words->kind == HAPPENS_PREFERENCE) {
        wa_hook_preference(sim, words, call);
    } else {
        wa_hook_words(sim, words, id, call);
    }
    return 0;
}

const struct dialect whatsapp_dialect = {
    .name = "whatsapp",
    .channel = SIM_WHATSAPP,
    .accepted_status = 200,
    .takes = wa_takes,
    .read = wa_ask,
    .fini = wa_fini,
    .judge = wa_judge,
    .fails = wa_fails,
    .spoil = wa_spoil,
    .write_accepted = wa_write_accepted,
    .write_refused = wa_write_refused,
    .write_report = wa_hook_status,
    .make_id = wa_make_id,
    .write_words = wa_write_words,
};
