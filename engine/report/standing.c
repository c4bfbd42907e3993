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

/* What a pause is for may be the code that the gateway gave, or its words. */
static void explain_pause(const char *reason, char sentence[REASON_SENTENCE_SIZE])
{
    char counted[64];
    size_t length = strcspn(reason, " :");

    if (strncmp(reason, "account:", strlen("account:")) == 0) {
        length = strlen("account:") + strcspn(reason + strlen("account:"), " ");
        snprintf(counted, sizeof counted, "%.*s", (int)length, reason);
        reason_counted(counted, sentence);
    } else if (length > 0 && length < 16 && strspn(reason, "0123456789") == length) {
        snprintf(counted, sizeof counted, "account:%.*s", (int)length, reason);
        reason_counted(counted, sentence);
    } else {
        reason_explain("account", reason, sentence);
    }
}

static void explain_template(
    const struct view_refused *refused, char sentence[REASON_SENTENCE_SIZE])
{
    char counted[64];

    snprintf(counted, sizeof counted, "template%s%s",
        refused->code[0] != '\0' ? ":" : "", refused->code);
    reason_counted(counted, sentence);
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
        explain_pause(pauses[i].reason, sentence);
        snprintf(line, sizeof line, "%s is paused since %s: %s", pauses[i].gateway,
            since, sentence);
        add(list, pauses[i].gateway, NULL, pauses[i].since, line);
    }
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
