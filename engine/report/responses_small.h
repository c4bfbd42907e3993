/*
 * responses_small.h: which numbers of the responses report are hidden (R19).
 */
#ifndef CEGAH_REPORT_RESPONSES_SMALL_H
#define CEGAH_REPORT_RESPONSES_SMALL_H

#include <stddef.h>

#include "report/responses.h"

struct responses_small;

enum responses_number {
    RESPONSES_ASKED,
    RESPONSES_ANSWERED,
    RESPONSES_RIGHT, /* and what is made of it: share and mean score */
    RESPONSES_CHANGED,
    RESPONSES_LATE,
};

/* Returns owned. The answers of the report are complete by then. */
struct responses_small *responses_small_new(const struct responses *responses);
void responses_small_free(struct responses_small *small);
/* What stands for a number of a row, of the total with row = responses->n; NULL when it is
 * shown. */
const char *responses_small_word(
    const struct responses_small *small, size_t row, enum responses_number number);
/* The same of an answer. */
const char *responses_small_answer(const struct responses_small *small, size_t answer);

#endif
