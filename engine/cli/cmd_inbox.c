/*
 * cmd_inbox.c: `cegah inbox`: people who wait for a human.
 */
#include "cli/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "cli/context.h"
#include "cli/door.h"
#include "cli/inbox_read.h"
#include "cli/reading.h"
#include "content/config.h"
#include "report/reason.h"
#include "report/table.h"
#include "report/value.h"
#include "store/db.h"
#include "store/inbox.h"

enum { OUTPUT_BYTES_MAX = 256 << 20, ROWS_SHOWN = 50, SLICE = 100, ID_SIZE = 32 };

extern const struct command inbox_command;

enum verb { VERB_LIST, VERB_READ, VERB_DONE };

struct arguments {
    enum verb verb;
    struct inbox_read read; /* its id also for done */
    const char *config;
    int64_t limit; /* 0: not given */
    bool json, unread;
};

static const struct table_column columns[] = {
    {"id", "id", TABLE_TEXT, 0},
    {"at", "waits since", TABLE_TEXT, 0},
    {"contact", "number", TABLE_TEXT, 0},
    {"name", "name", TABLE_TEXT, 24},
    {"channel", "channel", TABLE_TEXT, 0},
    {"type", "type", TABLE_TEXT, 0},
    {"intent", "taken for", TABLE_TEXT, 0},
    {"text", "text", TABLE_TEXT, 0},
};

static const char *read_options(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"as", required_argument, NULL, 'a'},
        {"reason", required_argument, NULL, 'r'},
        {"passphrase-file", required_argument, NULL, 'p'},
        {"limit", required_argument, NULL, 'l'},
        {"unread", no_argument, NULL, 'u'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c') {
            arguments->config = optarg;
        } else if (option == 'a') {
            arguments->read.as = optarg;
        } else if (option == 'r') {
            arguments->read.reason = optarg;
        } else if (option == 'p') {
            arguments->read.passphrases = optarg;
        } else if (option == 'u') {
            arguments->unread = true;
        } else if (option == 'j') {
            arguments->json = true;
        } else if (option != 'l') {
            return "unknown option, or one without its value";
        } else if (reading_limit(optarg, &arguments->limit) != 0) {
            return "--limit takes a number, 1 to 100000";
        }
    }
    return NULL;
}

/* in-5, as every list writes it, or 5. */
static int read_id(const char *text, int64_t *id)
{
    char *end;

    text += strncmp(text, "in-", 3) == 0 ? 3 : 0;
    errno = 0;
    *id = strtoll(text, &end, 10);
    return errno == 0 && text[0] >= '1' && text[0] <= '9' && *end == '\0' ? 0 : -1;
}

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "", *wrong;

    *arguments = (struct arguments){.verb = strcmp(what, "read") == 0   ? VERB_READ
                                            : strcmp(what, "done") == 0 ? VERB_DONE
                                                                        : VERB_LIST};
    if (arguments->verb != VERB_LIST) {
        argc--;
        argv++;
    }
    wrong = read_options(arguments, argc, argv);
    if (wrong != NULL) {
        return wrong;
    }
    if (arguments->verb == VERB_LIST) {
        return optind != argc ? "say read or done, or nothing for the list" : NULL;
    }
    if (argc - optind != 1 || read_id(argv[optind], &arguments->read.id) != 0) {
        return "name one message, as the list does: in-5";
    }
    if (arguments->verb == VERB_READ &&
        (arguments->read.as == NULL || arguments->read.reason == NULL ||
            strspn(arguments->read.reason, " \t\r\n") ==
                strlen(arguments->read.reason))) {
        return "read takes --as NAME and --reason TEXT: both stay in the log of opened "
               "texts";
    }
    return arguments->verb == VERB_READ && arguments->json
               ? "read prints the text only, and knows no --json"
               : NULL;
}

static json_t *item_json(const struct inbox_item *item)
{
    char id[ID_SIZE], contact[VALUE_CONTACT_SIZE];

    snprintf(id, sizeof id, "in-%lld", (long long)item->id);
    value_contact(item->address_kind, item->address, contact);
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id", id, "at",
        value_time(item->received_at), "contact", value_text(contact), "contact_id",
        item->person_id == 0 ? json_null() : json_integer(item->person_id), "name",
        value_text(item->name), "channel", value_text(item->channel), "type",
        value_text(item->type), "intent", value_text(item->intent), "text",
        item->text_id == 0 ? json_null() : json_string(value_sealed));
}

static void add_row(
    struct table *table, const json_t *line, int64_t at, const char *zone)
{
    static const char *const keys[] = {
        "id", "contact", "name", "channel", "type", "intent", "text"};
    char local[32];

    value_local(zone, at, local);
    table_add_row(table);
    table_set_text(table, "at", local);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *text = json_string_value(json_object_get(line, keys[i]));

        text = text == NULL ? "" : text;
        table_set_text(table, keys[i],
            strcmp(keys[i], "intent") == 0 ? reason_intent(text) : text);
    }
}

static void print_table(const struct table *table, const char *zone, bool more)
{
    struct buf out;

    buf_init(&out, OUTPUT_BYTES_MAX);
    if (table_rows(table) == 0) {
        buf_add_text(&out, "Nobody waits.\n");
    } else {
        table_print(table, &out);
        buf_add_format(&out,
            "(times in %s; a focal person opens one by `cegah inbox read ID --as NAME "
            "--reason TEXT`)\n",
            zone);
    }
    if (more) {
        buf_add_format(&out, "These wait the longest; --limit N shows more than %zu.\n",
            table_rows(table));
    }
    reading_print(&out);
    buf_fini(&out);
}

static int list(
    const struct reading *reading, const struct arguments *arguments, struct err *err)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    const char *zone = reading->config->timezone;
    int64_t limit = arguments->limit != 0 ? arguments->limit
                    : arguments->json     ? INT64_MAX
                                          : ROWS_SHOWN;
    struct inbox_item items[SLICE], last = {0};
    int64_t n = 0;
    bool more = false;
    int found;

    do {
        found = inbox_after(reading->db, last.received_at, last.id, items, SLICE);
        for (int i = 0; i < found && !more; i++) {
            json_t *line;

            if (n == limit) {
                more = true;
                continue;
            }
            last = items[i];
            line = item_json(&items[i]);
            if (arguments->json) {
                reading_print_item(line, &n);
            } else {
                add_row(table, line, items[i].received_at, zone);
                json_decref(line);
                n++;
            }
        }
    } while (found == SLICE && !more);
    if (arguments->json) {
        reading_end_items(n);
    } else {
        print_table(table, zone, more);
    }
    table_free(table);
    return db_check(reading->db, err);
}

static int done(
    const struct reading *reading, const struct arguments *arguments, struct err *err)
{
    json_t *result = NULL;

    if (door_call(reading->config, "inbox_done",
            json_pack("{s:I, s:b}", "id", (json_int_t)arguments->read.id, "unread",
                arguments->unread),
            &result, err) != 0) {
        return -1;
    }
    if (arguments->json) {
        reading_print_json(json_incref(result));
    } else {
        printf("in-%lld: %s\n", (long long)arguments->read.id,
            json_is_true(json_object_get(result, "waited")) ? "dealt with"
                                                            : "did not wait any more");
    }
    json_decref(result);
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
        return cli_usage(&inbox_command, wrong);
    }
    if (reading_begin(&reading, arguments.config, &err) != 0) {
        return cli_fail(&err);
    }
    result = arguments.verb == VERB_READ   ? inbox_read(&reading, &arguments.read, &err)
             : arguments.verb == VERB_DONE ? done(&reading, &arguments, &err)
                                           : list(&reading, &arguments, &err);
    reading_end(&reading);
    return result != 0 ? cli_fail(&err) : reading_finish();
}

const struct command inbox_command = {
    .name = "inbox",
    .usage =
        "[--limit N] [-c CONFIG] [--json]\n"
        "       cegah inbox read ID --as NAME --reason TEXT [--passphrase-file FILE] "
        "[-c CONFIG]\n"
        "       cegah inbox done ID [--unread] [-c CONFIG] [--json]",
    .summary = "people who wait for a human; a focal person reads what they wrote",
    .help =
        "Without a word: who waits for a human, the longest first, 50 unless --limit "
        "says\n"
        "more (with --json all). What they wrote is sealed, and shown to everybody as\n"
        "[pesan dilindungi].\n"
        "\n"
        "read ID  opens one text for a focal person, who gives her passphrase. Who "
        "read\n"
        "         which text, when and why is kept for good, and so is a wrong "
        "passphrase.\n"
        "         A text that was sealed before she was a focal person stays closed to "
        "her\n"
        "done ID  it was dealt with, and waits no more. A text that no focal person "
        "has\n"
        "         opened needs --unread\n"
        "\n"
        "  --as NAME               read: who reads\n"
        "  --reason TEXT           read: why, in words of one's own\n"
        "  --passphrase-file FILE  read, for scripts: its first line (- is stdin)\n"
        "  --limit N               at most so many, 1 to 100000\n"
        "  -c, --config CONFIG     this config\n"
        "  --json                  for scripts; not for read, which prints the text "
        "only\n",
    .run = run,
};
