/*
 * sheet.h: tables as a spreadsheet (XLSX), by libxlsxwriter.
 *
 * Numbers are numbers, and every text is a text: nothing in it is run as a formula. The
 * first row stays in sight and filters. A column that is empty in every row is left out.
 */
#ifndef CEGAH_REPORT_SHEET_H
#define CEGAH_REPORT_SHEET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct table;

/* One sheet of rows; all borrowed. name: at most 31 characters. */
struct sheet {
    const char *name;
    const struct table *table;
};

/* One line of the last sheet, "About". */
struct sheet_fact {
    char label[32];
    char text[1200];
};

/* Writes the file anew. Returns 0; -1 with a sentence (ERR_UNABLE), and what was written
 * of it is worthless. made_at: UTC ms, kept in the file's properties. */
int sheet_write(const char *path, const struct sheet *sheets, size_t n,
    const struct sheet_fact *facts, size_t facts_n, int64_t made_at, struct err *err);

#endif
