#include "people/import_columns.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/option.h"

enum { NAMES_MAX = 14, NAME_BYTES_MAX = 64, KNOWN_BYTES_MAX = 1024 };

/* The English name first, then the Indonesian one that is shown with it, then others. */
static const char *const names[IMPORT_COLUMNS][NAMES_MAX] = {
    [IMPORT_PHONE] = {"phone", "nomor", "hp", "telepon", "no_hp", "nomor_hp", "no_telp",
        "nomor_telepon", "no_telepon", "no_wa", "telp", "handphone", "phone_number",
        "mobile"},
    [IMPORT_NAME] = {"name", "nama", "nama_lengkap", "full_name"},
    [IMPORT_ROLE] = {"role", "peran"},
    [IMPORT_DISTRICT] = {"district", "kabupaten", "kabupaten_kota", "kab_kota", "kab",
        "kota"},
    [IMPORT_BIRTH_YEAR] = {"birth_year", "tahun_lahir", "year_of_birth"},
    [IMPORT_SEX] = {"sex", "jenis_kelamin", "kelamin", "jk", "l_p", "gender"},
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
    [IMPORT_PHONE2] = {"phone2", "nomor2", "hp2", "no_hp2", "no_hp_2", "phone_2",
        "hp_2"},
    [IMPORT_WHATSAPP_ID] = {"whatsapp_id", "id_whatsapp", "wa_id", "id_wa"},
    [IMPORT_GUARDIAN_PHONE] = {"guardian_phone", "wali_nomor", "wali_hp"},
    [IMPORT_DISCREET] = {"discreet", "senyap"},
    [IMPORT_SHARED_PHONE] = {"shared_phone", "hp_bersama"},
    [IMPORT_CHANNEL] = {"channel", "saluran", "kanal"},
    [IMPORT_IGNORE] = {"ignore", "abaikan", "reason", "alasan", "no", "no_urut",
        "nomor_urut"},
};

const char *import_column_name(enum import_column column)
{
    return column < IMPORT_COLUMNS ? names[column][0] : "";
}

bool import_column_is_number(enum import_column column)
{
    return column == IMPORT_PHONE || column == IMPORT_PHONE2 ||
           column == IMPORT_GUARDIAN_PHONE;
}

/* "Tahun  Lahir " becomes "tahun_lahir". */
static void fold(const char *cell, char folded[NAME_BYTES_MAX])
{
    size_t n = 0;

    for (const char *at = cell; *at != '\0' && n < NAME_BYTES_MAX - 1; at++) {
        unsigned char c = (unsigned char)*at;

        if (isalnum(c) || c >= 0x80) {
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

/* Adds "known are phone (nomor), name (nama), …" to the sentence. */
static int with_known(struct err *err)
{
    struct err sentence = *err;
    struct buf known;
    int result;

    buf_init(&known, KNOWN_BYTES_MAX);
    for (int column = 0; column < IMPORT_COLUMNS; column++) {
        buf_add_format(&known, "%s%s (%s)", column == 0 ? "" : ", ", names[column][0],
            names[column][1]);
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
            "column %zu of the header, \"%.40s\", is no column that is known; say what "
            "it is: --map COLUMN=\"%.40s\", or --map ignore=\"%.40s\"",
            i + 1, cell, cell, cell);
    }
    return with_known(err);
}

/* The column that the map gives the name; IMPORT_COLUMNS: it does not speak of it. */
static enum import_column mapped(const json_t *map, const char *folded)
{
    for (int column = 0; column < IMPORT_COLUMNS; column++) {
        const json_t *said = json_object_get(map, names[column][0]);
        size_t n = json_is_array(said) ? json_array_size(said) : 1;

        for (size_t i = 0; said != NULL && i < n; i++) {
            const json_t *one = json_is_array(said) ? json_array_get(said, i) : said;
            char wanted[NAME_BYTES_MAX];

            fold(json_is_string(one) ? json_string_value(one) : "", wanted);
            if (wanted[0] != '\0' && strcmp(wanted, folded) == 0) {
                return (enum import_column)column;
            }
        }
    }
    return IMPORT_COLUMNS;
}

static bool has_cell(const struct csv_record *record, const char *name)
{
    char wanted[NAME_BYTES_MAX], folded[NAME_BYTES_MAX];

    fold(name, wanted);
    for (size_t i = 0; i < record->n && wanted[0] != '\0'; i++) {
        fold(record->cell[i], folded);
        if (strcmp(folded, wanted) == 0) {
            return true;
        }
    }
    return false;
}

static int check_name(const struct csv_record *record, const char *key,
    const json_t *name, struct err *err)
{
    if (!json_is_string(name)) {
        return err_set(
            err, ERR_REFUSED, "the map of %s must name a column of the file", key);
    }
    if (!has_cell(record, json_string_value(name))) {
        return err_set(err, ERR_REFUSED,
            "the file has no column \"%.40s\", which the map says is %s; look at its "
            "first row",
            json_string_value(name), key);
    }
    return 0;
}

/* A map of what is not there is a slip, and its column would be missed silently. */
static int check_map(
    const struct csv_record *record, const json_t *map, struct err *err)
{
    const char *key;
    json_t *said, *one;
    size_t i;

    json_object_foreach((json_t *)map, key, said)
    {
        char folded[NAME_BYTES_MAX];

        fold(key, folded);
        if (find(folded) == IMPORT_COLUMNS ||
            strcmp(names[find(folded)][0], key) != 0) {
            err_set(
                err, ERR_REFUSED, "the map names \"%.40s\", which is no column", key);
            return with_known(err);
        }
        if (json_is_array(said)) {
            json_array_foreach(said, i, one)
            {
                if (check_name(record, key, one, err) != 0) {
                    return -1;
                }
            }
        } else if (check_name(record, key, said, err) != 0) {
            return -1;
        }
    }
    return 0;
}

/* A first row in which nothing is, or is nearly, a column's name is no header. */
static bool is_header(const struct csv_record *record, const json_t *map)
{
    for (size_t i = 0; i < record->n && i < CSV_CELLS_MAX; i++) {
        char folded[NAME_BYTES_MAX];

        fold(record->cell[i], folded);
        if (mapped(map, folded) != IMPORT_COLUMNS || find(folded) != IMPORT_COLUMNS ||
            nearest(folded) != NULL) {
            return true;
        }
    }
    return false;
}

static int read_cells(const struct csv_record *record, const json_t *map,
    struct import_header *header, struct err *err)
{
    int seen[IMPORT_COLUMNS] = {0};
    size_t n = record->n;

    while (n > 0 && record->cell[n - 1][strspn(record->cell[n - 1], " \t")] == '\0') {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        char folded[NAME_BYTES_MAX];
        enum import_column column;

        fold(record->cell[i], folded);
        column = mapped(map, folded);
        if (column == IMPORT_COLUMNS) {
            column = find(folded);
        }
        if (column == IMPORT_COLUMNS) {
            return unknown(i, record->cell[i], folded, err);
        }
        if (seen[column] != 0 && column != IMPORT_IGNORE) {
            return err_set(err, ERR_REFUSED,
                "columns %d and %zu of the header both mean %s; keep one", seen[column],
                i + 1, names[column][0]);
        }
        seen[column] = (int)i + 1;
        header->column[header->n++] = column;
    }
    if (seen[IMPORT_PHONE] == 0 && seen[IMPORT_WHATSAPP_ID] == 0) {
        err_set(err, ERR_REFUSED, "the header names no column for the phone number");
        return with_known(err);
    }
    return 0;
}

int import_header_read(const struct csv_record *record, const json_t *map,
    struct import_header *header, struct err *err)
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
    if (!is_header(record, map)) {
        err_set(err, ERR_REFUSED,
            "there is no header: the first row must name the columns");
        return with_known(err);
    }
    if (check_map(record, map, err) != 0) {
        return -1;
    }
    return read_cells(record, map, header, err);
}
