#include "sim/whatsapp_profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "sim/profile_read.h"

enum { TEMPLATES_MAX = 1000 };

static const char *const statuses[] = {
    "approved", "paused", "rejected", "disabled", "pending", NULL};
static const char *const categories[] = {
    "marketing", "utility", "authentication", NULL};

static const struct option_row section_rows[] = {
    {.key = "phone_number_id",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_profile, phone_number_id),
        .fallback = "105500000000001",
        .help = "The number's id, in the URL of requests and in callbacks."},
    {.key = "account",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_profile, account),
        .fallback = "102200000000001",
        .help = "The business account's id, in callbacks."},
    {.key = "number",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_profile, number),
        .fallback = "6281200009999",
        .help = "The number that people write to, without +."},
    {.key = "token",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_profile, token),
        .help = "The bearer token; without it any is good."},
    {.key = "app_secret",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_profile, app_secret),
        .help = "Signs callbacks (X-Hub-Signature-256); without it they are unsigned."},
    {.key = "hook",
        .type = OPTION_URL,
        .offset = offsetof(struct wa_profile, hook),
        .help = "Where callbacks go: http://127.0.0.1:8480/hooks/NAME."},
};

static const struct option_row template_rows[] = {
    {.key = "name",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_template, name),
        .required = 1,
        .help = "The template's name."},
    {.key = "language",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_template, language),
        .fallback = "id",
        .help = "Its language's code."},
    {.key = "parameters",
        .type = OPTION_INT,
        .offset = offsetof(struct wa_template, parameters),
        .fallback = "-1",
        .min = -1,
        .max = 100,
        .help = "How many its body has; another number fails with 132000; -1: any."},
    {.key = "category",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct wa_template, category),
        .fallback = "marketing",
        .choices = categories,
        .help = "marketing, utility or authentication: what is billed."},
    {.key = "status",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct wa_template, status),
        .fallback = "approved",
        .choices = statuses,
        .help = "approved, paused (132015), disabled (132016), rejected or pending "
                "(132001)."},
    {.key = "body",
        .type = OPTION_TEXT,
        .offset = offsetof(struct wa_template, body),
        .help = "What handsets read, with {{1}}, {{2}}; without it name and values."},
    {.key = "buttons",
        .type = OPTION_LIST,
        .offset = offsetof(struct wa_template, buttons),
        .help = "Titles of its quick replies, in order."},
};

enum {
    SECTION_ROWS = sizeof section_rows / sizeof section_rows[0],
    TEMPLATE_ROWS = sizeof template_rows / sizeof template_rows[0],
};

const struct option_row *wa_profile_rows(size_t *n)
{
    *n = SECTION_ROWS;
    return section_rows;
}

const struct option_row *wa_template_rows(size_t *n)
{
    *n = TEMPLATE_ROWS;
    return template_rows;
}

const char *template_status_name(enum template_status status)
{
    return statuses[status];
}

int template_status_parse(const char *name, enum template_status *status)
{
    for (int i = 0; i < TEMPLATE_STATUSES; i++) {
        if (strcmp(statuses[i], name) == 0) {
            *status = (enum template_status)i;
            return 0;
        }
    }
    return -1;
}

const char *template_category_name(int category)
{
    return categories[category];
}

void wa_templates_fini(struct wa_templates *templates)
{
    for (size_t i = 0; i < templates->n; i++) {
        option_fini(template_rows, TEMPLATE_ROWS, &templates->list[i]);
    }
    free(templates->list);
    *templates = (struct wa_templates){0};
}

static struct wa_template *add(struct wa_templates *templates)
{
    struct wa_template *added;

    templates->list =
        mem_resize(templates->list, templates->n + 1, sizeof *templates->list);
    added = &templates->list[templates->n++];
    *added = (struct wa_template){0};
    option_defaults(template_rows, TEMPLATE_ROWS, added);
    return added;
}

static void set_name(
    struct wa_template *template, const char *name, const char *language)
{
    free(template->name);
    free(template->language);
    template->name = mem_copy(name);
    template->language = mem_copy(language);
}

struct wa_templates wa_templates_copy(const struct wa_templates *templates)
{
    struct wa_templates copy = {0};

    for (size_t i = 0; i < templates->n; i++) {
        const struct wa_template *from = &templates->list[i];
        struct wa_template *to = add(&copy);

        set_name(to, from->name, from->language);
        to->parameters = from->parameters;
        to->category = from->category;
        to->status = from->status;
        to->body = from->body == NULL ? NULL : mem_copy(from->body);
        for (size_t k = 0; k < from->buttons.n; k++) {
            struct err err;

            option_set(option_find(template_rows, TEMPLATE_ROWS, "buttons"), to,
                from->buttons.items[k], &err);
        }
    }
    return copy;
}

struct wa_template *wa_templates_find(
    const struct wa_templates *templates, const char *name, const char *language)
{
    for (size_t i = 0; i < templates->n; i++) {
        if (strcmp(templates->list[i].name, name) == 0 &&
            strcmp(templates->list[i].language, language) == 0) {
            return &templates->list[i];
        }
    }
    return NULL;
}

struct wa_template *wa_templates_get(
    struct wa_templates *templates, const char *name, const char *language)
{
    struct wa_template *found = wa_templates_find(templates, name, language);

    if (found == NULL) {
        found = add(templates);
        set_name(found, name, language);
    }
    return found;
}

void wa_profile_defaults(struct wa_profile *profile)
{
    option_defaults(section_rows, SECTION_ROWS, profile);
}

void wa_profile_read(const struct source *source, const struct yaml_node *section,
    struct wa_profile *profile)
{
    static const char *const inner[] = {"templates", NULL};
    const struct yaml_node *list;

    profile_read_mapping(source, section, section_rows, SECTION_ROWS, inner, profile);
    if (section->kind != YAML_MAPPING) {
        return;
    }
    list =
        profile_find_inner(source, section, "templates", YAML_SEQUENCE, TEMPLATES_MAX);
    if (list == NULL) {
        return;
    }
    profile->lists_templates = true;
    for (const struct yaml_node *node = list->children; node != NULL;
         node = node->next) {
        profile_read_mapping(
            source, node, template_rows, TEMPLATE_ROWS, NULL, add(&profile->templates));
    }
}

void wa_profile_fini(struct wa_profile *profile)
{
    wa_templates_fini(&profile->templates);
    option_fini(section_rows, SECTION_ROWS, profile);
    *profile = (struct wa_profile){0};
}
