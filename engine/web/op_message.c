/*
 * op_message.c: one test message, and how things stand.
 */
#include <string.h>

#include "content/config.h"
#include "content/phone.h"
#include "net/loop.h"
#include "people/catalogue.h"
#include "send/send.h"
#include "store/db.h"
#include "store/message.h"
#include "web/engine.h"
#include "web/operations.h"

enum { TEXT_BYTES_MAX = 1600 };
static const int64_t TEST_LATE_MS = 60 * 60 * 1000;

static int refuse(const struct gate_answer *answer, struct err *err)
{
    if (strcmp(answer->reason, "not_a_test_phone") == 0) {
        return err_set(err, ERR_REFUSED,
            "that number is not among `test_phones` in the config: `cegah send` writes "
            "to "
            "those only");
    }
    if (strcmp(answer->reason, "opted_out") == 0) {
        return err_set(
            err, ERR_REFUSED, "that number has said STOP: nothing goes there");
    }
    return err_set(err, ERR_REFUSED, "no gateway can carry it (%s)", answer->reason);
}

static enum operation_progress send_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    const char *to = json_string_value(json_object_get(arguments, "to"));
    const char *text = json_string_value(json_object_get(arguments, "text"));
    const char *gateway = json_string_value(json_object_get(arguments, "gateway"));
    int64_t now = clock_now(&engine->clock), id;
    char e164[PHONE_SIZE], reference[REFERENCE_SIZE];
    struct gate_answer answer;
    struct outgoing outgoing;

    (void)state;
    if (to == NULL || text == NULL || text[0] == '\0' ||
        strlen(text) > TEXT_BYTES_MAX) {
        err_set(err, ERR_REFUSED, "a number and a text of 1 to %d bytes are needed",
            TEXT_BYTES_MAX);
        return OPERATION_FAILED;
    }
    if (phone_clean(to, e164, err) != 0) {
        return OPERATION_FAILED;
    }
    if (gateway != NULL && config_gateway_find(engine->config, gateway) == NULL) {
        err_set(err, ERR_REFUSED, "the config has no gateway \"%s\"", gateway);
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    outgoing = (struct outgoing){
        .kind = KIND_TEST,
        .address_id = address_ensure(engine->db, ADDRESS_PHONE, e164, now),
        .step = "test",
        .text = text,
        .gateway = gateway,
        .due_at = now,
        .late_ms = TEST_LATE_MS,
    };
    id = outbox_queue(&engine->outbox, &outgoing, now, &answer);
    if (db_unit_end(engine->db, id != 0) != 0) {
        err_set(err, ERR_UNABLE, "the message could not be stored");
        return OPERATION_FAILED;
    }
    if (id == 0) {
        refuse(&answer, err);
        return OPERATION_FAILED;
    }
    reference_make(&engine->key, id, 0, reference);
    *result = json_pack("{s:s, s:s, s:b}", "id", reference, "state", "queued", "daemon",
        engine->loop != NULL);
    engine_wake(engine);
    return OPERATION_DONE;
}

const struct operation operation_send = {"send", send_begin, NULL, NULL};

static json_t *gateways(const struct engine *engine)
{
    json_t *list = json_array();
    struct gateway_status status;

    for (size_t i = 0;
         engine->send != NULL && send_gateway_status(engine->send, i, &status); i++) {
        json_array_append_new(list,
            json_pack("{s:s, s:b, s:s, s:i}", "gateway", status.name, "paused",
                status.paused, "reason", status.reason, "in_flight", status.in_flight));
    }
    return list;
}

static enum operation_progress status_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    int64_t due = enrolment_earliest_due(engine->db);
    int64_t queued = message_count_state(engine->db, MESSAGE_QUEUED);
    int64_t sending = message_count_state(engine->db, MESSAGE_SENDING);

    (void)arguments;
    (void)state;
    (void)err;
    *result = json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "now",
        (json_int_t)clock_now(&engine->clock), "next_due", (json_int_t)due, "queued",
        (json_int_t)queued, "sending", (json_int_t)sending, "next_timer",
        (json_int_t)(engine->loop == NULL ? 0 : loop_next_due(engine->loop)),
        "gateways", gateways(engine));
    if (engine->progress >= 0) {
        json_object_set_new(*result, "progress", json_integer(engine->progress));
    }
    return OPERATION_DONE;
}

const struct operation operation_status = {"status", status_begin, NULL, NULL};
