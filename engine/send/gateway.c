/*
 * gateway.c: how fast a gateway may be fed, and when it is left alone.
 *
 * "Next possible time" is pushed later by slots, by the rate, by a 429 and by a pause.
 * A pause is a circuit breaker: the messages stay queued, and one of them tries again
 * after five minutes, then after ten, up to an hour; the first that is not refused for
 * the account's sake ends it.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "content/config.h"
#include "send/internal.h"

static const int64_t PROBE_FIRST_MS = 5 * 60 * 1000, PROBE_LAST_MS = 60 * 60 * 1000;

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

static void pause_gateway(
    struct send *send, struct gateway *gateway, const char *reason)
{
    int64_t now = send_now(send);

    if (!gateway->paused) {
        gateway->probe_gap_ms = PROBE_FIRST_MS;
        log_event(LOG_ERROR, "gateway_paused",
            "gateway=%s reason=\"%s\" note=\"its messages are kept; mend the cause, it "
            "tries again by itself\"",
            gateway->config->name, reason);
    } else if (gateway->probe_gap_ms == 0) { /* paused before a restart */
        gateway->probe_gap_ms = PROBE_FIRST_MS;
    } else if (now >= gateway->probe_at) { /* the probe failed, not an older request */
        gateway->probe_gap_ms *= 2;
    }
    if (gateway->probe_gap_ms > PROBE_LAST_MS) {
        gateway->probe_gap_ms = PROBE_LAST_MS;
    }
    gateway->paused = true;
    gateway->probe_at = now + gateway->probe_gap_ms;
    if (reason != gateway->reason) {
        snprintf(gateway->reason, sizeof gateway->reason, "%s", reason);
    }
    gateway_pause_set(
        send->with.db, gateway->config->name, gateway->reason, now, gateway->probe_at);
}

static void resume_gateway(struct send *send, struct gateway *gateway)
{
    log_event(LOG_INFO, "gateway_resumed", "gateway=%s", gateway->config->name);
    gateway->paused = false;
    gateway->probe_gap_ms = 0;
    gateway->reason[0] = '\0';
    gateway_pause_clear(send->with.db, gateway->config->name);
}

void gateway_note(
    struct send *send, struct gateway *gateway, const struct adapter_result *result)
{
    enum failure_class class = result == NULL ? FAILURE_AMBIGUOUS : result->class;

    if (class == FAILURE_ACCOUNT) {
        pause_gateway(
            send, gateway, result->text[0] != '\0' ? result->text : result->code);
    } else if (gateway->paused) {
        bool mute = class == FAILURE_AMBIGUOUS || class == FAILURE_TRANSIENT ||
                    class == FAILURE_THROTTLED;

        if (mute) {
            pause_gateway(
                send, gateway, gateway->reason); /* it says nothing of the cause */
        } else {
            resume_gateway(send, gateway);
        }
    }
}
