/*
 * api.c: the simulator's own endpoints, /sim and below: for the daemon, whose virtual
 * clock it shares, and for tests.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/url.h"
#include "sim/sim_internal.h"

enum { LEDGER_LIMIT = 100000 };

static const char JSON_TYPE[] = "application/json";

/* Answers with the JSON value, which is taken. */
static void answer_json(struct server_call *call, int status, json_t *value)
{
    struct http_answer answer;
    char *text = json_dumps(value, JSON_COMPACT);

    http_answer_init(&answer);
    http_answer_set(&answer, status, JSON_TYPE, text == NULL ? "null" : text);
    buf_add_char(&answer.body, '\n');
    server_answer_committed(call, &answer);
    free(text);
    json_decref(value);
}

static void refuse(struct server_call *call, int status, const char *sentence)
{
    answer_json(call, status, json_pack("{s:s}", "error", sentence));
}

static const char *clock_word(const struct sim *sim)
{
    static const char *const words[] = {
        [CLOCK_REAL] = "real", [CLOCK_RUN] = "run", [CLOCK_JUMP] = "jump"};

    return words[sim->clock.mode];
}

static void get_sim(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    (void)inbound;
    answer_json(call, 200,
        json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I}", "simulator", "cegah",
            "now", (json_int_t)clock_now(&sim->clock), "clock", clock_word(sim),
            "requests", (json_int_t)ledger_requests(sim->ledger), "callbacks",
            (json_int_t)ledger_callbacks(sim->ledger), "pending",
            (json_int_t)callbacks_pending(sim->callbacks), "happenings",
            (json_int_t)sim->timeline.n, "cut_before_read",
            (json_int_t)sim->cut_before_read));
}

/* Reads a number of the query. Returns 0; -1 when it is there and is none. */
static int query_number(
    const struct http_inbound *inbound, const char *name, int64_t *value)
{
    struct form form;
    const char *text = NULL;
    char *end;
    int result = form_parse(&form, inbound->query, strlen(inbound->query));

    if (result == 0) {
        text = form_find(&form, name);
    }
    if (text != NULL) {
        errno = 0;
        *value = strtoll(text, &end, 10);
        result = end == text || *end != '\0' || errno != 0 || *value < 0 ? -1 : 0;
    }
    form_fini(&form);
    return result;
}

static void get_next(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    int64_t before = INT64_MAX, at = timeline_next(&sim->timeline);

    if (query_number(inbound, "before", &before) != 0) {
        refuse(call, 400, "before must be UTC milliseconds");
        return;
    }
    if (at < 0 || at > before) {
        answer_json(call, 200, json_pack("{s:n}", "at"));
    } else {
        answer_json(call, 200, json_pack("{s:I}", "at", (json_int_t)at));
    }
}

static void post_now(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    json_t *body = json_loadb(inbound->body, inbound->body_length, 0, NULL);
    json_int_t now = -1;

    if (sim->clock.mode != CLOCK_JUMP) {
        refuse(call, 409, "this clock runs by itself: start with --clock jump");
    } else if (json_unpack(body, "{s:I}", "now", &now) != 0 || now < 0) {
        refuse(call, 400, "the body must be {\"now\": UTC milliseconds}");
    } else {
        sim_move(sim, now, call);
    }
    json_decref(body);
}

static void get_ledger(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    int64_t from = 1, limit = LEDGER_LIMIT, texts = 1;
    struct http_answer answer;

    if (query_number(inbound, "from", &from) != 0 ||
        query_number(inbound, "limit", &limit) != 0 ||
        query_number(inbound, "texts", &texts) != 0) {
        refuse(call, 400, "from, limit and texts (0 or 1) must be whole numbers");
        return;
    }
    http_answer_init(&answer);
    answer.content_type = JSON_TYPE;
    ledger_write(sim->ledger, (size_t)from, (size_t)limit, texts != 0, &answer.body);
    if (answer.body.overflowed) {
        http_answer_fini(&answer);
        refuse(call, 400, "too many rows for one answer: ask with a smaller limit");
        return;
    }
    server_answer_committed(call, &answer);
}

static void post_faults(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    struct err err;

    if (faults_set(&sim->faults, inbound->body, inbound->body_length, &err) != 0) {
        refuse(call, 400, err.text);
        return;
    }
    answer_json(call, 200, json_pack("{s:I}", "faults", (json_int_t)sim->faults.n));
}

static void post_say(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    json_t *body = json_loadb(inbound->body, inbound->body_length, 0, NULL);
    const char *from = NULL, *text = NULL;
    char id[40];

    if (json_unpack(body, "{s:s, s:s}", "from", &from, "text", &text) != 0 ||
        from[0] == '\0') {
        refuse(call, 400, "the body must be {\"from\":\"+62…\",\"text\":\"…\"}");
    } else if (sim_write(sim,
                   &(struct happening){
                       .kind = HAPPENS_WORDS,
                       .handset = handsets_get(&sim->handsets, from),
                       .words = text,
                   },
                   id) != 0) {
        refuse(call, 409, "the profile names no inbound URL");
    } else {
        answer_json(call, 202, json_pack("{s:s}", "id", id));
    }
    json_decref(body);
}

static json_t *received_json(const struct sim *sim, const struct handset *handset)
{
    json_t *list = json_array();

    for (size_t i = 0; i < handset->received_n; i++) {
        const struct received *received = &handset->received[i];
        struct ledger_request request =
            ledger_request_get(sim->ledger, received->request);

        json_array_append_new(
            list, json_pack("{s:I, s:I, s:s, s:o}", "n", (json_int_t)received->request,
                      "at", (json_int_t)received->at_ms, "ref", request.ref, "text",
                      json_string_nocheck(request.text)));
    }
    return list;
}

static void get_handset(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    struct form form;
    const char *phone = NULL;
    const struct handset *handset = NULL;

    if (form_parse(&form, inbound->query, strlen(inbound->query)) == 0) {
        phone = form_find(&form, "phone");
    }
    if (phone != NULL) {
        handset = handsets_find(&sim->handsets, phone);
    }
    if (handset == NULL) {
        refuse(call, 404, "no handset of that phone has received or written anything");
    } else {
        answer_json(call, 200,
            json_pack("{s:s, s:s, s:b, s:I, s:o}", "phone", handset->phone, "is",
                handset->behaviour->name, "stopped", (int)handset->stopped, "accepted",
                (json_int_t)handset->accepted, "received",
                received_json(sim, handset)));
    }
    form_fini(&form);
}

void sim_api(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    static const struct endpoint {
        const char *path;
        enum http_method method;
        void (*answer)(struct sim *sim, struct server_call *call,
            const struct http_inbound *inbound);
    } endpoints[] = {
        {"/sim", HTTP_GET, get_sim},
        {"/sim/next", HTTP_GET, get_next},
        {"/sim/now", HTTP_POST, post_now},
        {"/sim/ledger", HTTP_GET, get_ledger},
        {"/sim/faults", HTTP_POST, post_faults},
        {"/sim/say", HTTP_POST, post_say},
        {"/sim/handset", HTTP_GET, get_handset},
    };

    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        if (strcmp(endpoints[i].path, inbound->path) != 0) {
            continue;
        }
        if (endpoints[i].method == inbound->method) {
            endpoints[i].answer(sim, call, inbound);
        } else {
            refuse(call, 405, "no such method here");
        }
        return;
    }
    refuse(call, 404, "the simulator knows no such path; see engine/sim/README.md");
}
