/*
 * campaign.h (store): campaigns, their immutable versions, and their series.
 */
#ifndef CEGAH_STORE_CAMPAIGN_H
#define CEGAH_STORE_CAMPAIGN_H

#include <stdint.h>

struct db;

enum run_state { RUN_LOADED, RUN_RUNNING, RUN_PAUSED, RUN_STOPPED };

const char *run_state_name(enum run_state state);

/* One campaign's row; name is owned, see campaign_row_fini(). */
struct campaign_row {
    int64_t id;
    char *name;
    enum run_state state;
    int64_t version;
    char *hash; /* of the version's files */
};

void campaign_row_fini(struct campaign_row *row);
/* Returns the id, 0 when there is none; fills row (may be NULL) when there is. */
int64_t campaign_row_find(struct db *db, const char *name, struct campaign_row *row);
/* Calls each() for every campaign, in the order of their ids. */
void campaign_row_each(struct db *db,
    void (*each)(void *context, const struct campaign_row *row), void *context);
/* Adds the next version (and the campaign at its first); returns the campaign's id. */
int64_t campaign_row_add_version(struct db *db, const char *name, const char *hash,
    const char *files_json, int64_t now, int64_t *version);
/* Returns the files of the present version as JSON, owned. */
char *campaign_row_files(struct db *db, int64_t campaign_id);
void campaign_row_set_state(
    struct db *db, int64_t campaign_id, enum run_state state, int64_t now);

/* Returns the series' id; makes its row when absent. */
int64_t series_row_ensure(struct db *db, int64_t campaign_id, const char *name);
enum run_state series_row_state(struct db *db, int64_t series_id);
void series_row_set_state(struct db *db, int64_t series_id, enum run_state state);

#endif
