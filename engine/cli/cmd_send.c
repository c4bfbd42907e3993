/*
 * cmd_send.c: `cegah send`: one test message, followed until its delivery report.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/outcome.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/door.h"
#include "content/config.h"
#include "store/db.h"
#include "store/message.h"
#include "store/meta.h"

extern const struct command send_command;

enum { LOOK_MS = 200, LOOKS = 5 * 60 * 1000 / LOOK_MS };

static bool is_over(enum message_state state)
{
    return state != MESSAGE_QUEUED && state != MESSAGE_SENDING &&
           state != MESSAGE_SENT && state != MESSAGE_UNSURE;
}

/* Reads the message anew; returns 0, or -1 with a sentence. */
static int look(const struct config *config, const char *id, struct message *message,
    struct err *err)
{
    struct db *db = cli_reader(config, err);
    struct reference_key key;
    int64_t number;
    int n, result = 0;

    if (db == NULL) {
        return -1;
    }
    reference_load(db, &key);
    number = reference_read(&key, id, &n);
    if (number == 0 || !message_find(db, number, message)) {
        result = err_set(err, ERR_UNABLE, "message %s is not in the database", id);
    }
    db_close(db);
    return result;
}

static int follow(const struct config *config, const char *id, bool as_json)
{
    struct timespec pause = {0, LOOK_MS * 1000000L};
    struct message message = {.state = MESSAGE_STATES};
    enum message_state shown = MESSAGE_STATES;
    struct err err;

    for (int i = 0; i < LOOKS; i++) {
        if (look(config, id, &message, &err) != 0) {
            return cli_fail(&err);
        }
        if (message.state != shown && !as_json) {
            printf("%s%s%s\n", message_state_name(message.state),
                message.reason[0] != '\0' ? ": " : "", message.reason);
            fflush(stdout);
        }
        shown = message.state;
        if (is_over(message.state)) {
            break;
        }
        nanosleep(&pause, NULL);
    }
    if (as_json) {
        printf("{\"id\": \"%s\", \"state\": \"%s\"}\n", id,
            message_state_name(message.state));
    }
    if (!is_over(message.state)) {
        err_set(&err, ERR_UNABLE,
            "no final report after five minutes; `cegah message %s` shows it later",
            id);
        return cli_fail(&err);
    }
    return message.state == MESSAGE_DELIVERED || message.state == MESSAGE_READ
               ? 0
               : ERR_REFUSED;
}

struct wanted {
    const char *config, *to, *text, *gateway;
    bool no_wait, as_json;
};

static int send_one(const struct wanted *wanted)
{
    struct config *config;
    struct err err;
    json_t *result = NULL;
    const char *id;
    int status = 0;

    config = cli_config(wanted->config, &err);
    if (config == NULL) {
        return cli_fail(&err);
    }
    if (!wanted->no_wait && !db_is_locked(config->database)) {
        err_set(&err, ERR_UNABLE,
            "`cegah serve` is not running, so nothing would leave; start it, or queue "
            "the "
            "message with --no-wait");
        status = cli_fail(&err);
    } else if (door_call(config, "send",
                   json_pack("{s:s, s:s, s:s*}", "to", wanted->to, "text", wanted->text,
                       "gateway", wanted->gateway),
                   &result, &err) != 0) {
        status = cli_fail(&err);
    } else {
        id = json_string_value(json_object_get(result, "id"));
        if (wanted->no_wait && wanted->as_json) {
            json_dumpf(result, stdout, 0);
            putchar('\n');
        } else if (wanted->no_wait || !wanted->as_json) {
            printf("%s\n", id);
            fflush(stdout);
        }
        if (!wanted->no_wait) {
            status = follow(config, id, wanted->as_json);
        }
    }
    json_decref(result);
    config_free(config);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"to", required_argument, NULL, 't'}, {"text", required_argument, NULL, 'x'},
        {"gateway", required_argument, NULL, 'g'}, {"no-wait", no_argument, NULL, 'n'},
        {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    struct wanted wanted = {0};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            wanted.config = optarg;
            break;
        case 't':
            wanted.to = optarg;
            break;
        case 'x':
            wanted.text = optarg;
            break;
        case 'g':
            wanted.gateway = optarg;
            break;
        case 'n':
            wanted.no_wait = true;
            break;
        case 'j':
            wanted.as_json = true;
            break;
        default:
            return cli_usage(&send_command, "unknown option, or one without its value");
        }
    }
    if (wanted.to == NULL || wanted.text == NULL || optind < argc) {
        return cli_usage(&send_command, "--to and --text are needed");
    }
    return send_one(&wanted);
}

const struct command send_command = {
    .name = "send",
    .usage = "--to PHONE --text TEXT [--gateway G] [--no-wait] [--json] [-c CONFIG]",
    .summary = "send one test message to one of the config's test_phones",
    .help =
        "Writes to a number of `test_phones` only, and follows the message until its\n"
        "delivery report: exit 0 when it was delivered, 1 when it was refused or\n"
        "failed, 3 when no report came within five minutes.\n\n"
        "      --to PHONE      the number, as people type it\n"
        "      --text TEXT     what to send\n"
        "      --gateway G     by this gateway, not by the routes\n"
        "      --no-wait       print the message's id and return\n"
        "      --json          the result as JSON\n"
        "  -c, --config FILE   the config",
    .run = run,
};
