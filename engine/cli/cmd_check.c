/*
 * cmd_check.c: `cegah check`: is the configuration, or a campaign, fit to be used?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "cli/adapters.h"
#include "cli/command.h"
#include "cli/context.h"
#include "content/campaign.h"
#include "content/config.h"

extern const struct command check_command;

static void check_config(const char *path, struct problems *problems)
{
    size_t n;
    const struct config_adapter *adapters = cli_adapters(&n);

    config_free(config_parse(path, adapters, n, problems));
}

/* Problems name the files as the person named the folder. */
static void check_campaign(const char *folder, struct problems *problems)
{
    struct content_files files;
    struct err err;
    size_t length = strlen(folder);
    char *prefix;

    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    prefix = mem_format("%.*s/", (int)length, folder);
    if (content_files_read(folder, &files, &err) != 0) {
        struct problem problem = {.path = "cegah check", .text = err.text};

        problems_add(problems, &problem);
    } else {
        campaign_free(campaign_compile(&files, prefix, problems));
        content_files_fini(&files);
    }
    free(prefix);
}

static int report(const struct problems *problems)
{
    cli_print_problems(problems);
    printf("%zu errors, %zu warnings\n", problems->errors, problems->warnings);
    return problems->errors == 0 ? ERR_NONE : ERR_REFUSED;
}

static int run(int argc, char **argv)
{
    struct problems problems;
    const char *config = NULL;
    struct err err;
    int option, result;

    optind = 1;
    opterr = 0;
    while ((option = getopt(argc, argv, "c:")) != -1) {
        if (option != 'c') {
            return cli_usage(&check_command, "unknown option, or -c without its file");
        }
        config = optarg;
    }
    if (config == NULL && optind == argc) {
        config = cli_config_path(NULL, &err);
        if (config == NULL) {
            return cli_fail(&err);
        }
    }
    problems_init(&problems);
    if (config != NULL) {
        check_config(config, &problems);
    }
    for (int i = optind; i < argc; i++) {
        check_campaign(argv[i], &problems);
    }
    result = report(&problems);
    problems_fini(&problems);
    return result;
}

const struct command check_command = {
    .name = "check",
    .usage = "[-c CONFIG] [CAMPAIGN…]",
    .summary = "is the config, or a campaign's folder, right?",
    .help =
        "Checks the folders of campaigns, or without any the config, and says where\n"
        "each problem stands and what to do. Nothing is changed or sent.\n"
        "\n"
        "  -c CONFIG   this config; checked beside the folders when both are given\n"
        "  CAMPAIGN    a folder with a campaign.yaml\n"
        "\n"
        "The last line is \"N errors, M warnings\". Exit status 0 without errors, else "
        "1.",
    .run = run,
};
