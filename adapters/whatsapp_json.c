/*
 * whatsapp_json.c: what the readers of Meta's JSON share: parsing it, and its strings and
 * times as an event has them.
 */
#include "adapters/whatsapp_json.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The four digits behind \u at `at`; -1 when there are none. */
static long escape_at(const char *at, size_t left)
{
    char digits[5] = "";

    if (left < 6 || at[0] != '\\' || at[1] != 'u') {
        return -1;
    }
    memcpy(digits, at + 2, 4);
    if (strspn(digits, "0123456789abcdefABCDEF") != 4) {
        return -1;
    }
    return strtol(digits, NULL, 16);
}

/* Writes \ufffd over each half of a pair that stands alone: jansson refuses those, and
 * with them a whole body of other people's messages. */
static void mend_surrogates(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        long code;

        if (text[i] != '\\') {
            continue;
        }
        code = escape_at(text + i, length - i);
        if (code < 0) {
            i++; /* \\ and \": what follows is no escape */
            continue;
        }
        if (code >= 0xD800 && code < 0xDC00) {
            long next = escape_at(text + i + 6, length - i - 6);

            if (next >= 0xDC00 && next < 0xE000) {
                i += 11;
                continue;
            }
        }
        if (code >= 0xD800 && code < 0xE000) {
            memcpy(text + i + 2, "fffd", 4);
        }
        i += 5;
    }
}

json_t *whatsapp_json(const char *text, size_t length)
{
    json_t *value = json_loadb(text, length, JSON_ALLOW_NUL, NULL);
    char *mended;

    if (value != NULL || memmem(text, length, "\\u", 2) == NULL) {
        return value;
    }
    mended = mem_copy_n(text, length);
    mend_surrogates(mended, length);
    value = json_loadb(mended, length, JSON_ALLOW_NUL, NULL);
    free(mended);
    return value;
}

const char *whatsapp_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? text : "";
}

const char *whatsapp_copy(
    struct adapter_events *events, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    size_t length = json_string_length(value);
    const char *copy;
    char *text;

    if (length == 0) {
        return "";
    }
    text = mem_copy_n(json_string_value(value), length);
    for (size_t i = 0; i < length; i++) {
        text[i] = text[i] == '\0' ? ' ' : text[i];
    }
    copy = events_copy_n(events, text, length);
    free(text);
    return copy;
}

const char *whatsapp_copy_word(struct adapter_events *events, const char *word)
{
    enum { WORD_MAX = 64 };
    char clean[WORD_MAX + 1];
    size_t n = 0;

    for (; word[n] != '\0' && n < WORD_MAX; n++) {
        bool fits = isalnum((unsigned char)word[n]) || strchr("_.-", word[n]) != NULL;

        clean[n] = fits ? word[n] : '_';
    }
    return events_copy_n(events, clean, n);
}

int64_t whatsapp_time(const json_t *value)
{
    static const int64_t first_ms = 1000000000000, last_ms = 100000000000000;
    const char *text = json_string_value(value);
    long long time = json_is_integer(value) ? json_integer_value(value) : 0;

    if (text != NULL && *text != '\0' && strspn(text, "0123456789") == strlen(text)) {
        errno = 0;
        time = strtoll(text, NULL, 10);
        time = errno == 0 ? time : 0;
    }
    if (time <= 0 || time >= last_ms) {
        return 0;
    }
    return time >= first_ms ? time : time * 1000;
}
