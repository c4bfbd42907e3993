/*
 * message_form.h: what a message may be beside its text, on a channel that can show it: a
 * template, choices to tap, media.
 *
 * It is filled and fixed when the message is queued, and kept beside the text as JSON.
 * Which of it is used is decided when a request is made: outside a session window only
 * the template may go, inside it the text with its choices or its media; a channel that
 * shows none of it (SMS) gets the text alone.
 */
#ifndef CEGAH_SEND_MESSAGE_FORM_H
#define CEGAH_SEND_MESSAGE_FORM_H

#include <stddef.h>

enum { FORM_LIST_MAX = 16 };

/* A choice to tap: the id comes back with the answer. */
struct message_choice {
    const char *id, *title;
};

/* Plain data; every text is borrowed from whoever filled it (of message_form_read(): from the
 * struct's own memory). NULL or 0: it has none of that. */
struct message_form {
    const char *template_name, *template_language;
    const char *parameters[FORM_LIST_MAX];      /* filled, in the template's order */
    const char *parameter_names[FORM_LIST_MAX]; /* all NULL: positional */
    size_t parameters_n;
    const char *header_media_url;
    const char *button_payloads[FORM_LIST_MAX]; /* of its quick replies */
    size_t buttons_n;
    struct message_choice choices[FORM_LIST_MAX];
    size_t choices_n;
    const char *media_url, *media_type;
    void *memory; /* message_form_read()'s own */
};

/* Returns it as JSON, owned; NULL when there is nothing in it. */
char *message_form_write(const struct message_form *form);
/* Reads what message_form_write() wrote (NULL: nothing). Ended by message_form_fini(). */
void message_form_read(const char *json, struct message_form *form);
void message_form_fini(struct message_form *form);

#endif
