#include "sim/ledger.h"

#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>

#include "base/mem.h"
#include "base/must.h"
#include "sim/handset.h"

enum { BLOCK_BYTES = 1 << 16 };

/* Strings lie one behind the other in blocks, which end with the ledger: a row costs no
 * allocation of its own. */
struct block {
    struct block *next;
    size_t used;
    _Alignas(void *) char text[BLOCK_BYTES];
};

struct called {
    struct ledger_callback what;
    int attempts;
    int status;
};

struct ledger {
    struct ledger_request *requests;
    size_t requests_n, requests_capacity;
    struct called *callbacks;
    size_t callbacks_n, callbacks_capacity;
    struct block *blocks;
};

struct ledger *ledger_new(void)
{
    return mem_zero(1, sizeof(struct ledger));
}

void ledger_free(struct ledger *ledger)
{
    while (ledger->blocks != NULL) {
        struct block *next = ledger->blocks->next;

        free(ledger->blocks);
        ledger->blocks = next;
    }
    free(ledger->requests);
    free(ledger->callbacks);
    free(ledger);
}

static char *place_of(struct ledger *ledger, size_t bytes, size_t alignment)
{
    struct block *block = ledger->blocks;
    size_t at = block == NULL ? 0 : (block->used + alignment - 1) & ~(alignment - 1);

    if (block == NULL || at + bytes > BLOCK_BYTES) {
        block = mem_alloc(sizeof *block);
        block->next = ledger->blocks;
        ledger->blocks = block;
        at = 0;
    }
    block->used = at + bytes;
    return block->text + at;
}

const char *ledger_keep(struct ledger *ledger, const char *text)
{
    size_t bytes;
    char *place;

    if (text == NULL) {
        return NULL;
    }
    bytes = strlen(text) + 1;
    bytes = bytes < BLOCK_BYTES ? bytes : BLOCK_BYTES;
    place = place_of(ledger, bytes, 1);
    memcpy(place, text, bytes);
    place[bytes - 1] = '\0';
    return place;
}

static const struct sim_choice *keep_choices(
    struct ledger *ledger, const struct sim_choice *choices, size_t n)
{
    struct sim_choice *kept;

    if (n == 0) {
        return NULL;
    }
    kept = (struct sim_choice *)place_of(
        ledger, n * sizeof *kept, _Alignof(struct sim_choice));
    for (size_t i = 0; i < n; i++) {
        kept[i].id = ledger_keep(ledger, choices[i].id);
        kept[i].title = ledger_keep(ledger, choices[i].title);
    }
    return kept;
}

static size_t grown(size_t capacity)
{
    return capacity > 0 ? capacity * 2 : 1024;
}

size_t ledger_add_request(struct ledger *ledger, const struct ledger_request *request)
{
    struct ledger_request row = *request;

    if (ledger->requests_n == LEDGER_ROWS_MAX) {
        return 0;
    }
    if (ledger->requests_n == ledger->requests_capacity) {
        ledger->requests_capacity = grown(ledger->requests_capacity);
        ledger->requests =
            mem_resize(ledger->requests, ledger->requests_capacity, sizeof row);
    }
    row.ref = ledger_keep(ledger, request->ref);
    row.text = ledger_keep(ledger, request->text);
    row.template = ledger_keep(ledger, request->template);
    row.answer = ledger_keep(ledger, request->answer);
    row.report_to = ledger_keep(ledger, request->report_to);
    row.choices = keep_choices(ledger, request->choices, request->choices_n);
    ledger->requests[ledger->requests_n++] = row;
    return ledger->requests_n;
}

size_t ledger_add_callback(
    struct ledger *ledger, const struct ledger_callback *callback)
{
    struct called row = {.what = *callback};

    if (ledger->callbacks_n == LEDGER_ROWS_MAX) {
        return 0;
    }
    if (ledger->callbacks_n == ledger->callbacks_capacity) {
        ledger->callbacks_capacity = grown(ledger->callbacks_capacity);
        ledger->callbacks =
            mem_resize(ledger->callbacks, ledger->callbacks_capacity, sizeof row);
    }
    row.what.id = ledger_keep(ledger, callback->id);
    row.what.text = ledger_keep(ledger, callback->text);
    row.what.code = ledger_keep(ledger, callback->code);
    row.what.choice = ledger_keep(ledger, callback->choice);
    ledger->callbacks[ledger->callbacks_n++] = row;
    return ledger->callbacks_n;
}

void ledger_tried(struct ledger *ledger, size_t number, int status)
{
    must(number >= 1 && number <= ledger->callbacks_n, "callback %zu", number);
    ledger->callbacks[number - 1].attempts++;
    ledger->callbacks[number - 1].status = status;
}

struct ledger_request ledger_request_get(const struct ledger *ledger, size_t number)
{
    must(number >= 1 && number <= ledger->requests_n, "request %zu", number);
    return ledger->requests[number - 1];
}

size_t ledger_requests(const struct ledger *ledger)
{
    return ledger->requests_n;
}

size_t ledger_callbacks(const struct ledger *ledger)
{
    return ledger->callbacks_n;
}

/* The number as decimal digits; printf would double the time that a long ledger takes. */
static void write_number(struct buf *out, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? (uint64_t)-value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    buf_add(out, digits + at, sizeof digits - at);
}

/* A JSON string; what is no UTF-8 becomes U+FFFD, since the rest must stay readable. */
static void write_text(struct buf *out, const char *text)
{
    int32_t length = (int32_t)strlen(text), at = 0;

    buf_add_char(out, '"');
    while (at < length) {
        int32_t from = at;
        UChar32 character;

        U8_NEXT((const uint8_t *)text, at, length, character);
        if (character < 0) {
            buf_add_text(out, "\xef\xbf\xbd");
        } else if (character == '"' || character == '\\') {
            buf_add_char(out, '\\');
            buf_add_char(out, (char)character);
        } else if (character < ' ') {
            buf_add_format(out, "\\u%04x", (unsigned)character);
        } else {
            buf_add(out, text + from, (size_t)(at - from));
        }
    }
    buf_add_char(out, '"');
}

static void write_pair(struct buf *out, const char *key, const char *text)
{
    buf_add_text(out, ",\"");
    buf_add_text(out, key);
    buf_add_text(out, "\":");
    write_text(out, text);
}

static void write_optional(struct buf *out, const char *key, const char *text)
{
    if (text != NULL) {
        write_pair(out, key, text);
    }
}

static void write_request(
    struct buf *out, size_t number, const struct ledger_request *row, bool texts)
{
    buf_add_text(out, "{\"n\":");
    write_number(out, (int64_t)number);
    write_pair(out, "gateway", row->gateway);
    write_pair(out, "ref", row->ref);
    write_pair(out, "to", row->phone);
    buf_add_text(out, ",\"at\":");
    write_number(out, row->at_ms);
    write_pair(out, "answer", row->answer);
    buf_add_text(out, row->accepted ? ",\"accepted\":true" : ",\"accepted\":false");
    write_pair(out, "form", row->form);
    write_optional(out, "template", row->template);
    if (texts) {
        write_pair(out, "text", row->text);
    }
    buf_add_char(out, '}');
}

static void write_callback(
    struct buf *out, size_t number, const struct called *row, bool texts)
{
    static const char *const kinds[] = {"report", "inbound", "notice"};
    const struct ledger_callback *what = &row->what;
    bool acknowledged = row->status >= 200 && row->status < 300;

    buf_add_text(out, "{\"n\":");
    write_number(out, (int64_t)number);
    write_pair(out, "kind", kinds[what->kind]);
    write_pair(out, "gateway", what->gateway);
    write_pair(out, what->kind == LEDGER_REPORT ? "ref" : "id", what->id);
    write_pair(out, "phone", what->phone);
    buf_add_text(out, ",\"at\":");
    write_number(out, what->at_ms);
    buf_add_text(out, ",\"attempts\":");
    write_number(out, row->attempts);
    buf_add_text(out, ",\"status\":");
    if (row->status == 0) {
        buf_add_text(out, "null");
    } else {
        write_number(out, row->status);
    }
    buf_add_text(
        out, acknowledged ? ",\"acknowledged\":true" : ",\"acknowledged\":false");
    write_optional(out, "state", what->state);
    write_optional(out, "code", what->code);
    write_optional(out, "type", what->type);
    if (texts) {
        write_optional(out, "choice", what->choice);
        write_optional(out, "text", what->text);
    }
    buf_add_char(out, '}');
}

void ledger_write(
    const struct ledger *ledger, size_t from, size_t limit, bool texts, struct buf *out)
{
    size_t end = limit < SIZE_MAX - from ? from + limit : SIZE_MAX;
    size_t first = from > 0 ? from : 1;

    buf_add_text(out, "{\"requests\":[");
    for (size_t n = first; n < end && n <= ledger->requests_n; n++) {
        buf_add_text(out, n > first ? ",\n" : "\n");
        write_request(out, n, &ledger->requests[n - 1], texts);
    }
    buf_add_text(out, "],\n\"callbacks\":[");
    for (size_t n = first; n < end && n <= ledger->callbacks_n; n++) {
        buf_add_text(out, n > first ? ",\n" : "\n");
        write_callback(out, n, &ledger->callbacks[n - 1], texts);
    }
    buf_add_text(out, "],\n\"next\":");
    if (end <= ledger->requests_n || end <= ledger->callbacks_n) {
        write_number(out, (int64_t)end);
    } else {
        buf_add_text(out, "null");
    }
    buf_add_text(out, "}\n");
}
