#include "store/campaign.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "store/db.h"

static const char *const names[] = {"loaded", "running", "paused", "stopped"};

const char *run_state_name(enum run_state state)
{
    return names[state];
}

static enum run_state state_of(const char *word)
{
    for (int i = 0; i < 4; i++) {
        if (strcmp(names[i], word) == 0) {
            return (enum run_state)i;
        }
    }
    must(0, "run state %s", word);
}

void campaign_row_fini(struct campaign_row *row)
{
    free(row->name);
    free(row->hash);
    *row = (struct campaign_row){0};
}

static struct campaign_row read_row(struct stmt *stmt)
{
    return (struct campaign_row){
        .id = stmt_get_int(stmt, 0),
        .name = mem_copy(stmt_get_text(stmt, 1)),
        .state = state_of(stmt_get_text(stmt, 2)),
        .version = stmt_get_int(stmt, 3),
        .hash = mem_copy(stmt_get_word(stmt, 4)),
    };
}

int64_t campaign_row_find(struct db *db, const char *name, struct campaign_row *row)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT c.id, c.name, c.state, c.version, v.hash FROM campaign c"
        " JOIN campaign_version v ON v.campaign_id=c.id AND v.number=c.version"
        " WHERE c.name=?1");
    int64_t id = 0;

    stmt_text(stmt, 1, name);
    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        if (row != NULL) {
            *row = read_row(stmt);
        }
        stmt_end(stmt);
    }
    return id;
}

void campaign_row_each(struct db *db,
    void (*each)(void *context, const struct campaign_row *row), void *context)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT c.id, c.name, c.state, c.version, v.hash FROM campaign c"
        " JOIN campaign_version v ON v.campaign_id=c.id AND v.number=c.version"
        " ORDER BY c.id");

    while (stmt_row(stmt)) {
        struct campaign_row row = read_row(stmt);

        each(context, &row);
        campaign_row_fini(&row);
    }
}

int64_t campaign_row_add_version(struct db *db, const char *name, const char *hash,
    const char *files_json, int64_t now, int64_t *version)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO campaign (name,state,version,updated_at) VALUES (?1,'loaded',1,?2)"
        " ON CONFLICT (name) DO UPDATE SET version=version+1, updated_at=?2"
        " RETURNING id, version");
    int64_t id = 0;

    stmt_text(stmt, 1, name);
    stmt_int(stmt, 2, now);
    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        *version = stmt_get_int(stmt, 1);
        while (stmt_row(stmt)) {
        }
    }
    stmt = db_stmt(db,
        "INSERT INTO campaign_version (campaign_id,number,hash,files,loaded_at)"
        " VALUES (?1,?2,?3,?4,?5)");
    stmt_int(stmt, 1, id);
    stmt_int(stmt, 2, *version);
    stmt_text(stmt, 3, hash);
    stmt_text(stmt, 4, files_json);
    stmt_int(stmt, 5, now);
    stmt_run(stmt);
    return id;
}

char *campaign_row_files(struct db *db, int64_t campaign_id)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT v.files FROM campaign c JOIN campaign_version v"
                    " ON v.campaign_id=c.id AND v.number=c.version WHERE c.id=?1");
    char *files = NULL;

    stmt_int(stmt, 1, campaign_id);
    if (stmt_row(stmt)) {
        files = mem_copy(stmt_get_text(stmt, 0));
        stmt_end(stmt);
    }
    return files;
}

void campaign_row_set_state(
    struct db *db, int64_t campaign_id, enum run_state state, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "UPDATE campaign SET state=?2, updated_at=?3 WHERE id=?1");

    stmt_int(stmt, 1, campaign_id);
    stmt_text(stmt, 2, names[state]);
    stmt_int(stmt, 3, now);
    stmt_run(stmt);
}

int64_t series_row_ensure(struct db *db, int64_t campaign_id, const char *name)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT id FROM series WHERE campaign_id=?1 AND name=?2");
    int64_t id = 0;

    stmt_int(stmt, 1, campaign_id);
    stmt_text(stmt, 2, name);
    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        stmt_end(stmt);
    }
    if (id == 0 && db_is_writer(db)) {
        stmt = db_stmt(
            db, "INSERT INTO series (campaign_id,name,state) VALUES (?1,?2,'loaded')");
        stmt_int(stmt, 1, campaign_id);
        stmt_text(stmt, 2, name);
        stmt_run(stmt);
        id = db_last_id(db);
    }
    return id;
}

enum run_state series_row_state(struct db *db, int64_t series_id)
{
    struct stmt *stmt = db_stmt(db, "SELECT state FROM series WHERE id=?1");
    enum run_state state = RUN_STOPPED;

    stmt_int(stmt, 1, series_id);
    if (stmt_row(stmt)) {
        state = state_of(stmt_get_text(stmt, 0));
        stmt_end(stmt);
    }
    return state;
}

void series_row_set_state(struct db *db, int64_t series_id, enum run_state state)
{
    struct stmt *stmt = db_stmt(db, "UPDATE series SET state=?2 WHERE id=?1");

    stmt_int(stmt, 1, series_id);
    stmt_text(stmt, 2, names[state]);
    stmt_run(stmt);
}
