/*
 * whatsapp_build.c: a message as Meta wants it: text, template, buttons, list, media.
 *
 * Choices are shown as buttons or a list where they fit; where they do not, the text goes
 * alone, since it says how to answer anyway. Source: Meta's pages "Text", "Template",
 * "Interactive reply buttons", "Interactive lists" and "Media" messages.
 */
#include "adapters/whatsapp_build.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "adapters/whatsapp.h"

enum {
    TEXT_MAX = 4096,
    BODY_MAX = 1024, /* of buttons and lists, and a caption */
    BUTTONS_MAX = 3,
    BUTTON_TITLE_MAX = 20,
    BUTTON_ID_MAX = 256,
    ROWS_MAX = 10,
    ROW_TITLE_MAX = 24,
    ROW_ID_MAX = 200,
};

size_t whatsapp_units(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        n += (byte & 0xC0) != 0x80;
        n += byte >= 0xF0; /* a pair */
    }
    return n;
}

/* Each part is owned by the one it is put into; a NULL one (no UTF-8) makes its mark in
 * broken, so that one check at the end does. */
static void put(json_t *object, const char *key, json_t *value, bool *broken)
{
    *broken |= json_object_set_new(object, key, value) != 0;
}

static void add(json_t *list, json_t *value, bool *broken)
{
    *broken |= json_array_append_new(list, value) != 0;
}

static json_t *one_of(json_t *value, bool *broken)
{
    json_t *list = json_array();

    add(list, value, broken);
    return list;
}

/* Meta refuses a parameter with a line's end, a tab or four blanks in a row. */
static json_t *parameter_text(const char *text)
{
    struct buf line;
    json_t *value;

    buf_init(&line, TEXT_MAX * 4);
    for (const char *at = text; *at != '\0'; at++) {
        bool blank = strchr(" \t\r\n", *at) != NULL;
        bool again = blank && line.length > 0 && line.data[line.length - 1] == ' ';

        if (!again) {
            buf_add_char(&line, blank ? ' ' : *at);
        }
    }
    value = line.overflowed ? NULL : json_string(buf_text(&line));
    buf_fini(&line);
    return value;
}

static const char *media_kind(const char *type)
{
    if (strcasecmp(type, "image/webp") == 0) {
        return "sticker";
    }
    if (strncasecmp(type, "image/", 6) == 0) {
        return "image";
    }
    if (strncasecmp(type, "video/", 6) == 0) {
        return "video";
    }
    return strncasecmp(type, "audio/", 6) == 0 ? "audio" : "document";
}

/* The kind of a header's medium, whose type nobody tells: by its name's end. */
static const char *header_kind(const char *url)
{
    static const char *const videos[] = {".mp4", ".3gp"};
    static const char *const images[] = {".jpg", ".jpeg", ".png"};
    size_t length = strcspn(url, "?#");

    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(videos[i]);

        if (length > n && strncasecmp(url + length - n, videos[i], n) == 0) {
            return "video";
        }
    }
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(images[i]);

        if (length > n && strncasecmp(url + length - n, images[i], n) == 0) {
            return "image";
        }
    }
    return "document";
}

/* What stands behind the last slash of the URL's path. */
static json_t *filename_of(const char *url)
{
    size_t length = strcspn(url, "?#"), from = length;

    while (from > 0 && url[from - 1] != '/') {
        from--;
    }
    return from < length ? json_stringn(url + from, length - from)
                         : json_string("dokumen");
}

static json_t *medium(const char *kind, const char *url, bool *broken)
{
    json_t *object = json_object();

    put(object, "link", json_string(url), broken);
    if (strcmp(kind, "document") == 0) {
        put(object, "filename", filename_of(url), broken);
    }
    return object;
}

/* {"type": kind, kind: value}: how Meta writes most things. */
static json_t *typed(const char *kind, json_t *value, bool *broken)
{
    json_t *object = json_object();

    put(object, "type", json_string(kind), broken);
    put(object, kind, value, broken);
    return object;
}

static void add_body(
    json_t *components, const struct adapter_template *template, bool *broken)
{
    json_t *body = json_object(), *list = json_array();

    for (size_t i = 0; i < template->parameters_n; i++) {
        json_t *parameter =
            typed("text", parameter_text(template->parameters[i]), broken);

        if (template->parameter_names != NULL) {
            put(parameter, "parameter_name", json_string(template->parameter_names[i]),
                broken);
        }
        add(list, parameter, broken);
    }
    put(body, "type", json_string("body"), broken);
    put(body, "parameters", list, broken);
    add(components, body, broken);
}

static void add_button(
    json_t *components, size_t index, const char *payload, bool *broken)
{
    json_t *button = json_object();

    put(button, "type", json_string("button"), broken);
    put(button, "sub_type", json_string("quick_reply"), broken);
    put(button, "index", json_sprintf("%zu", index), broken);
    put(button, "parameters",
        one_of(typed("payload", json_string(payload), broken), broken), broken);
    add(components, button, broken);
}

static json_t *build_template(const struct adapter_message *message, bool *broken)
{
    const struct adapter_template *template = message->template;
    json_t *object = json_object(), *components = json_array(), *header;

    if (template->header_media_url != NULL) {
        const char *url = template->header_media_url;
        const char *kind = message->media_type != NULL ? media_kind(message->media_type)
                                                       : header_kind(url);

        header = json_object();
        put(header, "type", json_string("header"), broken);
        put(header, "parameters",
            one_of(typed(kind, medium(kind, url, broken), broken), broken), broken);
        add(components, header, broken);
    }
    if (template->parameters_n > 0) {
        add_body(components, template, broken);
    }
    for (size_t i = 0; i < template->buttons_n; i++) {
        if (template->button_payloads[i] != NULL) {
            add_button(components, i, template->button_payloads[i], broken);
        }
    }
    put(object, "name", json_string(template->name), broken);
    put(object, "language", json_pack("{s:s}", "code", template->language), broken);
    if (json_array_size(components) > 0) {
        put(object, "components", json_incref(components), broken);
    }
    json_decref(components);
    return object;
}

/* Meta refuses titles and ids that are empty, too long or there twice. */
static bool choices_fit(
    const struct adapter_message *message, size_t title_max, size_t id_max)
{
    for (size_t i = 0; i < message->choices_n; i++) {
        const struct adapter_choice *choice = &message->choices[i];

        if (choice->title[0] == '\0' || choice->id[0] == '\0' ||
            whatsapp_units(choice->title) > title_max ||
            whatsapp_units(choice->id) > id_max) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(choice->title, message->choices[k].title) == 0 ||
                strcmp(choice->id, message->choices[k].id) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* A picture, film or document may stand over buttons, nothing over a list. */
static bool is_buttons(const struct adapter_message *message)
{
    if (message->media_url != NULL) {
        const char *kind = media_kind(message->media_type);

        if (strcmp(kind, "audio") == 0 || strcmp(kind, "sticker") == 0) {
            return false;
        }
    }
    return message->choices_n >= 1 && message->choices_n <= BUTTONS_MAX &&
           whatsapp_units(message->text) <= BODY_MAX &&
           choices_fit(message, BUTTON_TITLE_MAX, BUTTON_ID_MAX);
}

static bool is_list(const struct adapter_message *message)
{
    return message->choices_n > BUTTONS_MAX && message->choices_n <= ROWS_MAX &&
           message->media_url == NULL && whatsapp_units(message->text) <= BODY_MAX &&
           choices_fit(message, ROW_TITLE_MAX, ROW_ID_MAX);
}

static json_t *choice_row(const struct adapter_choice *choice, bool *broken)
{
    json_t *row = json_object();

    put(row, "id", json_string(choice->id), broken);
    put(row, "title", json_string(choice->title), broken);
    return row;
}

static json_t *build_buttons(const struct adapter_message *message, bool *broken)
{
    json_t *object = json_object(), *buttons = json_array();

    put(object, "type", json_string("button"), broken);
    if (message->media_url != NULL) {
        const char *kind = media_kind(message->media_type);
        json_t *header = medium(kind, message->media_url, broken);

        put(object, "header", typed(kind, header, broken), broken);
    }
    put(object, "body", json_pack("{s:s}", "text", message->text), broken);
    for (size_t i = 0; i < message->choices_n; i++) {
        add(buttons, typed("reply", choice_row(&message->choices[i], broken), broken),
            broken);
    }
    put(object, "action", json_pack("{s:o}", "buttons", buttons), broken);
    return object;
}

static json_t *build_list(
    const struct adapter_message *message, const char *label, bool *broken)
{
    json_t *object = json_object(), *action = json_object(), *rows = json_array();

    for (size_t i = 0; i < message->choices_n; i++) {
        add(rows, choice_row(&message->choices[i], broken), broken);
    }
    put(action, "button", json_string(label), broken);
    put(action, "sections", one_of(json_pack("{s:o}", "rows", rows), broken), broken);
    put(object, "type", json_string("list"), broken);
    put(object, "body", json_pack("{s:s}", "text", message->text), broken);
    put(object, "action", action, broken);
    return object;
}

static json_t *build_text(const struct adapter_message *message, bool *broken)
{
    bool link = strcasestr(message->text, "http://") != NULL ||
                strcasestr(message->text, "https://") != NULL;
    json_t *object = json_object();

    put(object, "body", json_string(message->text), broken);
    put(object, "preview_url", json_boolean(link), broken);
    return object;
}

static json_t *build_medium(
    const struct adapter_message *message, const char *kind, bool *broken)
{
    json_t *object = medium(kind, message->media_url, broken);

    if (message->text != NULL && message->text[0] != '\0') {
        put(object, "caption", json_string(message->text), broken);
    }
    return object;
}

/* The message's own part: its type, and the object named as that. */
static void put_content(json_t *object, const struct whatsapp_config *config,
    const struct adapter_message *message, bool *broken)
{
    const char *type = "text";
    json_t *content;

    if (message->template != NULL) {
        type = "template";
        content = build_template(message, broken);
    } else if (message->text != NULL && is_buttons(message)) {
        type = "interactive";
        content = build_buttons(message, broken);
    } else if (message->text != NULL && is_list(message)) {
        type = "interactive";
        content = build_list(message, config->list_label, broken);
    } else if (message->media_url != NULL) {
        type = media_kind(message->media_type);
        content = build_medium(message, type, broken);
    } else {
        content = build_text(message, broken);
    }
    put(object, "type", json_string(type), broken);
    put(object, type, content, broken);
}

static int refuse_recipient(const struct adapter_recipient *recipient, struct err *err)
{
    const char *digits = recipient->value + strspn(recipient->value, "+");

    switch (recipient->kind) {
    case ADDRESS_PHONE:
    case ADDRESS_WHATSAPP_ID:
        if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits)) {
            return err_set(err, ERR_REFUSED,
                "WhatsApp sends to a number of digits with its country code");
        }
        break;
    case ADDRESS_BUSINESS_USER_ID:
        if (recipient->value[0] == '\0') {
            return err_set(err, ERR_REFUSED, "the person's WhatsApp id is empty");
        }
        break;
    default:
        return err_set(
            err, ERR_REFUSED, "WhatsApp sends to phone numbers and WhatsApp ids only");
    }
    if (!adapter_is_reference(recipient->reference)) {
        return err_set(err, ERR_REFUSED,
            "a message's reference must be 1 to 64 of A-Z a-z 0-9 _ -");
    }
    return 0;
}

static int refuse_template(const struct adapter_template *template, struct err *err)
{
    if (template->name == NULL || template->name[0] == '\0' ||
        template->language == NULL || template->language[0] == '\0') {
        return err_set(
            err, ERR_REFUSED, "a WhatsApp template needs its name and its language");
    }
    for (size_t i = 0; i < template->parameters_n; i++) {
        const char *text = template->parameters[i];

        if (strspn(text, " \t\r\n") == strlen(text)) {
            return err_set(err, ERR_REFUSED,
                "parameter %zu of the template %.60s is empty, which WhatsApp refuses",
                i + 1, template->name);
        }
    }
    return 0;
}

static int refuse_media(const struct adapter_message *message, struct err *err)
{
    const char *kind;

    if (message->media_type == NULL) {
        return err_set(err, ERR_REFUSED, "a file needs its type: image/jpeg");
    }
    kind = media_kind(message->media_type);
    if (strncmp(message->media_url, "http://", 7) != 0 &&
        strncmp(message->media_url, "https://", 8) != 0) {
        return err_set(
            err, ERR_REFUSED, "WhatsApp fetches a file by its web address: https://…");
    }
    if (message->text == NULL || message->text[0] == '\0') {
        return 0;
    }
    if (strcmp(kind, "audio") == 0 || strcmp(kind, "sticker") == 0) {
        return err_set(err, ERR_REFUSED,
            "on WhatsApp no text can stand under a voice message or a sticker: send it "
            "as a message of its own");
    }
    if (whatsapp_units(message->text) > BODY_MAX) {
        return err_set(err, ERR_REFUSED,
            "on WhatsApp at most %d characters can stand under a file: shorten the "
            "text, or send it as a message of its own",
            BODY_MAX);
    }
    return 0;
}

static int refuse_message(const struct adapter_message *message, struct err *err)
{
    if (refuse_recipient(&message->recipients[0], err) != 0) {
        return -1;
    }
    if (message->template != NULL) {
        return refuse_template(message->template, err);
    }
    if (message->media_url != NULL) {
        return refuse_media(message, err);
    }
    if (message->text == NULL || message->text[0] == '\0') {
        return err_set(
            err, ERR_REFUSED, "a WhatsApp message needs a text, a file or a template");
    }
    if (whatsapp_units(message->text) > TEXT_MAX) {
        return err_set(err, ERR_REFUSED,
            "WhatsApp takes at most %d characters: shorten the text", TEXT_MAX);
    }
    return 0;
}

static json_t *build_object(const struct whatsapp_config *config,
    const struct adapter_message *message, bool *broken)
{
    const struct adapter_recipient *recipient = &message->recipients[0];
    bool hidden = recipient->kind == ADDRESS_BUSINESS_USER_ID;
    const char *id = recipient->value;
    json_t *object = json_object();

    put(object, "messaging_product", json_string("whatsapp"), broken);
    put(object, "recipient_type", json_string("individual"), broken);
    put(object, hidden ? "recipient" : "to",
        json_string(hidden ? id : id + strspn(id, "+")), broken);
    put_content(object, config, message, broken);
    put(object, "biz_opaque_callback_data", json_string(recipient->reference), broken);
    return object;
}

int whatsapp_build(const void *own, const char *base_url,
    const struct adapter_message *message, struct http_request *request,
    struct err *err)
{
    const struct whatsapp_config *config = own;
    bool broken = false;
    struct buf bearer;
    json_t *object;
    char *text;

    if (refuse_message(message, err) != 0) {
        return -1;
    }
    request->method = HTTP_POST;
    object = build_object(config, message, &broken);
    text = broken ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (text == NULL) {
        return err_set(err, ERR_REFUSED, "the text is no valid UTF-8");
    }
    buf_init(&bearer, HTTP_URL_BYTES_MAX);
    broken |= buf_add_format(&bearer, "Bearer %s", config->token) != 0;
    broken |= buf_add_format(&request->url, "%s/%s/%s/messages", base_url,
                  config->version, config->phone_number_id) != 0;
    broken |= buf_add_text(&request->body, text) != 0;
    broken |= http_request_header(request, "Authorization", buf_text(&bearer)) != 0;
    broken |= http_request_header(request, "Content-Type", "application/json") != 0;
    buf_fini(&bearer);
    free(text);
    return broken ? err_set(err, ERR_REFUSED, "the message is too long for one request")
                  : 0;
}
