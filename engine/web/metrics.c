#include "web/metrics.h"

#include <inttypes.h>

#include "base/buf.h"
#include "send/send.h"
#include "store/message.h"
#include "web/engine.h"
#include "web/hooks.h"

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_add_format(
        out, "# HELP cegah_%s %s\n# TYPE cegah_%s %s\n", name, help, name, type);
}

static void hook_line(struct buf *out, const char *what, int64_t n)
{
    buf_add_format(out, "cegah_hook_total{what=\"%s\"} %" PRId64 "\n", what, n);
}

/* A label's value has \\, " and newlines escaped. */
static void pause_line(struct buf *out, const struct gateway_status *status)
{
    buf_add_format(
        out, "cegah_gateway_pause_reason{gateway=\"%s\",reason=\"", status->name);
    for (const char *at = status->reason; *at != '\0'; at++) {
        if (*at == '\n') {
            buf_add_text(out, "\\n");
            continue;
        }
        if (*at == '"' || *at == '\\') {
            buf_add_char(out, '\\');
        }
        buf_add_char(out, *at);
    }
    buf_add_text(out, "\"} 1\n");
}

void metrics_write(
    const struct engine *engine, const struct hook_counts *hooks, struct buf *out)
{
    struct gateway_status status;

    head(out, "messages", "gauge", "Messages by state.");
    for (int state = 0; state < MESSAGE_STATES; state++) {
        buf_add_format(out, "cegah_messages{state=\"%s\"} %" PRId64 "\n",
            message_state_name((enum message_state)state),
            message_count_state(engine->db, (enum message_state)state));
    }
    head(out, "hook_total", "counter",
        "Gateways' calls since the start, by what they were.");
    hook_line(out, "calls", hooks->calls);
    hook_line(out, "events", hooks->events);
    hook_line(out, "refused", hooks->refused);
    hook_line(out, "unreadable", hooks->unreadable);
    hook_line(out, "unknown_message", hooks->unknown_messages);
    hook_line(out, "repeated", hooks->repeated);
    head(out, "gateway_in_flight", "gauge", "Requests that are out.");
    for (size_t i = 0; send_gateway_status(engine->send, i, &status); i++) {
        buf_add_format(out, "cegah_gateway_in_flight{gateway=\"%s\"} %d\n", status.name,
            status.in_flight);
    }
    head(out, "gateway_paused", "gauge",
        "1: the gateway refuses the account, or does not answer; its messages wait.");
    for (size_t i = 0; send_gateway_status(engine->send, i, &status); i++) {
        buf_add_format(out, "cegah_gateway_paused{gateway=\"%s\"} %d\n", status.name,
            status.paused ? 1 : 0);
    }
    head(out, "gateway_pause_reason", "gauge", "Why a gateway is paused, in words.");
    for (size_t i = 0; send_gateway_status(engine->send, i, &status); i++) {
        if (status.paused) {
            pause_line(out, &status);
        }
    }
}
