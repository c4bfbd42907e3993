/*
 * cmd_messages.c: `cegah messages`: what was sent and what came in, newest first.
 */
#include "cli/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/reading.h"
#include "content/config.h"
#include "report/contact.h"
#include "report/messages.h"
#include "report/reason.h"
#include "report/table.h"
#include "report/value.h"
#include "store/db.h"
#include "store/meta.h"
#include "store/view.h"

enum { OUTPUT_BYTES_MAX = 256 << 20, ROWS_SHOWN = 50 };

extern const struct command messages_command;

struct arguments {
    const char *config, *contact, *state;
    int64_t limit; /* 0: not given */
    bool json;
};

static const struct table_column columns[] = {
    {"at", "time", TABLE_TEXT, 0},
    {"direction", "", TABLE_TEXT, 0},
    {"contact", "contact", TABLE_TEXT, 0},
    {"what", "what", TABLE_TEXT, 28},
    {"gateway", "gateway", TABLE_TEXT, 20},
    {"state", "state", TABLE_TEXT, 0},
    {"why", "why", TABLE_TEXT, 24},
    {"id", "id", TABLE_TEXT, 0},
};

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"contact", required_argument, NULL, 'p'},
        {"state", required_argument, NULL, 's'},
        {"limit", required_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *arguments = (struct arguments){0};
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c') {
            arguments->config = optarg;
        } else if (option == 'p') {
            arguments->contact = optarg;
        } else if (option == 's') {
            arguments->state = optarg;
        } else if (option == 'j') {
            arguments->json = true;
        } else if (option != 'l') {
            return "unknown option, or one without its value";
        } else if (reading_limit(optarg, &arguments->limit) != 0) {
            return "--limit takes a number, 1 to 100000";
        }
    }
    if (optind != argc) {
        return "one message is shown by: cegah message ID";
    }
    if (arguments->state != NULL && !messages_state_is_known(arguments->state)) {
        return "--state takes queued, sending, sent, delivered, read, failed, expired, "
               "cancelled or unsure; of what came in: waiting or done";
    }
    return NULL;
}

/* Whose messages: of the number that was named, or of all numbers of a person. */
static int read_contact(
    struct db *db, const char *text, struct messages_query *query, struct err *err)
{
    int64_t people[CONTACT_PEOPLE_MAX], address_id;
    int n = contact_find(db, text, people, &address_id, err);

    if (n < 0) {
        return -1;
    }
    if (address_id != 0) {
        query->addresses[query->addresses_n++] = address_id;
    } else {
        query->addresses_n =
            view_addresses(db, people[0], query->addresses, MESSAGES_ADDRESSES_MAX);
    }
    return query->addresses_n > 0
               ? 0
               : err_set(err, ERR_REFUSED, "this contact has no number");
}

static void add_row(struct table *table, const struct reference_key *key,
    const char *zone, const struct view_message *message)
{
    char id[MESSAGE_ID_SIZE], contact[VALUE_CONTACT_SIZE], local[32];
    char *what = message->inbound ? mem_copy(reason_intent(message->step))
                                  : mem_format("%s %s", message->kind, message->step);

    message_public_id(key, message->inbound, message->id, id);
    value_contact(message->address_kind, message->address, contact);
    value_local(zone, message->at, local);
    table_add_row(table);
    table_set_text(table, "at", local);
    table_set_text(table, "direction", message->inbound ? "in" : "out");
    table_set_text(table, "contact", contact);
    table_set_text(table, "what", what);
    table_set_text(table, "gateway", message->gateway);
    table_set_text(table, "state", message->state);
    table_set_text(
        table, "why", message->class[0] != '\0' ? message->class : message->reason);
    table_set_text(table, "id", id);
    free(what);
}

static void print_table(struct table *table, const char *zone, bool more)
{
    struct buf out;

    buf_init(&out, OUTPUT_BYTES_MAX);
    if (table_rows(table) == 0) {
        buf_add_text(&out, "No messages.\n");
    } else {
        table_print(table, &out);
        buf_add_format(
            &out, "(times in %s; `cegah message ID` tells all of one)\n", zone);
    }
    if (more) {
        buf_add_format(&out, "These are the newest %zu; --limit N shows more.\n",
            table_rows(table));
    }
    reading_print(&out);
    buf_fini(&out);
}

static void list(const struct reading *reading, const struct arguments *arguments,
    const struct messages_query *query)
{
    struct messages *messages = messages_open(reading->db, query);
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    const char *zone = reading->config->timezone;
    int64_t limit = arguments->limit != 0 ? arguments->limit
                    : arguments->json     ? INT64_MAX
                                          : ROWS_SHOWN;
    struct reference_key key;
    struct view_message message;
    int64_t n = 0;
    bool more = false;

    reference_load(reading->db, &key);
    while (messages_next(messages, &message)) {
        if (n == limit) {
            more = true;
            break;
        }
        if (arguments->json) {
            reading_print_item(message_line_json(reading->db, &key, &message), &n);
        } else {
            add_row(table, &key, zone, &message);
            n++;
        }
    }
    if (arguments->json) {
        reading_end_items(n);
    } else {
        print_table(table, zone, more);
    }
    table_free(table);
    messages_close(messages);
}

static int run(int argc, char **argv)
{
    struct arguments arguments;
    const char *wrong = read_arguments(&arguments, argc, argv);
    struct messages_query query = {.state = arguments.state};
    struct reading reading;
    struct err err;
    int result;

    if (wrong != NULL) {
        return cli_usage(&messages_command, wrong);
    }
    if (reading_begin(&reading, arguments.config, &err) != 0) {
        return cli_fail(&err);
    }
    result = arguments.contact == NULL
                 ? 0
                 : read_contact(reading.db, arguments.contact, &query, &err);
    if (result == 0) {
        list(&reading, &arguments, &query);
        result = db_check(reading.db, &err);
    }
    reading_end(&reading);
    return result != 0 ? cli_fail(&err) : reading_finish();
}

const struct command messages_command = {
    .name = "messages",
    .usage = "[-c CONFIG] [--contact P] [--state S] [--limit N] [--json]",
    .summary = "what was sent and what came in, newest first",
    .help =
        "Lists messages in both directions, newest first: the newest 50 unless "
        "--limit\n"
        "says more. With --json every one of them, an array with one on each line.\n"
        "\n"
        "  -c, --config CONFIG  this config\n"
        "  --contact P          only of this number, or of this contact's id\n"
        "  --state S            only those that are queued, sending, sent, delivered,\n"
        "                       read, failed, expired, cancelled or unsure; of what "
        "came\n"
        "                       in, those that are waiting (for a human) or done\n"
        "  --limit N            at most so many, 1 to 100000\n"
        "  --json               for scripts\n",
    .run = run,
};
