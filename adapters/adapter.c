/*
 * adapter.c: the registry, the memory of a hook's events, and the classification that
 * every adapter falls back to.
 */
#include "adapters/adapter.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

#define ADAPTER(name) extern const struct adapter adapter_##name;
#include "adapters/list.h"
#undef ADAPTER

static const struct adapter *const adapters[] = {
#define ADAPTER(name) &adapter_##name,
#include "adapters/list.h"
#undef ADAPTER
};

enum { ADAPTERS = sizeof adapters / sizeof adapters[0] };

const struct adapter *adapter_at(size_t i)
{
    return i < ADAPTERS ? adapters[i] : NULL;
}

const struct adapter *adapter_find(const char *name)
{
    for (size_t i = 0; i < ADAPTERS; i++) {
        if (strcmp(adapters[i]->name, name) == 0) {
            return adapters[i];
        }
    }
    return NULL;
}

/* Strings of the events, one behind the other; linked to the block before it. */
struct block {
    struct block *next;
    size_t used, size;
    char text[];
};

enum { BLOCK_BYTES = 1000 };

void events_init(struct adapter_events *events)
{
    *events = (struct adapter_events){0};
}

void events_fini(struct adapter_events *events)
{
    struct block *block = events->memory;

    while (block != NULL) {
        struct block *next = block->next;

        free(block);
        block = next;
    }
    free(events->list);
    *events = (struct adapter_events){0};
}

struct adapter_event *events_add(struct adapter_events *events, enum event_kind kind)
{
    struct adapter_event *event;

    if (events->n == ADAPTER_EVENTS_MAX) {
        return NULL;
    }
    if (events->n == events->capacity) {
        events->capacity = events->capacity > 0 ? events->capacity * 2 : 4;
        events->list = mem_resize(events->list, events->capacity, sizeof *events->list);
    }
    event = &events->list[events->n++];
    *event = (struct adapter_event){
        .kind = kind,
        .reference = "",
        .gateway_id = "",
        .from = "",
        .to = "",
        .user_id = "",
        .code = "",
        .text = "",
        .type = "",
        .choice_id = "",
        .in_reply_to = "",
        .category = "",
        .billable = -1,
        .language = "",
    };
    return event;
}

const char *events_copy_n(struct adapter_events *events, const char *text, size_t bytes)
{
    struct block *block = events->memory;
    char *copy;

    if (block == NULL || block->size - block->used < bytes + 1) {
        size_t size = bytes + 1 > BLOCK_BYTES ? bytes + 1 : BLOCK_BYTES;

        block = mem_alloc(sizeof *block + size);
        *block = (struct block){.next = events->memory, .size = size};
        events->memory = block;
    }
    copy = block->text + block->used;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    block->used += bytes + 1;
    return copy;
}

const char *events_copy(struct adapter_events *events, const char *text)
{
    return text == NULL ? "" : events_copy_n(events, text, strlen(text));
}

const char *events_copy_utf8(
    struct adapter_events *events, const char *text, size_t bytes, bool latin)
{
    int32_t length, at = 0;
    struct buf out;
    const char *copy;

    length = bytes < HTTP_BODY_BYTES_MAX ? (int32_t)bytes : HTTP_BODY_BYTES_MAX;
    buf_init(&out, (size_t)length * U8_MAX_LENGTH);
    while (at < length) {
        int32_t from = at, n = 0;
        UChar32 character;
        char encoded[U8_MAX_LENGTH];

        U8_NEXT((const uint8_t *)text, at, length, character);
        if (character < 0 && latin) {
            character = (unsigned char)text[from];
            at = from + 1;
        } else if (character < 0) {
            character = 0xFFFD;
        }
        U8_APPEND_UNSAFE(encoded, n, character);
        buf_add(&out, encoded, (size_t)n);
    }
    copy = events_copy_n(events, buf_text(&out), out.length);
    buf_fini(&out);
    return copy;
}

bool adapter_is_reference(const char *text)
{
    enum { REFERENCE_BYTES_MAX = 64 };
    size_t length = strlen(text);

    return length > 0 && length <= REFERENCE_BYTES_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789_-") == length;
}

/* A server's page may quote our URL, and so a password or a text: words end at the first
 * byte that a query, markup or JSON needs. */
static void quote_words(const char *body, char *out, size_t size)
{
    char words[160];
    size_t n = 0;

    while (isspace((unsigned char)*body)) {
        body++;
    }
    while (n + 1 < sizeof words && (unsigned char)body[n] >= ' ' &&
           (unsigned char)body[n] < 127 && strchr("<>{}[]\"?&=/", body[n]) == NULL) {
        words[n] = body[n];
        n++;
    }
    words[n] = '\0';
    log_mask(words, out, size);
}

/* Retry-After in seconds; its other form, a date, is left to who knows the time. */
static int64_t retry_after_ms(const char *header)
{
    char *end;
    long long seconds;

    if (header == NULL || !isdigit((unsigned char)*header)) {
        return 0;
    }
    errno = 0;
    seconds = strtoll(header, &end, 10);
    if (errno != 0 || *end != '\0' || seconds > 7 * 24 * 3600) {
        return 0;
    }
    return seconds * 1000;
}

static enum failure_class class_of(const struct http_reply *reply)
{
    int status = reply->status;

    if (reply->ending == HTTP_NOT_SENT) {
        return FAILURE_TRANSIENT;
    }
    if (reply->ending == HTTP_CUT) {
        return FAILURE_AMBIGUOUS;
    }
    if (status == 429) {
        return FAILURE_THROTTLED;
    }
    if (status == 401 || status == 403) {
        return FAILURE_ACCOUNT;
    }
    if (status == 502 || status == 504) {
        return FAILURE_AMBIGUOUS;
    }
    if (status >= 500) {
        return reply->body_length > 0 ? FAILURE_TRANSIENT : FAILURE_AMBIGUOUS;
    }
    if (status >= 400) {
        return FAILURE_CONTENT;
    }
    if (status >= 300) {
        return FAILURE_ACCOUNT;
    }
    return FAILURE_AMBIGUOUS;
}

void adapter_classify(const struct http_reply *reply, struct adapter_result *result)
{
    result->accepted = false;
    result->class = class_of(reply);
    result->retry_after_ms = retry_after_ms(reply->retry_after);
    snprintf(result->code, sizeof result->code, "%d", reply->status);
    quote_words(reply->body, result->text, sizeof result->text);
    if (result->text[0] == '\0') {
        snprintf(result->text, sizeof result->text, "HTTP %d", reply->status);
    }
}
