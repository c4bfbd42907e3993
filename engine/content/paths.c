/*
 * paths.c: the ways through a series. A branch on an answer or a score may hold or not;
 * one on who somebody is holds for everybody of a sort. So every sort of person that the
 * series tells apart is sent through it.
 *
 * Cost: sorts x steps x branches for a walk, steps walks for who follows whom; a series
 * has at most 200 steps, and tells a handful of sorts apart.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum { OTHER_MAX = 4000 };

struct paths {
    const struct campaign *campaign;
    const struct series *series;
    struct audience_person *profiles;
    size_t profiles_n;
    bool *reached;
    bool *follow; /* steps x steps */
};

/* What the series names of one attribute, and NULL for whoever is none of them. */
struct values {
    const char **list;
    size_t n;
};

static void add_value(struct values *values, const char *value)
{
    for (size_t i = 0; i < values->n; i++) {
        if (values->list[i] != NULL && strcasecmp(values->list[i], value) == 0) {
            return;
        }
    }
    values->list = mem_resize(values->list, values->n + 1, sizeof *values->list);
    values->list[values->n++] = value;
}

static void add_values(struct values *values, char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add_value(values, list[i]);
    }
}

/* The four attributes of an audience, in the order of its texts. */
static void add_audience(struct values values[4], const struct audience *audience)
{
    add_values(&values[0], audience->sexes, audience->sexes_n);
    add_values(&values[1], audience->districts, audience->districts_n);
    add_values(&values[2], audience->roles, audience->roles_n);
    add_values(&values[3], audience->languages, audience->languages_n);
}

/* Somebody who is none of those named; a district is always one of the campaign's. */
static void add_other(const struct campaign *campaign, struct values values[4])
{
    for (int i = 0; i < 4; i++) {
        const char *other = NULL;

        for (size_t k = 0; i == 1 && values[1].n > 0 && k < campaign->districts_n;
             k++) {
            bool named = false;

            for (size_t v = 0; v < values[1].n; v++) {
                named = named ||
                        strcasecmp(values[1].list[v], campaign->districts[k].key) == 0;
            }
            other = named ? other : campaign->districts[k].key;
        }
        if (i == 1 && values[1].n > 0 && other == NULL) {
            continue;
        }
        values[i].list =
            mem_resize(values[i].list, values[i].n + 1, sizeof *values[i].list);
        values[i].list[values[i].n++] = other;
    }
}

static void add_profiles(struct paths *paths, struct values values[4])
{
    size_t total = values[0].n * values[1].n * values[2].n * values[3].n * 2;

    for (size_t at = 0; at < total && paths->profiles_n < OTHER_MAX; at++) {
        size_t rest = at / 2;
        struct audience_person profile = {.minor = at % 2 == 0};

        profile.sex = values[0].list[rest % values[0].n];
        rest /= values[0].n;
        profile.district = values[1].list[rest % values[1].n];
        rest /= values[1].n;
        profile.role = values[2].list[rest % values[2].n];
        rest /= values[2].n;
        profile.language = values[3].list[rest];
        if (audience_holds(&paths->series->audience, &profile)) {
            paths->profiles = mem_resize(
                paths->profiles, paths->profiles_n + 1, sizeof *paths->profiles);
            paths->profiles[paths->profiles_n++] = profile;
        }
    }
}

static void find_profiles(struct paths *paths)
{
    struct values values[4] = {{0}};

    add_audience(values, &paths->series->audience);
    for (size_t i = 0; i < paths->series->steps_n; i++) {
        const struct step *step = &paths->series->steps[i];

        add_audience(values, &step->audience);
        for (size_t k = 0; k < step->branches_n; k++) {
            add_audience(values, &step->branches[k].audience);
        }
    }
    add_other(paths->campaign, values);
    add_profiles(paths, values);
    for (int i = 0; i < 4; i++) {
        free(values[i].list);
    }
}

/* Where one may go from a step: calls for each next step; past the last is steps_n. */
static void each_next(const struct paths *paths, const struct audience_person *profile,
    size_t from, void (*on_next)(void *context, size_t from, size_t to), void *context)
{
    const struct series *series = paths->series;
    const struct step *step = &series->steps[from];

    for (size_t i = 0; i < step->branches_n; i++) {
        const struct branch *branch = &step->branches[i];
        const struct step *target = series_step(series, branch->go);
        size_t to = target == NULL ? series->steps_n : (size_t)(target - series->steps);

        if (!audience_holds(&branch->audience, profile) || to <= from) {
            continue;
        }
        on_next(context, from, to);
        if (branch->answer_step == NULL && branch->score_step == NULL) {
            return;
        }
    }
    on_next(context, from, from + 1);
}

static void on_reach(void *context, size_t from, size_t to)
{
    bool *at = context;

    (void)from;
    at[to] = true;
}

/* Marks in `at` where somebody of the profile may come, from `first` on. */
static void walk(const struct paths *paths, const struct audience_person *profile,
    size_t first, bool *at)
{
    size_t n = paths->series->steps_n;

    memset(at, 0, (n + 1) * sizeof *at);
    at[first] = true;
    for (size_t i = first; i < n; i++) {
        if (at[i]) {
            each_next(paths, profile, i, on_reach, at);
        }
    }
}

static void find_followers(struct paths *paths)
{
    const struct series *series = paths->series;
    size_t n = series->steps_n;
    bool *from_start = mem_zero(n + 1, sizeof *from_start);
    bool *from_step = mem_zero(n + 1, sizeof *from_step);

    for (size_t p = 0; p < paths->profiles_n; p++) {
        const struct audience_person *profile = &paths->profiles[p];

        walk(paths, profile, 0, from_start);
        for (size_t i = 0; i < n; i++) {
            if (!from_start[i] ||
                !audience_holds(&series->steps[i].audience, profile)) {
                continue;
            }
            paths->reached[i] = true;
            walk(paths, profile, i, from_step);
            for (size_t k = i + 1; k < n; k++) {
                paths->follow[i * n + k] =
                    paths->follow[i * n + k] ||
                    (from_step[k] &&
                        audience_holds(&series->steps[k].audience, profile));
            }
        }
    }
    free(from_start);
    free(from_step);
}

struct paths *paths_new(const struct campaign *campaign, const struct series *series)
{
    struct paths *paths = mem_zero(1, sizeof *paths);

    *paths = (struct paths){.campaign = campaign,
        .series = series,
        .reached = mem_zero(series->steps_n + 1, sizeof(bool)),
        .follow = mem_zero(series->steps_n * series->steps_n + 1, sizeof(bool))};
    find_profiles(paths);
    find_followers(paths);
    return paths;
}

void paths_free(struct paths *paths)
{
    free(paths->profiles);
    free(paths->reached);
    free(paths->follow);
    free(paths);
}

bool paths_reached(const struct paths *paths, size_t step)
{
    return paths->reached[step];
}

bool paths_follow(const struct paths *paths, size_t first, size_t then)
{
    return paths->follow[first * paths->series->steps_n + then];
}

/* Sums on the way: -1 where nobody comes. */
struct load {
    int *sums;  /* before the step itself */
    int passed; /* of the step that is left, itself included */
};

static void on_load(void *context, size_t from, size_t to)
{
    struct load *load = context;

    (void)from;
    if (load->passed > load->sums[to]) {
        load->sums[to] = load->passed;
    }
}

int paths_heaviest(const struct paths *paths, const int *weights, int *best)
{
    const struct series *series = paths->series;
    size_t n = series->steps_n;
    struct load load = {.sums = mem_zero(n + 1, sizeof *load.sums)};
    int heaviest = 0;

    memset(best, 0, n * sizeof *best);
    for (size_t p = 0; p < paths->profiles_n; p++) {
        for (size_t i = 0; i <= n; i++) {
            load.sums[i] = i == 0 ? 0 : -1;
        }
        for (size_t i = 0; i < n; i++) {
            if (load.sums[i] < 0) {
                continue;
            }
            load.passed = load.sums[i];
            if (audience_holds(&series->steps[i].audience, &paths->profiles[p])) {
                load.passed += weights[i];
                best[i] = load.passed > best[i] ? load.passed : best[i];
            }
            each_next(paths, &paths->profiles[p], i, on_load, &load);
        }
    }
    for (size_t i = 0; i < n; i++) {
        heaviest = best[i] > heaviest ? best[i] : heaviest;
    }
    free(load.sums);
    return heaviest;
}
