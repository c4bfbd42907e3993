/*
 * config.c: cegah.yaml as a whole: which keys there are, and the gateways.
 * How one value is read is in config_value.c, what must hold between them in
 * config_check.c.
 */
#include "content/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "content/config_value.h"
#include "content/yaml.h"

enum { HOOK_SECRET_MIN = 16, NAME_BYTES_MAX = 32, ALL_PROBLEMS_BYTES_MAX = 1 << 20 };

static const struct option_row CONFIG_ROWS[] = {
    {"database", OPTION_PATH, offsetof(struct config, database), "cegah.db", 0, 0, 0,
        NULL, "The database file; a relative path is taken from this file's folder."},
    {"listen", OPTION_TEXT, offsetof(struct config, listen), "127.0.0.1:8480", 0, 0, 0,
        NULL, "Where webhooks and the API are answered: host:port."},
    {"public_url", OPTION_URL, offsetof(struct config, public_url), NULL, 0, 0, 0, NULL,
        "What gateways call back; signatures are checked against it."},
    {"timezone", OPTION_TEXT, offsetof(struct config, timezone), "Asia/Makassar", 0, 0,
        0, NULL, "The zone of reports: Asia/Jakarta, Asia/Makassar or Asia/Jayapura."},
    {"routes", OPTION_LIST, offsetof(struct config, routes), NULL, 0, 0, 0, NULL,
        "Names of gateways in the order of preference; all, when left out."},
    {"currency", OPTION_TEXT, offsetof(struct config, currency), "IDR", 0, 0, 0, NULL,
        "The currency of every price below."},
    {"test_phones", OPTION_LIST, offsetof(struct config, test_phones), NULL, 0, 0, 0,
        NULL, "The only numbers that `cegah send` may write to."},
    {"focal_keys", OPTION_LIST, offsetof(struct config, focal_keys), NULL, 0, 0, 0,
        NULL, "Public keys of the focal persons, to which protected text is sealed."},
};
enum { CONFIG_ROWS_N = sizeof CONFIG_ROWS / sizeof CONFIG_ROWS[0] };

static const char *const UNSURE_POLICIES[] = {"resend", "leave", NULL};
static const char *const NO_TEMPLATE_POLICIES[] = {"next", "refuse", NULL};

static const struct option_row GATEWAY_ROWS[] = {
    {"adapter", OPTION_TEXT, offsetof(struct config_gateway, adapter), NULL, 1, 0, 0,
        NULL, "Which gateway software or service it is: adapter: kannel"},
    {"base_url", OPTION_URL, offsetof(struct config_gateway, base_url), NULL, 1, 0, 0,
        NULL, "Where the gateway is called: base_url: \"http://127.0.0.1:13013\""},
    {"hook_secret", OPTION_SECRET, offsetof(struct config_gateway, hook_secret), NULL,
        0, 0, 0, NULL,
        "What callbacks of a gateway that signs nothing carry in their path."},
    {"rate", OPTION_RATE, offsetof(struct config_gateway, rate), "none", 0, 0, 0, NULL,
        "Messages a second, minute or hour: 10/s, 600/m, none."},
    {"connections", OPTION_INT, offsetof(struct config_gateway, connections), "16", 0,
        1, 1024, NULL, "Requests at the same time."},
    {"timeout", OPTION_DURATION, offsetof(struct config_gateway, timeout_ms), "30s", 0,
        100, 600000, NULL, "How long one request may take: 30s."},
    {"idle", OPTION_DURATION, offsetof(struct config_gateway, idle_ms), "20s", 0, 0,
        3600000, NULL, "A connection idle for longer is not used again: 20s."},
    {"max_age", OPTION_DURATION, offsetof(struct config_gateway, max_age_ms), "24h", 0,
        1000, 30LL * 86400000, NULL, "A message older than this is not sent: 24h."},
    {"report_window", OPTION_DURATION,
        offsetof(struct config_gateway, report_window_ms), "15m", 0, 1000, 86400000,
        NULL, "How long a message of unknown fate waits for its delivery report: 15m."},
    {"number", OPTION_TEXT, offsetof(struct config_gateway, number), NULL, 0, 0, 0,
        NULL, "the number that people write to, as the page at /join/CODE shows it"},
    {"give_up", OPTION_DURATION, offsetof(struct config_gateway, give_up_ms), "0s", 0,
        0, 7LL * 86400000, NULL, "Fail over to the next route after this; 0s: never."},
    {"unsure", OPTION_CHOICE, offsetof(struct config_gateway, unsure), "resend", 0, 0,
        0, UNSURE_POLICIES, "A message of unknown fate: resend it once, or leave it."},
    {"price", OPTION_MONEY, offsetof(struct config_gateway, price), "0", 0, 0, 0, NULL,
        "What an SMS part costs, or a delivered WhatsApp message of marketing: 350."},
    {"price_utility", OPTION_MONEY, offsetof(struct config_gateway, price_utility), "0",
        0, 0, 0, NULL, "What a delivered message of the category utility costs."},
    {"price_service", OPTION_MONEY, offsetof(struct config_gateway, price_service), "0",
        0, 0, 0, NULL, "What a delivered message within the session window costs."},
    {"price_authentication", OPTION_MONEY,
        offsetof(struct config_gateway, price_authentication), "0", 0, 0, 0, NULL,
        "What a delivered message of the category authentication costs."},
    {"no_template", OPTION_CHOICE, offsetof(struct config_gateway, no_template), "next",
        0, 0, 0, NO_TEMPLATE_POLICIES,
        "WhatsApp: a step without a template goes by the next route (next), or cegah "
        "check refuses it (refuse)."},
};
enum { GATEWAY_ROWS_N = sizeof GATEWAY_ROWS / sizeof GATEWAY_ROWS[0] };

static const struct option_row CLOCK_ROWS[] = {
    {"simulator", OPTION_URL, offsetof(struct config, clock_simulator), NULL, 1, 0, 0,
        NULL, "Where the simulator is: simulator: \"http://127.0.0.1:8481\""},
};

/* One reading of one file; lives on config_parse()'s stack. */
struct reading {
    const struct yaml_document *document;
    struct problems *problems;
    struct config *config;
};

const struct option_row *config_rows(size_t *n)
{
    *n = CONFIG_ROWS_N;
    return CONFIG_ROWS;
}

const struct option_row *config_gateway_rows(size_t *n)
{
    *n = GATEWAY_ROWS_N;
    return GATEWAY_ROWS;
}

static const struct config_adapter *find_adapter(
    const struct config *config, const char *name)
{
    for (size_t i = 0; name != NULL && i < config->adapters_n; i++) {
        if (strcmp(config->adapters[i].name, name) == 0) {
            return &config->adapters[i];
        }
    }
    return NULL;
}

static void gateway_fini(const struct config *config, struct config_gateway *gateway)
{
    const struct config_adapter *adapter = find_adapter(config, gateway->adapter);

    if (gateway->own != NULL) {
        option_fini(adapter->options, adapter->options_n, gateway->own);
        free(gateway->own);
    }
    option_fini(GATEWAY_ROWS, GATEWAY_ROWS_N, gateway);
    free(gateway->name);
}

void config_free(struct config *config)
{
    if (config == NULL) {
        return;
    }
    for (size_t i = 0; i < config->gateways_n; i++) {
        gateway_fini(config, &config->gateways[i]);
    }
    option_fini(CONFIG_ROWS, CONFIG_ROWS_N, config);
    option_fini(CLOCK_ROWS, 1, config);
    free(config->gateways);
    free(config->path);
    free(config);
}

const struct config_gateway *config_gateway_find(
    const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->gateways_n; i++) {
        if (strcmp(config->gateways[i].name, name) == 0) {
            return &config->gateways[i];
        }
    }
    return NULL;
}

static bool is_made_of(const char *text, const char *set)
{
    return *text != '\0' && strspn(text, set) == strlen(text);
}

static void check_hook_secret(const struct reading *reading,
    const struct yaml_node *node, const struct config_gateway *gateway,
    const struct config_adapter *adapter)
{
    static const char CHARACTERS[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "0123456789_-";
    const struct yaml_node *given = yaml_find(node, "hook_secret");

    if (given == NULL && adapter != NULL && adapter->needs_hook_secret) {
        yaml_key_error(reading->document, node, reading->problems,
            "Add hook_secret: !env NAME with 16 or more random letters and digits; "
            "otherwise anyone could forge a reply.",
            "%s signs nothing, so gateway %s needs a hook_secret", adapter->name,
            gateway->name);
    } else if (gateway->hook_secret != NULL &&
               (strlen(gateway->hook_secret) < HOOK_SECRET_MIN ||
                   !is_made_of(gateway->hook_secret, CHARACTERS))) {
        yaml_key_error(reading->document, given, reading->problems,
            "It becomes part of a web address.",
            "hook_secret must be at least %d characters, of letters, digits, - and _",
            (int)HOOK_SECRET_MIN);
    }
}

static void check_adapter(const struct reading *reading, const struct yaml_node *node)
{
    const struct config *config = reading->config;
    const char *nearest = NULL;
    struct buf advice;
    int least = 3;

    buf_init(&advice, 600);
    for (size_t i = 0; i < config->adapters_n; i++) {
        if (word_distance(config->adapters[i].name, node->text) < least) {
            nearest = config->adapters[i].name;
            least = word_distance(nearest, node->text);
        }
    }
    if (nearest != NULL) {
        buf_add_format(&advice, "Did you mean %s?", nearest);
    } else {
        buf_add_text(&advice, "There are:");
        for (size_t i = 0; i < config->adapters_n; i++) {
            buf_add_format(
                &advice, "%s %s", i > 0 ? "," : "", config->adapters[i].name);
        }
    }
    yaml_error(reading->document, node, reading->problems, buf_text(&advice),
        "unknown adapter \"%.60s\"", node->text);
    buf_fini(&advice);
}

static void read_gateway(const struct reading *reading, const struct yaml_node *node)
{
    struct config *config = reading->config;
    struct config_gateway *gateway = &config->gateways[config->gateways_n++];
    const struct yaml_node *word = yaml_find(node, "adapter");
    const struct config_adapter *adapter = NULL;
    struct config_table tables[2] = {{GATEWAY_ROWS, GATEWAY_ROWS_N, gateway}};
    char *what = mem_format("gateway %.40s", node->key);
    size_t tables_n = 1, before = reading->problems->errors;
    struct err err;

    gateway->name = mem_copy(node->key);
    gateway->line = node->key_line;
    gateway->column = node->key_column;
    if (!is_made_of(node->key, "abcdefghijklmnopqrstuvwxyz0123456789-") ||
        strlen(node->key) > NAME_BYTES_MAX) {
        yaml_key_error(reading->document, node, reading->problems,
            "Use small letters, digits and -, at most 32: it stands in web addresses.",
            "a gateway cannot be called \"%.60s\"", node->key);
    }
    if (word != NULL && word->kind == YAML_SCALAR && word->text[0] != '\0') {
        adapter = word->tag == NULL ? find_adapter(config, word->text) : NULL;
        if (adapter == NULL) {
            check_adapter(reading, word);
        }
    }
    if (adapter != NULL) {
        gateway->own = mem_zero(1, adapter->config_size > 0 ? adapter->config_size : 1);
        tables[tables_n++] =
            (struct config_table){adapter->options, adapter->options_n, gateway->own};
    }
    config_read_tables(reading->document, node, tables, tables_n, NULL, adapter == NULL,
        what, reading->problems);
    if (node->kind == YAML_MAPPING) {
        check_hook_secret(reading, node, gateway, adapter);
    }
    if (adapter != NULL && adapter->check != NULL &&
        reading->problems->errors == before &&
        adapter->check(gateway->own, &err) != 0) {
        yaml_key_error(reading->document, node, reading->problems,
            "Mend the key, and run cegah check once more.", "gateway %s: %s",
            gateway->name, err.text);
    }
    free(what);
}

static void read_gateways(
    const struct reading *reading, const struct yaml_node *mapping)
{
    if (mapping->kind != YAML_MAPPING) {
        yaml_error(reading->document, mapping, reading->problems,
            "Write gateways: {maros-sms: {adapter: kannel, base_url: \"http://…\"}}",
            "gateways must be a mapping from names to gateways");
        return;
    }
    reading->config->gateways =
        mem_zero(mapping->n + 1, sizeof *reading->config->gateways);
    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        read_gateway(reading, child);
    }
}

static void read_root(const struct reading *reading)
{
    static const char *const OTHERS[] = {"gateways", "clock", NULL};
    const struct yaml_node *root = yaml_root(reading->document);
    const struct config_table table = {CONFIG_ROWS, CONFIG_ROWS_N, reading->config};
    const struct config_table clock_table = {CLOCK_ROWS, 1, reading->config};
    const struct yaml_node *child;

    if (root == NULL) {
        yaml_error(reading->document, NULL, reading->problems,
            "`cegah init` writes one with comments.", "the file is empty");
        return;
    }
    config_read_tables(reading->document, root, &table, 1, OTHERS, false,
        "the top level", reading->problems);
    if (root->kind != YAML_MAPPING) {
        return;
    }
    if ((child = yaml_find(root, "gateways")) != NULL) {
        read_gateways(reading, child);
    }
    if ((child = yaml_find(root, "clock")) != NULL) {
        config_read_tables(reading->document, child, &clock_table, 1, NULL, false,
            "clock", reading->problems);
    }
    config_check(reading->document, reading->config, reading->problems);
}

/* Returns the file's text, owned; NULL with a problem. */
static char *read_text(const char *path, size_t *length, struct problems *problems)
{
    FILE *stream = fopen(path, "rb");
    struct problem problem = {.path = (char *)path,
        .advice = "`cegah init` writes a configuration; -c FILE names another."};
    char *text;

    if (stream == NULL) {
        problem.text = strerror(errno);
        problems_add(problems, &problem);
        return NULL;
    }
    text = mem_alloc(YAML_BYTES_MAX + 2);
    *length = fread(text, 1, YAML_BYTES_MAX + 1, stream);
    text[*length] = '\0';
    if (ferror(stream)) {
        problem.text = "the file cannot be read";
        problems_add(problems, &problem);
        free(text);
        text = NULL;
    }
    fclose(stream);
    return text;
}

struct config *config_parse(const char *path, const struct config_adapter *adapters,
    size_t adapters_n, struct problems *problems)
{
    struct config *config = mem_zero(1, sizeof *config);
    size_t before = problems->errors, length = 0;
    char *text = read_text(path, &length, problems);
    struct yaml_document *document =
        text == NULL ? NULL : yaml_parse(path, text, length, problems);
    struct reading reading = {document, problems, config};

    config->path = realpath(path, NULL);
    config->adapters = adapters;
    config->adapters_n = adapters_n;
    if (document != NULL) {
        read_root(&reading);
    }
    yaml_free(document);
    free(text);
    config_hide_secrets(problems);
    if (problems->errors > before) {
        config_free(config);
        return NULL;
    }
    return config;
}

struct config *config_read(const char *path, const struct config_adapter *adapters,
    size_t adapters_n, struct err *err)
{
    struct problems problems;
    struct config *config;
    struct buf text;

    problems_init(&problems);
    config = config_parse(path, adapters, adapters_n, &problems);
    if (config == NULL) {
        buf_init(&text, ALL_PROBLEMS_BYTES_MAX);
        problems_print(&problems, &text);
        err_set(err, ERR_REFUSED, "%.*s", (int)text.length - 1, buf_text(&text));
        buf_fini(&text);
    }
    problems_fini(&problems);
    return config;
}
