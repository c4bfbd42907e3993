/*
 * campaign_compile.c: a folder's files become a campaign, or a list of what is wrong.
 *
 * campaign.yaml comes first, since the series are checked against its districts, hours,
 * caps and words; a broken one does not keep the others from being looked at, so that
 * one run tells everything.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/zone.h"

enum { DISTRICTS_MAX = 600, WORDS_MAX = 500, WORD_BYTES = 200 };

static const char *const LANGUAGES[] = {"id", NULL};

struct campaign_nodes {
    const struct yaml_node *campaign, *title, *language, *organisation, *wording;
    const struct yaml_node *caps, *hours, *districts, *replies;
};

static const struct key_row CAMPAIGN_KEYS[] = {
    {"campaign", KEY_ID, offsetof(struct campaign_nodes, campaign), true,
        "Name the campaign: campaign: cegah-kawin-anak"},
    {"title", KEY_TEXT, offsetof(struct campaign_nodes, title), true,
        "Say what it is, for people: title: Cegah Kawin Anak"},
    {"language", KEY_CHOICE, offsetof(struct campaign_nodes, language), false, NULL,
        LANGUAGES},
    {"organisation", KEY_TEXT, offsetof(struct campaign_nodes, organisation), true,
        "Who writes, as texts name it by {lembaga}: organisation: Yayasan X"},
    {"wording", KEY_LABEL, offsetof(struct campaign_nodes, wording), true,
        "Which version of the consent wording is in use: wording: \"2026-11\""},
    {"caps", KEY_MAPPING, offsetof(struct campaign_nodes, caps), false,
        "Write caps: {day: 1, week: 3}"},
    {"hours", KEY_MAPPING, offsetof(struct campaign_nodes, hours), false,
        "Write hours: {dusk: {closed: \"17:30-18:45\"}}"},
    {"districts", KEY_MAPPING, offsetof(struct campaign_nodes, districts), true,
        "List them: districts: {maros: {name: Maros, zone: Asia/Makassar}}"},
    {"replies", KEY_MAPPING, offsetof(struct campaign_nodes, replies), false,
        "Write replies: {opt_out: \"…\"}"},
};

struct caps_nodes {
    const struct yaml_node *day, *week;
};

static const struct key_row CAPS_KEYS[] = {
    {"day", KEY_INT, offsetof(struct caps_nodes, day), false, NULL, NULL, 1, 10},
    {"week", KEY_INT, offsetof(struct caps_nodes, week), false, NULL, NULL, 1, 30},
};

struct district_nodes {
    const struct yaml_node *name, *zone, *phone, *hours;
};

static const struct key_row DISTRICT_KEYS[] = {
    {"name", KEY_TEXT, offsetof(struct district_nodes, name), true,
        "What texts call it by {kab}: name: Maros"},
    {"zone", KEY_TEXT, offsetof(struct district_nodes, zone), true,
        "Its time zone: zone: Asia/Jakarta (WIB), Asia/Makassar (WITA) or "
        "Asia/Jayapura "
        "(WIT)"},
    {"phone", KEY_LABEL, offsetof(struct district_nodes, phone), false, NULL},
    {"hours", KEY_MAPPING, offsetof(struct district_nodes, hours), false,
        "Write hours: {dusk: {closed: \"17:30-19:15\"}}"},
};

struct reply_nodes {
    const struct yaml_node *opt_in, *opt_out, *waiting_guardian;
};

static const struct key_row REPLY_KEYS[] = {
    {"opt_in", KEY_TEXT, offsetof(struct reply_nodes, opt_in), false, NULL},
    {"opt_out", KEY_TEXT, offsetof(struct reply_nodes, opt_out), false, NULL},
    {"waiting_guardian", KEY_TEXT, offsetof(struct reply_nodes, waiting_guardian),
        false, NULL},
};

struct words_nodes {
    const struct yaml_node *yes, *no, *stop, *risk;
};

static const struct key_row WORDS_KEYS[] = {
    {"yes", KEY_SEQUENCE, offsetof(struct words_nodes, yes), false, NULL},
    {"no", KEY_SEQUENCE, offsetof(struct words_nodes, no), false, NULL},
    {"stop", KEY_SEQUENCE, offsetof(struct words_nodes, stop), false, NULL},
    {"risk", KEY_SEQUENCE, offsetof(struct words_nodes, risk), false, NULL},
};

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

static void read_district(const struct source *source, const struct yaml_node *child,
    const struct hours *hours, struct campaign *campaign)
{
    static const struct key_row ROW = {.key = "district",
        .type = KEY_MAPPING,
        .help = "Write maros: {name: Maros, zone: Asia/Makassar}"};
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
    keys_read(
        source, child, "a district", DISTRICT_KEYS, KEYS_N(DISTRICT_KEYS), &nodes);
    district = &campaign->districts[campaign->districts_n++];
    district->key = mem_copy(child->key);
    district->name = key_text(nodes.name);
    district->phone = key_text(nodes.phone);
    district->hours = *hours;
    read_zone(source, nodes.zone, district);
    value_check_length(source, nodes.name, "name", "kab");
    value_check_length(source, nodes.phone, "phone", "telp");
    if (nodes.hours != NULL) {
        hours_read(source, nodes.hours, &district->hours);
    }
}

static void read_districts(const struct source *source, const struct yaml_node *mapping,
    const struct hours *hours, struct campaign *campaign)
{
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
        read_district(source, child, hours, campaign);
    }
}

static char *read_reply(const struct source *source, const struct yaml_node *node)
{
    if (node != NULL) {
        template_check(source, node, node->key);
    }
    return key_text(node);
}

static void read_replies(const struct source *source, const struct yaml_node *mapping,
    struct campaign *campaign)
{
    struct reply_nodes nodes = {0};

    keys_read(source, mapping, "\"replies\"", REPLY_KEYS, KEYS_N(REPLY_KEYS), &nodes);
    campaign->reply_opt_in = read_reply(source, nodes.opt_in);
    campaign->reply_opt_out = read_reply(source, nodes.opt_out);
    campaign->reply_waiting_guardian = read_reply(source, nodes.waiting_guardian);
}

static void read_caps(const struct source *source, const struct yaml_node *mapping,
    struct campaign *campaign)
{
    struct caps_nodes nodes = {0};

    keys_read(source, mapping, "\"caps\"", CAPS_KEYS, KEYS_N(CAPS_KEYS), &nodes);
    campaign->cap_day = key_int(nodes.day, campaign->cap_day);
    campaign->cap_week = key_int(nodes.week, campaign->cap_week);
}

static void read_campaign(const struct source *source, struct campaign *campaign)
{
    struct campaign_nodes nodes = {0};
    struct hours hours;

    keys_read(source, yaml_root(source->document), "a campaign", CAMPAIGN_KEYS,
        KEYS_N(CAMPAIGN_KEYS), &nodes);
    campaign->id = key_text(nodes.campaign);
    campaign->title = key_text(nodes.title);
    campaign->language =
        nodes.language == NULL ? mem_copy(LANGUAGES[0]) : key_text(nodes.language);
    campaign->organisation = key_text(nodes.organisation);
    campaign->wording = key_text(nodes.wording);
    value_check_length(source, nodes.organisation, "organisation", "lembaga");
    if (nodes.caps != NULL) {
        read_caps(source, nodes.caps, campaign);
    }
    hours_default(&hours);
    if (nodes.hours != NULL) {
        hours_read(source, nodes.hours, &hours);
    }
    if (nodes.districts != NULL) {
        read_districts(source, nodes.districts, &hours, campaign);
    }
    if (nodes.replies != NULL) {
        read_replies(source, nodes.replies, campaign);
    }
}

/* A word that means something else already would be heard as that. */
static bool check_word(const struct source *source, const struct yaml_node *item,
    enum keyword keyword, const struct words *words)
{
    static const char *const NAMES[] = {"nothing", "yes", "no", "stop"};
    enum keyword already = reply_keyword(item->text, words);

    if (keyword == KEYWORD_NONE || already == KEYWORD_NONE || already == keyword) {
        return true;
    }
    yaml_error(source->document, item, source->problems,
        "Take it out, or use a longer phrase.", "\"%.40s\" means %s already",
        item->text, NAMES[already]);
    return false;
}

static void read_word_list(const struct source *source, const struct yaml_node *list,
    enum keyword keyword, struct words *words, char ***to, size_t *n)
{
    const struct key_row row = {.key = list->key, .type = KEY_LABEL};
    char text[WORD_BYTES];

    if (list->n > WORDS_MAX) {
        yaml_error(source->document, list, source->problems, NULL, "more than %d words",
            (int)WORDS_MAX);
        return;
    }
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        if (!key_check(source, item, &row)) {
            continue;
        }
        if (reply_normalise(item->text, text, sizeof text) == 0) {
            yaml_error(source->document, item, source->problems,
                "Punctuation and emoji are taken out of replies; use letters or "
                "digits.",
                "\"%.40s\" holds nothing that a reply can be compared with",
                item->text);
        } else if (check_word(source, item, keyword, words)) {
            *to = mem_resize(*to, *n + 1, sizeof **to);
            (*to)[(*n)++] = mem_copy(text);
        }
    }
}

static void read_words(const struct source *source, struct words *words)
{
    struct words_nodes nodes = {0};

    keys_read(source, yaml_root(source->document), "words.yaml", WORDS_KEYS,
        KEYS_N(WORDS_KEYS), &nodes);
    if (nodes.stop != NULL) {
        read_word_list(
            source, nodes.stop, KEYWORD_STOP, words, &words->stop, &words->stop_n);
    }
    if (nodes.no != NULL) {
        read_word_list(source, nodes.no, KEYWORD_NO, words, &words->no, &words->no_n);
    }
    if (nodes.yes != NULL) {
        read_word_list(
            source, nodes.yes, KEYWORD_YES, words, &words->yes, &words->yes_n);
    }
    if (nodes.risk != NULL) {
        read_word_list(
            source, nodes.risk, KEYWORD_NONE, words, &words->risk, &words->risk_n);
    }
}

static void read_series(const struct source *source, struct campaign *campaign)
{
    struct series series = {0};

    series_read(source, campaign, &series);
    campaign->series =
        mem_resize(campaign->series, campaign->series_n + 1, sizeof *campaign->series);
    campaign->series[campaign->series_n++] = series;
}

enum file_kind { FILE_CAMPAIGN, FILE_WORDS, FILE_SERIES, FILE_KINDS };

static enum file_kind kind_of(const struct content_file *file)
{
    return strcmp(file->name, "campaign.yaml") == 0 ? FILE_CAMPAIGN
           : strcmp(file->name, "words.yaml") == 0  ? FILE_WORDS
                                                    : FILE_SERIES;
}

/* Adds a problem of the folder as a whole. */
static void refuse_folder(struct problems *problems, const char *prefix,
    const char *name, const char *text, const char *advice)
{
    char *path = mem_format("%s%s", prefix, name);
    struct problem problem = {
        .path = path, .text = (char *)text, .advice = (char *)advice};

    problems_add(problems, &problem);
    free(path);
}

static void read_file(const struct content_file *file, const char *prefix,
    struct campaign *campaign, struct problems *problems)
{
    char *path = mem_format("%s%s", prefix, file->name);
    struct yaml_document *document =
        yaml_parse(path, file->text, file->length, problems);
    struct source source = {.document = document, .problems = problems};
    enum file_kind kind = kind_of(file);

    if (document != NULL && yaml_root(document) == NULL) {
        if (kind != FILE_WORDS) {
            yaml_error(document, NULL, problems, "Fill it, or remove it.",
                "the file is empty");
        }
    } else if (document != NULL) {
        switch (kind) {
        case FILE_CAMPAIGN:
            read_campaign(&source, campaign);
            break;
        case FILE_WORDS:
            read_words(&source, &campaign->words);
            break;
        default:
            read_series(&source, campaign);
        }
    }
    yaml_free(document);
    free(path);
}

struct campaign *campaign_compile(
    const struct content_files *files, const char *prefix, struct problems *problems)
{
    struct campaign *campaign = mem_zero(1, sizeof *campaign);
    size_t before = problems->errors, found[FILE_KINDS] = {0};

    campaign->cap_day = 1;
    campaign->cap_week = 3;
    for (int kind = FILE_CAMPAIGN; kind < FILE_KINDS; kind++) {
        for (size_t i = 0; i < files->n; i++) {
            if (kind_of(&files->list[i]) == (enum file_kind)kind) {
                found[kind]++;
                read_file(&files->list[i], prefix, campaign, problems);
            }
        }
    }
    if (found[FILE_CAMPAIGN] == 0) {
        refuse_folder(problems, prefix, "campaign.yaml", "the file is missing",
            "A campaign is a folder with a campaign.yaml and a file per series.");
    }
    if (found[FILE_SERIES] == 0) {
        refuse_folder(problems, prefix, "campaign.yaml", "the campaign has no series",
            "Add a file beside campaign.yaml, such as champions.yaml.");
    }
    if (problems->errors > before) {
        campaign_free(campaign);
        return NULL;
    }
    return campaign;
}
