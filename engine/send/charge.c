/*
 * charge.c: what a message costs, counted once for each attempt.
 *
 * An SMS is charged by the part when the gateway takes it. A gateway with a session window
 * charges what arrived, by a category that its reports name: with the sending, with the
 * delivery or with the reading, in any order, so whatever comes last completes it.
 */
#include <stdio.h>
#include <string.h>

#include "content/config.h"
#include "send/internal.h"
#include "store/counter.h"

static bool is_by_part(const struct gateway *gateway)
{
    return gateway->adapter->channel == CHANNEL_SMS;
}

int64_t charge_on_acceptance(
    const struct gateway *gateway, const struct message *message)
{
    return is_by_part(gateway) ? gateway->config->price * message->parts : 0;
}

/* Categories are the gateway's words; what is none of these is marketing. */
static int64_t price_of(const struct config_gateway *config, const char *category)
{
    if (strncmp(category, "authentication", strlen("authentication")) == 0) {
        return config->price_authentication;
    }
    if (strcmp(category, "utility") == 0) {
        return config->price_utility;
    }
    if (strcmp(category, "service") == 0) {
        return config->price_service;
    }
    return strcmp(category, "referral_conversion") == 0 ? 0 : config->price;
}

void charge_count(struct db *db, const struct gateway *gateway,
    const struct message *message, int column, int64_t n)
{
    struct counter_key key;

    if (n == 0) {
        return;
    }
    counter_key_of(message, &key);
    key.channel = channel_name(gateway->adapter->channel);
    snprintf(key.gateway, sizeof key.gateway, "%s", gateway->config->name);
    counter_add(db, &key, column, n);
}

static bool proves_acceptance(enum report_state state)
{
    return state == REPORT_SENT || state == REPORT_DELIVERED || state == REPORT_READ;
}

static bool proves_arrival(enum report_state state)
{
    return state == REPORT_DELIVERED || state == REPORT_READ;
}

/* True when what is known by now makes the charge whole. */
static bool complete(struct db *db, const struct gateway *gateway,
    const struct message *message, int64_t n, const struct adapter_event *event,
    struct attempt_charge *charge)
{
    if (is_by_part(gateway)) {
        charge->cost = charge_on_acceptance(gateway, message);
        return proves_acceptance(event->state);
    }
    if (event->category[0] != '\0') {
        snprintf(charge->category, sizeof charge->category, "%s", event->category);
    }
    if (event->billable == 0) {
        charge->cost = 0;
        return true;
    }
    charge->cost = price_of(gateway->config, charge->category);
    return charge->category[0] != '\0' &&
           (proves_arrival(event->state) || event_has_arrived(db, message->id, n));
}

void charge_report(struct send *send, const struct gateway *gateway,
    const struct message *message, int64_t n, const struct adapter_event *event)
{
    struct db *db = send->with.db;
    struct attempt_charge charge;

    if (n == 0 || !attempt_charge_find(db, message->id, n, &charge) ||
        charge.is_known) {
        return;
    }
    charge.is_known = complete(db, gateway, message, n, event, &charge);
    if (charge.is_known || event->category[0] != '\0') {
        attempt_charge_set(db, message->id, n, &charge);
    }
    if (charge.is_known) {
        charge_count(db, gateway, message, COUNTER_COST, charge.cost);
    }
}
