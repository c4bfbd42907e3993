/*
 * whatsapp.c: what a request to /messages says. Content that Meta would refuse is
 * remembered with its code; the first fault counts.
 */
#include "sim/whatsapp.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "sim/sim_internal.h"

enum { TEXT_BYTES_MAX = 32768 };

/* What strings of a request lie in. Owned by the request. */
struct wa_own {
    json_t *root;
    struct buf text;
    char phone[SIM_ID_SIZE];
    int code; /* what is wrong with the content; 0: nothing */
};

static const char *string_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void complain(struct wa_own *own, int code)
{
    if (own->code == 0) {
        own->code = code;
    }
}

static size_t characters(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        n += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return n;
}

void wa_user_id(const char *phone, char id[SIM_ID_SIZE])
{
    size_t n = strlen(phone), used;

    if (phone[0] != '+' || n > SIM_ID_SIZE - 8) {
        snprintf(id, SIM_ID_SIZE, "%s", phone);
        return;
    }
    used = (size_t)snprintf(id, SIM_ID_SIZE, "ID.9");
    while (n > 1) {
        id[used++] = phone[--n];
    }
    id[used] = '\0';
}

int wa_handset_name(const char *recipient, char phone[SIM_ID_SIZE])
{
    const char *digits = recipient[0] == '+' ? recipient + 1 : recipient;
    size_t n = strlen(digits), used = 0;

    if (n == 0 || n > SIM_ID_SIZE - 8) {
        return -1;
    }
    if (strspn(digits, "0123456789") == n) {
        snprintf(phone, SIM_ID_SIZE, "+%s", digits);
        return 0;
    }
    if (n < 4 || !isupper((unsigned char)digits[0]) ||
        !isupper((unsigned char)digits[1]) || digits[2] != '.' ||
        strspn(digits + 3, "0123456789") != n - 3) {
        return -1;
    }
    if (digits[3] != '9') {
        snprintf(phone, SIM_ID_SIZE, "%s", digits);
        return 0;
    }
    phone[used++] = '+';
    while (n > 4) {
        phone[used++] = digits[--n];
    }
    phone[used] = '\0';
    return 0;
}

void wa_message_id(const struct sim *sim, size_t row, char id[SIM_ID_SIZE])
{
    snprintf(id, SIM_ID_SIZE, "wamid.HBg%s%08zu", sim->id_prefix, row);
}

static void add_choice(struct sim_request *request, const json_t *object, size_t most)
{
    const char *id = string_of(object, "id"), *title = string_of(object, "title");

    if (id == NULL || title == NULL || id[0] == '\0' || title[0] == '\0' ||
        strlen(id) > 256 || characters(title) > most ||
        request->choices_n == SIM_CHOICES_MAX) {
        complain(request->own, 131009);
        return;
    }
    request->choices[request->choices_n++] = (struct sim_choice){id, title};
}

static void read_list(struct sim_request *request, const json_t *action)
{
    const json_t *sections = json_object_get(action, "sections"), *section, *row;
    size_t i, k;

    request->is_list = true;
    if (string_of(action, "button") == NULL ||
        characters(string_of(action, "button")) > WA_TITLE_MAX) {
        complain(request->own, 131009);
    }
    json_array_foreach(sections, i, section)
    {
        if (json_array_size(sections) > 1 && string_of(section, "title") == NULL) {
            complain(request->own, 131009);
        }
        json_array_foreach(json_object_get(section, "rows"), k, row)
        {
            add_choice(request, row, WA_ROW_TITLE_MAX);
        }
    }
}

static void read_interactive(struct sim_request *request, const json_t *interactive)
{
    struct wa_own *own = request->own;
    const json_t *action = json_object_get(interactive, "action"), *button;
    const char *type = string_of(interactive, "type");
    const char *body = string_of(json_object_get(interactive, "body"), "text");
    size_t i;

    request->form = "interactive";
    if (type == NULL || body == NULL || body[0] == '\0' || !json_is_object(action)) {
        complain(own, 100);
        return;
    }
    buf_add_text(&own->text, body);
    if (strcmp(type, "list") == 0) {
        read_list(request, action);
    } else if (strcmp(type, "button") == 0) {
        json_array_foreach(json_object_get(action, "buttons"), i, button)
        {
            add_choice(request, json_object_get(button, "reply"), WA_TITLE_MAX);
        }
        if (request->choices_n > 3 || characters(body) > 1024) {
            complain(own, 131009);
        }
    } else {
        return;
    }
    if (request->choices_n == 0) {
        complain(own, 131009);
    }
}

static const char *value_of(const json_t *parameter)
{
    const char *text = string_of(parameter, "text");
    const json_t *media = json_object_get(parameter, "image");

    return text != NULL ? text : media != NULL ? "[image]" : "[media]";
}

/* Adds the template's own body with its {{1}} filled. */
static void fill_body(
    struct buf *out, const char *body, const char *const *values, size_t n)
{
    while (*body != '\0') {
        char *end;
        unsigned long number;

        if (strncmp(body, "{{", 2) == 0) {
            number = strtoul(body + 2, &end, 10);
            if (end > body + 2 && strncmp(end, "}}", 2) == 0) {
                buf_add_text(out, number >= 1 && number <= n ? values[number - 1] : "");
                body = end + 2;
                continue;
            }
        }
        buf_add_char(out, *body++);
    }
}

static void add_quick_reply(struct sim_request *request, const json_t *component,
    const struct wa_template *template)
{
    const char *index = string_of(component, "index");
    const char *payload = string_of(
        json_array_get(json_object_get(component, "parameters"), 0), "payload");
    size_t at = index == NULL ? SIM_CHOICES_MAX : (size_t)strtoul(index, NULL, 10);

    if (payload == NULL || at >= SIM_CHOICES_MAX) {
        complain(request->own, 131009);
        return;
    }
    while (request->choices_n <= at) {
        request->choices[request->choices_n++] = (struct sim_choice){"", ""};
    }
    request->choices[at] = (struct sim_choice){payload,
        template != NULL && at < template->buttons.n ? template->buttons.items[at]
                                                     : payload};
}

static void read_components(struct sim_request *request, const json_t *components,
    const struct wa_template *template)
{
    enum { VALUES_MAX = 100 };
    struct wa_own *own = request->own;
    const char *values[VALUES_MAX];
    const json_t *component, *parameter;
    size_t i, k;

    json_array_foreach(components, i, component)
    {
        const char *type = string_of(component, "type");
        const char *kind = string_of(component, "sub_type");

        if (type == NULL) {
            complain(own, 100);
        } else if (strcmp(type, "button") == 0 && kind != NULL &&
                   strcmp(kind, "quick_reply") == 0) {
            add_quick_reply(request, component, template);
        } else if (strcmp(type, "body") == 0) {
            json_array_foreach(json_object_get(component, "parameters"), k, parameter)
            {
                if (request->values < VALUES_MAX) {
                    values[request->values++] = value_of(parameter);
                }
            }
        }
    }
    if (template != NULL && template->body != NULL) {
        fill_body(&own->text, template->body, values, request->values);
        return;
    }
    buf_add_text(&own->text, request->template);
    for (i = 0; i < request->values; i++) {
        buf_add_text(&own->text, i == 0 ? ": " : " | ");
        buf_add_text(&own->text, values[i]);
    }
}

static void read_template(struct sim_request *request, const json_t *object,
    const struct wa_templates *templates)
{
    const struct wa_template *template;

    request->form = "template";
    request->template = string_of(object, "name");
    request->language = string_of(json_object_get(object, "language"), "code");
    if (request->template == NULL || request->language == NULL) {
        complain(request->own, 100);
        request->template = request->template == NULL ? "" : request->template;
        return;
    }
    template = wa_templates_find(templates, request->template, request->language);
    request->category =
        template_category_name(template == NULL ? 0 : template->category);
    if (template != NULL) {
        for (size_t i = 0; i < template->buttons.n && i < SIM_CHOICES_MAX; i++) {
            request->choices[request->choices_n++] = (struct sim_choice){
                template->buttons.items[i], template->buttons.items[i]};
        }
    }
    read_components(request, json_object_get(object, "components"), template);
}

static void read_media(
    struct sim_request *request, const char *type, const json_t *object)
{
    struct wa_own *own = request->own;
    const char *link = string_of(object, "link"), *id = string_of(object, "id");
    const char *caption = string_of(object, "caption");

    request->form = "media";
    if ((link == NULL) == (id == NULL)) {
        complain(own, 131009);
    }
    if (caption != NULL && (characters(caption) > 1024 || strcmp(type, "audio") == 0 ||
                               strcmp(type, "sticker") == 0)) {
        complain(own, 100);
    }
    if (caption != NULL) {
        buf_add_text(&own->text, caption);
    } else {
        buf_add_format(&own->text, "[%s] %s", type, link != NULL ? link : "");
    }
}

static void read_content(struct sim_request *request, const json_t *root,
    const struct wa_templates *templates)
{
    static const char *const media[] = {
        "image", "video", "document", "audio", "sticker", NULL};
    struct wa_own *own = request->own;
    const char *type = string_of(root, "type");
    const json_t *object = json_object_get(root, type == NULL ? "text" : type);

    type = type == NULL ? "text" : type;
    if (!json_is_object(object)) {
        complain(own, 100);
    } else if (strcmp(type, "text") == 0) {
        const char *body = string_of(object, "body");

        if (body == NULL || body[0] == '\0' ||
            characters(body) > WA_TEXT_CHARACTERS_MAX) {
            complain(own, 100);
        } else {
            buf_add_text(&own->text, body);
        }
    } else if (strcmp(type, "template") == 0) {
        read_template(request, object, templates);
    } else if (strcmp(type, "interactive") == 0) {
        read_interactive(request, object);
    } else {
        for (int i = 0; media[i] != NULL; i++) {
            if (strcmp(media[i], type) == 0) {
                read_media(request, type, object);
                return;
            }
        }
        complain(own, 131051);
    }
}

static void read_recipient(struct sim_request *request, const json_t *root)
{
    struct wa_own *own = request->own;
    const char *to = string_of(root, "to");

    to = to != NULL ? to : string_of(root, "recipient");
    request->phone = "";
    request->recipient = to == NULL ? "" : to;
    if (to == NULL || to[0] == '\0') {
        complain(own, 131008);
    } else if (wa_handset_name(to, own->phone) != 0) {
        complain(own, 131009);
    } else {
        request->phone = own->phone;
    }
}

struct refusal wa_read(struct sim_request *request, const char *body, size_t length,
    const struct wa_templates *templates)
{
    struct wa_own *own = mem_zero(1, sizeof *own);
    const char *product, *status;

    request->own = own;
    buf_init(&own->text, TEXT_BYTES_MAX);
    own->root = json_loadb(body, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(own->root)) {
        return (struct refusal){400, 100, NULL};
    }
    product = string_of(own->root, "messaging_product");
    if (product == NULL || strcmp(product, "whatsapp") != 0) {
        complain(own, 100);
    }
    status = string_of(own->root, "status");
    if (status != NULL && strcmp(status, "read") == 0) {
        request->aside = "{\"success\":true}";
        return (struct refusal){0};
    }
    request->ref = string_of(own->root, "biz_opaque_callback_data");
    request->ref = request->ref == NULL ? "" : request->ref;
    request->form = "text";
    read_recipient(request, own->root);
    read_content(request, own->root, templates);
    request->text = buf_text(&own->text);
    return (struct refusal){0};
}

void wa_fini(struct sim_request *request)
{
    struct wa_own *own = request->own;

    if (own != NULL) {
        json_decref(own->root);
        buf_fini(&own->text);
        free(own);
    }
}

struct refusal wa_content_refusal(const struct sim_request *request)
{
    const struct wa_own *own = request->own;

    return own->code == 0 ? (struct refusal){0}
                          : (struct refusal){400, own->code, NULL};
}
