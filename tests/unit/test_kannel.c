/*
 * The Kannel adapter against tests/fixtures/kannel, and what no fixture can say.
 */
#include "fixture_run.h"

static const char *const keys[][2] = {{"username", "cegah"}, {"password", "rahasia"}};

static const struct fixtures kannel = {
    .adapter = "kannel",
    .folder = "tests/fixtures/kannel",
    .base_url = "http://127.0.0.1:13013",
    .channel = CHANNEL_SMS,
    .keys = keys,
    .keys_n = 2,
};

static void a_text_too_long_for_a_request_is_refused(void **state)
{
    struct fixture_config config = fixture_config_begin(&kannel, NULL);
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
        config.adapter->build(config.own, kannel.base_url, &message, &request, &err),
        -1);
    http_request_fini(&request);
    free(text);
    fixture_config_end(&config);
}

static void a_path_that_is_no_path_is_refused(void **state)
{
    struct fixture_config config;
    struct err err = {0};
    json_t *path = json_pack("{s:s}", "path", "cgi-bin?x");

    (void)state;
    config = fixture_config_begin(&kannel, path);
    assert_int_equal(config.adapter->check(config.own, &err), -1);
    fixture_config_end(&config);
    json_decref(path);
    config = fixture_config_begin(&kannel, NULL);
    assert_int_equal(config.adapter->check(config.own, &err), 0);
    fixture_config_end(&config);
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

int main(void)
{
    const struct CMUnitTest fixed[] = {
        cmocka_unit_test(a_text_too_long_for_a_request_is_refused),
        cmocka_unit_test(a_path_that_is_no_path_is_refused),
        cmocka_unit_test(events_past_the_maximum_are_refused),
    };

    return fixtures_run(&kannel, 20, fixed, sizeof fixed / sizeof fixed[0]);
}
