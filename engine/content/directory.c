/*
 * directory.c: the services that people are referred to (R16): who keeps the entry, and
 * when the number was last called.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/zone.h"

enum { SERVICES_MAX = 2000 };

struct service_nodes {
    const struct yaml_node *name, *district, *phone, *hours, *owner, *verified;
};

static const struct key_row SERVICE_KEYS[] = {
    {"name", KEY_TEXT, offsetof(struct service_nodes, name), true,
        "What texts call it by {layanan}: name: Puspaga",
        .doc = "`{layanan}`, at most 20 characters"},
    {"district", KEY_LABEL, offsetof(struct service_nodes, district), false,
        "Write a key of districts: district: maros", .fallback = "the whole country",
        .doc = "the district that it is for"},
    {"phone", KEY_LABEL, offsetof(struct service_nodes, phone), true,
        "Write the number as people dial it: phone: \"129\"",
        .doc = "`{telp}` in a step that refers to it, at most 14 characters"},
    {"hours", KEY_TEXT, offsetof(struct service_nodes, hours), true,
        "Write when somebody answers: hours: 24 jam",
        .doc = "when somebody answers, for people"},
    {"owner", KEY_TEXT, offsetof(struct service_nodes, owner), true,
        "Write who keeps this entry right: owner: Tim Maros",
        .doc = "who keeps the entry right"},
    {"verified", KEY_DATE, offsetof(struct service_nodes, verified), true,
        "Write the day on which somebody last called it: verified: 2026-11-20",
        .doc = "the day it was last called; after 90 days a warning, after 180 no step "
               "may refer to it"},
};
const struct key_table SERVICE_TABLE = KEY_TABLE("a service", SERVICE_KEYS);

void district_check(struct compiler *compiler, const struct yaml_node *node)
{
    const struct campaign *campaign = compiler->campaign;
    const char **keys = mem_alloc((campaign->districts_n + 1) * sizeof *keys);
    char advice[300];

    for (size_t i = 0; i < campaign->districts_n; i++) {
        keys[i] = campaign->districts[i].key;
    }
    if (node != NULL && campaign_district(campaign, node->text) == NULL) {
        nearest_advice(node->text, keys, campaign->districts_n,
            "districts of the campaign", advice, sizeof advice);
        yaml_error(compiler->source.document, node, compiler->source.problems, advice,
            "unknown district \"%.60s\"", node->text);
    }
    free(keys);
}

static void check_age(struct compiler *compiler, const struct yaml_node *node,
    const struct service *service)
{
    int32_t age = compiler->today - service->verified;

    if (node == NULL || compiler->today == NO_DAY) {
        return;
    }
    if (age < 0) {
        yaml_warning(compiler->source.document, node, compiler->source.problems,
            "Write the day on which somebody really called it.",
            "\"%.60s\" was verified on a day that is still to come", service->key);
    } else if (age > SERVICE_WARN_DAYS) {
        yaml_warning(compiler->source.document, node, compiler->source.problems,
            "Call the number and write today's date; after 180 days no step may refer "
            "to it (R16).",
            "\"%.60s\" was last verified %d days ago", service->key, (int)age);
    }
}

static void read_service(
    struct compiler *compiler, const struct yaml_node *node, const char *key)
{
    struct campaign *campaign = compiler->campaign;
    struct service_nodes nodes = {0};
    struct service *service;

    keys_read(&compiler->source, node, &SERVICE_TABLE, &nodes);
    campaign->services = mem_resize(
        campaign->services, campaign->services_n + 1, sizeof *campaign->services);
    service = &campaign->services[campaign->services_n++];
    *service = (struct service){
        .key = mem_copy(key),
        .name = key_text(nodes.name),
        .district = key_text(nodes.district),
        .phone = key_text(nodes.phone),
        .hours = key_text(nodes.hours),
        .owner = key_text(nodes.owner),
        .line = node->line,
        .column = node->column,
    };
    if (nodes.verified != NULL) {
        day_parse(nodes.verified->text, &service->verified);
    }
    value_check_length(&compiler->source, nodes.name, "name", "layanan");
    value_check_length(&compiler->source, nodes.phone, "phone", "telp");
    value_check_blocked(compiler, nodes.name, "name");
    district_check(compiler, nodes.district);
    check_age(compiler, nodes.verified, service);
}

void directory_read(struct compiler *compiler, const struct yaml_node *mapping)
{
    static const struct key_row ROW = {.key = "directory",
        .type = KEY_MAPPING,
        .help = "Write puspaga: {name: Puspaga, phone: …}, or a list of such for "
                "several districts."};

    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        const struct yaml_node *entry =
            child->kind == YAML_SEQUENCE ? child->children : child;

        for (; entry != NULL; entry = child == entry ? NULL : entry->next) {
            if (compiler->campaign->services_n >= SERVICES_MAX) {
                yaml_key_error(compiler->source.document, child,
                    compiler->source.problems, NULL, "more than %d services",
                    (int)SERVICES_MAX);
                return;
            }
            if (key_check(&compiler->source, entry, &ROW)) {
                read_service(compiler, entry, child->key);
            }
        }
    }
}

static bool is_known(const struct campaign *campaign, const char *key)
{
    for (size_t i = 0; i < campaign->services_n; i++) {
        if (strcmp(campaign->services[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static void refuse_unknown(struct compiler *compiler, const struct yaml_node *node)
{
    const struct campaign *campaign = compiler->campaign;
    const char **keys = mem_alloc((campaign->services_n + 1) * sizeof *keys);
    char advice[300];

    for (size_t i = 0; i < campaign->services_n; i++) {
        keys[i] = campaign->services[i].key;
    }
    nearest_advice(node->text, keys, campaign->services_n, "services in the directory",
        advice, sizeof advice);
    yaml_error(compiler->source.document, node, compiler->source.problems, advice,
        "unknown service \"%.60s\"", node->text);
    free(keys);
}

void directory_check(
    struct compiler *compiler, const struct yaml_node *node, const struct step *step)
{
    const struct campaign *campaign = compiler->campaign;

    if (!is_known(campaign, step->service)) {
        refuse_unknown(compiler, node);
        return;
    }
    for (size_t i = 0; i < campaign->districts_n; i++) {
        const char *district = campaign->districts[i].key;
        const struct service *service =
            campaign_service(campaign, step->service, district);

        if (!audience_has_district(&step->audience, district) ||
            (compiler->series != NULL &&
                !audience_has_district(&compiler->series->audience, district))) {
            continue;
        }
        if (service == NULL) {
            yaml_error(compiler->source.document, node, compiler->source.problems,
                "Add one to the directory, or leave the district out by for:.",
                "the service \"%s\" has no entry for the district \"%s\"",
                step->service, district);
            return;
        }
        if (compiler->today != NO_DAY &&
            compiler->today - service->verified > SERVICE_STALE_DAYS) {
            yaml_error(compiler->source.document, node, compiler->source.problems,
                "Call the number, then write today's date as verified: in the "
                "directory (R16).",
                "the service \"%s\" for the district \"%s\" was last verified %d days "
                "ago; after %d no step refers to it",
                step->service, district, (int)(compiler->today - service->verified),
                (int)SERVICE_STALE_DAYS);
            return;
        }
    }
}

const struct service *campaign_service(
    const struct campaign *campaign, const char *key, const char *district)
{
    const struct service *national = NULL;

    for (size_t i = 0; i < campaign->services_n; i++) {
        const struct service *service = &campaign->services[i];

        if (strcmp(service->key, key) != 0) {
            continue;
        }
        if (service->district == NULL) {
            national = service;
        } else if (district != NULL && strcasecmp(service->district, district) == 0) {
            return service;
        }
    }
    return national;
}
