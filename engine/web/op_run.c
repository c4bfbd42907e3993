/*
 * op_run.c: start, pause, resume and stop what was loaded.
 *
 * A series runs when it and its campaign do. Starting a campaign sets all of its series
 * going; resuming it leaves those alone that were paused by themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "plan/enrol.h"
#include "store/campaign.h"
#include "store/db.h"
#include "store/enrolment.h"
#include "web/engine.h"
#include "web/operations.h"

enum { PEOPLE_A_SLICE = 100 };

/* A start or resume at work: a pass over the people for each series that it sets going. */
struct starting {
    int64_t campaign_id;
    char *series; /* NULL: all */
    size_t at;    /* which series of the catalogue */
    bool begun;
    struct enrol_pass pass;
    json_t *result;
};

static void starting_end(void *state)
{
    struct starting *starting = state;

    free(starting->series);
    json_decref(starting->result);
    free(starting);
}

static void starting_note(
    struct starting *starting, const struct catalogue_series *series)
{
    const struct enrol_count *count = &starting->pass.count;

    json_array_append_new(json_object_get(starting->result, "series"),
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "series",
            series->compiled->id, "state", run_state_name(series->state), "invited",
            (json_int_t)count->invited, "active", (json_int_t)count->active, "waiting",
            (json_int_t)count->waiting, "no_basis", (json_int_t)count->no_basis,
            "declined", (json_int_t)count->declined, "resumed",
            (json_int_t)count->resumed, "let_in", (json_int_t)count->let_in));
}

static enum operation_progress starting_slice(
    struct engine *engine, void *state, json_t **result, struct err *err)
{
    struct starting *starting = state;
    const struct catalogue_series *series =
        catalogue_series_at(engine->catalogue, starting->at);

    (void)err;
    if (series == NULL) {
        *result = starting->result;
        starting->result = NULL;
        engine_wake(engine);
        return OPERATION_DONE;
    }
    if (series->campaign->id != starting->campaign_id ||
        (starting->series != NULL &&
            strcmp(starting->series, series->compiled->id) != 0)) {
        starting->at++;
        return OPERATION_MORE;
    }
    if (!starting->begun) {
        enrol_begin(&starting->pass, &engine->planner, series->id);
        starting->begun = true;
    }
    if (!enrol_slice(&starting->pass, PEOPLE_A_SLICE, clock_now(&engine->clock))) {
        starting_note(starting, series);
        starting->at++;
        starting->begun = false;
    }
    return OPERATION_MORE;
}

/* Writes the state of the campaign, or of one of its series. */
static int write_state(struct engine *engine, const struct catalogue_campaign *found,
    const char *series, enum run_state state, bool start)
{
    int64_t id = found->id;

    db_unit_begin(engine->db);
    for (size_t i = 0; i < found->compiled->series_n; i++) {
        const char *each = found->compiled->series[i].id;
        int64_t row = series_row_ensure(engine->db, id, each);

        if (series != NULL
                ? strcmp(series, each) == 0
                : start && series_row_state(engine->db, row) != RUN_STOPPED) {
            series_row_set_state(engine->db, row, state);
        }
    }
    if (series == NULL || (start && found->state != RUN_RUNNING)) {
        campaign_row_set_state(engine->db, id, state, clock_now(&engine->clock));
    }
    return db_unit_end(engine->db, true);
}

/* A fact that local staff must confirm is told to nobody before somebody has signed it. */
static int check_confirmed(
    const struct catalogue_campaign *found, const char *series, struct err *err)
{
    for (size_t i = 0; i < found->compiled->series_n; i++) {
        const struct series *each = &found->compiled->series[i];
        const struct step *step = series_unconfirmed(each);

        if (step != NULL && (series == NULL || strcmp(series, each->id) == 0)) {
            return err_set(err, ERR_REFUSED,
                "step %s of %s says what nobody has confirmed (\"%s\"): somebody on "
                "the "
                "spot looks it up and signs it (`confirm: {what, by, on}`), then load "
                "it",
                step->id, each->id, step->confirm);
        }
    }
    return 0;
}

/* R17: what a child writes must find somebody who can read it. Adults alone may be written
 * to without a focal person; a series that says nothing of ages may hold minors. */
static int check_focal(const struct engine *engine,
    const struct catalogue_campaign *found, const char *series, struct err *err)
{
    for (size_t i = 0; engine->keys.n == 0 && i < found->compiled->series_n; i++) {
        const struct series *each = &found->compiled->series[i];

        if (each->audience.age != AGE_ADULT &&
            (series == NULL || strcmp(series, each->id) == 0)) {
            return err_set(err, ERR_REFUSED,
                "%s may reach minors, and nobody could read what they write: there is "
                "no focal person; `cegah user add NAME --role focal` makes one",
                each->id);
        }
    }
    return 0;
}

static bool is_stopped(const struct catalogue *catalogue,
    const struct catalogue_campaign *campaign, const char *name)
{
    const struct catalogue_series *series;

    for (size_t i = 0; (series = catalogue_series_at(catalogue, i)) != NULL; i++) {
        if (series->campaign == campaign && strcmp(series->compiled->id, name) == 0) {
            return series->state == RUN_STOPPED;
        }
    }
    return false;
}

/* Checks what is asked, writes it, and reads the catalogue anew. */
static int set_state(struct engine *engine, const json_t *arguments,
    enum run_state state, bool start, const struct catalogue_campaign **campaign,
    const char **series, struct err *err)
{
    const char *name = json_string_value(json_object_get(arguments, "campaign"));
    const struct catalogue_campaign *found =
        name == NULL ? NULL : catalogue_campaign_named(engine->catalogue, name);

    *series = json_string_value(json_object_get(arguments, "series"));
    if (found == NULL) {
        return err_set(err, ERR_REFUSED,
            "no campaign \"%s\" is loaded: `cegah load campaigns/%s` loads it",
            name == NULL ? "" : name, name == NULL ? "NAME" : name);
    }
    if (*series != NULL && campaign_series(found->compiled, *series) == NULL) {
        return err_set(
            err, ERR_REFUSED, "campaign %s has no series \"%s\"", name, *series);
    }
    if (found->state == RUN_STOPPED) {
        return err_set(err, ERR_REFUSED,
            "campaign %s was stopped for good; load it under another name to begin "
            "anew",
            name);
    }
    if (*series != NULL && is_stopped(engine->catalogue, found, *series)) {
        return err_set(err, ERR_REFUSED,
            "series %s/%s was stopped for good; give it another name to begin anew",
            name, *series);
    }
    if (!start && found->state == RUN_LOADED) {
        return err_set(err, ERR_REFUSED,
            "campaign %s has not been started: `cegah start %s`", name, name);
    }
    if (state == RUN_RUNNING && (check_focal(engine, found, *series, err) != 0 ||
                                    check_confirmed(found, *series, err) != 0)) {
        return -1;
    }
    if (write_state(engine, found, *series, state, start) != 0 ||
        catalogue_refresh(engine->catalogue, engine->db, err) != 0) {
        return err_set(err, ERR_UNABLE, "the state could not be stored");
    }
    *campaign = catalogue_campaign_named(engine->catalogue, name);
    return 0;
}

static json_t *state_result(
    const struct catalogue_campaign *campaign, const char *series)
{
    return json_pack("{s:s, s:s, s:s?, s:[]}", "campaign", campaign->compiled->id,
        "state", run_state_name(campaign->state), "only", series, "series");
}

static enum operation_progress go(struct engine *engine, const json_t *arguments,
    bool start, void **state, struct err *err)
{
    const struct catalogue_campaign *campaign;
    const char *series;
    struct starting *starting;

    if (set_state(engine, arguments, RUN_RUNNING, start, &campaign, &series, err) !=
        0) {
        return OPERATION_FAILED;
    }
    starting = mem_zero(1, sizeof *starting);
    starting->campaign_id = campaign->id;
    starting->series = mem_copy(series);
    starting->result = state_result(campaign, series);
    *state = starting;
    return OPERATION_MORE;
}

static enum operation_progress start_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    (void)result;
    return go(engine, arguments, true, state, err);
}

static enum operation_progress resume_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    (void)result;
    return go(engine, arguments, false, state, err);
}

static enum operation_progress halt(struct engine *engine, const json_t *arguments,
    enum run_state to, json_t **result, struct err *err)
{
    const struct catalogue_campaign *campaign;
    const char *series;

    if (set_state(engine, arguments, to, false, &campaign, &series, err) != 0) {
        return OPERATION_FAILED;
    }
    *result = state_result(campaign, series);
    engine_wake(engine);
    return OPERATION_DONE;
}

static enum operation_progress pause_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    (void)state;
    return halt(engine, arguments, RUN_PAUSED, result, err);
}

/* A stop at work: everybody who is in what was stopped is ended. */
struct stopping {
    int64_t campaign_id;
    char *series;               /* NULL: all */
    size_t at;                  /* which series of the catalogue */
    enum enrolment_state state; /* which of its people */
    int64_t enrolment;          /* the last one looked at */
    int64_t ended;
    json_t *result;
};

static void stopping_end(void *state)
{
    struct stopping *stopping = state;

    free(stopping->series);
    json_decref(stopping->result);
    free(stopping);
}

static enum operation_progress stop_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    const struct catalogue_campaign *campaign;
    const char *series;
    struct stopping *stopping;

    (void)result;
    if (set_state(engine, arguments, RUN_STOPPED, false, &campaign, &series, err) !=
        0) {
        return OPERATION_FAILED;
    }
    stopping = mem_zero(1, sizeof *stopping);
    stopping->campaign_id = campaign->id;
    stopping->series = mem_copy(series);
    stopping->result = state_result(campaign, series);
    *state = stopping;
    return OPERATION_MORE;
}

static bool stops(
    const struct stopping *stopping, const struct catalogue_series *series)
{
    return series->campaign->id == stopping->campaign_id &&
           (stopping->series == NULL ||
               strcmp(stopping->series, series->compiled->id) == 0);
}

static enum operation_progress stopping_slice(
    struct engine *engine, void *state, json_t **result, struct err *err)
{
    struct stopping *stopping = state;
    const struct catalogue_series *series =
        catalogue_series_at(engine->catalogue, stopping->at);
    int64_t ids[PEOPLE_A_SLICE];
    int n = 0;

    (void)err;
    if (series == NULL) {
        json_object_set_new(stopping->result, "ended", json_integer(stopping->ended));
        *result = stopping->result;
        stopping->result = NULL;
        engine_wake(engine);
        return OPERATION_DONE;
    }
    if (stops(stopping, series)) {
        n = enrolment_ids_of_series(engine->db, series->id, stopping->state,
            stopping->enrolment, ids, PEOPLE_A_SLICE);
    }
    for (int i = 0; i < n; i++) {
        struct enrolment enrolment;

        db_unit_begin(engine->db);
        if (enrolment_find(engine->db, ids[i], &enrolment)) {
            planner_end(&engine->planner, &enrolment, "campaign_stopped",
                clock_now(&engine->clock));
        }
        stopping->ended += db_unit_end(engine->db, true) == 0;
        stopping->enrolment = ids[i];
    }
    if (n < PEOPLE_A_SLICE) {
        stopping->enrolment = 0;
        stopping->state++;
    }
    if (stopping->state == ENROLMENT_ENDED) {
        stopping->state = ENROLMENT_INVITED;
        stopping->at++;
    }
    return OPERATION_MORE;
}

const struct operation operation_start = {
    "start", start_begin, starting_slice, starting_end};
const struct operation operation_resume = {
    "resume", resume_begin, starting_slice, starting_end};
const struct operation operation_pause = {"pause", pause_begin, NULL, NULL};
const struct operation operation_stop = {
    "stop", stop_begin, stopping_slice, stopping_end};
