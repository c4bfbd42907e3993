/*
 * whatsapp_hook.c: what Meta calls back: the challenge, the signature, statuses, and what
 * is to be recorded by its name. What people write is read in whatsapp_inbound.c.
 *
 * An app has one webhook for all its numbers, so a body is read by each gateway of the
 * app: what names another phone_number_id is passed over. Source: Meta's pages "Webhooks"
 * (validation) and "Status messages webhook" of the Cloud API.
 */
#include "adapters/whatsapp_hook.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "adapters/whatsapp.h"
#include "adapters/whatsapp_error.h"
#include "adapters/whatsapp_inbound.h"
#include "adapters/whatsapp_json.h"
#include "base/url.h"

static bool same(const char *given, const char *wanted)
{
    size_t length = strlen(wanted);

    return strlen(given) == length && sodium_memcmp(given, wanted, length) == 0;
}

int whatsapp_verify(
    const void *own, const struct http_inbound *inbound, struct err *err)
{
    static const char prefix[] = "sha256=";
    const struct whatsapp_config *config = own;
    unsigned char mac[crypto_auth_hmacsha256_BYTES], given[sizeof mac];
    crypto_auth_hmacsha256_state state;
    const char *header;
    size_t length = 0;

    if (inbound->method == HTTP_GET) {
        return 0; /* the challenge carries a token instead, see read_challenge() */
    }
    header = inbound->header == NULL ? NULL
                                     : inbound->header(inbound, "X-Hub-Signature-256");
    if (header == NULL) {
        return err_set(err, ERR_REFUSED, "the call carries no X-Hub-Signature-256");
    }
    if (strlen(header) != strlen(prefix) + 2 * sizeof mac ||
        strncmp(header, prefix, strlen(prefix)) != 0 ||
        sodium_hex2bin(given, sizeof given, header + strlen(prefix), 2 * sizeof mac,
            NULL, &length, NULL) != 0 ||
        length != sizeof mac) {
        return err_set(
            err, ERR_REFUSED, "X-Hub-Signature-256 is not sha256= and 64 hex digits");
    }
    crypto_auth_hmacsha256_init(
        &state, (const unsigned char *)config->app_secret, strlen(config->app_secret));
    crypto_auth_hmacsha256_update(
        &state, (const unsigned char *)inbound->body, inbound->body_length);
    crypto_auth_hmacsha256_final(&state, mac);
    if (sodium_memcmp(mac, given, sizeof mac) != 0) {
        return err_set(
            err, ERR_REFUSED, "the signature is not of our app_secret over this body");
    }
    return 0;
}

/* Meta asks once whether the address is ours, when somebody enters it. */
static int read_challenge(const struct whatsapp_config *config,
    const struct http_inbound *inbound, struct http_answer *answer)
{
    const char *mode, *token, *challenge;
    struct form form;

    if (form_parse(&form, inbound->query, strlen(inbound->query)) == 0) {
        mode = form_find(&form, "hub.mode");
        token = form_find(&form, "hub.verify_token");
        challenge = form_find(&form, "hub.challenge");
        if (mode != NULL && strcmp(mode, "subscribe") == 0 && challenge != NULL &&
            token != NULL && same(token, config->verify_token)) {
            http_answer_set(answer, 200, "text/plain", challenge);
            form_fini(&form);
            return 0;
        }
    }
    form_fini(&form);
    http_answer_set(answer, 403, "text/plain",
        "hub.verify_token is not the verify_token of this gateway");
    return 0;
}

static enum report_state state_of(const char *word)
{
    static const struct {
        const char *word;
        enum report_state state;
    } states[] = {
        {"accepted", REPORT_QUEUED},
        {"sent", REPORT_SENT},
        {"delivered", REPORT_DELIVERED},
        {"read", REPORT_READ},
        {"played", REPORT_READ},
        {"failed", REPORT_FAILED},
    };

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(states[i].word, word) == 0) {
            return states[i].state;
        }
    }
    return REPORT_UNKNOWN;
}

static void read_pricing(
    const json_t *pricing, struct adapter_events *events, struct adapter_event *event)
{
    const json_t *billable = json_object_get(pricing, "billable");

    event->category = whatsapp_copy_word(events, whatsapp_text(pricing, "category"));
    if (json_is_boolean(billable)) {
        event->billable = json_is_true(billable) ? 1 : 0;
    }
}

static int read_status(
    const json_t *status, bool unaddressed, struct adapter_events *events)
{
    const char *reference = whatsapp_text(status, "biz_opaque_callback_data");
    const char *word = whatsapp_text(status, "status");
    struct adapter_event *event = events_add(events, EVENT_REPORT);
    struct whatsapp_error error;

    if (event == NULL) {
        return -1;
    }
    whatsapp_error_read(json_array_get(json_object_get(status, "errors"), 0), &error);
    event->unaddressed = unaddressed;
    event->state = state_of(word);
    event->reference =
        adapter_is_reference(reference) ? events_copy(events, reference) : "";
    event->gateway_id = whatsapp_copy(events, status, "id");
    event->at_ms = whatsapp_time(json_object_get(status, "timestamp"));
    event->class = event->state == REPORT_FAILED ? error.class : FAILURE_NONE;
    event->code = events_copy(events, error.code_text);
    event->text = events_copy(events, error.text);
    if (event->state == REPORT_UNKNOWN && error.code_text[0] == '\0') {
        event->code = whatsapp_copy_word(events, word);
    }
    read_pricing(json_object_get(status, "pricing"), events, event);
    return 0;
}

static struct adapter_event *add_other(
    struct adapter_events *events, const char *type, bool unaddressed)
{
    struct adapter_event *event = events_add(events, EVENT_OTHER);

    if (event != NULL) {
        event->type = whatsapp_copy_word(events, type);
        event->unaddressed = unaddressed;
    }
    return event;
}

/* Of the account rather than of a message. */
static int read_errors(
    const json_t *value, bool unaddressed, struct adapter_events *events)
{
    const json_t *list = json_object_get(value, "errors"), *item;
    size_t i;

    json_array_foreach((json_t *)list, i, item)
    {
        struct adapter_event *event = add_other(events, "errors", unaddressed);
        struct whatsapp_error error;

        if (event == NULL) {
            return -1;
        }
        whatsapp_error_read(item, &error);
        event->class = error.class;
        event->code = events_copy(events, error.code_text);
        event->text = events_copy(events, error.text);
    }
    return 0;
}

static int read_messages_field(
    const json_t *value, bool unaddressed, struct adapter_events *events)
{
    const json_t *statuses = json_object_get(value, "statuses"), *status;
    size_t i;

    json_array_foreach((json_t *)statuses, i, status)
    {
        if (json_is_object(status) && read_status(status, unaddressed, events) != 0) {
            return -1;
        }
    }
    if (whatsapp_read_messages(value, unaddressed, events) != 0) {
        return -1;
    }
    return read_errors(value, unaddressed, events);
}

static int read_preference(
    const json_t *item, bool unaddressed, struct adapter_events *events)
{
    const char *word = whatsapp_text(item, "value");
    const char *user_id = whatsapp_text(item, "user_id");
    const char *from = whatsapp_text(item, "wa_id");
    bool stop = strcmp(word, "stop") == 0, resume = strcmp(word, "resume") == 0;
    struct adapter_event *event = add_other(events, "user_preferences", unaddressed);

    if (event == NULL) {
        return -1;
    }
    from = from[0] != '\0' ? from : user_id;
    event->at_ms = whatsapp_time(json_object_get(item, "timestamp"));
    event->category = whatsapp_copy_word(events, whatsapp_text(item, "category"));
    if (from[0] != '\0' && (stop || resume)) {
        event->kind = EVENT_PREFERENCE;
        event->stop = stop;
        event->from = whatsapp_who(events, from, &event->from_kind);
        event->user_id = strcmp(from, user_id) != 0 ? events_copy(events, user_id) : "";
    }
    return 0;
}

static int read_preferences(
    const json_t *value, bool unaddressed, struct adapter_events *events)
{
    const json_t *list = json_object_get(value, "user_preferences"), *item;
    size_t i;

    json_array_foreach((json_t *)list, i, item)
    {
        if (json_is_object(item) && read_preference(item, unaddressed, events) != 0) {
            return -1;
        }
    }
    return 0;
}

static int read_template_status(const json_t *value, int64_t at_ms, const char *field,
    struct adapter_events *events)
{
    struct adapter_event *event = add_other(events, field, true);

    if (event == NULL) {
        return -1;
    }
    event->at_ms = at_ms;
    event->text = whatsapp_copy(events, value, "message_template_name");
    event->code = whatsapp_copy_word(events, whatsapp_text(value, "event"));
    event->language =
        whatsapp_copy_word(events, whatsapp_text(value, "message_template_language"));
    return 0;
}

/* Returns 0, also for what is another gateway's; -1 when the events are full. */
static int read_change(const struct whatsapp_config *config, const json_t *change,
    int64_t at_ms, struct adapter_events *events)
{
    const json_t *value = json_object_get(change, "value");
    const json_t *metadata = json_object_get(value, "metadata");
    const char *field = whatsapp_text(change, "field");
    const char *number_id = whatsapp_text(metadata, "phone_number_id");
    bool unaddressed = number_id[0] == '\0';
    struct adapter_event *event;

    if (!unaddressed && strcmp(number_id, config->phone_number_id) != 0) {
        return 0;
    }
    if (strcmp(field, "messages") == 0) {
        return read_messages_field(value, unaddressed, events);
    }
    if (strcmp(field, "user_preferences") == 0) {
        return read_preferences(value, unaddressed, events);
    }
    if (strcmp(field, "message_template_status_update") == 0) {
        return read_template_status(value, at_ms, field, events);
    }
    event = add_other(events, field[0] != '\0' ? field : "unnamed", unaddressed);
    if (event != NULL) {
        event->at_ms = at_ms;
        event->code = whatsapp_copy_word(events, whatsapp_text(value, "event"));
    }
    return event == NULL ? -1 : 0;
}

static int read_entries(const struct whatsapp_config *config, const json_t *entries,
    struct adapter_events *events)
{
    const json_t *entry, *change;
    size_t i, k;

    json_array_foreach((json_t *)entries, i, entry)
    {
        int64_t at_ms = whatsapp_time(json_object_get(entry, "time"));

        json_array_foreach(json_object_get(entry, "changes"), k, change)
        {
            if (json_is_object(change) &&
                read_change(config, change, at_ms, events) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

int whatsapp_read_hook(const void *own, enum hook_kind kind,
    const struct http_inbound *inbound, struct adapter_events *events,
    struct http_answer *answer, struct err *err)
{
    const struct whatsapp_config *config = own;
    const json_t *entries;
    json_t *body;
    int result = 0;

    (void)kind;
    if (inbound->method == HTTP_GET) {
        return read_challenge(config, inbound, answer);
    }
    body = whatsapp_json(inbound->body, inbound->body_length);
    entries = json_object_get(body, "entry");
    if (!json_is_array(entries)) {
        result = err_set(
            err, ERR_REFUSED, "the body is no JSON object with a list called entry");
    } else if (strcmp(whatsapp_text(body, "object"), "whatsapp_business_account") !=
               0) {
        /* Another product of the same app, subscribed by mistake. */
        add_other(events, whatsapp_text(body, "object"), true);
    } else if (read_entries(config, entries, events) != 0) {
        result = err_set(err, ERR_REFUSED, "the body tells of more than %d things",
            ADAPTER_EVENTS_MAX);
    }
    json_decref(body);
    return result;
}
