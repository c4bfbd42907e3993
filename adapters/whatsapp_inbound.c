/*
 * whatsapp_inbound.c: what people write, in every type that WhatsApp has.
 *
 * A type that nobody knows keeps its word and has no text: a human sees that something
 * came. A person's profile name is not taken over. Source: Meta's page "Messages webhook".
 */
#include "adapters/whatsapp_inbound.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "adapters/whatsapp_error.h"
#include "adapters/whatsapp_json.h"

const char *whatsapp_who(
    struct adapter_events *events, const char *id, enum address_kind *kind)
{
    char number[24];

    /* A wa_id is a number with its country code and without the plus. */
    if (*id != '\0' && strlen(id) < sizeof number - 1 &&
        strspn(id, "0123456789") == strlen(id)) {
        *kind = ADDRESS_PHONE;
        snprintf(number, sizeof number, "+%s", id);
        return events_copy(events, number);
    }
    *kind = ADDRESS_BUSINESS_USER_ID;
    return events_copy(events, id);
}

/* The business-scoped id of the contact who has this wa_id, or of the only one. */
static const char *user_id_of(const json_t *value, const char *from)
{
    const json_t *contacts = json_object_get(value, "contacts"), *contact;
    size_t i;

    json_array_foreach((json_t *)contacts, i, contact)
    {
        const char *wa_id = whatsapp_text(contact, "wa_id");

        if (strcmp(wa_id, from) == 0 ||
            (wa_id[0] == '\0' && json_array_size(contacts) == 1)) {
            return whatsapp_text(contact, "user_id");
        }
    }
    return "";
}

/* Fills in who wrote. Returns 0, or -1 when nothing says it. */
static int read_sender(const json_t *value, const json_t *message,
    struct adapter_events *events, struct adapter_event *event)
{
    const char *from = whatsapp_text(message, "from");
    const char *user_id = whatsapp_text(message, "from_user_id");

    if (user_id[0] == '\0') {
        user_id = user_id_of(value, from);
    }
    if (from[0] == '\0') {
        from = user_id;
    }
    if (from[0] == '\0') {
        return -1;
    }
    event->from = whatsapp_who(events, from, &event->from_kind);
    if (strcmp(user_id, from) != 0) {
        event->user_id = events_copy(events, user_id);
    }
    return 0;
}

static void read_interactive(const json_t *interactive, struct adapter_events *events,
    struct adapter_event *event)
{
    const char *type = whatsapp_text(interactive, "type");
    const json_t *reply = json_object_get(interactive, type);

    if (strcmp(type, "button_reply") == 0 || strcmp(type, "list_reply") == 0) {
        event->type = type[0] == 'b' ? "button" : "list";
        event->text = whatsapp_copy(events, reply, "title");
        event->choice_id = whatsapp_copy(events, reply, "id");
        return;
    }
    if (type[0] != '\0') {
        event->type = whatsapp_copy_word(events, type);
    }
    if (strcmp(type, "nfm_reply") == 0) {
        const char *given = whatsapp_text(reply, "response_json");

        event->text =
            whatsapp_copy(events, reply, given[0] != '\0' ? "response_json" : "body");
    }
}

/* Where somebody is may be what she needs help with: "-5.01, 119.57 name, address". */
static const char *read_location(const json_t *location, struct adapter_events *events)
{
    const char *name = whatsapp_text(location, "name");
    const char *address = whatsapp_text(location, "address");
    const json_t *latitude = json_object_get(location, "latitude");
    const json_t *longitude = json_object_get(location, "longitude");
    const char *copy;
    struct buf text;

    buf_init(&text, HTTP_BODY_BYTES_MAX);
    if (json_is_number(latitude) && json_is_number(longitude)) {
        buf_add_format(&text, "%.6f, %.6f", json_number_value(latitude),
            json_number_value(longitude));
    }
    buf_add_format(&text, "%s%s", text.length > 0 && name[0] != '\0' ? " " : "", name);
    buf_add_format(
        &text, "%s%s", text.length > 0 && address[0] != '\0' ? ", " : "", address);
    copy = events_copy(events, buf_text(&text));
    buf_fini(&text);
    return copy;
}

/* An edit names the message it changes and holds a message of its own. */
static void read_edit(
    const json_t *edit, struct adapter_events *events, struct adapter_event *event)
{
    const json_t *inner = json_object_get(edit, "message");

    event->in_reply_to = whatsapp_copy(events, edit, "original_message_id");
    event->text = whatsapp_copy(events, json_object_get(inner, "text"), "body");
}

/* The types whose text is one string of the object named as the type. */
static const struct plain {
    const char *type, *key;
} plains[] = {
    {"text", "body"},
    {"image", "caption"},
    {"video", "caption"},
    {"document", "caption"},
    {"audio", "caption"},
    {"voice", "caption"},
    {"sticker", "caption"},
    {"order", "text"},
    {"system", "body"},
    {"reaction", "emoji"},
};

static void read_content(
    const json_t *message, struct adapter_events *events, struct adapter_event *event)
{
    const char *type = whatsapp_text(message, "type");
    const json_t *content = json_object_get(message, type);
    const char *about = "";

    event->type = type[0] != '\0' ? whatsapp_copy_word(events, type) : "unknown";
    if (strcmp(type, "interactive") == 0) {
        read_interactive(content, events, event);
    } else if (strcmp(type, "button") == 0) {
        event->text = whatsapp_copy(events, content, "text");
        event->choice_id = whatsapp_copy(events, content, "payload");
    } else if (strcmp(type, "location") == 0) {
        event->text = read_location(content, events);
    } else if (strcmp(type, "edit") == 0) {
        read_edit(content, events, event);
    }
    for (size_t i = 0; i < sizeof plains / sizeof plains[0]; i++) {
        if (strcmp(type, plains[i].type) == 0) {
            event->text = whatsapp_copy(events, content, plains[i].key);
        }
    }
    if (strcmp(type, "reaction") == 0) {
        about = "message_id";
    } else if (strcmp(type, "revoke") == 0) {
        about = "original_message_id";
    }
    if (about[0] != '\0') {
        event->in_reply_to = whatsapp_copy(events, content, about);
    }
}

static int read_message(const json_t *value, const json_t *message, bool unaddressed,
    struct adapter_events *events)
{
    bool group = json_object_get(message, "group_id") != NULL;
    const json_t *context = json_object_get(message, "context");
    const json_t *metadata = json_object_get(value, "metadata");
    struct adapter_event *event = events_add(events, EVENT_INBOUND);
    struct whatsapp_error error;
    enum address_kind kind;

    if (event == NULL) {
        return -1;
    }
    event->unaddressed = unaddressed;
    event->gateway_id = whatsapp_copy(events, message, "id");
    event->at_ms = whatsapp_time(json_object_get(message, "timestamp"));
    /* What is said in a group is said to others, and what nobody says needs no answer. */
    if (group || read_sender(value, message, events, event) != 0) {
        event->kind = EVENT_OTHER;
        event->type = group ? "group_message" : "message_of_nobody";
        return 0;
    }
    event->to =
        whatsapp_who(events, whatsapp_text(metadata, "display_phone_number"), &kind);
    event->in_reply_to = whatsapp_copy(events, context, "id");
    read_content(message, events, event);
    whatsapp_error_read(json_array_get(json_object_get(message, "errors"), 0), &error);
    event->code = events_copy(events, error.code_text);
    return 0;
}

int whatsapp_read_messages(
    const json_t *value, bool unaddressed, struct adapter_events *events)
{
    const json_t *messages = json_object_get(value, "messages"), *message;
    size_t i;

    json_array_foreach((json_t *)messages, i, message)
    {
        if (json_is_object(message) &&
            read_message(value, message, unaddressed, events) != 0) {
            return -1;
        }
    }
    return 0;
}
