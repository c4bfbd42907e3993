/*
 * people.h: a set of person ids, for counting each person once.
 *
 * Blocks of bits, made where ids lie: a country's worth of people is about a megabyte.
 */
#ifndef CEGAH_REPORT_PEOPLE_H
#define CEGAH_REPORT_PEOPLE_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in its owner; zeroed at its start, until people_fini(). */
struct people {
    uint64_t **blocks;
    size_t blocks_n;
    int64_t n; /* distinct ids */
};

/* id: 1 or more. Adding one twice changes nothing. */
void people_add(struct people *people, int64_t id);
void people_fini(struct people *people);

#endif
