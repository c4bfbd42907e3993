/*
 * internal.h: what the files of plan/ share: steps, branches, reminders.
 */
#ifndef CEGAH_PLAN_INTERNAL_H
#define CEGAH_PLAN_INTERNAL_H

#include "plan/plan.h"

struct audience;
struct step;

/* When the step is due for this person: UTC ms; INT64_MAX for NULL. */
int64_t plan_due_of(const struct planner *planner, const struct enrolment *enrolment,
    const struct step *step, int64_t now);
/* Deals with the step that an active enrolment is at, and is due. */
void plan_step_active(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now);
/* What became of a step that leaves no message: its outcome, unless it has one, and the
 * report's count. */
void plan_outcome(const struct planner *planner, const struct enrolment *enrolment,
    const struct catalogue_series *series, const char *step, const char *outcome,
    const char *reason, int64_t now);
/* The same for the step that the enrolment is at, which moves on to the next; saves it. */
void plan_over(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const char *outcome, const char *reason,
    int64_t now);
/* True while the person rests (TUNDA): the enrolment is put to the pause's end. A pause
 * whose time is over ends here, and its steps get their new times; saves it. */
bool plan_rests(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now);
/* True when everything that the audience names holds for the person. */
bool plan_fits(const struct audience *audience, const struct gate_subject *subject);
/*
 * Looks at the branches of the step that left last. Returns true when one leads
 * elsewhere: then the enrolment stands at its aim (or has ended), and is saved.
 */
bool plan_branch(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now);
/* Asks, once and neutrally, whether the number is still theirs; nothing else goes there
 * until it says yes. */
void plan_reconfirm(const struct planner *planner, const struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now);
/* Deals with one that waits for the guardian, and is due. */
void plan_step_guardian(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now);
/* Sends one reminder that is due, in the caller's unit. */
void plan_remind(const struct planner *planner, struct question *question, int64_t now);

#endif
