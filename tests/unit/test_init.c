/*
 * test_init.c: what `cegah init` writes is a beginning that works.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "care/seal.h"
#include "cli/adapters.h"
#include "cli/command.h"
#include "cli/init_files.h"
#include "content/campaign.h"
#include "content/config.h"

extern const struct command init_command;

static const char *const paths[] = {"cegah.yaml", "focal.key", "kannel.password",
    "campaigns/contoh/campaign.yaml", "campaigns/contoh/perkenalan.yaml"};

/* A folder that is not there yet, below one that is removed with the test. */
struct fixture {
    char above[64], folder[80];
};

static int setup(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);

    snprintf(f->above, sizeof f->above, "/tmp/cegah-init-XXXXXX");
    assert_non_null(mkdtemp(f->above));
    snprintf(f->folder, sizeof f->folder, "%s/new", f->above);
    *state = f;
    return 0;
}

static char *path_of(const struct fixture *f, const char *name)
{
    return mem_format("%s/%s", f->folder, name);
}

static int teardown(void **state)
{
    static const char *const folders[] = {"campaigns/contoh", "campaigns"};
    struct fixture *f = *state;
    char *path;

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        path = path_of(f, paths[i]);
        unlink(path);
        free(path);
    }
    for (size_t i = 0; i < 2; i++) {
        path = path_of(f, folders[i]);
        rmdir(path);
        free(path);
    }
    rmdir(f->folder);
    assert_int_equal(rmdir(f->above), 0);
    free(f);
    return 0;
}

/* Runs init quietly: what it prints is not the tests'. */
static int run_init(struct fixture *f)
{
    char *argv[] = {(char *)"init", f->folder, NULL};
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), result;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    fflush(stdout);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    result = init_command.run(2, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(nowhere);
    close(out);
    close(err);
    return result;
}

static char *read_text(const struct fixture *f, const char *name)
{
    char *path = path_of(f, name), *text = mem_zero(1, 1 << 16);
    FILE *stream = fopen(path, "rb");

    assert_non_null(stream);
    text[fread(text, 1, (1 << 16) - 1, stream)] = '\0';
    fclose(stream);
    free(path);
    return text;
}

static struct config *config_of(const struct fixture *f)
{
    size_t n;
    const struct config_adapter *adapters = cli_adapters(&n);
    char *path = path_of(f, "cegah.yaml");
    struct err err = {0};
    struct config *config = config_read(path, adapters, n, &err);

    if (config == NULL) {
        fail_msg("%s", err.text);
    }
    free(path);
    return config;
}

static void the_config_is_right_as_it_stands(void **state)
{
    struct fixture *f = *state;
    struct config *config;

    assert_int_equal(run_init(f), 0);
    config = config_of(f);
    assert_int_equal(config->gateways_n, 1);
    assert_string_equal(config->gateways[0].adapter, "kannel");
    assert_true(strlen(config->gateways[0].hook_secret) >= 16);
    assert_int_equal(config->focal_keys.n, 1);
    config_free(config);
}

static void every_key_of_the_config_stands_in_it(void **state)
{
    struct fixture *f = *state;
    size_t n, gateway_n;
    const struct option_row *rows = config_rows(&n);
    const struct option_row *gateway_rows = config_gateway_rows(&gateway_n);
    char *text, *key;

    assert_int_equal(run_init(f), 0);
    text = read_text(f, "cegah.yaml");
    for (size_t i = 0; i < n + gateway_n; i++) {
        key = mem_format("%s: ", i < n ? rows[i].key : gateway_rows[i - n].key);
        assert_non_null(strstr(text, key));
        free(key);
    }
    free(text);
}

static void the_campaign_compiles_without_a_warning(void **state)
{
    struct fixture *f = *state;
    struct content_files files;
    struct problems problems;
    struct campaign *campaign;
    struct err err = {0};
    char *folder = path_of(f, "campaigns/contoh");

    assert_int_equal(run_init(f), 0);
    assert_int_equal(content_files_read(folder, &files, &err), 0);
    problems_init(&problems);
    campaign = campaign_compile(&files, "", &problems);
    assert_non_null(campaign);
    assert_int_equal(problems.errors + problems.warnings, 0);
    assert_string_equal(campaign->series[0].role, "contact");
    campaign_free(campaign);
    problems_fini(&problems);
    content_files_fini(&files);
    free(folder);
}

static void the_secret_key_opens_what_the_config_seals(void **state)
{
    struct fixture *f = *state;
    struct config *config;
    struct seal_keys keys;
    unsigned char secret[SEAL_KEY_BYTES], *bytes;
    struct err err = {0};
    size_t length;
    char *text, *opened;

    assert_int_equal(run_init(f), 0);
    config = config_of(f);
    assert_int_equal(seal_keys_parse(&config->focal_keys, &keys, &err), 0);
    bytes = seal_text(&keys, "takut", &length);
    text = read_text(f, "focal.key");
    assert_int_equal(seal_secret_parse(text, secret, &err), 0);
    opened = seal_open(secret, bytes, length, &err);
    assert_string_equal(opened, "takut");
    free(opened);
    free(bytes);
    free(text);
    config_free(config);
}

static void secrets_are_for_their_owner_alone(void **state)
{
    static const char *const secrets[] = {"focal.key", "kannel.password"};
    struct fixture *f = *state;
    mode_t before = umask(0);

    assert_int_equal(run_init(f), 0);
    umask(before);
    for (size_t i = 0; i < 2; i++) {
        char *path = path_of(f, secrets[i]);
        struct stat about;

        assert_int_equal(stat(path, &about), 0);
        assert_int_equal(about.st_mode & 0777, 0600);
        free(path);
    }
}

static void the_secret_key_stands_in_no_other_file(void **state)
{
    struct fixture *f = *state;
    char *secret, *text;

    assert_int_equal(run_init(f), 0);
    secret = read_text(f, "focal.key");
    secret[strcspn(secret, "\n")] = '\0';
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        text = read_text(f, paths[i]);
        assert_true(strcmp(paths[i], "focal.key") == 0 || strstr(text, secret) == NULL);
        free(text);
    }
    free(secret);
}

static void nothing_is_overwritten(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char *path = path_of(f, paths[i]), *text;
        FILE *stream;

        assert_int_equal(run_init(f), 0);
        for (size_t k = 0; k < sizeof paths / sizeof paths[0]; k++) {
            char *other = path_of(f, paths[k]);

            unlink(other);
            free(other);
        }
        stream = fopen(path, "w");
        fputs("mine", stream);
        fclose(stream);
        assert_int_equal(run_init(f), 1);
        text = read_text(f, paths[i]);
        assert_string_equal(text, "mine");
        free(text);
        for (size_t k = 0; k < sizeof paths / sizeof paths[0]; k++) {
            char *other = path_of(f, paths[k]);

            assert_int_equal(access(other, F_OK), k == i ? 0 : -1);
            free(other);
        }
        unlink(path);
        free(path);
    }
}

#define RULE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(the_config_is_right_as_it_stands),
        RULE(every_key_of_the_config_stands_in_it),
        RULE(the_campaign_compiles_without_a_warning),
        RULE(the_secret_key_opens_what_the_config_seals),
        RULE(secrets_are_for_their_owner_alone),
        RULE(the_secret_key_stands_in_no_other_file),
        RULE(nothing_is_overwritten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
