/*
 * The Kannel adapter against its fixtures: each file of tests/fixtures/kannel is a case
 * named after the rule that it proves, and becomes a test of that name. adapters/README.md
 * lists the keys of such a file.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/adapter.h"
#include "base/mem.h"

static const char folder[] = "tests/fixtures/kannel";
static const char base_url[] = "http://127.0.0.1:13013";

/* The adapter with the fixtures' configuration, until config_end(). */
struct config {
    const struct adapter *adapter;
    void *own;
};

static struct config config_begin(const json_t *keys)
{
    struct config config = {.adapter = adapter_find("kannel")};
    const struct adapter *adapter = config.adapter;
    struct err err = {0};
    const char *key;
    json_t *value;

    config.own = mem_zero(1, adapter->config_size);
    option_defaults(adapter->options, adapter->options_n, config.own);
    option_set(option_find(adapter->options, adapter->options_n, "username"),
        config.own, "cegah", &err);
    option_set(option_find(adapter->options, adapter->options_n, "password"),
        config.own, "rahasia", &err);
    json_object_foreach((json_t *)keys, key, value)
    {
        const struct option_row *row =
            option_find(adapter->options, adapter->options_n, key);

        assert_non_null(row);
        assert_int_equal(
            option_set(row, config.own, json_string_value(value), &err), 0);
    }
    return config;
}

static void config_end(struct config *config)
{
    option_fini(config->adapter->options, config->adapter->options_n, config->own);
    free(config->own);
}

static const char *text_of(const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_string(value) ? json_string_value(value) : fallback;
}

static void message_of(const json_t *object, struct adapter_message *message,
    struct adapter_recipient *recipient)
{
    *recipient = (struct adapter_recipient){
        .value = text_of(object, "to", ""),
        .reference = text_of(object, "reference", ""),
    };
    assert_int_equal(
        address_kind_parse(text_of(object, "kind", "phone"), &recipient->kind), 0);
    *message = (struct adapter_message){
        .channel = CHANNEL_SMS,
        .text = text_of(object, "text", NULL),
        .unicode = json_is_true(json_object_get(object, "unicode")),
        .parts = 1,
        .media_url = text_of(object, "media_url", NULL),
        .report_url = text_of(object, "report_url", NULL),
        .validity_ms = json_integer_value(json_object_get(object, "validity_ms")),
        .recipients = recipient,
        .recipients_n = 1,
    };
}

static void check_request(const json_t *fixture, const struct config *config)
{
    const json_t *expected = json_object_get(fixture, "request"), *piece;
    const char *refused = text_of(fixture, "refused", NULL);
    struct adapter_message message;
    struct adapter_recipient recipient;
    struct http_request request;
    struct err err = {0};
    struct buf url;
    size_t i;
    int result;

    message_of(json_object_get(fixture, "message"), &message, &recipient);
    http_request_init(&request);
    result = config->adapter->build(config->own, base_url, &message, &request, &err);
    if (refused != NULL) {
        assert_int_equal(result, -1);
        assert_non_null(strstr(err.text, refused));
        http_request_fini(&request);
        return;
    }
    assert_int_equal(result, 0);
    buf_init(&url, HTTP_URL_BYTES_MAX);
    json_array_foreach((json_t *)expected, i, piece)
    {
        buf_add_text(&url, i == 0 ? "" : i == 1 ? "?" : "&");
        buf_add_text(&url, json_string_value(piece));
    }
    assert_string_equal(buf_text(&request.url), buf_text(&url));
    assert_int_equal(request.method, HTTP_GET);
    assert_int_equal(request.body.length, 0);
    buf_fini(&url);
    http_request_fini(&request);
}

static void check_reply(const json_t *fixture, const struct config *config)
{
    const json_t *given = json_object_get(fixture, "reply");
    const json_t *expected = json_object_get(fixture, "result");
    const json_t *retry = json_object_get(expected, "retry_after_ms");
    struct adapter_message message;
    struct adapter_recipient recipient;
    struct adapter_result result;
    struct http_reply reply = {
        .ending = HTTP_ANSWERED,
        .status = (int)json_integer_value(json_object_get(given, "status")),
        .body = text_of(given, "body", ""),
        .body_length = strlen(text_of(given, "body", "")),
        .retry_after = text_of(given, "retry_after", NULL),
    };

    message_of(json_object_get(fixture, "message"), &message, &recipient);
    memset(&result, 0x5a, sizeof result);
    config->adapter->read_reply(config->own, &message, &reply, &result);
    assert_int_equal(
        result.accepted, json_is_true(json_object_get(expected, "accepted")));
    assert_string_equal(
        failure_class_name(result.class), text_of(expected, "class", "-"));
    assert_string_equal(result.code, text_of(expected, "code", result.code));
    assert_string_equal(result.text, text_of(expected, "text", result.text));
    assert_int_equal(result.retry_after_ms, retry ? json_integer_value(retry) : 0);
    assert_int_equal(result.gateway_ids_n, 0);
    assert_null(strstr(result.text, "81200000001"));
}

static const char *state_name(enum report_state state)
{
    static const char *const names[] = {
        "queued", "sent", "delivered", "read", "failed", "unknown"};

    return names[state];
}

static void check_event(const json_t *expected, const struct adapter_event *event)
{
    const json_t *at = json_object_get(expected, "at_ms");

    assert_string_equal(event->kind == EVENT_REPORT ? "report" : "inbound",
        text_of(expected, "kind", ""));
    assert_string_equal(event->reference, text_of(expected, "reference", ""));
    assert_string_equal(event->from, text_of(expected, "from", ""));
    assert_string_equal(event->to, text_of(expected, "to", event->to));
    assert_string_equal(
        event->gateway_id, text_of(expected, "gateway_id", event->gateway_id));
    assert_string_equal(event->text, text_of(expected, "text", event->text));
    assert_string_equal(event->type, text_of(expected, "type", event->type));
    assert_string_equal(event->code, text_of(expected, "code", event->code));
    assert_string_equal(
        failure_class_name(event->class), text_of(expected, "class", ""));
    if (event->kind == EVENT_REPORT) {
        assert_string_equal(state_name(event->state), text_of(expected, "state", "-"));
    }
    if (at != NULL) {
        assert_int_equal(event->at_ms, json_integer_value(at));
    }
}

static enum hook_kind hook_kind_of(const char *word)
{
    return strcmp(word, "status") == 0    ? HOOK_STATUS
           : strcmp(word, "inbound") == 0 ? HOOK_INBOUND
                                          : HOOK_ANY;
}

static void check_hook(const json_t *fixture, const struct config *config)
{
    const json_t *given = json_object_get(fixture, "hook"), *expected;
    const char *refused = text_of(fixture, "refused", NULL);
    struct adapter_events events;
    struct http_answer answer;
    struct err err = {0};
    struct http_inbound inbound = {
        .path = "/hooks/sms",
        .query = text_of(given, "query", ""),
        .content_type = text_of(given, "content_type", ""),
        .url = "",
        .body = text_of(given, "body", ""),
        .body_length = strlen(text_of(given, "body", "")),
    };
    size_t i;
    int result;

    assert_int_equal(
        http_method_parse(text_of(given, "method", "GET"), &inbound.method), 0);
    events_init(&events);
    http_answer_init(&answer);
    result = config->adapter->read_hook(config->own,
        hook_kind_of(text_of(given, "kind", "")), &inbound, &events, &answer, &err);
    if (refused != NULL) {
        assert_int_equal(result, -1);
        assert_non_null(strstr(err.text, refused));
        assert_int_equal(events.n, 0);
    } else {
        assert_int_equal(result, 0);
        assert_int_equal(events.n, json_array_size(json_object_get(fixture, "events")));
        json_array_foreach(json_object_get(fixture, "events"), i, expected)
        {
            check_event(expected, &events.list[i]);
        }
        assert_int_equal(answer.status, 200);
        assert_int_equal(answer.body.length, 0);
    }
    http_answer_fini(&answer);
    events_fini(&events);
}

static void fixture_holds(void **state)
{
    const char *path = *state;
    json_error_t error;
    json_t *fixture = json_load_file(path, 0, &error);
    struct config config;

    if (fixture == NULL) {
        fail_msg("%s:%d: %s", path, error.line, error.text);
    }
    config = config_begin(json_object_get(fixture, "config"));
    if (json_object_get(fixture, "hook") != NULL) {
        check_hook(fixture, &config);
    } else if (json_object_get(fixture, "reply") != NULL) {
        check_reply(fixture, &config);
    } else {
        check_request(fixture, &config);
    }
    config_end(&config);
    json_decref(fixture);
}

static void a_text_too_long_for_a_request_is_refused(void **state)
{
    struct config config = config_begin(NULL);
    char *text = mem_zero(1, HTTP_URL_BYTES_MAX + 1);
    struct adapter_recipient recipient = {ADDRESS_PHONE, "+6281200000001", "m-1_1"};
    struct adapter_message message = {
        .text = text, .recipients = &recipient, .recipients_n = 1};
    struct http_request request;
    struct err err = {0};

    (void)state;
    memset(text, 'a', HTTP_URL_BYTES_MAX);
    http_request_init(&request);
    assert_int_equal(
        config.adapter->build(config.own, base_url, &message, &request, &err), -1);
    http_request_fini(&request);
    free(text);
    config_end(&config);
}

static void a_path_that_is_no_path_is_refused(void **state)
{
    struct config config;
    struct err err = {0};
    json_t *keys = json_pack("{s:s}", "path", "cgi-bin?x");

    (void)state;
    config = config_begin(keys);
    assert_int_equal(config.adapter->check(config.own, &err), -1);
    config_end(&config);
    json_decref(keys);
    config = config_begin(NULL);
    assert_int_equal(config.adapter->check(config.own, &err), 0);
    config_end(&config);
}

static void events_past_the_maximum_are_refused(void **state)
{
    struct adapter_events events;

    (void)state;
    events_init(&events);
    for (int i = 0; i < ADAPTER_EVENTS_MAX; i++) {
        assert_non_null(events_add(&events, EVENT_OTHER));
    }
    assert_null(events_add(&events, EVENT_OTHER));
    events_fini(&events);
}

static int is_case(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(void)
{
    const struct CMUnitTest fixed[] = {
        cmocka_unit_test(a_text_too_long_for_a_request_is_refused),
        cmocka_unit_test(a_path_that_is_no_path_is_refused),
        cmocka_unit_test(events_past_the_maximum_are_refused),
    };
    struct dirent **names = NULL;
    int n = scandir(folder, &names, is_case, alphasort), failed;
    size_t fixed_n = sizeof fixed / sizeof fixed[0];
    struct CMUnitTest *tests;

    if (n <= 0) {
        fprintf(stderr, "%s: no fixtures; run the test from the top folder\n", folder);
        return 1;
    }
    tests = mem_zero(fixed_n + (size_t)n, sizeof *tests);
    memcpy(tests, fixed, sizeof fixed);
    for (int i = 0; i < n; i++) {
        tests[fixed_n + (size_t)i] = (struct CMUnitTest){
            .name = names[i]->d_name,
            .test_func = fixture_holds,
            .initial_state = mem_format("%s/%s", folder, names[i]->d_name),
        };
    }
    failed = _cmocka_run_group_tests("kannel", tests, fixed_n + (size_t)n, NULL, NULL);
    for (int i = 0; i < n; i++) {
        free(tests[fixed_n + (size_t)i].initial_state);
        free(names[i]);
    }
    free(tests);
    free(names);
    return failed;
}
