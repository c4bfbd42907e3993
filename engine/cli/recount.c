/*
 * recount.c: message for message. The ledger knows of each attempt that its request was
 * accepted, and what the handset reported (and that we acknowledged it): so it knows read,
 * delivered, failed and sent. Of a message that was never accepted it knows that none of
 * these may be claimed.
 */
#include "cli/recount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "net/client.h"
#include "store/db.h"
#include "store/meta.h"
#include "store/view.h"

enum { LEDGER_BYTES_MAX = 256 << 20, SLICE = 200, REQUESTS_A_CALL = 20000 };

static int fetch(const char *url, int64_t from, json_t **ledger, struct err *err)
{
    struct client_options options = {.timeout_ms = 60000, .connect_timeout_ms = 5000};
    struct http_request request;
    struct buf body;
    int status;

    http_request_init(&request);
    buf_init(&body, LEDGER_BYTES_MAX);
    buf_add_format(&request.url, "%s/sim/ledger?texts=0&from=%lld&limit=%d", url,
        (long long)from, REQUESTS_A_CALL);
    status = client_call(&request, &options, &body, err);
    *ledger = status == 200 ? json_loads(buf_text(&body), 0, NULL) : NULL;
    buf_fini(&body);
    http_request_fini(&request);
    return *ledger != NULL
               ? 0
               : err_set(err, ERR_UNABLE, "the simulator's ledger cannot be read");
}

/* The message's own reference, and which attempt's it is: the number behind it. */
static int64_t split_reference(const char *reference, char out[REFERENCE_SIZE])
{
    int length = (int)strlen(reference);
    const char *underscore = strrchr(reference, '_');
    int64_t attempt = 0;

    if (underscore != NULL && underscore[1] != '\0' &&
        strspn(underscore + 1, "0123456789") == strlen(underscore + 1)) {
        length = (int)(underscore - reference);
        attempt = strtoll(underscore + 1, NULL, 10);
    }
    snprintf(out, REFERENCE_SIZE, "%.*s", length, reference);
    return attempt;
}

/* Words of an attempt's ledger: a later one counts more. */
static int weight(const char *word)
{
    static const char *const words[] = {
        "refused", "sent", "failed", "delivered", "read"};

    for (int i = 0; i < 5; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

/* expected: by message its attempts, by their number [gateway, word]. */
static void note(
    json_t *expected, const char *reference, const char *gateway, const char *word)
{
    char key[REFERENCE_SIZE], number[24];
    json_t *attempts, *attempt;

    snprintf(number, sizeof number, "%lld", (long long)split_reference(reference, key));
    attempts = json_object_get(expected, key);
    if (attempts == NULL) {
        attempts = json_object();
        json_object_set_new(expected, key, attempts);
    }
    attempt = json_object_get(attempts, number);
    if (attempt == NULL) {
        json_object_set_new(attempts, number, json_pack("[s,s]", gateway, word));
    } else if (weight(word) > weight(json_string_value(json_array_get(attempt, 1)))) {
        json_array_set_new(attempt, 1, json_string(word));
    }
}

static const char *text_of(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));

    return text == NULL ? "" : text;
}

static void read_rows(json_t *expected, const json_t *ledger, struct recount *recount)
{
    size_t i;
    json_t *row;

    json_array_foreach(json_object_get(ledger, "requests"), i, row)
    {
        bool accepted = json_is_true(json_object_get(row, "accepted"));

        recount->requests++;
        recount->accepted += accepted;
        if (text_of(row, "ref")[0] != '\0') {
            note(expected, text_of(row, "ref"), text_of(row, "gateway"),
                accepted ? "sent" : "refused");
        }
    }
    json_array_foreach(json_object_get(ledger, "callbacks"), i, row)
    {
        const char *state = text_of(row, "state");

        if (text_of(row, "ref")[0] != '\0' && weight(state) > 0 &&
            json_is_true(json_object_get(row, "acknowledged"))) {
            note(expected, text_of(row, "ref"), text_of(row, "gateway"), state);
        }
    }
}

static int read_ledger(
    const char *url, json_t *expected, struct recount *recount, struct err *err)
{
    int64_t from = 1;

    do {
        json_t *ledger, *next;

        if (fetch(url, from, &ledger, err) != 0) {
            return -1;
        }
        read_rows(expected, ledger, recount);
        next = json_object_get(ledger, "next");
        from = json_is_integer(next) ? json_integer_value(next) : 0;
        json_decref(ledger);
    } while (from != 0);
    return 0;
}

/* What the ledger knows of a message as a whole. Texts are the ledger's. */
struct known {
    const char *gateway, *word; /* of the attempt that counts; NULL: it knows nothing */
};

/* The attempt that arrived, else the last one: a later one goes only when the one before
 * came to nothing. */
static struct known known_of(const json_t *attempts)
{
    struct known known = {NULL, NULL};
    int64_t last = -1;
    const char *number;
    json_t *attempt;

    json_object_foreach((json_t *)attempts, number, attempt)
    {
        const char *word = json_string_value(json_array_get(attempt, 1));
        int64_t n = strtoll(number, NULL, 10);
        bool arrived = weight(word) >= weight("delivered");

        if (known.word != NULL && weight(known.word) >= weight("delivered")
                ? weight(word) > weight(known.word)
                : arrived || n > last) {
            known = (struct known){json_string_value(json_array_get(attempt, 0)), word};
        }
        last = n > last ? n : last;
    }
    return known;
}

static bool is(const char *word, const char *one, const char *other)
{
    return strcmp(word, one) == 0 || strcmp(word, other) == 0;
}

/* A failed attempt may have gone on by another route, and have come to nothing there. */
static bool agrees(const struct known *known, const struct view_message *message)
{
    const char *state = message->state;

    if (known->word == NULL || strcmp(known->word, "refused") == 0) {
        return !is(state, "sent", "sent") && !is(state, "delivered", "read");
    }
    if (weight(known->word) >= weight("delivered")) {
        return strcmp(known->word, state) == 0;
    }
    if (strcmp(known->word, "sent") == 0) {
        return is(state, "sent", "unsure");
    }
    return strcmp(state, "failed") == 0 ||
           (strcmp(known->gateway, message->gateway) != 0 &&
               is(state, "expired", "cancelled"));
}

static void differ(struct recount *recount, const char *reference, const char *ledger,
    const char *state)
{
    if (recount->differences++ == 0) {
        snprintf(recount->first, sizeof recount->first,
            "message %s is %s here, %s in the ledger", reference, state,
            ledger == NULL ? "absent" : ledger);
    }
}

static void compare_messages(struct db *db, json_t *expected, struct recount *recount)
{
    struct view_message *list = mem_zero(SLICE, sizeof *list);
    struct view_cursor cursor = {0};
    struct reference_key key;

    reference_load(db, &key);
    while (!cursor.done) {
        int n = view_messages(db, false, NULL, &cursor, list, SLICE);

        for (int i = 0; i < n; i++) {
            char reference[REFERENCE_SIZE];
            enum message_state state;
            struct known known;

            reference_make(&key, list[i].id, 0, reference);
            known = known_of(json_object_get(expected, reference));
            recount->messages++;
            recount->known += known.word != NULL;
            if (message_state_parse(list[i].state, &state) == 0) {
                recount->states[state]++;
            }
            if (!agrees(&known, &list[i])) {
                differ(recount, reference, known.word, list[i].state);
            }
            json_object_del(expected, reference);
        }
    }
    free(list);
}

static void compare_counters(struct db *db, struct recount *recount)
{
    struct view_counter after = {.campaign_id = -1, .series_id = -1}, list[SLICE];
    int n;

    do {
        n = view_counters_after(db, &after, list, SLICE);
        for (int i = 0; i < n; i++) {
            for (int state = 0; state < MESSAGE_STATES; state++) {
                recount->counted[state] += list[i].states[state];
            }
            after = list[i];
        }
    } while (n == SLICE);
    for (int state = 0; state < MESSAGE_STATES; state++) {
        if (recount->counted[state] != recount->states[state]) {
            if (recount->differences++ == 0) {
                snprintf(recount->first, sizeof recount->first,
                    "%lld messages are %s, the report counts %lld",
                    (long long)recount->states[state],
                    message_state_name((enum message_state)state),
                    (long long)recount->counted[state]);
            }
        }
    }
}

int recount_run(
    struct db *db, const char *url, struct recount *recount, struct err *err)
{
    json_t *expected = json_object();
    const char *left;
    int result;

    *recount = (struct recount){0};
    result = read_ledger(url, expected, recount, err);
    if (result == 0) {
        compare_messages(db, expected, recount);
        compare_counters(db, recount);
        /* What the ledger has and the database has not. */
        left = json_object_iter_key(json_object_iter(expected));
        if (left != NULL) {
            recount->differences += (int64_t)json_object_size(expected) - 1;
            differ(recount, left, "known", "absent");
        }
    }
    json_decref(expected);
    return result;
}
