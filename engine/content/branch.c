/*
 * branch.c: jumps between the steps of a series.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BRANCHES_MAX = 20, POINTS_MAX = 4000 };

struct score_nodes {
    const struct yaml_node *of, *at_least, *at_most;
};

static const struct key_row SCORE_KEYS[] = {
    {"of", KEY_ID, offsetof(struct score_nodes, of), true, "Name the quiz: of: C2",
        .doc = "id of a quiz that stands before"},
    {"at_least", KEY_INT, offsetof(struct score_nodes, at_least), false,
        "Write at_least: 6", NULL, 0, POINTS_MAX, .fallback = "`0`",
        .doc = "points, included"},
    {"at_most", KEY_INT, offsetof(struct score_nodes, at_most), false,
        "Write at_most: 5", NULL, 0, POINTS_MAX, .fallback = "no bound",
        .doc = "points, included"},
};
static const struct key_table SCORE_TABLE = KEY_TABLE("\"score\"", SCORE_KEYS);

struct if_nodes {
    const struct yaml_node *answer, *score, *audience;
};

static const struct key_row IF_KEYS[] = {
    {"answer", KEY_NAMED, offsetof(struct if_nodes, answer), false,
        "Write answer: {C4: [A, B]}", .fallback = "any",
        .doc = "`{C4: [A, B]}`: this step was answered by one of these values; "
               "`{C4: []}`: it was not answered"},
    {"score", KEY_MAPPING, offsetof(struct if_nodes, score), false,
        "Write score: {of: C2, at_least: 6}", .table = &SCORE_TABLE, .fallback = "any",
        .doc = "the points of a quiz"},
    {"for", KEY_MAPPING, offsetof(struct if_nodes, audience), false,
        "Write for: {age: minor}", .table = &AUDIENCE_TABLE, .fallback = "everybody",
        .doc = "who the jump is for"},
};
static const struct key_table IF_TABLE = KEY_TABLE("\"if\"", IF_KEYS);

struct branch_nodes {
    const struct yaml_node *condition, *go;
};

static const struct key_row BRANCH_KEYS[] = {
    {"if", KEY_MAPPING, offsetof(struct branch_nodes, condition), false,
        "Write if: {answer: {C4: [A]}}", .table = &IF_TABLE, .fallback = "always",
        .doc = "all that stands in it must hold"},
    {"go", KEY_ID, offsetof(struct branch_nodes, go), true,
        "Write where to: go: C9, or go: end",
        .doc = "id of a step further down, or `end`"},
};
const struct key_table BRANCH_TABLE = KEY_TABLE("a branch", BRANCH_KEYS);

static void refuse_step(
    struct compiler *compiler, const struct yaml_node *node, bool key, const char *id)
{
    const struct series *series = compiler->series;
    const char **ids = mem_alloc((series->steps_n + 1) * sizeof *ids);
    struct yaml_node place = *node;
    char advice[300];

    for (size_t i = 0; i < series->steps_n; i++) {
        ids[i] = series->steps[i].id;
    }
    if (key) {
        place.line = node->key_line;
        place.column = node->key_column;
    }
    nearest_advice(
        id, ids, series->steps_n, "steps of the series", advice, sizeof advice);
    yaml_error(compiler->source.document, &place, compiler->source.problems, advice,
        "there is no step \"%.40s\" in the series", id);
    free(ids);
}

/* Returns a question that stands before the end of `step`, or NULL with a problem. */
static const struct step *find_question(struct compiler *compiler,
    const struct yaml_node *node, bool key, const char *id, const struct step *step)
{
    const struct step *asked = series_step(compiler->series, id);
    struct yaml_node place = *node;

    if (asked == NULL) {
        refuse_step(compiler, node, key, id);
        return NULL;
    }
    if (key) {
        place.line = node->key_line;
        place.column = node->key_column;
    }
    if (asked->kind != STEP_ASK || asked > step) {
        yaml_error(compiler->source.document, &place, compiler->source.problems,
            asked > step ? "Put the branch behind the question."
                         : "Name a step that asks.",
            asked > step ? "\"%s\" comes later, so it has no answer here"
                         : "\"%s\" asks nothing",
            id);
        return NULL;
    }
    return asked;
}

static void check_value(
    struct compiler *compiler, const struct yaml_node *item, const struct step *asked)
{
    const char **values = mem_alloc((asked->answers_n + 1) * sizeof *values);
    bool found = false;
    char advice[300];

    for (size_t i = 0; i < asked->answers_n; i++) {
        values[i] = asked->answers[i].value;
        found = found || strcmp(values[i], item->text) == 0;
    }
    if (!found) {
        nearest_advice(item->text, values, asked->answers_n, "answers of the question",
            advice, sizeof advice);
        yaml_error(compiler->source.document, item, compiler->source.problems, advice,
            "\"%.40s\" is no answer of \"%s\"", item->text, asked->id);
    }
    free(values);
}

static void read_answer(struct compiler *compiler, const struct yaml_node *mapping,
    const struct step *step, struct branch *branch)
{
    const struct yaml_node *child = mapping->children;
    const struct key_row row = {.key = "answer",
        .type = KEY_LABELS,
        .help = "Write the values: answer: {C4: [A, B]}"};
    const struct step *asked;

    if (mapping->n != 1) {
        yaml_key_error(compiler->source.document, mapping, compiler->source.problems,
            "Write answer: {C4: [A, B]}; two conditions are two branches.",
            "\"answer\" names %s", mapping->n == 0 ? "no step" : "more than one step");
        return;
    }
    branch->answer_step = mem_copy(child->key);
    asked = find_question(compiler, child, true, child->key, step);
    if (asked == NULL || !key_check(&compiler->source, child, &row)) {
        return;
    }
    if (asked->items_n > 0 && (child->kind == YAML_SCALAR || child->n > 0)) {
        yaml_error(compiler->source.document, child, compiler->source.problems,
            "Write score: {of: …, at_least: …}",
            "\"%s\" has several questions, so it has a score and no answer", asked->id);
        return;
    }
    for (const struct yaml_node *item = key_item_next(child, NULL); item != NULL;
         item = key_item_next(child, item)) {
        check_value(compiler, item, asked);
        branch->answers =
            mem_resize(branch->answers, branch->answers_n + 1, sizeof *branch->answers);
        branch->answers[branch->answers_n++] = key_text(item);
    }
}

static int best_answer(const struct answer *answers, size_t n)
{
    int best = 0;

    for (size_t i = 0; i < n; i++) {
        best = answers[i].score > best ? answers[i].score : best;
    }
    return best;
}

static int best_score(const struct step *step)
{
    int best = best_answer(step->answers, step->answers_n);

    for (size_t i = 0; i < step->items_n; i++) {
        best += step->items[i].scored
                    ? best_answer(step->items[i].answers, step->items[i].answers_n)
                    : 0;
    }
    return best;
}

static void read_score(struct compiler *compiler, const struct yaml_node *mapping,
    const struct step *step, struct branch *branch)
{
    struct score_nodes nodes = {0};
    const struct step *asked;
    int best;

    keys_read(&compiler->source, mapping, &SCORE_TABLE, &nodes);
    branch->at_least = (int)key_int(nodes.at_least, 0);
    branch->at_most = (int)key_int(nodes.at_most, -1);
    branch->score_step = nodes.of == NULL ? mem_copy("") : key_text(nodes.of);
    asked = nodes.of == NULL
                ? NULL
                : find_question(compiler, nodes.of, false, nodes.of->text, step);
    if (asked == NULL) {
        return;
    }
    best = best_score(asked);
    if (branch->at_least > best ||
        (branch->at_most >= 0 && branch->at_most < branch->at_least)) {
        yaml_error(compiler->source.document,
            nodes.at_least != NULL ? nodes.at_least : nodes.at_most,
            compiler->source.problems, "Ask for points that somebody can have.",
            "nobody can have that score: \"%s\" gives 0 to %d points", asked->id, best);
    }
}

static void read_go(struct compiler *compiler, const struct yaml_node *node,
    const struct step *step, struct branch *branch)
{
    const struct step *target;

    branch->go = node == NULL ? mem_copy("end") : key_text(node);
    if (node == NULL || strcmp(branch->go, "end") == 0) {
        return;
    }
    target = series_step(compiler->series, branch->go);
    if (target == NULL) {
        refuse_step(compiler, node, false, branch->go);
    } else if (target <= step) {
        yaml_error(compiler->source.document, node, compiler->source.problems,
            "A branch only goes forward: name a step further down.",
            target == step ? "the branch of \"%s\" goes to itself, in a circle"
                           : "the branch of \"%s\" goes back, in a circle",
            step->id);
    }
}

static void read_branch(struct compiler *compiler, const struct yaml_node *item,
    const struct step *step, struct branch *branch)
{
    struct branch_nodes nodes = {0};
    struct if_nodes condition = {0};

    keys_read(&compiler->source, item, &BRANCH_TABLE, &nodes);
    *branch =
        (struct branch){.at_most = -1, .line = item->line, .column = item->column};
    if (nodes.condition != NULL) {
        keys_read(&compiler->source, nodes.condition, &IF_TABLE, &condition);
    }
    if (condition.answer != NULL) {
        read_answer(compiler, condition.answer, step, branch);
    }
    if (condition.score != NULL) {
        read_score(compiler, condition.score, step, branch);
    }
    audience_read(
        compiler, condition.audience, &compiler->series->audience, &branch->audience);
    read_go(compiler, nodes.go, step, branch);
}

void branches_read(
    struct compiler *compiler, const struct yaml_node *list, struct step *step)
{
    size_t i = 0;

    if (list->n > BRANCHES_MAX) {
        yaml_error(compiler->source.document, list, compiler->source.problems, NULL,
            "more than %d branches", (int)BRANCHES_MAX);
        return;
    }
    step->branches = mem_zero(list->n + 1, sizeof *step->branches);
    step->branches_n = list->n;
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        read_branch(compiler, item, step, &step->branches[i++]);
    }
}
