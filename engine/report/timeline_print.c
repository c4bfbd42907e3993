/*
 * timeline_print.c: a timeline as people read it.
 */
#include "report/timeline.h"

#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "report/reason.h"
#include "report/table.h"
#include "report/value.h"

static const struct table_column columns[] = {
    {"at", "time", TABLE_TEXT, 0},
    {"state", "state", TABLE_TEXT, 0},
    {"code", "code", TABLE_TEXT, 16},
    {"text", "what was said", TABLE_TEXT, 72},
};

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static void add_events(const json_t *events, const char *zone, struct buf *out)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    json_t *event;
    size_t i;

    json_array_foreach(events, i, event)
    {
        char local[32] = "";
        int64_t at;

        if (time_parse(word(event, "at"), &at) == 0) {
            value_local(zone, at, local);
        }
        table_add_row(table);
        table_set_text(table, "at", local);
        table_set_text(table, "state", word(event, "state"));
        table_set_text(table, "code", word(event, "code"));
        table_set_text(table, "text", word(event, "text"));
    }
    table_print(table, out);
    table_free(table);
}

/* The text, each of its lines set in; what a terminal would obey becomes a blank. */
static void add_text(const char *text, struct buf *out)
{
    buf_add_text(out, "  ");
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            buf_add_text(out, "\n  ");
        } else {
            buf_add_char(
                out, (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
        }
    }
    buf_add_char(out, '\n');
}

void timeline_print(const json_t *timeline, const char *zone, struct buf *out)
{
    bool inbound = strcmp(word(timeline, "direction"), "in") == 0;
    const char *text = json_string_value(json_object_get(timeline, "text"));

    buf_add_format(out, "%s  %s\n", word(timeline, "id"), word(timeline, "state"));
    if (inbound) {
        buf_add_format(out, "from %s by %s over %s; taken for: %s\n",
            word(timeline, "contact"), word(timeline, "channel"),
            word(timeline, "gateway"), reason_intent(word(timeline, "intent")));
    } else {
        buf_add_format(out, "to %s by %s over %s; %s %s of %s/%s\n",
            word(timeline, "contact"), word(timeline, "channel"),
            word(timeline, "gateway"), word(timeline, "kind"), word(timeline, "step"),
            word(timeline, "campaign"), word(timeline, "series"));
    }
    if (word(timeline, "gateway_id")[0] != '\0') {
        buf_add_format(out, "the gateway calls it %s\n", word(timeline, "gateway_id"));
    }
    if (word(timeline, "explanation")[0] != '\0') {
        buf_add_format(out, "%s\n", word(timeline, "explanation"));
    }
    buf_add_char(out, '\n');
    add_text(text == NULL ? "[the text is no longer kept]" : text, out);
    buf_add_char(out, '\n');
    add_events(json_object_get(timeline, "events"), zone, out);
    buf_add_format(out, "(times in %s)\n", zone);
}
