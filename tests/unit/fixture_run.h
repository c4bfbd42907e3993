/*
 * fixture_run.h: an adapter against its fixtures: each file of its folder is a case named
 * after the rule that it proves, and becomes a test of that name. adapters/README.md lists
 * the keys of such a file.
 */
#ifndef CEGAH_TESTS_FIXTURE_RUN_H
#define CEGAH_TESTS_FIXTURE_RUN_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/adapter.h"
#include "base/mem.h"

/* What the fixtures of one adapter have in common. Constant. */
struct fixtures {
    const char *adapter;
    const char *folder;
    const char *base_url;
    enum channel channel;
    const char *const (*keys)[2]; /* its configuration, unless a fixture says other */
    size_t keys_n;
};

/* The adapter with the fixtures' configuration, until fixture_config_end(). */
struct fixture_config {
    const struct adapter *adapter;
    void *own;
};

static inline void fixture_key(
    struct fixture_config *config, const char *key, const char *value)
{
    const struct option_row *row =
        option_find(config->adapter->options, config->adapter->options_n, key);
    struct err err = {0};

    assert_non_null(row);
    assert_int_equal(option_set(row, config->own, value, &err), 0);
}

/* keys: of the fixture, may be NULL. */
static inline struct fixture_config fixture_config_begin(
    const struct fixtures *fixtures, const json_t *keys)
{
    struct fixture_config config = {.adapter = adapter_find(fixtures->adapter)};
    const char *key;
    json_t *value;

    config.own = mem_zero(1, config.adapter->config_size);
    option_defaults(config.adapter->options, config.adapter->options_n, config.own);
    for (size_t i = 0; i < fixtures->keys_n; i++) {
        fixture_key(&config, fixtures->keys[i][0], fixtures->keys[i][1]);
    }
    json_object_foreach((json_t *)keys, key, value)
    {
        fixture_key(&config, key, json_string_value(value));
    }
    return config;
}

static inline void fixture_config_end(struct fixture_config *config)
{
    option_fini(config->adapter->options, config->adapter->options_n, config->own);
    free(config->own);
}

static inline const char *fixture_text(
    const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_string(value) ? json_string_value(value) : fallback;
}

/* A message and what it borrows, from the fixture's JSON. */
struct fixture_message {
    struct adapter_message message;
    struct adapter_recipient recipient;
    struct adapter_template template;
    struct adapter_choice choices[16];
    const char *parameters[16], *names[16], *payloads[16];
};

static inline size_t fixture_texts(
    const json_t *object, const char *key, const char *texts[16])
{
    json_t *list = json_object_get(object, key), *text;
    size_t i;

    assert_true(json_array_size(list) <= 16);
    json_array_foreach(list, i, text)
    {
        texts[i] = json_string_value(text);
    }
    return json_array_size(list);
}

static inline void fixture_template(const json_t *object, struct fixture_message *out)
{
    struct adapter_template *template = &out->template;

    template->name = fixture_text(object, "name", "");
    template->language = fixture_text(object, "language", "");
    template->header_media_url = fixture_text(object, "header_media_url", NULL);
    template->parameters = out->parameters;
    template->parameters_n = fixture_texts(object, "parameters", out->parameters);
    template->button_payloads = out->payloads;
    template->buttons_n = fixture_texts(object, "button_payloads", out->payloads);
    if (fixture_texts(object, "parameter_names", out->names) > 0) {
        template->parameter_names = out->names;
    }
    out->message.template = template;
}

static inline void fixture_message(
    const struct fixtures *fixtures, const json_t *object, struct fixture_message *out)
{
    json_t *choices = json_object_get(object, "choices"), *choice;
    size_t i;

    *out = (struct fixture_message){0};
    out->recipient.value = fixture_text(object, "to", "");
    out->recipient.reference = fixture_text(object, "reference", "");
    assert_int_equal(
        address_kind_parse(fixture_text(object, "kind", "phone"), &out->recipient.kind),
        0);
    out->message = (struct adapter_message){
        .channel = fixtures->channel,
        .text = fixture_text(object, "text", NULL),
        .unicode = json_is_true(json_object_get(object, "unicode")),
        .parts = 1,
        .media_url = fixture_text(object, "media_url", NULL),
        .media_type = fixture_text(object, "media_type", NULL),
        .report_url = fixture_text(object, "report_url", NULL),
        .validity_ms = json_integer_value(json_object_get(object, "validity_ms")),
        .choices = out->choices,
        .choices_n = json_array_size(choices),
        .recipients = &out->recipient,
        .recipients_n = 1,
    };
    assert_true(out->message.choices_n <= 16);
    json_array_foreach(choices, i, choice)
    {
        out->choices[i].id = fixture_text(choice, "id", "");
        out->choices[i].title = fixture_text(choice, "title", "");
    }
    if (json_object_get(object, "template") != NULL) {
        fixture_template(json_object_get(object, "template"), out);
    }
}

/* A GET: the URL before the "?", then each parameter. */
static inline void fixture_check_query(
    const json_t *expected, const struct http_request *request)
{
    struct buf url;
    json_t *piece;
    size_t i;

    buf_init(&url, HTTP_URL_BYTES_MAX);
    json_array_foreach((json_t *)expected, i, piece)
    {
        buf_add_text(&url, i == 0 ? "" : i == 1 ? "?" : "&");
        buf_add_text(&url, json_string_value(piece));
    }
    assert_string_equal(buf_text(&request->url), buf_text(&url));
    assert_int_equal(request->method, HTTP_GET);
    assert_int_equal(request->body.length, 0);
    buf_fini(&url);
}

/* A POST of JSON: the URL, the headers if of interest, the body as a value. */
static inline void fixture_check_post(
    const json_t *expected, const struct http_request *request)
{
    json_t *body = json_loads(buf_text(&request->body), 0, NULL), *header;
    json_t *headers = json_object_get(expected, "headers");
    size_t i;

    assert_int_equal(request->method, HTTP_POST);
    assert_string_equal(buf_text(&request->url),
        fixture_text(expected, "url", buf_text(&request->url)));
    if (!json_equal(body, json_object_get(expected, "body"))) {
        fail_msg("the body is %s", buf_text(&request->body));
    }
    if (headers != NULL) {
        assert_int_equal(request->headers_n, json_array_size(headers));
    }
    json_array_foreach(headers, i, header)
    {
        assert_string_equal(request->headers[i], json_string_value(header));
    }
    json_decref(body);
}

static inline void fixture_check_request(const struct fixtures *fixtures,
    const json_t *fixture, const struct fixture_config *config)
{
    const json_t *expected = json_object_get(fixture, "request");
    const char *refused = fixture_text(fixture, "refused", NULL);
    struct fixture_message message;
    struct http_request request;
    struct err err = {0};
    int result;

    fixture_message(fixtures, json_object_get(fixture, "message"), &message);
    http_request_init(&request);
    result = config->adapter->build(
        config->own, fixtures->base_url, &message.message, &request, &err);
    if (refused != NULL) {
        assert_int_equal(result, -1);
        assert_non_null(strstr(err.text, refused));
        assert_null(strstr(err.text, "81200000001"));
    } else {
        assert_int_equal(result, 0);
        if (json_is_array(expected)) {
            fixture_check_query(expected, &request);
        } else {
            fixture_check_post(expected, &request);
        }
    }
    http_request_fini(&request);
}

/* A body: a text as it stands, anything else as JSON. Owned. */
static inline char *fixture_body(const json_t *object)
{
    const json_t *body = json_object_get(object, "body");

    if (body == NULL || json_is_string(body)) {
        return mem_copy(body == NULL ? "" : json_string_value(body));
    }
    return json_dumps(body, JSON_COMPACT);
}

static inline void fixture_check_reply(const struct fixtures *fixtures,
    const json_t *fixture, const struct fixture_config *config)
{
    const json_t *given = json_object_get(fixture, "reply");
    const json_t *expected = json_object_get(fixture, "result");
    const json_t *retry = json_object_get(expected, "retry_after_ms");
    const char *id = fixture_text(expected, "gateway_id", NULL);
    struct fixture_message message;
    struct adapter_result result;
    char *body = fixture_body(given);
    struct http_reply reply = {
        .ending = HTTP_ANSWERED,
        .status = (int)json_integer_value(json_object_get(given, "status")),
        .body = body,
        .body_length = strlen(body),
        .retry_after = fixture_text(given, "retry_after", NULL),
    };

    fixture_message(fixtures, json_object_get(fixture, "message"), &message);
    memset(&result, 0x5a, sizeof result);
    config->adapter->read_reply(config->own, &message.message, &reply, &result);
    assert_int_equal(
        result.accepted, json_is_true(json_object_get(expected, "accepted")));
    assert_string_equal(
        failure_class_name(result.class), fixture_text(expected, "class", "-"));
    assert_string_equal(result.code, fixture_text(expected, "code", result.code));
    assert_string_equal(result.text, fixture_text(expected, "text", result.text));
    assert_int_equal(result.retry_after_ms, retry ? json_integer_value(retry) : 0);
    assert_int_equal(result.gateway_ids_n, id != NULL ? 1 : 0);
    if (id != NULL) {
        assert_string_equal(result.gateway_ids[0], id);
    }
    assert_null(strstr(result.text, "81200000001"));
    free(body);
}

static inline void fixture_check_event(
    const json_t *expected, const struct adapter_event *event)
{
    static const char *const kinds[] = {"report", "inbound", "preference", "other"};
    static const char *const states[] = {
        "queued", "sent", "delivered", "read", "failed", "unknown"};
    const json_t *at = json_object_get(expected, "at_ms");
    const json_t *billable = json_object_get(expected, "billable");

    assert_string_equal(kinds[event->kind], fixture_text(expected, "kind", ""));
    assert_string_equal(event->reference, fixture_text(expected, "reference", ""));
    assert_string_equal(event->from, fixture_text(expected, "from", ""));
    assert_string_equal(address_kind_name(event->from_kind),
        fixture_text(expected, "from_kind", "phone"));
    assert_string_equal(event->user_id, fixture_text(expected, "user_id", ""));
    assert_string_equal(event->choice_id, fixture_text(expected, "choice_id", ""));
    assert_string_equal(event->in_reply_to, fixture_text(expected, "in_reply_to", ""));
    assert_string_equal(event->category, fixture_text(expected, "category", ""));
    assert_string_equal(event->language, fixture_text(expected, "language", ""));
    assert_string_equal(event->to, fixture_text(expected, "to", event->to));
    assert_string_equal(
        event->gateway_id, fixture_text(expected, "gateway_id", event->gateway_id));
    assert_string_equal(event->text, fixture_text(expected, "text", event->text));
    assert_string_equal(event->type, fixture_text(expected, "type", event->type));
    assert_string_equal(event->code, fixture_text(expected, "code", event->code));
    assert_string_equal(
        failure_class_name(event->class), fixture_text(expected, "class", ""));
    assert_int_equal(event->billable, billable ? json_integer_value(billable) : -1);
    assert_int_equal(event->stop, json_is_true(json_object_get(expected, "stop")));
    assert_int_equal(
        event->unaddressed, json_is_true(json_object_get(expected, "unaddressed")));
    if (event->kind == EVENT_REPORT) {
        assert_string_equal(states[event->state], fixture_text(expected, "state", "-"));
    }
    if (at != NULL) {
        assert_int_equal(event->at_ms, json_integer_value(at));
    }
}

static inline enum hook_kind fixture_hook_kind(const char *word)
{
    return strcmp(word, "status") == 0    ? HOOK_STATUS
           : strcmp(word, "inbound") == 0 ? HOOK_INBOUND
                                          : HOOK_ANY;
}

/* The inbound's context is the fixture's headers, or NULL. */
static inline const char *fixture_header(
    const struct http_inbound *inbound, const char *name)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)inbound->context, key, value)
    {
        if (strcasecmp(key, name) == 0) {
            return json_string_value(value);
        }
    }
    return NULL;
}

static inline void fixture_check_answer(
    const json_t *expected, const struct http_answer *answer)
{
    const json_t *status = json_object_get(expected, "status");

    assert_int_equal(answer->status, status ? json_integer_value(status) : 200);
    assert_string_equal(
        buf_text(&answer->body), fixture_text(expected, "body",
                                     expected == NULL ? "" : buf_text(&answer->body)));
    assert_string_equal(answer->content_type, "text/plain");
}

static inline void fixture_read_hook(const json_t *fixture,
    const struct fixture_config *config, const struct http_inbound *inbound)
{
    const char *kind = fixture_text(json_object_get(fixture, "hook"), "kind", "");
    json_t *list = json_object_get(fixture, "events"), *expected;
    const char *refused = fixture_text(fixture, "refused", NULL);
    struct adapter_events events;
    struct http_answer answer;
    struct err err = {0};
    size_t i;
    int result;

    events_init(&events);
    http_answer_init(&answer);
    result = config->adapter->read_hook(
        config->own, fixture_hook_kind(kind), inbound, &events, &answer, &err);
    if (refused != NULL) {
        assert_int_equal(result, -1);
        assert_non_null(strstr(err.text, refused));
        assert_int_equal(events.n, 0);
    } else {
        assert_int_equal(result, 0);
        assert_int_equal(events.n, json_array_size(list));
        json_array_foreach(list, i, expected)
        {
            fixture_check_event(expected, &events.list[i]);
        }
        fixture_check_answer(json_object_get(fixture, "answer"), &answer);
    }
    http_answer_fini(&answer);
    events_fini(&events);
}

static inline void fixture_check_hook(
    const json_t *fixture, const struct fixture_config *config)
{
    const json_t *given = json_object_get(fixture, "hook");
    const json_t *genuine = json_object_get(fixture, "genuine");
    char *body = fixture_body(given);
    struct err err = {0};
    struct http_inbound inbound = {
        .path = "/hooks/gateway",
        .query = fixture_text(given, "query", ""),
        .content_type = fixture_text(given, "content_type", ""),
        .url = "",
        .body = body,
        .body_length = strlen(body),
        .header = fixture_header,
        .context = json_object_get(given, "headers"),
    };

    assert_int_equal(
        http_method_parse(fixture_text(given, "method", "GET"), &inbound.method), 0);
    if (genuine != NULL) {
        assert_int_equal(config->adapter->verify(config->own, &inbound, &err),
            json_is_true(genuine) ? 0 : -1);
    }
    if (genuine == NULL || json_is_true(genuine)) {
        fixture_read_hook(fixture, config, &inbound);
    } else {
        assert_non_null(strstr(err.text, fixture_text(fixture, "refused", "-")));
    }
    free(body);
}

/* One fixture as a test's state. */
struct fixture_case {
    const struct fixtures *fixtures;
    char *path;
};

static inline void fixture_holds(void **state)
{
    const struct fixture_case *of = *state;
    json_error_t error;
    json_t *fixture = json_load_file(of->path, 0, &error);
    struct fixture_config config;

    if (fixture == NULL) {
        fail_msg("%s:%d: %s", of->path, error.line, error.text);
    }
    config = fixture_config_begin(of->fixtures, json_object_get(fixture, "config"));
    if (json_object_get(fixture, "hook") != NULL) {
        fixture_check_hook(fixture, &config);
    } else if (json_object_get(fixture, "reply") != NULL) {
        fixture_check_reply(of->fixtures, fixture, &config);
    } else {
        fixture_check_request(of->fixtures, fixture, &config);
    }
    fixture_config_end(&config);
    json_decref(fixture);
}

static inline int fixture_is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Runs the tests given and a test for each file, of which there must be at_least. Returns
 * main()'s status. */
static inline int fixtures_run(const struct fixtures *fixtures, int at_least,
    const struct CMUnitTest *fixed, size_t fixed_n)
{
    struct dirent **names = NULL;
    int n = scandir(fixtures->folder, &names, fixture_is_case, alphasort), failed;
    struct fixture_case *cases;
    struct CMUnitTest *tests;

    if (n < at_least) {
        fprintf(stderr, "%s: %d fixtures, not %d; run the test from the top folder\n",
            fixtures->folder, n, at_least);
        return 1;
    }
    tests = mem_zero(fixed_n + (size_t)n, sizeof *tests);
    cases = mem_zero((size_t)n, sizeof *cases);
    memcpy(tests, fixed, fixed_n * sizeof *tests);
    for (int i = 0; i < n; i++) {
        cases[i] = (struct fixture_case){
            fixtures, mem_format("%s/%s", fixtures->folder, names[i]->d_name)};
        tests[fixed_n + (size_t)i] = (struct CMUnitTest){
            .name = names[i]->d_name,
            .test_func = fixture_holds,
            .initial_state = &cases[i],
        };
    }
    failed = _cmocka_run_group_tests(
        fixtures->adapter, tests, fixed_n + (size_t)n, NULL, NULL);
    for (int i = 0; i < n; i++) {
        free(cases[i].path);
        free(names[i]);
    }
    free(cases);
    free(tests);
    free(names);
    return failed;
}

#endif
