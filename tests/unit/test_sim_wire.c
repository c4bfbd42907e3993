/* The simulator's faults, Kannel's dialect and the ledger. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "sim/fault.h"
#include "sim/kannel.h"
#include "sim/ledger.h"
#include "sim/timeline.h"

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
        cmocka_unit_test(wrong_faults_change_nothing),
        cmocka_unit_test(a_request_is_read_with_the_reference_of_its_report_url),
        cmocka_unit_test(every_escape_is_expanded_and_escaped_once),
        cmocka_unit_test(a_ledger_is_json_whatever_people_write),
        cmocka_unit_test(a_callback_counts_its_tries_and_keeps_the_last_status),
        cmocka_unit_test(a_long_ledger_is_read_in_pages),
    };

    return cmocka_run_group_tests_name("sim_wire", tests, NULL, NULL);
}
