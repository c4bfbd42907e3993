/*
 * import_seen.h: for a dry run, which rows of the file changed something, by address.
 *
 * A dry run undoes every row, so a later row about the same number (or WhatsApp id) must
 * first see the earlier ones again: they are found here by where they stand in the file.
 */
#ifndef CEGAH_PEOPLE_IMPORT_SEEN_H
#define CEGAH_PEOPLE_IMPORT_SEEN_H

#include <stddef.h>

struct import_seen;

/* Returns an owned, empty set. */
struct import_seen *import_seen_new(void);
void import_seen_free(struct import_seen *seen);
void import_seen_add(struct import_seen *seen, const char *address, size_t offset);
/* Adds the offsets of the address's rows behind the n that are there, each once, in no
 * order; returns how many there are then (at most max). */
size_t import_seen_find(const struct import_seen *seen, const char *address,
    size_t *offsets, size_t n, size_t max);

#endif
