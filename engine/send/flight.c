/*
 * flight.c: a claimed message's request, from its making to its answer.
 *
 * An answer is read when it comes and settled at the end of the turn, with the others
 * of the turn: each a unit of its own, for about the price of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/http_date.h"
#include "base/mem.h"
#include "content/config.h"
#include "net/client.h"
#include "send/internal.h"
#include "send/route.h"
#include "store/db.h"

enum { RETRY_SECONDS_MAX = 7 * 24 * 60 * 60 };

static void forget_content(struct flight *flight)
{
    message_form_fini(&flight->filled);
    free(flight->text);
    free(flight->form_json);
    flight->text = flight->form_json = NULL;
}

static void free_for_good(struct flight *flight)
{
    http_request_fini(&flight->request);
    forget_content(flight);
    free(flight);
}

/* Kept, with the memory of its request, for the next one. */
void flight_free(struct flight *flight)
{
    struct send *send = flight->send;

    forget_content(flight);
    flight->next = send->spare;
    send->spare = flight;
}

static struct flight *take_spare(struct send *send)
{
    struct flight *flight = send->spare;

    if (flight == NULL) {
        flight = mem_zero(1, sizeof *flight);
        http_request_init(&flight->request);
        flight->send = send;
    } else {
        send->spare = flight->next;
        http_request_clear(&flight->request);
        flight->known = flight->silent = false;
        flight->result = (struct adapter_result){0};
    }
    return flight;
}

/* Seconds, or an HTTP date; what is neither counts as a minute. */
static int64_t retry_after_ms(const char *header, int64_t now)
{
    char *end;
    long seconds;
    int64_t at;

    if (http_date_parse(header, &at) == 0) {
        return at > now ? at - now : 0;
    }
    seconds = strtol(header, &end, 10);
    return end == header || *end != '\0' || seconds < 0 || seconds > RETRY_SECONDS_MAX
               ? 60000
               : (int64_t)seconds * 1000;
}

static const struct {
    const char *reason;
    enum failure_class class;
    const char *words;
} UNFIT[] = {
    {"window_closed", FAILURE_WINDOW_CLOSED,
        "its session window is closed, and it has no template"},
    {"template_paused", FAILURE_TEMPLATE, "the gateway refuses its template now"},
    {"recipient_cap", FAILURE_RECIPIENT_CAP,
        "the gateway takes no more for this person now"},
    {"not_reachable", FAILURE_INVALID_NUMBER, "the gateway does not reach this person"},
};

static void set_why(struct adapter_result *why, enum failure_class class,
    const char *code, const char *words)
{
    why->class = class;
    snprintf(why->code, sizeof why->code, "%s", code);
    snprintf(why->text, sizeof why->text, "%s", words);
}

/* What it goes as. Returns -1 with why when it may not go by its gateway now. */
static int choose_form(
    struct flight *flight, const struct message *message, struct adapter_result *why)
{
    struct send *send = flight->send;
    struct gateway *gateway = flight->gateway;
    struct route_question question = {
        .kind = message->kind,
        .campaign_id = message->campaign_id,
        .address_id = message->address_id,
        .form = &flight->filled,
    };
    struct route_answer answer;

    flight->form = "text";
    if (gateway->adapter->session_window_ms == 0) {
        return 0;
    }
    message_form_read(flight->form_json, &flight->filled);
    flight->form = route_form(
        send->with.gate, gateway->config, &question, send_now(send), &answer);
    for (size_t i = 0; flight->form == NULL && i < sizeof UNFIT / sizeof UNFIT[0];
         i++) {
        if (strcmp(UNFIT[i].reason, answer.reason) == 0) {
            set_why(why, UNFIT[i].class, answer.code, UNFIT[i].words);
        }
    }
    return flight->form == NULL ? -1 : 0;
}

/* A template goes alone; text with what the channel shows beside it. */
static void set_form(struct flight *flight)
{
    const struct message_form *filled = &flight->filled;
    struct adapter_message *message = &flight->message;

    if (strcmp(flight->form, "template") == 0) {
        flight->template = (struct adapter_template){
            .name = filled->template_name,
            .language = filled->template_language,
            .parameters = filled->parameters,
            .parameter_names =
                filled->parameter_names[0] == NULL ? NULL : filled->parameter_names,
            .parameters_n = filled->parameters_n,
            .header_media_url = filled->header_media_url,
            .button_payloads = filled->button_payloads,
            .buttons_n = filled->buttons_n,
        };
        message->template = &flight->template;
        message->text = NULL;
        return;
    }
    for (size_t i = 0; i < filled->choices_n; i++) {
        flight->choices[i] =
            (struct adapter_choice){filled->choices[i].id, filled->choices[i].title};
    }
    message->choices = flight->choices;
    message->choices_n = filled->choices_n;
    message->media_url = filled->media_url;
    message->media_type = filled->media_type;
}

/* Fills all but the form. */
static void load(struct flight *flight, const struct message *message)
{
    struct send *send = flight->send;
    struct gateway *gateway = flight->gateway;
    bool once = (gateway->adapter->flags & ADAPTER_DEDUPLICATES) != 0;

    flight->text = message_text(send->with.db, message->text_id, &flight->form_json);
    address_get(send->with.db, message->address_id, &flight->address);
    reference_make(send->with.key, message->id, once ? 0 : (int)message->attempts,
        flight->reference);
    flight->recipient = (struct adapter_recipient){
        flight->address.kind, flight->address.value, flight->reference};
    flight->message = (struct adapter_message){
        .channel = message->channel,
        .text = flight->text == NULL ? "" : flight->text,
        .unicode = message->is_unicode,
        .parts = message->parts,
        .recipients = &flight->recipient,
        .recipients_n = 1,
        .validity_ms = message->expires_at - send_now(send),
        .report_url = gateway->report_url,
    };
}

struct flight *flight_new(struct send *send, struct gateway *gateway,
    const struct message *message, struct adapter_result *why)
{
    struct flight *flight = take_spare(send);
    struct err err;

    flight->gateway = gateway;
    load(flight, message);
    if (flight->text == NULL) {
        set_why(why, FAILURE_CONTENT, "", "the text is gone");
        goto failed;
    }
    if (choose_form(flight, message, why) != 0) {
        goto failed;
    }
    set_form(flight);
    if (gateway->adapter->build(gateway->config->own, gateway->config->base_url,
            &flight->message, &flight->request, &err) != 0) {
        set_why(why, FAILURE_CONTENT, "", err.text);
        goto failed;
    }
    return flight;

failed:
    flight_free(flight);
    return NULL;
}

/* Nothing of anybody's leaves sooner, whatever the reply says of this message. */
static void honour_retry_after(struct flight *flight, const struct http_reply *reply)
{
    int64_t now = send_now(flight->send), wait;

    if (reply->retry_after == NULL || (reply->status != 429 && reply->status != 503)) {
        return;
    }
    wait = retry_after_ms(reply->retry_after, now);
    gateway_throttle(flight->gateway, now + wait);
    if (!flight->result.accepted && flight->result.retry_after_ms < wait) {
        flight->result.retry_after_ms = wait;
    }
}

static void on_reply(void *argument, const struct http_reply *reply)
{
    struct flight *flight = argument;
    struct send *send = flight->send;
    struct gateway *gateway = flight->gateway;
    struct adapter_result *result = &flight->result;

    flight->known = reply->ending != HTTP_CUT;
    flight->silent = reply->ending != HTTP_ANSWERED || reply->status >= 500;
    if (reply->ending == HTTP_ANSWERED) {
        gateway->adapter->read_reply(
            gateway->config->own, &flight->message, reply, result);
        honour_retry_after(flight, reply);
    } else {
        result->class = flight->known ? FAILURE_TRANSIENT : FAILURE_AMBIGUOUS;
        snprintf(result->code, sizeof result->code, "%s",
            flight->known ? "not_sent" : "cut");
        snprintf(result->text, sizeof result->text, "%s", reply->error);
    }
    if (send->landed_n == send->landed_capacity) {
        send->landed_capacity =
            send->landed_capacity > 0 ? send->landed_capacity * 2 : 64;
        send->landed =
            mem_resize(send->landed, send->landed_capacity, sizeof *send->landed);
    }
    send->landed[send->landed_n++] = flight;
    send_work(send);
}

static void release(void *argument)
{
    struct flight *flight = argument;
    struct client_options options = {
        .timeout_ms = flight->gateway->config->timeout_ms,
        .connect_timeout_ms = 10000,
        .idle_ms = flight->gateway->config->idle_ms,
    };

    client_send(flight->gateway->client, &flight->request, &options, on_reply, flight);
}

/* The claim was not committed: nothing left, and nothing is to be undone but this. */
static void drop(void *argument)
{
    struct flight *flight = argument;

    flight->gateway->in_flight--;
    flight_free(flight);
}

void flight_launch(struct flight *flight)
{
    flight->gateway->in_flight++;
    gateway_spend(flight->gateway);
    loop_effect(flight->send->with.loop, release, drop, flight);
}

static void settle_one(void *context, size_t i)
{
    struct send *send = context;
    struct flight *flight = send->landed[i];

    if (flight->known && flight->result.accepted &&
        strcmp(flight->form, "template") == 0) {
        refusal_over(send, flight->gateway->config->name, flight->filled.template_name,
            flight->filled.template_language);
    }
    settle_attempt(
        send, flight->gateway, &flight->claimed, &flight->result, flight->known);
}

void flights_settle(struct send *send)
{
    struct db_work work = {send->landed_n, send, settle_one, NULL};

    for (size_t i = 0; i < send->landed_n; i++) {
        struct flight *flight = send->landed[i];

        gateway_note(send, flight->gateway, flight->known ? &flight->result : NULL,
            flight->silent);
    }
    db_units(send->with.db, &work);
    for (size_t i = 0; i < send->landed_n; i++) {
        send->landed[i]->gateway->in_flight--;
        flight_free(send->landed[i]);
    }
    send->landed_n = 0;
}

void flights_free(struct send *send)
{
    for (size_t i = 0; i < send->landed_n; i++) {
        flight_free(send->landed[i]);
    }
    while (send->spare != NULL) {
        struct flight *flight = send->spare;

        send->spare = flight->next;
        free_for_good(flight);
    }
    free(send->landed);
}
