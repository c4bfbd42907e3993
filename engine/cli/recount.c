/*
 * recount.c: message for message. The ledger knows that a request was accepted and what
 * the handset reported (and that we acknowledged it): so it knows delivered, failed and
 * sent. Of a message that was never accepted it knows that none of these may be claimed.
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

/* The message's own reference: without the attempt's number behind it. */
static void message_reference(const char *reference, char out[REFERENCE_SIZE])
{
    int length = (int)strlen(reference);
    const char *underscore = strrchr(reference, '_');

    if (underscore != NULL &&
        strspn(underscore + 1, "0123456789") == strlen(underscore + 1)) {
        length = (int)(underscore - reference);
    }
    snprintf(out, REFERENCE_SIZE, "%.*s", length, reference);
}

/* Words of a message's ledger: a later one counts more. */
static int weight(const char *word)
{
    static const char *const words[] = {"refused", "sent", "failed", "delivered"};

    for (int i = 0; i < 4; i++) {
        if (strcmp(words[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

static void note(json_t *expected, const char *reference, const char *word)
{
    char key[REFERENCE_SIZE];
    const char *before;

    message_reference(reference, key);
    before = json_string_value(json_object_get(expected, key));
    if (before == NULL || weight(word) > weight(before)) {
        json_object_set_new(expected, key, json_string(word));
    }
}

static void read_rows(json_t *expected, const json_t *ledger, struct recount *recount)
{
    size_t i;
    json_t *row;

    json_array_foreach(json_object_get(ledger, "requests"), i, row)
    {
        const char *reference = json_string_value(json_object_get(row, "ref"));
        bool accepted = json_is_true(json_object_get(row, "accepted"));

        recount->requests++;
        recount->accepted += accepted;
        if (reference != NULL) {
            note(expected, reference, accepted ? "sent" : "refused");
        }
    }
    json_array_foreach(json_object_get(ledger, "callbacks"), i, row)
    {
        const char *reference = json_string_value(json_object_get(row, "ref"));
        const char *state = json_string_value(json_object_get(row, "state"));

        if (reference != NULL && state != NULL && weight(state) > 0 &&
            json_is_true(json_object_get(row, "acknowledged"))) {
            note(expected, reference, state);
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

static bool agrees(const char *ledger, const char *state)
{
    if (ledger == NULL || strcmp(ledger, "refused") == 0) {
        return strcmp(state, "sent") != 0 && strcmp(state, "delivered") != 0 &&
               strcmp(state, "read") != 0;
    }
    if (strcmp(ledger, "delivered") == 0) {
        return strcmp(state, "delivered") == 0 || strcmp(state, "read") == 0;
    }
    if (strcmp(ledger, "sent") == 0) {
        return strcmp(state, "sent") == 0 || strcmp(state, "unsure") == 0;
    }
    return strcmp(ledger, state) == 0;
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
            const char *ledger;

            reference_make(&key, list[i].id, 0, reference);
            ledger = json_string_value(json_object_get(expected, reference));
            recount->messages++;
            recount->known += ledger != NULL;
            if (message_state_parse(list[i].state, &state) == 0) {
                recount->states[state]++;
            }
            if (!agrees(ledger, list[i].state)) {
                differ(recount, reference, ledger, list[i].state);
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
