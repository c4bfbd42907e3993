/*
 * whatsapp_error.c: what Meta's error codes mean. Source: Meta's page "Error codes" of the
 * Cloud API. The code alone decides: the HTTP status of one code varies, titles change,
 * subcodes are going.
 */
#include "adapters/whatsapp_error.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/whatsapp_json.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const struct row {
    int from, to;
    enum failure_class class;
    int64_t retry_after_ms;
} rows[] = {
    {0, 0, FAILURE_ACCOUNT},             /* the token is not valid */
    {1, 2, FAILURE_TRANSIENT},           /* unknown, or the service is down */
    {3, 3, FAILURE_ACCOUNT},             /* the app may not */
    {4, 4, FAILURE_THROTTLED},           /* the app's rate */
    {10, 10, FAILURE_ACCOUNT},           /* permission missing */
    {33, 33, FAILURE_CONTENT},           /* bad request */
    {100, 100, FAILURE_CONTENT},         /* bad parameter */
    {190, 190, FAILURE_ACCOUNT},         /* the token has expired */
    {200, 299, FAILURE_ACCOUNT},         /* permission missing */
    {368, 368, FAILURE_ACCOUNT},         /* blocked for a breach of policy */
    {613, 613, FAILURE_THROTTLED},       /* calls a second */
    {80007, 80007, FAILURE_THROTTLED},   /* the account's rate */
    {130403, 130403, FAILURE_BLOCKED},   /* the person blocked the sender */
    {130429, 130429, FAILURE_THROTTLED}, /* messages a second of the number */
    /* In an experiment of Meta's that keeps marketing from this person. */
    {130472, 130472, FAILURE_RECIPIENT_CAP},
    {130497, 130497, FAILURE_ACCOUNT},        /* not in this country */
    {131000, 131000, FAILURE_TRANSIENT},      /* something went wrong */
    {131005, 131005, FAILURE_ACCOUNT},        /* access denied */
    {131008, 131009, FAILURE_CONTENT},        /* a parameter missing, or wrong */
    {131016, 131016, FAILURE_TRANSIENT},      /* the service is not available */
    {131021, 131021, FAILURE_CONTENT},        /* to is from */
    {131026, 131026, FAILURE_INVALID_NUMBER}, /* not on WhatsApp, or too old a client */
    {131031, 131031, FAILURE_ACCOUNT},        /* the account is locked */
    {131037, 131037, FAILURE_ACCOUNT},        /* the display name is not approved */
    {131042, 131042, FAILURE_ACCOUNT},        /* payment */
    {131045, 131045, FAILURE_ACCOUNT},        /* the number's registration */
    {131047, 131047, FAILURE_WINDOW_CLOSED},  /* 24 hours have passed */
    {131048, 131048, FAILURE_THROTTLED, HOUR}, /* too much of it was called spam */
    {131049, 131049, FAILURE_RECIPIENT_CAP},   /* enough marketing for this person */
    {131050, 131050, FAILURE_OPTED_OUT},       /* the person stopped marketing */
    {131051, 131051, FAILURE_CONTENT},         /* no such type of message */
    /* A medium that could not be fetched or stored: often a passing fault of a server. */
    {131052, 131053, FAILURE_TRANSIENT},
    {131055, 131055, FAILURE_ACCOUNT}, /* no such method for this product */
    /* Too fast to one person: only she waits, so it is not the gateway's throttle. */
    {131056, 131056, FAILURE_TRANSIENT, MINUTE},
    {131057, 131057, FAILURE_TRANSIENT},              /* maintenance */
    {131063, 131063, FAILURE_ACCOUNT},                /* not for this product */
    {131064, 131064, FAILURE_THROTTLED},              /* a template category's limit */
    {132000, 132001, FAILURE_TEMPLATE},               /* parameters; no such template */
    {132005, 132005, FAILURE_TEMPLATE},               /* too long when filled */
    {132007, 132007, FAILURE_TEMPLATE},               /* against the policy */
    {132012, 132012, FAILURE_TEMPLATE},               /* a parameter's format */
    {132015, 132016, FAILURE_TEMPLATE},               /* paused; disabled */
    {132018, 132018, FAILURE_TEMPLATE},               /* its validation */
    {132068, 132068, FAILURE_CONTENT},                /* the flow is blocked */
    {132069, 132069, FAILURE_THROTTLED},              /* the flow's rate */
    {133004, 133004, FAILURE_TRANSIENT},              /* the server is not available */
    {133010, 133010, FAILURE_ACCOUNT},                /* the number is not registered */
    {133016, 133016, FAILURE_THROTTLED},              /* registered too often */
    {134100, 134100, FAILURE_ACCOUNT},                /* no marketing API for it */
    {134101, 134101, FAILURE_TRANSIENT, 10 * MINUTE}, /* the template is syncing */
    {134102, 134102, FAILURE_TEMPLATE},               /* it cannot be used */
    {135000, 135000, FAILURE_CONTENT},                /* a parameter, unnamed */
};

void whatsapp_words(const char *from, char *out, size_t size)
{
    static const char gap[] = "…";
    size_t used = 0;

    while (*from != '\0') {
        size_t length = 0, digits = 0, end = 0, taken = 1;
        const char *put = from;

        while (isdigit((unsigned char)from[length]) ||
               (digits > 0 && strchr(" -.", from[length]) != NULL &&
                   isdigit((unsigned char)from[length + 1]))) {
            digits += isdigit((unsigned char)from[length]) != 0;
            end = ++length;
        }
        if (digits >= 6) {
            put = gap;
            taken = strlen(gap);
        } else if (end > 0) {
            taken = end;
        } else {
            end = 1;
            while (((unsigned char)from[end] & 0xC0) == 0x80) {
                end++;
            }
            taken = end;
        }
        if (used + taken + 1 > size) {
            break;
        }
        if (put != gap && iscntrl((unsigned char)*put)) {
            put = " ";
        }
        memcpy(out + used, put, taken);
        used += taken;
        from += end;
    }
    out[used] = '\0';
}

/* Behind "(#131056) ", which says the code once more. */
static const char *behind_code(const char *message)
{
    size_t digits;

    if (strncmp(message, "(#", 2) != 0) {
        return message;
    }
    digits = strspn(message + 2, "0123456789");
    if (message[2 + digits] != ')') {
        return message;
    }
    message += 2 + digits + 1;
    return message + strspn(message, " ");
}

static int64_t code_of(const json_t *error)
{
    const json_t *code = json_object_get(error, "code");
    const char *text = json_string_value(code);

    if (json_is_integer(code) && json_integer_value(code) >= 0) {
        return json_integer_value(code);
    }
    if (text != NULL && *text != '\0' && strlen(text) <= 9 &&
        strspn(text, "0123456789") == strlen(text)) {
        return strtol(text, NULL, 10);
    }
    return -1;
}

void whatsapp_error_read(const json_t *error, struct whatsapp_error *out)
{
    const char *words = whatsapp_text(error, "title");

    *out = (struct whatsapp_error){.code = code_of(error)};
    if (words[0] == '\0') {
        words = whatsapp_text(error, "message");
    }
    whatsapp_words(behind_code(words), out->text, sizeof out->text);
    if (out->code < 0) {
        return;
    }
    snprintf(out->code_text, sizeof out->code_text, "%" PRId64, out->code);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (out->code >= rows[i].from && out->code <= rows[i].to) {
            out->known = true;
            out->class = rows[i].class;
            out->retry_after_ms = rows[i].retry_after_ms;
            break;
        }
    }
}
