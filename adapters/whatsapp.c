/*
 * whatsapp.c: WhatsApp by Meta's Cloud API: its keys, and the reply to a message.
 *
 * Meta sends a message twice that it is given twice; our reference comes back in each
 * status (biz_opaque_callback_data), so a message of unknown fate is settled by those.
 * Source: Meta's pages "Messages" and "Error codes" of the Cloud API.
 */
#include "adapters/whatsapp.h"

#include <stdio.h>
#include <string.h>

#include "adapters/adapter.h"
#include "adapters/whatsapp_build.h"
#include "adapters/whatsapp_error.h"
#include "adapters/whatsapp_hook.h"
#include "adapters/whatsapp_json.h"

static const struct option_row options[] = {
    {"phone_number_id", OPTION_TEXT, offsetof(struct whatsapp_config, phone_number_id),
        NULL, 1, 0, 0, NULL,
        "The id that Meta gives the sending number (digits; not the number itself)."},
    {"token", OPTION_SECRET, offsetof(struct whatsapp_config, token), NULL, 1, 0, 0,
        NULL, "The access token of a system user, with whatsapp_business_messaging."},
    {"app_secret", OPTION_SECRET, offsetof(struct whatsapp_config, app_secret), NULL, 1,
        0, 0, NULL, "The app's secret, which signs what Meta calls back."},
    {"verify_token", OPTION_SECRET, offsetof(struct whatsapp_config, verify_token),
        NULL, 1, 0, 0, NULL,
        "A word of your own, given to Meta with the webhook's address."},
    {"version", OPTION_TEXT, offsetof(struct whatsapp_config, version), "v25.0", 0, 0,
        0, NULL, "The version of Meta's API."},
    {"list_label", OPTION_TEXT, offsetof(struct whatsapp_config, list_label), "Pilih",
        0, 0, 0, NULL,
        "On the button that opens a list of answers; at most 20 characters."},
};

static bool is_digits(const char *text)
{
    return *text != '\0' && strspn(text, "0123456789") == strlen(text);
}

static bool is_version(const char *text)
{
    const char *dot = strchr(text, '.');

    return text[0] == 'v' && dot != NULL && dot > text + 1 &&
           strspn(text + 1, "0123456789") == (size_t)(dot - text - 1) &&
           is_digits(dot + 1);
}

/* It stands in a header: nothing but visible ASCII. */
static bool is_token(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~') {
            return false;
        }
    }
    return *text != '\0';
}

static int check(const void *own, struct err *err)
{
    enum { ID_MAX = 32, LABEL_MAX = 20 };
    const struct whatsapp_config *config = own;

    if (!is_digits(config->phone_number_id) ||
        strlen(config->phone_number_id) > ID_MAX) {
        return err_set(err, ERR_REFUSED,
            "phone_number_id is the number's id at Meta, of digits only: see WhatsApp, "
            "API setup, in the app's dashboard");
    }
    if (!is_token(config->token)) {
        return err_set(err, ERR_REFUSED,
            "token is empty or holds a blank or a line's end: copy it again");
    }
    if (config->app_secret[0] == '\0' || config->verify_token[0] == '\0') {
        return err_set(err, ERR_REFUSED,
            "app_secret and verify_token cannot be empty: without them anyone could "
            "forge a reply");
    }
    if (!is_version(config->version)) {
        return err_set(err, ERR_REFUSED, "version is like v25.0");
    }
    if (config->list_label[0] == '\0' ||
        whatsapp_units(config->list_label) > LABEL_MAX) {
        return err_set(
            err, ERR_REFUSED, "list_label must be 1 to %d characters", LABEL_MAX);
    }
    return 0;
}

static void read_message(const json_t *sent, struct adapter_result *result)
{
    const char *id = whatsapp_text(sent, "id");
    const char *status = whatsapp_text(sent, "message_status");

    result->class = FAILURE_NONE;
    result->accepted = true;
    result->retry_after_ms = 0;
    result->code[0] = result->text[0] = '\0';
    if (strcmp(status, "paused") == 0) {
        result->accepted = false;
        result->class = FAILURE_TEMPLATE;
        snprintf(result->code, sizeof result->code, "paused");
        snprintf(result->text, sizeof result->text, "the template is paused");
    } else if (status[0] != '\0' && strcmp(status, "accepted") != 0) {
        whatsapp_words(status, result->text, sizeof result->text);
    }
    /* A cut id would never be found again; our reference still is. */
    if (strlen(id) < sizeof result->gateway_ids[0]) {
        snprintf(result->gateway_ids[0], sizeof result->gateway_ids[0], "%s", id);
        result->gateway_ids_n = 1;
    }
}

static void read_error(const json_t *object, struct adapter_result *result)
{
    struct whatsapp_error error;

    whatsapp_error_read(object, &error);
    if (error.code_text[0] != '\0') {
        snprintf(result->code, sizeof result->code, "%s", error.code_text);
    }
    snprintf(result->text, sizeof result->text, "%s", error.text);
    if (!error.known) {
        return;
    }
    result->class = error.class;
    if (result->retry_after_ms == 0) {
        result->retry_after_ms = error.retry_after_ms;
    }
}

static void read_reply(const void *own, const struct adapter_message *message,
    const struct http_reply *reply, struct adapter_result *results)
{
    struct adapter_result *result = &results[0];
    const json_t *error, *sent;
    json_t *body;

    (void)own;
    (void)message;
    *result = (struct adapter_result){0};
    adapter_classify(reply, result);
    if (reply->ending != HTTP_ANSWERED) {
        return;
    }
    body = whatsapp_json(reply->body, reply->body_length);
    error = json_object_get(body, "error");
    sent = json_array_get(json_object_get(body, "messages"), 0);
    if (json_is_object(error)) {
        read_error(error, result);
    } else if (reply->status >= 200 && reply->status < 300) {
        result->class = FAILURE_AMBIGUOUS;
        if (whatsapp_text(sent, "id")[0] != '\0') {
            read_message(sent, result);
        }
    } else if (reply->status >= 400 && reply->status != 429) {
        /* A page of somebody between: it does not know what Meta did. */
        result->class = FAILURE_AMBIGUOUS;
    }
    json_decref(body);
}

const struct adapter adapter_whatsapp = {
    .name = "whatsapp",
    .label = "WhatsApp (Cloud API)",
    .channel = CHANNEL_WHATSAPP,
    .flags = ADAPTER_REPORTS | ADAPTER_ECHOES | ADAPTER_SIGNS | ADAPTER_TEMPLATES,
    .hook_methods = 1u << HTTP_GET | 1u << HTTP_POST,
    .batch_max = 1,
    .session_window_ms = 24 * 3600 * 1000,
    .options = options,
    .options_n = sizeof options / sizeof options[0],
    .config_size = sizeof(struct whatsapp_config),
    .check = check,
    .build = whatsapp_build,
    .read_reply = read_reply,
    .verify = whatsapp_verify,
    .read_hook = whatsapp_read_hook,
};
