/*
 * when.c: when a step falls due: read from `at:`, and worked out for one person.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "base/zone.h"

enum { DAYS_MAX = 730 };

struct at_nodes {
    const struct yaml_node *week, *day, *days, *date, *time, *after, *event, *ends;
};

static const struct key_row AT_KEYS[] = {
    {"week", KEY_INT, offsetof(struct at_nodes, week), false,
        "Week 1 is the first whole week after joining: week: 1", NULL, 1, 104,
        .doc = "the first whole week, Monday to Sunday, after joining is 1; needs "
               "`day` and `time`"},
    {"day", KEY_DAY, offsetof(struct at_nodes, day), false, "Write day: wed",
        .doc = "of that week"},
    {"days", KEY_INT, offsetof(struct at_nodes, days), false,
        "Days after the day of joining: days: 3", NULL, -DAYS_MAX, DAYS_MAX,
        .doc = "so many days after the day of joining, or after the day of the "
               "`event` (before it: -7); needs `time`"},
    {"date", KEY_DATE, offsetof(struct at_nodes, date), false, "Write date: 2026-12-01",
        .doc = "on that day, for everybody; needs `time`"},
    {"time", KEY_TIME, offsetof(struct at_nodes, time), false,
        "Write hours and minutes with two digits each: time: \"16:15\"",
        .doc = "of the person's own zone"},
    {"after", KEY_DURATION, offsetof(struct at_nodes, after), false, "Write after: 3d",
        .doc = "so long after the step before was sent, and nothing "
               "else beside it"},
    {"event", KEY_LABEL, offsetof(struct at_nodes, event), false,
        "Name an entry of events: event: webinar",
        .doc = "around that event, by `days` and `time`, or by `ends`; up to its day, "
               "it is not sent once the event has begun"},
    {"ends", KEY_BOOL, offsetof(struct at_nodes, ends), false, "Write ends: true",
        .fallback = "`false`",
        .doc = "`true`: when the event ends, or at the next open hour"},
};
const struct key_table AT_TABLE = KEY_TABLE("\"at\"", AT_KEYS);

static bool refuse(
    const struct source *source, const struct yaml_node *at, const char *text)
{
    yaml_key_error(source->document, at, source->problems,
        "Write {week: 1, day: wed, time: \"16:15\"}, {days: 3, time: \"16:15\"}, "
        "{date: 2026-12-01, time: \"16:15\"}, {after: 3d}, {event: …, days: -1, time: "
        "\"16:15\"} or {event: …, ends: true}.",
        "%s", text);
    return false;
}

/* A key that was written and is no good has been complained of. */
static bool is_whole(const struct source *source, const struct yaml_node *at,
    const struct yaml_node *node, const char *key)
{
    if (node == NULL && yaml_find(at, key) == NULL) {
        yaml_key_error(source->document, at, source->problems, NULL,
            "\"%s\" is missing in \"at\"", key);
    }
    return node != NULL;
}

static int minute_of(const struct yaml_node *time)
{
    return time_of_day_parse(time->text, strlen(time->text), false);
}

static const struct event *find_event(
    struct compiler *compiler, const struct yaml_node *node)
{
    const struct campaign *campaign = compiler->campaign;
    const struct event *event =
        node == NULL ? NULL : campaign_event(campaign, node->text);
    const char **keys;
    char advice[300];

    if (node == NULL || event != NULL) {
        return event;
    }
    keys = mem_alloc((campaign->events_n + 1) * sizeof *keys);
    for (size_t i = 0; i < campaign->events_n; i++) {
        keys[i] = campaign->events[i].key;
    }
    nearest_advice(node->text, keys, campaign->events_n, "events of the campaign",
        advice, sizeof advice);
    yaml_error(compiler->source.document, node, compiler->source.problems, advice,
        "unknown event \"%.60s\"", node->text);
    free(keys);
    return NULL;
}

bool when_check_event(
    struct compiler *compiler, const struct yaml_node *at, const struct step *step)
{
    const struct campaign *campaign = compiler->campaign;
    const struct event *event = step->when.event;

    for (size_t i = 0; i < campaign->districts_n; i++) {
        const struct district *district = &campaign->districts[i];
        bool known = district->zone != NULL && zone_find(district->zone) != NULL &&
                     (event->zone == NULL || zone_find(event->zone) != NULL);

        if (known && audience_has_district(&step->audience, district->key) &&
            step_due_at(step, district->zone, 0, 0) >=
                step_useless_at(step, district->zone)) {
            yaml_key_error(compiler->source.document, at, compiler->source.problems,
                "Place it sooner; or at the end of the event: ends: true.",
                "the event \"%.40s\" has begun by then, for district %.40s", event->key,
                district->key);
            return false;
        }
    }
    return true;
}

static bool read_event(struct compiler *compiler, const struct yaml_node *at,
    const struct at_nodes *nodes, struct when *when)
{
    const struct source *source = &compiler->source;
    const struct event *event = find_event(compiler, nodes->event);
    bool ends = key_bool(nodes->ends);
    int minute;

    if (ends == (yaml_find(at, "days") != NULL) ||
        (ends && yaml_find(at, "time") != NULL)) {
        return refuse(source, at,
            ends ? "\"ends\" takes neither days nor time beside it"
                 : "\"event\" needs days and time, or ends: true");
    }
    if (event == NULL || (!ends && (!is_whole(source, at, nodes->time, "time") ||
                                       nodes->days == NULL))) {
        return false;
    }
    minute = ends ? event->minute + event->minutes : minute_of(nodes->time);
    *when = (struct when){.kind = WHEN_EVENT,
        .event = event,
        .ends = ends,
        .days = ends ? 0 : (int)key_int(nodes->days, 0)};
    when->date = event->date + when->days + minute / 1440;
    when->minute = minute % 1440;
    when->weekday = day_weekday(when->date);
    return true;
}

/* One of week, days, date, after and event; days may also stand beside an event. */
static bool check_one(const struct source *source, const struct yaml_node *at)
{
    bool week = yaml_find(at, "week") != NULL || yaml_find(at, "day") != NULL;
    bool event = yaml_find(at, "event") != NULL;
    int n = week + (yaml_find(at, "date") != NULL) + (yaml_find(at, "after") != NULL) +
            event + (yaml_find(at, "days") != NULL && !event);

    if (n != 1) {
        return refuse(source, at,
            n == 0 ? "\"at\" has neither week, days, date, after nor event"
                   : "\"at\" has more than one of week, days, date, after and event");
    }
    return event || yaml_find(at, "ends") == NULL ||
           refuse(source, at, "\"ends\" is of an event, and \"at\" has none");
}

static bool read_after(const struct source *source, const struct yaml_node *at,
    const struct at_nodes *nodes, struct when *when)
{
    *when =
        (struct when){.kind = WHEN_AFTER, .after_ms = key_duration(nodes->after, 0)};
    return (yaml_find(at, "time") == NULL ||
               refuse(source, at, "\"after\" takes no time beside it")) &&
           nodes->after != NULL;
}

/* By week, days or date, with the time of the day. */
static bool read_day(const struct source *source, const struct yaml_node *at,
    const struct at_nodes *nodes, struct when *when)
{
    bool week = yaml_find(at, "week") != NULL || yaml_find(at, "day") != NULL;
    bool days = yaml_find(at, "days") != NULL, good;

    good = !week || is_whole(source, at, nodes->week, "week");
    good = (!week || is_whole(source, at, nodes->day, "day")) && good;
    good = is_whole(source, at, nodes->time, "time") && good;
    if (days && key_int(nodes->days, 0) < 0) {
        yaml_error(source->document, nodes->days, source->problems,
            "Days after the day of joining: days: 3",
            "\"days\" is before joining, and only an event has days before it");
        return false;
    }
    if (!good || (days && nodes->days == NULL) ||
        (!week && !days && nodes->date == NULL)) {
        return false;
    }
    when->kind = week ? WHEN_WEEK : days ? WHEN_DAYS : WHEN_DATE;
    when->week = (int)key_int(nodes->week, 0);
    when->weekday = nodes->day == NULL
                        ? 0
                        : weekday_parse(nodes->day->text, strlen(nodes->day->text));
    when->days = (int)key_int(nodes->days, 0);
    if (nodes->date != NULL) {
        day_parse(nodes->date->text, &when->date);
        when->weekday = day_weekday(when->date);
    }
    when->minute = minute_of(nodes->time);
    return true;
}

bool when_read(struct compiler *compiler, const struct yaml_node *at, struct when *when)
{
    const struct source *source = &compiler->source;
    struct at_nodes nodes = {0};

    keys_read(source, at, &AT_TABLE, &nodes);
    if (!check_one(source, at)) {
        return false;
    }
    if (yaml_find(at, "event") != NULL) {
        return read_event(compiler, at, &nodes, when);
    }
    return yaml_find(at, "after") != NULL ? read_after(source, at, &nodes, when)
                                          : read_day(source, at, &nodes, when);
}

static int64_t event_due_at(
    const struct when *when, const struct zone *zone, const char *name)
{
    int64_t start = event_start_at(when->event, name);

    return when->ends ? start + (int64_t)when->event->minutes * 60000
                      : zone_at(zone, zone_day(zone, start) + when->days, when->minute);
}

int64_t step_useless_at(const struct step *step, const char *zone)
{
    const struct when *when = &step->when;

    return when->kind == WHEN_EVENT && !when->ends && when->days <= 0
               ? event_start_at(when->event, zone)
               : INT64_MAX;
}

int64_t step_due_at(
    const struct step *step, const char *zone, int64_t joined_at, int64_t before_at)
{
    const struct zone *found = zone_find(zone);
    const struct when *when = &step->when;
    int32_t joined;

    must(found != NULL, "zone %s of a checked campaign", zone);
    joined = zone_day(found, joined_at);
    switch (when->kind) {
    case WHEN_WEEK:
        return zone_at(found,
            day_monday(joined) + 7 + (when->week - 1) * 7 + when->weekday - 1,
            when->minute);
    case WHEN_DAYS:
        return zone_at(found, joined + when->days, when->minute);
    case WHEN_DATE:
        return zone_at(found, when->date, when->minute);
    case WHEN_EVENT:
        return event_due_at(when, found, zone);
    case WHEN_AFTER:
        return (before_at > 0 ? before_at : joined_at) + when->after_ms;
    }
    return joined_at;
}
