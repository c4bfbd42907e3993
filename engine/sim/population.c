#include "sim/population.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/zone.h"
#include "content/yaml.h"
#include "sim/draw.h"
#include "sim/profile.h"
#include "sim/profile_read.h"

enum { PERSONAS_MAX = 64, WEIGHT_MAX = 100000 };

/* A behaviour, and how many of the group are so. */
struct persona {
    const struct behaviour *behaviour;
    int64_t weight;
};

/* Numbers of one sort. Owned by its population. */
struct group {
    char *from, *to, *zone_name, *off, *on;
    int64_t low, high;
    double whatsapp, reads, off_at_night, out_of_credit, shared, slow;
    const struct zone *zone;
    int off_minute, on_minute;
    struct trait_reports reports;
    struct persona *personas;
    size_t personas_n;
    int64_t weights; /* their sum */
};

struct population {
    struct group *groups;
    size_t n;
};

#define SHARE(name, without, text)                                                     \
    {                                                                                  \
        .key = #name, .type = OPTION_SHARE, .offset = offsetof(struct group, name),    \
        .fallback = without, .help = text                                              \
    }

static const struct option_row group_rows[] = {
    {.key = "from",
        .type = OPTION_TEXT,
        .offset = offsetof(struct group, from),
        .required = 1,
        .help = "The first number,"},
    {.key = "to",
        .type = OPTION_TEXT,
        .offset = offsetof(struct group, to),
        .required = 1,
        .help = "and the last."},
    SHARE(whatsapp, "1", "How many have WhatsApp."),
    SHARE(reads, "0.7", "How many WhatsApp messages are reported as read."),
    SHARE(
        off_at_night, "0", "How many switch off at night: messages wait till morning."),
    SHARE(out_of_credit, "0", "How many receive, and cannot answer by SMS."),
    SHARE(shared, "0", "How many phones three people share: each message is one's."),
    SHARE(slow, "0", "How many read and answer hours later."),
    {.key = "zone",
        .type = OPTION_TEXT,
        .offset = offsetof(struct group, zone_name),
        .fallback = "Asia/Makassar",
        .help = "Whose night it is."},
    {.key = "off",
        .type = OPTION_TEXT,
        .offset = offsetof(struct group, off),
        .fallback = "21:30",
        .help = "When they switch off,"},
    {.key = "on",
        .type = OPTION_TEXT,
        .offset = offsetof(struct group, on),
        .fallback = "05:30",
        .help = "and on again."},
};

static const struct option_row report_rows[] = {
    {.key = "late",
        .type = OPTION_SHARE,
        .offset = offsetof(struct trait_reports, late),
        .fallback = "0",
        .help = "How many final reports come hours later."},
    {.key = "doubled",
        .type = OPTION_SHARE,
        .offset = offsetof(struct trait_reports, doubled),
        .fallback = "0",
        .help = "How many come twice."},
    {.key = "reordered",
        .type = OPTION_SHARE,
        .offset = offsetof(struct trait_reports, reordered),
        .fallback = "0",
        .help = "How often an earlier state is reported behind the final one."},
    {.key = "never",
        .type = OPTION_SHARE,
        .offset = offsetof(struct trait_reports, never),
        .fallback = "0",
        .help = "How many never come, though the message arrives."},
};

enum {
    GROUP_ROWS = sizeof group_rows / sizeof group_rows[0],
    REPORT_ROWS = sizeof report_rows / sizeof report_rows[0],
};

const struct option_row *population_rows(size_t *n)
{
    *n = GROUP_ROWS;
    return group_rows;
}

const struct option_row *population_report_rows(size_t *n)
{
    *n = REPORT_ROWS;
    return report_rows;
}

static void read_personas(const struct source *source, const struct yaml_node *mapping,
    const struct profile *profile, struct group *group)
{
    const struct yaml_node *list =
        profile_find_inner(source, mapping, "personas", YAML_MAPPING, PERSONAS_MAX);

    if (list == NULL || list->n == 0) {
        yaml_error(source->document, mapping, source->problems,
            "Write personas: {NAME: 60, OTHER: 40}.",
            "a population must have personas: which behaviours, and how many of each");
        return;
    }
    group->personas = mem_zero(list->n, sizeof *group->personas);
    for (const struct yaml_node *node = list->children; node != NULL;
         node = node->next) {
        struct persona *persona = &group->personas[group->personas_n];
        char *end = NULL;

        persona->behaviour = profile_behaviour_named(profile, node->key);
        persona->weight =
            node->kind == YAML_SCALAR ? strtoll(node->text, &end, 10) : -1;
        if (persona->behaviour == NULL) {
            yaml_key_error(source->document, node, source->problems, NULL,
                "no behaviour is called \"%s\"", node->key);
        } else if (end == NULL || *end != '\0' || persona->weight < 0 ||
                   persona->weight > WEIGHT_MAX) {
            yaml_error(source->document, node, source->problems, NULL,
                "how many are \"%s\" must be a whole number up to %d", node->key,
                (int)WEIGHT_MAX);
        } else {
            group->weights += persona->weight;
            group->personas_n++;
        }
    }
    if (group->personas_n == list->n && group->weights == 0) {
        yaml_error(source->document, list, source->problems, NULL,
            "at least one persona must have a number above 0");
    }
}

static int read_time(
    const struct source *source, const struct yaml_node *mapping, const char *text)
{
    int hour = -1, minute = -1, end = 0;

    sscanf(text, "%2d:%2d%n", &hour, &minute, &end);
    if (strlen(text) != 5 || end != 5 || hour < 0 || hour > 23 || minute < 0 ||
        minute > 59) {
        yaml_error(source->document, mapping, source->problems, NULL,
            "off and on must be times such as \"21:30\"");
    }
    return hour * 60 + minute;
}

static void read_group(const struct source *source, const struct yaml_node *mapping,
    const struct profile *profile, struct group *group)
{
    static const char *const inner[] = {"personas", "reports", NULL};
    const struct yaml_node *reports;

    profile_read_mapping(source, mapping, group_rows, GROUP_ROWS, inner, group);
    if (mapping->kind != YAML_MAPPING) {
        return;
    }
    group->low = group->from == NULL ? -1 : profile_digits(group->from);
    group->high = group->to == NULL ? -1 : profile_digits(group->to);
    if (group->low < 0 || group->high < group->low) {
        yaml_error(source->document, mapping, source->problems,
            "Write from: \"+62…\" and to: \"+62…\".",
            "a population must have a first number and a last one behind it");
    }
    group->zone = zone_find(group->zone_name);
    if (group->zone == NULL) {
        yaml_error(source->document, mapping, source->problems, NULL,
            "unknown time zone \"%.60s\"", group->zone_name);
    }
    group->off_minute = read_time(source, mapping, group->off);
    group->on_minute = read_time(source, mapping, group->on);
    reports = yaml_find(mapping, "reports");
    if (reports != NULL) {
        profile_read_mapping(
            source, reports, report_rows, REPORT_ROWS, NULL, &group->reports);
    }
    read_personas(source, mapping, profile, group);
}

struct population *population_read(const struct source *source,
    const struct yaml_node *list, const struct profile *profile)
{
    struct population *population = mem_zero(1, sizeof *population);

    population->groups = mem_zero(list->n + 1, sizeof *population->groups);
    for (const struct yaml_node *node = list->children; node != NULL;
         node = node->next) {
        read_group(source, node, profile, &population->groups[population->n++]);
    }
    return population;
}

void population_free(struct population *population)
{
    if (population == NULL) {
        return;
    }
    for (size_t i = 0; i < population->n; i++) {
        option_fini(group_rows, GROUP_ROWS, &population->groups[i]);
        free(population->groups[i].personas);
    }
    free(population->groups);
    free(population);
}

static const struct behaviour *choose(
    const struct group *group, int64_t seed, const char *phone, uint64_t hand)
{
    int64_t at = (int64_t)draw_below(
        draw(seed, "persona", phone, hand), (uint64_t)group->weights);
    size_t i = 0;

    while (at >= group->personas[i].weight) {
        at -= group->personas[i++].weight;
    }
    return group->personas[i].behaviour;
}

static bool is_so(double share, int64_t seed, const char *purpose, const char *phone)
{
    return draw_happens(draw(seed, purpose, phone, 0), share);
}

void population_traits(const struct population *population, int64_t seed,
    const char *phone, struct traits *traits)
{
    int64_t digits = profile_digits(phone);
    const struct group *group = NULL;

    *traits = (struct traits){.hands_n = 0};
    for (size_t i = 0; population != NULL && i < population->n && group == NULL; i++) {
        if (digits >= population->groups[i].low &&
            digits <= population->groups[i].high) {
            group = &population->groups[i];
        }
    }
    if (group == NULL) {
        return;
    }
    traits->hands_n = is_so(group->shared, seed, "shared", phone) ? TRAIT_HANDS_MAX : 1;
    for (size_t i = 0; i < traits->hands_n; i++) {
        traits->hands[i] = choose(group, seed, phone, i);
    }
    traits->has_whatsapp =
        traits->hands[0]->whatsapp && is_so(group->whatsapp, seed, "whatsapp", phone);
    traits->out_of_credit = is_so(group->out_of_credit, seed, "credit", phone);
    traits->slow = is_so(group->slow, seed, "slow", phone);
    traits->reads = group->reads;
    traits->reports = group->reports;
    traits->off_at_night = is_so(group->off_at_night, seed, "night", phone);
    traits->zone = group->zone;
    traits->off_minute = group->off_minute;
    traits->on_minute = group->on_minute;
}

int64_t traits_after_night(const struct traits *traits, int64_t at_ms)
{
    int minute, off = traits->off_minute, on = traits->on_minute;
    bool is_night;

    if (traits->zone == NULL) {
        return at_ms;
    }
    minute = zone_minute(traits->zone, at_ms);
    is_night = off > on ? minute >= off || minute < on : minute >= off && minute < on;
    return is_night
               ? zone_at(traits->zone,
                     zone_day(traits->zone, at_ms) + (minute >= off && off > on), on)
               : at_ms;
}
