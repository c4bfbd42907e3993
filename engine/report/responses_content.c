#include "report/responses_content.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "content/campaign.h"
#include "people/catalogue.h"

enum { NAME_SIZE = 40 };

static const char *kind_of(const struct step *step, const struct quiz_item *item)
{
    static const char *const kinds[] = {
        [ASK_QUIZ] = "quiz",
        [ASK_POLL] = "poll",
        [ASK_PLEDGE] = "pledge",
        [ASK_RSVP] = "rsvp",
        [ASK_OPEN] = "open",
    };

    return item != NULL && !item->scored ? "attitude" : kinds[step->ask];
}

static const struct quiz_item *find_item(const struct step *step, const char *id)
{
    for (size_t i = 0; i < step->items_n; i++) {
        if (strcmp(step->items[i].id, id) == 0) {
            return &step->items[i];
        }
    }
    return NULL;
}

struct responses_question responses_question_find(
    const struct catalogue *catalogue, int64_t series_id, const char *step)
{
    const struct catalogue_series *series =
        catalogue == NULL ? NULL : catalogue_series_find(catalogue, series_id);
    const char *dot = strchr(step, '.');
    const struct quiz_item *item;
    const struct step *found;
    char name[NAME_SIZE];

    snprintf(name, sizeof name, "%.*s",
        dot != NULL ? (int)(dot - step) : (int)strlen(step), step);
    found = series == NULL ? NULL : series_step(series->compiled, name);
    item = found == NULL || dot == NULL ? NULL : find_item(found, dot + 1);
    if (found == NULL || found->kind != STEP_ASK || (dot != NULL && item == NULL)) {
        return (struct responses_question){.kind = "-"};
    }
    return (struct responses_question){
        .kind = kind_of(found, item),
        .answers = item != NULL ? item->answers : found->answers,
        .answers_n = item != NULL ? item->answers_n : found->answers_n,
    };
}

bool responses_answer_label(const struct responses_question *question,
    const char *value, char label[RESPONSES_LABEL_SIZE])
{
    const struct answer *answer = NULL;
    size_t used = 0;

    label[0] = '\0';
    for (size_t i = 0; i < question->answers_n && answer == NULL; i++) {
        answer = strcmp(question->answers[i].value, value) == 0 ? &question->answers[i]
                                                                : NULL;
    }
    for (size_t i = 0; answer != NULL && i < answer->spellings_n; i++) {
        const char *spelling = answer->spellings[i];

        if (strcasecmp(spelling, value) != 0 &&
            used + strlen(spelling) + 3 < RESPONSES_LABEL_SIZE) {
            used += (size_t)snprintf(label + used, RESPONSES_LABEL_SIZE - used, "%s%s",
                used > 0 ? ", " : "", spelling);
        }
    }
    return answer != NULL && answer->right;
}
