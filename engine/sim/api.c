/*
 * api.c: the simulator's own endpoints, /sim and below: for the daemon, whose virtual
 * clock it shares, and for tests.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/url.h"
#include "sim/dialect.h"
#include "sim/sim_internal.h"
#include "sim/whatsapp.h"

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

/* The message that the handset answers: the last that offered the choice; else, of a
 * reaction, the last. 0: none. */
static size_t answered_by(const struct sim *sim, const struct happening *words)
{
    const struct handset *handset = words->handset;
    bool reacts = words->type != NULL && strcmp(words->type, "reaction") == 0;

    for (size_t i = handset->received_n; i > 0; i--) {
        size_t row = handset->received[i - 1].request;
        struct ledger_request request = ledger_request_get(sim->ledger, row);

        if (reacts && strcmp(request.gateway, whatsapp_dialect.name) == 0) {
            return row;
        }
        for (size_t k = 0; words->choice != NULL && k < request.choices_n; k++) {
            if (strcmp(request.choices[k].id, words->choice) == 0) {
                return row;
            }
        }
    }
    return 0;
}

/* Which handset: "from" is a number, "user_id" one who hides it. NULL: neither. */
static struct handset *handset_of(
    struct sim *sim, const char *from, const char *user_id)
{
    char phone[SIM_ID_SIZE];

    if (user_id != NULL) {
        return wa_handset_name(user_id, phone) == 0
                   ? handsets_get(&sim->handsets, phone)
                   : NULL;
    }
    return from == NULL || from[0] == '\0' ? NULL : handsets_get(&sim->handsets, from);
}

static void post_say(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    json_t *body = json_loadb(inbound->body, inbound->body_length, 0, NULL);
    const char *from = NULL, *user_id = NULL, *channel = "sms";
    struct happening words = {.kind = HAPPENS_WORDS};
    char id[SIM_WORDS_ID_SIZE];
    bool understood =
        json_unpack(body, "{s?s, s?s, s?s, s?s, s?s, s?s !}", "from", &from, "user_id",
            &user_id, "channel", &channel, "text", &words.words, "type", &words.type,
            "choice", &words.choice) == 0;

    words.channel = strcmp(channel, "whatsapp") == 0 ? SIM_WHATSAPP : SIM_SMS;
    words.handset = understood ? handset_of(sim, from, user_id) : NULL;
    if (words.handset == NULL || (words.words == NULL && words.type == NULL)) {
        refuse(call, 400,
            "the body must be {\"from\":\"+62…\",\"text\":\"…\"}, for WhatsApp with "
            "\"channel\":\"whatsapp\" and as may be type, choice, and user_id for "
            "from");
    } else if (words.channel == SIM_SMS &&
               (strcmp(channel, "sms") != 0 || words.type != NULL ||
                   words.choice != NULL || user_id != NULL)) {
        refuse(call, 400,
            "channel must be sms or whatsapp; type, choice and user_id are WhatsApp's");
    } else {
        words.words = words.words == NULL ? "" : words.words;
        words.request = answered_by(sim, &words);
        if (sim_write(sim, &words, id) != 0) {
            refuse(call, 409,
                words.channel == SIM_SMS ? "the profile names no inbound URL"
                                         : "the profile names no whatsapp: hook");
        } else {
            answer_json(call, 202, json_pack("{s:s}", "id", id));
        }
    }
    json_decref(body);
}

static void post_preference(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    json_t *body = json_loadb(inbound->body, inbound->body_length, 0, NULL);
    const char *from = NULL, *user_id = NULL, *value = NULL;
    struct happening preference = {.kind = HAPPENS_PREFERENCE, .channel = SIM_WHATSAPP};
    char id[SIM_WORDS_ID_SIZE];

    if (json_unpack(body, "{s?s, s?s, s:s !}", "from", &from, "user_id", &user_id,
            "value", &value) == 0 &&
        (strcmp(value, "stop") == 0 || strcmp(value, "resume") == 0)) {
        preference.handset = handset_of(sim, from, user_id);
    }
    preference.words = value;
    if (preference.handset == NULL) {
        refuse(call, 400,
            "the body must be {\"from\":\"+62…\",\"value\":\"stop\" or \"resume\"}");
    } else if (sim_write(sim, &preference, id) != 0) {
        refuse(call, 409, "the profile names no whatsapp: hook");
    } else {
        answer_json(call, 202, json_pack("{s:s}", "id", id));
    }
    json_decref(body);
}

static void post_templates(
    struct sim *sim, struct server_call *call, const struct http_inbound *inbound)
{
    json_t *body = json_loadb(inbound->body, inbound->body_length, 0, NULL);
    const char *name = NULL, *language = "id", *word = NULL;
    enum template_status status;
    struct wa_template *template;

    if (json_unpack(body, "{s:s, s?s, s:s !}", "name", &name, "language", &language,
            "status", &word) != 0 ||
        template_status_parse(word, &status) != 0) {
        refuse(call, 400,
            "the body must be {\"name\":\"…\",\"language\":\"id\",\"status\":"
            "\"approved\", paused, disabled, rejected or pending}");
    } else {
        template = wa_templates_get(&sim->templates, name, language);
        template->status = (int)status;
        answer_json(call, 202,
            json_pack("{s:b}", "told", sim_tell_template(sim, template) == 0));
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

        json_array_append_new(list,
            json_pack("{s:I, s:I, s:s, s:s, s:o}", "n", (json_int_t)received->request,
                "at", (json_int_t)received->at_ms, "ref", request.ref, "gateway",
                request.gateway, "text", json_string_nocheck(request.text)));
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
                handset->traits.hands[0]->name, "stopped", (int)handset->stopped,
                "accepted", (json_int_t)handset->accepted, "received",
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
        {"/sim/preference", HTTP_POST, post_preference},
        {"/sim/templates", HTTP_POST, post_templates},
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
