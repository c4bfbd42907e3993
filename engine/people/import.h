/*
 * import.h: a contact list (CSV), brought in row by row, in slices.
 *
 * Each row is a unit of work of its own: what is wrong with one refuses that row and no
 * other. Whoever runs an import makes slices, so that the loop turns (and commits) between.
 */
#ifndef CEGAH_PEOPLE_IMPORT_H
#define CEGAH_PEOPLE_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"

struct catalogue;
struct db;
struct import;

/* All borrowed for the call of import_new(). */
struct import_options {
    const char *file;  /* its name, for the evidence; of a path the last part is kept */
    const char *basis; /* how all its numbers were collected, or NULL */
    bool dry_run;      /* judge every row, store none */
    bool list_refused; /* say of each refused row why, in refused_rows */
    bool short_rows;   /* from a sheet, which leaves out empty cells at a row's end */
    const json_t *map; /* what the file's own column names mean, or NULL; see
                          import_columns.h */
};

enum {
    IMPORT_BYTES_MAX = 64 << 20,
    IMPORT_DETAILS_MAX = 5000,
    IMPORT_REFUSED_ROWS_MAX = 100000
};

/*
 * Begins an import: bytes are copied, db and catalogue borrowed until import_free(). now:
 * UTC ms. Returns it owned; NULL with a sentence when the file as a whole is refused: too
 * large, no CSV, no header or a wrong one, or no campaign is loaded (a person's zone comes
 * from a campaign's districts).
 */
struct import *import_new(struct db *db, const struct catalogue *catalogue,
    const struct import_options *options, const char *bytes, size_t length, int64_t now,
    struct err *err);
/*
 * As import_new(), from the arguments of the operation: {"file": NAME, "content": base64,
 * "basis": TEXT or null, "dry_run": bool, "refused_rows": bool, "short_rows": bool,
 * "map": {COLUMN: NAME or
 * [NAME, …]}}; the last five may be absent.
 */
struct import *import_from_arguments(struct db *db, const struct catalogue *catalogue,
    const json_t *arguments, int64_t now, struct err *err);
/* Brings in at most max_rows rows, each a unit. Returns 1 when there are more, 0 when the
 * list is done. A row costs some 0.1 ms. */
int import_slice(struct import *import, int max_rows);
/* How much of the file has been gone through, in thousandths. */
int import_progress(const struct import *import);
/*
 * The account so far, a new reference:
 * {"file", "rows", "taken", "merged", "refused", "unchanged", "warned", "dry_run",
 *  "rows_detail": [{"row", "column", "value", "outcome", "reason"}],
 *  "details_left_off"}.
 * rows_detail holds what is to be said of rows that were refused or merged, or that carry a
 * warning, in order; a row may have several. Past IMPORT_DETAILS_MAX they are counted.
 * With list_refused also "refused_rows": [[row, "column: reason; column: reason"]], and
 * "refused_rows_left_off" counts those past IMPORT_REFUSED_ROWS_MAX.
 */
json_t *import_result(const struct import *import);
void import_free(struct import *import);

#endif
