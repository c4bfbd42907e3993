/*
 * enrol.h: who joins what: a pass over the people, in slices.
 *
 * Made when a campaign starts or goes on, and after an import. It enrols whoever a
 * running series is for and is in it no way yet, wakes what a pause parked, and lets in
 * whoever only waited for a guardian's consent that has come. Doing it twice changes
 * nothing.
 */
#ifndef CEGAH_PLAN_ENROL_H
#define CEGAH_PLAN_ENROL_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

/* What a pass did to one series. */
struct enrol_count {
    int64_t invited;  /* an invitation is due */
    int64_t active;   /* both consents are there: the series begins without one */
    int64_t waiting;  /* the number carries another series or person first */
    int64_t no_basis; /* left out: nothing says how the number came */
    int64_t declined; /* left out: opted out, or said no */
    int64_t resumed;  /* parked by a pause, due again */
    int64_t let_in;   /* the guardian's consent has come */
};

/* One pass over one series. Embedded in its owner; enrol_begin(), then enrol_slice(). */
struct enrol_pass {
    const struct planner *planner;
    int64_t series_id;
    int64_t person; /* the last one looked at */
    struct enrol_count count;
};

void enrol_begin(
    struct enrol_pass *pass, const struct planner *planner, int64_t series_id);
/* The same look at one person, in the caller's unit. */
void enrol_person(
    const struct planner *planner, int64_t series_id, int64_t person_id, int64_t now);
/* Looks at up to `people` persons. Returns true when there are more. */
bool enrol_slice(struct enrol_pass *pass, int people, int64_t now);

#endif
