/*
 * Kannel's replies and webhooks as anybody might send them. The first byte chooses what
 * the rest is: a reply's status and body, or a hook's query, or a hook's form.
 *
 * Beside what the sanitizers see, it checks the contract: an accepted result has no class
 * and another has one, strings are never NULL, a refused hook leaves no event, and our
 * answer's body stays empty.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/mem.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
    must(memchr(result.text, '\0', sizeof result.text) != NULL, "endless text");
    must(result.retry_after_ms >= 0, "retry %lld", (long long)result.retry_after_ms);
}

static void read_hook(const struct adapter *adapter, const void *own,
    enum hook_kind kind, enum http_method method, const char *text, size_t length)
{
    struct http_inbound inbound = {.method = method,
        .path = "/hooks/sms",
        .query = method == HTTP_GET ? text : "",
        .content_type = "application/x-www-form-urlencoded",
        .url = "",
        .body = text,
        .body_length = length};
    struct adapter_events events;
    struct http_answer answer;
    struct err err;

    events_init(&events);
    http_answer_init(&answer);
    if (adapter->read_hook(own, kind, &inbound, &events, &answer, &err) == 0) {
        must(events.n == 1, "%zu events", events.n);
        must(events.list[0].text != NULL && events.list[0].from != NULL, "no strings");
        must(events.list[0].kind == EVENT_REPORT
                 ? adapter_is_reference(events.list[0].reference)
                 : events.list[0].from[0] != '\0',
            "an event of nobody");
    } else {
        must(events.n == 0, "%zu events of a refused hook", events.n);
    }
    must(answer.body.length == 0, "an answer that would be sent as an SMS");
    http_answer_fini(&answer);
    events_fini(&events);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 202, 302, 400, 401, 403, 404, 429, 500, 503};
    const struct adapter *adapter = adapter_find("kannel");
    void *own;
    char *text;

    if (size == 0) {
        return 0;
    }
    own = mem_zero(1, adapter->config_size);
    option_defaults(adapter->options, adapter->options_n, own);
    text = mem_copy_n((const char *)data + 1, size - 1);
    if (data[0] < 'a') {
        size_t n = sizeof statuses / sizeof statuses[0];

        read_reply(adapter, own, statuses[data[0] % n], text, strlen(text));
    } else {
        enum http_method method = (data[0] & 1) != 0 ? HTTP_GET : HTTP_POST;

        read_hook(
            adapter, own, (enum hook_kind)(data[0] / 2 % 3), method, text, size - 1);
    }
    free(text);
    option_fini(adapter->options, adapter->options_n, own);
    free(own);
    return 0;
}
