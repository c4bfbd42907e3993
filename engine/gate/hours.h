/*
 * hours.h (gate): quiet hours as moments, in a person's zone.
 */
#ifndef CEGAH_GATE_HOURS_H
#define CEGAH_GATE_HOURS_H

#include <stdbool.h>
#include <stdint.h>

struct hours;
struct zone;

/* Returns at_ms when it is open for the person, else the next moment that is. */
int64_t hours_next_open(
    const struct hours *hours, const struct zone *zone, bool minor, int64_t at_ms);

#endif
