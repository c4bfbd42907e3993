/*
 * xlsx.h: the first sheet of a spreadsheet, as CSV, by Debian's xlsx2csv.
 *
 * A spreadsheet is a zip of XML that anybody may have made: it is looked at first, and
 * then read by a child process that has little memory, little time and nothing else.
 * The daemon never sees it.
 */
#ifndef CEGAH_CLI_XLSX_H
#define CEGAH_CLI_XLSX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum {
    XLSX_SECONDS_MAX = 60,
    XLSX_MEMORY_MAX = 1 << 30,
    XLSX_UNPACKED_MAX = 256 << 20
};

/* True when the bytes begin as a zip does. */
bool xlsx_is_zip(const char *bytes, size_t length);
/* Returns 0 when the zip is a spreadsheet without macros and passwords, and unpacks to a
 * size that can be; -1 with a sentence. */
int xlsx_check(const char *bytes, size_t length, struct err *err);
/*
 * Checks it and has its first sheet converted. Returns the CSV owned (UTF-8, commas), its
 * length in *csv_length, at most `maximum` bytes; NULL with a sentence: also when the
 * program is not there, takes longer than XLSX_SECONDS_MAX or fails.
 */
char *xlsx_to_csv(const char *bytes, size_t length, size_t maximum, size_t *csv_length,
    struct err *err);

#endif
