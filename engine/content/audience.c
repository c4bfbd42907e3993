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

/* What people may be told apart by, as the campaign or the series knows it. */
struct known {
    const char *one, *many;
    const char *const *names;
    size_t n; /* 0: anything */
};

/* An unknown name is complained of and left out, so that no step seems to be nobody's for
 * a slip of the pen. */
static void read_list(struct compiler *compiler, const struct yaml_node *node,
    const struct known *known, char ***list, size_t *n)
{
    char advice[300];

    for (const struct yaml_node *item = key_item_next(node, NULL); item != NULL;
         item = key_item_next(node, item)) {
        bool found = known->n == 0;

        for (size_t i = 0; i < known->n && !found; i++) {
            found = strcasecmp(known->names[i], item->text) == 0;
        }
        if (found) {
            *list = mem_resize(*list, *n + 1, sizeof **list);
            (*list)[(*n)++] = key_text(item);
        } else {
            nearest_advice(
                item->text, known->names, known->n, known->many, advice, sizeof advice);
            yaml_error(compiler->source.document, item, compiler->source.problems,
                advice, "unknown %s \"%.60s\"", known->one, item->text);
        }
    }
}

static void read_districts(
    struct compiler *compiler, const struct yaml_node *node, struct audience *audience)
{
    const struct campaign *campaign = compiler->campaign;
    const char **keys = mem_alloc((campaign->districts_n + 1) * sizeof *keys);
    struct known known = {
        "district", "districts of the campaign", keys, campaign->districts_n};

    for (size_t i = 0; i < campaign->districts_n; i++) {
        keys[i] = campaign->districts[i].key;
    }
    read_list(compiler, node, &known, &audience->districts, &audience->districts_n);
    free(keys);
}

void audience_read(struct compiler *compiler, const struct yaml_node *node,
    const struct audience *within, struct audience *audience)
{
    struct audience_nodes nodes = {0};
    struct known sexes = {0}, roles = {.one = "role", .many = "roles of the series"};
    struct known languages = {"language", "languages of the campaign",
        (const char *const *)compiler->campaign->languages,
        compiler->campaign->languages_n};

    if (node == NULL) {
        return;
    }
    keys_read(&compiler->source, node, &AUDIENCE_TABLE, &nodes);
    if (within != NULL) {
        roles.names = (const char *const *)within->roles;
        roles.n = within->roles_n;
    }
    read_list(compiler, nodes.role, &roles, &audience->roles, &audience->roles_n);
    read_list(compiler, nodes.sex, &sexes, &audience->sexes, &audience->sexes_n);
    read_list(compiler, nodes.language, &languages, &audience->languages,
        &audience->languages_n);
    read_districts(compiler, nodes.district, audience);
    audience->age = (enum age_group)key_choice(nodes.age, AGES);
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
