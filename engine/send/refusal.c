/*
 * refusal.c: what a gateway's refusal of one message says of all that come after it: that
 * it does not reach an address (for now), that a session window is closed, that it does
 * not take a template. Only gateways with a session window say such things.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "send/internal.h"
#include "send/route.h"
#include "store/address_gateway.h"

/* The gateway's code as a word for people. */
static const char *template_word(const char *code)
{
    static const struct {
        const char *code, *word;
    } words[] = {
        {"132015", "paused"},
        {"paused", "paused"},
        {"132016", "disabled"},
        {"132001", "missing"},
        {"134102", "missing"},
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].code, code) == 0) {
            return words[i].word;
        }
    }
    return "mismatch";
}

bool refusal_is_mismatch(const char *code)
{
    return isdigit((unsigned char)code[0]) &&
           strcmp(template_word(code), "mismatch") == 0;
}

static void note_template(
    struct send *send, const struct message *message, const char *code, int64_t now)
{
    struct template_refused refused = {.since = now};
    struct message_form form;
    char *form_json, *text = message_text(send->with.db, message->text_id, &form_json);

    message_form_read(form_json, &form);
    if (form.template_name != NULL) {
        snprintf(refused.word, sizeof refused.word, "%s", template_word(code));
        snprintf(refused.code, sizeof refused.code, "%s", code);
        template_refused_set(send->with.db, message->gateway, form.template_name,
            form.template_language == NULL ? "" : form.template_language, &refused);
        log_event(LOG_WARN, "template_refused",
            "gateway=%s template=%s language=%s word=%s code=%s", message->gateway,
            form.template_name,
            form.template_language == NULL ? "" : form.template_language, refused.word,
            code);
    }
    message_form_fini(&form);
    free(form_json);
    free(text);
}

void refusal_note(struct send *send, const struct message *message,
    enum failure_class class, const char *code, int64_t closed_ms)
{
    const struct gateway *gateway = send_gateway(send, message->gateway);
    struct db *db = send->with.db;
    int64_t now = send_now(send);

    if (gateway == NULL || gateway->adapter->session_window_ms == 0) {
        return;
    }
    switch (class) {
    case FAILURE_INVALID_NUMBER:
        address_gateway_close(db, message->address_id, message->gateway,
            CLOSED_FOR_EVER, failure_class_name(class));
        break;
    case FAILURE_RECIPIENT_CAP:
        address_gateway_close(db, message->address_id, message->gateway,
            now + closed_ms, failure_class_name(class));
        break;
    case FAILURE_WINDOW_CLOSED:
        address_gateway_window_over(db, message->address_id, message->gateway);
        break;
    case FAILURE_TEMPLATE:
        note_template(send, message, code, now);
        break;
    default:
        break;
    }
}

void refusal_over(
    struct send *send, const char *gateway, const char *name, const char *language)
{
    struct db *db = send->with.db;
    struct template_refused refused;

    language = language == NULL ? "" : language;
    if (template_refused_find(db, gateway, name, language, &refused) &&
        send_now(send) >= refused.since + ROUTE_TEMPLATE_AGAIN_MS) {
        template_refused_clear(db, gateway, name, language);
        log_event(LOG_INFO, "template_taken", "gateway=%s template=%s language=%s",
            gateway, name, language);
    }
}

/* Meta's events; what is not here (a warning, an appeal) changes nothing. */
static const struct {
    const char *event, *word;
} STATUSES[] = {
    {"APPROVED", NULL},
    {"REINSTATED", NULL},
    {"PAUSED", "paused"},
    {"DISABLED", "disabled"},
    {"REJECTED", "rejected"},
    {"PENDING_DELETION", "missing"},
    {"DELETED", "missing"},
};

void send_template_status(
    struct db *db, const char *gateway, const struct adapter_event *event, int64_t now)
{
    struct template_refused refused = {.since = now};

    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
        if (strcasecmp(STATUSES[i].event, event->code) != 0) {
            continue;
        }
        log_event(STATUSES[i].word == NULL ? LOG_INFO : LOG_WARN, "template_status",
            "gateway=%s template=%s language=%s status=%s", gateway, event->text,
            event->language, STATUSES[i].event);
        if (STATUSES[i].word == NULL) {
            template_refused_clear(db, gateway, event->text, event->language);
            return;
        }
        snprintf(refused.word, sizeof refused.word, "%s", STATUSES[i].word);
        snprintf(refused.code, sizeof refused.code, "%s", STATUSES[i].event);
        template_refused_set(db, gateway, event->text, event->language, &refused);
        return;
    }
}
