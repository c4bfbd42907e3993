/* The simulator's faults, its dialects and the ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "content/yaml.h"
#include "sim/attempt.h"
#include "sim/fault.h"
#include "sim/kannel.h"
#include "sim/ledger.h"
#include "sim/profile.h"
#include "sim/timeline.h"
#include "sim/whatsapp.h"

static void set_faults(struct faults *faults, const char *json, int expected)
{
    struct err err;

    assert_int_equal(faults_set(faults, json, strlen(json), &err), expected);
}

static struct fault draw_fault(struct faults *faults, const char *to, uint64_t attempt)
{
    return faults_draw(faults, &(struct fault_about){1, SIM_SMS, to, 7, attempt});
}

static void a_fault_strikes_only_so_many_and_only_whom_it_names(void **state)
{
    struct faults faults = {0};

    (void)state;
    set_faults(&faults,
        "[{\"do\":\"error_500\",\"next\":1,\"to\":\"+6281200000001\"},"
        "{\"do\":\"slow\",\"ms\":5},{\"do\":\"throttle_429\",\"next\":1,"
        "\"retry_after\":7},{\"do\":\"slow\",\"ms\":6}]",
        0);
    assert_string_equal(draw_fault(&faults, "+6281200000002", 0).retry_after, "7");
    assert_int_equal(draw_fault(&faults, "+6281200000002", 0).kind, FAULT_NONE);
    assert_int_equal(draw_fault(&faults, "+6281200000001", 0).kind, FAULT_ERROR_500);
    assert_int_equal(draw_fault(&faults, "+6281200000001", 0).kind, FAULT_NONE);
    assert_int_equal(draw_fault(&faults, "+6281200000001", 0).delay_ms, 11);
    set_faults(&faults, "[]", 0);
    assert_int_equal(draw_fault(&faults, "+6281200000001", 0).delay_ms, 0);
    faults_fini(&faults);
}

static void a_fault_strikes_its_share(void **state)
{
    struct faults faults = {0};
    int struck = 0;

    (void)state;
    set_faults(&faults, "[{\"do\":\"error_503\",\"share\":0.2}]", 0);
    for (int i = 0; i < 5000; i++) {
        struck += draw_fault(&faults, "", (uint64_t)i).kind == FAULT_ERROR_503;
    }
    assert_in_range(struck, 900, 1100);
    faults_fini(&faults);
}

static void a_share_depends_on_phone_text_and_attempt_alone(void **state)
{
    static const char rules[] = "[{\"do\":\"error_503\",\"share\":0.5}]";
    struct faults one = {0}, other = {0};
    struct fault_about about = {1, SIM_SMS, "+6281200000001", 7, 0};

    (void)state;
    set_faults(&one, rules, 0);
    set_faults(&other, rules, 0);
    for (int i = 0; i < 100; i++) {
        draw_fault(&other, "+6281200000002", (uint64_t)i);
    }
    for (about.attempt = 0; about.attempt < 200; about.attempt++) {
        struct fault_about sms = about;

        sms.channel = SIM_WHATSAPP;
        assert_int_equal(
            faults_draw(&one, &about).kind, faults_draw(&other, &about).kind);
        assert_int_equal(faults_draw(&one, &sms).kind, faults_draw(&one, &about).kind);
    }
    faults_fini(&one);
    faults_fini(&other);
}

static void a_rule_may_name_its_gateway_and_some_are_whatsapps_alone(void **state)
{
    struct faults faults = {0};
    struct fault_about about = {1, SIM_SMS, "+6281200000001", 7, 0};

    (void)state;
    set_faults(&faults,
        "[{\"do\":\"refuse_cap\"},{\"do\":\"hang\",\"gateway\":\"kannel\"},"
        "{\"do\":\"error_500\"}]",
        0);
    assert_int_equal(faults_draw(&faults, &about).kind, FAULT_HANG);
    about.channel = SIM_WHATSAPP;
    assert_int_equal(faults_draw(&faults, &about).kind, FAULT_REFUSE_CAP);
    set_faults(&faults, "[{\"do\":\"refuse_cap\",\"gateway\":\"kannel\"}]", -1);
    set_faults(&faults, "[{\"do\":\"code\"}]", -1);
    set_faults(&faults, "[{\"do\":\"code\",\"code\":131049}]", 0);
    assert_int_equal(faults_draw(&faults, &about).code, 131049);
    faults_fini(&faults);
}

static void the_same_for_the_same_phone_is_counted_whatever_comes_between(void **state)
{
    struct attempts attempts = {0};
    char phone[24];

    (void)state;
    for (uint64_t round = 0; round < 3; round++) {
        for (int i = 0; i < 2000; i++) {
            snprintf(phone, sizeof phone, "+62812000%05d", i);
            assert_int_equal(attempts_count(&attempts, phone, 7), round);
            if (round == 0) {
                assert_int_equal(attempts_count(&attempts, phone, 8), 0);
            }
        }
    }
    attempts_fini(&attempts);
}

static void a_webhook_is_signed_as_meta_signs(void **state)
{
    static const char empty[] =
        "{\"object\":\"whatsapp_business_account\",\"entry\":[]}";
    static const char escaped[] = "{\"text\":\"Halo \\u00e9 \\ud83d\\ude42 \\/\"}";
    char signature[72];

    (void)state;
    wa_sign("rahasia-app", empty, sizeof empty - 1, signature);
    assert_string_equal(signature, "sha256=4e4049730a4b581b8dbaac528677a527692043676"
                                   "77ea28b4c622b1f0cbb2eab");
    wa_sign("rahasia-app", escaped, sizeof escaped - 1, signature);
    assert_string_equal(signature, "sha256=a2fa19bb6dd78a409c46fa1a19098aa21c58840a8"
                                   "b15364d027a4db77b17643c");
}

static void a_recipient_is_a_number_or_a_user_id(void **state)
{
    char phone[SIM_ID_SIZE], id[SIM_ID_SIZE];

    (void)state;
    assert_int_equal(wa_handset_name("6281200000001", phone), 0);
    assert_string_equal(phone, "+6281200000001");
    wa_user_id(phone, id);
    assert_int_equal(wa_handset_name(id, phone), 0);
    assert_string_equal(phone, "+6281200000001");
    assert_int_equal(wa_handset_name("ID.4566", phone), 0);
    assert_string_equal(phone, "ID.4566");
    wa_user_id(phone, id);
    assert_string_equal(id, "ID.4566");
    assert_int_equal(wa_handset_name("", phone), -1);
    assert_int_equal(wa_handset_name("Sari", phone), -1);
    assert_int_equal(wa_handset_name("id.45", phone), -1);
    assert_int_equal(
        wa_handset_name(
            "1111111111222222222233333333334444444444555555555566666666", phone),
        -1);
}

static void read_whatsapp(struct sim_request *request, const char *json)
{
    static const struct wa_templates none;

    *request = (struct sim_request){0};
    assert_int_equal(wa_read(request, json, strlen(json), &none).status, 0);
}

static void expect_refused(const char *json, int code)
{
    struct sim_request request;

    read_whatsapp(&request, json);
    if (wa_content_refusal(&request).code != code) {
        fail_msg("%s: %d, not %d", json, wa_content_refusal(&request).code, code);
    }
    wa_fini(&request);
}

#define TO "{\"messaging_product\":\"whatsapp\",\"to\":\"6281200000001\","

static void a_whatsapp_request_is_read_with_its_choices(void **state)
{
    struct sim_request request;

    (void)state;
    read_whatsapp(&request,
        TO "\"biz_opaque_callback_data\":\"m-1\",\"type\":\"template\",\"template\":"
           "{\"name\":\"ajakan\",\"language\":{\"code\":\"id\"},\"components\":["
           "{\"type\":\"header\",\"parameters\":[{\"type\":\"image\"}]},"
           "{\"type\":\"body\",\"parameters\":[{\"type\":\"text\",\"text\":\"Sari\"}]},"
           "{\"type\":\"button\",\"sub_type\":\"quick_reply\",\"index\":\"0\","
           "\"parameters\":[{\"type\":\"payload\",\"payload\":\"p1\"}]}]}}");
    assert_int_equal(wa_content_refusal(&request).status, 0);
    assert_string_equal(request.phone, "+6281200000001");
    assert_string_equal(request.ref, "m-1");
    assert_string_equal(request.text, "ajakan: Sari");
    assert_int_equal(request.values, 1);
    assert_int_equal(request.choices_n, 1);
    assert_string_equal(request.choices[0].id, "p1");
    wa_fini(&request);
}

static void whatsapp_content_that_meta_refuses_has_its_code(void **state)
{
    static const char beginning[] =
        TO "\"type\":\"interactive\",\"interactive\":{\"type\":\"list\",\"body\":"
           "{\"text\":\"x\"},\"action\":{";
    char json[1024];

    (void)state;
    expect_refused("{\"to\":\"6281200000001\",\"text\":{\"body\":\"x\"}}", 100);
    expect_refused(
        "{\"messaging_product\":\"whatsapp\",\"text\":{\"body\":\"x\"}}", 131008);
    expect_refused(TO "\"text\":{\"body\":\"\"}}", 100);
    expect_refused(TO "\"text\":{\"body\":\"x\"}}", 0);
    expect_refused(TO "\"text\":[]}", 100);
    expect_refused(TO "\"type\":7,\"text\":{\"body\":\"x\"}}", 0);
    expect_refused(
        TO "\"type\":\"audio\",\"audio\":{\"id\":\"1\",\"caption\":\"x\"}}", 100);
    expect_refused(TO "\"type\":\"interactive\",\"interactive\":{}}", 100);
    snprintf(json, sizeof json, "%s\"button\":\"Menu\",\"sections\":[]}}}", beginning);
    expect_refused(json, 131009);
    snprintf(json, sizeof json,
        "%s\"sections\":[{\"rows\":[{\"id\":\"1\",\"title\":\"1\"}]}]}}}", beginning);
    expect_refused(json, 131009);
    snprintf(json, sizeof json,
        "%s\"button\":\"Menu\",\"sections\":[{\"rows\":[{\"id\":\"1\",\"title\":\"1\"}]"
        "},"
        "{\"rows\":[]}]}}}",
        beginning);
    expect_refused(json, 131009);
}

static void expect_profile_problem(const char *text, int line, const char *sentence)
{
    struct problems problems;

    problems_init(&problems);
    assert_null(profile_parse("p.yaml", text, strlen(text), &problems));
    assert_int_equal(problems.list[0].line, line);
    assert_non_null(strstr(problems.list[0].text, sentence));
    problems_fini(&problems);
}

static void a_wrong_section_of_a_gateway_is_refused_with_its_line(void **state)
{
    (void)state;
    expect_profile_problem("whatsapp: 1\n", 1, "mapping is expected");
    expect_profile_problem("whatsapp:\n  tokn: x\n", 2, "unknown key \"tokn\"");
    expect_profile_problem("whatsapp:\n  hook: x\n", 2, "must be a URL");
    expect_profile_problem(
        "whatsapp:\n  templates:\n    - {language: id}\n", 3, "\"name\" is missing");
    expect_profile_problem("whatsapp:\n  templates:\n    - {name: a, status: old}\n", 3,
        "one of: approved");
    expect_profile_problem("whatsapp: {templates: {}}\n", 1, "must be a list");
    expect_profile_problem("faults: [{share: 1}]\n", 1, "\"do\" is missing");
    expect_profile_problem("faults: [{do: hang, share: 2}]\n", 1, "between 0 and 1");
    expect_profile_problem(
        "faults:\n- {do: hang}\n- {do: refuse_pair, gateway: kannel}\n", 3, "no words");
}

static void wrong_faults_change_nothing(void **state)
{
    struct faults faults = {0};

    (void)state;
    set_faults(&faults, "[{\"do\":\"hang\"}]", 0);
    set_faults(&faults, "{\"do\":\"hang\"}", -1);
    set_faults(&faults, "nonsense", -1);
    set_faults(&faults, "[{\"do\":\"none\"}]", -1);
    set_faults(&faults, "[{\"do\":\"slow\",\"sloow\":1}]", -1);
    set_faults(&faults, "[{\"do\":\"slow\",\"share\":1.5}]", -1);
    set_faults(&faults, "[{\"do\":\"slow\",\"ms\":-1}]", -1);
    assert_int_equal(draw_fault(&faults, "", 0).kind, FAULT_HANG);
    faults_fini(&faults);
}

static void a_request_is_read_with_the_reference_of_its_report_url(void **state)
{
    struct kannel_request request;

    (void)state;
    assert_int_equal(kannel_read(&request,
                         "user=u&pass=p&to=%2B6281200000001&text=Halo+%26&validity=2&"
                         "dlr-mask=31&dlr-url=http%3A%2F%2Fx%2F%3Fa%3Dref%3D1%26ref"
                         "%3Dm-1_1%26type%3D%25d"),
        0);
    assert_string_equal(request.username, "u");
    assert_string_equal(request.password, "p");
    assert_string_equal(request.to, "+6281200000001");
    assert_string_equal(request.text, "Halo &");
    assert_string_equal(request.ref, "m-1_1");
    assert_int_equal(request.mask, 31);
    assert_int_equal(request.validity_ms, 120000);
    kannel_fini(&request);
    assert_int_equal(kannel_read(&request, "text=%"), -1);
    kannel_fini(&request);
}

static void every_escape_is_expanded_and_escaped_once(void **state)
{
    struct kannel_call call = {.type = 1,
        .receipt = "stat:X y",
        .id = "7&8",
        .smsc = "sim",
        .sender = "+62812",
        .receiver = "215",
        .text = "a+b",
        .at_ms = 1767600000999};
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(
        kannel_expand(&out,
            "http://x/a%%20?d=%d&A=%A&F=%F&i=%i&p=%p&q=%q&P=%P&a=%a&T=%T&z=%z%", &call),
        0);
    assert_string_equal(buf_text(&out),
        "http://x/a%20?d=1&A=stat%3AX%20y&F=7%268&i=sim&p=%2B62812&q=0062812&P=215&"
        "a=a%2Bb&T=1767600000&z=%z%");
    buf_fini(&out);
}

static json_t *ledger_json(const struct ledger *ledger, size_t from, size_t limit)
{
    struct buf out;
    json_t *json;

    buf_init(&out, 1 << 20);
    ledger_write(ledger, from, limit, true, &out);
    json = json_loads(buf_text(&out), 0, NULL);
    buf_fini(&out);
    assert_non_null(json);
    return json;
}

static const struct ledger_request *request_of(
    const char *ref, const char *text, int64_t at_ms)
{
    static struct ledger_request request;

    request = (struct ledger_request){
        .gateway = "kannel",
        .ref = ref,
        .phone = "+6281200000001",
        .text = text,
        .form = "text",
        .at_ms = at_ms,
        .answer = "202",
        .accepted = true,
    };
    return &request;
}

static void a_ledger_is_json_whatever_people_write(void **state)
{
    static const char nasty[] = "\"a\\\n\x01 \xff é 🙂";
    struct ledger *ledger = ledger_new();
    const char *ref, *text;
    int accepted;
    json_t *json;

    (void)state;
    ledger_add_request(ledger, request_of("m-1", nasty, 5));
    json = ledger_json(ledger, 1, 10);
    assert_int_equal(
        json_unpack(json, "{s:[{s:s,s:s,s:b}],s:[],s:n}", "requests", "ref", &ref,
            "text", &text, "accepted", &accepted, "callbacks", "next"),
        0);
    assert_string_equal(ref, "m-1");
    assert_string_equal(text, "\"a\\\n\x01 \xef\xbf\xbd é 🙂");
    assert_true(accepted);
    json_decref(json);
    ledger_free(ledger);
}

static void a_callback_counts_its_tries_and_keeps_the_last_status(void **state)
{
    struct ledger *ledger = ledger_new();
    size_t row =
        ledger_add_callback(ledger, &(struct ledger_callback){.gateway = "kannel",
                                        .id = "m-1",
                                        .phone = "+6281200000001",
                                        .state = "delivered"});
    int acknowledged, attempts, status;
    json_t *json;

    (void)state;
    ledger_tried(ledger, row, 503);
    ledger_tried(ledger, row, 0);
    json = ledger_json(ledger, 1, 10);
    assert_int_equal(json_unpack(json, "{s:[{s:i,s:n,s:b}]}", "callbacks", "attempts",
                         &attempts, "status", "acknowledged", &acknowledged),
        0);
    assert_int_equal(attempts, 2);
    assert_false(acknowledged);
    json_decref(json);
    ledger_tried(ledger, row, 204);
    json = ledger_json(ledger, 1, 10);
    assert_int_equal(json_unpack(json, "{s:[{s:i,s:i,s:b}]}", "callbacks", "attempts",
                         &attempts, "status", &status, "acknowledged", &acknowledged),
        0);
    assert_int_equal(status, 204);
    assert_true(acknowledged);
    json_decref(json);
    ledger_free(ledger);
}

static void a_long_ledger_is_read_in_pages(void **state)
{
    struct ledger *ledger = ledger_new();
    size_t from = 1, rows = 0;

    (void)state;
    for (int i = 0; i < 2500; i++) {
        ledger_add_request(ledger, request_of("m", "t", i));
    }
    for (int page = 0; page < 5 && from > 0; page++) {
        json_t *json = ledger_json(ledger, from, 1000);

        rows += json_array_size(json_object_get(json, "requests"));
        from = (size_t)json_integer_value(json_object_get(json, "next"));
        json_decref(json);
    }
    assert_int_equal(rows, 2500);
    assert_int_equal(from, 0);
    ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_strikes_only_so_many_and_only_whom_it_names),
        cmocka_unit_test(a_fault_strikes_its_share),
        cmocka_unit_test(a_share_depends_on_phone_text_and_attempt_alone),
        cmocka_unit_test(a_rule_may_name_its_gateway_and_some_are_whatsapps_alone),
        cmocka_unit_test(the_same_for_the_same_phone_is_counted_whatever_comes_between),
        cmocka_unit_test(a_webhook_is_signed_as_meta_signs),
        cmocka_unit_test(a_recipient_is_a_number_or_a_user_id),
        cmocka_unit_test(a_whatsapp_request_is_read_with_its_choices),
        cmocka_unit_test(whatsapp_content_that_meta_refuses_has_its_code),
        cmocka_unit_test(a_wrong_section_of_a_gateway_is_refused_with_its_line),
        cmocka_unit_test(wrong_faults_change_nothing),
        cmocka_unit_test(a_request_is_read_with_the_reference_of_its_report_url),
        cmocka_unit_test(every_escape_is_expanded_and_escaped_once),
        cmocka_unit_test(a_ledger_is_json_whatever_people_write),
        cmocka_unit_test(a_callback_counts_its_tries_and_keeps_the_last_status),
        cmocka_unit_test(a_long_ledger_is_read_in_pages),
    };

    return cmocka_run_group_tests_name("sim_wire", tests, NULL, NULL);
}
