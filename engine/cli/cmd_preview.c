/*
 * cmd_preview.c: `cegah preview`: a series in the terminal, as on a phone.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/context.h"
#include "cli/play.h"
#include "cli/play_input.h"
#include "content/campaign.h"

extern const struct command preview_command;

enum { AS_MAX = 32, SHOWN_MAX = 2000 };

/* What was asked for; the texts are argv's. */
struct wish {
    struct play_options options;
    const char *as[AS_MAX];
    const char *script;
    bool all;
};

/* One conversation. Lives on run()'s stack. */
struct session {
    struct play *play;
    struct play_lines *lines;
    int complaints;
    bool over;
};

static const char TYPED[] =
    "What the person writes is typed as it is (a first \\ keeps + : # as text). An "
    "empty "
    "line goes to the next event; +20m +3h +1d +2w lets time pass.\n"
    ":to STEP   :discreet on|off   :language CODE   :channel sms|whatsapp\n"
    ":as KEY=VALUE   :guardian TEXT (KODE becomes the code)\n"
    ":state   :expect TEXT   :help   :quit";

/* A script's complaints are told with their place, and make the exit status 1. */
static void complain(struct session *session, const char *text)
{
    session->complaints++;
    if (session->lines->is_terminal) {
        play_show_note(&session->play->show, "%s", text);
        return;
    }
    fflush(stdout);
    fprintf(stderr, "%s:%d: error: %s\n", session->lines->name, session->lines->number,
        text);
}

static void expect(struct session *session, const char *wanted)
{
    const char *seen = buf_text(&session->play->show.seen);
    char *text;

    if (strstr(seen, wanted) != NULL) {
        return;
    }
    text = mem_format("expected \"%s\", but since the last input there was%s\n%.*s",
        wanted, seen[0] == '\0' ? " nothing" : ":", SHOWN_MAX, seen);
    complain(session, text);
    free(text);
}

/* As `:language bug` stands for `:as language=bug`. */
static int change(
    struct session *session, const char *key, const char *value, struct err *err)
{
    char *pair = mem_format("%s=%s", key, value);
    int result = play_change(session->play, pair, err);

    free(pair);
    return result;
}

static int command(
    struct session *session, const struct play_input *input, struct err *err)
{
    struct play *play = session->play;
    const char *word = input->word;

    if (strcmp(word, "quit") == 0 || strcmp(word, "help") == 0 ||
        strcmp(word, "state") == 0) {
        session->over = strcmp(word, "quit") == 0;
        if (strcmp(word, "help") == 0) {
            play_show_note(&play->show, "%s", TYPED);
        } else if (!session->over) {
            play_state(play);
        }
        return 0;
    }
    if (strcmp(word, "discreet") != 0 && strcmp(word, "language") != 0 &&
        strcmp(word, "channel") != 0 && strcmp(word, "as") != 0 &&
        strcmp(word, "to") != 0 && strcmp(word, "guardian") != 0 &&
        strcmp(word, "expect") != 0) {
        return err_set(err, ERR_REFUSED, "no command \":%s\"; :help lists them", word);
    }
    if (input->text[0] == '\0') {
        return err_set(
            err, ERR_REFUSED, ":%s needs a word behind it; :help tells", word);
    }
    if (strcmp(word, "expect") == 0) {
        expect(session, input->text);
        return 0;
    }
    if (strcmp(word, "to") == 0) {
        return play_to(play, input->text, err);
    }
    if (strcmp(word, "guardian") == 0) {
        return play_say(play, true, input->text, err);
    }
    return strcmp(word, "as") == 0 ? play_change(play, input->text, err)
                                   : change(session, word, input->text, err);
}

static int act(struct session *session, const char *line, struct err *err)
{
    struct play *play = session->play;
    struct play_input input;

    play_input_read(line, &input);
    if (input.kind == PLAY_COMMENT) {
        return 0;
    }
    if (!session->lines->is_terminal && input.kind != PLAY_SAY) {
        printf("> %s\n", line);
    }
    if (input.kind != PLAY_COMMAND || strcmp(input.word, "expect") != 0) {
        play_show_forget(&play->show);
    }
    switch (input.kind) {
    case PLAY_NEXT:
        return play_next(play, err);
    case PLAY_TIME:
        return play_pass(play, input.span_ms, err);
    case PLAY_COMMAND:
        return command(session, &input, err);
    case PLAY_SAY:
        return play_say(play, false, input.text, err);
    default:
        return err_set(err, ERR_REFUSED,
            "\"%s\" is no span of time; write +20m, +3h, +1d or +2w, two years at most",
            line);
    }
}

/* Returns 0; 1 when something was not as it should be; 3 when the store failed. */
static int converse(struct play *play, struct play_lines *lines)
{
    struct session session = {.play = play, .lines = lines};
    struct err err;
    const char *line;

    if (play_begin(play, &err) != 0) {
        return cli_fail(&err);
    }
    while (!session.over && (line = play_lines_next(lines)) != NULL) {
        if (act(&session, line, &err) != 0) {
            if (err.code == ERR_UNABLE) {
                return cli_fail(&err);
            }
            complain(&session, err.text);
        }
        fflush(stdout);
    }
    play_summary(play);
    return session.complaints > 0 && !lines->is_terminal ? ERR_REFUSED : ERR_NONE;
}

static void begin(struct play *play, const struct play_lines *lines)
{
    const struct step *step = series_unconfirmed(play->series);
    char when[40];

    play_time(play, play_now(play), when);
    play_show_note(&play->show, "%s: %s. %s, %s, %s; it is %s", play->campaign->id,
        play->series->title == NULL ? play->series->id : play->series->title,
        play->who.person.name, play->who.person.role,
        play->who.person.district[0] == '\0' ? "no district"
                                             : play->who.person.district,
        when);
    if (step != NULL) {
        play_show_note(&play->show,
            "step %s says what nobody has confirmed, so it cannot be started yet: %s",
            step->id, step->confirm);
    }
    if (lines->is_terminal) {
        play_show_note(&play->show, "%s", TYPED);
    }
}

/* Prints the whole series. */
static int proofread(const struct wish *wish)
{
    struct play play;
    struct err err;
    int result = play_read(&play, &wish->options, &err);

    if (result == 0) {
        play_all(&play);
    }
    play_close(&play);
    return result == 0 ? ERR_NONE : cli_fail(&err);
}

static int preview(const struct wish *wish)
{
    struct play play;
    struct play_lines lines;
    struct err err;
    int result;

    /* First, so that a Ctrl-C from here on is heard and leaves nothing behind. */
    if (play_lines_open(&lines, wish->script, &err) != 0) {
        return cli_fail(&err);
    }
    if (play_open(&play, &wish->options, &err) == 0) {
        begin(&play, &lines);
        result = converse(&play, &lines);
    } else {
        result = cli_fail(&err);
    }
    play_close(&play);
    play_lines_close(&lines);
    return result;
}

/* Returns 0, or the status to end with. */
static int read_options(int argc, char **argv, struct wish *wish)
{
    static const struct option OPTIONS[] = {
        {"config", required_argument, NULL, 'c'},
        {"as", required_argument, NULL, 'a'},
        {"start", required_argument, NULL, 's'},
        {"script", required_argument, NULL, 'f'},
        {"all", no_argument, NULL, 'l'},
        {0},
    };
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", OPTIONS, NULL)) != -1) {
        switch (option) {
        case 'c':
            wish->options.config = optarg;
            break;
        case 'a':
            if (wish->options.as_n == AS_MAX) {
                return cli_usage(&preview_command, "--as is said too often");
            }
            wish->as[wish->options.as_n++] = optarg;
            break;
        case 's':
            wish->options.start = optarg;
            break;
        case 'f':
            wish->script = optarg;
            break;
        case 'l':
            wish->all = true;
            break;
        default:
            return cli_usage(
                &preview_command, "unknown option, or one without its value");
        }
    }
    if (argc - optind != 1) {
        return cli_usage(&preview_command, "one series is needed: FOLDER/SERIES");
    }
    return 0;
}

/* Whether the series was forgotten behind a campaign's folder. */
static bool is_campaign(const char *path)
{
    char *file = mem_format("%s/campaign.yaml", path);
    bool found = access(file, R_OK) == 0;

    free(file);
    return found;
}

static int run(int argc, char **argv)
{
    struct wish wish = {0};
    int result = read_options(argc, argv, &wish);
    char *folder, *slash;

    if (result != 0) {
        return result;
    }
    if (is_campaign(argv[optind])) {
        return cli_usage(&preview_command,
            "that is a campaign; name one of its series behind it: "
            "campaigns/contoh/perkenalan");
    }
    folder = mem_copy(argv[optind]);
    slash = strrchr(folder, '/');
    if (slash == NULL || slash == folder || slash[1] == '\0') {
        free(folder);
        return cli_usage(&preview_command,
            "name the campaign's folder and the series in it: campaigns/contoh/series");
    }
    *slash = '\0';
    wish.options.folder = folder;
    wish.options.series = slash + 1;
    wish.options.as = wish.as;
    result = wish.all ? proofread(&wish) : preview(&wish);
    free(folder);
    return result;
}

const struct command preview_command = {
    .name = "preview",
    .usage = "FOLDER/SERIES [--as KEY=VALUE,…] [--start DAY] [--script FILE] [--all]\n"
             "       [-c CONFIG]",
    .summary = "play a series in the terminal, as on a phone",
    .help =
        "Plays a series of a campaign's folder for one person, against a clock that "
        "you\n"
        "move. What decides is what decides in the daemon: consents, hours, caps, "
        "answers,\n"
        "branches. Nothing is sent, and no database of yours is touched.\n"
        "\n"
        "  --as KEY=VALUE,…  who she is: name, role, district, birth_year or age, "
        "sex,\n"
        "                    language, code, discreet=on, shared_phone=on,\n"
        "                    channel=sms or whatsapp; consent=yes leaves out the "
        "invitation;\n"
        "                    guardian=paper (has agreed), phone (is asked) or none\n"
        "  --start DAY       2026-11-16 (at 08:00), or a time as RFC 3339; otherwise "
        "the\n"
        "                    next Monday\n"
        "  --script FILE     read what is typed from there; exit status 1 when an "
        ":expect\n"
        "                    found nothing, or a line was wrong\n"
        "  --all             instead, every text with its variants, sizes and costs\n"
        "  -c, --config FILE use its gateways, routes and prices\n"
        "\n"
        "What you type is what she writes. Also:\n"
        "\n"
        "  (an empty line)   to the next event\n"
        "  +20m +3h +1d +2w  lets time pass\n"
        "  :to STEP          until something has become of the step\n"
        "  :discreet on|off, :language CODE, :channel sms|whatsapp, :as KEY=VALUE\n"
        "  :guardian TEXT    what her guardian writes; KODE becomes the code\n"
        "  :expect TEXT      TEXT must stand in what was shown since the last input\n"
        "  :state, :help, :quit; # begins a comment; a first \\ keeps + : # as text\n"
        "\n"
        "It ends after two years, or 2,000 messages.",
    .run = run,
};
