/*
 * series_check.c: a series as a whole: ids, order, caps, closed hours, and steps that
 * nobody gets. Two steps matter to each other only where somebody may get both (paths.c).
 */
#include "content/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "content/sms.h"

static void check_ids(struct compiler *compiler, const struct step_place *places,
    const struct yaml_node *invitation_id)
{
    const struct series *series = compiler->series;

    for (size_t i = 0; i < series->steps_n; i++) {
        bool again = invitation_id != NULL && places[i].id != NULL &&
                     strcmp(invitation_id->text, series->steps[i].id) == 0;

        for (size_t k = 0; places[i].id != NULL && k < i && !again; k++) {
            again = strcmp(series->steps[k].id, series->steps[i].id) == 0;
        }
        if (again) {
            yaml_error(compiler->source.document, places[i].id,
                compiler->source.problems,
                "Give every step an id of its own: people in the middle of a series "
                "are "
                "found again by it.",
                "the step id \"%s\" stands twice", series->steps[i].id);
        } else if (places[i].id != NULL && strcmp(series->steps[i].id, "end") == 0) {
            yaml_error(compiler->source.document, places[i].id,
                compiler->source.problems, "Choose another id.",
                "\"end\" is where branches go that leave the series");
        }
    }
}

static const char *nobody(const struct step *step, const struct series *series)
{
    if (series->audience.age == AGE_ADULT && step->audience.age == AGE_MINOR) {
        return "the series is for adults, and the step for minors";
    }
    if (series->audience.age == AGE_MINOR && step->audience.age == AGE_ADULT) {
        return "the series is for minors, and the step for adults";
    }
    return "nobody is whom the series and the step are for, and a branch leads the "
           "others past it";
}

static bool has_jump_before(const struct series *series, size_t step)
{
    for (size_t i = 0; i < step; i++) {
        if (series->steps[i].branches_n > 0) {
            return true;
        }
    }
    return false;
}

static void check_reached(struct compiler *compiler, const struct step_place *places,
    const struct paths *paths)
{
    const struct series *series = compiler->series;

    for (size_t i = 0; i < series->steps_n; i++) {
        const struct yaml_node *place =
            places[i].id != NULL ? places[i].id : places[i].item;

        if (paths_reached(paths, i)) {
            continue;
        }
        yaml_error(compiler->source.document, place, compiler->source.problems,
            "Change the branch or the for: that keeps everybody away, or take the step "
            "out.",
            "\"%s\" is never reached: %s", series->steps[i].id,
            has_jump_before(series, i) &&
                    series->steps[i].audience.age == series->audience.age
                ? "the branches before it lead everybody past it"
                : nobody(&series->steps[i], series));
    }
}

/* A date for everybody, whether it is written or an event's. */
static bool has_date(const struct when *when)
{
    return when->kind == WHEN_DATE || when->kind == WHEN_EVENT;
}

/* Nobody knows beforehand how weeks and days after joining fall together with dates. */
static bool is_same_kind(const struct when *one, const struct when *other)
{
    return (one->kind == other->kind || (has_date(one) && has_date(other))) &&
           one->kind != WHEN_AFTER;
}

/* A time that two steps of one kind can be compared by. */
static int64_t moment_of(const struct when *when)
{
    int64_t day = when->kind == WHEN_WEEK   ? (when->week - 1) * 7 + when->weekday - 1
                  : when->kind == WHEN_DAYS ? when->days
                                            : when->date;

    return day * 1440 + when->minute;
}

static bool are_comparable(const struct step_place *places, const struct series *series,
    size_t one, size_t other)
{
    return places[one].timed && places[other].timed &&
           is_same_kind(&series->steps[one].when, &series->steps[other].when);
}

static void refuse_order(struct compiler *compiler, const struct step_place *place,
    const struct step *step, const struct step *before)
{
    bool same = moment_of(&step->when) == moment_of(&before->when);

    yaml_error(compiler->source.document, place->at, compiler->source.problems,
        same ? "Give each step a time of its own."
             : "Put the steps in the order of their time.",
        "\"%s\" is due %s \"%s\", which stands above it", step->id,
        same ? "at the same time as" : "before", before->id);
}

static void check_order(struct compiler *compiler, const struct step_place *places,
    const struct paths *paths)
{
    const struct series *series = compiler->series;
    bool *misplaced = mem_zero(series->steps_n + 1, sizeof *misplaced);

    for (size_t i = 0; i < series->steps_n; i++) {
        for (size_t k = i; k-- > 0;) {
            if (misplaced[k] || !are_comparable(places, series, i, k) ||
                !paths_follow(paths, k, i)) {
                continue;
            }
            if (moment_of(&series->steps[i].when) <=
                moment_of(&series->steps[k].when)) {
                misplaced[i] = true;
                refuse_order(
                    compiler, &places[i], &series->steps[i], &series->steps[k]);
            }
            break;
        }
    }
    free(misplaced);
}

static bool is_same_span(const struct when *one, const struct when *other, int days)
{
    return is_same_kind(one, other) &&
           moment_of(one) / 1440 / days == moment_of(other) / 1440 / days;
}

/* A reminder is a text that we start; after eight in the evening it is the next day's. */
static int count_texts(const struct step *step, int days)
{
    int64_t minute = step->when.minute + step->reminder_after_ms / 60000;

    return 1 + (step->reminder_after_ms > 0 && (days > 1 || minute < 20 * 60));
}

/* The most that one person gets in the step's day or week, up to the step. */
static int count_span(const struct compiler *compiler, const struct step_place *places,
    const struct paths *paths, size_t step, int days)
{
    const struct series *series = compiler->series;
    int *weights = mem_zero(series->steps_n + 1, sizeof *weights);
    int *best = mem_zero(series->steps_n + 1, sizeof *best);
    int count = 0;

    for (size_t i = 0; i <= step; i++) {
        bool within = places[i].timed && is_same_span(&series->steps[i].when,
                                             &series->steps[step].when, days);

        weights[i] = within ? count_texts(&series->steps[i], days) : 0;
        count += weights[i];
    }
    if (count > 0) {
        paths_heaviest(paths, weights, best);
        count = best[step];
    }
    free(weights);
    free(best);
    return count;
}

/* Complains once a day and once a week, at the first step that is too many. */
static void check_caps(struct compiler *compiler, const struct step_place *places,
    const struct paths *paths)
{
    const struct campaign *campaign = compiler->campaign;
    const struct series *series = compiler->series;
    int64_t day_said = -1;
    int week_said = 0;

    for (size_t i = 0; i < series->steps_n; i++) {
        const struct step *step = &series->steps[i];
        int day, week = 0;

        if (!places[i].timed || step->when.kind == WHEN_AFTER) {
            continue;
        }
        day = count_span(compiler, places, paths, i, 1);
        if (step->when.kind == WHEN_WEEK) {
            week = count_span(compiler, places, paths, i, 7);
        }
        if (day > campaign->cap_day && day_said != moment_of(&step->when) / 1440) {
            day_said = moment_of(&step->when) / 1440;
            yaml_error(compiler->source.document, places[i].at,
                compiler->source.problems,
                "Move it to another day, or raise caps: {day: …} in campaign.yaml.",
                "\"%s\" is message %d of one day, and the cap is %lld", step->id, day,
                (long long)campaign->cap_day);
        } else if (week > campaign->cap_week && week_said != step->when.week) {
            week_said = step->when.week;
            yaml_error(compiler->source.document, places[i].at,
                compiler->source.problems,
                "Move it to another week, or raise caps: {week: …} in campaign.yaml.",
                "\"%s\" is message %d of week %d, and the cap is %lld", step->id, week,
                step->when.week, (long long)campaign->cap_week);
        }
    }
}

static void refuse_hour(struct compiler *compiler, const struct step_place *place,
    const struct step *step, const struct when *when,
    const struct closed_window *window, const struct district *district)
{
    char where[80] = "", advice[160];

    if (district != NULL) {
        snprintf(where, sizeof where, " of district %.40s", district->key);
    }
    snprintf(advice, sizeof advice,
        "It opens at %02d:%02d; choose another time, or change hours in campaign.yaml.",
        window->to / 60, window->to % 60);
    yaml_error(compiler->source.document, place->at, compiler->source.problems, advice,
        "\"%s\" leaves on %s at %02d:%02d, in the closed window \"%s\" "
        "(%02d:%02d-%02d:%02d%s)%s",
        step->id, when->kind == WHEN_DAYS ? "every day" : weekday_name(when->weekday),
        when->minute / 60, when->minute % 60, window->name, window->from / 60,
        window->from % 60, window->to / 60, window->to % 60,
        window->minors ? ", minors" : "", where);
}

/* The window that closes the step's time; for a step on the third day after joining, one
 * on each day of the week, since it moves to the next open hour otherwise. */
static const struct closed_window *closed_for(
    const struct hours *hours, const struct when *when, bool minor)
{
    const struct closed_window *window = NULL;

    if (when->kind != WHEN_DAYS) {
        return hours_closed(hours, when->weekday, when->minute, minor);
    }
    for (int weekday = 1; weekday <= 7; weekday++) {
        window = hours_closed(hours, weekday, when->minute, minor);
        if (window == NULL) {
            return NULL;
        }
    }
    return window;
}

/* The time of a step that follows another by a fixed length, when that one's is fixed; so
 * long as nothing holds either back. False when it cannot be told. */
static bool follow_time(const struct series *series, const struct step_place *places,
    size_t step, struct when *when)
{
    int64_t minutes = 0, at;
    size_t before = step;

    while (before > 0 && series->steps[before].when.kind == WHEN_AFTER &&
           series->steps[before].wait_step == NULL) {
        minutes += series->steps[before].when.after_ms / 60000;
        before--;
    }
    *when = series->steps[before].when;
    if (before == step || !places[before].timed ||
        (when->kind != WHEN_WEEK && !has_date(when)) || when->ends) {
        return false;
    }
    at = when->minute + minutes;
    when->weekday = (int)((when->weekday - 1 + at / 1440) % 7) + 1;
    when->minute = (int)(at % 1440);
    return true;
}

static void check_hours(struct compiler *compiler, const struct step_place *places)
{
    const struct campaign *campaign = compiler->campaign;
    const struct series *series = compiler->series;

    for (size_t i = 0; i < series->steps_n; i++) {
        const struct step *step = &series->steps[i];
        bool minor = audience_has_minors(&step->audience);
        const struct closed_window *window = NULL;
        struct when when = step->when;
        struct hours hours;

        /* The end of an event moves to the next open hour, as a reply's time does. */
        if (!places[i].timed || step->when.ends ||
            (step->when.kind == WHEN_AFTER && !follow_time(series, places, i, &when))) {
            continue;
        }
        for (size_t k = 0; k < campaign->districts_n && window == NULL; k++) {
            const struct district *district = &campaign->districts[k];

            if (audience_has_district(&series->audience, district->key) &&
                audience_has_district(&step->audience, district->key)) {
                window = closed_for(&district->hours, &when, minor);
            }
            if (window != NULL) {
                refuse_hour(compiler, &places[i], step, &when, window, district);
            }
        }
        if (campaign->districts_n == 0) {
            hours_default(&hours);
            window = closed_for(&hours, &when, minor);
            if (window != NULL) {
                refuse_hour(compiler, &places[i], step, &when, window, NULL);
            }
        }
    }
}

/* A wait names a question that stands before it. */
static void check_waits(struct compiler *compiler, const struct step_place *places)
{
    const struct series *series = compiler->series;
    const char **ids = mem_alloc((series->steps_n + 1) * sizeof *ids);
    char advice[300];

    for (size_t i = 0; i < series->steps_n; i++) {
        const struct step *step = &series->steps[i];
        const struct step *asked =
            step->wait_step == NULL ? NULL : series_step(series, step->wait_step);
        const struct yaml_node *node;
        size_t n = 0;

        for (size_t k = 0; k < i; k++) {
            if (series->steps[k].kind == STEP_ASK) {
                ids[n++] = series->steps[k].id;
            }
        }
        if (step->wait_step == NULL ||
            (asked != NULL && asked < step && asked->kind == STEP_ASK)) {
            continue;
        }
        node = yaml_find(places[i].wait, "answer");
        nearest_advice(
            step->wait_step, ids, n, "questions before it", advice, sizeof advice);
        yaml_error(compiler->source.document, node, compiler->source.problems, advice,
            "no question \"%.40s\" stands before the wait", step->wait_step);
    }
    free(ids);
}

static int parts_of(const struct text *text)
{
    int most = 0;

    for (size_t i = 0; i <= text->variants_n && text->plain != NULL; i++) {
        const char *template_text =
            i == text->variants_n ? text->plain : text->variants[i].text;
        char *longest = text_fill_longest(template_text);
        struct sms_size size = sms_measure(longest);

        most = size.parts > most ? size.parts : most;
        free(longest);
    }
    return most;
}

/* Parts, and texts, of a step with all that is said back to whoever answers. */
static int weigh(const struct step *step, bool texts)
{
    int feedback = parts_of(&step->right), wrong = parts_of(&step->wrong);
    int sum = parts_of(&step->text) + parts_of(&step->reminder) + parts_of(&step->done);

    if (texts) {
        sum = (step->text.plain != NULL) + (step->reminder.plain != NULL) +
              (step->done.plain != NULL);
    }
    feedback = wrong > feedback ? wrong : feedback;
    for (size_t i = 0; i < step->answers_n; i++) {
        int own = parts_of(&step->answers[i].feedback);

        feedback = own > feedback ? own : feedback;
    }
    for (size_t i = 0; i < step->items_n; i++) {
        sum += texts ? 1 : parts_of(&step->items[i].text);
    }
    return sum + (texts ? feedback > 0 : feedback);
}

struct series_cost series_cost(
    const struct campaign *campaign, const struct series *series)
{
    struct paths *paths = paths_new(campaign, series);
    int *weights = mem_zero(series->steps_n + 1, sizeof *weights);
    int *best = mem_zero(series->steps_n + 1, sizeof *best);
    struct series_cost cost;

    for (size_t i = 0; i < series->steps_n; i++) {
        weights[i] = weigh(&series->steps[i], true);
    }
    cost.texts = paths_heaviest(paths, weights, best) + (series->invitation_id != NULL);
    for (size_t i = 0; i < series->steps_n; i++) {
        weights[i] = weigh(&series->steps[i], false);
    }
    cost.parts = paths_heaviest(paths, weights, best) + parts_of(&series->invitation);
    free(weights);
    free(best);
    paths_free(paths);
    return cost;
}

static void check_cost(struct compiler *compiler)
{
    const struct campaign *campaign = compiler->campaign;
    struct series_cost cost = series_cost(campaign, compiler->series);
    double price = cost.parts * campaign->part_price;
    const struct yaml_node *place =
        yaml_find(yaml_root(compiler->source.document), "series");

    if (campaign->person_price > 0 && price > campaign->person_price) {
        yaml_warning(compiler->source.document, place, compiler->source.problems,
            "Shorten texts or take steps out, or raise price: {person: …} in "
            "campaign.yaml.",
            "the series costs up to %.2f %s a person (%d texts, %d SMS parts), and "
            "%.2f is meant",
            price, campaign->currency == NULL ? "" : campaign->currency, cost.texts,
            cost.parts, campaign->person_price);
    }
}

void series_check(struct compiler *compiler, const struct step_place *places,
    const struct yaml_node *invitation_id)
{
    struct paths *paths = paths_new(compiler->campaign, compiler->series);

    check_ids(compiler, places, invitation_id);
    check_reached(compiler, places, paths);
    check_order(compiler, places, paths);
    check_caps(compiler, places, paths);
    check_hours(compiler, places);
    check_waits(compiler, places);
    check_cost(compiler);
    paths_free(paths);
}
