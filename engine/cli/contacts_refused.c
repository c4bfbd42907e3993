#include "cli/contacts_refused.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "people/import_csv.h"
#include "people/import_text.h"

enum { WHY_BYTES = 8400 };

/* The list again, and where its own column of reasons stands. */
struct source {
    char *text;
    size_t length;
    char delimiter;
    struct csv_reader *reader;
    bool is_reason[CSV_CELLS_MAX];
    size_t cells; /* that a row has at least */
};

static void write_cell(FILE *out, const char *cell, char delimiter)
{
    const char quoting[] = {'"', '\r', '\n', delimiter, '\0'};
    bool formula = cell[0] != '\0' && strchr("=+-@\t", cell[0]) != NULL;
    size_t length = strlen(cell);
    bool quoted = cell[strcspn(cell, quoting)] != '\0' || cell[0] == ' ' ||
                  (length > 0 && cell[length - 1] == ' ');

    fputs(quoted ? "\"" : "", out);
    fputs(formula ? "'" : "", out);
    for (; *cell != '\0'; cell++) {
        if (*cell == '"') {
            fputc('"', out);
        }
        fputc(*cell, out);
    }
    fputs(quoted ? "\"" : "", out);
}

static void write_record(FILE *out, const struct source *source, const char *reason,
    const struct csv_record *record)
{
    write_cell(out, reason, source->delimiter);
    for (size_t i = 0; (i < record->n || i < source->cells) && i < CSV_CELLS_MAX; i++) {
        if (!source->is_reason[i]) {
            fputc(source->delimiter, out);
            write_cell(out, i < record->n ? record->cell[i] : "", source->delimiter);
        }
    }
    fputs("\r\n", out);
}

static int open_source(
    struct source *source, const char *bytes, size_t length, struct err *err)
{
    size_t begin = 0;

    *source = (struct source){.length = length};
    source->text = import_text_take(mem_copy_n(bytes, length), &source->length, err);
    if (source->text == NULL) {
        return -1;
    }
    source->delimiter = csv_delimiter(source->text, source->length, &begin);
    source->reader =
        csv_reader_new(source->text, source->length, begin, 0, source->delimiter);
    return 0;
}

static void write_rows(
    FILE *out, struct source *source, bool short_rows, const json_t *rows)
{
    struct csv_record record;
    size_t next = 0;

    fputs("\xEF\xBB\xBF", out); /* so that Excel reads names as they are written */
    if (csv_reader_next(source->reader, &record)) {
        for (size_t i = 0; i < record.n && i < CSV_CELLS_MAX; i++) {
            const char *name = record.cell[i] + strspn(record.cell[i], " \t");

            source->is_reason[i] =
                strcasecmp(name, "reason") == 0 || strcasecmp(name, "alasan") == 0;
        }
        source->cells = short_rows ? record.n : 0;
        write_record(out, source, "reason", &record);
    }
    while (next < json_array_size(rows) && csv_reader_next(source->reader, &record)) {
        const json_t *row = json_array_get(rows, next);
        char why[WHY_BYTES];

        if (json_integer_value(json_array_get(row, 0)) != record.row) {
            continue;
        }
        snprintf(why, sizeof why, "row %lld: %s", (long long)record.row,
            json_string_value(json_array_get(row, 1)));
        write_record(out, source, why, &record);
        next++;
    }
}

int contacts_refused_write(const char *path, const char *bytes, size_t length,
    bool short_rows, const json_t *result, struct err *err)
{
    char *temporary = mem_format("%s.XXXXXX", path);
    struct source source = {0};
    int file = -1, done = -1;
    FILE *out = NULL;

    if (open_source(&source, bytes, length, err) != 0) {
        goto out;
    }
    file = mkostemp(temporary, O_CLOEXEC);
    out = file < 0 ? NULL : fdopen(file, "w");
    if (out == NULL) {
        err_set(err, ERR_UNABLE, "%s cannot be written: %s", path, strerror(errno));
        goto out;
    }
    file = -1;
    write_rows(out, &source, short_rows, json_object_get(result, "refused_rows"));
    if (fflush(out) != 0 || ferror(out) || fsync(fileno(out)) != 0 ||
        rename(temporary, path) != 0) {
        err_set(err, ERR_UNABLE, "%s cannot be written: %s", path, strerror(errno));
        unlink(temporary);
        goto out;
    }
    done = 0;
out:
    if (out != NULL) {
        fclose(out);
    }
    if (file >= 0) {
        close(file);
        unlink(temporary);
    }
    csv_reader_free(source.reader);
    free(source.text);
    free(temporary);
    return done;
}
