/*
 * kannel_hook.c: what Kannel calls back: delivery reports and inbound SMS.
 *
 * A report of failure is final: Kannel has already tried. So its class only says why:
 * INVALID_NUMBER and BLOCKED where the SMSC says so, else NONE, with the SMSC's own words
 * in code and text (EXPIRED: the phone stayed off).
 */
#include "adapters/kannel_hook.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "base/log.h"
#include "base/url.h"

enum { WORDS_SIZE = 160 };

static bool begins(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* Copies the first line's words without numbers, in printable ASCII. */
static void copy_words(const char *from, size_t length, char *out, size_t size)
{
    char words[WORDS_SIZE];
    size_t n = 0;

    while (n < length && n + 1 < sizeof words && from[n] != '\0' && from[n] != '\n' &&
           from[n] != '\r') {
        unsigned char byte = (unsigned char)from[n];

        words[n++] = byte >= ' ' && byte < 127 ? (char)byte : '?';
    }
    words[n] = '\0';
    log_mask(words, out, size);
}

/* Finds "name:word" in an SMSC's receipt; returns the word's length, 0 when absent. */
static size_t receipt_word(const char *receipt, const char *name, const char **word)
{
    size_t length = strlen(name);

    for (const char *at = strcasestr(receipt, name); at != NULL;
         at = strcasestr(at + 1, name)) {
        if (at == receipt || at[-1] == ' ') {
            *word = at + length;
            return strcspn(*word, " ");
        }
    }
    return 0;
}

/* The receipt without what may hold the message's own words ("text:" and all behind). */
static size_t receipt_length(const char *receipt)
{
    const char *text = strcasestr(receipt, "text:");

    return text == NULL ? strlen(receipt) : (size_t)(text - receipt);
}

/* Makes code and words of the receipt: "UNDELIV/011" and "stat:UNDELIV err:011", or of a
 * refusal's number and sentence (NACK/0x0000000b/Invalid Destination). */
static void read_receipt(const char *receipt, const char *type, char *code,
    size_t code_size, char *words, size_t words_size)
{
    const char *stat = "", *error = "";
    int stat_n = (int)receipt_word(receipt, "stat:", &stat);
    int error_n = (int)receipt_word(receipt, "err:", &error);

    if (stat_n > 0 && stat_n <= 16 && error_n <= 8) {
        bool zero = strspn(error, "0") >= (size_t)error_n;
        char raw[64];
        int n = snprintf(raw, sizeof raw, "stat:%.*s%s%.*s", stat_n, stat,
            error_n > 0 ? " err:" : "", error_n, error);

        copy_words(raw, (size_t)n, words, words_size);
        snprintf(code, code_size, "%.*s%s%.*s", stat_n, stat, zero ? "" : "/",
            zero ? 0 : error_n, error);
        return;
    }
    if (begins(receipt, "NACK/0x")) {
        size_t n = 7 + strspn(receipt + 7, "0123456789abcdefABCDEF");

        snprintf(code, code_size, "%.*s", (int)n, receipt);
        receipt += n + (receipt[n] == '/');
    } else {
        snprintf(code, code_size, "%s", type);
    }
    copy_words(receipt, receipt_length(receipt), words, words_size);
}

static enum failure_class failed_class(const char *receipt)
{
    const char *stat = "";
    size_t stat_n = receipt_word(receipt, "stat:", &stat);

    if (stat_n == strlen("REJECTD") && begins(stat, "REJECTD")) {
        return FAILURE_BLOCKED;
    }
    /* SMPP's ESME_RINVDSTADR, by number or by name. */
    if (begins(receipt, "NACK/0x0000000b") ||
        (begins(receipt, "NACK/") && strcasestr(receipt, "Invalid Dest") != NULL)) {
        return FAILURE_INVALID_NUMBER;
    }
    return FAILURE_NONE;
}

static enum report_state state_of(const char *type)
{
    static const struct {
        const char *type;
        enum report_state state;
    } states[] = {
        {"1", REPORT_DELIVERED},
        {"2", REPORT_FAILED},
        {"4", REPORT_QUEUED},
        {"8", REPORT_SENT},
        {"16", REPORT_FAILED},
    };

    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(states[i].type, type) == 0) {
            return states[i].state;
        }
    }
    return REPORT_UNKNOWN;
}

/* Kannel's %T: UTC seconds; 0 when it is no plausible time. */
static int64_t read_time(const char *text)
{
    char *end;
    long long seconds;

    if (text == NULL || !isdigit((unsigned char)*text)) {
        return 0;
    }
    errno = 0;
    seconds = strtoll(text, &end, 10);
    return *end == '\0' && errno == 0 && seconds < 100000000000LL ? seconds * 1000 : 0;
}

/* The fields of a hook: the query's, then a POST's form. Ended by hook_fini(). */
struct hook {
    struct form query;
    struct form body;
};

static void hook_fini(struct hook *hook)
{
    form_fini(&hook->query);
    form_fini(&hook->body);
}

static const char *hook_find(const struct hook *hook, const char *name)
{
    const char *value = form_find(&hook->body, name);

    return value != NULL ? value : form_find(&hook->query, name);
}

static const struct form_field *message_field(const struct hook *hook)
{
    const struct form_field *field = form_find_field(&hook->body, "message");

    return field != NULL ? field : form_find_field(&hook->query, "message");
}

/* Kannel hands on what was written in 16 bits a letter as it is, unless its mo-recode is
 * set. */
static bool is_wide(const struct hook *hook)
{
    const char *charset = hook_find(hook, "charset");

    return charset != NULL && begins(charset, "UTF-16");
}

/* True when a field holds a NUL byte that is no letter's half. */
static bool holds_nul(const struct hook *hook, const struct form *form)
{
    for (size_t i = 0; i < form->n; i++) {
        const struct form_field *field = &form->fields[i];
        bool wide = is_wide(hook) && field == message_field(hook);

        if (!wide && strlen(field->value) != field->length) {
            return true;
        }
    }
    return false;
}

static int parse(struct hook *hook, const struct http_inbound *inbound, struct err *err)
{
    if (form_parse_bytes(&hook->query, inbound->query, strlen(inbound->query)) != 0 ||
        form_parse_bytes(&hook->body, inbound->body,
            inbound->method == HTTP_POST ? inbound->body_length : 0) != 0 ||
        holds_nul(hook, &hook->query) || holds_nul(hook, &hook->body)) {
        return err_set(err, ERR_REFUSED,
            "the call is no form: a broken escape, a NUL byte or too many fields");
    }
    return 0;
}

static int hook_init(
    struct hook *hook, const struct http_inbound *inbound, struct err *err)
{
    static const char form_type[] = "application/x-www-form-urlencoded";

    *hook = (struct hook){0};
    if (inbound->method == HTTP_POST && !begins(inbound->content_type, form_type)) {
        return err_set(
            err, ERR_REFUSED, "the body is no form: it must be %s", form_type);
    }
    return parse(hook, inbound, err);
}

/* Copies a field without the blanks around it: a number whose + was not escaped arrives
 * with one in its place. */
static const char *copy_trimmed(struct adapter_events *events, const char *text)
{
    size_t length;

    if (text == NULL) {
        return "";
    }
    text += strspn(text, " \t\r\n");
    length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    return events_copy_utf8(events, text, length, false);
}

static int read_report(
    const struct hook *hook, struct adapter_events *events, struct err *err)
{
    const char *reference = hook_find(hook, "ref"), *type = hook_find(hook, "type");
    const char *receipt = hook_find(hook, "reply");
    struct adapter_event *event;
    char code[32], words[WORDS_SIZE];

    if (reference == NULL || type == NULL || !adapter_is_reference(reference)) {
        return err_set(err, ERR_REFUSED,
            "a delivery report must carry type, and as ref a reference of ours");
    }
    receipt = receipt == NULL ? "" : receipt;
    event = events_add(events, EVENT_REPORT);
    read_receipt(receipt, type, code, sizeof code, words, sizeof words);
    event->state = state_of(type);
    event->class = event->state == REPORT_FAILED ? failed_class(receipt) : FAILURE_NONE;
    event->reference = events_copy(events, reference);
    event->gateway_id = copy_trimmed(events, hook_find(hook, "fid"));
    event->at_ms = read_time(hook_find(hook, "ts"));
    event->code = events_copy(events, code);
    event->text = events_copy(events, words);
    return 0;
}

/* Kannel converts texts to the charset of its service, UTF-8 unless it is told another. */
static bool is_latin(const char *charset)
{
    return charset != NULL &&
           (begins(charset, "ISO-8859") || begins(charset, "WINDOWS-1252") ||
               begins(charset, "LATIN"));
}

/* UTF-16, big end first, as UTF-8; half a pair and a NUL become U+FFFD. */
static const char *copy_wide(
    struct adapter_events *events, const char *text, size_t bytes)
{
    const unsigned char *octets = (const unsigned char *)text;
    size_t length = bytes < HTTP_BODY_BYTES_MAX ? bytes : HTTP_BODY_BYTES_MAX;
    const char *copy;
    struct buf out;

    buf_init(&out, length * 2 + U8_MAX_LENGTH);
    for (size_t at = 0; at + 1 < length; at += 2) {
        UChar32 letter = octets[at] << 8 | octets[at + 1];
        int32_t n = 0;
        char encoded[U8_MAX_LENGTH];

        if (U16_IS_LEAD(letter) && at + 3 < length &&
            U16_IS_TRAIL(octets[at + 2] << 8 | octets[at + 3])) {
            letter =
                U16_GET_SUPPLEMENTARY(letter, octets[at + 2] << 8 | octets[at + 3]);
            at += 2;
        }
        if (letter == 0 || U_IS_SURROGATE(letter)) {
            letter = 0xFFFD;
        }
        U8_APPEND_UNSAFE(encoded, n, letter);
        buf_add(&out, encoded, (size_t)n);
    }
    copy = events_copy_n(events, buf_text(&out), out.length);
    buf_fini(&out);
    return copy;
}

static const char *copy_message(const struct hook *hook, struct adapter_events *events)
{
    const struct form_field *field = message_field(hook);

    if (field == NULL) {
        return "";
    }
    if (is_wide(hook)) {
        return copy_wide(events, field->value, field->length);
    }
    return events_copy_utf8(
        events, field->value, field->length, is_latin(hook_find(hook, "charset")));
}

static int read_inbound(
    const struct hook *hook, struct adapter_events *events, struct err *err)
{
    const char *sender = copy_trimmed(events, hook_find(hook, "sender"));
    struct adapter_event *event;

    if (sender[0] == '\0') {
        return err_set(err, ERR_REFUSED, "an inbound SMS must carry its sender");
    }
    event = events_add(events, EVENT_INBOUND);
    event->from_kind = ADDRESS_PHONE;
    event->from = sender;
    event->to = copy_trimmed(events, hook_find(hook, "to"));
    event->gateway_id = copy_trimmed(events, hook_find(hook, "id"));
    event->at_ms = read_time(hook_find(hook, "ts"));
    event->text = copy_message(hook, events);
    event->type = "text";
    return 0;
}

/* The empty 200 stays: Kannel would send our body back to the person as an SMS. */
int kannel_read_hook(const void *own, enum hook_kind kind,
    const struct http_inbound *inbound, struct adapter_events *events,
    struct http_answer *answer, struct err *err)
{
    struct hook hook;
    int result = -1;

    (void)own;
    (void)answer;
    if (hook_init(&hook, inbound, err) != 0) {
        goto out;
    }
    if (kind == HOOK_ANY) {
        bool report =
            hook_find(&hook, "type") != NULL && hook_find(&hook, "ref") != NULL;

        kind = report ? HOOK_STATUS : HOOK_INBOUND;
    }
    result = kind == HOOK_STATUS ? read_report(&hook, events, err)
                                 : read_inbound(&hook, events, err);
out:
    hook_fini(&hook);
    return result;
}
