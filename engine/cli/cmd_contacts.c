/*
 * cmd_contacts.c: `cegah contacts`: who is known, and what is known of them.
 */
#include "cli/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/contacts_consent.h"
#include "cli/contacts_import.h"
#include "cli/contacts_move.h"
#include "cli/context.h"
#include "cli/reading.h"
#include "report/contact.h"
#include "report/table.h"
#include "store/db.h"
#include "store/person.h"

enum {
    OUTPUT_BYTES_MAX = 256 << 20,
    ROWS_SHOWN = 100,
    SLICE = 500,
    SERIES_BYTES = 512
};

extern const struct command contacts_command;

struct arguments {
    const char *config;
    int64_t limit; /* 0: not given */
    bool json, consent;
};

static const struct table_column columns[] = {
    {"id", "id", TABLE_NUMBER, 0},
    {"contact", "number", TABLE_TEXT, 0},
    {"name", "name", TABLE_TEXT, 24},
    {"role", "role", TABLE_TEXT, 16},
    {"district", "district", TABLE_TEXT, 16},
    {"age_band", "age", TABLE_TEXT, 0},
    {"own", "own consent", TABLE_TEXT, 0},
    {"guardian", "guardian's", TABLE_TEXT, 0},
    {"series", "series", TABLE_TEXT, 44},
};

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"limit", required_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},
        {"consent", no_argument, NULL, 'o'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *arguments = (struct arguments){0};
    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c') {
            arguments->config = optarg;
        } else if (option == 'j') {
            arguments->json = true;
        } else if (option == 'o') {
            arguments->consent = true;
        } else if (option != 'l') {
            return "unknown option, or one without its value";
        } else if (reading_limit(optarg, &arguments->limit) != 0) {
            return "--limit takes a number, 1 to 100000";
        }
    }
    return NULL;
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

/* " (opted out)", of the word opted_out */
static void add_reason(const char *reason, struct buf *out)
{
    buf_add_text(out, " (");
    for (; *reason != '\0'; reason++) {
        buf_add_char(out, *reason == '_' ? ' ' : *reason);
    }
    buf_add_char(out, ')');
}

/* "champions: active, next C4; news: ended (completed)" */
static void add_series(const json_t *line, struct buf *out)
{
    json_t *series;
    size_t i;

    json_array_foreach(json_object_get(line, "series"), i, series)
    {
        buf_add_format(out, "%s%s: %s", i == 0 ? "" : "; ", word(series, "series"),
            word(series, "state"));
        if (word(series, "reason")[0] != '\0') {
            add_reason(word(series, "reason"), out);
        } else if (word(series, "step")[0] != '\0') {
            buf_add_format(out, ", next %s", word(series, "step"));
        }
    }
    if (json_is_true(json_object_get(line, "suppressed"))) {
        buf_add_format(out, "%sSTOP", out->length == 0 ? "" : "; ");
    }
}

static void add_row(struct table *table, const json_t *line)
{
    const json_t *consent = json_object_get(line, "consent");
    struct buf series;

    buf_init(&series, SERIES_BYTES);
    add_series(line, &series);
    table_add_row(table);
    table_set_number(table, "id", json_integer_value(json_object_get(line, "id")));
    table_set_text(table, "contact", word(line, "contact"));
    table_set_text(table, "name", word(line, "name"));
    table_set_text(table, "role", word(line, "role"));
    table_set_text(table, "district", word(line, "district"));
    table_set_text(table, "age_band", word(line, "age_band"));
    table_set_text(table, "own", word(consent, "own"));
    table_set_text(table, "guardian", word(consent, "guardian"));
    table_set_text(table, "series", buf_text(&series));
    buf_fini(&series);
}

static void print_table(const struct table *table, int64_t all)
{
    struct buf out;

    buf_init(&out, OUTPUT_BYTES_MAX);
    if (table_rows(table) == 0) {
        buf_add_text(
            &out, "No contacts yet: `cegah contacts import FILE` brings them in.\n");
    } else {
        table_print(table, &out);
    }
    if ((int64_t)table_rows(table) < all) {
        buf_add_format(&out, "These are %zu of %lld; --limit N shows more.\n",
            table_rows(table), (long long)all);
    }
    reading_print(&out);
    buf_fini(&out);
}

/* Slice after slice, so that no snapshot of a busy database is held for long. */
static int list(
    const struct reading *reading, const struct arguments *arguments, struct err *err)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    int64_t ids[SLICE], after = 0, n = 0, now = reading_now(reading);
    int64_t limit = arguments->limit != 0 ? arguments->limit
                    : arguments->json     ? INT64_MAX
                                          : ROWS_SHOWN;
    int found;

    do {
        found = person_ids_after(reading->db, after, ids, SLICE);
        for (int i = 0; i < found && n < limit; i++) {
            json_t *line = contact_line_json(reading->db, ids[i], now);

            if (line != NULL && arguments->json) {
                reading_print_item(line, &n);
            } else if (line != NULL) {
                add_row(table, line);
                json_decref(line);
                n++;
            }
            after = ids[i];
        }
    } while (found == SLICE && n < limit);
    if (arguments->json) {
        reading_end_items(n);
    } else {
        print_table(table, n < limit ? n : person_count(reading->db));
    }
    table_free(table);
    return db_check(reading->db, err);
}

static int show(const struct reading *reading, const struct arguments *arguments,
    const char *text, struct err *err)
{
    int64_t ids[CONTACT_PEOPLE_MAX], address_id, now = reading_now(reading);
    int n = contact_find(reading->db, text, ids, &address_id, err);
    json_t *people = json_array();
    struct buf out;

    if (n == 0) {
        err_set(err, ERR_REFUSED,
            "this number has been written to, but no contact is behind it");
    }
    buf_init(&out, OUTPUT_BYTES_MAX);
    for (int i = 0; i < n; i++) {
        json_t *contact = contact_json(reading->db, ids[i], now);

        if (contact != NULL) {
            buf_add_text(&out, i == 0 ? "" : "\n");
            contact_print(contact, arguments->consent, &out);
            json_array_append_new(people, contact);
        }
    }
    if (n > 0 && arguments->json) {
        reading_print_json(json_pack("{s:O}", "people", people));
    } else if (n > 0) {
        reading_print(&out);
    }
    buf_fini(&out);
    json_decref(people);
    return n > 0 ? db_check(reading->db, err) : -1;
}

static int run(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "", *wrong;
    bool is_list = strcmp(what, "list") == 0, is_show = strcmp(what, "show") == 0;
    struct arguments arguments;
    struct reading reading;
    struct err err;
    int result;

    if (strcmp(what, "import") == 0) {
        return contacts_import(argc - 1, argv + 1);
    }
    if (strcmp(what, "move") == 0) {
        return contacts_move(argc - 1, argv + 1);
    }
    if (contacts_consent_knows(what)) {
        return contacts_consent(argc - 1, argv + 1);
    }
    if (!is_list && !is_show) {
        return cli_usage(&contacts_command,
            "say list, show, import, move, consent, guardian or withdraw first");
    }
    argc--;
    argv++;
    wrong = read_arguments(&arguments, argc, argv);
    if (wrong == NULL && argc - optind != (is_show ? 1 : 0)) {
        wrong = is_show ? "show takes one phone number or contact's id"
                        : "list takes options only";
    }
    if (wrong != NULL) {
        return cli_usage(&contacts_command, wrong);
    }
    if (reading_begin(&reading, arguments.config, &err) != 0) {
        return cli_fail(&err);
    }
    result = is_show ? show(&reading, &arguments, argv[optind], &err)
                     : list(&reading, &arguments, &err);
    reading_end(&reading);
    return result != 0 ? cli_fail(&err) : reading_finish();
}

const struct command contacts_command = {
    .name = "contacts",
    .usage =
        "import FILE [--basis TEXT] [--map COLUMN=NAME]… [--refused FILE]\n"
        "               [--dry-run]\n"
        "       cegah contacts list [--limit N]\n"
        "       cegah contacts show WHOM [--consent]\n"
        "       cegah contacts move OLD NEW --reason TEXT [--name NAME]\n"
        "       cegah contacts consent WHOM --own|--guardian --method M --date D "
        "--wording W …\n"
        "       cegah contacts guardian WHOM NUMBER --date D --wording W …\n"
        "       cegah contacts withdraw WHOM --own|--guardian --reason TEXT …\n"
        "       each with [-c CONFIG] [--json]; WHOM is a phone number or a contact's "
        "id",
    .summary = "who is known, who agreed to what, and bringing contacts in",
    .help =
        "import    takes contacts from a CSV file or the first sheet of an .xlsx, and\n"
        "          accounts for every row: taken, merged, or refused and why\n"
        "list      the contacts, the first 100 unless --limit says more; with --json\n"
        "          every one, an array with one on each line\n"
        "show      who is behind a phone number: how the number came, who agreed to\n"
        "          what, and what became of each step\n"
        "move      a changed number: the person, with every consent, goes on at NEW;\n"
        "          nothing is sent to OLD any more\n"
        "consent   records what a form or a voice record says\n"
        "guardian  records the number of a parent or guardian that stands on a signed\n"
        "          form: it is asked once, by SMS, when the minor has said yes\n"
        "withdraw  ends a consent\n"
        "\n"
        "import:\n"
        "  --basis TEXT         how the numbers were collected, for rows that do not\n"
        "                       say it themselves\n"
        "  --dry-run            account for the rows, change nothing\n"
        "  --map COLUMN=NAME    the file's column NAME is COLUMN (phone, name …);\n"
        "                       ignore=NAME passes over it; may be repeated\n"
        "  --refused FILE       write the refused rows to FILE, each with its reason,\n"
        "                       to mend and import again\n"
        "list, show:\n"
        "  --limit N            at most so many, 1 to 100000\n"
        "  --consent            only the consents, each with its evidence\n"
        "move, consent, guardian, withdraw:\n"
        "  --name NAME          who of several behind the number\n"
        "  --reason TEXT        how it is known that the number changed, or why the\n"
        "                       consent ends\n"
        "  --own, --guardian    whose consent it is\n"
        "  --method METHOD      paper, voice …: what was agreed on\n"
        "  --date YYYY-MM-DD    the day it was given\n"
        "  --wording VERSION    the consent wording that was agreed to\n"
        "  --evidence REF       where the form or the record is kept\n"
        "  --refused            consent: it was a no\n"
        "\n"
        "  -c, --config CONFIG  this config\n"
        "  --json               for scripts\n"
        "\n"
        "Numbers are masked and ages are bands, for everyone.\n",
    .run = run,
};
