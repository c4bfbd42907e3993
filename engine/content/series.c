/*
 * series.c: one series file, from its keys to struct series. What concerns a single step
 * is checked here, the series as a whole in series_check.c.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { STEPS_MAX = 200, ANSWERS_MAX = 20, SPELLINGS_MAX = 60, NORMALISED_BYTES = 200 };

static const int64_t HOUR_MS = 3600000;

struct series_nodes {
    const struct yaml_node *series, *title, *audience, *invitation, *steps;
};

static const struct key_row SERIES_KEYS[] = {
    {"series", KEY_ID, offsetof(struct series_nodes, series), true,
        "Name the series: series: champions"},
    {"title", KEY_TEXT, offsetof(struct series_nodes, title), true,
        "Say what it is, for reports: title: Champion, 8 minggu"},
    {"for", KEY_MAPPING, offsetof(struct series_nodes, audience), false,
        "Say who gets it: for: {role: champion}"},
    {"invitation", KEY_MAPPING, offsetof(struct series_nodes, invitation), false,
        "Write invitation: {id: C0, text: \"…\"}"},
    {"steps", KEY_SEQUENCE, offsetof(struct series_nodes, steps), true,
        "List the messages: steps: and below it - id: C1 …"},
};

struct audience_nodes {
    const struct yaml_node *role;
};

static const struct key_row AUDIENCE_KEYS[] = {
    {"role", KEY_ID, offsetof(struct audience_nodes, role), true,
        "Write the role that contacts have: role: champion"},
};

struct invitation_nodes {
    const struct yaml_node *id, *text, *closes;
};

static const struct key_row INVITATION_KEYS[] = {
    {"id", KEY_ID, offsetof(struct invitation_nodes, id), true,
        "Give it an id: id: C0"},
    {"text", KEY_TEXT, offsetof(struct invitation_nodes, text), true,
        "Write what the invitation says: text: \"…\""},
    {"closes", KEY_DURATION, offsetof(struct invitation_nodes, closes), false, NULL},
};

struct step_nodes {
    const struct yaml_node *id, *at, *say, *ask, *late;
};

static const struct key_row STEP_KEYS[] = {
    {"id", KEY_ID, offsetof(struct step_nodes, id), true,
        "Give the step an id: id: C1"},
    {"at", KEY_MAPPING, offsetof(struct step_nodes, at), true,
        "Say when: at: {week: 1, day: wed, time: \"16:15\"}"},
    {"say", KEY_TEXT, offsetof(struct step_nodes, say), false, NULL},
    {"ask", KEY_MAPPING, offsetof(struct step_nodes, ask), false,
        "Write ask: {kind: quiz, text: \"…\", answers: […]}"},
    {"late", KEY_DURATION, offsetof(struct step_nodes, late), false, NULL},
};

struct at_nodes {
    const struct yaml_node *week, *day, *time;
};

static const struct key_row AT_KEYS[] = {
    {"week", KEY_INT, offsetof(struct at_nodes, week), true,
        "Week 1 is the first whole week after joining: week: 1", NULL, 1, 104},
    {"day", KEY_DAY, offsetof(struct at_nodes, day), true, "Write day: wed"},
    {"time", KEY_TIME, offsetof(struct at_nodes, time), true,
        "Write hours and minutes with two digits each: time: \"16:15\""},
};

static const char *const ASK_KINDS[] = {"quiz", "poll", "pledge", "rsvp", "open", NULL};

struct ask_nodes {
    const struct yaml_node *kind, *text, *answers, *right, *wrong, *closes;
};

static const struct key_row ASK_KEYS[] = {
    {"kind", KEY_CHOICE, offsetof(struct ask_nodes, kind), true,
        "Write kind: quiz (or poll, pledge, rsvp, open)", ASK_KINDS},
    {"text", KEY_TEXT, offsetof(struct ask_nodes, text), true,
        "Write the question: text: \"…\""},
    {"answers", KEY_SEQUENCE, offsetof(struct ask_nodes, answers), false,
        "List what counts as an answer: answers: and below it - {value: A}"},
    {"right", KEY_TEXT, offsetof(struct ask_nodes, right), false, NULL},
    {"wrong", KEY_TEXT, offsetof(struct ask_nodes, wrong), false, NULL},
    {"closes", KEY_DURATION, offsetof(struct ask_nodes, closes), false, NULL},
};

struct answer_nodes {
    const struct yaml_node *value, *spellings, *right, *feedback;
};

static const struct key_row ANSWER_KEYS[] = {
    {"value", KEY_LABEL, offsetof(struct answer_nodes, value), true,
        "Write what the answer is called in reports: value: A"},
    {"spellings", KEY_SEQUENCE, offsetof(struct answer_nodes, spellings), false,
        "List how people write it: spellings: [benar, bnr]"},
    {"right", KEY_BOOL, offsetof(struct answer_nodes, right), false, NULL},
    {"feedback", KEY_TEXT, offsetof(struct answer_nodes, feedback), false, NULL},
};

/* "Benar" and "salah" are asked for as words: a bare letter would be option B of another
 * question, or a typing slip. */
static bool is_bare_truth(const struct answer *answer, const char *spelling)
{
    char value[NORMALISED_BYTES];

    reply_normalise_answer(answer->value, value, sizeof value);
    return (strcmp(value, "benar") == 0 && strcmp(spelling, "b") == 0) ||
           (strcmp(value, "salah") == 0 && strcmp(spelling, "s") == 0);
}

static const struct answer *holder_of(const struct step *step, const char *spelling)
{
    for (size_t i = 0; i < step->answers_n; i++) {
        for (size_t k = 0; k < step->answers[i].spellings_n; k++) {
            if (strcmp(step->answers[i].spellings[k], spelling) == 0) {
                return &step->answers[i];
            }
        }
    }
    return NULL;
}

/* Adds one spelling of the step's last answer, or says why it cannot be one. */
static void add_spelling(const struct source *source, const struct campaign *campaign,
    const struct yaml_node *node, struct step *step)
{
    struct answer *answer = &step->answers[step->answers_n - 1];
    const struct answer *holder;
    char text[NORMALISED_BYTES];

    if (reply_normalise_answer(node->text, text, sizeof text) == 0) {
        yaml_error(source->document, node, source->problems,
            "Punctuation and emoji are taken out of replies; use letters or digits.",
            "\"%.40s\" holds nothing that a reply can be compared with", node->text);
        return;
    }
    holder = holder_of(step, text);
    if (reply_keyword(node->text, &campaign->words) == KEYWORD_STOP) {
        yaml_error(source->document, node, source->problems,
            "Choose another word: who writes this is unsubscribed at once.",
            "\"%.40s\" means STOP and can be no answer", node->text);
    } else if (holder != NULL && holder != answer) {
        yaml_error(source->document, node, source->problems,
            "Every spelling belongs to one answer.",
            "\"%.40s\" is a spelling of the answer \"%.40s\" already", node->text,
            holder->value);
    } else if (is_bare_truth(answer, text)) {
        yaml_error(source->document, node, source->problems,
            "Take it out: a bare b may be option B, and who writes one is asked again.",
            "a single letter is no answer to BENAR or SALAH");
    } else if (holder == NULL) {
        answer->spellings =
            mem_resize(answer->spellings, answer->spellings_n + 1, sizeof(char *));
        answer->spellings[answer->spellings_n++] = mem_copy(text);
    }
}

static void read_spellings(const struct source *source, const struct campaign *campaign,
    const struct yaml_node *list, struct step *step)
{
    static const struct key_row ROW = {.key = "spellings", .type = KEY_LABEL};

    if (list->n > SPELLINGS_MAX) {
        yaml_error(source->document, list, source->problems, NULL,
            "more than %d spellings", (int)SPELLINGS_MAX);
        return;
    }
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        if (key_check(source, item, &ROW)) {
            add_spelling(source, campaign, item, step);
        }
    }
}

static void read_answer(const struct source *source, const struct campaign *campaign,
    const struct yaml_node *item, struct step *step)
{
    struct answer_nodes nodes = {0};
    struct answer *answer;

    keys_read(source, item, "an answer", ANSWER_KEYS, KEYS_N(ANSWER_KEYS), &nodes);
    if (nodes.value == NULL) {
        return;
    }
    step->answers =
        mem_resize(step->answers, step->answers_n + 1, sizeof *step->answers);
    answer = &step->answers[step->answers_n++];
    *answer = (struct answer){
        .value = key_text(nodes.value),
        .right = key_bool(nodes.right),
        .feedback = key_text(nodes.feedback),
    };
    add_spelling(source, campaign, nodes.value, step);
    if (nodes.spellings != NULL) {
        read_spellings(source, campaign, nodes.spellings, step);
    }
    if (nodes.feedback != NULL) {
        template_check(source, nodes.feedback, "feedback");
    }
    if (nodes.right != NULL && step->ask != ASK_QUIZ) {
        yaml_key_error(source->document, nodes.right, source->problems,
            "Take it out, or make the question a quiz.",
            "only a quiz has right answers");
    }
}

/* Answers that the kind of question needs. */
static void check_answers(const struct source *source, const struct yaml_node *ask,
    const struct ask_nodes *nodes, const struct step *step)
{
    bool right = false;

    if (nodes->answers == NULL && yaml_find(ask, "answers") != NULL) {
        return; /* it has been complained of */
    }
    if (step->answers_n == 0 && step->ask != ASK_OPEN &&
        (nodes->answers == NULL || nodes->answers->n == 0)) {
        yaml_key_error(source->document, ask, source->problems,
            "List what counts: answers: [{value: A, right: true}, {value: B}]",
            "a %s without accepted answers", ASK_KINDS[step->ask]);
        return;
    }
    for (size_t i = 0; i < step->answers_n; i++) {
        right = right || step->answers[i].right;
    }
    if (step->ask == ASK_QUIZ && !right && step->answers_n > 0) {
        yaml_error(source->document, nodes->answers, source->problems,
            "Add right: true to an answer, or make it a poll.",
            "a quiz in which no answer is right");
    }
}

static void check_feedback(
    const struct source *source, const struct yaml_node *node, const struct step *step)
{
    if (node == NULL) {
        return;
    }
    template_check(source, node, node->key);
    if (step->ask != ASK_QUIZ) {
        yaml_key_error(source->document, node, source->problems,
            "Give each answer its own feedback instead.", "only a quiz has \"%s\"",
            node->key);
    }
}

static void read_ask(const struct source *source, const struct campaign *campaign,
    const struct yaml_node *ask, struct step *step)
{
    struct ask_nodes nodes = {0};

    step->kind = STEP_ASK;
    keys_read(source, ask, "a question", ASK_KEYS, KEYS_N(ASK_KEYS), &nodes);
    step->ask = (enum ask_kind)key_choice(nodes.kind, ASK_KINDS);
    step->text = key_text(nodes.text);
    step->right = key_text(nodes.right);
    step->wrong = key_text(nodes.wrong);
    step->closes_ms = key_duration(nodes.closes, 48 * HOUR_MS);
    if (nodes.answers != NULL && nodes.answers->n > ANSWERS_MAX) {
        yaml_error(source->document, nodes.answers, source->problems, NULL,
            "more than %d answers", (int)ANSWERS_MAX);
        return;
    }
    for (const struct yaml_node *item = nodes.answers == NULL ? NULL
                                                              : nodes.answers->children;
         item != NULL; item = item->next) {
        read_answer(source, campaign, item, step);
    }
    if (nodes.text != NULL) {
        template_check(source, nodes.text, "text");
    }
    if (nodes.kind != NULL) {
        check_answers(source, ask, &nodes, step);
        check_feedback(source, nodes.right, step);
        check_feedback(source, nodes.wrong, step);
    }
}

/* Returns true when all three parts of the time are good. */
static bool read_at(
    const struct source *source, const struct yaml_node *at, struct step *step)
{
    struct at_nodes nodes = {0};

    keys_read(source, at, "\"at\"", AT_KEYS, KEYS_N(AT_KEYS), &nodes);
    if (nodes.week == NULL || nodes.day == NULL || nodes.time == NULL) {
        return false;
    }
    step->week = (int)key_int(nodes.week, 1);
    step->weekday = weekday_parse(nodes.day->text, strlen(nodes.day->text));
    step->minute = time_of_day_parse(nodes.time->text, strlen(nodes.time->text), false);
    return true;
}

static void read_step(const struct source *source, const struct campaign *campaign,
    const struct yaml_node *item, struct step *step, struct step_place *place)
{
    struct step_nodes nodes = {0};

    step->line = item->line;
    step->column = item->column;
    keys_read(source, item, "a step", STEP_KEYS, KEYS_N(STEP_KEYS), &nodes);
    step->id = nodes.id == NULL ? mem_copy("") : key_text(nodes.id);
    step->late_ms = key_duration(nodes.late, 24 * HOUR_MS);
    place->id = nodes.id;
    place->at = nodes.at;
    place->timed = nodes.at != NULL && read_at(source, nodes.at, step);
    if (item->kind == YAML_MAPPING &&
        (yaml_find(item, "say") != NULL) == (yaml_find(item, "ask") != NULL)) {
        yaml_error(source->document, item, source->problems,
            "A step either says something (say: \"…\") or asks (ask: {…}).",
            "the step \"%s\" has %s", step->id,
            yaml_find(item, "say") != NULL ? "both say and ask"
                                           : "neither say nor ask");
        return;
    }
    if (nodes.say != NULL) {
        step->text = key_text(nodes.say);
        template_check(source, nodes.say, "say");
    } else if (nodes.ask != NULL) {
        read_ask(source, campaign, nodes.ask, step);
    }
}

static const struct yaml_node *read_invitation(
    const struct source *source, const struct yaml_node *mapping, struct series *series)
{
    struct invitation_nodes nodes = {0};

    keys_read(source, mapping, "an invitation", INVITATION_KEYS,
        KEYS_N(INVITATION_KEYS), &nodes);
    series->invitation_id = key_text(nodes.id);
    series->invitation = key_text(nodes.text);
    series->invitation_closes_ms = key_duration(nodes.closes, 14 * 24 * HOUR_MS);
    if (nodes.text != NULL) {
        template_check(source, nodes.text, "text");
    }
    return nodes.id;
}

static void read_steps(const struct source *source, const struct campaign *campaign,
    const struct yaml_node *list, const struct yaml_node *invitation_id,
    struct series *series)
{
    struct step_place *places;
    size_t i = 0;

    if (list->n == 0 || list->n > STEPS_MAX) {
        yaml_error(source->document, list, source->problems, NULL,
            list->n == 0 ? "a series without steps" : "more than %d steps",
            (int)STEPS_MAX);
        return;
    }
    places = mem_zero(list->n, sizeof *places);
    series->steps = mem_zero(list->n, sizeof *series->steps);
    series->steps_n = list->n;
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        read_step(source, campaign, item, &series->steps[i], &places[i]);
        i++;
    }
    series_check(source, campaign, series, places, invitation_id);
    free(places);
}

void series_read(
    const struct source *source, const struct campaign *campaign, struct series *series)
{
    struct series_nodes nodes = {0};
    struct audience_nodes audience = {0};
    const struct yaml_node *invitation_id = NULL;

    keys_read(source, yaml_root(source->document), "a series", SERIES_KEYS,
        KEYS_N(SERIES_KEYS), &nodes);
    series->id = nodes.series == NULL ? mem_copy("") : key_text(nodes.series);
    series->title = key_text(nodes.title);
    if (nodes.series != NULL && campaign_series(campaign, series->id) != NULL) {
        yaml_error(source->document, nodes.series, source->problems,
            "Rename one of the two.", "another file has a series \"%s\"", series->id);
    }
    if (nodes.audience != NULL) {
        keys_read(source, nodes.audience, "\"for\"", AUDIENCE_KEYS,
            KEYS_N(AUDIENCE_KEYS), &audience);
        series->role = key_text(audience.role);
    }
    if (nodes.invitation != NULL) {
        invitation_id = read_invitation(source, nodes.invitation, series);
    }
    if (nodes.steps != NULL) {
        read_steps(source, campaign, nodes.steps, invitation_id, series);
    }
}
