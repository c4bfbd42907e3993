#include "people/catalogue.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "content/campaign.h"
#include "people/files.h"
#include "store/db.h"

/* Owned by whoever opened it (the engine). Entries are pointers, so that series may
 * point at their campaign. */
struct catalogue {
    struct catalogue_campaign **campaigns;
    size_t campaigns_n;
    struct catalogue_series **series;
    size_t series_n;
};

struct reading {
    struct catalogue *catalogue;
    struct db *db;
    struct err *err;
    int result;
};

static void clear(struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->series_n; i++) {
        free(catalogue->series[i]);
    }
    for (size_t i = 0; i < catalogue->campaigns_n; i++) {
        campaign_free(catalogue->campaigns[i]->compiled);
        free(catalogue->campaigns[i]);
    }
    free(catalogue->series);
    free(catalogue->campaigns);
    *catalogue = (struct catalogue){0};
}

/* Compiles the stored version; its warnings were shown when it was loaded. */
static struct campaign *compile(
    struct db *db, const struct campaign_row *row, struct err *err)
{
    char *json = campaign_row_files(db, row->id);
    struct content_files files = {0};
    struct problems problems;
    struct campaign *campaign = NULL;
    struct buf text;

    problems_init(&problems);
    buf_init(&text, 1 << 16);
    if (json == NULL || files_from_json(json, &files, err) != 0) {
        err_set(
            err, ERR_UNABLE, "campaign %s: its stored files cannot be read", row->name);
        goto out;
    }
    campaign = campaign_compile(&files, "", &problems);
    if (campaign == NULL) {
        problems_print(&problems, &text);
        err_set(err, ERR_UNABLE,
            "campaign %s, as loaded, does not compile with this cegah; load a mended "
            "version:\n%s",
            row->name, buf_text(&text));
    }
out:
    buf_fini(&text);
    problems_fini(&problems);
    content_files_fini(&files);
    free(json);
    return campaign;
}

static void on_row(void *context, const struct campaign_row *row)
{
    struct reading *reading = context;
    struct catalogue *catalogue = reading->catalogue;
    struct catalogue_campaign *entry;
    struct campaign *compiled;

    if (reading->result != 0) {
        return;
    }
    compiled = compile(reading->db, row, reading->err);
    if (compiled == NULL) {
        reading->result = -1;
        return;
    }
    entry = mem_zero(1, sizeof *entry);
    *entry = (struct catalogue_campaign){row->id, row->state, row->version, compiled};
    catalogue->campaigns = mem_resize(
        catalogue->campaigns, catalogue->campaigns_n + 1, sizeof *catalogue->campaigns);
    catalogue->campaigns[catalogue->campaigns_n++] = entry;
    for (size_t i = 0; i < compiled->series_n; i++) {
        struct catalogue_series *series = mem_zero(1, sizeof *series);

        series->id = series_row_ensure(reading->db, row->id, compiled->series[i].id);
        series->state = series_row_state(reading->db, series->id);
        series->campaign = entry;
        series->compiled = &compiled->series[i];
        catalogue->series = mem_resize(
            catalogue->series, catalogue->series_n + 1, sizeof *catalogue->series);
        catalogue->series[catalogue->series_n++] = series;
    }
}

int catalogue_refresh(struct catalogue *catalogue, struct db *db, struct err *err)
{
    struct catalogue fresh = {0};
    struct reading reading = {&fresh, db, err, 0};

    campaign_row_each(db, on_row, &reading);
    if (reading.result != 0) {
        clear(&fresh);
        return -1;
    }
    clear(catalogue);
    *catalogue = fresh;
    return 0;
}

struct catalogue *catalogue_open(struct db *db, struct err *err)
{
    struct catalogue *catalogue = mem_zero(1, sizeof *catalogue);

    if (catalogue_refresh(catalogue, db, err) != 0) {
        free(catalogue);
        return NULL;
    }
    return catalogue;
}

void catalogue_free(struct catalogue *catalogue)
{
    if (catalogue != NULL) {
        clear(catalogue);
        free(catalogue);
    }
}

const struct catalogue_campaign *catalogue_campaign_at(
    const struct catalogue *catalogue, size_t i)
{
    return i < catalogue->campaigns_n ? catalogue->campaigns[i] : NULL;
}

const struct catalogue_campaign *catalogue_campaign_named(
    const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->campaigns_n; i++) {
        if (strcmp(catalogue->campaigns[i]->compiled->id, name) == 0) {
            return catalogue->campaigns[i];
        }
    }
    return NULL;
}

const struct catalogue_series *catalogue_series_at(
    const struct catalogue *catalogue, size_t i)
{
    return i < catalogue->series_n ? catalogue->series[i] : NULL;
}

const struct catalogue_series *catalogue_series_find(
    const struct catalogue *catalogue, int64_t series_id)
{
    for (size_t i = 0; i < catalogue->series_n; i++) {
        if (catalogue->series[i]->id == series_id) {
            return catalogue->series[i];
        }
    }
    return NULL;
}

const struct district *catalogue_district(
    const struct catalogue *catalogue, const char *word)
{
    for (size_t i = 0; i < catalogue->campaigns_n; i++) {
        const struct campaign *campaign = catalogue->campaigns[i]->compiled;

        for (size_t k = 0; k < campaign->districts_n; k++) {
            if (strcasecmp(campaign->districts[k].key, word) == 0 ||
                strcasecmp(campaign->districts[k].name, word) == 0) {
                return &campaign->districts[k];
            }
        }
    }
    return NULL;
}
