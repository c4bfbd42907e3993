/*
 * population.h: many handsets by chance: which share has WhatsApp, is off at night, is out
 * of credit, is shared, answers late, and who of them behaves how.
 *
 * What a phone is follows from the seed and its number alone, so it is the same in every
 * run, whatever else is in the profile. A phone that `handsets` names is in no population.
 */
#ifndef CEGAH_SIM_POPULATION_H
#define CEGAH_SIM_POPULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"

struct behaviour;
struct population;
struct profile;
struct source;
struct yaml_node;
struct zone;

enum { TRAIT_HANDS_MAX = 3 };

/* How a population's reports come, as shares of the messages. */
struct trait_reports {
    double late, doubled, reordered, never;
};

/* What one phone is. Borrows from the profile. */
struct traits {
    const struct behaviour *hands[TRAIT_HANDS_MAX]; /* who holds it */
    size_t hands_n; /* 0: the phone is in no population */
    bool has_whatsapp, out_of_credit, slow, off_at_night;
    double reads;            /* share of WhatsApp messages whose reading is reported */
    const struct zone *zone; /* of the night; NULL: none is known */
    int off_minute, on_minute;
    struct trait_reports reports;
};

/* Reads the list; complaints go to the source. Returns it owned. */
struct population *population_read(const struct source *source,
    const struct yaml_node *list, const struct profile *profile);
void population_free(struct population *population);
/* Fills what the phone is; hands_n stays 0 when no group holds it. NULL: no population. */
void population_traits(const struct population *population, int64_t seed,
    const char *phone, struct traits *traits);
/* Returns when that phone's night is over: at_ms itself when it is no night then, or the
 * traits know of none. */
int64_t traits_after_night(const struct traits *traits, int64_t at_ms);

/* The rows of a group and of its `reports`, for the documentation. */
const struct option_row *population_rows(size_t *n);
const struct option_row *population_report_rows(size_t *n);

#endif
