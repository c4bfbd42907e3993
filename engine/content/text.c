/*
 * text.c: a text in its variants: read, checked, chosen and freed. What one variant may
 * hold is looked at in template.c and preview.c; here is which of them there must be.
 */
#include "content/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct text_nodes {
    const struct yaml_node *text, *discreet, *in;
};

struct language_nodes {
    const struct yaml_node *text, *discreet;
};

static const struct key_row VARIANT_KEYS[] = {
    {"text", KEY_TEXT, offsetof(struct language_nodes, text), true,
        "Write what it says: text: \"…\"", .doc = "the text in that language"},
    {"discreet", KEY_TEXT, offsetof(struct language_nodes, discreet), false,
        "Write discreet: \"…\"", .fallback = "the first language's",
        .doc = "the same for somebody who reads discreetly"},
};
static const struct key_table VARIANT_TABLE =
    KEY_TABLE("a variant of a language", VARIANT_KEYS);

static const struct key_row VARIANT_ROW = {.key = "in",
    .type = KEY_VARIANTS,
    .help = "Write in: {bug: \"…\"}, or in: {bug: {text: \"…\", discreet: \"…\"}}"};

static const struct key_row TEXT_KEYS[] = {
    {"text", KEY_TEXT, offsetof(struct text_nodes, text), true,
        "Write what it says: text: \"…\"",
        .doc = "the text in the campaign's first language"},
    {"discreet", KEY_TEXT, offsetof(struct text_nodes, discreet), false,
        "Write discreet: \"…\", or discreet: skip", .fallback = "the text itself",
        .doc = "what somebody gets who reads discreetly; `skip`: nothing"},
    {"in", KEY_NAMED, offsetof(struct text_nodes, in), false, "Write in: {bug: \"…\"}",
        .table = &VARIANT_TABLE, .plain = true, .fallback = "the first language",
        .doc = "by language: a text, or `{text: …, discreet: …}`"},
};
const struct key_table TEXT_TABLE = KEY_TABLE("a text", TEXT_KEYS);

/* What an event fills stands only in the text of a step that is placed around one. */
static void check_event(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, const char *text)
{
    static const char *const OF_EVENTS[] = {
        "{judul}", "{hari}", "{tgl}", "{jam}", "{zona}", "{link}"};

    for (size_t i = 0; i < KEYS_N(OF_EVENTS); i++) {
        struct yaml_node place;

        if (strstr(text, OF_EVENTS[i]) == NULL ||
            (use->date && strcmp(OF_EVENTS[i], "{tgl}") == 0)) {
            continue;
        }
        place = yaml_place(compiler->source.document, node, OF_EVENTS[i]);
        if (use->event == NULL) {
            yaml_error(compiler->source.document, &place, compiler->source.problems,
                "Write it out, or place the step around the event: at: {event: …, "
                "days: -7, time: \"16:15\"}",
                "%s is filled only in what a step around an event says", OF_EVENTS[i]);
        } else if (strcmp(OF_EVENTS[i], "{link}") == 0 && use->event->link == NULL) {
            yaml_error(compiler->source.document, &place, compiler->source.problems,
                "Give it one in campaign.yaml: link: \"…\"",
                "{link} stays empty: the event \"%.40s\" has no link", use->event->key);
        }
    }
}

/* Whoever may read the text has what fills its placeholders. */
static void check_sources(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, const char *text)
{
    const struct campaign *campaign = compiler->campaign;

    check_event(compiler, node, use, text);
    if (strstr(text, "{layanan}") != NULL && !use->service) {
        struct yaml_node place =
            yaml_place(compiler->source.document, node, "{layanan}");

        yaml_error(compiler->source.document, &place, compiler->source.problems,
            "Write the name itself, or make it a step that refers: refer: {service: "
            "…, text: …}",
            "{layanan} is filled only in a step that refers to a service");
    }
    for (size_t i = 0;
         !use->service && strstr(text, "{telp}") != NULL && i < campaign->districts_n;
         i++) {
        const struct district *district = &campaign->districts[i];
        struct yaml_node place;

        if (district->phone == NULL &&
            (use->audience == NULL ||
                audience_has_district(use->audience, district->key))) {
            place = yaml_place(compiler->source.document, node, "{telp}");
            yaml_error(compiler->source.document, &place, compiler->source.problems,
                "Give it one in campaign.yaml (phone: …), or leave the district out "
                "by for:.",
                "{telp} stays empty: the district \"%s\" has no phone", district->key);
            break;
        }
    }
}

static void refuse_word(struct compiler *compiler, const struct yaml_node *node,
    char *word, const char *format, const char *advice)
{
    struct yaml_node place;
    char *text;

    if (word == NULL) {
        return;
    }
    place = yaml_place(compiler->source.document, node, word);
    text = mem_format("\"%.60s\" %s", word, format);
    yaml_error(compiler->source.document, &place, compiler->source.problems, advice,
        "%s", text);
    free(text);
    free(word);
}

/* R10 and what else holds for one text on a screen. Returns its owned text. */
static char *read_open(
    struct compiler *compiler, const struct yaml_node *node, const struct text_use *use)
{
    char *text = key_text(node);

    template_check(&compiler->source, node, use->name, use->parts);
    check_sources(compiler, node, use, text);
    if (!use->open_wording) {
        refuse_word(compiler, node, blocked_in_preview(compiler->campaign, text),
            "starts within the first 40 characters, which a locked phone shows",
            "Begin with other words, so that the preview gives nothing away (R10).");
    }
    refuse_word(compiler, node, blocked_link(compiler->campaign, text),
        "is a link with a word in it that must not be seen",
        "Use a link with a neutral address (R10).");
    return text;
}

/* R11: free of the words, no name. */
static char *read_discreet(
    struct compiler *compiler, const struct yaml_node *node, const struct text_use *use)
{
    char *text = key_text(node);
    struct yaml_node place;

    template_check(&compiler->source, node, "discreet", use->parts);
    check_sources(compiler, node, use, text);
    refuse_word(compiler, node,
        blocked_word(compiler->campaign, text, true, strlen(text) + 1),
        "has no place in a discreet text",
        "Say it in words that give nothing away (R11).");
    if (strstr(text, "{nama}") != NULL) {
        place = yaml_place(compiler->source.document, node, "{nama}");
        yaml_error(compiler->source.document, &place, compiler->source.problems,
            "Take the name out (R11).", "a discreet text holds no name");
    }
    return text;
}

static const char *discreet_of(const struct text *text, const char *language)
{
    for (size_t i = 0; i < text->variants_n; i++) {
        const struct text_variant *variant = &text->variants[i];

        if (variant->discreet && (variant->language == NULL) == (language == NULL) &&
            (language == NULL || strcmp(variant->language, language) == 0)) {
            return variant->text;
        }
    }
    return NULL;
}

static void refuse_open(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, const char *needle, const char *why, const char *what)
{
    struct yaml_node place = yaml_place(compiler->source.document, node, needle);

    yaml_error(compiler->source.document, &place, compiler->source.problems,
        "Write {text: …, discreet: \"…\"} with a text that gives nothing away, or "
        "discreet: skip (R11).",
        "\"%s\" needs a discreet variant: %s \"%.60s\"", use->name, why, what);
}

/* R11: somebody who reads discreetly would get this open text. */
static void check_needed(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, const struct text *text, const char *language,
    const char *open)
{
    char *word;

    if (text->skip_discreet || discreet_of(text, NULL) != NULL ||
        (language != NULL && discreet_of(text, language) != NULL)) {
        return;
    }
    word = blocked_word(compiler->campaign, open, true, strlen(open) + 1);
    if (word != NULL) {
        refuse_open(compiler, node, use, word, "it holds the word", word);
    } else if (strstr(open, "{nama}") != NULL) {
        refuse_open(compiler, node, use, "{nama}", "it holds the name", "{nama}");
    } else if (use->score) {
        refuse_open(
            compiler, node, use, "", "it tells how somebody answered, as", use->name);
    }
    free(word);
}

static void add_variant(
    struct text *text, const char *language, bool discreet, char *taken)
{
    text->variants =
        mem_resize(text->variants, text->variants_n + 1, sizeof *text->variants);
    text->variants[text->variants_n++] = (struct text_variant){
        .language = mem_copy(language), .discreet = discreet, .text = taken};
}

static bool has_language(const struct campaign *campaign, const char *language)
{
    for (size_t i = 0; i < campaign->languages_n; i++) {
        if (strcmp(campaign->languages[i], language) == 0) {
            return true;
        }
    }
    return false;
}

bool text_check_language(struct compiler *compiler, const struct yaml_node *node)
{
    const struct campaign *campaign = compiler->campaign;
    char advice[200];

    if (campaign->languages_n == 0) {
        return true; /* what is wrong with them has been said */
    }
    if (strcmp(campaign->languages[0], node->key) == 0) {
        yaml_key_error(compiler->source.document, node, compiler->source.problems,
            "Write it as text:", "\"%.20s\" is the campaign's first language",
            node->key);
        return false;
    }
    if (!has_language(campaign, node->key)) {
        nearest_advice(node->key, (const char *const *)campaign->languages,
            campaign->languages_n, "languages of the campaign", advice, sizeof advice);
        yaml_key_error(compiler->source.document, node, compiler->source.problems,
            advice, "\"%.20s\" is no language of the campaign", node->key);
        return false;
    }
    return true;
}

static void read_language(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, struct text *text)
{
    struct language_nodes nodes = {0};

    if (!text_check_language(compiler, node) ||
        !key_check(&compiler->source, node, &VARIANT_ROW)) {
        return;
    }
    if (node->kind == YAML_SCALAR) {
        nodes.text = node;
    } else {
        keys_read(&compiler->source, node, &VARIANT_TABLE, &nodes);
    }
    if (nodes.discreet != NULL) {
        add_variant(
            text, node->key, true, read_discreet(compiler, nodes.discreet, use));
    }
    if (nodes.text != NULL) {
        add_variant(text, node->key, false, read_open(compiler, nodes.text, use));
        check_needed(compiler, nodes.text, use, text, node->key,
            text->variants[text->variants_n - 1].text);
    }
}

/* `languages: complete`: nobody of another language falls back to the first. */
static void check_complete(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, const struct text *text)
{
    const struct campaign *campaign = compiler->campaign;

    for (size_t i = 1; compiler->complete && i < campaign->languages_n; i++) {
        bool found = false;

        for (size_t k = 0; k < text->variants_n; k++) {
            found =
                found ||
                (!text->variants[k].discreet && text->variants[k].language != NULL &&
                    strcmp(text->variants[k].language, campaign->languages[i]) == 0);
        }
        if (!found) {
            yaml_error(compiler->source.document, node, compiler->source.problems,
                "Add it under in:, or take languages: complete out of the series.",
                "\"%s\" has no variant in the language \"%s\"", use->name,
                campaign->languages[i]);
        }
    }
}

void text_read(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, struct text *text)
{
    struct text_nodes nodes = {0};

    if (node == NULL) {
        return;
    }
    if (node->kind == YAML_SCALAR) {
        nodes.text = node;
    } else {
        keys_read(&compiler->source, node, &TEXT_TABLE, &nodes);
    }
    if (nodes.discreet != NULL && strcmp(nodes.discreet->text, "skip") == 0) {
        text->skip_discreet = true;
    } else if (nodes.discreet != NULL) {
        add_variant(text, NULL, true, read_discreet(compiler, nodes.discreet, use));
    }
    if (nodes.text != NULL) {
        text->plain = read_open(compiler, nodes.text, use);
        check_needed(compiler, nodes.text, use, text, NULL, text->plain);
    }
    for (const struct yaml_node *child = nodes.in == NULL ? NULL : nodes.in->children;
         child != NULL; child = child->next) {
        read_language(compiler, child, use, text);
    }
    if (nodes.text != NULL) {
        check_complete(compiler, nodes.text, use, text);
    }
}

void text_fini(struct text *text)
{
    for (size_t i = 0; i < text->variants_n; i++) {
        free(text->variants[i].language);
        free(text->variants[i].text);
    }
    free(text->variants);
    free(text->plain);
    *text = (struct text){0};
}

static const char *open_of(const struct text *text, const char *language)
{
    for (size_t i = 0; language != NULL && i < text->variants_n; i++) {
        const struct text_variant *variant = &text->variants[i];

        if (!variant->discreet && variant->language != NULL &&
            strcmp(variant->language, language) == 0) {
            return variant->text;
        }
    }
    return text->plain;
}

const char *text_choose(const struct text *text, const char *language, bool discreet)
{
    const char *chosen = NULL;

    if (text->plain == NULL || (discreet && text->skip_discreet)) {
        return NULL;
    }
    if (discreet && language != NULL) {
        chosen = discreet_of(text, language);
    }
    if (discreet && chosen == NULL) {
        chosen = discreet_of(text, NULL);
    }
    return chosen != NULL ? chosen : open_of(text, language);
}

bool text_has_discreet(const struct text *text)
{
    bool found = text->skip_discreet;

    for (size_t i = 0; i < text->variants_n; i++) {
        found = found || text->variants[i].discreet;
    }
    return found;
}
