/*
 * import_columns.h: which columns a contact list may have, and the header that names them.
 */
#ifndef CEGAH_PEOPLE_IMPORT_COLUMNS_H
#define CEGAH_PEOPLE_IMPORT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/err.h"
#include "people/import_csv.h"

enum import_column {
    IMPORT_PHONE,
    IMPORT_NAME,
    IMPORT_ROLE,
    IMPORT_DISTRICT,
    IMPORT_BIRTH_YEAR,
    IMPORT_SEX,
    IMPORT_LANGUAGE,
    IMPORT_CODE,
    IMPORT_BASIS,
    IMPORT_BASIS_DATE,
    IMPORT_GUARDIAN_METHOD,
    IMPORT_GUARDIAN_DATE,
    IMPORT_GUARDIAN_WORDING,
    IMPORT_ASSENT_METHOD,
    IMPORT_ASSENT_DATE,
    IMPORT_ASSENT_WORDING,
    IMPORT_PHONE2,
    IMPORT_WHATSAPP_ID,
    IMPORT_GUARDIAN_PHONE,
    IMPORT_DISCREET,
    IMPORT_SHARED_PHONE,
    IMPORT_CHANNEL,
    IMPORT_IGNORE, /* whatever stands in it; also the reasons of a file of refused rows */
    IMPORT_COLUMNS,
};

/* What the header said: a column for each cell; names that are empty at its end are
 * dropped, as spreadsheets save columns that were only touched. Plain data. */
struct import_header {
    enum import_column column[CSV_CELLS_MAX];
    size_t n;
};

/* Returns the column's English name, borrowed for ever; "" for IMPORT_COLUMNS. */
const char *import_column_name(enum import_column column);
/* True when a phone number stands in the column. */
bool import_column_is_number(enum import_column column);
/*
 * Reads the header. Names are compared without case; blanks, _ and what else is no letter
 * or digit alike. map (NULL for none) says what a file's own names mean: {"phone": "No
 * HP"}, or a list of names; it goes before the names that are known. Returns 0; -1 with a
 * sentence: no header, an unknown or repeated column, neither phone nor WhatsApp id, or a
 * map of what is not there, with the nearest right name and all that are known.
 */
int import_header_read(const struct csv_record *record, const json_t *map,
    struct import_header *header, struct err *err);

#endif
