/*
 * The WhatsApp adapter against tests/fixtures/whatsapp, and what no fixture can say.
 */
#include "fixture_run.h"

static const char *const keys[][2] = {
    {"phone_number_id", "106540352242922"},
    {"token", "rahasia-token"},
    {"app_secret", "rahasia-app"},
    {"verify_token", "rahasia-kata"},
};

static const struct fixtures whatsapp = {
    .adapter = "whatsapp",
    .folder = "tests/fixtures/whatsapp",
    .base_url = "https://graph.facebook.com",
    .channel = CHANNEL_WHATSAPP,
    .keys = keys,
    .keys_n = 4,
};

static const char *complaint(const char *key, const char *value, struct err *err)
{
    json_t *given = json_pack("{s:s}", key, value);
    struct fixture_config config = fixture_config_begin(&whatsapp, given);
    int result = config.adapter->check(config.own, err);

    fixture_config_end(&config);
    json_decref(given);
    return result == 0 ? "" : err->text;
}

static void keys_that_cannot_be_right_are_refused(void **state)
{
    struct err err = {0};

    (void)state;
    assert_string_equal(complaint("version", "v26.0", &err), "");
    assert_non_null(strstr(complaint("phone_number_id", "+62", &err), "digits only"));
    assert_non_null(strstr(complaint("phone_number_id", "", &err), "digits only"));
    assert_non_null(strstr(complaint("token", "a b", &err), "copy it again"));
    assert_non_null(strstr(complaint("token", "a\r\nHost: x", &err), "copy it again"));
    assert_non_null(strstr(complaint("token", "", &err), "copy it again"));
    assert_non_null(strstr(complaint("app_secret", "", &err), "cannot be empty"));
    assert_non_null(strstr(complaint("verify_token", "", &err), "cannot be empty"));
    assert_non_null(strstr(complaint("version", "25", &err), "v25.0"));
    assert_non_null(strstr(complaint("version", "v25.0/x", &err), "v25.0"));
    assert_string_equal(complaint("list_label", "Lihat pilihan jawab!", &err), "");
    assert_non_null(
        strstr(complaint("list_label", "Lihat pilihan jawaban", &err), "20"));
}

/* Builds text as a message; returns what build() did. */
static int build(const char *text, size_t choices_n, const char *media, char **body)
{
    struct fixture_config config = fixture_config_begin(&whatsapp, NULL);
    struct adapter_choice choices[] = {{"a", "A"}, {"b", "B"}};
    struct adapter_recipient recipient = {ADDRESS_PHONE, "+6281200000001", "m-1_1"};
    struct adapter_message message = {.text = text,
        .choices = choices,
        .choices_n = choices_n,
        .media_url = media,
        .media_type = media == NULL ? NULL : "image/png",
        .recipients = &recipient,
        .recipients_n = 1};
    struct http_request request;
    struct err err = {0};
    int result;

    http_request_init(&request);
    result =
        config.adapter->build(config.own, whatsapp.base_url, &message, &request, &err);
    *body = mem_copy(buf_text(&request.body));
    http_request_fini(&request);
    fixture_config_end(&config);
    return result;
}

/* A text of n characters, each of the bytes given; owned. */
static char *repeat(const char *character, size_t n)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    for (size_t i = 0; i < n; i++) {
        buf_add_text(&text, character);
    }
    return buf_take(&text);
}

static void a_text_may_be_4096_characters_and_no_more(void **state)
{
    static const struct {
        const char *character;
        size_t n;
        int result;
    } cases[] = {{"a", 4096, 0}, {"a", 4097, -1}, {"é", 4096, 0}, {"é", 4097, -1},
        {"🙂", 2048, 0}, {"🙂", 2049, -1}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = repeat(cases[i].character, cases[i].n), *body;

        assert_int_equal(build(text, 0, NULL, &body), cases[i].result);
        free(body);
        free(text);
    }
}

static void over_1024_characters_no_buttons_stand_and_no_picture(void **state)
{
    char *text = repeat("a", 1024), *longer = repeat("a", 1025), *body;
    const char *picture = "https://cegah.example/a.png";

    (void)state;
    assert_int_equal(build(text, 2, NULL, &body), 0);
    assert_non_null(strstr(body, "\"type\":\"interactive\""));
    free(body);
    assert_int_equal(build(longer, 2, NULL, &body), 0);
    assert_non_null(strstr(body, "\"type\":\"text\""));
    assert_null(strstr(body, "interactive"));
    free(body);
    assert_int_equal(build(text, 0, picture, &body), 0);
    free(body);
    assert_int_equal(build(longer, 0, picture, &body), -1);
    free(body);
    free(text);
    free(longer);
}

static void a_text_that_is_no_utf8_is_refused(void **state)
{
    char *body;

    (void)state;
    assert_int_equal(build("Halo \xff", 0, NULL, &body), -1);
    assert_string_equal(body, "");
    free(body);
}

/* n statuses in one body; owned. */
static char *statuses(size_t n)
{
    struct buf body;

    buf_init(&body, 1 << 20);
    buf_add_text(&body, "{\"object\":\"whatsapp_business_account\",\"entry\":[{"
                        "\"changes\":[{\"field\":\"messages\",\"value\":{\"metadata\":{"
                        "\"phone_number_id\":\"106540352242922\"},\"statuses\":[");
    for (size_t i = 0; i < n; i++) {
        buf_add_format(
            &body, "%s{\"id\":\"wamid.%zu\",\"status\":\"read\"}", i > 0 ? "," : "", i);
    }
    buf_add_text(&body, "]}}]}]}");
    return buf_take(&body);
}

static void a_thousand_events_of_one_call_are_read_and_too_many_refused(void **state)
{
    static const struct {
        size_t n;
        int result;
    } cases[] = {
        {1000, 0}, {ADAPTER_EVENTS_MAX, 0}, {ADAPTER_EVENTS_MAX + (size_t)1, -1}};
    struct fixture_config config = fixture_config_begin(&whatsapp, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *body = statuses(cases[i].n);
        struct http_inbound inbound = {.method = HTTP_POST,
            .query = "",
            .body = body,
            .body_length = strlen(body)};
        struct adapter_events events;
        struct http_answer answer;
        struct err err = {0};

        events_init(&events);
        http_answer_init(&answer);
        assert_int_equal(config.adapter->read_hook(
                             config.own, HOOK_ANY, &inbound, &events, &answer, &err),
            cases[i].result);
        if (cases[i].result == 0) {
            assert_int_equal(events.n, cases[i].n);
        }
        http_answer_fini(&answer);
        events_fini(&events);
        free(body);
    }
    fixture_config_end(&config);
}

/* Every row of the table of codes, by its class. */
static const struct {
    enum failure_class class;
    int codes[24]; /* 0 ends them, but at the first place */
} by_class[] = {
    {FAILURE_ACCOUNT, {0, 190, 3, 10, 200, 250, 299, 131005, 368, 130497, 131031,
                          131042, 133010, 131045, 131037, 131055, 131063, 134100}},
    {FAILURE_THROTTLED, {4, 80007, 613, 130429, 131048, 131064, 133016, 132069}},
    {FAILURE_TRANSIENT,
        {1, 2, 131000, 131016, 131057, 133004, 131053, 131052, 131056, 134101}},
    {FAILURE_CONTENT, {33, 100, 131008, 131009, 131021, 135000, 131051, 132068}},
    {FAILURE_INVALID_NUMBER, {131026}},
    {FAILURE_BLOCKED, {130403}},
    {FAILURE_WINDOW_CLOSED, {131047}},
    {FAILURE_RECIPIENT_CAP, {131049, 130472}},
    {FAILURE_OPTED_OUT, {131050}},
    {FAILURE_TEMPLATE,
        {132000, 132001, 132005, 132007, 132012, 132018, 132015, 132016, 134102}},
};

static void check_code(
    const struct fixture_config *config, int code, enum failure_class class)
{
    static const int codes[] = {200, 400, 401, 403, 404, 429, 500, 502, 503};
    char *body =
        mem_format("{\"error\":{\"message\":\"(#%d) x\",\"code\":%d}}", code, code);
    char *word = mem_format("%d", code);

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct http_reply reply = {.ending = HTTP_ANSWERED,
            .status = codes[i],
            .body = body,
            .body_length = strlen(body)};
        struct adapter_result result;

        config->adapter->read_reply(config->own, NULL, &reply, &result);
        assert_false(result.accepted);
        assert_string_equal(
            failure_class_name(result.class), failure_class_name(class));
        assert_string_equal(result.code, word);
        assert_string_equal(result.text, "x");
    }
    free(word);
    free(body);
}

static void each_code_has_its_class_whatever_the_status(void **state)
{
    struct fixture_config config = fixture_config_begin(&whatsapp, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof by_class / sizeof by_class[0]; i++) {
        for (size_t k = 0; k < 24; k++) {
            if (k == 0 || by_class[i].codes[k] != 0) {
                check_code(&config, by_class[i].codes[k], by_class[i].class);
            }
        }
    }
    fixture_config_end(&config);
}

static void a_cut_reply_leaves_the_message_unsure(void **state)
{
    struct fixture_config config = fixture_config_begin(&whatsapp, NULL);
    struct http_reply cut = {.ending = HTTP_CUT, .body = ""};
    struct http_reply unsent = {.ending = HTTP_NOT_SENT, .body = ""};
    struct adapter_result result;

    (void)state;
    config.adapter->read_reply(config.own, NULL, &cut, &result);
    assert_int_equal(result.class, FAILURE_AMBIGUOUS);
    config.adapter->read_reply(config.own, NULL, &unsent, &result);
    assert_int_equal(result.class, FAILURE_TRANSIENT);
    fixture_config_end(&config);
}

int main(void)
{
    const struct CMUnitTest fixed[] = {
        cmocka_unit_test(keys_that_cannot_be_right_are_refused),
        cmocka_unit_test(a_text_may_be_4096_characters_and_no_more),
        cmocka_unit_test(over_1024_characters_no_buttons_stand_and_no_picture),
        cmocka_unit_test(a_text_that_is_no_utf8_is_refused),
        cmocka_unit_test(a_thousand_events_of_one_call_are_read_and_too_many_refused),
        cmocka_unit_test(each_code_has_its_class_whatever_the_status),
        cmocka_unit_test(a_cut_reply_leaves_the_message_unsure),
    };

    return fixtures_run(&whatsapp, 45, fixed, sizeof fixed / sizeof fixed[0]);
}
