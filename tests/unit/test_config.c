/* cegah.yaml: what is taken, what is refused, and that no secret is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "content/config.h"
#include "content/yaml.h"

/* What a fake adapter's options fill. */
struct fake {
    char *username, *password;
};

static const struct option_row FAKE_ROWS[] = {
    {.key = "username",
        .type = OPTION_TEXT,
        .offset = offsetof(struct fake, username),
        .required = 1},
    {.key = "password",
        .type = OPTION_SECRET,
        .offset = offsetof(struct fake, password),
        .required = 1},
};
static const struct config_adapter ADAPTERS[] = {
    {"kannel", FAKE_ROWS, 2, sizeof(struct fake), true},
    {"signed", NULL, 0, 0, false},
};

/* A folder with a cegah.yaml in it, one for all tests. */
static char folder[] = "/tmp/cegah-config-XXXXXX";
static char *path;

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    path = mem_format("%s/cegah.yaml", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    free(path);
    return rmdir(folder);
}

static void write_file(const char *to, const char *text)
{
    FILE *stream = fopen(to, "wb");

    assert_non_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static struct config *read_text(const char *text, struct err *err)
{
    *err = (struct err){0};
    write_file(path, text);
    return config_read(path, ADAPTERS, 2, err);
}

static struct config *taken(const char *text)
{
    struct err err;
    struct config *config = read_text(text, &err);

    if (config == NULL) {
        fail_msg("%s", err.text);
    }
    return config;
}

/* Refused with words in it, at "line:column: error". */
static void assert_refused(const char *text, const char *place, const char *words)
{
    struct err err;
    struct config *config = read_text(text, &err);
    char *expected = mem_format("%s:%s: error: ", path, place);

    assert_null(config);
    assert_int_equal(err.code, ERR_REFUSED);
    if (strstr(err.text, expected) == NULL || strstr(err.text, words) == NULL) {
        fail_msg("neither %s nor \"%s\" in:\n%s", place, words, err.text);
    }
    free(expected);
}

#define GATEWAY "gateways:\n  s: {adapter: signed, base_url: \"http://127.0.0.1:1\""

static void keys_have_their_defaults(void **state)
{
    struct config *config = taken(GATEWAY "}\n");
    struct config_gateway *gateway = &config->gateways[0];
    char *database = mem_format("%s/cegah.db", folder);

    (void)state;
    assert_string_equal(config->path, path);
    assert_string_equal(config->database, database);
    assert_string_equal(config->listen, "127.0.0.1:8480");
    assert_string_equal(config->public_url, "http://127.0.0.1:8480");
    assert_string_equal(config->timezone, "Asia/Makassar");
    assert_int_equal(config->routes.n, 1);
    assert_string_equal(config->routes.items[0], "s");
    assert_null(config->clock_simulator);
    assert_int_equal(gateway->connections, 16);
    assert_int_equal(gateway->timeout_ms, 30000);
    assert_int_equal(gateway->idle_ms, 20000);
    assert_int_equal(gateway->max_age_ms, 24 * 3600000);
    assert_int_equal(gateway->report_window_ms, 15 * 60000);
    assert_int_equal(gateway->give_up_ms, 0);
    assert_int_equal(gateway->unsure, UNSURE_RESEND);
    assert_true(gateway->rate == 0);
    assert_ptr_equal(config_gateway_find(config, "s"), gateway);
    assert_null(config_gateway_find(config, "t"));
    free(database);
    config_free(config);
}

static void an_adapters_own_keys_fill_its_struct(void **state)
{
    struct config *config = taken(
        "database: /var/lib/cegah.db\n"
        "routes: [b, a]\n"
        "test_phones: [\"0812-0000-0001\"]\n"
        "focal_keys: [\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"]\n"
        "gateways:\n"
        "  a: {adapter: kannel, base_url: \"http://127.0.0.1:1/\", username: u, "
        "password: p,\n"
        "      hook_secret: abcdefghijklmnop, rate: 10/s, unsure: leave, give_up: 5m}\n"
        "  b: {adapter: signed, base_url: \"https://127.0.0.1:2/x/\"}\n");
    const struct fake *own = config->gateways[0].own;

    (void)state;
    assert_string_equal(config->database, "/var/lib/cegah.db");
    assert_string_equal(config->routes.items[0], "b");
    assert_string_equal(config->test_phones.items[0], "+6281200000001");
    assert_string_equal(config->gateways[0].base_url, "http://127.0.0.1:1");
    assert_string_equal(config->gateways[1].base_url, "https://127.0.0.1:2/x");
    assert_string_equal(own->username, "u");
    assert_string_equal(own->password, "p");
    assert_true(config->gateways[0].rate == 10);
    assert_int_equal(config->gateways[0].unsure, UNSURE_LEAVE);
    assert_int_equal(config->gateways[0].give_up_ms, 300000);
    assert_int_equal(config->gateways[0].line, 6);
    assert_int_equal(config->gateways[0].column, 3);
    config_free(config);
}

static void secrets_come_from_environment_or_file(void **state)
{
    char *secret = mem_format("%s/secret", folder);
    struct config *config;
    const struct fake *own;

    (void)state;
    write_file(secret, "geheim\n");
    setenv("CEGAH_TEST_USER", "from-env", 1);
    config = taken("gateways:\n"
                   "  a: {adapter: kannel, base_url: \"http://127.0.0.1:1\",\n"
                   "      username: !env CEGAH_TEST_USER, password: !file secret,\n"
                   "      hook_secret: abcdefghijklmnop}\n");
    own = config->gateways[0].own;
    assert_string_equal(own->username, "from-env");
    assert_string_equal(own->password, "geheim");
    config_free(config);
    unsetenv("CEGAH_TEST_USER");
    unlink(secret);
    free(secret);
}

static void a_missing_variable_or_file_is_named(void **state)
{
    (void)state;
    setenv("CEGAH_TEST_NONE", "", 1);
    assert_refused(GATEWAY ", hook_secret: !env CEGAH_TEST_NONE}\n", "2:74",
        "variable CEGAH_TEST_NONE is not set");
    unsetenv("CEGAH_TEST_NONE");
    assert_refused(GATEWAY ", hook_secret: !env CEGAH_TEST_NONE}\n", "2:74",
        "variable CEGAH_TEST_NONE is not set");
    assert_refused(GATEWAY ", hook_secret: !file nothing.txt}\n", "2:75",
        "/nothing.txt cannot be opened");
}

static void an_unknown_key_gets_the_nearest(void **state)
{
    (void)state;
    assert_refused("databse: x\n", "1:1", "Did you mean database?");
    assert_refused("gateway: x\n", "1:1", "Did you mean gateways?");
    assert_refused(GATEWAY ", rtae: 1/s}\n", "2:56", "Did you mean rate?");
    assert_refused(
        "gateways:\n  a: {adapter: kannel, base_url: \"http://h\", usrname: u}\n",
        "2:46", "Did you mean username?");
}

static void wrong_values_say_what_is_expected(void **state)
{
    (void)state;
    assert_refused(GATEWAY ", rate: 10}\n", "2:62", "10/s");
    assert_refused(GATEWAY ", connections: 0}\n", "2:69", "between 1 and 1024");
    assert_refused(GATEWAY ", timeout: 5}\n", "2:65", "30s");
    assert_refused(
        GATEWAY ", give_up: 24h}\n", "2:65", "give_up is not shorter than max_age");
    assert_refused(GATEWAY ", unsure: maybe}\n", "2:64", "resend, leave");
    assert_refused("gateways:\n  a: {adapter: signed, base_url: \"ftp://x\"}\n", "2:34",
        "http://");
    assert_refused("listen: 8480\n", "1:9", "host:port");
    assert_refused("listen: \"h:99999\"\n", "1:9", "host:port");
    assert_refused("timezone: Asia/Makasar\n", "1:11", "unknown time zone");
    assert_refused("test_phones: [\"0812\"]\n", "1:15", "too short");
    assert_refused("focal_keys: [abc]\n", "1:14", "base64 of 32 bytes");
    assert_refused("focal_keys: [\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\"]\n",
        "1:14", "base64 of 32 bytes");
    assert_refused("routes: x\n", "1:9", "must be a list");
    assert_refused("database:\n", "1:1", "no value");
    assert_refused("gateways: [a]\n", "1:11", "mapping");
    assert_refused("gateways:\n  a: x\n", "2:6", "mapping");
}

static void an_empty_file_is_refused(void **state)
{
    struct err err;

    (void)state;
    assert_null(read_text("# nothing\n", &err));
    assert_non_null(strstr(err.text, "cegah.yaml: error: the file is empty"));
}

static void a_listen_address_may_be_ipv6(void **state)
{
    struct config *config = taken("listen: \"[::1]:8480\"\n");

    (void)state;
    assert_string_equal(config->public_url, "http://[::1]:8480");
    config_free(config);
}

static void a_route_is_a_gateway_and_stands_once(void **state)
{
    (void)state;
    assert_refused("routes: [x]\n" GATEWAY "}\n", "1:10", "the route x is no gateway");
    assert_refused(
        "routes: [s, s]\n" GATEWAY "}\n", "1:13", "the route s stands twice");
}

static void an_adapter_must_exist(void **state)
{
    (void)state;
    assert_refused("gateways:\n  a: {adapter: kanel, base_url: \"http://h\"}\n", "2:16",
        "Did you mean kannel?");
    assert_refused(
        "gateways:\n  a: {base_url: \"http://h\"}\n", "2:3", "adapter is missing");
    assert_refused("gateways:\n  A_b: {adapter: signed, base_url: \"http://h\"}\n",
        "2:3", "cannot be called");
}

static void an_adapter_that_signs_nothing_needs_a_hook_secret(void **state)
{
    (void)state;
    assert_refused(
        "gateways:\n  a: {adapter: kannel, base_url: \"http://h\", username: u, "
        "password: p}\n",
        "2:3", "needs a hook_secret");
    assert_refused(GATEWAY ", hook_secret: short}\n", "2:56", "at least 16");
    assert_refused(
        GATEWAY ", hook_secret: \"abcdefghijklmno/\"}\n", "2:56", "at least 16");
}

static void a_virtual_clock_is_the_simulators_alone(void **state)
{
    struct config *config =
        taken("clock: {simulator: \"http://127.0.0.1:1\"}\n" GATEWAY "}\n");

    (void)state;
    assert_string_equal(config->clock_simulator, "http://127.0.0.1:1");
    config_free(config);
    assert_refused("clock: {simulator: \"http://127.0.0.1:12\"}\n" GATEWAY "}\n", "1:8",
        "not at the simulator");
    assert_refused("clock: {simulator: \"http://127.0.0.1\"}\n" GATEWAY "}\n", "1:8",
        "not at the simulator");
    assert_refused("clock: {simulator: \"http://127.0.0.1:1/x\"}\n" GATEWAY "}\n",
        "1:8", "without a path");
    assert_refused("clock: {}\n", "1:1", "simulator is missing");
}

static void one_run_tells_every_problem(void **state)
{
    struct err err;

    (void)state;
    assert_null(read_text("listen: x\ntimezone: y\nroutes: [z]\n", &err));
    assert_non_null(strstr(err.text, "listen must be"));
    assert_non_null(strstr(err.text, "unknown time zone"));
    assert_non_null(strstr(err.text, "the route z"));
}

static void no_secret_is_printed(void **state)
{
    static const char *const texts[] = {
        "gateways:\n  a: {adapter: kannel, password: \"hunter, 2\", rate: x}\n",
        "gateways:\n  a: {adapter: kannel, pasword: hunter2, rate: 1/s}\n",
        "gateways:\n  a:\n    hook_secret: hunter2\n",
        "gateways:\n  a: {password: \"hunter2, rate: 1/s}\n",
        "gateways:\n  a: {token: hunter2, token: hunter2}\n",
        "gateways:\n  a: {\"password\": hunter2}\n", NULL};

    (void)state;
    for (int i = 0; texts[i] != NULL; i++) {
        struct err err;

        assert_null(read_text(texts[i], &err));
        if (strstr(err.text, "hunter") != NULL) {
            fail_msg("%s", err.text);
        }
    }
}

static void a_missing_file_says_what_to_do(void **state)
{
    struct err err;

    (void)state;
    assert_null(config_read("/nonexistent/cegah.yaml", ADAPTERS, 2, &err));
    assert_non_null(strstr(err.text, "No such file"));
    assert_non_null(strstr(err.text, "cegah init"));
}

static void a_mapping_is_read_by_a_table_alone(void **state)
{
    static const char text[] = "username: u\npassword: 12\nnmae: x\n";
    struct problems problems;
    struct yaml_document *document;
    struct fake fake = {0};

    (void)state;
    problems_init(&problems);
    document = yaml_parse("p.yaml", text, strlen(text), &problems);
    config_read_mapping(document, yaml_root(document), FAKE_ROWS, 2, &fake, &problems);
    assert_string_equal(fake.username, "u");
    assert_string_equal(fake.password, "12");
    assert_int_equal(problems.errors, 1);
    assert_int_equal(problems.list[0].line, 3);
    option_fini(FAKE_ROWS, 2, &fake);
    yaml_free(document);
    problems_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_their_defaults),
        cmocka_unit_test(an_adapters_own_keys_fill_its_struct),
        cmocka_unit_test(secrets_come_from_environment_or_file),
        cmocka_unit_test(a_missing_variable_or_file_is_named),
        cmocka_unit_test(an_unknown_key_gets_the_nearest),
        cmocka_unit_test(wrong_values_say_what_is_expected),
        cmocka_unit_test(an_empty_file_is_refused),
        cmocka_unit_test(a_listen_address_may_be_ipv6),
        cmocka_unit_test(a_route_is_a_gateway_and_stands_once),
        cmocka_unit_test(an_adapter_must_exist),
        cmocka_unit_test(an_adapter_that_signs_nothing_needs_a_hook_secret),
        cmocka_unit_test(a_virtual_clock_is_the_simulators_alone),
        cmocka_unit_test(one_run_tells_every_problem),
        cmocka_unit_test(no_secret_is_printed),
        cmocka_unit_test(a_missing_file_says_what_to_do),
        cmocka_unit_test(a_mapping_is_read_by_a_table_alone),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
