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
#include "cli/context.h"
#include "cli/door.h"
#include "cli/reading.h"
#include "content/config.h"
#include "people/import.h"
#include "report/table.h"

enum { OUTPUT_BYTES_MAX = 16 << 20, BASE64 = sodium_base64_VARIANT_ORIGINAL };

static const struct command import_command = {
    .name = "contacts",
    .usage = "import FILE [--basis TEXT] [--dry-run] [--json] [-c CONFIG]",
};

static const struct table_column columns[] = {
    {"row", "row", TABLE_NUMBER, 0},
    {"outcome", "", TABLE_TEXT, 0},
    {"column", "column", TABLE_TEXT, 0},
    {"value", "value", TABLE_TEXT, 32},
    {"reason", "reason", TABLE_TEXT, 0},
};

struct arguments {
    const char *config, *basis, *file;
    bool dry_run, json;
};

static const char *read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"basis", required_argument, NULL, 'b'},
        {"dry-run", no_argument, NULL, 'd'},
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
        } else if (option == 'b') {
            arguments->basis = optarg;
        } else if (option == 'd') {
            arguments->dry_run = true;
        } else if (option == 'j') {
            arguments->json = true;
        } else {
            return "unknown option, or one without its value";
        }
    }
    if (argc - optind != 1) {
        return "import takes one file";
    }
    arguments->file = argv[optind];
    return NULL;
}

/* Returns the file's bytes, owned; NULL with a sentence. */
static unsigned char *read_file(const char *path, size_t *length, struct err *err)
{
    FILE *stream = fopen(path, "rb");
    unsigned char *bytes = NULL;
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

/* Returns the operation's arguments, a new reference; NULL with a sentence. */
static json_t *pack(const struct arguments *arguments, struct err *err)
{
    const char *slash = strrchr(arguments->file, '/');
    unsigned char *bytes;
    size_t length = 0, room;
    char *base64;
    json_t *packed;

    bytes = read_file(arguments->file, &length, err);
    if (bytes == NULL) {
        return NULL;
    }
    room = sodium_base64_ENCODED_LEN(length, BASE64);
    base64 = mem_alloc(room);
    sodium_bin2base64(base64, room, bytes, length, BASE64);
    packed = json_pack("{s:s, s:s, s:b, s:s?}", "file",
        slash == NULL ? arguments->file : slash + 1, "content", base64, "dry_run",
        arguments->dry_run, "basis", arguments->basis);
    if (packed == NULL) {
        err_set(err, ERR_USAGE, "the file's name and --basis must be UTF-8 text");
    }
    free(base64);
    free(bytes);
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

int contacts_import(int argc, char **argv)
{
    struct arguments arguments;
    const char *wrong = read_arguments(&arguments, argc, argv);
    struct config *config;
    json_t *packed, *result = NULL;
    struct err err = {0};
    int status;

    if (wrong != NULL) {
        return cli_usage(&import_command, wrong);
    }
    config = cli_config(arguments.config, &err);
    packed = config == NULL ? NULL : pack(&arguments, &err);
    if (packed == NULL || door_call(config, "import", packed, &result, &err) != 0) {
        config_free(config);
        return cli_fail(&err);
    }
    config_free(config);
    status = is_refused_whole(result) ? ERR_REFUSED : ERR_NONE;
    if (arguments.json) {
        reading_print_json(result);
    } else {
        print_account(result);
        json_decref(result);
    }
    return reading_finish() != ERR_NONE ? ERR_UNABLE : status;
}
