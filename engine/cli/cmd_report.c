/*
 * cmd_report.c: `cegah report`: what became of everything, counted.
 */
#include "cli/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/zone.h"
#include "cli/context.h"
#include "cli/reading.h"
#include "cli/report_out.h"
#include "content/config.h"
#include "people/catalogue.h"
#include "report/document.h"

extern const struct command report_command;

struct arguments {
    const char *config, *out;
    struct report_query query;
    enum document_kind kind;
    enum document_format format;
};

/* Returns what is wrong, or NULL. */
static const char *read_option(
    struct arguments *arguments, int option, const char *value)
{
    struct report_query *query = &arguments->query;

    switch (option) {
    case 'c':
        arguments->config = value;
        return NULL;
    case 'C':
        query->campaign = value;
        return NULL;
    case 'f':
        return day_parse(value, &query->from_day) == 0
                   ? NULL
                   : "--from takes a date, written 2026-01-31";
    case 't':
        return day_parse(value, &query->to_day) == 0
                   ? NULL
                   : "--to takes a date, written 2026-01-31";
    case 'b':
        return report_by_parse(value, &query->by) == 0
                   ? NULL
                   : "--by takes series, step, district, channel, gateway, day or "
                     "reason";
    case 'F':
        return document_format_parse(value, &arguments->format) == 0
                   ? NULL
                   : "--format takes table, csv, json or xlsx";
    case 'o':
        arguments->out = value;
        return value[0] != '\0' ? NULL : "--out takes the name of a file";
    case 'j':
        arguments->format = DOCUMENT_JSON;
        return NULL;
    default:
        return "unknown option, or one without its value";
    }
}

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"campaign", required_argument, NULL, 'C'},
        {"from", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 't'},
        {"by", required_argument, NULL, 'b'},
        {"format", required_argument, NULL, 'F'},
        {"out", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    const char *wrong = NULL;
    int option;

    *arguments = (struct arguments){
        .query = {.from_day = INT32_MIN, .to_day = INT32_MAX},
    };
    optind = 1;
    opterr = 0;
    while (wrong == NULL &&
           (option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        wrong = read_option(arguments, option, optarg);
    }
    if (wrong != NULL) {
        return wrong;
    }
    if (optind + 1 != argc ||
        document_kind_parse(argv[optind], &arguments->kind) != 0) {
        return "name one report, and nothing else. There are: delivery, responses";
    }
    return arguments->query.from_day > arguments->query.to_day ? "--from is after --to"
                                                               : NULL;
}

/* The currency, when a price of any gateway is configured; else NULL. */
static const char *currency_of(const struct config *config)
{
    for (size_t i = 0; i < config->gateways_n; i++) {
        const struct config_gateway *gateway = &config->gateways[i];

        if (gateway->price != 0 || gateway->price_utility != 0 ||
            gateway->price_service != 0 || gateway->price_authentication != 0) {
            return config->currency;
        }
    }
    return NULL;
}

static int report(
    const struct reading *reading, struct arguments *arguments, struct err *err)
{
    struct catalogue *catalogue = NULL;
    struct document *document = NULL;
    int result = -1;

    arguments->query.timezone = reading->config->timezone;
    arguments->query.currency = currency_of(reading->config);
    if (arguments->kind == DOCUMENT_RESPONSES) {
        catalogue = catalogue_open(reading->db, err);
        if (catalogue == NULL) {
            return -1;
        }
    }
    document = document_new(reading->db, catalogue, arguments->kind, &arguments->query,
        reading_now(reading), err);
    if (document != NULL) {
        result = report_out(document, arguments->format, arguments->out, err);
    }
    document_free(document);
    catalogue_free(catalogue);
    return result;
}

static int run(int argc, char **argv)
{
    struct arguments arguments;
    const char *wrong = read_arguments(&arguments, argc, argv);
    struct reading reading;
    struct err err;
    int result;

    if (wrong != NULL) {
        return cli_usage(&report_command, wrong);
    }
    if (reading_begin(&reading, arguments.config, &err) != 0) {
        return cli_fail(&err);
    }
    result = report(&reading, &arguments, &err);
    reading_end(&reading);
    return result != 0 ? cli_fail(&err) : reading_finish();
}

const struct command report_command = {
    .name = "report",
    .usage = "delivery|responses [-c CONFIG] [--campaign C] [--from D] [--to D] "
             "[--by KEY] [--format table|csv|json|xlsx] [--out FILE] [--json]",
    .summary = "what became of the messages, and what people answered, counted",
    .help =
        "delivery: how many messages are in each state, how many distinct people got "
        "at\n"
        "least one, how many SMS parts the gateways took, and what they cost.\n"
        "delivery --by reason: why the others did not arrive or were left out, and "
        "what\n"
        "to do about each. Paused gateways and refused templates stand below.\n"
        "responses: how many questions went out and were answered, the answers with\n"
        "their shares, and where everybody stands in the series.\n"
        "\n"
        "  -c, --config CONFIG  this config\n"
        "  --campaign C         only this campaign, by its name\n"
        "  --from D, --to D     only these days (2026-01-31), both included: delivery "
        "by\n"
        "                       the day a message was due where the person lives,\n"
        "                       responses by the day a question was asked\n"
        "  --by KEY             a row for each series, step, district, channel, "
        "gateway,\n"
        "                       day or reason; without it, delivery has one for each "
        "of\n"
        "                       series, step, channel and gateway, responses one a "
        "step\n"
        "  --format FORMAT      table, csv, json or xlsx; csv has its total as the "
        "last\n"
        "                       row; csv of responses by step has three tables in "
        "one,\n"
        "                       told apart by its first column\n"
        "  --out FILE           into this file; xlsx needs it, or a redirected output\n"
        "  --json               as --format json\n"
        "\n"
        "Counts by answer or by district that are under five print as <5, and * "
        "stands\n"
        "for what is left out so that no total tells them; also in csv, json (as "
        "texts)\n"
        "and xlsx.\n",
    .run = run,
};
