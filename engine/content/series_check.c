/*
 * series_check.c: a series as a whole: ids, order, caps, closed hours.
 */
#include "content/compile.h"

#include <stdio.h>
#include <string.h>

static void check_ids(const struct source *source, const struct series *series,
    const struct step_place *places, const struct yaml_node *invitation_id)
{
    for (size_t i = 0; i < series->steps_n; i++) {
        bool again = invitation_id != NULL && places[i].id != NULL &&
                     strcmp(invitation_id->text, series->steps[i].id) == 0;

        for (size_t k = 0; places[i].id != NULL && k < i && !again; k++) {
            again = strcmp(series->steps[k].id, series->steps[i].id) == 0;
        }
        if (again) {
            yaml_error(source->document, places[i].id, source->problems,
                "Give every step an id of its own: people in the middle of a series "
                "are "
                "found again by it.",
                "the step id \"%s\" stands twice", series->steps[i].id);
        }
    }
}

static int minute_of_series(const struct step *step)
{
    return ((step->week - 1) * 7 + step->weekday - 1) * 1440 + step->minute;
}

static void check_order(const struct source *source, const struct series *series,
    const struct step_place *places)
{
    const struct step *before = NULL;

    for (size_t i = 0; i < series->steps_n; i++) {
        const struct step *step = &series->steps[i];

        if (!places[i].timed) {
            continue;
        }
        if (before != NULL && minute_of_series(step) <= minute_of_series(before)) {
            bool same = minute_of_series(step) == minute_of_series(before);

            yaml_error(source->document, places[i].at, source->problems,
                same ? "Give each step a time of its own."
                     : "Put the steps in the order of their time.",
                "\"%s\" is due %s \"%s\", which stands above it", step->id,
                same ? "at the same time as" : "before", before->id);
        } else {
            before = step;
        }
    }
}

/* Complains once a day and once a week, at the first step that is too many. */
static void check_caps(const struct source *source, const struct campaign *campaign,
    const struct series *series, const struct step_place *places)
{
    for (size_t i = 0; i < series->steps_n; i++) {
        const struct step *step = &series->steps[i];
        int64_t day = 1, week = 1;

        for (size_t k = 0; places[i].timed && k < i; k++) {
            bool same = places[k].timed && series->steps[k].week == step->week;

            week += same;
            day += same && series->steps[k].weekday == step->weekday;
        }
        if (day == campaign->cap_day + 1) {
            yaml_error(source->document, places[i].at, source->problems,
                "Move it to another day, or raise caps: {day: …} in campaign.yaml.",
                "\"%s\" is message %lld of one day, and the cap is %lld", step->id,
                (long long)day, (long long)campaign->cap_day);
        } else if (week == campaign->cap_week + 1) {
            yaml_error(source->document, places[i].at, source->problems,
                "Move it to another week, or raise caps: {week: …} in campaign.yaml.",
                "\"%s\" is message %lld of week %d, and the cap is %lld", step->id,
                (long long)week, step->week, (long long)campaign->cap_week);
        }
    }
}

static void refuse_hour(const struct source *source, const struct step_place *place,
    const struct step *step, const struct closed_window *window,
    const struct district *district)
{
    char where[80] = "", advice[160];

    if (district != NULL) {
        snprintf(where, sizeof where, " of district %.40s", district->key);
    }
    snprintf(advice, sizeof advice,
        "It opens at %02d:%02d; choose another time, or change hours in campaign.yaml.",
        window->to / 60, window->to % 60);
    yaml_error(source->document, place->at, source->problems, advice,
        "\"%s\" leaves on %s at %02d:%02d, in the closed window \"%s\" "
        "(%02d:%02d-%02d:%02d%s)%s",
        step->id, weekday_name(step->weekday), step->minute / 60, step->minute % 60,
        window->name, window->from / 60, window->from % 60, window->to / 60,
        window->to % 60, window->minors ? ", minors" : "", where);
}

/* Champions are often minors, and so may everybody be; other roles are adults'. */
static void check_hours(const struct source *source, const struct campaign *campaign,
    const struct series *series, const struct step_place *places)
{
    bool minor = series->role == NULL || strcmp(series->role, "champion") == 0;

    for (size_t i = 0; i < series->steps_n; i++) {
        const struct step *step = &series->steps[i];
        const struct closed_window *window = NULL;

        for (size_t k = 0; places[i].timed && k < campaign->districts_n; k++) {
            window = hours_closed(
                &campaign->districts[k].hours, step->weekday, step->minute, minor);
            if (window != NULL) {
                refuse_hour(source, &places[i], step, window, &campaign->districts[k]);
                break;
            }
        }
        if (places[i].timed && campaign->districts_n == 0) {
            struct hours hours;

            hours_default(&hours);
            window = hours_closed(&hours, step->weekday, step->minute, minor);
            if (window != NULL) {
                refuse_hour(source, &places[i], step, window, NULL);
            }
        }
    }
}

void series_check(const struct source *source, const struct campaign *campaign,
    const struct series *series, const struct step_place *places,
    const struct yaml_node *invitation_id)
{
    check_ids(source, series, places, invitation_id);
    check_order(source, series, places);
    check_caps(source, campaign, series, places);
    check_hours(source, campaign, series, places);
}
