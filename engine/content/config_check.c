/*
 * config_check.c: what must hold between the keys of a configuration that has been read.
 */
#include "content/config.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/zone.h"
#include "content/config_value.h"
#include "content/phone.h"

enum { KEY_BYTES = 32 };

/* One reading of one file; lives on config_check()'s stack. */
struct reading {
    const struct yaml_document *document;
    struct problems *problems;
    struct config *config;
};

/* host:port, the host a name, an IPv4 address or an IPv6 address in brackets. */
static bool is_host_port(const char *text)
{
    const char *colon = strrchr(text, ':');
    size_t host = colon == NULL ? 0 : (size_t)(colon - text);
    char *end;
    long port;

    if (host == 0 || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strlen(colon + 1) > 5 || colon[1] == '\0' || strpbrk(text, " /\t") != NULL) {
        return false;
    }
    if (memchr(text, ':', host) != NULL && (text[0] != '[' || colon[-1] != ']')) {
        return false;
    }
    port = strtol(colon + 1, &end, 10);
    return port <= 65535;
}

/* Returns the node of an item of a list key, or of the key itself; NULL when neither. */
static const struct yaml_node *item_of(
    const struct reading *reading, const char *key, size_t index)
{
    const struct yaml_node *list = yaml_find(yaml_root(reading->document), key);
    const struct yaml_node *item = list == NULL ? NULL : list->children;

    while (item != NULL && index-- > 0) {
        item = item->next;
    }
    return item != NULL ? item : list;
}

static void check_routes(const struct reading *reading)
{
    struct config *config = reading->config;
    size_t n;
    const struct option_row *rows = config_rows(&n);
    const struct option_row *row = option_find(rows, n, "routes");
    struct option_list *routes = &config->routes;

    for (size_t i = 0; i < routes->n; i++) {
        bool again = false;

        for (size_t k = 0; k < i; k++) {
            again = again || strcmp(routes->items[k], routes->items[i]) == 0;
        }
        if (again || config_gateway_find(config, routes->items[i]) == NULL) {
            yaml_error(reading->document, item_of(reading, "routes", i),
                reading->problems, "routes lists names from gateways, each once.",
                again ? "the route %s stands twice" : "the route %s is no gateway",
                routes->items[i]);
        }
    }
    for (size_t i = 0; routes->n < config->gateways_n && i < config->gateways_n; i++) {
        if (yaml_find(yaml_root(reading->document), "routes") == NULL) {
            option_set(row, config, config->gateways[i].name, NULL);
        }
    }
}

/* What is too late for its own gateway is too late for the next one. */
static void check_give_up(const struct reading *reading)
{
    const struct yaml_node *gateways =
        yaml_find(yaml_root(reading->document), "gateways");

    for (size_t i = 0; i < reading->config->gateways_n; i++) {
        const struct config_gateway *gateway = &reading->config->gateways[i];

        if (gateway->give_up_ms != 0 && gateway->give_up_ms >= gateway->max_age_ms) {
            yaml_error(reading->document,
                yaml_find(yaml_find(gateways, gateway->name), "give_up"),
                reading->problems, "Shorten give_up, or lengthen max_age (24h).",
                "give_up is not shorter than max_age: no message would ever go on by "
                "the next route");
        }
    }
}

static void check_phones(const struct reading *reading)
{
    struct option_list *phones = &reading->config->test_phones;

    for (size_t i = 0; i < phones->n; i++) {
        char e164[PHONE_SIZE];
        struct err err;

        if (phone_clean(phones->items[i], e164, &err) != 0) {
            yaml_error(reading->document, item_of(reading, "test_phones", i),
                reading->problems, NULL, "test_phones: %s", err.text);
        } else {
            free(phones->items[i]);
            phones->items[i] = mem_copy(e164);
        }
    }
}

static void check_keys(const struct reading *reading)
{
    const struct option_list *keys = &reading->config->focal_keys;

    for (size_t i = 0; i < keys->n; i++) {
        unsigned char key[KEY_BYTES + 1];
        const char *end = NULL;
        size_t length = 0;

        if (sodium_base642bin(key, sizeof key, keys->items[i], strlen(keys->items[i]),
                NULL, &length, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
            length != KEY_BYTES || *end != '\0') {
            yaml_error(reading->document, item_of(reading, "focal_keys", i),
                reading->problems,
                "`cegah init` makes a pair; the public one stands here.",
                "a focal key is base64 of %d bytes, 44 characters", (int)KEY_BYTES);
        }
    }
}

/* True when the URL is at the origin: "http://127.0.0.1:8481" and what lies below it. */
static bool is_at_origin(const char *url, const char *origin)
{
    size_t length = strlen(origin);

    return strncasecmp(url, origin, length) == 0 &&
           (url[length] == '\0' || url[length] == '/');
}

static void check_clock(const struct reading *reading)
{
    const struct yaml_node *node = yaml_find(yaml_root(reading->document), "clock");
    const struct config *config = reading->config;
    const char *origin = config->clock_simulator;

    if (origin == NULL || node == NULL) {
        return;
    }
    if (strchr(strstr(origin, "//") + 2, '/') != NULL) {
        yaml_error(reading->document, node, reading->problems,
            "Write simulator: \"http://127.0.0.1:8481\"",
            "clock.simulator is an address without a path");
    }
    for (size_t i = 0; i < config->gateways_n; i++) {
        const struct config_gateway *gateway = &config->gateways[i];

        if (gateway->base_url != NULL && !is_at_origin(gateway->base_url, origin)) {
            yaml_error(reading->document, node, reading->problems,
                "A virtual clock is for the simulator alone: take clock out, or point "
                "every "
                "base_url at it.",
                "gateway %s is not at the simulator %s", gateway->name, origin);
        }
    }
}

void config_check(const struct yaml_document *document, struct config *config,
    struct problems *problems)
{
    const struct reading of_file = {document, problems, config}, *reading = &of_file;
    const struct yaml_node *root = yaml_root(document);

    if (!is_host_port(config->listen)) {
        yaml_error(reading->document, yaml_find(root, "listen"), reading->problems,
            "Write listen: 127.0.0.1:8480", "listen must be host:port");
    }
    if (config->public_url == NULL) {
        config->public_url = mem_format("http://%s", config->listen);
    }
    if (zone_find(config->timezone) == NULL) {
        yaml_error(reading->document, yaml_find(root, "timezone"), reading->problems,
            "Indonesia has Asia/Jakarta, Asia/Makassar and Asia/Jayapura.",
            "unknown time zone \"%.60s\"", config->timezone);
    }
    check_routes(reading);
    check_give_up(reading);
    check_phones(reading);
    check_keys(reading);
    check_clock(reading);
}
