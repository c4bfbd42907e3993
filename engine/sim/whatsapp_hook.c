/*
 * whatsapp_hook.c: the webhooks as Meta writes them: non-ASCII characters as lower-case
 * \uXXXX, "/" escaped, signed over the bytes that leave.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "sim/sim_internal.h"
#include "sim/whatsapp.h"
#include "sim/whatsapp_error.h"

void wa_sign(const char *secret, const char *body, size_t length, char signature[72])
{
    crypto_auth_hmacsha256_state state;
    unsigned char hash[crypto_auth_hmacsha256_BYTES];

    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, length);
    crypto_auth_hmacsha256_final(&state, hash);
    memcpy(signature, "sha256=", 7);
    sodium_bin2hex(signature + 7, 65, hash, sizeof hash);
}

/* Adds JSON with the digits of its \uXXXX in lower case. */
static void add_as_meta_does(struct buf *out, const char *json)
{
    int digits = 0;

    for (; *json != '\0'; json++) {
        char byte = *json;

        if (digits > 0) {
            byte = byte >= 'A' && byte <= 'F' ? (char)(byte + 'a' - 'A') : byte;
            digits--;
        } else if (byte == '\\') {
            buf_add_char(out, byte);
            byte = *++json;
            digits = byte == 'u' ? 4 : 0;
        }
        buf_add_char(out, byte);
    }
}

/* Takes value. */
static void write_hook(
    const struct sim *sim, const char *field, json_t *value, struct http_request *call)
{
    const struct wa_profile *profile = &sim->profile->whatsapp;
    json_t *root = json_pack("{s:s, s:[{s:s, s:[{s:o, s:s}]}]}", "object",
        "whatsapp_business_account", "entry", "id", profile->account, "changes",
        "value", value, "field", field);
    char *text = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ESCAPE_SLASH);
    char signature[72];

    call->method = HTTP_POST;
    buf_add_text(&call->url, profile->hook);
    http_request_header(call, "Content-Type", "application/json");
    add_as_meta_does(&call->body, text == NULL ? "{}" : text);
    if (profile->app_secret != NULL) {
        wa_sign(
            profile->app_secret, buf_text(&call->body), call->body.length, signature);
        http_request_header(call, "X-Hub-Signature-256", signature);
    }
    free(text);
    json_decref(root);
}

static json_t *metadata(const struct sim *sim)
{
    const struct wa_profile *profile = &sim->profile->whatsapp;

    return json_pack("{s:s, s:s}", "display_phone_number", profile->number,
        "phone_number_id", profile->phone_number_id);
}

static void set_seconds(json_t *object, const struct sim *sim)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)(clock_now(&sim->clock) / 1000));
    json_object_set_new(object, "timestamp", json_string(text));
}

/* Who has a number is known by it and by a user id; who hides it, by that alone. */
static json_t *contact_of(const char *phone)
{
    char id[SIM_ID_SIZE];
    json_t *contact;

    wa_user_id(phone, id);
    contact = json_pack("{s:s}", "user_id", id);
    if (phone[0] == '+') {
        json_object_set_new(contact, "wa_id", json_string_nocheck(phone + 1));
    }
    return contact;
}

static const char *status_of(enum sim_report report)
{
    return report == SIM_READ        ? "read"
           : report == SIM_DELIVERED ? "delivered"
           : report == SIM_FAILED    ? "failed"
                                     : "sent";
}

static json_t *pricing_of(const struct ledger_request *request)
{
    bool free_of_charge = request->category == NULL;

    return json_pack("{s:b, s:s, s:s, s:s}", "billable", !free_of_charge,
        "pricing_model", "PMP", "type",
        free_of_charge ? "free_customer_service" : "regular", "category",
        free_of_charge ? "service" : request->category);
}

static json_t *error_json(int code)
{
    struct wa_error error = wa_error_of(code);

    return json_pack("{s:i, s:s, s:s, s:{s:s}, s:s}", "code", code, "title",
        error.title, "message", error.title, "error_data", "details", error.details,
        "href",
        "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/");
}

void wa_hook_status(const struct sim *sim, const struct happening *happening,
    const struct ledger_request *request, struct http_request *call)
{
    char id[SIM_ID_SIZE];
    json_t *status, *value;
    bool failed = happening->report == SIM_FAILED;

    wa_message_id(sim, happening->request, id);
    status = json_pack("{s:s, s:s, s:s}", "id", id, "status",
        status_of(happening->report), "recipient_id",
        request->phone[0] == '+' ? request->phone + 1 : request->phone);
    set_seconds(status, sim);
    if (request->ref[0] != '\0') {
        json_object_set_new(
            status, "biz_opaque_callback_data", json_string_nocheck(request->ref));
    }
    if (failed) {
        json_object_set_new(status, "errors",
            json_pack("[o]", error_json(happening->code == NULL
                                            ? 131000
                                            : (int)strtol(happening->code, NULL, 10))));
    } else if (happening->report != SIM_READ) {
        json_object_set_new(status, "pricing", pricing_of(request));
    }
    value = json_pack("{s:s, s:o, s:[o]}", "messaging_product", "whatsapp", "metadata",
        metadata(sim), "statuses", status);
    if (!failed) {
        json_object_set_new(
            value, "contacts", json_pack("[o]", contact_of(request->phone)));
    }
    write_hook(sim, "messages", value, call);
}

static json_t *media_json(const char *type, const char *id, const char *caption)
{
    static const char *const mimes[][2] = {{"image", "image/jpeg"},
        {"video", "video/mp4"}, {"audio", "audio/ogg; codecs=opus"},
        {"sticker", "image/webp"}, {"document", "application/pdf"}};
    json_t *media = NULL;

    for (size_t i = 0; i < sizeof mimes / sizeof mimes[0]; i++) {
        if (strcmp(mimes[i][0], type) == 0) {
            media = json_pack("{s:s, s:s}", "id", id, "mime_type", mimes[i][1]);
        }
    }
    if (media != NULL && caption[0] != '\0' && strcmp(type, "audio") != 0 &&
        strcmp(type, "sticker") != 0) {
        json_object_set_new(media, "caption", json_string(caption));
    }
    return media;
}

/* A choice of a list or of buttons; one that is not told apart is what was offered. */
static json_t *choice_json(
    const struct sim *sim, const struct happening *words, const char *type)
{
    bool is_list = strcmp(type, "list_reply") == 0;
    const char *kind;

    if (strcmp(type, "interactive") == 0 && words->request > 0) {
        is_list = ledger_request_get(sim->ledger, words->request).is_list;
    }
    kind = is_list ? "list_reply" : "button_reply";
    return json_pack("{s:s, s:{s:s, s:s}}", "type", kind, kind, "id",
        words->choice == NULL ? words->words : words->choice, "title", words->words);
}

/* Sets the message's type and the object of that name. */
static void set_content(const struct sim *sim, json_t *message,
    const struct happening *words, const char *id)
{
    const char *type = words->type == NULL ? "text" : words->type;
    json_t *content = media_json(type, id, words->words);

    if (strcmp(type, "text") == 0) {
        content = json_pack("{s:s}", "body", words->words);
    } else if (strcmp(type, "button") == 0) {
        content = json_pack("{s:s, s:s}", "text", words->words, "payload",
            words->choice == NULL ? words->words : words->choice);
    } else if (strcmp(type, "interactive") == 0 || strcmp(type, "list_reply") == 0 ||
               strcmp(type, "button_reply") == 0) {
        content = choice_json(sim, words, type);
        type = "interactive";
    } else if (strcmp(type, "location") == 0) {
        content = json_pack("{s:f, s:f, s:s}", "latitude", -5.0, "longitude", 119.5,
            "name", words->words);
    } else if (strcmp(type, "reaction") == 0) {
        char about[SIM_ID_SIZE];

        wa_message_id(sim, words->request, about);
        content = json_pack("{s:s, s:s}", "message_id", about, "emoji", words->words);
    } else if (strcmp(type, "unsupported") == 0) {
        json_object_set_new(message, "errors", json_pack("[o]", error_json(131051)));
    } else if (content == NULL) {
        content = json_object();
    }
    json_object_set_new(message, "type", json_string(type));
    if (content != NULL) {
        json_object_set_new(message, type, content);
    }
}

void wa_hook_words(const struct sim *sim, const struct happening *words, const char *id,
    struct http_request *call)
{
    const char *phone = words->handset->phone;
    json_t *message = json_pack("{s:s}", "id", id), *contact = contact_of(phone);
    char about[SIM_ID_SIZE];

    json_object_set(message, "from_user_id", json_object_get(contact, "user_id"));
    if (phone[0] == '+') {
        json_object_set_new(message, "from", json_string_nocheck(phone + 1));
    }
    set_seconds(message, sim);
    set_content(sim, message, words, id);
    if (words->request > 0 && words->choice != NULL) {
        wa_message_id(sim, words->request, about);
        json_object_set_new(message, "context",
            json_pack(
                "{s:s, s:s}", "from", sim->profile->whatsapp.number, "id", about));
    }
    json_object_set_new(contact, "profile", json_pack("{s:s}", "name", "Sari"));
    write_hook(sim, "messages",
        json_pack("{s:s, s:o, s:[o], s:[o]}", "messaging_product", "whatsapp",
            "metadata", metadata(sim), "contacts", contact, "messages", message),
        call);
}

void wa_hook_preference(const struct sim *sim, const struct happening *preference,
    struct http_request *call)
{
    bool stop = strcmp(preference->words, "stop") == 0;
    json_t *one = contact_of(preference->handset->phone);

    json_object_set_new(one, "category", json_string("marketing_messages"));
    json_object_set_new(one, "value", json_string(preference->words));
    json_object_set_new(one, "detail",
        json_string(stop ? "User requested to stop marketing messages"
                         : "User requested to resume marketing messages"));
    json_object_set_new(one, "timestamp", json_integer(clock_now(&sim->clock) / 1000));
    write_hook(sim, "user_preferences",
        json_pack("{s:s, s:o, s:[o], s:[o]}", "messaging_product", "whatsapp",
            "metadata", metadata(sim), "contacts",
            contact_of(preference->handset->phone), "user_preferences", one),
        call);
}

void wa_hook_template(const struct sim *sim, const struct wa_template *template,
    struct http_request *call)
{
    static const char *const events[TEMPLATE_STATUSES] = {
        [TEMPLATE_APPROVED] = "APPROVED",
        [TEMPLATE_PAUSED] = "PAUSED",
        [TEMPLATE_REJECTED] = "REJECTED",
        [TEMPLATE_DISABLED] = "DISABLED",
        [TEMPLATE_PENDING] = "PENDING",
    };

    write_hook(sim, "message_template_status_update",
        json_pack("{s:s, s:s, s:s, s:s}", "event", events[template->status],
            "message_template_name", template->name, "message_template_language",
            template->language, "reason",
            template->status == TEMPLATE_REJECTED ? "INCORRECT_CATEGORY" : "NONE"),
        call);
}
