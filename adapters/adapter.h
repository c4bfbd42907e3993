/*
 * adapter.h: the one contract between cegah and a messaging gateway.
 *
 * An adapter turns structs into structs: it builds a request, reads a reply, reads a
 * webhook, verifies a signature. It does no I/O, keeps no state but its own read-only
 * configuration, and knows base and content only. So each is tested with fixture files,
 * fuzzed, and reviewed in one sitting.
 *
 * The rules, which the engine relies on:
 *  1. build() writes one request for one to batch_max recipients of the same text.
 *  2. read_reply() gives exactly one result for each recipient of the request, in order.
 *     A doubt is FAILURE_AMBIGUOUS, never a failure: what was perhaps accepted is not
 *     sent again blindly. It is called only when a whole reply came.
 *  3. verify() sees the body's raw bytes before anyone parses them. No event of a hook
 *     that did not verify is looked at.
 *  4. read_hook() appends an event for each thing that the body tells, however many; a
 *     word it does not know is REPORT_UNKNOWN or EVENT_OTHER, recorded and answered 2xx.
 *     What it cannot read at all is -1 and a sentence (400).
 *  5. Strings in events point into the request or into the events' own memory, and live
 *     until events_fini().
 *  6. No adapter logs, and no sentence of its errors holds a number, a text or a secret.
 */
#ifndef CEGAH_ADAPTERS_ADAPTER_H
#define CEGAH_ADAPTERS_ADAPTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/http.h"
#include "base/option.h"
#include "base/outcome.h"

/* A template of a channel that knows them (WhatsApp, Twilio content). */
struct adapter_template {
    const char *name;
    const char *language;               /* "id" */
    const char *const *parameters;      /* in the template's order */
    const char *const *parameter_names; /* NULL when they are positional */
    size_t parameters_n;
    const char *header_media_url;       /* NULL: none */
    const char *const *button_payloads; /* quick replies, by index; may hold NULL */
    size_t buttons_n;
};

/* A choice shown as a button or list row where the channel has them. */
struct adapter_choice {
    const char *id;
    const char *title;
};

/* Whom a message goes to. */
struct adapter_recipient {
    enum address_kind kind;
    const char *value;     /* E.164 with +, or the channel's own id */
    const char *reference; /* ours, of [A-Za-z0-9_-], at most 64 bytes, unguessable */
};

/* One message, as an adapter is handed it. All borrowed for the call. */
struct adapter_message {
    enum channel channel;
    const char *text; /* UTF-8, already filled and measured; NULL with template */
    bool unicode;     /* an SMS that does not fit GSM-7 */
    int parts;        /* SMS parts; 1 elsewhere */
    const struct adapter_template *template; /* NULL: free text */
    const struct adapter_choice *choices;
    size_t choices_n;
    const char *media_url;  /* NULL: none */
    const char *media_type; /* MIME type, with media_url */
    const struct adapter_recipient *recipients;
    size_t recipients_n;    /* 1 ≤ n ≤ batch_max */
    int64_t validity_ms;    /* how long the gateway may go on trying; 0: its own */
    const char *report_url; /* where reports go; NULL: configured at the gateway */
};

/* What one recipient's part of a reply says. Strings are cut to fit. */
struct adapter_result {
    bool accepted;
    enum failure_class class; /* FAILURE_NONE when accepted */
    bool duplicate;           /* accepted earlier under the same reference */
    int64_t retry_after_ms;   /* 0: not said, or as a date in the header */
    int parts;                /* as the gateway counted; 0: not said */
    char code[32];            /* the gateway's own code: "403", "131049" */
    char text[160];           /* the gateway's own words, without numbers and texts */
    char gateway_ids[8][96];  /* several where it answers one a part */
    size_t gateway_ids_n;
};

enum report_state {
    REPORT_QUEUED,
    REPORT_SENT,
    REPORT_DELIVERED,
    REPORT_READ,
    REPORT_FAILED,
    REPORT_UNKNOWN, /* a word we do not know, or an intermediate note */
};

enum event_kind {
    EVENT_REPORT,     /* what became of a message */
    EVENT_INBOUND,    /* somebody wrote */
    EVENT_PREFERENCE, /* somebody stopped or resumed us at the gateway */
    EVENT_OTHER,      /* recorded by its name (template status, account, …) */
};

struct adapter_event {
    enum event_kind kind;
    const char *reference;       /* ours, "" when the gateway does not echo it */
    const char *gateway_id;      /* "" when it has none; INBOUND: our dedupe key */
    int64_t at_ms;               /* by the gateway's clock; 0: not said */
    enum address_kind from_kind; /* INBOUND, PREFERENCE: who */
    const char *from;    /* as the gateway writes it; phone numbers are cleaned later */
    const char *to;      /* "" when not said */
    const char *user_id; /* a second id of the same person (business-scoped), or "" */
    enum report_state state; /* REPORT */
    enum failure_class class;
    const char *code; /* "" when none */
    /* REPORT: the gateway's words; INBOUND: what was written; a template's status: its
     * name. */
    const char *text;
    const char *type; /* INBOUND: text, button, list, image, …; OTHER: its name */
    const char *choice_id;   /* INBOUND: the id of the button or row tapped, or "" */
    const char *in_reply_to; /* INBOUND: the gateway id it answers, or "" */
    const char *category;    /* REPORT: pricing category; PREFERENCE: of what; or "" */
    int billable;            /* REPORT: 1 it is charged for, 0 it is not, -1 not said */
    const char *language;    /* OTHER: the template's, or "" */
    bool stop;               /* PREFERENCE: true stop, false resume */
    /* It does not say which of an account's gateways it is for: where several share one
     * hook, it counts once, for the gateway that was called. */
    bool unaddressed;
};

/* The events of one hook. Owned by the caller, from events_init() to events_fini(). */
struct adapter_events {
    struct adapter_event *list;
    size_t n;
    size_t capacity;
    void *memory; /* a chain of blocks, see events_copy() */
};

enum { ADAPTER_EVENTS_MAX = 4096 };

void events_init(struct adapter_events *events);
void events_fini(struct adapter_events *events);
/* Returns a new event whose strings are all "", numbers 0 and billable -1; NULL past the
 * maximum. */
struct adapter_event *events_add(struct adapter_events *events, enum event_kind kind);
/* Returns a copy that lives as long as the events; "" for NULL. */
const char *events_copy(struct adapter_events *events, const char *text);
const char *events_copy_n(
    struct adapter_events *events, const char *text, size_t bytes);

/* As events_copy_n(), made valid UTF-8: what is none is read as Latin-1 where the gateway
 * says that it is (latin), else becomes U+FFFD. */
const char *events_copy_utf8(
    struct adapter_events *events, const char *text, size_t bytes, bool latin);

/* Which of a gateway's hooks was called. */
enum hook_kind { HOOK_ANY, HOOK_STATUS, HOOK_INBOUND };

enum adapter_flag {
    ADAPTER_REPORTS = 1, /* it reports deliveries, so UNSURE may be settled by one */
    ADAPTER_ECHOES = 2,  /* its reports carry our reference */
    ADAPTER_DEDUPLICATES =
        4,             /* a second request with the same reference sends nothing */
    ADAPTER_SIGNS = 8, /* it signs its webhooks: verify() MUST be there */
    ADAPTER_SPLIT_HOOKS = 16, /* reports and inbound cannot be told apart by content */
    ADAPTER_TEMPLATES = 32,   /* it carries templates, and free text in a window only */
};

/* An adapter is one of these, listed in list.h. All of it is constant. */
struct adapter {
    const char *name;  /* the word in `adapter:` */
    const char *label; /* for people: "Kannel (SMS)" */
    enum channel channel;
    unsigned flags;        /* of enum adapter_flag */
    unsigned hook_methods; /* bit set: 1u << HTTP_GET | … */
    size_t batch_max;      /* recipients a request, at least 1 */
    /* Free text goes only so long after the person's last message, templates always; 0:
     * free text goes always. With ADAPTER_TEMPLATES. */
    int64_t session_window_ms;
    /* Its own keys beside those that every gateway has (base_url, rate, …). */
    const struct option_row *options;
    size_t options_n;
    size_t config_size; /* of the struct that the options fill */

    /* MAY. Checks a configuration as a whole, once, before anything is sent. */
    int (*check)(const void *config, struct err *err);
    /* MUST. base_url has no trailing slash. Returns 0; -1 with a sentence when this
     * message can never be sent (FAILURE_CONTENT). */
    int (*build)(const void *config, const char *base_url,
        const struct adapter_message *message, struct http_request *request,
        struct err *err);
    /* MUST. Fills results[0 … recipients_n). */
    void (*read_reply)(const void *config, const struct adapter_message *message,
        const struct http_reply *reply, struct adapter_result *results);
    /* MUST with ADAPTER_SIGNS. 0 when genuine, else -1 with what is wrong. */
    int (*verify)(
        const void *config, const struct http_inbound *inbound, struct err *err);
    /* MUST. Fills events, and answer when another than an empty 200 is due (a challenge,
     * an XML body). Returns 0, or -1 with a sentence: 400. With ADAPTER_SIGNS a hook may
     * carry what is for other gateways of the account: this one's part is read, and the
     * engine hands the same hook to each gateway whose verify() it passes. */
    int (*read_hook)(const void *config, enum hook_kind kind,
        const struct http_inbound *inbound, struct adapter_events *events,
        struct http_answer *answer, struct err *err);
};

/* Returns the adapter of that name, borrowed for ever; NULL when there is none. */
const struct adapter *adapter_find(const char *name);
/* Returns the i-th adapter, NULL past the last. */
const struct adapter *adapter_at(size_t i);

/* True for a reference as cegah makes them: 1 to 64 of [A-Za-z0-9_-]. A webhook that
 * brings another was not caused by us. */
bool adapter_is_reference(const char *text);

/*
 * The fallback for a reply that the adapter does not recognise: 429 throttled; 401 and 403
 * account; a redirect account too (base_url is wrong: nothing was taken, and every message
 * would meet the same); other 4xx content; 5xx transient with a body and ambiguous
 * without; 502 and 504 ambiguous, being a proxy's words, which cannot know what the
 * gateway did; an unreadable 2xx ambiguous. Fills class, code, text, and retry_after_ms
 * from a header that counts seconds (a date is the engine's to read).
 */
void adapter_classify(const struct http_reply *reply, struct adapter_result *result);

#endif
