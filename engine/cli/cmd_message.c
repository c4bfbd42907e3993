/*
 * cmd_message.c: `cegah message ID`: the life of one message.
 */
#include "cli/command.h"

#include <getopt.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/context.h"
#include "cli/reading.h"
#include "content/config.h"
#include "report/timeline.h"

enum { OUTPUT_BYTES_MAX = 4 << 20 };

extern const struct command message_command;

static void print(json_t *timeline, bool as_json, const char *zone)
{
    struct buf out;

    if (as_json) {
        reading_print_json(timeline);
        return;
    }
    buf_init(&out, OUTPUT_BYTES_MAX);
    timeline_print(timeline, zone, &out);
    reading_print(&out);
    buf_fini(&out);
    json_decref(timeline);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    const char *config = NULL;
    struct reading reading;
    struct err err;
    bool as_json = false;
    json_t *timeline;
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == '?') {
            return cli_usage(
                &message_command, "unknown option, or one without its value");
        }
        config = option == 'c' ? optarg : config;
        as_json = as_json || option == 'j';
    }
    if (optind + 1 != argc) {
        return cli_usage(
            &message_command, "name one message, as `cegah messages` lists them");
    }
    if (reading_begin(&reading, config, &err) != 0) {
        return cli_fail(&err);
    }
    timeline = timeline_json(reading.db, argv[optind], &err);
    if (timeline != NULL) {
        print(timeline, as_json, reading.config->timezone);
    }
    reading_end(&reading);
    return timeline == NULL ? cli_fail(&err) : reading_finish();
}

const struct command message_command = {
    .name = "message",
    .usage = "ID [-c CONFIG] [--json]",
    .summary = "one message: each event with its time and the gateway's own words",
    .help =
        "Tells the life of one message, out or in. A text that is protected is shown "
        "as\n"
        "[pesan dilindungi]; the number is masked.\n"
        "\n"
        "  ID                   as `cegah messages` lists it; in-N for what came in\n"
        "  -c, --config CONFIG  this config\n"
        "  --json               for scripts\n",
    .run = run,
};
