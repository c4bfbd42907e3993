/*
 * event.c: the events of a campaign: read from `events:`, and worked out for one person.
 */
#include "content/event.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "base/zone.h"
#include "content/compile.h"

enum { EVENTS_MAX = 200, LASTS_MAX = 7 * 1440, CODE_CHARACTERS_MAX = 6 };

struct event_nodes {
    const struct yaml_node *title, *date, *time, *minutes, *zone, *district, *link,
        *code;
};

static const struct key_row EVENT_KEYS[] = {
    {"title", KEY_TEXT, offsetof(struct event_nodes, title), true,
        "What texts call it by {judul}: title: Berani Bercita-cita",
        .doc = "`{judul}`, at most 24 characters"},
    {"date", KEY_DATE, offsetof(struct event_nodes, date), true,
        "Write date: 2026-12-27", .doc = "its day"},
    {"time", KEY_TIME, offsetof(struct event_nodes, time), true,
        "Write when it begins: time: \"13:00\"", .doc = "when it begins"},
    {"minutes", KEY_INT, offsetof(struct event_nodes, minutes), true,
        "Write how long it lasts: minutes: 120", NULL, 1, LASTS_MAX,
        .doc = "how long it lasts"},
    {"zone", KEY_TEXT, offsetof(struct event_nodes, zone), false,
        "Write zone: Asia/Makassar", .fallback = "each person's own",
        .doc = "the zone of its day and time: one moment for everybody, told to each "
               "in the own zone"},
    {"district", KEY_LABEL, offsetof(struct event_nodes, district), false,
        "Write a key of districts: district: maros", .fallback = "everybody",
        .doc = "its steps are only for the people of that district"},
    {"link", KEY_TEXT, offsetof(struct event_nodes, link), false,
        "Write how people get in: link: \"s.id/temu\"", .fallback = "none",
        .doc = "`{link}`, at most 24 characters"},
    {"code", KEY_LABEL, offsetof(struct event_nodes, code), false,
        "Write what is said there: code: \"482\"", .fallback = "none",
        .doc = "what is said there, at most 6 letters or digits: `HADIR 482` is then a "
               "spelling of the answer HADIR"},
};
const struct key_table EVENT_TABLE = KEY_TABLE("an event", EVENT_KEYS);

static void read_zone(
    const struct source *source, const struct event_nodes *nodes, struct event *event)
{
    if (nodes->zone == NULL) {
        return;
    }
    event->zone = key_text(nodes->zone);
    if (zone_find(event->zone) == NULL) {
        yaml_error(source->document, nodes->zone, source->problems,
            "Indonesia has Asia/Jakarta (WIB), Asia/Makassar (WITA) and Asia/Jayapura "
            "(WIT).",
            "unknown time zone \"%.60s\"", event->zone);
    } else if (nodes->district != NULL) {
        yaml_key_error(source->document, nodes->zone, source->problems,
            "Take it out: the time is the district's own.",
            "an event of a district has no zone of its own");
    }
}

static void check_code(const struct source *source, const struct yaml_node *node)
{
    size_t length = node == NULL ? 1 : strlen(node->text);
    bool good = length <= CODE_CHARACTERS_MAX;

    for (size_t i = 0; node != NULL && i < length; i++) {
        good = good && isalnum((unsigned char)node->text[i]);
    }
    if (!good) {
        yaml_error(source->document, node, source->problems,
            "Use letters and digits only, at most 6: people type it on old phones.",
            "\"code\" cannot be \"%.40s\"", node->text);
    }
}

/* R11: discreet texts name the event too. */
static void check_discreet(
    struct compiler *compiler, const struct yaml_node *node, const char *name)
{
    const struct campaign *campaign = compiler->campaign;
    char *open, *word;

    if (node == NULL) {
        return;
    }
    open = blocked_word(campaign, node->text, false, SIZE_MAX);
    word = blocked_word(campaign, node->text, true, SIZE_MAX);
    if (word != NULL && open == NULL) { /* an open one has been complained of */
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Say it in words that give nothing away: discreet texts show it too (R11).",
            "\"%s\" holds the word \"%.60s\"", name, word);
    }
    free(open);
    free(word);
}

static void check_event(
    struct compiler *compiler, const struct event_nodes *nodes, struct event *event)
{
    const struct source *source = &compiler->source;

    value_check_length(source, nodes->title, "title", "judul");
    value_check_blocked(compiler, nodes->title, "title");
    value_check_length(source, nodes->link, "link", "link");
    value_check_blocked(compiler, nodes->link, "link");
    check_discreet(compiler, nodes->title, "title");
    check_discreet(compiler, nodes->link, "link");
    district_check(compiler, nodes->district);
    read_zone(source, nodes, event);
    check_code(source, nodes->code);
}

static void read_event(struct compiler *compiler, const struct yaml_node *node)
{
    struct campaign *campaign = compiler->campaign;
    struct event *event = &campaign->events[campaign->events_n++];
    struct event_nodes nodes = {0};

    keys_read(&compiler->source, node, &EVENT_TABLE, &nodes);
    *event = (struct event){
        .key = mem_copy(node->key),
        .title = key_text(nodes.title),
        .link = key_text(nodes.link),
        .district = key_text(nodes.district),
        .code = key_text(nodes.code),
        .minutes = (int)key_int(nodes.minutes, 0),
    };
    if (nodes.date != NULL) {
        day_parse(nodes.date->text, &event->date);
    }
    if (nodes.time != NULL) {
        event->minute =
            time_of_day_parse(nodes.time->text, strlen(nodes.time->text), false);
    }
    check_event(compiler, &nodes, event);
}

/* The list is made once: steps point into it. */
void events_read(struct compiler *compiler, const struct yaml_node *mapping)
{
    static const struct key_row ROW = {.key = "event",
        .type = KEY_MAPPING,
        .help = "Write webinar: {title: …, date: 2026-12-27, time: \"13:00\", minutes: "
                "120}"};
    const struct source *source = &compiler->source;

    if (mapping->n > EVENTS_MAX) {
        yaml_key_error(source->document, mapping, source->problems, NULL,
            "more than %d events", (int)EVENTS_MAX);
        return;
    }
    compiler->campaign->events =
        mem_zero(mapping->n + 1, sizeof *compiler->campaign->events);
    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        if (key_check(source, child, &ROW)) {
            read_event(compiler, child);
        }
    }
}

const struct event *campaign_event(const struct campaign *campaign, const char *key)
{
    for (size_t i = 0; i < campaign->events_n; i++) {
        if (strcmp(campaign->events[i].key, key) == 0) {
            return &campaign->events[i];
        }
    }
    return NULL;
}

int64_t event_start_at(const struct event *event, const char *zone)
{
    const struct zone *found = zone_find(event->zone != NULL ? event->zone : zone);

    must(found != NULL, "zone %s of a checked campaign", zone);
    return zone_at(found, event->date, event->minute);
}

/* By its distance from UTC, which in Indonesia is a whole number of hours all year. */
static const char *zone_short(const struct zone *zone, int32_t day)
{
    static const char *const NAMES[] = {"WIB", "WITA", "WIT"};
    int64_t ahead = (int64_t)day * 86400000 - zone_at(zone, day, 0);
    int64_t hours = ahead / 3600000;

    return ahead % 3600000 == 0 && hours >= 7 && hours <= 9 ? NAMES[hours - 7] : "";
}

void date_say(const struct zone *zone, int64_t at_ms, char tgl[8])
{
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "Mei", "Jun",
        "Jul", "Agu", "Sep", "Okt", "Nov", "Des"};
    struct civil civil = zone_civil(zone, at_ms);

    snprintf(tgl, 8, "%d %s", civil.day % 100, MONTHS[civil.month - 1]);
}

void event_say(const struct event *event, const char *zone, struct event_words *words)
{
    static const char *const DAYS[] = {
        "senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu"};
    const struct zone *own = zone_find(zone);
    int64_t start = event_start_at(event, zone);
    struct civil civil;

    must(own != NULL, "zone %s of a checked campaign", zone);
    civil = zone_civil(own, start);
    snprintf(words->hari, sizeof words->hari, "%s", DAYS[civil.weekday - 1]);
    date_say(own, start, words->tgl);
    snprintf(words->jam, sizeof words->jam, "%02d.%02d", civil.hour % 100,
        civil.minute % 100);
    snprintf(
        words->zona, sizeof words->zona, "%s", zone_short(own, zone_day(own, start)));
}
