/*
 * whatsapp.c: what a step is on WhatsApp: `whatsapp:`, its templates, and `media:`.
 *
 * A template's body lies with Meta and says what the step's text says; here are its name
 * and what fills it. Its variants follow the text's: a language's own, and a discreet one,
 * without which a discreet reader gets the step by a channel that needs no template.
 */
#include "content/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { PARAMETERS_MAX = 16, BUTTONS_MAX = 10, URL_BYTES_MAX = 1000 };

struct whatsapp_nodes {
    const struct yaml_node *template, *language, *parameters, *names, *header, *buttons;
    const struct yaml_node *discreet, *in;
};

enum { TEMPLATE_KEYS_N = 6, LANGUAGE_KEYS_N = 7 }; /* how many rows a variant takes */

static const struct key_table TEMPLATE_TABLE, LANGUAGE_TABLE;

static const struct key_row WHATSAPP_KEYS[] = {
    {"template", KEY_LABEL, offsetof(struct whatsapp_nodes, template), true,
        "Write the approved template's name: template: kuis_minggu",
        .doc = "name of the approved template"},
    {"language", KEY_LABEL, offsetof(struct whatsapp_nodes, language), false, NULL,
        .fallback = "the campaign's first", .doc = "the template's language"},
    {"parameters", KEY_SEQUENCE, offsetof(struct whatsapp_nodes, parameters), false,
        "Write parameters: [\"{nama}\"]", .fallback = "none",
        .doc = "texts with placeholders, in order"},
    {"names", KEY_SEQUENCE, offsetof(struct whatsapp_nodes, names), false,
        "Write names: [nama]", .fallback = "they are numbered",
        .doc = "of a template with named variables: their names, in the same order"},
    {"header", KEY_TEXT, offsetof(struct whatsapp_nodes, header), false,
        "Write header: \"https://…\"", .fallback = "none",
        .doc = "link to the picture in the template's head"},
    {"buttons", KEY_SEQUENCE, offsetof(struct whatsapp_nodes, buttons), false,
        "Write buttons: [IKUT, TIDAK]", .fallback = "none",
        .doc = "what each quick reply sends, in order; of a question, its answers"},
    {"discreet", KEY_MAPPING, offsetof(struct whatsapp_nodes, discreet), false,
        "Write discreet: {template: kuis_minggu_s}", .table = &TEMPLATE_TABLE,
        .fallback = "none", .doc = "the template for somebody who reads discreetly"},
    {"in", KEY_NAMED, offsetof(struct whatsapp_nodes, in), false,
        "Write in: {bug: {template: kuis_minggu_bug}}", .table = &LANGUAGE_TABLE,
        .fallback = "the first language's", .doc = "by language: another template"},
};
static const struct key_table TEMPLATE_TABLE = {
    "a template", WHATSAPP_KEYS, TEMPLATE_KEYS_N};
static const struct key_table LANGUAGE_TABLE = {
    "a template of a language", WHATSAPP_KEYS, LANGUAGE_KEYS_N};
const struct key_table WHATSAPP_TABLE = KEY_TABLE("\"whatsapp\"", WHATSAPP_KEYS);

struct media_nodes {
    const struct yaml_node *url, *type;
};

static const char *const MEDIA_TYPES[] = {"image/jpeg", "image/png", "video/mp4",
    "audio/ogg", "audio/mpeg", "audio/aac", "application/pdf", NULL};

static const struct key_row MEDIA_KEYS[] = {
    {"url", KEY_TEXT, offsetof(struct media_nodes, url), true,
        "Write url: \"https://…\"", .doc = "where it lies, with https"},
    {"type", KEY_CHOICE, offsetof(struct media_nodes, type), true,
        "Write type: image/jpeg", MEDIA_TYPES, .doc = "what it is"},
};
const struct key_table MEDIA_TABLE = KEY_TABLE("\"media\"", MEDIA_KEYS);

/* A link that a phone opens by itself: https, and nothing in it that must not be seen. */
static char *read_link(struct compiler *compiler, const struct yaml_node *node)
{
    char *word;

    if (node == NULL) {
        return NULL;
    }
    if (strncmp(node->text, "https://", strlen("https://")) != 0 ||
        strlen(node->text) > URL_BYTES_MAX) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Put it where it can be had by https, and write the whole link.",
            "\"%.40s\" is no link that begins with https://", node->text);
    }
    word = blocked_link(compiler->campaign, node->text);
    if (word != NULL) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Give the file a neutral name (R10).",
            "\"%.60s\" is a link with a word in it that must not be seen", word);
    }
    free(word);
    return key_text(node);
}

/* Copies a list of labels, at most max; returns how many. */
static size_t read_labels(
    struct compiler *compiler, const struct yaml_node *list, size_t max, char ***texts)
{
    const struct key_row row = {
        .key = list == NULL ? "" : list->key, .type = KEY_LABEL};
    size_t n = 0;

    if (list == NULL) {
        return 0;
    }
    if (list->n > max) {
        yaml_error(compiler->source.document, list, compiler->source.problems, NULL,
            "more than %d of them", (int)max);
        return 0;
    }
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        if (key_check(&compiler->source, item, &row)) {
            *texts = mem_resize(*texts, n + 1, sizeof **texts);
            (*texts)[n++] = key_text(item);
        }
    }
    return n;
}

static void check_parameters(
    struct compiler *compiler, const struct yaml_node *list, bool discreet)
{
    for (const struct yaml_node *item = list == NULL ? NULL : list->children;
         item != NULL && item->kind == YAML_SCALAR; item = item->next) {
        char *word = !discreet ? NULL
                               : blocked_word(compiler->campaign, item->text, true,
                                     strlen(item->text) + 1);

        template_check_placeholders(&compiler->source, item, item->text);
        if (discreet && (word != NULL || strstr(item->text, "{nama}") != NULL)) {
            yaml_error(compiler->source.document, item, compiler->source.problems,
                "Say it in words that give nothing away, without the name (R11).",
                "\"%.40s\" has no place in a discreet template",
                word != NULL ? word : "{nama}");
        }
        free(word);
    }
}

/* A button of a question sends one of its answers, or begins its quiz or puts it off. */
static void check_buttons(struct compiler *compiler, const struct yaml_node *list,
    const struct step *step, char *const *buttons, size_t n)
{
    for (size_t i = 0; step->kind == STEP_ASK && i < n; i++) {
        if (step_answer(step, buttons[i]) == NULL &&
            !step_begins(step, buttons[i], NULL)) {
            yaml_error(compiler->source.document, list, compiler->source.problems,
                "Let each button be one of the question's answers.",
                "the button \"%.40s\" is no answer of the question", buttons[i]);
        }
    }
}

static void read_template(struct compiler *compiler, struct step *step,
    const struct whatsapp_nodes *nodes, const char *language, bool discreet)
{
    struct template_use use = {
        .for_language = mem_copy(language),
        .discreet = discreet,
        .name = key_text(nodes->template),
        .language = nodes->language != NULL ? key_text(nodes->language)
                    : language != NULL      ? mem_copy(language)
                                            : mem_copy(compiler->campaign->language),
    };

    use.parameters_n =
        read_labels(compiler, nodes->parameters, PARAMETERS_MAX, &use.parameters);
    use.names_n = read_labels(compiler, nodes->names, PARAMETERS_MAX, &use.names);
    use.buttons_n = read_labels(compiler, nodes->buttons, BUTTONS_MAX, &use.buttons);
    use.header = read_link(compiler, nodes->header);
    if (nodes->names != NULL && use.names_n != use.parameters_n) {
        yaml_error(compiler->source.document, nodes->names, compiler->source.problems,
            "Give each parameter its name, in the same order.",
            "%d names for %d parameters", (int)use.names_n, (int)use.parameters_n);
    }
    check_parameters(compiler, nodes->parameters, discreet);
    check_buttons(compiler, nodes->buttons, step, use.buttons, use.buttons_n);
    step->templates =
        mem_resize(step->templates, step->templates_n + 1, sizeof *step->templates);
    step->templates[step->templates_n++] = use;
}

/* One mapping and the discreet one in it. */
static void read_variants(struct compiler *compiler, struct step *step,
    const struct yaml_node *mapping, const struct key_table *table,
    const char *language)
{
    struct whatsapp_nodes nodes = {0};

    keys_read(&compiler->source, mapping, table, &nodes);
    if (nodes.template != NULL) {
        read_template(compiler, step, &nodes, language, false);
    }
    if (nodes.discreet != NULL) {
        struct whatsapp_nodes discreet = {0};

        keys_read(&compiler->source, nodes.discreet, &TEMPLATE_TABLE, &discreet);
        if (discreet.template != NULL) {
            read_template(compiler, step, &discreet, language, true);
        }
    }
}

static bool has_template(const struct step *step, const char *language)
{
    for (size_t i = 0; i < step->templates_n; i++) {
        const char *of = step->templates[i].for_language;

        if (of != NULL && strcmp(of, language) == 0) {
            return true;
        }
    }
    return false;
}

/* A variant that SMS carries and WhatsApp would not: there the first language goes out. */
static void warn_of_languages(
    struct compiler *compiler, const struct yaml_node *mapping, const struct step *step)
{
    const char *told = NULL;

    for (size_t i = 0; i < step->text.variants_n; i++) {
        const char *language = step->text.variants[i].language;

        if (language == NULL || has_template(step, language) ||
            (told != NULL && strcmp(told, language) == 0)) {
            continue;
        }
        told = language;
        yaml_warning(compiler->source.document, mapping, compiler->source.problems,
            "Hand in a template for it, and name it: in: {bug: {template: …}}.",
            "the text has a variant in \"%s\", the template has none: outside the "
            "session window the first language goes out",
            language);
    }
}

void whatsapp_read(
    struct compiler *compiler, const struct yaml_node *mapping, struct step *step)
{
    const struct yaml_node *in;

    if (mapping->kind != YAML_MAPPING) {
        return;
    }
    read_variants(compiler, step, mapping, &WHATSAPP_TABLE, NULL);
    in = yaml_find(mapping, "in");
    for (const struct yaml_node *child = in == NULL ? NULL : in->children;
         child != NULL; child = child->next) {
        if (text_check_language(compiler, child) && child->kind == YAML_MAPPING) {
            read_variants(compiler, step, child, &LANGUAGE_TABLE, child->key);
        }
    }
    if (step->templates_n > 0) {
        warn_of_languages(compiler, mapping, step);
    }
}

void media_read(
    struct compiler *compiler, const struct yaml_node *mapping, struct step *step)
{
    struct media_nodes nodes = {0};

    keys_read(&compiler->source, mapping, &MEDIA_TABLE, &nodes);
    step->media_url = read_link(compiler, nodes.url);
    if (nodes.type != NULL) {
        step->media_type = mem_copy(MEDIA_TYPES[key_choice(nodes.type, MEDIA_TYPES)]);
    }
}

static const struct template_use *find(
    const struct step *step, const char *language, bool discreet)
{
    for (size_t i = 0; i < step->templates_n; i++) {
        const struct template_use *use = &step->templates[i];

        if (use->discreet == discreet &&
            (use->for_language == NULL) == (language == NULL) &&
            (language == NULL || strcmp(use->for_language, language) == 0)) {
            return use;
        }
    }
    return NULL;
}

const struct template_use *step_template(
    const struct step *step, const char *language, bool discreet)
{
    const struct template_use *use = NULL;
    bool guarded = discreet && text_has_discreet(&step->text);

    if (discreet && step->text.skip_discreet) {
        return NULL;
    }
    if (discreet && language != NULL) {
        use = find(step, language, true);
    }
    if (discreet && use == NULL) {
        use = find(step, NULL, true);
    }
    if (use == NULL && !guarded && language != NULL) {
        use = find(step, language, false);
    }
    if (use == NULL && !guarded) {
        use = find(step, NULL, false);
    }
    return use;
}
