/*
 * cmd_report.c: `cegah report`: what became of everything, counted.
 */
#include "cli/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/zone.h"
#include "cli/context.h"
#include "cli/reading.h"
#include "report/delivery.h"
#include "report/table.h"

enum { OUTPUT_BYTES_MAX = 256 << 20 };
enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

extern const struct command report_command;

struct arguments {
    const char *config;
    struct delivery_query query;
    enum format format;
};

static int format_parse(const char *word, enum format *format)
{
    static const char *const words[] = {"table", "csv", "json"};

    for (int i = 0; i < 3; i++) {
        if (strcmp(words[i], word) == 0) {
            *format = (enum format)i;
            return 0;
        }
    }
    return -1;
}

/* Returns what is wrong, or NULL. */
static const char *read_option(
    struct arguments *arguments, int option, const char *value)
{
    struct delivery_query *query = &arguments->query;

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
        return delivery_by_parse(value, &query->by) == 0
                   ? NULL
                   : "--by takes series, step, channel, gateway or day";
    case 'F':
        return format_parse(value, &arguments->format) == 0
                   ? NULL
                   : "--format takes table, csv or json";
    case 'j':
        arguments->format = FORMAT_JSON;
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
    if (optind + 1 != argc || strcmp(argv[optind], "delivery") != 0) {
        return "which report? There is: delivery";
    }
    return arguments->query.from_day > arguments->query.to_day ? "--from is after --to"
                                                               : NULL;
}

static int report(
    const struct reading *reading, const struct arguments *arguments, struct err *err)
{
    struct delivery delivery;
    struct table *table;
    struct buf out;

    if (delivery_run(reading->db, &arguments->query, &delivery, err) != 0) {
        return -1;
    }
    table = delivery_table(reading->db, &delivery);
    buf_init(&out, OUTPUT_BYTES_MAX);
    if (arguments->format == FORMAT_JSON) {
        reading_print_json(delivery_json(&delivery, table));
    } else if (arguments->format == FORMAT_CSV) {
        table_csv(table, &out);
    } else {
        delivery_print(&delivery, table, &out);
    }
    reading_print(&out);
    buf_fini(&out);
    table_free(table);
    delivery_fini(&delivery);
    return 0;
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
    .usage = "delivery [-c CONFIG] [--campaign C] [--from D] [--to D] [--by KEY] "
             "[--format table|csv|json] [--json]",
    .summary = "what became of the messages, counted",
    .help =
        "Prints how many messages are in each state, how many distinct people got at\n"
        "least one, and how many SMS parts the gateways took. Totals are at the end.\n"
        "\n"
        "  -c, --config CONFIG  this config\n"
        "  --campaign C         only this campaign, by its name\n"
        "  --from D, --to D     only messages due on these days (2026-01-31), both\n"
        "                       included, by the day where the person lives\n"
        "  --by KEY             a row for each series, step, channel, gateway or day;\n"
        "                       without it, one for each of all but the day\n"
        "  --format FORMAT      table, csv or json; csv has its total as the last row\n"
        "  --json               as --format json\n",
    .run = run,
};
