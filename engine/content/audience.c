/*
 * audience.c: who a series, a step or a branch is for.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static const char *const SEXES[] = {"female", "male", NULL};
static const char *const AGES[] = {"any", "minor", "adult", NULL};

struct audience_nodes {
    const struct yaml_node *role, *sex, *district, *language, *age;
};

static const struct key_row AUDIENCE_KEYS[] = {
    {"role", KEY_LABELS, offsetof(struct audience_nodes, role), false,
        "Write the role that contacts have: role: champion", .fallback = "every role",
        .doc = "the contact list's roles: `champion`, or `[champion, parent]`"},
    {"sex", KEY_CHOICES, offsetof(struct audience_nodes, sex), false,
        "Write sex: female", SEXES, .fallback = "everybody",
        .doc = "who has not stated one is in neither"},
    {"district", KEY_LABELS, offsetof(struct audience_nodes, district), false,
        "Write a key of districts: district: maros", .fallback = "every district",
        .doc = "keys of `districts`"},
    {"language", KEY_LABELS, offsetof(struct audience_nodes, language), false,
        "Write one of the campaign's languages: language: bug",
        .fallback = "every language", .doc = "one or more of `languages`"},
    {"age", KEY_CHOICE, offsetof(struct audience_nodes, age), false,
        "Write age: minor, or age: adult", AGES, .fallback = "`any`",
        .doc = "an unknown age is a minor's"},
};
const struct key_table AUDIENCE_TABLE = KEY_TABLE("\"for\"", AUDIENCE_KEYS);

static bool is_listed(const char *word, char **list, size_t n)
{
    for (size_t i = 0; word != NULL && i < n; i++) {
        if (strcasecmp(list[i], word) == 0) {
            return true;
        }
    }
    return false;
}

bool audience_holds(
    const struct audience *audience, const struct audience_person *profile)
{
    return (audience->sexes_n == 0 ||
               is_listed(profile->sex, audience->sexes, audience->sexes_n)) &&
           (audience->districts_n == 0 ||
               is_listed(
                   profile->district, audience->districts, audience->districts_n)) &&
           (audience->roles_n == 0 ||
               is_listed(profile->role, audience->roles, audience->roles_n)) &&
           (audience->languages_n == 0 ||
               is_listed(
                   profile->language, audience->languages, audience->languages_n)) &&
           (audience->age == AGE_ANY || (audience->age == AGE_MINOR) == profile->minor);
}

bool audience_has_minors(const struct audience *audience)
{
    return audience->age == AGE_MINOR ||
           (audience->age == AGE_ANY &&
               (audience->roles_n == 0 ||
                   is_listed("champion", audience->roles, audience->roles_n)));
}

bool audience_has_district(const struct audience *audience, const char *key)
{
    return audience->districts_n == 0 ||
           is_listed(key, audience->districts, audience->districts_n);
}

static void read_list(const struct yaml_node *node, char ***list, size_t *n)
{
    for (const struct yaml_node *item = key_item_next(node, NULL); item != NULL;
         item = key_item_next(node, item)) {
        *list = mem_resize(*list, *n + 1, sizeof **list);
        (*list)[(*n)++] = key_text(item);
    }
}

static void check_known(struct compiler *compiler, const struct yaml_node *node,
    const char *what, const char *many, const char *const *known, size_t n)
{
    char advice[300];

    for (const struct yaml_node *item = key_item_next(node, NULL); item != NULL;
         item = key_item_next(node, item)) {
        bool found = n == 0; /* what is wrong with the list has been said */

        for (size_t i = 0; i < n && !found; i++) {
            found = strcasecmp(known[i], item->text) == 0;
        }
        if (!found) {
            nearest_advice(item->text, known, n, many, advice, sizeof advice);
            yaml_error(compiler->source.document, item, compiler->source.problems,
                advice, "unknown %s \"%.60s\"", what, item->text);
        }
    }
}

static void check_districts(struct compiler *compiler, const struct yaml_node *node)
{
    const struct campaign *campaign = compiler->campaign;
    const char **keys = mem_alloc((campaign->districts_n + 1) * sizeof *keys);

    for (size_t i = 0; i < campaign->districts_n; i++) {
        keys[i] = campaign->districts[i].key;
    }
    check_known(compiler, node, "district", "districts of the campaign", keys,
        campaign->districts_n);
    free(keys);
}

/* A step's list of roles lies within its series': the others never get the series. */
static void check_roles(struct compiler *compiler, const struct yaml_node *node,
    const struct audience *within)
{
    if (within != NULL && within->roles_n > 0) {
        check_known(compiler, node, "role", "roles of the series",
            (const char *const *)within->roles, within->roles_n);
    }
}

void audience_read(struct compiler *compiler, const struct yaml_node *node,
    const struct audience *within, struct audience *audience)
{
    struct audience_nodes nodes = {0};

    if (node == NULL) {
        return;
    }
    keys_read(&compiler->source, node, &AUDIENCE_TABLE, &nodes);
    read_list(nodes.role, &audience->roles, &audience->roles_n);
    read_list(nodes.sex, &audience->sexes, &audience->sexes_n);
    read_list(nodes.district, &audience->districts, &audience->districts_n);
    read_list(nodes.language, &audience->languages, &audience->languages_n);
    audience->age = (enum age_group)key_choice(nodes.age, AGES);
    check_roles(compiler, nodes.role, within);
    check_districts(compiler, nodes.district);
    check_known(compiler, nodes.language, "language", "languages of the campaign",
        (const char *const *)compiler->campaign->languages,
        compiler->campaign->languages_n);
}

static void list_fini(char **list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(list[i]);
    }
    free(list);
}

void audience_fini(struct audience *audience)
{
    list_fini(audience->sexes, audience->sexes_n);
    list_fini(audience->districts, audience->districts_n);
    list_fini(audience->roles, audience->roles_n);
    list_fini(audience->languages, audience->languages_n);
    *audience = (struct audience){0};
}
