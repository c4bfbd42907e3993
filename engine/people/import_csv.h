/*
 * import_csv.h: the records of a CSV file, one at a time, with the row that a spreadsheet
 * would show.
 *
 * What is wrong with a record (a quote that is left open, a cell that is too long) stays
 * its own: the next line is a record again, so one slip does not swallow the file.
 */
#ifndef CEGAH_PEOPLE_IMPORT_CSV_H
#define CEGAH_PEOPLE_IMPORT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_CELLS_MAX = 64, CSV_CELL_BYTES_MAX = 1024 };

/* One record. Borrowed from its reader until the next record is read. */
struct csv_record {
    int64_t row;   /* as a spreadsheet counts: 1 is the first line, blank ones count */
    size_t offset; /* of its first byte: csv_reader_new() can begin there again */
    size_t n;      /* cells; past CSV_CELLS_MAX they are counted and not kept */
    char *cell[CSV_CELLS_MAX]; /* NUL-terminated */
    const char *problem;       /* why the record cannot be read, or NULL */
    size_t problem_cell;       /* the cell that it is about, from 0 */
};

struct csv_reader;

/* Returns an owned reader of bytes, which it borrows. It begins at offset, where a record
 * begins; row is that of the line before. */
struct csv_reader *csv_reader_new(
    const char *bytes, size_t length, size_t offset, int64_t row, char delimiter);
void csv_reader_free(struct csv_reader *reader);
/* Reads the next record, past blank lines; false at the end. One call looks at no more
 * than some 200 KiB, blank lines apart. */
bool csv_reader_next(struct csv_reader *reader, struct csv_record *record);
/* Where the next record is looked for. */
size_t csv_reader_offset(const struct csv_reader *reader);
/*
 * Returns the delimiter. Excel's own first line "sep=;" says it, and is no row: *begin
 * (0, or where the records begin) moves behind it. Else it is that of the first line that
 * is not blank: comma, semicolon or tab, whichever stands most often outside quotes; a
 * comma when none does.
 */
char csv_delimiter(const char *bytes, size_t length, size_t *begin);

#endif
