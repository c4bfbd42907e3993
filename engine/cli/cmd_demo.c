/*
 * cmd_demo.c: `cegah demo`: eight weeks of the real campaign on the gateway simulator.
 *
 * Nothing here is a short cut: a simulator and a daemon of this same program run as
 * processes of their own, and the campaign is loaded, the people imported and the series
 * started through the control socket, as a coordinator would.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/zone.h"
#include "care/seal.h"
#include "cli/child.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/demo_profile.h"
#include "cli/demo_show.h"
#include "cli/door.h"
#include "cli/recount.h"
#include "content/campaign.h"
#include "content/config.h"
#include "net/client.h"
#include "store/db.h"

extern const struct command demo_command;

static const char campaign[] = "cegah-kawin-anak";
static const char start_time[] = "2026-11-16T08:00:00+08:00"; /* a Monday */
enum { FILE_BYTES_MAX = 1 << 20, LOOK_MS = 100, LOOKS_MAX = 3000 };

/* Lives on demo()'s stack. */
struct demo {
    const char *directory, *campaign_folder;
    char simulator_url[64];
    struct demo_secrets secrets;
    int64_t seed; /* 0: the sample's own */
    int port;
    char *config_path, *log_path, *profile_path, *key_path;
    struct child simulator, daemon;
    struct config *config;
    int64_t started_ms;
};

static int write_file(const char *path, const char *text, mode_t mode, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    size_t length = strlen(text);

    if (fd < 0 || write(fd, text, length) != (ssize_t)length) {
        err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    close(fd);
    return 0;
}

/* A port that nobody listens on at this moment. */
static int free_port(struct err *err)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = -1;

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &length) == 0) {
        port = ntohs(address.sin_port);
    }
    if (fd >= 0) {
        close(fd);
    }
    return port > 0 ? port : err_set(err, ERR_UNABLE, "no free port on 127.0.0.1");
}

/* Folder, parents and all; what an earlier demo left is removed. */
static int prepare_folder(const struct demo *demo, struct err *err)
{
    static const char *const old[] = {
        "cegah.db", "cegah.db-wal", "cegah.db-shm", "cegah.db.lock", "demo.log"};
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s", demo->directory);
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            mkdir(path, 0700);
            *at = '/';
        }
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    }
    for (size_t i = 0; i < sizeof old / sizeof old[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", demo->directory, old[i]);
        unlink(path);
    }
    return 0;
}

static int start_simulator(struct demo *demo, struct err *err)
{
    const char *const arguments[] = {"simulator", "--listen", "127.0.0.1:0",
        "--profile", demo->profile_path, "--clock", "jump", "--start", start_time,
        NULL};
    static const char ready[] = "simulator: listening on ";
    char line[128];
    struct buf text;
    int result;

    buf_init(&text, FILE_BYTES_MAX);
    result = demo_profile(
        demo->campaign_folder, demo->port, &demo->secrets, demo->seed, &text, err);
    if (result == 0) {
        result = write_file(demo->profile_path, buf_text(&text), 0600, err);
    }
    if (result == 0) {
        result = child_start(
            &demo->simulator, arguments, demo->log_path, ready, line, sizeof line, err);
    }
    if (result == 0) {
        snprintf(demo->simulator_url, sizeof demo->simulator_url, "%s",
            line + strlen(ready));
    }
    buf_fini(&text);
    return result;
}

static int start_daemon(struct demo *demo, struct err *err)
{
    const char *const arguments[] = {"serve", "-c", demo->config_path, NULL};
    const struct demo_secrets *secrets = &demo->secrets;
    char public_key[SEAL_KEY_TEXT], secret_key[SEAL_KEY_TEXT], line[128];
    char *text;
    int result;

    seal_pair(public_key, secret_key);
    text = mem_format(
        "# Made by `cegah demo`: the gateways are a simulator, and so is the time.\n"
        "database: cegah.db\n"
        "listen: 127.0.0.1:%d\n"
        "timezone: Asia/Makassar\n"
        "gateways:\n"
        "  whatsapp:\n"
        "    adapter: whatsapp\n"
        "    base_url: \"%s\"\n"
        "    phone_number_id: \"" DEMO_PHONE_NUMBER_ID "\"\n"
        "    token: \"%s\"\n"
        "    app_secret: \"%s\"\n"
        "    verify_token: \"%s\"\n"
        "    give_up: 12h # then SMS is tried\n"
        "    price: 650 # of a delivered message of marketing; the others:\n"
        "    price_utility: 360\n"
        "    price_service: 360\n"
        "  maros-sms:\n"
        "    adapter: kannel\n"
        "    base_url: \"%s\"\n"
        "    username: cegah\n"
        "    password: \"%s\"\n"
        "    hook_secret: \"%s\"\n"
        "    price: 350 # of a part\n"
        "routes: [whatsapp, maros-sms]\n"
        "currency: IDR\n"
        "test_phones: [\"+6281200000001\"]\n"
        "focal_keys: [\"%s\"] # the secret half is in focal.key\n"
        "clock: {simulator: \"%s\"}\n",
        demo->port, demo->simulator_url, secrets->token, secrets->app, secrets->verify,
        demo->simulator_url, secrets->password, secrets->hook, public_key,
        demo->simulator_url);
    result = write_file(demo->config_path, text, 0600, err);
    free(text);
    if (result == 0) {
        result = write_file(demo->key_path, secret_key, 0600, err);
    }
    seal_wipe(secret_key, sizeof secret_key);
    if (result == 0) {
        demo->config = cli_config(demo->config_path, err);
        result = demo->config == NULL ? -1 : 0;
    }
    if (result == 0) {
        result = child_start(&demo->daemon, arguments, demo->log_path, "cegah: ready",
            line, sizeof line, err);
    }
    return result;
}

static int step(const char *const *arguments, struct err *err)
{
    printf("\n$ cegah");
    for (int i = 0; arguments[i] != NULL; i++) {
        printf(" %s", arguments[i]);
    }
    putchar('\n');
    return child_run(arguments) == 0
               ? 0
               : err_set(err, ERR_UNABLE, "`cegah %s` failed", arguments[0]);
}

static int set_going(const struct demo *demo, struct err *err)
{
    char *contacts = mem_format("%s/sample/contacts.csv", demo->campaign_folder);
    char *parents = mem_format("%s/sample/parents.csv", demo->campaign_folder);
    const char *const load[] = {
        "load", demo->campaign_folder, "-c", demo->config_path, NULL};
    const char *const import[] = {
        "contacts", "import", contacts, "-c", demo->config_path, NULL};
    const char *const more[] = {
        "contacts", "import", parents, "-c", demo->config_path, NULL};
    const char *const start[] = {"start", campaign, "-c", demo->config_path, NULL};
    int result = step(load, err);

    result = result != 0 ? result : step(import, err);
    result = result != 0 ? result : step(more, err);
    result = result != 0 ? result : step(start, err);
    free(contacts);
    free(parents);
    return result;
}

/* What the simulator still has to do; -1 when it does not answer. */
static int64_t simulator_rest(const struct demo *demo)
{
    struct client_options options = {.timeout_ms = 5000, .connect_timeout_ms = 2000};
    struct http_request request;
    struct buf body;
    json_t *value = NULL;
    int64_t rest = -1;

    http_request_init(&request);
    buf_init(&body, 65536);
    buf_add_format(&request.url, "%s/sim", demo->simulator_url);
    if (client_call(&request, &options, &body, NULL) == 200) {
        value = json_loads(buf_text(&body), 0, NULL);
        rest = json_integer_value(json_object_get(value, "pending")) +
               json_integer_value(json_object_get(value, "happenings"));
    }
    json_decref(value);
    buf_fini(&body);
    http_request_fini(&request);
    return rest;
}

/* Until nothing is left to happen: no timer here, nothing on its way, no handset busy. */
static int watch(struct demo *demo, struct err *err)
{
    struct timespec pause = {0, LOOK_MS * 1000000L};
    int64_t last = 0;
    int quiet = 0;

    for (int i = 0; i < LOOKS_MAX && quiet < 2; i++) {
        json_t *status = NULL;
        int64_t now, left;

        nanosleep(&pause, NULL);
        if (!child_is_alive(&demo->daemon) ||
            door_call(demo->config, "status", json_object(), &status, err) != 0) {
            return err_set(
                err, ERR_UNABLE, "the daemon ended; its log: %s", demo->log_path);
        }
        now = json_integer_value(json_object_get(status, "now"));
        left = json_integer_value(json_object_get(status, "queued")) +
               json_integer_value(json_object_get(status, "sending")) +
               json_integer_value(json_object_get(status, "next_timer"));
        json_decref(status);
        quiet = left == 0 && now == last && simulator_rest(demo) == 0 ? quiet + 1 : 0;
        last = now;
        demo_show_progress(demo->config, start_time, now, quiet == 2);
    }
    return quiet == 2 ? 0
                      : err_set(err, ERR_UNABLE, "the demo did not come to its end");
}

static int verify(const struct demo *demo, struct err *err)
{
    struct db *db = cli_reader(demo->config, err);
    struct recount recount;
    int result;

    if (db == NULL) {
        return -1;
    }
    result = recount_run(db, demo->simulator_url, &recount, err);
    db_close(db);
    return result == 0 ? demo_show_recount(&recount, err) : -1;
}

static int run_all(struct demo *demo, struct err *err)
{
    const char *const report[] = {"report", "delivery", "-c", demo->config_path, NULL};
    const char *const reasons[] = {
        "report", "delivery", "--by", "reason", "-c", demo->config_path, NULL};
    const char *const responses[] = {
        "report", "responses", "-c", demo->config_path, NULL};

    demo->port = free_port(err);
    if (demo->port < 0 || prepare_folder(demo, err) != 0 ||
        start_simulator(demo, err) != 0 || start_daemon(demo, err) != 0 ||
        set_going(demo, err) != 0 || watch(demo, err) != 0) {
        return -1;
    }
    if (child_end(&demo->daemon) != 0) {
        return err_set(
            err, ERR_UNABLE, "the daemon failed; its log: %s", demo->log_path);
    }
    if (step(report, err) != 0 || step(reasons, err) != 0 ||
        step(responses, err) != 0 || verify(demo, err) != 0) {
        return -1;
    }
    demo_show_end(demo->config_path, clock_monotonic_ms() - demo->started_ms);
    return 0;
}

static int demo(const char *directory, const char *folder, int64_t seed)
{
    struct demo demo = {.directory = directory,
        .campaign_folder = folder,
        .seed = seed,
        .simulator.output = -1,
        .daemon.output = -1,
        .started_ms = clock_monotonic_ms()};
    struct err err;
    int status;

    demo.config_path = mem_format("%s/cegah.yaml", directory);
    demo.log_path = mem_format("%s/demo.log", directory);
    demo.profile_path = mem_format("%s/handsets.yaml", directory);
    demo.key_path = mem_format("%s/focal.key", directory);
    demo_secrets_make(&demo.secrets);
    status = run_all(&demo, &err) == 0 ? 0 : cli_fail(&err);
    child_end(&demo.daemon);
    child_end(&demo.simulator);
    config_free(demo.config);
    free(demo.config_path);
    free(demo.log_path);
    free(demo.profile_path);
    free(demo.key_path);
    return status;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
        {"campaign", required_argument, NULL, 'k'},
        {"seed", required_argument, NULL, 's'}, {NULL, 0, NULL, 0}};
    const char *directory = "build/demo", *folder = "campaigns/cegah-kawin-anak";
    int64_t seed = 0;
    char *end;
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd') {
            directory = optarg;
        } else if (option == 'k') {
            folder = optarg;
        } else if (option == 's') {
            seed = strtoll(optarg, &end, 10);
            if (*end != '\0' || seed <= 0 || seed > INT32_MAX) {
                return cli_usage(&demo_command, "--seed takes a number from 1 on");
            }
        } else {
            return cli_usage(&demo_command, "unknown option, or one without its value");
        }
    }
    if (optind < argc) {
        return cli_usage(&demo_command, "takes no arguments");
    }
    return demo(directory, folder, seed);
}

const struct command demo_command = {
    .name = "demo",
    .usage = "[--dir DIR] [--campaign FOLDER] [--seed N]",
    .summary = "eight weeks of the real campaign, on simulated gateways, in seconds",
    .help =
        "Starts a gateway simulator and a daemon, loads the campaign, imports its "
        "sample\n"
        "people, starts it, and lets eight weeks go by in virtual time; then prints "
        "the\n"
        "delivery report, checks it against the simulator's own ledger, message for\n"
        "message, and says what to try next.\n\n"
        "      --dir DIR          where its config and database go (build/demo)\n"
        "      --campaign FOLDER  campaigns/cegah-kawin-anak, with its sample/ folder\n"
        "      --seed N           other people's chances; the same number gives the "
        "same\n"
        "                         eight weeks, byte for byte",
    .run = run,
};
