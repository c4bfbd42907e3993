/*
 * cmd_check.c: `cegah check`: is the configuration, or a campaign, fit to be used?
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/zone.h"
#include "cli/adapters.h"
#include "cli/command.h"
#include "cli/context.h"
#include "content/campaign.h"
#include "content/config.h"
#include "content/schema.h"
#include "send/route_check.h"

extern const struct command check_command;

enum { PRINTED_BYTES_MAX = 1 << 20 };

/* What was asked for; the texts are argv's. */
struct wish {
    const char *config;
    int32_t today;
    bool schema, keys;
};

static struct config *check_config(const char *path, struct problems *problems)
{
    size_t n;
    const struct config_adapter *adapters = cli_adapters(&n);

    return config_parse(path, adapters, n, problems);
}

/* What each series comes to, for whoever pays for it. */
static void print_costs(const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->series_n; i++) {
        const struct series *series = &campaign->series[i];
        struct series_cost cost = series_cost(campaign, series);

        printf("%s/%s: at most %d texts, %d SMS parts", campaign->id, series->id,
            cost.texts, cost.parts);
        if (campaign->part_price > 0) {
            printf(", %.2f %s", cost.parts * campaign->part_price, campaign->currency);
        }
        printf(" a person\n");
    }
}

/* Problems name the files as the person named the folder. config: whose routes carry it,
 * or NULL. */
static void check_campaign(const char *folder, int32_t today,
    const struct config *config, struct problems *problems)
{
    struct campaign *campaign;
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
        campaign = campaign_compile_at(&files, prefix, today, problems);
        if (campaign != NULL) {
            if (config != NULL) {
                route_check(config, campaign, &files, prefix, problems);
            }
            print_costs(campaign);
        }
        campaign_free(campaign);
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

static int print_tables(const struct wish *wish)
{
    struct buf out;

    buf_init(&out, PRINTED_BYTES_MAX);
    if (wish->schema) {
        schema_print(&out);
    }
    if (wish->keys) {
        keys_print(&out);
    }
    fputs(buf_text(&out), stdout);
    buf_fini(&out);
    return ERR_NONE;
}

/* Returns 0, or the status to end with. */
static int read_options(int argc, char **argv, struct wish *wish)
{
    static const struct option OPTIONS[] = {
        {"schema", no_argument, NULL, 's'},
        {"keys", no_argument, NULL, 'k'},
        {"date", required_argument, NULL, 'd'},
        {0},
    };
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", OPTIONS, NULL)) != -1) {
        switch (option) {
        case 'c':
            wish->config = optarg;
            break;
        case 's':
            wish->schema = true;
            break;
        case 'k':
            wish->keys = true;
            break;
        case 'd':
            if (day_parse(optarg, &wish->today) == 0) {
                break;
            }
            return cli_usage(&check_command, "--date takes a day: 2026-12-01");
        default:
            return cli_usage(&check_command, "unknown option, or -c without its file");
        }
    }
    return 0;
}

static int run(int argc, char **argv)
{
    struct clock clock;
    struct wish wish = {0};
    struct config *config = NULL;
    struct problems problems;
    struct err err;
    int result;

    clock_init(&clock, CLOCK_REAL, 0);
    wish.today = zone_day(zone_find("Asia/Jakarta"), clock_now(&clock));
    result = read_options(argc, argv, &wish);
    if (result != 0) {
        return result;
    }
    if (wish.schema || wish.keys) {
        return print_tables(&wish);
    }
    if (wish.config == NULL && optind == argc) {
        wish.config = cli_config_path(NULL, &err);
        if (wish.config == NULL) {
            return cli_fail(&err);
        }
    }
    problems_init(&problems);
    if (wish.config != NULL) {
        config = check_config(wish.config, &problems);
    }
    for (int i = optind; i < argc; i++) {
        check_campaign(argv[i], wish.today, config, &problems);
    }
    config_free(config);
    result = report(&problems);
    problems_fini(&problems);
    return result;
}

const struct command check_command = {
    .name = "check",
    .usage = "[-c CONFIG] [--date DAY] [CAMPAIGN…] | --schema | --keys",
    .summary = "is the config, or a campaign's folder, right?",
    .help =
        "Checks the folders of campaigns, or without any the config, and says where\n"
        "each problem stands and what to do. Nothing is changed or sent.\n"
        "\n"
        "  -c CONFIG   this config; when folders are given too, also whether its "
        "routes\n"
        "              can carry them\n"
        "  CAMPAIGN    a folder with a campaign.yaml\n"
        "  --date DAY  as on that day, 2026-12-01: how old entries of the directory "
        "are\n"
        "  --schema    print a JSON Schema of content files, for editors, instead\n"
        "  --keys      print every key of content files, as Markdown, instead\n"
        "\n"
        "The last line is \"N errors, M warnings\". Exit status 0 without errors, else "
        "1.",
    .run = run,
};
