/*
 * WhatsApp's replies and webhooks as anybody might send them. The first byte chooses what
 * the rest is: a reply's body (with the status that the byte names), a hook's body, a
 * challenge's query, or a signature over a fixed body.
 *
 * Beside what the sanitizers see, it checks the contract: an accepted result has no class
 * and another has one, an event's strings are never NULL, an event of a person has a
 * person, a report has a reference of ours or none, a word that is logged holds no line's
 * end, and no signature but the right one verifies.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "adapters/adapter.h"
#include "base/mem.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char signed_body[] =
    "{\"object\":\"whatsapp_business_account\",\"entry\":[]}";
static const char right[] =
    "sha256=4e4049730a4b581b8dbaac528677a52769204367677ea28b4c622b1f0cbb2eab";

static void read_reply(const struct adapter *adapter, const void *own, int status,
    const char *body, size_t length)
{
    struct adapter_recipient recipient = {ADDRESS_PHONE, "+6281200000001", "m-1_1"};
    struct adapter_message message = {
        .text = "Halo", .recipients = &recipient, .recipients_n = 1};
    struct http_reply reply = {.ending = HTTP_ANSWERED,
        .status = status,
        .body = body,
        .body_length = length,
        .retry_after = body};
    struct adapter_result result;

    adapter->read_reply(own, &message, &reply, &result);
    must(result.accepted == (result.class == FAILURE_NONE), "class %d", result.class);
    must(
        !result.accepted || result.gateway_ids_n <= 1, "%zu ids", result.gateway_ids_n);
    must(memchr(result.text, '\0', sizeof result.text) != NULL, "endless text");
    must(memchr(result.code, '\0', sizeof result.code) != NULL, "endless code");
    must(result.retry_after_ms >= 0, "retry %lld", (long long)result.retry_after_ms);
}

static void check_event(const struct adapter_event *event)
{
    must(event->text != NULL && event->from != NULL && event->to != NULL &&
             event->gateway_id != NULL && event->user_id != NULL &&
             event->choice_id != NULL && event->in_reply_to != NULL &&
             event->code != NULL && event->category != NULL && event->language != NULL,
        "a string is NULL");
    must(event->reference[0] == '\0' || adapter_is_reference(event->reference),
        "a strange reference");
    must(strpbrk(event->type, "\r\n =\"") == NULL, "a type that breaks the log");
    must(event->at_ms >= 0, "at %lld", (long long)event->at_ms);
    if (event->kind == EVENT_INBOUND || event->kind == EVENT_PREFERENCE) {
        must(event->from[0] != '\0', "an event of nobody");
    }
}

static void read_hook(const struct adapter *adapter, const void *own,
    enum http_method method, const char *text, size_t length)
{
    struct http_inbound inbound = {.method = method,
        .path = "/hooks/wa",
        .query = method == HTTP_GET ? text : "",
        .content_type = "application/json",
        .url = "",
        .body = method == HTTP_GET ? "" : text,
        .body_length = method == HTTP_GET ? 0 : length};
    struct adapter_events events;
    struct http_answer answer;
    struct err err;
    int result;

    events_init(&events);
    http_answer_init(&answer);
    result = adapter->read_hook(own, HOOK_ANY, &inbound, &events, &answer, &err);
    for (size_t i = 0; i < events.n; i++) {
        check_event(&events.list[i]);
    }
    if (method == HTTP_GET) {
        must(result == 0 && events.n == 0, "a challenge that tells something");
        must(answer.status == 403 || answer.status == 200, "status %d", answer.status);
    } else {
        must(answer.status == 200 && answer.body.length == 0, "an answer nobody asked");
    }
    http_answer_fini(&answer);
    events_fini(&events);
}

static const char *find_header(const struct http_inbound *inbound, const char *name)
{
    return strcasecmp(name, "X-Hub-Signature-256") == 0 ? inbound->context : NULL;
}

static void verify(const struct adapter *adapter, const void *own, char *signature)
{
    struct http_inbound inbound = {.method = HTTP_POST,
        .query = "",
        .body = signed_body,
        .body_length = strlen(signed_body),
        .header = find_header,
        .context = signature};
    struct err err;
    bool genuine = adapter->verify(own, &inbound, &err) == 0;

    must(genuine == (strcasecmp(signature, right) == 0 &&
                        strncmp(signature, right, strlen("sha256=")) == 0),
        "a signature judged wrongly");
}

static void *configure(const struct adapter *adapter)
{
    static const char *const keys[][2] = {{"phone_number_id", "106540352242922"},
        {"token", "t"}, {"app_secret", "rahasia-app"}, {"verify_token", "kata"}};
    void *own = mem_zero(1, adapter->config_size);
    struct err err;

    option_defaults(adapter->options, adapter->options_n, own);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        option_set(option_find(adapter->options, adapter->options_n, keys[i][0]), own,
            keys[i][1], &err);
    }
    return own;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 201, 302, 400, 401, 403, 404, 429, 500, 503};
    const struct adapter *adapter = adapter_find("whatsapp");
    void *own;
    char *text;

    if (size == 0) {
        return 0;
    }
    own = configure(adapter);
    text = mem_copy_n((const char *)data + 1, size - 1);
    switch (data[0]) {
    case 'h':
        read_hook(adapter, own, HTTP_POST, text, size - 1);
        break;
    case 'c':
        read_hook(adapter, own, HTTP_GET, text, strlen(text));
        break;
    case 's':
        verify(adapter, own, text);
        break;
    default:
        read_reply(adapter, own,
            statuses[data[0] % (sizeof statuses / sizeof statuses[0])], text, size - 1);
    }
    free(text);
    option_fini(adapter->options, adapter->options_n, own);
    free(own);
    return 0;
}
