/*
 * branch.c: who a step is for, and where the answers lead. Branches go forward only.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "plan/internal.h"

static bool listed(char *const *list, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(list[i], word) == 0) {
            return true;
        }
    }
    return n == 0;
}

bool plan_fits(const struct audience *audience, const struct gate_subject *subject)
{
    const struct person *person = &subject->person;

    return listed(audience->sexes, audience->sexes_n, person->sex) &&
           listed(audience->districts, audience->districts_n, person->district) &&
           listed(audience->roles, audience->roles_n, person->role) &&
           listed(audience->languages, audience->languages_n, person->language) &&
           (audience->age == AGE_ANY || subject->minor == (audience->age == AGE_MINOR));
}

static bool answer_holds(const struct planner *planner,
    const struct enrolment *enrolment, const struct branch *branch)
{
    char value[64];
    bool given;

    if (branch->answer_step == NULL) {
        return true;
    }
    given = answer_newest(planner->db, enrolment->id, branch->answer_step, value);
    if (!given || branch->answers_n == 0) {
        return given == (branch->answers_n > 0);
    }
    return listed(branch->answers, branch->answers_n, value);
}

static bool score_holds(const struct planner *planner,
    const struct enrolment *enrolment, const struct branch *branch)
{
    int64_t score;

    if (branch->score_step == NULL) {
        return true;
    }
    score = answer_score(planner->db, enrolment->id, branch->score_step);
    return score >= branch->at_least &&
           (branch->at_most < 0 || score <= branch->at_most);
}

/* What lies between here and there is skipped, and says so. */
static void jump(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const char *go, int64_t now)
{
    const struct step *step = series_step(series->compiled, enrolment->step);

    while (step != NULL && strcmp(step->id, go) != 0) {
        outcome_set(
            planner->db, enrolment->id, step->id, 1, "skipped", "branch", 0, now);
        step = series_step_after(series->compiled, step->id);
    }
    enrolment->before_step[0] = '\0'; /* its branches have been looked at */
    if (step == NULL) {
        planner_end(planner, enrolment, "completed", now);
        return;
    }
    snprintf(enrolment->step, sizeof enrolment->step, "%s", step->id);
    enrolment->occurrence = 1;
    enrolment->slot_at = enrolment->due_at = plan_due_of(planner, enrolment, step, now);
    enrolment_save(planner->db, enrolment, now);
}

bool plan_branch(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    const struct step *before =
        enrolment->before_step[0] == '\0'
            ? NULL
            : series_step(series->compiled, enrolment->before_step);
    struct gate_subject subject;

    if (before == NULL || before->branches_n == 0) {
        return false;
    }
    gate_subject(planner->gate, enrolment->person_id, now, &subject);
    for (size_t i = 0; i < before->branches_n; i++) {
        const struct branch *branch = &before->branches[i];

        if (answer_holds(planner, enrolment, branch) &&
            score_holds(planner, enrolment, branch) &&
            plan_fits(&branch->audience, &subject)) {
            if (strcmp(branch->go, enrolment->step) == 0) {
                return false; /* it leads where she stands */
            }
            jump(planner, enrolment, series, branch->go, now);
            return true;
        }
    }
    return false;
}
