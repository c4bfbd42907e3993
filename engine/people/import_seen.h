/*
 * import_seen.h: for a dry run, which rows of the file changed something, by number.
 *
 * A dry run undoes every row, so a later row about the same number must first see the
 * earlier ones again: they are found here by where they stand in the file.
 */
#ifndef CEGAH_PEOPLE_IMPORT_SEEN_H
#define CEGAH_PEOPLE_IMPORT_SEEN_H

#include <stddef.h>

struct import_seen;

/* Returns an owned, empty set. */
struct import_seen *import_seen_new(void);
void import_seen_free(struct import_seen *seen);
void import_seen_add(struct import_seen *seen, const char *phone, size_t offset);
/* The offsets of the number's rows, first come first; returns how many (at most max). */
size_t import_seen_find(
    const struct import_seen *seen, const char *phone, size_t *offsets, size_t max);

#endif
