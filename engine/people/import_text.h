/*
 * import_text.h: what spreadsheets save as "CSV", made UTF-8.
 *
 * Known are UTF-8 with and without its byte order mark, UTF-16 of either order with it,
 * and Windows-1252, which has no mark: it is what is no UTF-8 at all. A file that is UTF-8
 * but for some bytes stays as it is, and those bytes refuse their rows.
 */
#ifndef CEGAH_PEOPLE_IMPORT_TEXT_H
#define CEGAH_PEOPLE_IMPORT_TEXT_H

#include <stddef.h>

#include "base/err.h"

/*
 * Takes bytes (of malloc, NULL for none); returns the text owned, its length in *length,
 * with a NUL behind it. NULL with a sentence when the bytes are no text of these kinds: a
 * spreadsheet's own file, or UTF-16 that is cut off.
 */
char *import_text_take(char *bytes, size_t *length, struct err *err);

#endif
