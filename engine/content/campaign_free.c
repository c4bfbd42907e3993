/*
 * campaign_free.c: the end of a compiled campaign.
 */
#include "content/compile.h"

#include <stdlib.h>

static void list_fini(char **list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(list[i]);
    }
    free(list);
}

static void answers_fini(struct answer *answers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        list_fini(answers[i].spellings, answers[i].spellings_n);
        free(answers[i].value);
        free(answers[i].label);
        text_fini(&answers[i].feedback);
    }
    free(answers);
}

static void items_fini(struct quiz_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        answers_fini(items[i].answers, items[i].answers_n);
        text_fini(&items[i].text);
        free(items[i].id);
    }
    free(items);
}

static void branches_fini(struct branch *branches, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        list_fini(branches[i].answers, branches[i].answers_n);
        audience_fini(&branches[i].audience);
        free(branches[i].answer_step);
        free(branches[i].score_step);
        free(branches[i].go);
    }
    free(branches);
}

static void templates_fini(struct template_use *templates, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        list_fini(templates[i].parameters, templates[i].parameters_n);
        list_fini(templates[i].names, templates[i].names_n);
        list_fini(templates[i].buttons, templates[i].buttons_n);
        free(templates[i].name);
        free(templates[i].language);
        free(templates[i].header);
        free(templates[i].for_language);
    }
    free(templates);
}

static void step_fini(struct step *step)
{
    answers_fini(step->answers, step->answers_n);
    items_fini(step->items, step->items_n);
    branches_fini(step->branches, step->branches_n);
    list_fini(step->start_words, step->start_words_n);
    list_fini(step->later_words, step->later_words_n);
    templates_fini(step->templates, step->templates_n);
    free(step->media_url);
    free(step->media_type);
    audience_fini(&step->audience);
    text_fini(&step->text);
    text_fini(&step->right);
    text_fini(&step->wrong);
    text_fini(&step->reminder);
    text_fini(&step->done);
    free(step->id);
    free(step->wait_step);
    free(step->invite);
    free(step->service);
    free(step->confirm);
    free(step->confirmed_by);
}

void series_fini(struct series *series)
{
    for (size_t i = 0; i < series->steps_n; i++) {
        step_fini(&series->steps[i]);
    }
    free(series->steps);
    audience_fini(&series->audience);
    text_fini(&series->invitation);
    free(series->id);
    free(series->file);
    free(series->title);
    free(series->role);
    free(series->join_code);
    free(series->invitation_id);
    *series = (struct series){0};
}

static void districts_fini(struct district *districts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(districts[i].key);
        free(districts[i].name);
        free(districts[i].zone);
        free(districts[i].phone);
    }
    free(districts);
}

static void services_fini(struct service *services, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(services[i].key);
        free(services[i].name);
        free(services[i].district);
        free(services[i].phone);
        free(services[i].hours);
        free(services[i].owner);
    }
    free(services);
}

static void events_fini(struct event *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(events[i].key);
        free(events[i].title);
        free(events[i].link);
        free(events[i].zone);
        free(events[i].district);
        free(events[i].code);
    }
    free(events);
}

void campaign_free(struct campaign *campaign)
{
    if (campaign == NULL) {
        return;
    }
    districts_fini(campaign->districts, campaign->districts_n);
    services_fini(campaign->services, campaign->services_n);
    events_fini(campaign->events, campaign->events_n);
    for (size_t i = 0; i < campaign->series_n; i++) {
        series_fini(&campaign->series[i]);
    }
    for (int id = 0; id < REPLIES; id++) {
        text_fini(&campaign->replies[id]);
    }
    words_fini(&campaign->words);
    list_fini(campaign->languages, campaign->languages_n);
    list_fini(campaign->blocked, campaign->blocked_n);
    list_fini(campaign->discreet_blocked, campaign->discreet_blocked_n);
    free(campaign->series);
    free(campaign->id);
    free(campaign->title);
    free(campaign->language);
    free(campaign->organisation);
    free(campaign->wording);
    free(campaign->currency);
    free(campaign);
}
