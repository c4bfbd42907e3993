#include "people/import_columns.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/option.h"

enum { NAMES_MAX = 4, NAME_BYTES_MAX = 64, KNOWN_BYTES_MAX = 1024 };

/* The English name first, then the Indonesian ones. */
static const char *const names[IMPORT_COLUMNS][NAMES_MAX] = {
    [IMPORT_PHONE] = {"phone", "nomor", "hp", "telepon"},
    [IMPORT_NAME] = {"name", "nama"},
    [IMPORT_ROLE] = {"role", "peran"},
    [IMPORT_DISTRICT] = {"district", "kabupaten"},
    [IMPORT_BIRTH_YEAR] = {"birth_year", "tahun_lahir"},
    [IMPORT_SEX] = {"sex", "jenis_kelamin"},
    [IMPORT_LANGUAGE] = {"language", "bahasa"},
    [IMPORT_CODE] = {"code", "kode"},
    [IMPORT_BASIS] = {"basis", "dasar"},
    [IMPORT_BASIS_DATE] = {"basis_date", "tanggal_dasar"},
    [IMPORT_GUARDIAN_METHOD] = {"guardian_method", "wali_cara"},
    [IMPORT_GUARDIAN_DATE] = {"guardian_date", "wali_tanggal"},
    [IMPORT_GUARDIAN_WORDING] = {"guardian_wording", "wali_naskah"},
    [IMPORT_ASSENT_METHOD] = {"assent_method", "anak_cara"},
    [IMPORT_ASSENT_DATE] = {"assent_date", "anak_tanggal"},
    [IMPORT_ASSENT_WORDING] = {"assent_wording", "anak_naskah"},
};

const char *import_column_name(enum import_column column)
{
    return column < IMPORT_COLUMNS ? names[column][0] : "";
}

/* "Tahun  Lahir " becomes "tahun_lahir". */
static void fold(const char *cell, char folded[NAME_BYTES_MAX])
{
    size_t n = 0;

    for (const char *at = cell; *at != '\0' && n < NAME_BYTES_MAX - 1; at++) {
        unsigned char c = (unsigned char)*at;

        if (!isspace(c) && c != '_') {
            folded[n++] = (char)tolower(c);
        } else if (n > 0 && folded[n - 1] != '_') {
            folded[n++] = '_';
        }
    }
    while (n > 0 && folded[n - 1] == '_') {
        n--;
    }
    folded[n] = '\0';
}

static enum import_column find(const char *folded)
{
    for (int column = 0; column < IMPORT_COLUMNS; column++) {
        for (int i = 0; i < NAMES_MAX && names[column][i] != NULL; i++) {
            if (strcmp(names[column][i], folded) == 0) {
                return (enum import_column)column;
            }
        }
    }
    return IMPORT_COLUMNS;
}

/* Short words are near to anything, so a slip is less than half of a word. */
static const char *nearest(const char *folded)
{
    const char *best = NULL;
    int least = 3;

    for (int column = 0; column < IMPORT_COLUMNS; column++) {
        for (int i = 0; i < NAMES_MAX && names[column][i] != NULL; i++) {
            int distance = word_distance(folded, names[column][i]);

            if (distance < least && 2 * distance < (int)strlen(folded) &&
                2 * distance < (int)strlen(names[column][i])) {
                least = distance;
                best = names[column][i];
            }
        }
    }
    return best;
}

/* Adds "known are phone (nomor, hp, telepon), name (nama), …" to the sentence. */
static int with_known(struct err *err)
{
    struct err sentence = *err;
    struct buf known;
    int result;

    buf_init(&known, KNOWN_BYTES_MAX);
    for (int column = 0; column < IMPORT_COLUMNS; column++) {
        buf_add_format(&known, "%s%s (", column == 0 ? "" : ", ", names[column][0]);
        for (int i = 1; i < NAMES_MAX && names[column][i] != NULL; i++) {
            buf_add_format(&known, "%s%s", i == 1 ? "" : ", ", names[column][i]);
        }
        buf_add_char(&known, ')');
    }
    result = err_set(err, ERR_REFUSED, "%s%s Columns that are known: %s", sentence.text,
        sentence.text[strlen(sentence.text) - 1] == '?' ? "" : ".", buf_text(&known));
    buf_fini(&known);
    return result;
}

static int unknown(size_t i, const char *cell, const char *folded, struct err *err)
{
    const char *near = nearest(folded);

    if (near != NULL) {
        err_set(err, ERR_REFUSED,
            "column %zu of the header, \"%.40s\", is no column; is %s meant?", i + 1,
            cell, near);
    } else if (folded[0] == '\0') {
        err_set(err, ERR_REFUSED,
            "column %zu of the header has no name; name it or delete it", i + 1);
    } else {
        err_set(err, ERR_REFUSED,
            "column %zu of the header, \"%.40s\", is no column; rename or delete it",
            i + 1, cell);
    }
    return with_known(err);
}

/* A first row in which nothing is, or is nearly, a column's name is no header. */
static bool is_header(const struct csv_record *record)
{
    for (size_t i = 0; i < record->n && i < CSV_CELLS_MAX; i++) {
        char folded[NAME_BYTES_MAX];

        fold(record->cell[i], folded);
        if (find(folded) != IMPORT_COLUMNS || nearest(folded) != NULL) {
            return true;
        }
    }
    return false;
}

static int read_cells(
    const struct csv_record *record, struct import_header *header, struct err *err)
{
    int seen[IMPORT_COLUMNS] = {0};

    for (size_t i = 0; i < record->n; i++) {
        char folded[NAME_BYTES_MAX];
        enum import_column column;

        fold(record->cell[i], folded);
        column = find(folded);
        if (column == IMPORT_COLUMNS) {
            return unknown(i, record->cell[i], folded, err);
        }
        if (seen[column] != 0) {
            return err_set(err, ERR_REFUSED,
                "columns %d and %zu of the header both mean %s; keep one", seen[column],
                i + 1, names[column][0]);
        }
        seen[column] = (int)i + 1;
        header->column[header->n++] = column;
    }
    if (seen[IMPORT_PHONE] == 0) {
        err_set(err, ERR_REFUSED, "the header names no column for the phone number");
        return with_known(err);
    }
    return 0;
}

int import_header_read(
    const struct csv_record *record, struct import_header *header, struct err *err)
{
    *header = (struct import_header){0};
    if (record->problem != NULL) {
        return err_set(err, ERR_REFUSED, "row %lld, the header: %s",
            (long long)record->row, record->problem);
    }
    if (record->n > CSV_CELLS_MAX) {
        return err_set(err, ERR_REFUSED,
            "the header has %zu columns, %d is the most; delete those that are not "
            "needed",
            record->n, CSV_CELLS_MAX);
    }
    if (!is_header(record)) {
        err_set(err, ERR_REFUSED,
            "there is no header: the first row must name the columns");
        return with_known(err);
    }
    return read_cells(record, header, err);
}
