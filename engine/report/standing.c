#include "report/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/reason.h"
#include "report/value.h"
#include "store/view.h"

enum { PAUSES_MAX = 64, TEMPLATES_MAX = 256, LINE_SIZE = 1024 };

static void add(json_t *list, const char *gateway, const char *template, int64_t since,
    const char *line)
{
    json_array_append_new(
        list, json_pack("{s:o, s:o, s:o, s:o}", "gateway", value_text(gateway),
                  "template", template == NULL ? json_null() : value_text(template),
                  "since", value_time(since), "sentence", value_text(line)));
}

/* What is to be done about a gateway that paused, by how its cause begins. */
static const struct {
    const char *cause, *todo;
} pauses_known[] = {
    {"the token is wrong",
        "make a new one, put it where the config's `token` points to, and restart"},
    {"the token lacks", "give it the permission to send, at the provider"},
    {"the password is wrong", "correct it in the config and restart, or ask the "
                              "provider what the account may "
                              "do"},
    {"the password or token", "correct it in the config and restart"},
    {"the balance is empty, or", "top it up, or mend the payment method"},
    {"the balance is empty", "top it up"},
    {"the account is locked", "ask the provider why, and have it opened"},
    {"the number is not registered", "register it at the provider"},
    {"it does not answer", "look whether it, and the network to it, is up"},
};

static const char *what_to_do(const char *cause)
{
    for (size_t i = 0; i < sizeof pauses_known / sizeof pauses_known[0]; i++) {
        if (strncmp(cause, pauses_known[i].cause, strlen(pauses_known[i].cause)) == 0) {
            return pauses_known[i].todo;
        }
    }
    return "ask the provider what is wrong with the account";
}

/* A pause's reason is the cause in our words, then the gateway's own behind a colon. */
static void explain_pause(
    const struct view_pause *pause, const char *since, char line[LINE_SIZE])
{
    const char *colon = strstr(pause->reason, ": ");
    int length =
        colon != NULL ? (int)(colon - pause->reason) : (int)strlen(pause->reason);
    const char *words = colon != NULL ? colon + 2 : "";

    snprintf(line, LINE_SIZE,
        "%s is paused since %s, and its messages wait: %.*s%s%s%s; %s. It tries again "
        "by "
        "itself.",
        pause->gateway, since, length, pause->reason,
        words[0] != '\0' ? " (it says: " : "", words, words[0] != '\0' ? ")" : "",
        what_to_do(pause->reason));
}

static void explain_template(
    const struct view_refused *refused, char sentence[REASON_SENTENCE_SIZE])
{
    char counted[64];

    snprintf(counted, sizeof counted, "template%s%s",
        refused->code[0] != '\0' ? ":" : "", refused->code);
    reason_counted(counted, sentence);
}

/* Replies and reports wait at the gateway, and a STOP is among them perhaps. */
static void add_refusals(struct db *db, const char *zone, json_t *list)
{
    struct view_refusal refusals[PAUSES_MAX];
    char line[LINE_SIZE], since[32], last[32];
    int n = view_refusals(db, refusals, PAUSES_MAX);

    for (int i = 0; i < n; i++) {
        value_local(zone, refusals[i].since, since);
        value_local(zone, refusals[i].last_at, last);
        snprintf(line, sizeof line,
            "Calls in the name of %s are refused since %s, the last one at %s: their "
            "secret or signature is not the config's. What people write, STOP too, and "
            "delivery reports do not come in: compare `app_secret` or `hook_secret` "
            "with "
            "what the provider has, today. It calls again what it could not hand over.",
            refusals[i].gateway, since, last);
        add(list, refusals[i].gateway, NULL, refusals[i].since, line);
    }
}

json_t *standing_json(struct db *db, const char *zone)
{
    struct view_pause *pauses = mem_zero(PAUSES_MAX, sizeof *pauses);
    struct view_refused *refused = mem_zero(TEMPLATES_MAX, sizeof *refused);
    json_t *list = json_array();
    char sentence[REASON_SENTENCE_SIZE], line[LINE_SIZE], since[32];
    int n = view_pauses(db, pauses, PAUSES_MAX);

    for (int i = 0; i < n; i++) {
        value_local(zone, pauses[i].since, since);
        explain_pause(&pauses[i], since, line);
        add(list, pauses[i].gateway, NULL, pauses[i].since, line);
    }
    add_refusals(db, zone, list);
    n = view_refused_templates(db, refused, TEMPLATES_MAX);
    for (int i = 0; i < n; i++) {
        value_local(zone, refused[i].since, since);
        explain_template(&refused[i], sentence);
        snprintf(line, sizeof line,
            "%s refuses the template %s (%s) since %s, as %s: %s", refused[i].gateway,
            refused[i].name, refused[i].language, since, refused[i].word, sentence);
        add(list, refused[i].gateway, refused[i].name, refused[i].since, line);
    }
    free(pauses);
    free(refused);
    return list;
}
