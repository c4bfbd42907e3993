/*
 * cmd_user.c: `cegah user`: who works with cegah, and to whose keys texts are sealed.
 */
#include "cli/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/door.h"
#include "cli/reading.h"
#include "cli/user_secret.h"
#include "content/config.h"
#include "report/table.h"
#include "report/value.h"
#include "store/db.h"
#include "store/user.h"

enum { OUTPUT_BYTES_MAX = 4 << 20, SLICE = 50 };

extern const struct command user_command;

struct arguments {
    const char *verb, *name; /* name NULL: list */
    const char *config, *role;
    struct user_secret_from from;
    bool json;
};

static const struct table_column columns[] = {
    {"name", "name", TABLE_TEXT, 0},
    {"role", "role", TABLE_TEXT, 0},
    {"state", "state", TABLE_TEXT, 0},
    {"sealed_to", "new texts sealed to", TABLE_TEXT, 0},
    {"created_at", "since", TABLE_TEXT, 0},
};

static bool is_verb(const char *word)
{
    static const char *const verbs[] = {"add", "list", "passwd", "disable", "enable"};

    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static const char *read_options(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"role", required_argument, NULL, 'r'},
        {"passphrase-file", required_argument, NULL, 'p'},
        {"key", required_argument, NULL, 'k'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    int option;

    optind = 1;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c') {
            arguments->config = optarg;
        } else if (option == 'r') {
            arguments->role = optarg;
        } else if (option == 'p') {
            arguments->from.passphrases = optarg;
        } else if (option == 'k') {
            arguments->from.key = optarg;
        } else if (option == 'j') {
            arguments->json = true;
        } else {
            return "unknown option, or one without its value";
        }
    }
    return NULL;
}

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    bool is_list, is_add;
    const char *wrong;

    *arguments = (struct arguments){.verb = argc > 1 ? argv[1] : ""};
    if (!is_verb(arguments->verb)) {
        return "say add, list, passwd, disable or enable first";
    }
    argc--;
    argv++;
    is_list = strcmp(arguments->verb, "list") == 0;
    is_add = strcmp(arguments->verb, "add") == 0;
    wrong = read_options(arguments, argc, argv);
    if (wrong != NULL) {
        return wrong;
    }
    if (argc - optind != (is_list ? 0 : 1)) {
        return is_list ? "list takes options only" : "name one person";
    }
    arguments->name = is_list ? NULL : argv[optind];
    if (is_add != (arguments->role != NULL)) {
        return is_add ? "--role focal, coordinator, me or admin is needed"
                      : "--role belongs to add";
    }
    return arguments->from.key != NULL &&
                   (!is_add || strcmp(arguments->role, "focal") != 0)
               ? "--key belongs to add --role focal"
               : NULL;
}

static void add_row(
    struct table *table, json_t *all, const struct user *user, const char *zone)
{
    bool sealed_to = user->has_key && user->disabled_at == 0;
    const char *state = user->disabled_at == 0 ? "enabled" : "disabled";
    char since[32];

    value_local(zone, user->created_at, since);
    table_add_row(table);
    table_set_text(table, "name", user->name);
    table_set_text(table, "role", user_role_name(user->role));
    table_set_text(table, "state", state);
    table_set_text(table, "sealed_to", sealed_to ? "yes" : "");
    table_set_text(table, "created_at", since);
    json_array_append_new(
        all, json_pack("{s:s, s:s, s:s, s:b, s:o, s:o}", "name", user->name, "role",
                 user_role_name(user->role), "state", state, "sealed_to", sealed_to,
                 "created_at", value_time(user->created_at), "disabled_at",
                 value_time(user->disabled_at)));
}

static void print_table(const struct table *table)
{
    struct buf out;

    buf_init(&out, OUTPUT_BYTES_MAX);
    if (table_rows(table) == 0) {
        buf_add_text(&out, "Nobody yet: `cegah user add NAME --role focal` adds the "
                           "first focal person.\n");
    } else {
        table_print(table, &out);
    }
    reading_print(&out);
    buf_fini(&out);
}

static int list(const struct arguments *arguments)
{
    struct table *table;
    json_t *all = json_array();
    struct user users[SLICE];
    struct reading reading;
    struct err err;
    int64_t after = 0;
    int n, result;

    if (reading_begin(&reading, arguments->config, &err) != 0) {
        json_decref(all);
        return cli_fail(&err);
    }
    table = table_new(columns, sizeof columns / sizeof columns[0]);
    do {
        n = user_after(reading.db, after, users, SLICE);
        for (int i = 0; i < n; i++) {
            add_row(table, all, &users[i], reading.config->timezone);
            after = users[i].id;
        }
    } while (n == SLICE);
    result = db_check(reading.db, &err);
    if (result == 0 && arguments->json) {
        reading_print_json(json_incref(all));
    } else if (result == 0) {
        print_table(table);
    }
    json_decref(all);
    table_free(table);
    reading_end(&reading);
    return result != 0 ? cli_fail(&err) : reading_finish();
}

/* So that nobody thinks of a passphrase for nothing. Without a database nobody is there,
 * and the operation looks again. */
static int check_new(
    const struct arguments *arguments, const struct config *config, struct err *err)
{
    struct err ignored;
    struct user user;
    struct db *db;
    bool taken;

    if (!user_name_is_good(arguments->name)) {
        return err_set(err, ERR_REFUSED,
            "\"%s\" is no name for a user: 2 to 32 of a-z, 0-9, dot, dash and "
            "underscore, beginning with a letter",
            arguments->name);
    }
    db = cli_reader(config, &ignored);
    taken = db != NULL && user_find(db, arguments->name, &user);
    db_close(db);
    return taken ? err_set(err, ERR_REFUSED, "there is a user \"%s\" already",
                       arguments->name)
                 : 0;
}

static json_t *make_new(
    const struct arguments *arguments, const struct config *config, struct err *err)
{
    enum user_role role;

    if (user_role_parse(arguments->role, &role) != 0) {
        err_set(err, ERR_REFUSED, "\"%s\" is no role: focal, coordinator, me or admin",
            arguments->role);
        return NULL;
    }
    return check_new(arguments, config, err) == 0
               ? user_secret_new(arguments->name, role, &arguments->from, err)
               : NULL;
}

static json_t *make_change(
    const struct arguments *arguments, const struct config *config, struct err *err)
{
    struct db *db = cli_reader(config, err);
    struct user user;
    bool found;

    if (db == NULL) {
        return NULL;
    }
    found = user_find(db, arguments->name, &user);
    db_close(db);
    if (!found) {
        err_set(err, ERR_REFUSED,
            "there is no user \"%s\": `cegah user list` shows them", arguments->name);
        return NULL;
    }
    return user_secret_change(&user, &arguments->from, err);
}

static void print_result(const struct arguments *arguments, const json_t *result)
{
    bool is_focal =
        strcmp(json_string_value(json_object_get(result, "role")), "focal") == 0;
    int keys = (int)json_integer_value(json_object_get(result, "keys"));
    bool is_add = strcmp(arguments->verb, "add") == 0;

    if (strcmp(arguments->verb, "passwd") == 0) {
        printf("%s: the passphrase is changed.\n", arguments->name);
        return;
    }
    printf("%s: %s.\n", arguments->name,
        is_add                                    ? "added"
        : strcmp(arguments->verb, "disable") == 0 ? "disabled"
                                                  : "enabled");
    if (is_focal) {
        printf("From now on what people write is sealed to %d key%s.\n", keys,
            keys == 1 ? "" : "s");
    }
    if (is_focal && is_add) {
        if (arguments->from.key != NULL) {
            printf(
                "She opens what was sealed to the key in %s, too. Now take that file "
                "off this\nmachine; a copy belongs offline, in a safe place.\n",
                arguments->from.key);
        } else {
            printf("Texts that came before were sealed without this key: it opens none "
                   "of them.\n");
        }
        printf("Nobody can reset this passphrase. Without it, whatever is sealed to "
               "this key\nalone stays sealed for ever.\n");
    }
}

static int change(const struct arguments *arguments)
{
    char *operation = mem_format("user_%s", arguments->verb);
    struct err err = {0};
    struct config *config = cli_config(arguments->config, &err);
    json_t *call = NULL, *result = NULL;
    int status = 0;

    if (config != NULL) {
        call = strcmp(arguments->verb, "add") == 0 ? make_new(arguments, config, &err)
               : strcmp(arguments->verb, "passwd") == 0
                   ? make_change(arguments, config, &err)
                   : json_pack("{s:s}", "name", arguments->name);
    }
    if (call == NULL || door_call(config, operation, call, &result, &err) != 0) {
        status = cli_fail(&err);
    } else if (arguments->json) {
        reading_print_json(json_incref(result));
    } else {
        print_result(arguments, result);
    }
    json_decref(result);
    config_free(config);
    free(operation);
    return status;
}

static int run(int argc, char **argv)
{
    struct arguments arguments;
    const char *wrong = read_arguments(&arguments, argc, argv);

    if (wrong != NULL) {
        return cli_usage(&user_command, wrong);
    }
    return arguments.name == NULL ? list(&arguments) : change(&arguments);
}

const struct command user_command = {
    .name = "user",
    .usage = "add NAME --role ROLE [--key FILE]\n"
             "       cegah user passwd NAME | disable NAME | enable NAME | list\n"
             "       each with [--passphrase-file FILE] [-c CONFIG] [--json]",
    .summary = "who works with cegah, and to whose keys free text is sealed",
    .help =
        "add NAME      adds a person. The passphrase is asked twice, and has 12\n"
        "              characters at least\n"
        "passwd NAME   another passphrase; a focal person's present one is asked "
        "first,\n"
        "              since her key is wrapped by it\n"
        "disable NAME  she opens nothing any more, and new texts are not sealed to "
        "her;\n"
        "              her wrapped key is kept. The last focal person cannot be "
        "disabled\n"
        "enable NAME   undoes that\n"
        "list          everybody\n"
        "\n"
        "  --role ROLE             focal        opens sealed texts, with her own key\n"
        "                          coordinator  runs series, reads no sealed text\n"
        "                          me           monitoring: numbers only\n"
        "                          admin        the machine; reads no sealed text\n"
        "  --key FILE              add: the secret key that `cegah init` wrote, so "
        "that\n"
        "                          she opens what was sealed to it; else a new pair "
        "is\n"
        "                          made, and older texts stay closed to her. Delete "
        "the\n"
        "                          file then\n"
        "  --passphrase-file FILE  for scripts: the passphrase is its first line (- "
        "is\n"
        "                          stdin); for passwd of a focal person the present "
        "one,\n"
        "                          and the new one on the second line\n"
        "  -c, --config CONFIG     this config\n"
        "  --json                  for scripts\n"
        "\n"
        "A passphrase never leaves this command: the daemon gets its Argon2id hash "
        "and\n"
        "the wrapped key. A forgotten one cannot be reset without losing what is "
        "sealed\n"
        "to that person alone: have two focal persons at least.\n",
    .run = run,
};
