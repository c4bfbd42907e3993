/*
 * answer.c: answers: to a question that is open, the newest first, those of the channel
 * that she wrote on before those of another; to the question whose button was tapped; and
 * to the newest that has closed.
 *
 * An answer in time gets feedback, a score, one change of mind, and leads on; a late one
 * gets its feedback and is kept, no more. An item of a quiz is a question of its own,
 * called STEP.ITEM. It is asked as a reply, so it counts against no cap.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "talk/internal.h"

enum { NAME_SIZE = 40, MANY_WORDS_MAX = 64, LATE_DAYS = 7 };

/* The question at hand: its step, and the item when it is one of a quiz. */
struct asked {
    struct enrolment enrolment;
    const struct step *step;
    const struct quiz_item *item; /* NULL: the step's own question */
    size_t item_at;
    const char *text; /* what was answered */
    bool slips;       /* a typing slip is forgiven */
};

/* Whose series the turn is in; a question's own may be another, the number may have moved
 * on since. */
static void enter(struct talk_turn *turn, const struct catalogue_series *series)
{
    turn->series = series;
    if (series != NULL) {
        turn->loaded = series->campaign;
        turn->campaign = series->campaign->compiled;
    }
}

/* Finds what turn->question asks, and enters its series. */
static bool find_asked(struct talk_turn *turn, struct asked *asked)
{
    const struct catalogue *catalogue = turn->talk->planner->catalogue;
    const char *dot = strchr(turn->question.step, '.');
    char name[NAME_SIZE];

    if (!enrolment_find(
            turn->talk->db, turn->question.enrolment_id, &asked->enrolment)) {
        return false;
    }
    enter(turn, catalogue_series_find(catalogue, asked->enrolment.series_id));
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

/* The listed answer that the message is, or is a slip of. */
static const struct answer *accepted(
    const struct talk_turn *turn, const struct asked *asked)
{
    const struct words *words = &turn->campaign->words;

    if (asked->item != NULL) {
        return asked->slips ? item_answer_slip(asked->item, asked->text, words)
                            : item_answer(asked->item, asked->text);
    }
    return asked->slips ? step_answer_slip(asked->step, asked->text, words)
                        : step_answer(asked->step, asked->text);
}

/* Records the answer; a change of mind is kept beside the first, which scores. */
static void record(struct talk_turn *turn, struct question *question,
    const struct answer *answer, bool scored)
{
    struct answer_given given = {
        .value = answer->value,
        .is_right = scored ? (answer->right ? 1 : 0) : -1,
        .score = scored ? answer->score : 0,
        .inbound_id = turn->inbound_id,
    };

    answer_add(turn->talk->db, question, &given, turn->now);
    if (question->answered_at == 0) {
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
    struct fill_for whom = {
        .campaign = turn->loaded,
        .person_id = asked->enrolment.person_id,
        .address_id = turn->address_id,
    };
    struct planner_form form;

    snprintf(question.step, sizeof question.step, "%s.%s", asked->step->id, item->id);
    snprintf(
        question.channel, sizeof question.channel, "%s", channel_name(turn->channel));
    question_add(turn->talk->db, &question);
    planner_form_choices(
        turn->talk->planner, &whom, asked->step, item, turn->now, &form);
    talk_reply_formed(turn, KIND_REPLY, question.step, &item->text, &form.form, true);
    planner_form_fini(&form);
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

/* "1C 2C 3B" answers several items in one message; all of its words must fit. */
static bool take_many(struct talk_turn *turn, const struct asked *asked)
{
    const struct answer *answers[MANY_WORDS_MAX] = {NULL};
    char normal[256], *word, *rest;
    int words = 0;
    size_t next = 0;

    /* What fills the buffer may go on in words of one's own. */
    if (reply_normalise(asked->text, normal, sizeof normal) + 4 >= sizeof normal) {
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
    bool later;

    if (asked->slips || !step_begins(asked->step, asked->text, &later)) {
        return !asked->slips && take_many(turn, asked);
    }
    if (!later) {
        turn->question.answered_at = turn->now;
        turn->question.reminder_at = 0;
        question_save(turn->talk->db, &turn->question);
        ask_item(turn, asked, 0);
    } else if (!turn->question.postponed) {
        put_off(turn, asked);
    } else {
        return false;
    }
    return true;
}

static bool take_item(struct talk_turn *turn, const struct asked *asked)
{
    const struct answer *answer = accepted(turn, asked);

    if (answer == NULL) {
        return !asked->slips && take_many(turn, asked);
    }
    record(turn, &turn->question, answer, asked->item->scored);
    ask_next(turn, asked, asked->item_at + 1);
    return true;
}

static void give_feedback(
    struct talk_turn *turn, const struct asked *asked, const struct answer *answer)
{
    const struct step *step = asked->step;
    bool wrong = step->ask == ASK_QUIZ && !answer->right;
    char name[NAME_SIZE];

    snprintf(name, sizeof name, "%s%s", step->id, wrong ? "-" : "+");
    talk_reply(turn, KIND_REPLY, name,
        answer->feedback.plain != NULL ? &answer->feedback
        : answer->right                ? &step->right
                                       : &step->wrong,
        false);
}

static bool take_plain(struct talk_turn *turn, const struct asked *asked)
{
    const struct answer *answer = accepted(turn, asked);

    if (answer == NULL) {
        return false;
    }
    record(turn, &turn->question, answer, asked->step->ask == ASK_QUIZ);
    planner_answered(
        turn->talk->planner, asked->enrolment.id, asked->step->id, turn->now);
    give_feedback(turn, asked, answer);
    return true;
}

/* Tries turn->question with the text. When it is no answer, the turn is as before. */
static bool take(struct talk_turn *turn, const char *text, bool slips)
{
    struct talk_turn before = *turn;
    struct asked asked = {.text = text, .slips = slips};
    bool taken = false;

    if (find_asked(turn, &asked)) {
        turn->person_id = asked.enrolment.person_id;
        taken = asked.item != NULL        ? take_item(turn, &asked)
                : asked.step->items_n > 0 ? take_start(turn, &asked)
                                          : take_plain(turn, &asked);
    }
    if (!taken) {
        *turn = before;
    }
    return taken;
}

bool talk_answer(struct talk_turn *turn)
{
    for (int i = 0; i < turn->open_n; i++) {
        turn->question = turn->open[i];
        if (take(turn, turn->text, false)) {
            return true;
        }
    }
    turn->question = turn->open[0];
    return turn->open_n > 0 && take(turn, turn->text, true);
}

/* Keeps it and says what there is to say; it leads nowhere. */
static bool take_late(struct talk_turn *turn, const char *text)
{
    struct talk_turn before = *turn;
    struct asked asked = {.text = text};
    const struct answer *answer = NULL;
    struct answer_given given = {
        .is_right = -1, .late = true, .inbound_id = turn->inbound_id};

    if (find_asked(turn, &asked) &&
        (asked.enrolment.state != ENROLMENT_ENDED ||
            strcmp(asked.enrolment.reason, "completed") == 0)) {
        answer = accepted(turn, &asked);
    }
    if (answer == NULL) {
        *turn = before;
        return false;
    }
    turn->person_id = asked.enrolment.person_id;
    given.value = answer->value;
    answer_add(turn->talk->db, &turn->question, &given, turn->now);
    turn->question.answered_at = turn->now;
    turn->question.changes_left = 0;
    question_save(turn->talk->db, &turn->question);
    if (asked.item == NULL) {
        give_feedback(turn, &asked, answer);
    } else {
        talk_reply(turn, KIND_REPLY, reply_id_name(REPLY_CONTINUE),
            &turn->campaign->replies[REPLY_CONTINUE], true);
    }
    return true;
}

static int64_t late_since(const struct talk_turn *turn)
{
    return turn->now - LATE_DAYS * 24LL * 60 * 60 * 1000;
}

bool talk_late_answer(struct talk_turn *turn)
{
    return question_closed(turn->talk->db, turn->address_id, late_since(turn),
               turn->now, &turn->question) &&
           take_late(turn, turn->text);
}

bool talk_choice(struct talk_turn *turn, enum intent *intent)
{
    const char *value = strchr(turn->choice, '=');
    struct question *question = &turn->question;
    char step[sizeof question->step];
    bool open;

    if (value == NULL || (size_t)(value - turn->choice) >= sizeof step) {
        return false;
    }
    snprintf(step, sizeof step, "%.*s", (int)(value - turn->choice), turn->choice);
    if (!question_of_step(turn->talk->db, turn->address_id, step, question)) {
        return false;
    }
    open = question->closes_at > turn->now;
    *intent = open || question->answered_at != 0 ? INTENT_ANSWER : INTENT_LATE;
    if (question->answered_at != 0 && (!open || question->changes_left == 0)) {
        return true; /* tapped again: it is answered, and answers nothing else */
    }
    return open ? take(turn, value + 1, false)
                : question->closes_at > late_since(turn) && take_late(turn, value + 1);
}
