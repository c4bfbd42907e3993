#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "cli/command.h"
#include "cli/context.h"
#include "net/loop.h"
#include "sim/profile.h"
#include "sim/sim.h"

static const char help[] =
    "Gateways that carry nothing: it speaks Kannel's sendsms and WhatsApp's Cloud "
    "API,\n"
    "its handsets receive, report, answer and misbehave as a profile says, and it "
    "keeps\n"
    "a ledger of every request and callback. When it listens it prints one line:\n"
    "\n"
    "  simulator: listening on http://127.0.0.1:8481\n"
    "\n"
    "  --listen A       address and port, 127.0.0.1:8481; port 0 takes any that is "
    "free\n"
    "  --profile FILE   who the handsets are (YAML); without it they receive in "
    "silence\n"
    "  --keys           prints every key that a profile may hold, and ends\n"
    "  --clock MODE     real; run: from --start on at the real rate; jump: from "
    "--start,\n"
    "                   moved only over HTTP, by the daemon or a test\n"
    "  --start TIME     2026-01-05T08:00:00+08:00; without it the present\n"
    "\n"
    "A profile:\n"
    "\n"
    "  inbound: http://127.0.0.1:8480/hooks/maros-sms/SECRET/inbound\n"
    "  whatsapp: {token: t, app_secret: s, hook: "
    "\"http://127.0.0.1:8480/hooks/wa\"}\n"
    "  behaviours:\n"
    "    eager:\n"
    "      replies:\n"
    "        - {when: balas ya, say: [YA, Ya kak], after: 3m}\n"
    "    away: {power: off, on_after: 10h}\n"
    "  handsets:\n"
    "    - {from: \"+6281200000001\", to: \"+6281200000099\", every: 3, is: away}\n"
    "  default: eager\n"
    "\n"
    "Over HTTP: GET /cgi-bin/sendsms, POST /v25.0/ID/messages; GET /sim, /sim/next,\n"
    "/sim/ledger, /sim/handset; POST /sim/now, /sim/faults, /sim/say, "
    "/sim/preference,\n"
    "/sim/templates. engine/sim/README.md describes each.\n";

extern const struct command simulator_command;

/* What the command line said. */
struct arguments {
    const char *listen;
    const char *profile;
    enum clock_mode mode;
    int64_t start_ms;
    bool started;
    bool keys;
};

static int wrong(const char *sentence, const char *what)
{
    fprintf(stderr, "cegah simulator: %s%s\n", sentence, what);
    return cli_usage(&simulator_command, NULL);
}

static int read_clock(const char *word, enum clock_mode *mode)
{
    static const struct {
        const char *word;
        enum clock_mode mode;
    } modes[] = {{"real", CLOCK_REAL}, {"run", CLOCK_RUN}, {"jump", CLOCK_JUMP}};

    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(modes[i].word, word) == 0) {
            *mode = modes[i].mode;
            return 0;
        }
    }
    return wrong("--clock must be real, run or jump, not ", word);
}

static int read_option(struct arguments *arguments, const char *name, const char *value)
{
    if (strcmp(name, "--listen") == 0) {
        arguments->listen = value;
    } else if (strcmp(name, "--profile") == 0) {
        arguments->profile = value;
    } else if (strcmp(name, "--clock") == 0) {
        return read_clock(value, &arguments->mode);
    } else if (strcmp(name, "--start") == 0) {
        arguments->started = true;
        if (time_parse(value, &arguments->start_ms) != 0) {
            return wrong(
                "--start must be a time like 2026-01-05T08:00:00+08:00, not ", value);
        }
    } else {
        return wrong("unknown option ", name);
    }
    return 0;
}

static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    *arguments = (struct arguments){.listen = "127.0.0.1:8481"};
    for (int i = 1; i < argc; i++) {
        int status;

        if (strcmp(argv[i], "--keys") == 0) {
            arguments->keys = true;
            continue;
        }
        if (i + 1 == argc) {
            return wrong(argv[i], argv[i][0] == '-'
                                      ? " is no option, or lacks its value"
                                      : " is no option");
        }
        status = read_option(arguments, argv[i], argv[i + 1]);
        if (status != 0) {
            return status;
        }
        i++;
    }
    if (arguments->started && arguments->mode == CLOCK_REAL) {
        return wrong("--start needs --clock run or --clock jump", "");
    }
    return 0;
}

static void print_keys(void)
{
    struct buf out;

    buf_init(&out, 1 << 16);
    profile_describe(&out);
    fputs(buf_text(&out), stdout);
    buf_fini(&out);
}

static void on_signal(void *argument, int number)
{
    (void)number;
    loop_stop(argument);
}

/* The host as it was asked for, with the port that the system chose. */
static void print_address(const char *listen, int port)
{
    const char *colon = strrchr(listen, ':');
    int length = colon == NULL ? (int)strlen(listen) : (int)(colon - listen);

    printf("simulator: listening on http://%.*s:%d\n", length, listen, port);
    fflush(stdout);
}

static int serve(const struct arguments *arguments, const struct profile *profile)
{
    struct sim_options options = {.listen = arguments->listen, .profile = profile};
    struct clock real;
    struct err err;
    struct loop *loop;
    struct sim *sim;
    int status = 0;

    clock_init(&real, CLOCK_REAL, 0);
    clock_init(&options.clock, arguments->mode,
        arguments->started ? arguments->start_ms : clock_now(&real));
    loop = loop_new(&real, NULL);
    sim = sim_open(loop, &options, &err);
    if (sim == NULL) {
        fprintf(stderr, "cegah simulator: %s\n", err.text);
        loop_free(loop);
        return (int)err.code;
    }
    loop_signals(loop, on_signal, loop);
    print_address(arguments->listen, sim_port(sim));
    if (loop_run(loop, &err) != 0) {
        fprintf(stderr, "cegah simulator: %s\n", err.text);
        status = (int)err.code;
    }
    sim_close(sim);
    loop_free(loop);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments arguments;
    struct profile *profile;
    struct err err;
    int status = read_arguments(argc, argv, &arguments);

    if (status != 0) {
        return status;
    }
    if (arguments.keys) {
        print_keys();
        return 0;
    }
    profile = profile_read(arguments.profile, &err);
    if (profile == NULL) {
        return cli_fail(&err);
    }
    status = serve(&arguments, profile);
    profile_free(profile);
    return status;
}

const struct command simulator_command = {
    .name = "simulator",
    .usage = "[--listen A] [--profile FILE] [--clock real|run|jump] [--start TIME]",
    .summary =
        "a gateway that carries nothing, with handsets that answer and misbehave",
    .help = help,
    .run = run,
};
