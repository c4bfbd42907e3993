/*
 * cmd_run.c: `cegah start|pause|resume|stop CAMPAIGN[/SERIES]`: one file, since they
 * differ in one word only.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/door.h"
#include "content/config.h"

extern const struct command start_command, pause_command, resume_command, stop_command;

/* What is counted, in words for one person and for several. */
static const struct count {
    const char *key, *one, *several;
} counts[] = {
    {"invited", "person will be invited", "people will be invited"},
    {"active", "person begins: the consents are there",
        "people begin: their consents are there"},
    {"let_in", "person begins: the guardian's consent has come",
        "people begin: their guardian's consent has come"},
    {"waiting", "person waits: the number carries somebody first",
        "people wait: their number carries somebody first"},
    {"resumed", "person goes on", "people go on"},
    {"declined", "person left out: has said stop or no",
        "people left out: they have said stop or no"},
    {"no_basis", "person left out: nobody knows how the number was collected",
        "people left out: nobody knows how their number was collected"},
};

static void print_count(const json_t *from, const struct count *count)
{
    json_int_t n = json_integer_value(json_object_get(from, count->key));

    if (n > 0) {
        printf("    %lld %s\n", (long long)n, n == 1 ? count->one : count->several);
    }
}

static void print_result(const char *command, const json_t *result)
{
    static const struct count ended = {"ended", "person ended", "people ended"};
    const char *campaign = json_string_value(json_object_get(result, "campaign"));
    const char *state = json_string_value(json_object_get(result, "state"));
    bool is_held = strcmp(command, "resume") == 0 && strcmp(state, "paused") == 0;
    size_t i;
    json_t *series;

    printf("%s: %s\n", campaign, state);
    print_count(result, &ended);
    json_array_foreach(json_object_get(result, "series"), i, series)
    {
        printf("  %s: %s\n", json_string_value(json_object_get(series, "series")),
            json_string_value(json_object_get(series, "state")));
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            print_count(series, &counts[j]);
        }
    }
    if (is_held) {
        printf("The campaign as a whole is paused, so nothing leaves yet: "
               "`cegah resume %s`\n",
            campaign);
    }
}

static int call(
    const struct command *command, const char *path, const char *target, bool as_json)
{
    const char *slash = strchr(target, '/');
    char *campaign =
        slash == NULL ? mem_copy(target) : mem_copy_n(target, (size_t)(slash - target));
    struct config *config;
    struct err err;
    json_t *result = NULL;
    int status = 0;

    config = cli_config(path, &err);
    if (config == NULL) {
        free(campaign);
        return cli_fail(&err);
    }
    if (door_call(config, command->name,
            json_pack("{s:s, s:s*}", "campaign", campaign, "series",
                slash == NULL ? NULL : slash + 1),
            &result, &err) != 0) {
        status = cli_fail(&err);
    } else if (as_json) {
        json_dumpf(result, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        print_result(command->name, result);
    }
    json_decref(result);
    config_free(config);
    free(campaign);
    return status;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    const char *path = NULL;
    bool as_json = false;
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c') {
            path = optarg;
        } else if (option == 'j') {
            as_json = true;
        } else {
            return cli_usage(command, "unknown option, or one without its value");
        }
    }
    if (argc - optind != 1) {
        return cli_usage(command, "one campaign (or CAMPAIGN/SERIES) is needed");
    }
    return call(command, path, argv[optind], as_json);
}

static int run_start(int argc, char **argv)
{
    return run(&start_command, argc, argv);
}

static int run_pause(int argc, char **argv)
{
    return run(&pause_command, argc, argv);
}

static int run_resume(int argc, char **argv)
{
    return run(&resume_command, argc, argv);
}

static int run_stop(int argc, char **argv)
{
    return run(&stop_command, argc, argv);
}

#define USAGE "CAMPAIGN[/SERIES] [--json] [-c CONFIG]"
#define OPTIONS                                                                        \
    "\n\n      --json          the result as JSON\n"                                   \
    "  -c, --config FILE   the config"

const struct command start_command = {
    .name = "start",
    .usage = USAGE,
    .summary = "start a loaded campaign: invite and enrol whoever it is for",
    .help =
        "Sets a campaign (or one of its series) going. Whoever it is for and whose\n"
        "consents are there begins; others get one invitation, if it is known how\n"
        "their number was collected. Starting twice changes nothing." OPTIONS,
    .run = run_start,
};

const struct command pause_command = {
    .name = "pause",
    .usage = USAGE,
    .summary = "pause it: nothing that it starts leaves",
    .help =
        "Nothing of the campaign (or series) leaves until `cegah resume`; replies to\n"
        "STOP still do. Steps that fall due meanwhile are looked at then: what is too\n"
        "late by its own limit is recorded as missed, not sent." OPTIONS,
    .run = run_pause,
};

const struct command resume_command = {
    .name = "resume",
    .usage = USAGE,
    .summary = "go on after a pause",
    .help = "Goes on where `cegah pause` stopped." OPTIONS,
    .run = run_resume,
};

const struct command stop_command = {
    .name = "stop",
    .usage = USAGE,
    .summary = "end it for good",
    .help = "Ends a campaign (or series) for good: everybody in it is ended, and it "
            "cannot\n"
            "be started again." OPTIONS,
    .run = run_stop,
};
