/*
 * campaign_yaml.c: campaign.yaml: who writes, to which districts, in which hours and words,
 * and what is said in answer whatever the series.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/zone.h"

enum { DISTRICTS_MAX = 600, BLOCKED_MAX = 500, WORD_BYTES = 200, LANGUAGES_MAX = 12 };

/* ISO 639: what people of the programme's districts speak, and those beside them. */
const char *const LANGUAGES[] = {"id", "bug", "mak", "sda", "lbw", "mdr", "kjc", "kjk",
    "mui", "abs", "ban", "sas", "bhp", "jv", "su", "mad", "ms", "en", NULL};

struct caps_nodes {
    const struct yaml_node *day, *week;
};

static const struct key_row CAPS_KEYS[] = {
    {"day", KEY_INT, offsetof(struct caps_nodes, day), false, NULL, NULL, 1, 10,
        .fallback = "`1`", .doc = "messages that we start, a number and local day"},
    {"week", KEY_INT, offsetof(struct caps_nodes, week), false, NULL, NULL, 1, 30,
        .fallback = "`3`", .doc = "the same, from Monday to Sunday"},
};
static const struct key_table CAPS_TABLE = KEY_TABLE("\"caps\"", CAPS_KEYS);

struct price_nodes {
    const struct yaml_node *part, *currency, *person;
};

static const struct key_row PRICE_KEYS[] = {
    {"part", KEY_NUMBER, offsetof(struct price_nodes, part), true,
        "Write what an SMS part costs: part: 350", .doc = "of one SMS part"},
    {"currency", KEY_LABEL, offsetof(struct price_nodes, currency), false, NULL,
        .fallback = "`IDR`", .doc = "of the prices"},
    {"person", KEY_NUMBER, offsetof(struct price_nodes, person), false, NULL,
        .fallback = "no limit",
        .doc = "a series that may cost a person more than this is warned of"},
};
static const struct key_table PRICE_TABLE = KEY_TABLE("\"price\"", PRICE_KEYS);

struct district_nodes {
    const struct yaml_node *name, *zone, *phone, *hours;
};

static const struct key_row DISTRICT_KEYS[] = {
    {"name", KEY_TEXT, offsetof(struct district_nodes, name), true,
        "What texts call it by {kab}: name: Maros",
        .doc = "`{kab}`, at most 10 characters"},
    {"zone", KEY_TEXT, offsetof(struct district_nodes, zone), true,
        "Its time zone: zone: Asia/Jakarta (WIB), Asia/Makassar (WITA) or "
        "Asia/Jayapura "
        "(WIT)",
        .doc = "`Asia/Jakarta`, `Asia/Makassar` or `Asia/Jayapura`"},
    {"phone", KEY_LABEL, offsetof(struct district_nodes, phone), false, NULL,
        .fallback = "none", .doc = "`{telp}`, at most 14 characters"},
    {"hours", KEY_NAMED, offsetof(struct district_nodes, hours), false,
        "Write hours: {dusk: {closed: \"17:30-19:15\"}}", .table = &WINDOW_TABLE,
        .fallback = "the campaign's", .doc = "changes of the campaign's hours"},
};
static const struct key_table DISTRICT_TABLE = KEY_TABLE("a district", DISTRICT_KEYS);

struct reply_nodes {
    const struct yaml_node *nodes[REPLIES];
};

#define REPLY(id, name, said)                                                          \
    [id] = {name, KEY_VARIANTS, offsetof(struct reply_nodes, nodes[id]), false,        \
        "Write " name ": \"…\"", .table = &TEXT_TABLE, .fallback = "silence",          \
        .doc = said}

static const struct key_row REPLY_KEYS[] = {
    REPLY(REPLY_OPT_IN, "opt_in", "after YA"),
    REPLY(REPLY_OPT_OUT, "opt_out", "once, after STOP"),
    REPLY(REPLY_WAITING_GUARDIAN, "waiting_guardian",
        "after YA while a guardian's consent is missing"),
    REPLY(REPLY_WRONG_NUMBER, "wrong_number", "to who writes that the number is wrong"),
    REPLY(REPLY_ASK_AGE, "ask_age", "asks the birth year of whoever joins by a word"),
    REPLY(REPLY_GUARDIAN, "guardian",
        "asks a guardian whose number stands on a signed form; `{kode}` is the code "
        "behind SETUJU"),
    REPLY(REPLY_GUARDIAN_YES, "guardian_yes", "after SETUJU"),
    REPLY(REPLY_GUARDIAN_NO, "guardian_no",
        "after TIDAK with the code, or when a guardian withdraws"),
    REPLY(REPLY_RECONFIRM, "reconfirm",
        "asks, neutrally, whether the number is still the same person's"),
    REPLY(REPLY_UNKNOWN_CODE, "unknown_code", "after DAFTAR with an unknown code"),
    REPLY(REPLY_HELP, "help", "after BANTU: a human comes"),
    REPLY(REPLY_PAUSE, "pause", "after TUNDA; `{tgl}` is the day until which it rests"),
    REPLY(REPLY_CONTINUE, "continue",
        "after LANJUT, and after TUNDA when nothing is there to rest"),
    REPLY(REPLY_DISCREET, "discreet", "after SENYAP"),
    REPLY(REPLY_ERASE, "erase", "after HAPUS; `{tgl}` is the day by which it is done"),
};
static const struct key_table REPLY_TABLE = KEY_TABLE("\"replies\"", REPLY_KEYS);
_Static_assert(KEYS_N(REPLY_KEYS) == REPLIES, "every reply has its key");

const char *reply_id_name(enum reply_id id)
{
    return REPLY_KEYS[id].key;
}

/* In the order of enum channel. */
static const char *const CHANNEL_WORDS[] = {"sms", "whatsapp", NULL};

struct campaign_nodes {
    const struct yaml_node *campaign, *title, *language, *languages, *organisation;
    const struct yaml_node *wording, *caps, *hours, *districts, *directory, *replies;
    const struct yaml_node *events, *channels;
    const struct yaml_node *price, *blocked, *discreet_blocked;
};

static const struct key_row CAMPAIGN_KEYS[] = {
    {"campaign", KEY_ID, offsetof(struct campaign_nodes, campaign), true,
        "Name the campaign: campaign: cegah-kawin-anak",
        .doc = "the name that every command takes"},
    {"title", KEY_TEXT, offsetof(struct campaign_nodes, title), true,
        "Say what it is, for people: title: Cegah Kawin Anak",
        .doc = "for reports; people never see it"},
    {"languages", KEY_CHOICES, offsetof(struct campaign_nodes, languages), false,
        "List them, the first one first: languages: [id, bug]", LANGUAGES,
        .fallback = "`[id]`",
        .doc = "ISO 639 codes; every text is in the first, others are variants"},
    {"language", KEY_CHOICE, offsetof(struct campaign_nodes, language), false, NULL,
        LANGUAGES, .fallback = "`id`", .doc = "the same for a single language"},
    {"organisation", KEY_TEXT, offsetof(struct campaign_nodes, organisation), true,
        "Who writes, as texts name it by {lembaga}: organisation: Yayasan X",
        .doc = "`{lembaga}`, at most 12 characters"},
    {"wording", KEY_LABEL, offsetof(struct campaign_nodes, wording), true,
        "Which version of the consent wording is in use: wording: \"2026-11\"",
        .doc = "version of the consent wording in use; kept with every consent"},
    {"channels", KEY_CHOICES, offsetof(struct campaign_nodes, channels), false,
        "List them, the first one first: channels: [whatsapp, sms]", CHANNEL_WORDS,
        .fallback = "the config's routes",
        .doc = "which channels its messages go by, in the order of preference"},
    {"caps", KEY_MAPPING, offsetof(struct campaign_nodes, caps), false,
        "Write caps: {day: 1, week: 3}", .table = &CAPS_TABLE,
        .fallback = "`{day: 1, week: 3}`", .doc = "how much a number gets"},
    {"hours", KEY_NAMED, offsetof(struct campaign_nodes, hours), false,
        "Write hours: {dusk: {closed: \"17:30-18:45\"}}", .table = &WINDOW_TABLE,
        .fallback = "the rules' own", .doc = "windows in which nothing leaves"},
    {"districts", KEY_NAMED, offsetof(struct campaign_nodes, districts), true,
        "List them: districts: {maros: {name: Maros, zone: Asia/Makassar}}",
        .table = &DISTRICT_TABLE,
        .doc = "by what the contact list's column `district` holds; capitals make no "
               "difference"},
    {"directory", KEY_NAMED, offsetof(struct campaign_nodes, directory), false,
        "Write directory: {puspaga: {name: Puspaga, phone: \"129\", …}}",
        .table = &SERVICE_TABLE, .many = true, .fallback = "none",
        .doc = "services that people are referred to, each one or a list by district"},
    {"events", KEY_NAMED, offsetof(struct campaign_nodes, events), false,
        "Write events: {webinar: {title: …, date: 2026-12-27, time: \"13:00\", …}}",
        .table = &EVENT_TABLE, .fallback = "none",
        .doc = "what people are invited to; steps are placed around them"},
    {"price", KEY_MAPPING, offsetof(struct campaign_nodes, price), false,
        "Write price: {part: 350, currency: IDR}", .table = &PRICE_TABLE,
        .fallback = "not said", .doc = "what `check` works the cost out with"},
    {"blocked", KEY_LABELS, offsetof(struct campaign_nodes, blocked), false,
        "List parts of words: blocked: [pelaminan]", .fallback = "the rules' own",
        .doc = "more that no preview may show, beside kawin, nikah, mengawin, hamil, "
               "kekerasan, lapor"},
    {"discreet_blocked", KEY_LABELS, offsetof(struct campaign_nodes, discreet_blocked),
        false, "List parts of words: discreet_blocked: [panai]",
        .fallback = "the rules' own",
        .doc = "more that no discreet text may hold, beside those and mempelai, "
               "pengantin, haid, melahirkan, bersalin, jodoh, lamar"},
    {"replies", KEY_MAPPING, offsetof(struct campaign_nodes, replies), false,
        "Write replies: {opt_out: \"…\"}", .table = &REPLY_TABLE, .fallback = "silence",
        .doc = "what is said in answer, whatever the series"},
};
const struct key_table CAMPAIGN_TABLE = KEY_TABLE("a campaign", CAMPAIGN_KEYS);

static void read_zone(const struct source *source, const struct yaml_node *node,
    struct district *district)
{
    if (node == NULL) {
        return;
    }
    district->zone = key_text(node);
    if (zone_find(district->zone) == NULL) {
        yaml_error(source->document, node, source->problems,
            "Indonesia has Asia/Jakarta (WIB), Asia/Makassar (WITA) and Asia/Jayapura "
            "(WIT).",
            "unknown time zone \"%.60s\"", district->zone);
    }
}

static void read_district(
    struct compiler *compiler, const struct yaml_node *child, const struct hours *hours)
{
    static const struct key_row ROW = {.key = "district",
        .type = KEY_MAPPING,
        .help = "Write maros: {name: Maros, zone: Asia/Makassar}"};
    const struct source *source = &compiler->source;
    struct campaign *campaign = compiler->campaign;
    struct district_nodes nodes = {0};
    struct district *district;

    if (campaign_district(campaign, child->key) != NULL || child->key[0] == '\0') {
        yaml_key_error(source->document, child, source->problems,
            "Capitals make no difference; rename one.",
            "the district \"%s\" stands twice", child->key);
        return;
    }
    if (!key_check(source, child, &ROW)) {
        return;
    }
    keys_read(source, child, &DISTRICT_TABLE, &nodes);
    district = &campaign->districts[campaign->districts_n++];
    district->key = mem_copy(child->key);
    district->name = key_text(nodes.name);
    district->phone = key_text(nodes.phone);
    district->hours = *hours;
    read_zone(source, nodes.zone, district);
    value_check_length(source, nodes.name, "name", "kab");
    value_check_blocked(compiler, nodes.name, "name");
    value_check_length(source, nodes.phone, "phone", "telp");
    if (nodes.hours != NULL) {
        hours_read(source, nodes.hours, &district->hours);
    }
}

static void read_districts(struct compiler *compiler, const struct yaml_node *mapping,
    const struct hours *hours)
{
    const struct source *source = &compiler->source;
    struct campaign *campaign = compiler->campaign;

    if (mapping->n == 0 || mapping->n > DISTRICTS_MAX) {
        yaml_key_error(source->document, mapping, source->problems,
            "List them: districts: {maros: {name: Maros, zone: Asia/Makassar}}",
            mapping->n == 0 ? "a campaign without districts" : "more than %d districts",
            (int)DISTRICTS_MAX);
        return;
    }
    campaign->districts = mem_zero(mapping->n, sizeof *campaign->districts);
    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        read_district(compiler, child, hours);
    }
}

static void read_replies(struct compiler *compiler, const struct yaml_node *mapping)
{
    struct reply_nodes nodes = {{0}};

    keys_read(&compiler->source, mapping, &REPLY_TABLE, &nodes);
    for (int id = 0; id < REPLIES; id++) {
        struct text_use use = {
            .name = REPLY_KEYS[id].key,
            .date = id == REPLY_PAUSE || id == REPLY_ERASE,
            .parts = 1,
        };

        text_read(compiler, nodes.nodes[id], &use, &compiler->campaign->replies[id]);
    }
}

static void read_channels(const struct yaml_node *list, struct campaign *campaign)
{
    for (const struct yaml_node *item = list == NULL ? NULL : key_item_next(list, NULL);
         item != NULL; item = key_item_next(list, item)) {
        enum channel channel = (enum channel)key_choice(item, CHANNEL_WORDS);
        size_t i = 0;

        while (i < campaign->channels_n && campaign->channels[i] != channel) {
            i++;
        }
        campaign->channels[i] = channel;
        campaign->channels_n = i == campaign->channels_n ? i + 1 : campaign->channels_n;
    }
}

static void read_caps(const struct source *source, const struct yaml_node *mapping,
    struct campaign *campaign)
{
    struct caps_nodes nodes = {0};

    keys_read(source, mapping, &CAPS_TABLE, &nodes);
    campaign->cap_day = key_int(nodes.day, campaign->cap_day);
    campaign->cap_week = key_int(nodes.week, campaign->cap_week);
}

static void read_price(const struct source *source, const struct yaml_node *mapping,
    struct campaign *campaign)
{
    struct price_nodes nodes = {0};

    keys_read(source, mapping, &PRICE_TABLE, &nodes);
    campaign->part_price = key_number(nodes.part);
    campaign->person_price = key_number(nodes.person);
    campaign->currency =
        nodes.currency == NULL ? mem_copy("IDR") : key_text(nodes.currency);
}

static void read_languages(const struct source *source,
    const struct campaign_nodes *nodes, struct campaign *campaign)
{
    const struct yaml_node *list =
        nodes->languages != NULL ? nodes->languages : nodes->language;

    if (nodes->languages != NULL && nodes->language != NULL) {
        yaml_key_error(source->document, nodes->language, source->problems,
            "Keep languages.", "a campaign has either language or languages");
    }
    for (const struct yaml_node *item = key_item_next(list, NULL);
         item != NULL && campaign->languages_n < LANGUAGES_MAX;
         item = key_item_next(list, item)) {
        for (size_t i = 0; i < campaign->languages_n; i++) {
            if (strcmp(campaign->languages[i], item->text) == 0) {
                yaml_error(source->document, item, source->problems, "Take one out.",
                    "the language \"%s\" stands twice", item->text);
            }
        }
        campaign->languages =
            mem_resize(campaign->languages, campaign->languages_n + 1, sizeof(char *));
        campaign->languages[campaign->languages_n++] = key_text(item);
    }
    if (campaign->languages_n == 0) {
        campaign->languages = mem_resize(NULL, 1, sizeof(char *));
        campaign->languages[campaign->languages_n++] = mem_copy(LANGUAGES[0]);
    }
    campaign->language = mem_copy(campaign->languages[0]);
}

/* Parts of words, in lower case. */
static void read_blocked(
    const struct source *source, const struct yaml_node *list, char ***words, size_t *n)
{
    char text[WORD_BYTES];

    for (const struct yaml_node *item = key_item_next(list, NULL); item != NULL;
         item = key_item_next(list, item)) {
        if (reply_normalise(item->text, text, sizeof text) < 3 || *n >= BLOCKED_MAX) {
            yaml_error(source->document, item, source->problems,
                "Write at least three letters, so that not every text holds them.",
                "\"%.40s\" is too short to be blocked", item->text);
            continue;
        }
        *words = mem_resize(*words, *n + 1, sizeof **words);
        (*words)[(*n)++] = mem_copy(text);
    }
}

static void read_people_side(
    struct compiler *compiler, const struct campaign_nodes *nodes)
{
    struct campaign *campaign = compiler->campaign;
    struct hours hours;

    hours_default(&hours);
    if (nodes->hours != NULL) {
        hours_read(&compiler->source, nodes->hours, &hours);
    }
    if (nodes->districts != NULL) {
        read_districts(compiler, nodes->districts, &hours);
    }
    read_blocked(
        &compiler->source, nodes->blocked, &campaign->blocked, &campaign->blocked_n);
    read_blocked(&compiler->source, nodes->discreet_blocked,
        &campaign->discreet_blocked, &campaign->discreet_blocked_n);
    value_check_blocked(compiler, nodes->organisation, "organisation");
    if (nodes->directory != NULL) {
        directory_read(compiler, nodes->directory);
    }
    if (nodes->events != NULL) {
        events_read(compiler, nodes->events);
    }
    if (nodes->replies != NULL) {
        read_replies(compiler, nodes->replies);
    }
}

void campaign_read(struct compiler *compiler)
{
    const struct source *source = &compiler->source;
    struct campaign *campaign = compiler->campaign;
    struct campaign_nodes nodes = {0};

    keys_read(source, yaml_root(source->document), &CAMPAIGN_TABLE, &nodes);
    campaign->id = key_text(nodes.campaign);
    campaign->title = key_text(nodes.title);
    campaign->organisation = key_text(nodes.organisation);
    campaign->wording = key_text(nodes.wording);
    read_languages(source, &nodes, campaign);
    value_check_length(source, nodes.organisation, "organisation", "lembaga");
    read_channels(nodes.channels, campaign);
    if (nodes.caps != NULL) {
        read_caps(source, nodes.caps, campaign);
    }
    if (nodes.price != NULL) {
        read_price(source, nodes.price, campaign);
    }
    read_people_side(compiler, &nodes);
}
