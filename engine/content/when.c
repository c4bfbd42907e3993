/*
 * when.c: when a step falls due: read from `at:`, and worked out for one person.
 */
#include "content/compile.h"

#include <string.h>

#include "base/must.h"
#include "base/zone.h"

struct at_nodes {
    const struct yaml_node *week, *day, *days, *date, *time, *after;
};

static const struct key_row AT_KEYS[] = {
    {"week", KEY_INT, offsetof(struct at_nodes, week), false,
        "Week 1 is the first whole week after joining: week: 1", NULL, 1, 104,
        .doc = "the first whole week, Monday to Sunday, after joining is 1; needs "
               "`day` and `time`"},
    {"day", KEY_DAY, offsetof(struct at_nodes, day), false, "Write day: wed",
        .doc = "of that week"},
    {"days", KEY_INT, offsetof(struct at_nodes, days), false,
        "Days after the day of joining: days: 3", NULL, 0, 730,
        .doc = "so many days after the day of joining; needs `time`"},
    {"date", KEY_DATE, offsetof(struct at_nodes, date), false, "Write date: 2026-12-01",
        .doc = "on that day, for everybody; needs `time`"},
    {"time", KEY_TIME, offsetof(struct at_nodes, time), false,
        "Write hours and minutes with two digits each: time: \"16:15\"",
        .doc = "of the person's own zone"},
    {"after", KEY_DURATION, offsetof(struct at_nodes, after), false, "Write after: 3d",
        .doc = "so long after the step before was sent, and nothing "
               "else beside it"},
};
const struct key_table AT_TABLE = KEY_TABLE("\"at\"", AT_KEYS);

static bool refuse(
    const struct source *source, const struct yaml_node *at, const char *text)
{
    yaml_key_error(source->document, at, source->problems,
        "Write {week: 1, day: wed, time: \"16:15\"}, {days: 3, time: \"16:15\"}, "
        "{date: 2026-12-01, time: \"16:15\"} or {after: 3d}.",
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

bool when_read(
    const struct source *source, const struct yaml_node *at, struct when *when)
{
    struct at_nodes nodes = {0};
    bool week, days, date, after, good;

    keys_read(source, at, &AT_TABLE, &nodes);
    week = yaml_find(at, "week") != NULL || yaml_find(at, "day") != NULL;
    days = yaml_find(at, "days") != NULL;
    date = yaml_find(at, "date") != NULL;
    after = yaml_find(at, "after") != NULL;
    if (week + days + date + after != 1) {
        return refuse(source, at,
            week + days + date + after == 0
                ? "\"at\" has neither week, days, date nor after"
                : "\"at\" has more than one of week, days, date and after");
    }
    if (after) {
        *when =
            (struct when){.kind = WHEN_AFTER, .after_ms = key_duration(nodes.after, 0)};
        return (yaml_find(at, "time") == NULL ||
                   refuse(source, at, "\"after\" takes no time beside it")) &&
               nodes.after != NULL;
    }
    good = !week || is_whole(source, at, nodes.week, "week");
    good = (!week || is_whole(source, at, nodes.day, "day")) && good;
    good = is_whole(source, at, nodes.time, "time") && good;
    if (!good || (days && nodes.days == NULL) || (date && nodes.date == NULL)) {
        return false;
    }
    when->kind = week ? WHEN_WEEK : days ? WHEN_DAYS : WHEN_DATE;
    when->week = (int)key_int(nodes.week, 0);
    when->weekday =
        nodes.day == NULL ? 0 : weekday_parse(nodes.day->text, strlen(nodes.day->text));
    when->days = (int)key_int(nodes.days, 0);
    if (nodes.date != NULL) {
        day_parse(nodes.date->text, &when->date);
        when->weekday = day_weekday(when->date);
    }
    when->minute = time_of_day_parse(nodes.time->text, strlen(nodes.time->text), false);
    return true;
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
    case WHEN_AFTER:
        return (before_at > 0 ? before_at : joined_at) + when->after_ms;
    }
    return joined_at;
}
