/*
 * answer.c: an answer to the newest open question, its feedback, its score.
 */
#include <stdio.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "talk/internal.h"

/* The question's own series: the number may have moved on to another since. */
static const struct step *asked(struct talk_turn *turn, struct enrolment *enrolment)
{
    const struct catalogue *catalogue = turn->talk->planner->catalogue;

    if (!enrolment_find(turn->talk->db, turn->question.enrolment_id, enrolment)) {
        return NULL;
    }
    turn->series = catalogue_series_find(catalogue, enrolment->series_id);
    return turn->series == NULL
               ? NULL
               : series_step(turn->series->compiled, turn->question.step);
}

bool talk_answer(struct talk_turn *turn)
{
    struct enrolment enrolment;
    const struct step *step = asked(turn, &enrolment);
    const struct answer *answer = step == NULL ? NULL : step_answer(step, turn->text);
    bool scored = step != NULL && step->ask == ASK_QUIZ;
    const char *feedback;
    char reply[64];

    if (answer == NULL) {
        return false;
    }
    turn->person_id = enrolment.person_id;
    answer_add(turn->talk->db, &turn->question, answer->value,
        scored ? (answer->right ? 1 : 0) : -1, turn->inbound_id, turn->now);
    question_answered(turn->talk->db, &turn->question, turn->now);
    feedback = answer->feedback != NULL ? answer->feedback
               : answer->right          ? step->right
                                        : step->wrong;
    snprintf(
        reply, sizeof reply, "%s%s", step->id, scored && !answer->right ? "-" : "+");
    talk_reply(turn, KIND_REPLY, reply, feedback, false);
    return true;
}
