#include "report/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/outcome.h"
#include "content/sms.h"
#include "report/messages.h"
#include "report/reason.h"
#include "report/value.h"
#include "store/db.h"
#include "store/meta.h"
#include "store/view.h"

enum {
    ATTEMPTS_MAX = 64,
    EVENTS_MAX = 128,
    MOMENTS_MAX = 2 * ATTEMPTS_MAX + EVENTS_MAX + 2
};

/* One event in the making; strings are borrowed. */
struct moment {
    int64_t at;
    int64_t attempt; /* of those of the same time, an earlier try's come first */
    int order;       /* then as told */
    const char *state, *code, *text;
};

/* The moments of one message. */
struct moments {
    struct moment list[MOMENTS_MAX];
    int n;
};

static void add(struct moments *moments, int64_t at, int64_t attempt, const char *state,
    const char *code, const char *text)
{
    for (int i = 0; i < moments->n; i++) {
        const struct moment *like = &moments->list[i];

        if (like->at == at && like->attempt == attempt &&
            strcmp(like->state, state) == 0 && strcmp(like->code, code) == 0 &&
            strcmp(like->text, text) == 0) {
            return; /* told twice: as the answer and as an event */
        }
    }
    if (moments->n < MOMENTS_MAX) {
        moments->list[moments->n] =
            (struct moment){at, attempt, moments->n, state, code, text};
        moments->n++;
    }
}

static int by_time(const void *one, const void *other)
{
    const struct moment *a = one, *b = other;

    if (a->at != b->at) {
        return (a->at > b->at) - (a->at < b->at);
    }
    return a->attempt != b->attempt
               ? (a->attempt > b->attempt) - (a->attempt < b->attempt)
               : (a->order > b->order) - (a->order < b->order);
}

/* A try that will be made again puts the message back into the queue. */
static const char *state_after(const struct view_attempt *attempt)
{
    return strcmp(attempt->state, "retry") == 0 ? "queued" : attempt->state;
}

static json_t *moments_json(const struct moments *moments)
{
    json_t *events = json_array();

    for (int i = 0; i < moments->n; i++) {
        const struct moment *moment = &moments->list[i];

        json_array_append_new(
            events, json_pack("{s:o, s:o, s:o, s:o}", "at", value_time(moment->at),
                        "state", value_text(moment->state), "code",
                        value_text(moment->code), "text", value_text(moment->text)));
    }
    return events;
}

static json_t *attempts_json(const struct view_attempt *list, int n)
{
    json_t *attempts = json_array();

    for (int i = 0; i < n; i++) {
        json_array_append_new(attempts,
            json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "number", (json_int_t)list[i].n,
                "state", value_text(list[i].state), "class", value_text(list[i].class),
                "gateway", value_text(list[i].gateway), "at", value_time(list[i].at),
                "answered_at", value_time(list[i].answered_at)));
    }
    return attempts;
}

static bool told(const struct moments *moments, const char *state)
{
    for (int i = 0; i < moments->n; i++) {
        if (strcmp(moments->list[i].state, state) == 0) {
            return true;
        }
    }
    return false;
}

/* The newest code that brought the message into its state; "" when none did. */
static const char *code_of(const struct moments *moments, const char *state)
{
    for (int i = moments->n; i > 0; i--) {
        if (strcmp(moments->list[i - 1].state, state) == 0) {
            return moments->list[i - 1].code;
        }
    }
    return "";
}

/* What is queued behind a gateway that paused waits for that, whatever befell itself. */
static void explain_queue(struct db *db, const struct view_message *message,
    char explanation[REASON_SENTENCE_SIZE])
{
    enum { PAUSES_MAX = 64 };
    struct view_pause pauses[PAUSES_MAX];
    int n = strcmp(message->state, "queued") == 0 && explanation[0] == '\0'
                ? view_pauses(db, pauses, PAUSES_MAX)
                : 0;

    for (int i = 0; i < n; i++) {
        if (strcmp(pauses[i].gateway, message->gateway) == 0) {
            snprintf(explanation, REASON_SENTENCE_SIZE,
                "It waits for %s, which is paused: %s. Below the delivery report "
                "stands "
                "what to do.",
                message->gateway, pauses[i].reason);
        }
    }
}

static void add_outbound(
    struct db *db, json_t *line, const struct view_message *message)
{
    char explanation[REASON_SENTENCE_SIZE];
    struct view_attempt attempts[ATTEMPTS_MAX];
    struct view_event events[EVENTS_MAX];
    struct moments moments = {.n = 0};
    char gateway_id[96];
    int attempts_n = view_attempts(db, message->id, attempts, ATTEMPTS_MAX);
    int events_n = view_events(db, message->id, events, EVENTS_MAX);

    add(&moments, message->at, 0, "queued", "", "");
    for (int i = 0; i < attempts_n; i++) {
        add(&moments, attempts[i].at, attempts[i].n, "sending", "",
            attempts[i].gateway);
        if (attempts[i].answered_at != 0) {
            add(&moments, attempts[i].answered_at, attempts[i].n,
                state_after(&attempts[i]), attempts[i].code, attempts[i].text);
        }
    }
    for (int i = 0; i < events_n; i++) {
        add(&moments, events[i].at, events[i].attempt, events[i].state, events[i].code,
            events[i].text);
    }
    qsort(moments.list, (size_t)moments.n, sizeof moments.list[0], by_time);
    reason_explain_code(message->class, code_of(&moments, message->state),
        message->reason, explanation);
    explain_queue(db, message, explanation);
    /* Expiry, cancellation and the like are cegah's own, told by no gateway. */
    if (!told(&moments, message->state)) {
        add(&moments, message->updated_at, INT64_MAX, message->state, message->reason,
            explanation);
    }
    view_gateway_id(db, message->id, gateway_id);
    json_object_set_new(line, "explanation", value_text(explanation));
    json_object_set_new(line, "gateway_id", value_text(gateway_id));
    json_object_set_new(line, "events", moments_json(&moments));
    json_object_set_new(line, "attempts", attempts_json(attempts, attempts_n));
}

static void add_inbound(json_t *line, const struct view_message *message)
{
    struct moments moments = {.n = 0};
    const json_t *text = json_object_get(line, "text");
    bool clear =
        json_is_string(text) && strcmp(json_string_value(text), value_sealed) != 0;

    add(&moments, message->at, 0, "received", "", message->kind);
    add(&moments, message->at, 0, message->state, message->step,
        strcmp(message->state, "waiting") == 0 ? "waiting for a human" : "");
    json_object_set_new(line, "gateway_id", value_text(message->key));
    json_object_set_new(line, "parts",
        clear ? json_integer(sms_measure(json_string_value(text)).parts) : json_null());
    json_object_set_new(line, "events", moments_json(&moments));
    json_object_set_new(line, "attempts", json_array());
}

/* Returns the store's id; 0 when the text is no id of ours. */
static int64_t read_id(const struct reference_key *key, const char *text, bool *inbound)
{
    char *end;
    long long number;
    int n;

    *inbound = strncmp(text, "in-", 3) == 0;
    if (!*inbound) {
        return reference_read(key, text, &n);
    }
    number = strtoll(text + 3, &end, 10);
    return text[3] >= '1' && text[3] <= '9' && *end == '\0' ? number : 0;
}

json_t *timeline_json(struct db *db, const char *id, struct err *err)
{
    struct reference_key key;
    struct view_message message;
    json_t *line;
    bool inbound;
    int64_t found;

    reference_load(db, &key);
    found = read_id(&key, id, &inbound);
    if (found == 0 || !view_message_find(db, inbound, found, &message)) {
        if (db_check(db, err) == 0) {
            err_set(err, ERR_REFUSED,
                "no message \"%s\" in this database: `cegah messages` lists what is "
                "there",
                id);
        }
        return NULL;
    }
    line = message_line_json(db, &key, &message);
    json_object_set_new(line, "explanation", json_string(""));
    json_object_set_new(line, "text", value_stored_text(db, message.text_id));
    if (inbound) {
        add_inbound(line, &message);
    } else {
        add_outbound(db, line, &message);
    }
    if (db_check(db, err) != 0) {
        json_decref(line);
        return NULL;
    }
    return line;
}
