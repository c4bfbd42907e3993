#include "cli/contacts_move.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/door.h"
#include "cli/reading.h"
#include "content/config.h"

static const struct command move_command = {
    .name = "contacts",
    .usage = "move OLD NEW --reason TEXT [--name NAME] [--json] [-c CONFIG]",
};

struct arguments {
    const char *config, *name, *reason, *from, *to;
    bool json;
};

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"name", required_argument, NULL, 'n'},
        {"reason", required_argument, NULL, 'r'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *arguments = (struct arguments){0};
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c') {
            arguments->config = optarg;
        } else if (option == 'n') {
            arguments->name = optarg;
        } else if (option == 'r') {
            arguments->reason = optarg;
        } else if (option == 'j') {
            arguments->json = true;
        } else {
            return "unknown option, or one without its value";
        }
    }
    if (argc - optind != 2) {
        return "move takes the old number and the new one";
    }
    if (arguments->reason == NULL) {
        return "--reason is needed: how is it known that the number changed?";
    }
    arguments->from = argv[optind];
    arguments->to = argv[optind + 1];
    return NULL;
}

static void print(const json_t *result)
{
    printf("contact %lld goes on at %s; %lld series with it\n",
        (long long)json_integer_value(json_object_get(result, "contact")),
        json_string_value(json_object_get(result, "to")),
        (long long)json_integer_value(json_object_get(result, "enrolments")));
    printf(json_is_true(json_object_get(result, "old_suppressed"))
               ? "nothing is sent to the old number any more\n"
               : "others are behind the old number, so it stays\n");
}

int contacts_move(int argc, char **argv)
{
    struct arguments arguments;
    const char *wrong = read_arguments(&arguments, argc, argv);
    struct config *config;
    json_t *packed, *result = NULL;
    struct err err = {0};
    int done = -1;

    if (wrong != NULL) {
        return cli_usage(&move_command, wrong);
    }
    config = cli_config(arguments.config, &err);
    if (config == NULL) {
        return cli_fail(&err);
    }
    packed = json_pack("{s:s, s:s, s:s, s:s*}", "from", arguments.from, "to",
        arguments.to, "reason", arguments.reason, "name", arguments.name);
    if (packed == NULL) {
        err_set(&err, ERR_USAGE, "numbers, --name and --reason must be UTF-8 text");
    } else {
        done = door_call(config, "move", packed, &result, &err);
    }
    config_free(config);
    if (done != 0) {
        return cli_fail(&err);
    }
    if (arguments.json) {
        reading_print_json(result);
    } else {
        print(result);
        json_decref(result);
    }
    return reading_finish();
}
