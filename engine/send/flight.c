/*
 * flight.c: a claimed message's request, from its making to its answer.
 *
 * An answer is read when it comes and settled at the end of the turn, with the others
 * of the turn: each a unit of its own, for about the price of one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "content/config.h"
#include "net/client.h"
#include "send/internal.h"
#include "store/db.h"

static void free_for_good(struct flight *flight)
{
    http_request_fini(&flight->request);
    free(flight->text);
    free(flight->form_json);
    free(flight);
}

/* Kept, with the memory of its request, for the next one. */
void flight_free(struct flight *flight)
{
    struct send *send = flight->send;

    free(flight->text);
    free(flight->form_json);
    flight->text = flight->form_json = NULL;
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
        flight->known = false;
        flight->result = (struct adapter_result){0};
    }
    return flight;
}

/* Seconds, or an HTTP date, which gateways do not use in practice: a minute then. */
static int64_t retry_after_ms(const char *header)
{
    char *end;
    long seconds;

    if (header == NULL) {
        return 0;
    }
    seconds = strtol(header, &end, 10);
    return end == header || seconds < 0 ? 60000 : (int64_t)seconds * 1000;
}

struct flight *flight_new(struct send *send, struct gateway *gateway,
    const struct message *message, struct err *err)
{
    struct flight *flight = take_spare(send);

    flight->gateway = gateway;
    flight->text = message_text(send->with.db, message->text_id, &flight->form_json);
    flight->form = "text";
    address_get(send->with.db, message->address_id, &flight->address);
    reference_make(
        send->with.key, message->id, (int)message->attempts, flight->reference);
    if ((gateway->adapter->flags & ADAPTER_DEDUPLICATES) != 0) {
        reference_make(send->with.key, message->id, 0, flight->reference);
    }
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
    if (flight->text == NULL) {
        err_set(err, ERR_REFUSED, "the text is gone");
    }
    if (flight->text == NULL ||
        gateway->adapter->build(gateway->config->own, gateway->config->base_url,
            &flight->message, &flight->request, err) != 0) {
        flight_free(flight);
        return NULL;
    }
    return flight;
}

static void on_reply(void *argument, const struct http_reply *reply)
{
    struct flight *flight = argument;
    struct send *send = flight->send;
    struct gateway *gateway = flight->gateway;
    struct adapter_result *result = &flight->result;

    flight->known = reply->ending != HTTP_CUT;
    if (reply->ending == HTTP_ANSWERED) {
        gateway->adapter->read_reply(
            gateway->config->own, &flight->message, reply, result);
        if (!result->accepted && result->retry_after_ms == 0) {
            result->retry_after_ms = retry_after_ms(reply->retry_after);
        }
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

    settle_attempt(
        send, flight->gateway, &flight->claimed, &flight->result, flight->known);
}

void flights_settle(struct send *send)
{
    struct db_work work = {send->landed_n, send, settle_one, NULL};

    for (size_t i = 0; i < send->landed_n; i++) {
        struct flight *flight = send->landed[i];

        gateway_note(send, flight->gateway, flight->known ? &flight->result : NULL);
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
