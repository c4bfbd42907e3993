/*
 * gateway.c: how fast a gateway may be fed, and when it is left alone.
 *
 * "Next possible time" is pushed later by slots, by the rate, by a 429 and by a pause.
 * A pause is a circuit breaker: the messages stay queued, and one of them tries again
 * later, then after twice as long, up to an hour. A gateway that refuses the account is
 * tried after five minutes, and the first message that is not refused for the account's
 * sake ends the pause; one that does not answer after half a minute, and any answer ends
 * it.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "content/config.h"
#include "send/internal.h"

static const int64_t PROBE_FIRST_MS = 5 * 60 * 1000, PROBE_LAST_MS = 60 * 60 * 1000;
static const int64_t SILENT_PROBE_FIRST_MS = 30 * 1000;
/* So many in a row, over so long, that nobody is at home. */
enum { SILENT_MAX = 5 };
static const int64_t SILENT_MS = 30 * 1000;
static const int64_t SLOT_LAST_MS = 10 * 60 * 1000;
static const char SILENT[] = "it does not answer";

static double allowance_cap(const struct gateway *gateway)
{
    double tenth = gateway->config->rate / 10;

    return tenth > 1 ? tenth : 1;
}

static void reckon(struct gateway *gateway, int64_t now)
{
    double cap = allowance_cap(gateway);

    if (gateway->allowance_at == 0) {
        gateway->allowance = cap;
    } else if (now > gateway->allowance_at) {
        gateway->allowance +=
            (double)(now - gateway->allowance_at) / 1000 * gateway->config->rate;
    }
    gateway->allowance = gateway->allowance > cap ? cap : gateway->allowance;
    gateway->allowance_at = now;
}

int gateway_room(struct gateway *gateway, int64_t now)
{
    int room = (int)gateway->config->connections - gateway->in_flight;

    if (now < gateway->throttled_until) {
        return 0;
    }
    if (gateway->paused) {
        return now >= gateway->probe_at && gateway->in_flight == 0 ? 1 : 0;
    }
    if (gateway->config->rate > 0) {
        reckon(gateway, now);
        room = gateway->allowance < room ? (int)gateway->allowance : room;
    }
    return room > 0 ? room : 0;
}

void gateway_spend(struct gateway *gateway)
{
    if (gateway->config->rate > 0) {
        gateway->allowance -= 1;
    }
}

int64_t gateway_opens_at(const struct gateway *gateway, int64_t now)
{
    int64_t at = now;

    if (gateway->in_flight >= gateway->config->connections) {
        return 0;
    }
    if (gateway->paused) {
        if (gateway->in_flight > 0) {
            return 0;
        }
        at = gateway->probe_at;
    } else if (gateway->config->rate > 0 && gateway->allowance < 1) {
        at = gateway->allowance_at +
             (int64_t)((1 - gateway->allowance) / gateway->config->rate * 1000) + 1;
    }
    return at > gateway->throttled_until ? at : gateway->throttled_until;
}

int64_t gateway_slot(struct gateway *gateway, int64_t now)
{
    double rate = gateway->config->rate > 0 ? gateway->config->rate
                                            : (double)gateway->config->connections;
    int64_t gap = (int64_t)(1000 / rate) + 1;
    int64_t opens_at = gateway_opens_at(gateway, now);
    int64_t at = (opens_at > now ? opens_at : now) + gap;

    at = gateway->slot_at + gap > at ? gateway->slot_at + gap : at;
    /* Whoever stands far behind looks again sooner: those before may have gone. */
    if (at > now + SLOT_LAST_MS && opens_at <= now) {
        return now + SLOT_LAST_MS;
    }
    gateway->slot_at = at;
    return at;
}

void gateway_throttle(struct gateway *gateway, int64_t until)
{
    if (until > gateway->throttled_until) {
        gateway->throttled_until = until;
    }
}

/* What a coordinator is to do about a code, before the gateway's own words. */
static const char *account_words(const char *code)
{
    static const struct {
        const char *code, *words;
    } known[] = {
        {"0", "the token is wrong or has expired"},
        {"190", "the token is wrong or has expired"},
        {"401", "the password or token is wrong or has expired"},
        {"402", "the balance is empty"},
        {"403", "the password is wrong, or the account may not send"},
        {"131042", "the balance is empty, or a payment has failed"},
        {"131031", "the account is locked"},
        {"368", "the account is locked"},
        {"131005", "the token lacks a permission"},
        {"10", "the token lacks a permission"},
        {"133010", "the number is not registered"},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].code, code) == 0) {
            return known[i].words;
        }
    }
    return "it refuses the account";
}

static int64_t first_gap(const struct gateway *gateway)
{
    return gateway->is_silent ? SILENT_PROBE_FIRST_MS : PROBE_FIRST_MS;
}

void gateway_take_pause(struct gateway *gateway, int64_t now)
{
    gateway->paused = true;
    gateway->is_silent = strncmp(gateway->reason, SILENT, strlen(SILENT)) == 0;
    gateway->probe_at = now;
}

/* For a reason, or (NULL) for the one that it has. */
static void pause_gateway(
    struct send *send, struct gateway *gateway, const char *reason)
{
    int64_t now = send_now(send);

    if (reason != NULL) {
        snprintf(gateway->reason, sizeof gateway->reason, "%s", reason);
    }
    if (!gateway->paused) {
        gateway->probe_gap_ms = first_gap(gateway);
        log_event(LOG_ERROR, "gateway_paused",
            "gateway=%s reason=\"%s\" note=\"its messages are kept; mend the cause, it "
            "tries again by itself\"",
            gateway->config->name, gateway->reason);
    } else if (gateway->probe_gap_ms == 0) { /* paused before a restart */
        gateway->probe_gap_ms = first_gap(gateway);
    } else if (now >= gateway->probe_at) { /* the probe failed, not an older request */
        gateway->probe_gap_ms *= 2;
    }
    if (gateway->probe_gap_ms > PROBE_LAST_MS) {
        gateway->probe_gap_ms = PROBE_LAST_MS;
    }
    gateway->paused = true;
    gateway->probe_at = now + gateway->probe_gap_ms;
    gateway_pause_set(
        send->with.db, gateway->config->name, gateway->reason, now, gateway->probe_at);
}

static void resume_gateway(struct send *send, struct gateway *gateway)
{
    log_event(LOG_INFO, "gateway_resumed", "gateway=%s", gateway->config->name);
    gateway->paused = gateway->is_silent = false;
    gateway->silent_n = 0;
    gateway->probe_gap_ms = 0;
    gateway->reason[0] = '\0';
    gateway_pause_clear(send->with.db, gateway->config->name);
}

static void pause_for_account(
    struct send *send, struct gateway *gateway, const struct adapter_result *result)
{
    char reason[sizeof gateway->reason];
    const char *words = result->text[0] != '\0' ? result->text : result->code;

    snprintf(reason, sizeof reason, "%s: %s", account_words(result->code), words);
    if (gateway->paused && gateway->is_silent) {
        gateway->probe_gap_ms = 0; /* another cause, and another patience */
    }
    gateway->is_silent = false;
    pause_gateway(send, gateway, reason);
}

/* Counts what nobody answered; true when that is enough. */
static bool is_silent_now(struct send *send, struct gateway *gateway)
{
    int64_t now = send_now(send);

    if (gateway->silent_n == 0) {
        gateway->silent_since = now;
    }
    gateway->silent_n++;
    return gateway->silent_n >= SILENT_MAX && now - gateway->silent_since >= SILENT_MS;
}

void gateway_note(struct send *send, struct gateway *gateway,
    const struct adapter_result *result, bool silent)
{
    enum failure_class class = result == NULL ? FAILURE_AMBIGUOUS : result->class;

    if (class == FAILURE_ACCOUNT) {
        gateway->silent_n = 0;
        pause_for_account(send, gateway, result);
    } else if (silent) {
        if (gateway->paused) {
            pause_gateway(send, gateway, NULL);
        } else if (is_silent_now(send, gateway)) {
            gateway->is_silent = true;
            pause_gateway(send, gateway, SILENT);
        }
    } else {
        bool mute = class == FAILURE_AMBIGUOUS || class == FAILURE_TRANSIENT ||
                    class == FAILURE_THROTTLED;

        gateway->silent_n = 0;
        if (gateway->paused && mute && !gateway->is_silent) {
            pause_gateway(send, gateway, NULL); /* it says nothing of the account */
        } else if (gateway->paused) {
            resume_gateway(send, gateway);
        }
    }
}
