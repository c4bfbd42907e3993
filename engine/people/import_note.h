/*
 * import_note.h: what is to be said about a row of a contact list, numbers masked.
 */
#ifndef CEGAH_PEOPLE_IMPORT_NOTE_H
#define CEGAH_PEOPLE_IMPORT_NOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "people/import_columns.h"

/* One thing to say about a row. */
struct import_note {
    enum import_column column; /* IMPORT_COLUMNS: the row as a whole */
    char value[96];            /* of the cell; numbers masked */
    char text[320];
};

enum { IMPORT_NOTES_MAX = 24 };

/* What is to be said about one row. Plain data. */
struct import_notes {
    struct import_note list[IMPORT_NOTES_MAX];
    size_t n;
    bool refused; /* one of them refuses the row */
};

/* Adds a note; refuses says that it refuses the row. value is masked where it must be. */
void import_note_add(struct import_notes *notes, bool refuses,
    enum import_column column, const char *value, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
