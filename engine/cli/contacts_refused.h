/*
 * contacts_refused.h: the rows that an import refused, as a list to be mended.
 */
#ifndef CEGAH_CLI_CONTACTS_REFUSED_H
#define CEGAH_CLI_CONTACTS_REFUSED_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/err.h"

/*
 * Writes path (mode 0600; one that is there is replaced in one go): the header and the
 * rows that result's refused_rows names, as they stood, each with its reason in a first
 * column that an import passes over. bytes: the list as it was imported. A cell that a
 * spreadsheet would take for a formula begins with ' there. short_rows: cells that a row
 * lacks at its end are empty, and are written. Returns 0; -1 with a sentence.
 */
int contacts_refused_write(const char *path, const char *bytes, size_t length,
    bool short_rows, const json_t *result, struct err *err);

#endif
