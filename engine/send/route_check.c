#include "send/route_check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/mem.h"
#include "base/must.h"
#include "content/campaign.h"
#include "content/config.h"

/* One look at one campaign. Lives on route_check()'s stack. */
struct looking {
    const struct config *config;
    const struct campaign *campaign;
    const struct content_files *files;
    const char *prefix;
    struct problems *problems;
};

__attribute__((format(printf, 5, 6))) static void complain(
    const struct looking *looking, const char *name, const struct step *step,
    const char *advice, const char *format, ...)
{
    char *path = mem_format("%s%s", looking->prefix, name), *text;
    struct problem problem = {.path = path, .advice = (char *)advice};
    const char *file = "";
    va_list arguments;

    va_start(arguments, format);
    text = mem_vformat(format, arguments);
    va_end(arguments);
    problem.text = text;
    if (step != NULL) {
        problem.line = step->line;
        problem.column = step->column;
    }
    for (size_t i = 0; i < looking->files->n; i++) {
        if (strcmp(looking->files->list[i].name, name) == 0) {
            file = looking->files->list[i].text;
        }
    }
    problems_add_at(looking->problems, &problem, file);
    free(text);
    free(path);
}

static bool is_used(const struct campaign *campaign, enum channel channel)
{
    for (size_t i = 0; i < campaign->channels_n; i++) {
        if (campaign->channels[i] == channel) {
            return true;
        }
    }
    return campaign->channels_n == 0;
}

/* The i-th route and its adapter; NULL past the last. */
static const struct config_gateway *route_at(
    const struct looking *looking, size_t i, const struct adapter **adapter)
{
    const struct option_list *routes = &looking->config->routes;
    const struct config_gateway *gateway;

    if (i >= routes->n) {
        return NULL;
    }
    gateway = config_gateway_find(looking->config, routes->items[i]);
    must(gateway != NULL, "route %s", routes->items[i]);
    *adapter = adapter_find(gateway->adapter);
    must(*adapter != NULL, "adapter %s", gateway->adapter);
    return gateway;
}

/* A route that carries the text at any time. */
static bool has_open_route(const struct looking *looking, enum channel *only)
{
    const struct adapter *adapter;

    for (size_t i = 0; route_at(looking, i, &adapter) != NULL; i++) {
        if (is_used(looking->campaign, adapter->channel) &&
            adapter->session_window_ms == 0 &&
            (only == NULL || *only == adapter->channel)) {
            return true;
        }
    }
    return false;
}

/* What the step lacks on a route with a window: NULL nothing, else whose template. */
static const char *lacking(const struct step *step)
{
    if (step->kind == STEP_WAIT) {
        return NULL;
    }
    if (step_template(step, NULL, false) == NULL) {
        return "";
    }
    return step_template(step, NULL, true) == NULL && !step->text.skip_discreet
               ? " for discreet readers"
               : NULL;
}

static void check_steps(const struct looking *looking,
    const struct config_gateway *gateway, bool others_carry)
{
    bool refuses = gateway->no_template == NO_TEMPLATE_REFUSE;

    for (size_t i = 0; i < looking->campaign->series_n; i++) {
        const struct series *series = &looking->campaign->series[i];

        for (size_t k = 0; k < series->steps_n; k++) {
            const struct step *step = &series->steps[k];
            const char *lacks = lacking(step);

            if (lacks == NULL || (others_carry && !refuses)) {
                continue;
            }
            complain(looking, series->file, step,
                others_carry
                    ? "Give it one: whatsapp: {template: …}; or write no_template: "
                      "next "
                      "at the gateway."
                    : "Give it one: whatsapp: {template: …}; or add a gateway for SMS "
                      "to routes (and sms to the campaign's channels).",
                "the step \"%s\" has no template%s: outside the session window the "
                "route \"%s\" carries nothing else%s",
                step->id, lacks, gateway->name,
                others_carry ? "" : ", and no other route does");
        }
    }
}

static void check_invitations(const struct looking *looking)
{
    enum channel sms = CHANNEL_SMS;

    for (size_t i = 0; i < looking->campaign->series_n; i++) {
        const struct series *series = &looking->campaign->series[i];

        if (series->invitation_id != NULL && !has_open_route(looking, &sms)) {
            complain(looking, series->file, NULL,
                "Add a gateway for SMS to routes (and sms to the campaign's channels).",
                "the invitation \"%s\" goes by SMS, and no route carries SMS",
                series->invitation_id);
        }
    }
}

void route_check(const struct config *config, const struct campaign *campaign,
    const struct content_files *files, const char *prefix, struct problems *problems)
{
    struct looking looking = {config, campaign, files, prefix, problems};
    const struct config_gateway *gateway;
    const struct adapter *adapter;
    bool others_carry = has_open_route(&looking, NULL), any = false;

    for (size_t i = 0; (gateway = route_at(&looking, i, &adapter)) != NULL; i++) {
        if (!is_used(campaign, adapter->channel)) {
            continue;
        }
        any = true;
        if (adapter->session_window_ms > 0) {
            check_steps(&looking, gateway, others_carry);
        }
    }
    if (!any) {
        complain(&looking, "campaign.yaml", NULL,
            "Add a gateway of one of its channels to routes, or change channels.",
            "no route of the config carries a channel of this campaign");
    } else {
        check_invitations(&looking);
    }
}
