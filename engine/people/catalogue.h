/*
 * catalogue.h: the loaded campaigns, compiled, found by the store's ids.
 *
 * Read from the store at start, and anew for one campaign when it is loaded. A version
 * keeps the files as they were; so the file alone is enough to run it again, and content
 * has one form and one compiler.
 */
#ifndef CEGAH_PEOPLE_CATALOGUE_H
#define CEGAH_PEOPLE_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/campaign.h"

struct db;
struct campaign;
struct series;
struct district;
struct catalogue;

/* One campaign. Borrowed until the catalogue is refreshed. */
struct catalogue_campaign {
    int64_t id;
    enum run_state state;
    int64_t version;
    struct campaign *compiled;
};

/* One series. Borrowed until the catalogue is refreshed. */
struct catalogue_series {
    int64_t id;
    enum run_state state;
    const struct catalogue_campaign *campaign;
    const struct series *compiled;
};

/* Returns an owned catalogue of what the store holds; NULL with a sentence when a stored
 * version does not compile. */
struct catalogue *catalogue_open(struct db *db, struct err *err);
void catalogue_free(struct catalogue *catalogue);
/* Reads all of it anew (after a load, start, pause, resume or stop). Borrowed pointers
 * into it end. */
int catalogue_refresh(struct catalogue *catalogue, struct db *db, struct err *err);

/* Each returns borrowed, or NULL. */
const struct catalogue_campaign *catalogue_campaign_at(
    const struct catalogue *catalogue, size_t i);
const struct catalogue_campaign *catalogue_campaign_named(
    const struct catalogue *catalogue, const char *name);
const struct catalogue_series *catalogue_series_at(
    const struct catalogue *catalogue, size_t i);
const struct catalogue_series *catalogue_series_find(
    const struct catalogue *catalogue, int64_t series_id);
/* A district of any loaded campaign, by its key or its name, without case. */
const struct district *catalogue_district(
    const struct catalogue *catalogue, const char *word);

#endif
