/*
 * delivery_small.h: which numbers of the delivery report by district are hidden (R19).
 */
#ifndef CEGAH_REPORT_DELIVERY_SMALL_H
#define CEGAH_REPORT_DELIVERY_SMALL_H

#include <stddef.h>

#include "report/delivery.h"

struct delivery_small;

/* What of a row beside the states. */
enum delivery_number {
    DELIVERY_MESSAGES = MESSAGE_STATES,
    DELIVERY_PEOPLE,
    DELIVERY_SEGMENTS, /* and cost */
    DELIVERY_MOVED,
    DELIVERY_LATE,
    DELIVERY_SHARE,
};

/* Returns owned; NULL when nothing is to be hidden, since the report is not by district. */
struct delivery_small *delivery_small_new(const struct delivery *delivery);
void delivery_small_free(struct delivery_small *small);
/* What stands for a number of a row, of the total with row = delivery->n; NULL when it is
 * shown. number: an enum message_state, or one of the above. small may be NULL. */
const char *delivery_small_word(
    const struct delivery_small *small, size_t row, int number);

#endif
