/*
 * whatsapp.h: what the files of the WhatsApp adapter share. whatsapp.c has the options and
 * the reply, whatsapp_build.c the request, whatsapp_error.c what Meta's codes mean,
 * whatsapp_hook.c the webhook, whatsapp_inbound.c what people write in it.
 */
#ifndef CEGAH_ADAPTERS_WHATSAPP_H
#define CEGAH_ADAPTERS_WHATSAPP_H

#include <jansson.h>

#include "adapters/adapter.h"

/* Filled by the options of whatsapp.c. */
struct whatsapp_config {
    char *phone_number_id; /* digits */
    char *token;
    char *app_secret;
    char *verify_token;
    char *version;    /* v25.0 */
    char *list_label; /* on the button that opens a list */
};

/* How long Meta takes a text to be: UTF-16 units, the strictest way to count characters. */
size_t whatsapp_units(const char *text);

/* The adapter's build(). */
int whatsapp_build(const void *own, const char *base_url,
    const struct adapter_message *message, struct http_request *request,
    struct err *err);

/* What one error object of Meta's says. */
struct whatsapp_error {
    int64_t code;                  /* -1: none, or no number */
    bool known;                    /* class and retry_after_ms are of the table */
    enum failure_class class;      /* FAILURE_NONE when the code is not known */
    int64_t retry_after_ms;        /* 0: the usual back-off */
    char code_text[32], text[160]; /* "131049", and the words without numbers; or "" */
};

/* Reads {"code":…,"title":…,"message":…}; error may be NULL or no object. */
void whatsapp_error_read(const json_t *error, struct whatsapp_error *out);
/* Copies words without the numbers in them (six or more digits become …), cut to fit
 * between two characters. */
void whatsapp_words(const char *from, char *out, size_t size);

/* Returns the parsed text, owned; NULL when it is no JSON. Half of a surrogate pair, which
 * a text cut by a gateway may end in, is read as U+FFFD. */
json_t *whatsapp_json(const char *text, size_t length);
/* Returns object's string at key, borrowed; "" when it has none. */
const char *whatsapp_text(const json_t *object, const char *key);
/* Copies object's string at key into the events' memory, NUL bytes as blanks; "". */
const char *whatsapp_copy(
    struct adapter_events *events, const json_t *object, const char *key);
/* As whatsapp_copy() for a word that is logged: at most 64 of [A-Za-z0-9_.-]. */
const char *whatsapp_copy_word(struct adapter_events *events, const char *word);
/* Unix seconds, or milliseconds, as a number or a string of digits; 0 when it is none. */
int64_t whatsapp_time(const json_t *value);
/* Who a wa_id or a business-scoped id is; kind and the id as cegah has it. */
const char *whatsapp_who(
    struct adapter_events *events, const char *id, enum address_kind *kind);

/* The adapter's verify() and read_hook(). */
int whatsapp_verify(
    const void *own, const struct http_inbound *inbound, struct err *err);
int whatsapp_read_hook(const void *own, enum hook_kind kind,
    const struct http_inbound *inbound, struct adapter_events *events,
    struct http_answer *answer, struct err *err);

/* Reads messages[] of one change's value. Returns 0; -1 when the events are full. */
int whatsapp_read_messages(
    const json_t *value, bool unaddressed, struct adapter_events *events);

#endif
