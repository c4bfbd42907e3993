/*
 * cmd_serve.c: `cegah serve`, the daemon in the foreground.
 */
#include <getopt.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/context.h"
#include "content/config.h"
#include "web/daemon.h"

extern const struct command serve_command;

static void on_ready(int port)
{
    printf("cegah: ready on port %d\n", port);
    fflush(stdout);
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {NULL, 0, NULL, 0}};
    const char *path = NULL;
    struct config *config;
    struct err err;
    int option, status = 0;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option != 'c') {
            return cli_usage(
                &serve_command, "unknown option, or one without its value");
        }
        path = optarg;
    }
    if (optind < argc) {
        return cli_usage(&serve_command, "takes no arguments");
    }
    config = cli_config(path, &err);
    if (config == NULL) {
        return cli_fail(&err);
    }
    if (daemon_run(config, on_ready, &err) != 0) {
        status = cli_fail(&err);
    }
    config_free(config);
    return status;
}

const struct command serve_command = {
    .name = "serve",
    .usage = "[-c CONFIG]",
    .summary = "the daemon: plans, sends, and listens to gateways",
    .help =
        "Runs in the foreground until SIGTERM or SIGINT, then ends when nothing is in\n"
        "flight. Its log goes to stderr. Only one may write to a database at a time;\n"
        "commands that change something speak to it over DATABASE.sock.\n\n"
        "  -c, --config FILE   the config (else ./cegah.yaml, /etc/cegah/cegah.yaml)",
    .run = run,
};
