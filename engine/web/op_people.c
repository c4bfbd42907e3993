/*
 * op_people.c: import, in slices; then whoever a running series is for is enrolled.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "people/catalogue.h"
#include "people/import.h"
#include "plan/enrol.h"
#include "store/db.h"
#include "web/engine.h"
#include "web/operations.h"

enum { ROWS_A_SLICE = 50, PEOPLE_A_SLICE = 100 };

/* Owned by the operation. */
struct importing {
    struct engine *engine;
    struct import *import;
    bool imported;
    bool dry_run;  /* then nobody is enrolled either */
    size_t series; /* of the catalogue, in the pass that follows */
    bool begun;
    struct enrol_pass pass;
};

static enum operation_progress import_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    struct import *import = import_from_arguments(
        engine->db, engine->catalogue, arguments, clock_now(&engine->clock), err);
    struct importing *importing;

    (void)result;
    if (import == NULL) {
        return OPERATION_FAILED;
    }
    importing = mem_zero(1, sizeof *importing);
    importing->engine = engine;
    importing->import = import;
    importing->dry_run = json_is_true(json_object_get(arguments, "dry_run"));
    *state = importing;
    return OPERATION_MORE;
}

static enum operation_progress import_more(
    struct engine *engine, void *state, json_t **result, struct err *err)
{
    struct importing *importing = state;
    const struct catalogue_series *series;

    (void)err;
    if (!importing->imported) {
        importing->imported = import_slice(importing->import, ROWS_A_SLICE) == 0;
        engine_progress(engine, import_progress(importing->import));
        return OPERATION_MORE;
    }
    series = importing->dry_run
                 ? NULL
                 : catalogue_series_at(engine->catalogue, importing->series);
    if (series == NULL) {
        *result = import_result(importing->import);
        engine_wake(engine);
        return OPERATION_DONE;
    }
    if (!importing->begun) {
        enrol_begin(&importing->pass, &engine->planner, series->id);
        importing->begun = true;
    }
    if (!enrol_slice(&importing->pass, PEOPLE_A_SLICE, clock_now(&engine->clock))) {
        importing->series++;
        importing->begun = false;
    }
    return OPERATION_MORE;
}

static void import_end(void *state)
{
    struct importing *importing = state;

    engine_progress(importing->engine, -1);
    import_free(importing->import);
    free(importing);
}

const struct operation operation_import = {
    "import", import_begin, import_more, import_end};
