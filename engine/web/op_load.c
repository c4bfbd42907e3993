/*
 * op_load.c: a new version of a campaign: compared, stored, and taken over by the people
 * who are in the middle of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "content/config.h"
#include "people/catalogue.h"
#include "people/files.h"
#include "send/route_check.h"
#include "store/campaign.h"
#include "store/db.h"
#include "store/enrolment.h"
#include "web/engine.h"
#include "web/operations.h"

enum { PEOPLE_A_SLICE = 100, PROBLEMS_BYTES_MAX = 256 * 1024 };

static void hash_files(const struct content_files *files, char out[65])
{
    crypto_generichash_state state;
    unsigned char hash[32];

    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < files->n; i++) {
        crypto_generichash_update(&state, (const unsigned char *)files->list[i].name,
            strlen(files->list[i].name) + 1);
        crypto_generichash_update(&state, (const unsigned char *)files->list[i].text,
            files->list[i].length + 1);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(out, 65, hash, sizeof hash);
}

/* A load at work: first the version, then whoever is in the middle of a changed series
 * finds the place anew. Owned by the operation. */
struct loading {
    int64_t campaign_id;
    json_t *result;
    size_t series;     /* at hand */
    int64_t enrolment; /* the last one looked at */
    int64_t moved;
};

/* Alike in what is said and when; answers and feedback are taken over silently. */
static bool same_step(const struct step *was, const struct step *now)
{
    const char *before = was->text.plain == NULL ? "" : was->text.plain;
    const char *after = now->text.plain == NULL ? "" : now->text.plain;

    return strcmp(before, after) == 0 && was->kind == now->kind &&
           memcmp(&was->when, &now->when, sizeof was->when) == 0;
}

/* How a series differs from what is loaded: ids of steps added, gone and changed. */
static json_t *compare(const struct series *before, const struct series *after)
{
    json_t *added = json_array(), *removed = json_array(), *changed = json_array();

    for (size_t i = 0; i < after->steps_n; i++) {
        const struct step *now = &after->steps[i];
        const struct step *was = before == NULL ? NULL : series_step(before, now->id);

        if (was == NULL) {
            json_array_append_new(added, json_string(now->id));
        } else if (!same_step(was, now)) {
            json_array_append_new(changed, json_string(now->id));
        }
    }
    for (size_t i = 0; before != NULL && i < before->steps_n; i++) {
        if (series_step(after, before->steps[i].id) == NULL) {
            json_array_append_new(removed, json_string(before->steps[i].id));
        }
    }
    return json_pack("{s:s, s:i, s:o, s:o, s:o}", "series", after->id, "steps",
        (int)after->steps_n, "added", added, "removed", removed, "changed", changed);
}

/* A district has one zone, whichever campaign names it. */
static int check_districts(
    const struct engine *engine, const struct campaign *campaign, struct err *err)
{
    for (size_t i = 0;; i++) {
        const struct catalogue_campaign *other =
            catalogue_campaign_at(engine->catalogue, i);

        if (other == NULL) {
            return 0;
        }
        for (size_t k = 0; k < campaign->districts_n; k++) {
            const struct district *own = &campaign->districts[k];
            const struct district *theirs =
                campaign_district(other->compiled, own->key);

            if (strcmp(other->compiled->id, campaign->id) != 0 && theirs != NULL &&
                strcmp(theirs->zone, own->zone) != 0) {
                return err_set(err, ERR_REFUSED,
                    "district %s has zone %s here, but %s in campaign %s: make them "
                    "one",
                    own->key, own->zone, theirs->zone, other->compiled->id);
            }
        }
    }
}

static json_t *describe(
    const struct engine *engine, const struct campaign *campaign, bool *changed)
{
    const struct catalogue_campaign *loaded =
        catalogue_campaign_named(engine->catalogue, campaign->id);
    json_t *series = json_array();

    for (size_t i = 0; i < campaign->series_n; i++) {
        const struct series *before =
            loaded == NULL ? NULL
                           : campaign_series(loaded->compiled, campaign->series[i].id);

        json_array_append_new(series, compare(before, &campaign->series[i]));
    }
    *changed = loaded == NULL;
    return json_pack("{s:s, s:s, s:o}", "campaign", campaign->id, "title",
        campaign->title, "series", series);
}

static enum operation_progress load_files(struct engine *engine,
    const struct content_files *files, const char *prefix, bool dry_run, void **state,
    json_t **result, struct err *err)
{
    struct problems problems;
    struct buf text;
    struct campaign *campaign = NULL;
    struct campaign_row row = {0};
    struct loading *loading;
    char hash[65];
    char *json = NULL;
    json_t *value = NULL;
    bool changed;
    int64_t version = 0, id;
    enum operation_progress progress = OPERATION_FAILED;

    problems_init(&problems);
    buf_init(&text, PROBLEMS_BYTES_MAX);
    campaign = campaign_compile_at(files, prefix,
        zone_day(zone_find(engine->config->timezone), clock_now(&engine->clock)),
        &problems);
    if (campaign != NULL) {
        route_check(engine->config, campaign, files, prefix, &problems);
    }
    problems_print(&problems, &text);
    if (problems.errors > 0) {
        err_set(err, ERR_REFUSED,
            "the campaign has %zu errors, nothing was loaded:\n%s", problems.errors,
            buf_text(&text));
        goto out;
    }
    if (check_districts(engine, campaign, err) != 0) {
        goto out;
    }
    hash_files(files, hash);
    *result = describe(engine, campaign, &changed);
    json_object_set_new(*result, "warnings", json_string(buf_text(&text)));
    id = campaign_row_find(engine->db, campaign->id, &row);
    changed = id == 0 || strcmp(row.hash, hash) != 0;
    if (changed && !dry_run) {
        value = files_to_value(files);
        json = json_dumps(value, JSON_COMPACT);
        db_unit_begin(engine->db);
        id = campaign_row_add_version(
            engine->db, campaign->id, hash, json, clock_now(&engine->clock), &version);
        if (db_unit_end(engine->db, true) != 0 ||
            catalogue_refresh(engine->catalogue, engine->db, err) != 0) {
            err_set(err, ERR_UNABLE, "the version could not be stored");
            json_decref(*result);
            *result = NULL;
            goto out;
        }
    }
    json_object_set_new(
        *result, "version", json_integer(changed ? version : row.version));
    json_object_set_new(*result, "changed", json_boolean(changed));
    json_object_set_new(*result, "dry_run", json_boolean(dry_run));
    progress = OPERATION_DONE;
    if (changed && !dry_run && row.id != 0) {
        loading = mem_zero(1, sizeof *loading);
        loading->campaign_id = id;
        loading->result = *result;
        *result = NULL;
        *state = loading;
        progress = OPERATION_MORE;
    }
out:
    campaign_row_fini(&row);
    free(json);
    json_decref(value);
    campaign_free(campaign);
    buf_fini(&text);
    problems_fini(&problems);
    return progress;
}

static enum operation_progress load_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    struct content_files files;
    const char *prefix = json_string_value(json_object_get(arguments, "prefix"));
    bool dry_run = json_is_true(json_object_get(arguments, "dry_run"));
    enum operation_progress progress;

    if (files_from_value(json_object_get(arguments, "files"), &files, err) != 0) {
        return OPERATION_FAILED;
    }
    progress = load_files(
        engine, &files, prefix == NULL ? "" : prefix, dry_run, state, result, err);
    content_files_fini(&files);
    return progress;
}

static enum operation_progress load_slice(
    struct engine *engine, void *state, json_t **result, struct err *err)
{
    struct loading *loading = state;
    const struct catalogue_series *series =
        catalogue_series_at(engine->catalogue, loading->series);
    struct enrolment enrolment;
    int64_t ids[PEOPLE_A_SLICE];
    int n;

    (void)err;
    if (series == NULL) {
        json_object_set_new(loading->result, "moved", json_integer(loading->moved));
        *result = loading->result;
        loading->result = NULL;
        engine_wake(engine);
        return OPERATION_DONE;
    }
    n = series->campaign->id != loading->campaign_id
            ? 0
            : enrolment_ids_of_series(engine->db, series->id, ENROLMENT_ACTIVE,
                  loading->enrolment, ids, PEOPLE_A_SLICE);
    for (int i = 0; i < n; i++) {
        db_unit_begin(engine->db);
        if (enrolment_find(engine->db, ids[i], &enrolment)) {
            loading->moved += planner_follow(
                &engine->planner, &enrolment, series, clock_now(&engine->clock));
        }
        db_unit_end(engine->db, true);
        loading->enrolment = ids[i];
    }
    if (n < PEOPLE_A_SLICE) {
        loading->series++;
        loading->enrolment = 0;
    }
    return OPERATION_MORE;
}

static void load_end(void *state)
{
    struct loading *loading = state;

    json_decref(loading->result);
    free(loading);
}

const struct operation operation_load = {"load", load_begin, load_slice, load_end};
