/*
 * question.c: what a step asks: its kind, the accepted answers, the questions of a quiz
 * that is asked one after another.
 */
#include "content/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ANSWERS_MAX = 20, SPELLINGS_MAX = 60, ITEMS_MAX = 40, NORMALISED_BYTES = 200 };

static const int64_t HOUR_MS = 3600000;

static const char *const ASK_KINDS[] = {"quiz", "poll", "pledge", "rsvp", "open", NULL};

struct answer_nodes {
    const struct yaml_node *value, *label, *spellings, *right, *score, *feedback;
};

static const struct key_row ANSWER_KEYS[] = {
    {"value", KEY_LABEL, offsetof(struct answer_nodes, value), true,
        "Write what the answer is called in reports: value: A",
        .doc = "what reports call it; a spelling itself"},
    {"label", KEY_LABEL, offsetof(struct answer_nodes, label), false,
        "Write what the button shows: label: 19 tahun", .fallback = "the value",
        .doc = "on a button, where the channel has them; at most 20 characters"},
    {"spellings", KEY_SEQUENCE, offsetof(struct answer_nodes, spellings), false,
        "List how people write it: spellings: [benar, bnr]",
        .fallback = "the value alone", .doc = "`[19, 19 th, sembilan belas]`"},
    {"right", KEY_BOOL, offsetof(struct answer_nodes, right), false, NULL,
        .fallback = "`false`", .doc = "of a quiz: the right answer, or one of them"},
    {"score", KEY_INT, offsetof(struct answer_nodes, score), false, NULL, NULL, 0, 100,
        .fallback = "1 when right, else 0", .doc = "points"},
    {"feedback", KEY_VARIANTS, offsetof(struct answer_nodes, feedback), false,
        "Write feedback: \"…\"", .table = &TEXT_TABLE, .fallback = "the question's",
        .doc = "said to this answer alone"},
};
static const struct key_table ANSWER_TABLE = KEY_TABLE("an answer", ANSWER_KEYS);

struct item_nodes {
    const struct yaml_node *id, *text, *answers, *scored;
};

static const struct key_row ITEM_KEYS[] = {
    {"id", KEY_ID, offsetof(struct item_nodes, id), true, "Give it an id: id: Q1",
        .doc = "unique in its quiz; the same id in the first and the last quiz is "
               "compared"},
    {"text", KEY_VARIANTS, offsetof(struct item_nodes, text), true,
        "Write the question: text: \"…\"", .table = &TEXT_TABLE, .doc = "what it asks"},
    {"answers", KEY_SEQUENCE, offsetof(struct item_nodes, answers), true,
        "List what counts as an answer: answers: and below it - {value: A}",
        .table = &ANSWER_TABLE, .doc = "what counts"},
    {"scored", KEY_BOOL, offsetof(struct item_nodes, scored), false, NULL,
        .fallback = "`true`",
        .doc = "`false`: an attitude, with no right answer, reported apart"},
};
static const struct key_table ITEM_TABLE = KEY_TABLE("a question of a quiz", ITEM_KEYS);

struct reminder_nodes {
    const struct yaml_node *after, *text;
};

static const struct key_row REMINDER_KEYS[] = {
    {"after", KEY_DURATION, offsetof(struct reminder_nodes, after), true,
        "Write after: 6h",
        .doc = "so long after the question, when nothing has come; it moves to the "
               "next open hour"},
    {"text", KEY_VARIANTS, offsetof(struct reminder_nodes, text), true,
        "Write what it says: text: \"…\"", .table = &TEXT_TABLE, .doc = "what it says"},
};
static const struct key_table REMINDER_TABLE = KEY_TABLE("a reminder", REMINDER_KEYS);

struct ask_nodes {
    const struct yaml_node *kind, *text, *answers, *questions, *start, *later, *done;
    const struct yaml_node *right, *wrong, *reminder, *closes, *change;
};

static const struct key_row ASK_KEYS[] = {
    {"kind", KEY_CHOICE, offsetof(struct ask_nodes, kind), true,
        "Write kind: quiz (or poll, pledge, rsvp, open)", ASK_KINDS,
        .doc = "`open` takes any text"},
    {"text", KEY_VARIANTS, offsetof(struct ask_nodes, text), true,
        "Write the question: text: \"…\"", .table = &TEXT_TABLE, .doc = "what it asks"},
    {"answers", KEY_SEQUENCE, offsetof(struct ask_nodes, answers), false,
        "List what counts as an answer: answers: and below it - {value: A}",
        .table = &ANSWER_TABLE,
        .doc = "what counts; needed but for `open`, and for a quiz with `questions`"},
    {"right", KEY_VARIANTS, offsetof(struct ask_nodes, right), false,
        "Write right: \"…\"", .table = &TEXT_TABLE, .fallback = "silence",
        .doc = "of a quiz: said to a right answer"},
    {"wrong", KEY_VARIANTS, offsetof(struct ask_nodes, wrong), false,
        "Write wrong: \"…\"", .table = &TEXT_TABLE, .fallback = "silence",
        .doc = "of a quiz: said to another answer"},
    {"reminder", KEY_MAPPING, offsetof(struct ask_nodes, reminder), false,
        "Write reminder: {after: 6h, text: \"…\"}", .table = &REMINDER_TABLE,
        .fallback = "none", .doc = "said once to who has not answered"},
    {"closes", KEY_DURATION, offsetof(struct ask_nodes, closes), false, NULL,
        .fallback = "`48h`", .doc = "replies after this are no answers"},
    {"change", KEY_BOOL, offsetof(struct ask_nodes, change), false, NULL,
        .fallback = "`false`",
        .doc = "`true`: one change of the answer is taken; the first counts in scores"},
    {"questions", KEY_SEQUENCE, offsetof(struct ask_nodes, questions), false,
        "List them: questions: and below it - {id: Q1, text: \"…\", answers: […]}",
        .table = &ITEM_TABLE,
        .doc = "of a quiz: asked one after another, as replies, once it is begun"},
    {"start", KEY_LABELS, offsetof(struct ask_nodes, start), false,
        "Write start: [MULAI]", .fallback = "`[MULAI]`",
        .doc = "with `questions`: the words that begin it"},
    {"later", KEY_LABELS, offsetof(struct ask_nodes, later), false,
        "Write later: [NANTI]", .fallback = "none",
        .doc = "with `questions`: the words that put it off to the next day, once"},
    {"done", KEY_VARIANTS, offsetof(struct ask_nodes, done), false, "Write done: \"…\"",
        .table = &TEXT_TABLE, .fallback = "silence",
        .doc = "with `questions`: said after the last"},
};
const struct key_table ASK_TABLE = KEY_TABLE("\"ask\"", ASK_KEYS);

/* The answers of one question while they are read. */
struct answers {
    struct answer *list;
    size_t n;
    enum ask_kind kind;
    bool scored;
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

static bool is_spelling_of(const struct answer *answer, const char *spelling)
{
    for (size_t i = 0; i < answer->spellings_n; i++) {
        if (strcmp(answer->spellings[i], spelling) == 0) {
            return true;
        }
    }
    return false;
}

static const struct answer *holder_of(
    const struct answers *answers, const char *spelling)
{
    for (size_t i = 0; i < answers->n; i++) {
        if (is_spelling_of(&answers->list[i], spelling)) {
            return &answers->list[i];
        }
    }
    return NULL;
}

/* Writes the normalised word; false, with a problem, when it cannot be heard as itself. */
static bool read_word(
    struct compiler *compiler, const struct yaml_node *node, char *text, size_t size)
{
    enum keyword keyword;

    if (reply_normalise_answer(node->text, text, size) == 0) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Punctuation and emoji are taken out of replies; use letters or digits.",
            "\"%.40s\" holds nothing that a reply can be compared with", node->text);
        return false;
    }
    keyword = reply_keyword(node->text, &compiler->campaign->words);
    if (keyword != KEYWORD_NONE && keyword != KEYWORD_YES && keyword != KEYWORD_NO &&
        keyword != KEYWORD_SHARED_PHONE) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            keyword == KEYWORD_STOP
                ? "Choose another word: who writes this is unsubscribed at once."
                : "Choose another word: a keyword comes before every question.",
            "\"%.40s\" means %s and can be no answer", node->text,
            keyword_word(keyword));
        return false;
    }
    return true;
}

/* Adds one spelling of the last answer, or says why it cannot be one. */
static void add_spelling(
    struct compiler *compiler, const struct yaml_node *node, struct answers *answers)
{
    struct answer *answer = &answers->list[answers->n - 1];
    const struct answer *holder;
    char text[NORMALISED_BYTES];

    if (!read_word(compiler, node, text, sizeof text)) {
        return;
    }
    holder = holder_of(answers, text);
    if (holder != NULL && holder != answer) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Every spelling belongs to one answer.",
            "\"%.40s\" is a spelling of the answer \"%.40s\" already", node->text,
            holder->value);
    } else if (is_bare_truth(answer, text)) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Take it out: a bare b may be option B, and who writes one is asked again.",
            "a single letter is no answer to BENAR or SALAH");
    } else if (holder == NULL) {
        answer->spellings =
            mem_resize(answer->spellings, answer->spellings_n + 1, sizeof(char *));
        answer->spellings[answer->spellings_n++] = mem_copy(text);
    }
}

static void read_spellings(
    struct compiler *compiler, const struct yaml_node *list, struct answers *answers)
{
    static const struct key_row ROW = {.key = "spellings", .type = KEY_LABEL};

    if (list->n > SPELLINGS_MAX) {
        yaml_error(compiler->source.document, list, compiler->source.problems, NULL,
            "more than %d spellings", (int)SPELLINGS_MAX);
        return;
    }
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        if (key_check(&compiler->source, item, &ROW)) {
            add_spelling(compiler, item, answers);
        }
    }
}

/* A button holds 20 characters, and is seen as a preview is. */
static char *read_label(struct compiler *compiler, const struct yaml_node *node)
{
    enum { LABEL_CHARACTERS_MAX = 20 };
    size_t characters = 0;

    if (node == NULL) {
        return NULL;
    }
    for (const char *at = node->text; *at != '\0'; at++) {
        characters += ((unsigned char)*at & 0xC0) != 0x80;
    }
    if (characters > LABEL_CHARACTERS_MAX) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Shorten it.", "a button shows at most %d characters, not %d",
            (int)LABEL_CHARACTERS_MAX, (int)characters);
    }
    value_check_blocked(compiler, node, "label");
    return key_text(node);
}

static void read_answer(struct compiler *compiler, const struct yaml_node *item,
    const struct audience *audience, struct answers *answers)
{
    struct text_use use = {.name = "feedback",
        .audience = audience,
        .open_wording =
            compiler->series->open_wording && !audience_has_minors(audience),
        .score = answers->kind == ASK_QUIZ && answers->scored,
        .parts = 1};
    struct answer_nodes nodes = {0};
    struct answer *answer;

    keys_read(&compiler->source, item, &ANSWER_TABLE, &nodes);
    if (nodes.value == NULL) {
        return;
    }
    answers->list = mem_resize(answers->list, answers->n + 1, sizeof *answers->list);
    answer = &answers->list[answers->n++];
    *answer =
        (struct answer){.value = key_text(nodes.value), .right = key_bool(nodes.right)};
    answer->score = (int)key_int(nodes.score, answer->right);
    answer->label = read_label(compiler, nodes.label);
    add_spelling(compiler, nodes.value, answers);
    if (nodes.spellings != NULL) {
        read_spellings(compiler, nodes.spellings, answers);
    }
    text_read(compiler, nodes.feedback, &use, &answer->feedback);
    if (nodes.right != NULL && answers->kind != ASK_QUIZ) {
        yaml_key_error(compiler->source.document, nodes.right,
            compiler->source.problems, "Take it out, or make the question a quiz.",
            "only a quiz has right answers");
    } else if (answer->right && !answers->scored) {
        yaml_key_error(compiler->source.document, nodes.right,
            compiler->source.problems, "Take it out, or take scored: false out.",
            "a question that is not scored has no right answer");
    }
}

/* "kejar paket" beside "kejar" and "paket" of another answer: the one message is both. */
static void check_overlap(struct compiler *compiler, const struct yaml_node *list,
    const struct answers *answers)
{
    for (size_t i = 0; i < answers->n; i++) {
        for (size_t k = 0; k < answers->list[i].spellings_n; k++) {
            const char *spelling = answers->list[i].spellings[k];

            for (size_t other = 0; other < answers->n; other++) {
                if (other != i && answer_is_spelled(&answers->list[other], spelling)) {
                    yaml_error(compiler->source.document, list,
                        compiler->source.problems,
                        "Take one of the spellings out, so that a reply is one answer.",
                        "the answers overlap: \"%.60s\" is \"%.40s\", and is made of "
                        "spellings of \"%.40s\"",
                        spelling, answers->list[i].value, answers->list[other].value);
                    return;
                }
            }
        }
    }
}

/* Reads a list of answers; answers are those that the kind of question needs. */
static void read_answers(struct compiler *compiler, const struct yaml_node *owner,
    const struct yaml_node *list, const struct audience *audience,
    struct answers *answers)
{
    bool right = false;

    if (list == NULL && yaml_find(owner, "answers") != NULL) {
        return; /* it has been complained of */
    }
    if (list != NULL && list->n > ANSWERS_MAX) {
        yaml_error(compiler->source.document, list, compiler->source.problems, NULL,
            "more than %d answers", (int)ANSWERS_MAX);
        return;
    }
    for (const struct yaml_node *item = list == NULL ? NULL : list->children;
         item != NULL; item = item->next) {
        read_answer(compiler, item, audience, answers);
    }
    if (answers->kind != ASK_OPEN && (list == NULL || list->n == 0)) {
        yaml_key_error(compiler->source.document, owner, compiler->source.problems,
            "List what counts: answers: [{value: A, right: true}, {value: B}]",
            "a %s without accepted answers", ASK_KINDS[answers->kind]);
        return;
    }
    for (size_t i = 0; i < answers->n; i++) {
        right = right || answers->list[i].right;
    }
    if (answers->kind == ASK_QUIZ && answers->scored && !right && answers->n > 0) {
        yaml_error(compiler->source.document, list, compiler->source.problems,
            "Add right: true to an answer, or make it a poll.",
            "a quiz in which no answer is right");
    }
    check_overlap(compiler, list, answers);
}

static void check_item_id(struct compiler *compiler, const struct yaml_node *node,
    const struct step *step, size_t before)
{
    for (size_t i = 0; i < before; i++) {
        if (strcmp(step->items[i].id, node->text) == 0) {
            yaml_error(compiler->source.document, node, compiler->source.problems,
                "Give every question of the quiz an id of its own.",
                "the question id \"%s\" stands twice", node->text);
            return;
        }
    }
    if (strlen(step->id) + 1 + strlen(node->text) > KEY_ID_CHARACTERS_MAX) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "Shorten one of them.",
            "the ids of the step and its question take more than %d characters",
            (int)KEY_ID_CHARACTERS_MAX - 1);
    }
}

static void read_item(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *like, struct step *step, size_t at)
{
    struct item_nodes nodes = {0};
    struct quiz_item *item = &step->items[at];
    struct answers answers = {.kind = ASK_QUIZ};
    struct text_use use = *like;

    keys_read(&compiler->source, node, &ITEM_TABLE, &nodes);
    item->id = nodes.id == NULL ? mem_copy("") : key_text(nodes.id);
    item->scored = nodes.scored == NULL || key_bool(nodes.scored);
    if (nodes.id != NULL) {
        check_item_id(compiler, nodes.id, step, at);
    }
    use.name = "text";
    use.event = NULL; /* a reply: it is not the event's step any more */
    text_read(compiler, nodes.text, &use, &item->text);
    answers.scored = item->scored;
    if (nodes.answers != NULL) {
        read_answers(compiler, node, nodes.answers, use.audience, &answers);
    }
    item->answers = answers.list;
    item->answers_n = answers.n;
}

static void read_words(struct compiler *compiler, const struct yaml_node *node,
    const char *fallback, char ***words, size_t *n)
{
    char text[NORMALISED_BYTES];

    if (node == NULL && fallback != NULL) {
        *words = mem_resize(NULL, 1, sizeof **words);
        (*words)[(*n)++] = mem_copy(fallback);
    }
    for (const struct yaml_node *item = key_item_next(node, NULL); item != NULL;
         item = key_item_next(node, item)) {
        if (read_word(compiler, item, text, sizeof text)) {
            *words = mem_resize(*words, *n + 1, sizeof **words);
            (*words)[(*n)++] = mem_copy(text);
        }
    }
}

static void check_words_apart(
    struct compiler *compiler, const struct yaml_node *later, const struct step *step)
{
    for (size_t i = 0; i < step->later_words_n; i++) {
        for (size_t k = 0; k < step->start_words_n; k++) {
            if (strcmp(step->later_words[i], step->start_words[k]) == 0) {
                yaml_error(compiler->source.document, later, compiler->source.problems,
                    "Use another word.", "\"%s\" begins the quiz already",
                    step->later_words[i]);
            }
        }
    }
}

static void read_items(struct compiler *compiler, const struct ask_nodes *nodes,
    const struct text_use *like, struct step *step)
{
    struct text_use use = *like;
    size_t i = 0;

    if (step->ask != ASK_QUIZ || nodes->answers != NULL) {
        yaml_key_error(compiler->source.document, nodes->questions,
            compiler->source.problems,
            "Make it kind: quiz, and give each question its own answers.",
            nodes->answers != NULL ? "a question has either answers or questions"
                                   : "only a quiz has several questions");
        return;
    }
    if (nodes->questions->n == 0 || nodes->questions->n > ITEMS_MAX) {
        yaml_error(compiler->source.document, nodes->questions,
            compiler->source.problems, NULL,
            nodes->questions->n == 0 ? "a quiz without questions"
                                     : "more than %d questions",
            (int)ITEMS_MAX);
        return;
    }
    step->items = mem_zero(nodes->questions->n, sizeof *step->items);
    step->items_n = nodes->questions->n;
    for (const struct yaml_node *item = nodes->questions->children; item != NULL;
         item = item->next) {
        read_item(compiler, item, like, step, i++);
    }
    read_words(
        compiler, nodes->start, "mulai", &step->start_words, &step->start_words_n);
    read_words(compiler, nodes->later, NULL, &step->later_words, &step->later_words_n);
    check_words_apart(compiler, nodes->later, step);
    use.name = "done";
    use.event = NULL;
    text_read(compiler, nodes->done, &use, &step->done);
}

/* What belongs to several questions only, or to none of them. */
static void check_alone(struct compiler *compiler, const struct ask_nodes *nodes)
{
    const struct yaml_node *strange[] = {nodes->start, nodes->later, nodes->done};

    for (size_t i = 0; i < 3; i++) {
        if (strange[i] != NULL) {
            yaml_key_error(compiler->source.document, strange[i],
                compiler->source.problems, "Take it out, or list questions:.",
                "\"%s\" belongs to a quiz with questions", strange[i]->key);
        }
    }
}

static void read_feedback(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *like, const struct step *step, struct text *text)
{
    struct text_use use = *like;

    if (node == NULL) {
        return;
    }
    use.name = node->key;
    use.event = NULL;
    use.score = step->ask == ASK_QUIZ;
    text_read(compiler, node, &use, text);
    if (step->ask != ASK_QUIZ) {
        yaml_key_error(compiler->source.document, node, compiler->source.problems,
            "Give each answer its own feedback instead.", "only a quiz has \"%s\"",
            node->key);
    }
}

/* R11: who reads over somebody's shoulder must not learn whether she was right. */
static void check_feedback(
    struct compiler *compiler, const struct ask_nodes *nodes, const struct step *step)
{
    const char *right = text_choose(&step->right, NULL, true);
    const char *wrong = text_choose(&step->wrong, NULL, true);

    if (nodes->right == NULL || nodes->wrong == NULL || step->ask != ASK_QUIZ ||
        step->right.variants_n == 0 || step->wrong.variants_n == 0 || right == NULL ||
        wrong == NULL || strcmp(right, wrong) == 0) {
        return;
    }
    yaml_key_error(compiler->source.document, nodes->wrong, compiler->source.problems,
        "Write the same discreet text for both (R11).",
        "the discreet texts of right and wrong differ, and so tell the score");
}

static void read_reminder(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *like, struct step *step)
{
    struct reminder_nodes nodes = {0};
    struct text_use use = *like;

    keys_read(&compiler->source, node, &REMINDER_TABLE, &nodes);
    step->reminder_after_ms = key_duration(nodes.after, 0);
    use.name = "text";
    text_read(compiler, nodes.text, &use, &step->reminder);
    if (nodes.after != NULL && step->reminder_after_ms >= step->closes_ms) {
        yaml_error(compiler->source.document, nodes.after, compiler->source.problems,
            "Remind sooner, or let the question close later.",
            "the reminder comes when the question is closed already");
    }
}

/* Who was there may write the word that was said there behind HADIR. */
static void add_code(const struct event *event, struct answers *answers)
{
    static const char present[] = "hadir";
    char *written, text[NORMALISED_BYTES];

    if (event == NULL || event->code == NULL) {
        return;
    }
    written = mem_format("%s %s", present, event->code);
    reply_normalise_answer(written, text, sizeof text);
    for (size_t i = 0; i < answers->n; i++) {
        struct answer *answer = &answers->list[i];

        /* An answer's first spelling is its value. */
        if (answer->spellings_n > 0 && strcmp(answer->spellings[0], present) == 0 &&
            holder_of(answers, text) == NULL) {
            answer->spellings =
                mem_resize(answer->spellings, answer->spellings_n + 1, sizeof(char *));
            answer->spellings[answer->spellings_n++] = mem_copy(text);
        }
    }
    free(written);
}

void question_read(
    struct compiler *compiler, const struct yaml_node *ask, struct step *step)
{
    struct ask_nodes nodes = {0};
    struct answers answers = {.scored = true};
    struct text_use use = {.name = "text",
        .audience = &step->audience,
        .open_wording =
            compiler->series->open_wording && !audience_has_minors(&step->audience),
        .event = step->when.event,
        .parts = step->parts};

    step->kind = STEP_ASK;
    keys_read(&compiler->source, ask, &ASK_TABLE, &nodes);
    step->ask = (enum ask_kind)key_choice(nodes.kind, ASK_KINDS);
    step->closes_ms = key_duration(nodes.closes, 48 * HOUR_MS);
    step->may_change = key_bool(nodes.change);
    text_read(compiler, nodes.text, &use, &step->text);
    answers.kind = step->ask;
    if (nodes.questions != NULL && nodes.kind != NULL) {
        read_items(compiler, &nodes, &use, step);
    } else if (nodes.kind != NULL && yaml_find(ask, "questions") == NULL) {
        read_answers(compiler, ask, nodes.answers, use.audience, &answers);
        check_alone(compiler, &nodes);
        add_code(step->when.event, &answers);
    }
    step->answers = answers.list;
    step->answers_n = answers.n;
    if (nodes.kind != NULL) {
        read_feedback(compiler, nodes.right, &use, step, &step->right);
        read_feedback(compiler, nodes.wrong, &use, step, &step->wrong);
        check_feedback(compiler, &nodes, step);
    }
    if (nodes.reminder != NULL) {
        read_reminder(compiler, nodes.reminder, &use, step);
    }
}
