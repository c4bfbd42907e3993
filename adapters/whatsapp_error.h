/*
 * whatsapp_error.h: what Meta's error objects mean, in a reply and in a webhook.
 */
#ifndef CEGAH_ADAPTERS_WHATSAPP_ERROR_H
#define CEGAH_ADAPTERS_WHATSAPP_ERROR_H

#include <jansson.h>

#include "adapters/adapter.h"

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

#endif
