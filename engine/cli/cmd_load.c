/*
 * cmd_load.c: `cegah load FOLDER`: check a campaign and make it the present version.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/door.h"
#include "content/campaign.h"
#include "content/config.h"
#include "content/yaml.h"
#include "people/files.h"

extern const struct command load_command;

static void print_steps(const char *what, const json_t *steps)
{
    size_t i;
    json_t *step;

    if (json_array_size(steps) == 0) {
        return;
    }
    printf("    %s:", what);
    json_array_foreach(steps, i, step)
    {
        printf(" %s", json_string_value(step));
    }
    putchar('\n');
}

static void print_result(const json_t *result)
{
    const json_t *series_list = json_object_get(result, "series");
    bool changed = json_is_true(json_object_get(result, "changed"));
    bool dry_run = json_is_true(json_object_get(result, "dry_run"));
    size_t i;
    json_t *series;

    fprintf(stderr, "%s", json_string_value(json_object_get(result, "warnings")));
    printf("%s: %s\n", json_string_value(json_object_get(result, "campaign")),
        json_string_value(json_object_get(result, "title")));
    json_array_foreach(series_list, i, series)
    {
        printf("  %s: %lld steps\n",
            json_string_value(json_object_get(series, "series")),
            (long long)json_integer_value(json_object_get(series, "steps")));
        print_steps("new", json_object_get(series, "added"));
        print_steps("changed", json_object_get(series, "changed"));
        print_steps("removed", json_object_get(series, "removed"));
    }
    if (!changed) {
        printf("nothing has changed: version %lld stays\n",
            (long long)json_integer_value(json_object_get(result, "version")));
    } else if (dry_run) {
        printf("not loaded: this was a dry run\n");
    } else {
        printf("loaded as version %lld",
            (long long)json_integer_value(json_object_get(result, "version")));
        if (json_object_get(result, "moved") != NULL) {
            printf("; the next step of %lld people has moved",
                (long long)json_integer_value(json_object_get(result, "moved")));
        }
        putchar('\n');
    }
}

static char *prefix_of(const char *folder)
{
    size_t length = strlen(folder);

    return mem_format(
        "%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/");
}

/* Errors are said here, where they are printed whole; the operation checks again. */
static int check(const struct content_files *files, const char *prefix, struct err *err)
{
    struct problems problems;
    struct campaign *campaign;
    int result = 0;

    problems_init(&problems);
    campaign = campaign_compile(files, prefix, &problems);
    if (campaign == NULL) {
        cli_print_problems(&problems);
        result = err_set(err, ERR_REFUSED, "%s has %zu error%s, nothing was loaded",
            prefix, problems.errors, problems.errors == 1 ? "" : "s");
    }
    campaign_free(campaign);
    problems_fini(&problems);
    return result;
}

/* Returns the operation's arguments, a new reference; NULL with a sentence. */
static json_t *pack(const char *folder, bool dry_run, struct err *err)
{
    struct content_files files;
    char *prefix = prefix_of(folder);
    json_t *packed = NULL;

    if (content_files_read(folder, &files, err) == 0) {
        if (check(&files, prefix, err) == 0) {
            packed = json_pack("{s:o, s:s, s:b}", "files", files_to_value(&files),
                "prefix", prefix, "dry_run", dry_run);
            if (packed == NULL) {
                err_set(
                    err, ERR_REFUSED, "%s: the names of files must be UTF-8", folder);
            }
        }
        content_files_fini(&files);
    }
    free(prefix);
    return packed;
}

static int load(const char *path, const char *folder, bool dry_run, bool as_json)
{
    struct config *config;
    struct err err;
    json_t *packed, *result = NULL;
    int status = 0;

    config = cli_config(path, &err);
    packed = config == NULL ? NULL : pack(folder, dry_run, &err);
    if (packed == NULL || door_call(config, "load", packed, &result, &err) != 0) {
        status = cli_fail(&err);
    } else if (as_json) {
        json_dumpf(result, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        print_result(result);
    }
    json_decref(result);
    config_free(config);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"dry-run", no_argument, NULL, 'n'}, {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0}};
    const char *path = NULL;
    bool dry_run = false, as_json = false;
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            path = optarg;
            break;
        case 'n':
            dry_run = true;
            break;
        case 'j':
            as_json = true;
            break;
        default:
            return cli_usage(&load_command, "unknown option, or one without its value");
        }
    }
    if (argc - optind != 1) {
        return cli_usage(&load_command, "one campaign folder is needed");
    }
    return load(path, argv[optind], dry_run, as_json);
}

const struct command load_command = {
    .name = "load",
    .usage = "FOLDER [--dry-run] [--json] [-c CONFIG]",
    .summary = "check a campaign folder and load it as the present version",
    .help = "Checks the folder as `cegah check` does, shows which steps are new, "
            "changed or\n"
            "gone, and makes it the version that runs. People in the middle of a "
            "series go\n"
            "on at the same step id. An error loads nothing.\n\n"
            "      --dry-run       show what would change, load nothing\n"
            "      --json          the result as JSON\n"
            "  -c, --config FILE   the config",
    .run = run,
};
