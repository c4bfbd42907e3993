/*
 * answer.c: an answer to the newest open question: feedback, score, one change of mind,
 * and quizzes whose questions come one after another.
 *
 * An item of a quiz is a question of its own, called STEP.ITEM. It is asked as a reply, so
 * it counts against no cap.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "talk/internal.h"

enum { NAME_SIZE = 40, MANY_WORDS_MAX = 64 };

/* The question at hand: its step, and the item when it is one of a quiz. */
struct asked {
    struct enrolment enrolment;
    const struct step *step;
    const struct quiz_item *item; /* NULL: the step's own question */
    size_t item_at;
};

/* The question's own series: the number may have moved on to another since. */
static bool find_asked(struct talk_turn *turn, struct asked *asked)
{
    const struct catalogue *catalogue = turn->talk->planner->catalogue;
    const char *dot = strchr(turn->question.step, '.');
    char name[NAME_SIZE];

    *asked = (struct asked){0};
    if (!enrolment_find(
            turn->talk->db, turn->question.enrolment_id, &asked->enrolment)) {
        return false;
    }
    turn->series = catalogue_series_find(catalogue, asked->enrolment.series_id);
    snprintf(name, sizeof name, "%.*s",
        dot == NULL ? (int)strlen(turn->question.step)
                    : (int)(dot - turn->question.step),
        turn->question.step);
    asked->step =
        turn->series == NULL ? NULL : series_step(turn->series->compiled, name);
    if (asked->step == NULL) {
        return false;
    }
    for (size_t i = 0; dot != NULL && i < asked->step->items_n; i++) {
        if (strcmp(asked->step->items[i].id, dot + 1) == 0) {
            asked->item = &asked->step->items[i];
            asked->item_at = i;
        }
    }
    return dot == NULL || asked->item != NULL;
}

/* Records the answer; a change of mind is kept beside the first, which scores. */
static void record(struct talk_turn *turn, struct question *question,
    const struct answer *answer, bool scored)
{
    bool first = question->answered_at == 0;

    answer_add(turn->talk->db, question, answer->value,
        scored ? (answer->right ? 1 : 0) : -1, scored ? answer->score : 0,
        turn->inbound_id, turn->now);
    if (first) {
        question->answered_at = turn->now;
    } else {
        question->changes_left--;
    }
    question->reminder_at = 0;
    question_save(turn->talk->db, question);
}

/* Asks the item as a reply, and opens its question. */
static void ask_item(struct talk_turn *turn, const struct asked *asked, size_t at)
{
    const struct quiz_item *item = &asked->step->items[at];
    struct question question = {
        .enrolment_id = asked->enrolment.id,
        .occurrence = turn->question.occurrence,
        .address_id = turn->address_id,
        .asked_at = turn->now,
        .closes_at = turn->now + asked->step->closes_ms,
    };

    snprintf(question.step, sizeof question.step, "%s.%s", asked->step->id, item->id);
    snprintf(
        question.channel, sizeof question.channel, "%s", channel_name(turn->channel));
    question_add(turn->talk->db, &question);
    talk_reply(turn, KIND_REPLY, question.step, &item->text, true);
}

static void ask_next(struct talk_turn *turn, const struct asked *asked, size_t at)
{
    char name[NAME_SIZE];

    if (at < asked->step->items_n) {
        ask_item(turn, asked, at);
        return;
    }
    planner_answered(
        turn->talk->planner, asked->enrolment.id, asked->step->id, turn->now);
    snprintf(name, sizeof name, "%s.done", asked->step->id);
    talk_reply(turn, KIND_REPLY, name, &asked->step->done, true);
}

static bool is_listed(char *const *list, size_t n, const char *text)
{
    char normal[128];

    reply_normalise_answer(text, normal, sizeof normal);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], normal) == 0) {
            return true;
        }
    }
    return false;
}

/* "1C 2C 3B" answers several items in one message; all of its words must fit. */
static bool take_many(struct talk_turn *turn, const struct asked *asked)
{
    const struct answer *answers[MANY_WORDS_MAX] = {NULL};
    char normal[256], *word, *rest;
    int words = 0;
    size_t next = 0;

    /* What fills the buffer may go on in words of one's own. */
    if (reply_normalise(turn->text, normal, sizeof normal) + 4 >= sizeof normal) {
        return false;
    }
    for (word = strtok_r(normal, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        char *end;
        unsigned long number = strtoul(word, &end, 10);

        if (end == word || !isalpha((unsigned char)*end) || number < 1 ||
            number > asked->step->items_n || number > MANY_WORDS_MAX) {
            return false;
        }
        answers[number - 1] = item_answer(&asked->step->items[number - 1], end);
        if (answers[number - 1] == NULL) {
            return false;
        }
        words++;
    }
    for (size_t i = 0; words >= 2 && i < asked->step->items_n; i++) {
        struct question question = turn->question;

        if (answers[i] == NULL) {
            continue;
        }
        question.answered_at = 0;
        snprintf(question.step, sizeof question.step, "%s.%s", asked->step->id,
            asked->step->items[i].id);
        question_add(turn->talk->db, &question);
        record(turn, &question, answers[i], asked->step->items[i].scored);
        next = i + 1;
    }
    if (words >= 2) {
        turn->question.answered_at = turn->now;
        question_save(turn->talk->db, &turn->question);
        ask_next(turn, asked, next);
    }
    return words >= 2;
}

/* Once, to the same time of the next day; it costs the caps nothing. */
static void put_off(struct talk_turn *turn, const struct asked *asked)
{
    struct gate_subject subject;
    struct question *question = &turn->question;

    gate_subject(
        turn->talk->planner->gate, asked->enrolment.person_id, turn->now, &subject);
    question->reminder_at = zone_at(subject.zone, zone_day(subject.zone, turn->now) + 1,
        zone_minute(subject.zone, question->asked_at));
    question->closes_at = question->reminder_at + asked->step->closes_ms;
    question->postponed = true;
    question_save(turn->talk->db, question);
}

/* The beginning of a quiz: MULAI, NANTI, or all of it in one message. */
static bool take_start(struct talk_turn *turn, const struct asked *asked)
{
    const struct step *step = asked->step;

    if (is_listed(step->start_words, step->start_words_n, turn->text)) {
        turn->question.answered_at = turn->now;
        turn->question.reminder_at = 0;
        question_save(turn->talk->db, &turn->question);
        ask_item(turn, asked, 0);
        return true;
    }
    if (is_listed(step->later_words, step->later_words_n, turn->text) &&
        !turn->question.postponed) {
        put_off(turn, asked);
        return true;
    }
    return take_many(turn, asked);
}

static bool take_item(struct talk_turn *turn, const struct asked *asked)
{
    const struct answer *answer = item_answer(asked->item, turn->text);

    if (answer == NULL) {
        return take_many(turn, asked);
    }
    record(turn, &turn->question, answer, asked->item->scored);
    ask_next(turn, asked, asked->item_at + 1);
    return true;
}

static bool take_plain(struct talk_turn *turn, const struct asked *asked)
{
    const struct step *step = asked->step;
    const struct answer *answer = step_answer(step, turn->text);
    bool scored = step->ask == ASK_QUIZ;
    char name[NAME_SIZE];

    if (answer == NULL) {
        return false;
    }
    record(turn, &turn->question, answer, scored);
    planner_answered(turn->talk->planner, asked->enrolment.id, step->id, turn->now);
    snprintf(name, sizeof name, "%s%s", step->id, scored && !answer->right ? "-" : "+");
    talk_reply(turn, KIND_REPLY, name,
        answer->feedback.plain != NULL ? &answer->feedback
        : answer->right                ? &step->right
                                       : &step->wrong,
        false);
    return true;
}

bool talk_answer(struct talk_turn *turn)
{
    struct asked asked;

    if (!find_asked(turn, &asked)) {
        return false;
    }
    turn->person_id = asked.enrolment.person_id;
    if (asked.item != NULL) {
        return take_item(turn, &asked);
    }
    return asked.step->items_n > 0 ? take_start(turn, &asked)
                                   : take_plain(turn, &asked);
}
