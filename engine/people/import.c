#include "people/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/buf.h"
#include "base/mem.h"
#include "people/catalogue.h"
#include "people/import_row.h"
#include "people/import_seen.h"
#include "people/import_store.h"
#include "people/import_text.h"
#include "store/db.h"

enum {
    FILE_NAME_MAX = 100,
    BASIS_MAX = 120,
    /* Looked at in one slice, however few rows that is. */
    SLICE_BYTES_MAX = 256 << 10,
    /* Earlier rows of the same number that a dry run sees again. */
    REPLAYS_MAX = 64,
    OUTCOMES = 4,
    WHY_BYTES_MAX = 8192,
};

/* Owned by whoever began it, until import_free(). */
struct import {
    struct db *db;
    const struct catalogue *catalogue;
    char *bytes;
    size_t length;
    char *file, *basis;
    bool dry_run, short_rows;
    int64_t now;
    char delimiter;
    struct csv_reader *reader;
    struct import_header header;
    struct import_seen *seen; /* of a dry run, else NULL */
    int64_t rows, warned, counts[OUTCOMES], details_left_off, refused_left_off;
    json_t *details;
    json_t *refused; /* NULL: not asked for */
};

/* Takes the bytes over as text. */
static int read_header(struct import *import, const json_t *map, struct err *err)
{
    struct csv_record record;
    size_t begin = 0;

    import->bytes = import_text_take(import->bytes, &import->length, err);
    if (import->bytes == NULL) {
        return -1;
    }
    import->delimiter = csv_delimiter(import->bytes, import->length, &begin);
    import->reader =
        csv_reader_new(import->bytes, import->length, begin, 0, import->delimiter);
    if (!csv_reader_next(import->reader, &record)) {
        return err_set(err, ERR_REFUSED,
            "the file is empty; it needs a header with the columns' names, and rows");
    }
    return import_header_read(&record, map, &import->header, err);
}

/* The name is kept with every consent, so it has no path, and nothing unprintable. */
static char *name_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *name = mem_copy_n(slash == NULL ? file : slash + 1,
        strnlen(slash == NULL ? file : slash + 1, FILE_NAME_MAX));

    for (char *at = name; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || (unsigned char)*at > '~' || *at == ':') {
            *at = '_';
        }
    }
    return name;
}

static int check_options(const struct catalogue *catalogue,
    const struct import_options *options, size_t length, struct err *err)
{
    if (catalogue_campaign_at(catalogue, 0) == NULL) {
        return err_set(err, ERR_REFUSED,
            "no campaign is loaded, so no district is known; load one first: "
            "cegah load CAMPAIGN");
    }
    if (length > IMPORT_BYTES_MAX) {
        return err_set(err, ERR_REFUSED,
            "the file has %zu bytes, %d are the most; split it", length,
            (int)IMPORT_BYTES_MAX);
    }
    if (options->basis != NULL && strlen(options->basis) > BASIS_MAX) {
        return err_set(err, ERR_REFUSED,
            "the basis is too long; %d characters are the most", (int)BASIS_MAX);
    }
    return 0;
}

/* Takes bytes. */
static struct import *begin(struct db *db, const struct catalogue *catalogue,
    const struct import_options *options, char *bytes, size_t length, int64_t now,
    struct err *err)
{
    struct import *import = mem_zero(1, sizeof *import);

    import->db = db;
    import->catalogue = catalogue;
    import->bytes = bytes;
    import->length = length;
    import->file = name_of(options->file);
    import->basis = mem_copy(options->basis);
    import->dry_run = options->dry_run;
    import->short_rows = options->short_rows;
    import->now = now;
    import->details = json_array();
    import->refused = options->list_refused ? json_array() : NULL;
    import->seen = options->dry_run ? import_seen_new() : NULL;
    if (check_options(catalogue, options, length, err) != 0) {
        goto failed;
    }
    if (read_header(import, options->map, err) != 0) {
        err_prefix(err, "%s", import->file);
        goto failed;
    }
    return import;
failed:
    import_free(import);
    return NULL;
}

struct import *import_new(struct db *db, const struct catalogue *catalogue,
    const struct import_options *options, const char *bytes, size_t length, int64_t now,
    struct err *err)
{
    char *copy = NULL;

    if (length <= IMPORT_BYTES_MAX) {
        copy = mem_alloc(length + 1);
        memcpy(copy, bytes, length);
    }
    return begin(db, catalogue, options, copy, length, now, err);
}

struct import *import_from_arguments(struct db *db, const struct catalogue *catalogue,
    const json_t *arguments, int64_t now, struct err *err)
{
    const json_t *content = json_object_get(arguments, "content");
    const json_t *file = json_object_get(arguments, "file");
    const json_t *basis = json_object_get(arguments, "basis");
    const json_t *dry_run = json_object_get(arguments, "dry_run");
    const json_t *map = json_object_get(arguments, "map");
    struct import_options options = {
        .file = json_string_value(file),
        .basis = json_string_value(basis),
        .dry_run = json_is_true(dry_run),
        .list_refused = json_is_true(json_object_get(arguments, "refused_rows")),
        .short_rows = json_is_true(json_object_get(arguments, "short_rows")),
        .map = map,
    };
    size_t length, room;
    char *bytes;

    if (!json_is_string(content) || !json_is_string(file) ||
        (basis != NULL && !json_is_string(basis) && !json_is_null(basis)) ||
        (dry_run != NULL && !json_is_boolean(dry_run)) ||
        (map != NULL && !json_is_object(map))) {
        err_set(err, ERR_REFUSED,
            "import takes file (a name), content (the file in base64), and may take "
            "basis (a text), dry_run and refused_rows (true or false) and map (an "
            "object)");
        return NULL;
    }
    room = json_string_length(content) / 4 * 3 + 3;
    bytes = mem_alloc(room + 1);
    if (sodium_base642bin((unsigned char *)bytes, room, json_string_value(content),
            json_string_length(content), NULL, &length, NULL,
            sodium_base64_VARIANT_ORIGINAL) != 0) {
        free(bytes);
        err_set(err, ERR_REFUSED, "content is not base64");
        return NULL;
    }
    return begin(db, catalogue, &options, bytes, length, now, err);
}

void import_free(struct import *import)
{
    if (import == NULL) {
        return;
    }
    csv_reader_free(import->reader);
    import_seen_free(import->seen);
    json_decref(import->details);
    json_decref(import->refused);
    free(import->bytes);
    free(import->file);
    free(import->basis);
    free(import);
}

/* A spreadsheet saves rows that were only touched as lines of delimiters. */
static bool is_empty(const struct csv_record *record)
{
    for (size_t i = 0; i < record->n && i < CSV_CELLS_MAX; i++) {
        if (record->cell[i][strspn(record->cell[i], " \t")] != '\0') {
            return false;
        }
    }
    return record->problem == NULL && record->n <= CSV_CELLS_MAX;
}

static enum import_outcome bring(struct import *import, const struct import_row *row,
    int64_t number, struct import_notes *notes)
{
    char evidence[FILE_NAME_MAX + 48];

    snprintf(
        evidence, sizeof evidence, "import:%s:%lld", import->file, (long long)number);
    return import_row_store(import->db, row, evidence, import->now, notes);
}

static struct import_rules rules_of(const struct import *import)
{
    return (struct import_rules){
        import->catalogue, import->basis, import->now, import->short_rows};
}

static int compare_offsets(const void *one, const void *other)
{
    size_t a = *(const size_t *)one, b = *(const size_t *)other;

    return (a > b) - (a < b);
}

/* Reads the row at the offset again; false when it does not pass. */
static bool read_again(struct import *import, size_t offset, struct import_row *row)
{
    struct csv_reader *reader =
        csv_reader_new(import->bytes, import->length, offset, 0, import->delimiter);
    struct import_rules rules = rules_of(import);
    struct import_notes notes = {0};
    struct csv_record record;
    bool passed = csv_reader_next(reader, &record) &&
                  import_row_read(&rules, &import->header, &record, row, &notes);

    csv_reader_free(reader);
    return passed;
}

static size_t find_rows(const struct import *import, const struct import_row *row,
    size_t *offsets, size_t n)
{
    const char *addresses[] = {row->phone, row->phone2, row->whatsapp_id};

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        if (addresses[i][0] != '\0') {
            n = import_seen_find(import->seen, addresses[i], offsets, n, REPLAYS_MAX);
        }
    }
    return n;
}

/* In a dry run's unit: what earlier rows would have made of these numbers, and of the
 * numbers that stand beside them in those rows. */
static void replay(struct import *import, const struct import_row *said)
{
    size_t offsets[REPLAYS_MAX], n = find_rows(import, said, offsets, 0);
    struct import_row row;

    for (size_t i = 0; i < n; i++) {
        if (read_again(import, offsets[i], &row)) {
            n = find_rows(import, &row, offsets, n);
        }
    }
    qsort(offsets, n, sizeof *offsets, compare_offsets);
    for (size_t i = 0; i < n; i++) {
        struct import_notes notes = {0};

        if (read_again(import, offsets[i], &row)) {
            bring(import, &row, 0, &notes);
        }
    }
}

static void remember(struct import *import, const struct import_row *row, size_t offset)
{
    const char *addresses[] = {row->phone, row->phone2, row->whatsapp_id};

    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        if (addresses[i][0] != '\0') {
            import_seen_add(import->seen, addresses[i], offset);
        }
    }
}

static enum import_outcome store(struct import *import, const struct import_row *row,
    const struct csv_record *record, struct import_notes *notes)
{
    enum import_outcome outcome;

    db_unit_begin(import->db);
    if (import->dry_run) {
        replay(import, row);
    }
    outcome = bring(import, row, record->row, notes);
    if (db_unit_end(import->db, outcome != IMPORT_REFUSED && !import->dry_run) != 0) {
        import_note_add(notes, true, IMPORT_COLUMNS, "",
            "the store could not take this row; nothing of it is stored, see the log");
        return IMPORT_REFUSED;
    }
    if (import->dry_run && (outcome == IMPORT_TAKEN || outcome == IMPORT_MERGED)) {
        remember(import, row, record->offset);
    }
    return outcome;
}

/* "phone: the number is too short; district: …", for the file of refused rows. Warnings
 * stand among the reasons: whoever mends the row sees all of it. */
static void list_refused(
    struct import *import, int64_t number, const struct import_notes *notes)
{
    struct buf why;

    if (json_array_size(import->refused) >= IMPORT_REFUSED_ROWS_MAX) {
        import->refused_left_off++;
        return;
    }
    buf_init(&why, WHY_BYTES_MAX);
    for (size_t i = 0; i < notes->n; i++) {
        const char *column = import_column_name(notes->list[i].column);

        buf_add_format(&why, "%s%s%s%s", i == 0 ? "" : "; ", column,
            column[0] == '\0' ? "" : ": ", notes->list[i].text);
    }
    json_array_append_new(
        import->refused, json_pack("[I, s]", (json_int_t)number, buf_text(&why)));
    buf_fini(&why);
}

static void account(struct import *import, int64_t number, enum import_outcome outcome,
    const struct import_notes *notes)
{
    import->rows++;
    import->counts[outcome]++;
    if (notes->n > (outcome == IMPORT_MERGED) && outcome != IMPORT_REFUSED) {
        import->warned++;
    }
    if (outcome == IMPORT_REFUSED && import->refused != NULL) {
        list_refused(import, number, notes);
    }
    for (size_t i = 0; i < notes->n; i++) {
        const struct import_note *note = &notes->list[i];

        if (json_array_size(import->details) >= IMPORT_DETAILS_MAX) {
            import->details_left_off++;
            continue;
        }
        json_array_append_new(import->details,
            json_pack("{s:I, s:s, s:s, s:s, s:s}", "row", (json_int_t)number, "column",
                import_column_name(note->column), "value", note->value, "outcome",
                import_outcome_name(outcome), "reason", note->text));
    }
}

static void take_row(struct import *import, const struct csv_record *record)
{
    struct import_rules rules = rules_of(import);
    struct import_row row;
    struct import_notes notes = {0};
    enum import_outcome outcome = IMPORT_REFUSED;

    if (import_row_read(&rules, &import->header, record, &row, &notes)) {
        outcome = store(import, &row, record, &notes);
    }
    account(import, record->row, outcome, &notes);
}

int import_slice(struct import *import, int max_rows)
{
    size_t from = csv_reader_offset(import->reader);
    struct csv_record record;

    for (int i = 0; i < max_rows; i++) {
        if (!csv_reader_next(import->reader, &record)) {
            return 0;
        }
        if (!is_empty(&record)) {
            take_row(import, &record);
        }
        if (csv_reader_offset(import->reader) - from > SLICE_BYTES_MAX) {
            break;
        }
    }
    return csv_reader_offset(import->reader) < import->length;
}

int import_progress(const struct import *import)
{
    return import->length == 0
               ? 1000
               : (int)(csv_reader_offset(import->reader) * 1000 / import->length);
}

json_t *import_result(const struct import *import)
{
    json_t *result = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:O}", "file",
        import->file, "rows", (json_int_t)import->rows, "taken",
        (json_int_t)import->counts[IMPORT_TAKEN], "merged",
        (json_int_t)import->counts[IMPORT_MERGED], "refused",
        (json_int_t)import->counts[IMPORT_REFUSED], "unchanged",
        (json_int_t)import->counts[IMPORT_UNCHANGED], "warned",
        (json_int_t)import->warned, "dry_run", import->dry_run, "rows_detail",
        import->details);

    json_object_set_new(
        result, "details_left_off", json_integer((json_int_t)import->details_left_off));
    if (import->refused != NULL) {
        json_object_set(result, "refused_rows", import->refused);
        json_object_set_new(result, "refused_rows_left_off",
            json_integer((json_int_t)import->refused_left_off));
    }
    return result;
}
