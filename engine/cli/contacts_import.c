#include "cli/contacts_import.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>
#include <sodium.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/contacts_refused.h"
#include "cli/context.h"
#include "cli/door.h"
#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/xlsx.h"
#include "content/config.h"
#include "people/import.h"
#include "report/table.h"

enum { OUTPUT_BYTES_MAX = 16 << 20, BASE64 = sodium_base64_VARIANT_ORIGINAL };

static const struct command import_command = {
    .name = "contacts",
    .usage = "import FILE [--basis TEXT] [--map COLUMN=NAME]… [--refused FILE] "
             "[--dry-run] [--json] [-c CONFIG]",
};

static const struct table_column columns[] = {
    {"row", "row", TABLE_NUMBER, 0},
    {"outcome", "", TABLE_TEXT, 0},
    {"column", "column", TABLE_TEXT, 0},
    {"value", "value", TABLE_TEXT, 32},
    {"reason", "reason", TABLE_TEXT, 0},
};

struct arguments {
    const char *config, *basis, *file, *refused;
    json_t *map; /* owned */
    bool dry_run, json;
};

/* The list as it is imported: of a spreadsheet, its first sheet. Owned by the command. */
struct list {
    char *bytes;
    size_t length;
    bool is_sheet;
};

/* "phone=No HP"; returns NULL, or what is wrong. */
static const char *add_map(json_t *map, const char *said)
{
    const char *equals = strchr(said, '=');
    char *column;
    json_t *name, *names;

    if (equals == NULL || equals == said || equals[1] == '\0') {
        return "--map takes COLUMN=NAME, such as phone=\"No HP\"";
    }
    name = json_string(equals + 1);
    if (name == NULL) {
        return "--map must be UTF-8 text";
    }
    column = mem_copy_n(said, (size_t)(equals - said));
    names = json_object_get(map, column);
    if (names == NULL) {
        names = json_array();
        json_object_set_new(map, column, names);
    }
    json_array_append_new(names, name);
    free(column);
    return NULL;
}

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    const char *wrong = NULL;
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"basis", required_argument, NULL, 'b'},
        {"dry-run", no_argument, NULL, 'd'},
        {"json", no_argument, NULL, 'j'},
        {"map", required_argument, NULL, 'm'},
        {"refused", required_argument, NULL, 'r'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *arguments = (struct arguments){.map = json_object()};
    optind = 1;
    opterr = 0;
    while (wrong == NULL &&
           (option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c') {
            arguments->config = optarg;
        } else if (option == 'b') {
            arguments->basis = optarg;
        } else if (option == 'd') {
            arguments->dry_run = true;
        } else if (option == 'j') {
            arguments->json = true;
        } else if (option == 'r') {
            arguments->refused = optarg;
        } else if (option == 'm') {
            wrong = add_map(arguments->map, optarg);
        } else {
            return "unknown option, or one without its value";
        }
    }
    if (wrong != NULL) {
        return wrong;
    }
    if (argc - optind != 1) {
        return "import takes one file";
    }
    arguments->file = argv[optind];
    return NULL;
}

/* Returns the file's bytes, owned; NULL with a sentence. */
static char *read_file(const char *path, size_t *length, struct err *err)
{
    FILE *stream = fopen(path, "rb");
    char *bytes = NULL;
    struct stat about;
    size_t room;

    if (stream == NULL) {
        err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (fstat(fileno(stream), &about) != 0) {
        err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (S_ISDIR(about.st_mode)) {
        err_set(err, ERR_REFUSED,
            "%s is a folder; name the list in it, a .csv or .xlsx file", path);
        goto out;
    }
    if (about.st_size > IMPORT_BYTES_MAX) {
        err_set(err, ERR_REFUSED, "%s has %lld bytes, %d are the most; split it", path,
            (long long)about.st_size, (int)IMPORT_BYTES_MAX);
        goto out;
    }
    /* A pipe tells no size: room for what it may hold at most. */
    room = S_ISREG(about.st_mode) ? (size_t)about.st_size : IMPORT_BYTES_MAX;
    bytes = mem_alloc(room + 1);
    *length = fread(bytes, 1, room, stream);
    if (ferror(stream)) {
        err_set(err, ERR_UNABLE, "%s cannot be read", path);
        free(bytes);
        bytes = NULL;
    } else if (!feof(stream) && fgetc(stream) != EOF) {
        err_set(err, ERR_REFUSED, "%s grew while it was read, or is too large", path);
        free(bytes);
        bytes = NULL;
    }
out:
    fclose(stream);
    return bytes;
}

/* Fills list; a spreadsheet is converted here, so that the daemon never sees one. */
static int read_list(const char *path, struct list *list, struct err *err)
{
    char *bytes = read_file(path, &list->length, err);

    if (bytes != NULL && xlsx_is_zip(bytes, list->length)) {
        list->is_sheet = true;
        list->bytes =
            xlsx_to_csv(bytes, list->length, IMPORT_BYTES_MAX, &list->length, err);
        free(bytes);
        return list->bytes == NULL ? err_prefix(err, "%s", path) : 0;
    }
    list->bytes = bytes;
    return bytes == NULL ? -1 : 0;
}

/* A list that is replaced by its own refused rows is lost. */
static int check_refused(const struct arguments *arguments, struct err *err)
{
    struct stat list, refused;

    if (arguments->refused != NULL && stat(arguments->file, &list) == 0 &&
        stat(arguments->refused, &refused) == 0 && list.st_dev == refused.st_dev &&
        list.st_ino == refused.st_ino) {
        return err_set(err, ERR_USAGE,
            "%s is the list itself; name another file for the refused rows",
            arguments->refused);
    }
    return 0;
}

/* Returns the operation's arguments, a new reference; NULL with a sentence. */
static json_t *pack(
    const struct arguments *arguments, const struct list *list, struct err *err)
{
    const char *slash = strrchr(arguments->file, '/');
    size_t room = sodium_base64_ENCODED_LEN(list->length, BASE64);
    char *base64 = mem_alloc(room);
    json_t *packed;

    sodium_bin2base64(
        base64, room, (const unsigned char *)list->bytes, list->length, BASE64);
    packed = json_pack("{s:s, s:s, s:b, s:b, s:b, s:O, s:s?}", "file",
        slash == NULL ? arguments->file : slash + 1, "content", base64, "dry_run",
        arguments->dry_run, "refused_rows", arguments->refused != NULL, "short_rows",
        list->is_sheet, "map", arguments->map, "basis", arguments->basis);
    if (packed == NULL) {
        err_set(err, ERR_USAGE, "the file's name and --basis must be UTF-8 text");
    }
    free(base64);
    return packed;
}

static int64_t number(const json_t *result, const char *key)
{
    return json_integer_value(json_object_get(result, key));
}

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static void add_details(const json_t *result, struct buf *out)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    json_t *detail;
    size_t i;

    json_array_foreach(json_object_get(result, "rows_detail"), i, detail)
    {
        table_add_row(table);
        table_set_number(table, "row", number(detail, "row"));
        table_set_text(table, "outcome", word(detail, "outcome"));
        table_set_text(table, "column", word(detail, "column"));
        table_set_text(table, "value", word(detail, "value"));
        table_set_text(table, "reason", word(detail, "reason"));
    }
    if (table_rows(table) > 0) {
        table_print(table, out);
        if (number(result, "details_left_off") > 0) {
            buf_add_format(
                out, "and %lld more\n", (long long)number(result, "details_left_off"));
        }
        buf_add_char(out, '\n');
    }
    table_free(table);
}

/* "72 rows: 64 taken, 0 merged, 8 refused, 3 unchanged" */
static void print_account(const json_t *result)
{
    struct buf out;

    buf_init(&out, OUTPUT_BYTES_MAX);
    add_details(result, &out);
    buf_add_format(&out, "%lld row%s: %lld taken, %lld merged, %lld refused",
        (long long)number(result, "rows"), number(result, "rows") == 1 ? "" : "s",
        (long long)number(result, "taken"), (long long)number(result, "merged"),
        (long long)number(result, "refused"));
    if (number(result, "unchanged") > 0) {
        buf_add_format(
            &out, ", %lld unchanged", (long long)number(result, "unchanged"));
    }
    buf_add_text(&out, json_is_true(json_object_get(result, "dry_run"))
                           ? " (a dry run: nothing is stored)\n"
                           : "\n");
    reading_print(&out);
    buf_fini(&out);
}

static bool is_refused_whole(const json_t *result)
{
    return number(result, "refused") > 0 &&
           number(result, "refused") == number(result, "rows");
}

static void on_progress(int thousandths)
{
    progress_draw("importing", thousandths);
}

/* Reads, imports, and writes the refused rows; the account goes to *result. */
static int import(const struct arguments *arguments, const struct config *config,
    json_t **result, struct err *err)
{
    bool shown = progress_is_wanted();
    struct list list = {0};
    json_t *packed = NULL;
    int done = -1;

    if (check_refused(arguments, err) != 0 ||
        read_list(arguments->file, &list, err) != 0) {
        goto out;
    }
    packed = pack(arguments, &list, err);
    if (packed == NULL) {
        goto out;
    }
    done = door_call_watched(
        config, "import", packed, shown ? on_progress : NULL, result, err);
    if (shown) {
        progress_clear();
    }
    if (done == 0 && arguments->refused != NULL) {
        done = contacts_refused_write(
            arguments->refused, list.bytes, list.length, list.is_sheet, *result, err);
        json_object_del(*result, "refused_rows"); /* they are in the file */
    }
out:
    free(list.bytes);
    return done;
}

static void print_refused(const struct arguments *arguments, const json_t *result)
{
    int64_t left_off = number(result, "refused_rows_left_off");

    if (arguments->refused == NULL || number(result, "refused") == 0) {
        return;
    }
    printf("The refused rows are in %s, each with its reason: mend them there and "
           "import that file.\n",
        arguments->refused);
    if (left_off > 0) {
        printf("The last %lld are not: import the list again when these are mended.\n",
            (long long)left_off);
    }
}

int contacts_import(int argc, char **argv)
{
    struct arguments arguments;
    const char *wrong = read_arguments(&arguments, argc, argv);
    struct config *config = NULL;
    json_t *result = NULL;
    struct err err = {0};
    int status, done = -1;

    if (wrong != NULL) {
        json_decref(arguments.map);
        return cli_usage(&import_command, wrong);
    }
    config = cli_config(arguments.config, &err);
    if (config != NULL) {
        done = import(&arguments, config, &result, &err);
    }
    config_free(config);
    json_decref(arguments.map);
    if (done != 0) {
        json_decref(result);
        return cli_fail(&err);
    }
    status = is_refused_whole(result) ? ERR_REFUSED : ERR_NONE;
    if (arguments.json) {
        reading_print_json(result);
    } else {
        print_account(result);
        print_refused(&arguments, result);
        json_decref(result);
    }
    return reading_finish() != ERR_NONE ? ERR_UNABLE : status;
}
