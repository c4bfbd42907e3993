#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/must.h"
#include "store/schema.h"

enum {
    STATEMENTS_MAX = 1024, /* a power of two; the product has about 200 */
    UNITS_MAX = 8,
    LOOKASIDE_BYTES = 512, /* of SQLite's short-lived memory, as most of it is */
    LOOKASIDE_N = 500,
    BUSY_MS = 5000,
};

/* Owned by its db, from the first use of its literal until the db closes. */
struct stmt {
    struct db *db;
    const char *sql;
    sqlite3_stmt *handle;
    bool busy;
};

/* Owned by whoever opened it; one thread. */
struct db {
    sqlite3 *handle;
    enum db_mode mode;
    bool turn_open;
    bool failed;             /* the store itself; for good */
    bool unit_failed;        /* a constraint; until its unit ends */
    int depth;               /* of units */
    bool saved[UNITS_MAX];   /* the unit has a savepoint of its own */
    size_t marks[UNITS_MAX]; /* where pending stood when it began */
    const struct db_pending *pending_kind;
    void *pending;
    int wal_pages;
    char failure[512];
    struct stmt statements[STATEMENTS_MAX];
};

/* Notes a failed call of SQLite: of the unit when it is the data's, else of the store. */
static void fail(struct db *db, int code, const char *what)
{
    int plain = code & 0xff;

    must(plain != SQLITE_MISUSE && plain != SQLITE_RANGE, "%s: %s", what,
        sqlite3_errmsg(db->handle));
    if ((plain == SQLITE_CONSTRAINT || plain == SQLITE_TOOBIG) && db->depth > 0) {
        db->unit_failed = true;
        log_event(LOG_ERROR, "unit_failed", "error=\"%s\"", sqlite3_errmsg(db->handle));
        return;
    }
    if (!db->failed) {
        db->failed = true;
        snprintf(db->failure, sizeof db->failure, "the database failed: %s",
            sqlite3_errmsg(db->handle));
        log_event(
            LOG_ERROR, "store_failed", "error=\"%s\"", sqlite3_errmsg(db->handle));
    }
}

static bool idle(const struct db *db)
{
    return db->failed || db->unit_failed;
}

static void execute(struct db *db, const char *sql)
{
    struct stmt *stmt;

    if (!db->failed) {
        stmt = db_stmt(db, sql);
        stmt->busy = false;
        if (stmt->handle != NULL) {
            int code = sqlite3_step(stmt->handle);

            sqlite3_reset(stmt->handle);
            if (code != SQLITE_DONE && code != SQLITE_ROW) {
                fail(db, code, sql);
            }
        }
    }
}

static int on_wal(void *context, sqlite3 *handle, const char *name, int pages)
{
    struct db *db = context;

    (void)handle;
    (void)name;
    db->wal_pages = pages;
    return SQLITE_OK;
}

static int pragma_int(sqlite3 *handle, const char *pragma, int *value)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(handle, pragma, -1, &stmt, NULL);

    *value = 0;
    if (code == SQLITE_OK) {
        code = sqlite3_step(stmt);
        if (code == SQLITE_ROW) {
            *value = sqlite3_column_int(stmt, 0);
            code = SQLITE_OK;
        }
    }
    sqlite3_finalize(stmt);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int migrate(struct db *db, int from, const char *path, struct err *err)
{
    for (int number = from + 1; number <= schema_version(); number++) {
        char *mark = mem_format("PRAGMA user_version=%d", number);
        char *sentence = NULL;
        int code = sqlite3_exec(db->handle, "BEGIN IMMEDIATE", NULL, NULL, &sentence);

        code = code != SQLITE_OK ? code
                                 : sqlite3_exec(db->handle, schema_migration(number),
                                       NULL, NULL, &sentence);
        code = code != SQLITE_OK
                   ? code
                   : sqlite3_exec(db->handle, mark, NULL, NULL, &sentence);
        code = code != SQLITE_OK
                   ? code
                   : sqlite3_exec(db->handle, "COMMIT", NULL, NULL, &sentence);
        free(mark);
        if (code != SQLITE_OK) {
            err_set(err, ERR_UNABLE, "%s: migration %d failed, nothing was changed: %s",
                path, number, sentence != NULL ? sentence : sqlite3_errstr(code));
            sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
            sqlite3_free(sentence);
            return -1;
        }
    }
    return 0;
}

static int settle_version(struct db *db, const char *path, struct err *err)
{
    int application = 0, version = 0, tables = 0;
    int code = pragma_int(db->handle, "PRAGMA application_id", &application);

    if (code == SQLITE_OK) {
        code = pragma_int(db->handle, "PRAGMA user_version", &version);
    }
    if (code == SQLITE_OK) {
        code = pragma_int(db->handle, "SELECT count(*) FROM sqlite_master", &tables);
    }
    if (code == SQLITE_NOTADB) {
        return err_set(err, ERR_UNABLE,
            "%s is no database: name another file as `database` in the config, or move "
            "this one away",
            path);
    }
    if (code != SQLITE_OK) {
        return err_set(err, ERR_UNABLE, "%s: %s", path, sqlite3_errmsg(db->handle));
    }
    if (tables > 0 && application != SCHEMA_APPLICATION_ID) {
        return err_set(err, ERR_UNABLE,
            "%s is a database of another program: name another file as `database`",
            path);
    }
    if (version > schema_version()) {
        return err_set(err, ERR_UNABLE,
            "%s was written by a newer cegah (schema %d, this one knows %d): install "
            "that version, or restore a backup",
            path, version, schema_version());
    }
    if (db->mode == DB_READ) {
        return version == schema_version()
                   ? 0
                   : err_set(err, ERR_UNABLE,
                         "%s has schema %d, this cegah needs %d: start `cegah serve` "
                         "once, it brings the file up to date",
                         path, version, schema_version());
    }
    return migrate(db, version, path, err);
}

static int configure(struct db *db, const char *path, struct err *err)
{
    static const char *const writer = "PRAGMA journal_mode=WAL;"
                                      "PRAGMA synchronous=FULL;"
                                      "PRAGMA wal_autocheckpoint=0;"
                                      "PRAGMA secure_delete=ON;"
                                      "PRAGMA foreign_keys=ON;"
                                      "PRAGMA cache_size=-16384;"
                                      "PRAGMA temp_store=MEMORY";
    char *sentence = NULL;
    int code;

    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_db_config(
        db->handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_BYTES, LOOKASIDE_N);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (settle_version(db, path, err) != 0) {
        return -1;
    }
    code = sqlite3_exec(db->handle,
        db->mode == DB_WRITE ? writer : "PRAGMA query_only=ON", NULL, NULL, &sentence);
    if (code != SQLITE_OK) {
        err_set(err, ERR_UNABLE, "%s: %s", path,
            sentence != NULL ? sentence : sqlite3_errstr(code));
        sqlite3_free(sentence);
        return -1;
    }
    sqlite3_wal_hook(db->handle, on_wal, db);
    return 0;
}

struct db *db_open(const char *path, enum db_mode mode, struct err *err)
{
    struct db *db = mem_zero(1, sizeof *db);
    int flags = mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                 : SQLITE_OPEN_READONLY;

    db->mode = mode;
    /* Nobody asks SQLite how much memory it holds, and counting it takes a lock for each
     * piece. Refused, and harmless, once a database is open. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (mode == DB_READ && access(path, F_OK) != 0) {
        err_set(err, ERR_UNABLE,
            "%s: no database yet: `cegah load CAMPAIGN` or `cegah serve` makes it",
            path);
        free(db);
        return NULL;
    }
    if (mode == DB_WRITE) {
        db_make_file(path);
    }
    if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        err_set(err, ERR_UNABLE, "%s: %s; `database` in the config names the file",
            path, sqlite3_errmsg(db->handle));
        sqlite3_close(db->handle);
        free(db);
        return NULL;
    }
    if (configure(db, path, err) != 0) {
        sqlite3_close(db->handle);
        free(db);
        return NULL;
    }
    return db;
}

void db_close(struct db *db)
{
    if (db == NULL) {
        return;
    }
    for (size_t i = 0; i < STATEMENTS_MAX; i++) {
        sqlite3_finalize(db->statements[i].handle);
    }
    sqlite3_close(db->handle); /* rolls back what is open */
    if (db->pending != NULL) {
        db->pending_kind->fini(db->pending);
        free(db->pending);
    }
    free(db);
}

void *db_pending(struct db *db, const struct db_pending *kind)
{
    if (db->pending == NULL) {
        db->pending_kind = kind;
        db->pending = mem_zero(1, kind->size);
    }
    must(db->pending_kind == kind, "a second kind of pending sums");
    return db->pending;
}

void db_write_pending(struct db *db)
{
    must(db->depth == 0, "pending sums written inside %d units", db->depth);
    if (db->pending != NULL && !db->failed) {
        db->pending_kind->write(db, db->pending);
    }
}

bool db_is_writer(const struct db *db)
{
    return db->mode == DB_WRITE;
}

bool db_is_open(const struct db *db)
{
    return db->turn_open;
}

int db_check(const struct db *db, struct err *err)
{
    return db->failed ? err_set(err, ERR_UNABLE, "%s", db->failure) : 0;
}

int db_commit(struct db *db, struct err *err)
{
    must(db->depth == 0, "commit inside %d units", db->depth);
    if (!db->turn_open) {
        return db_check(db, err);
    }
    db_write_pending(db);
    execute(db, "COMMIT");
    db->turn_open = false;
    if (db->failed && sqlite3_get_autocommit(db->handle) == 0) {
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    }
    return db_check(db, err);
}

static void open_turn(struct db *db)
{
    if (!db->turn_open && !db->failed) {
        must(db->mode == DB_WRITE, "a write through a reader");
        execute(db, "BEGIN IMMEDIATE");
        db->turn_open = true;
    }
}

void db_unit_begin(struct db *db)
{
    must(db->depth < UNITS_MAX, "units nested %d deep", db->depth);
    open_turn(db);
    db->saved[db->depth] = !idle(db);
    db->marks[db->depth] =
        db->pending != NULL ? db->pending_kind->mark(db->pending) : 0;
    if (db->saved[db->depth]) {
        execute(db, "SAVEPOINT unit");
    }
    db->depth++;
}

int db_unit_end(struct db *db, bool keep)
{
    bool failed = db->unit_failed;

    must(db->depth > 0, "no unit is open");
    db->depth--;
    if (!db->saved[db->depth]) {
        return -1; /* the unit around it had failed already */
    }
    db->unit_failed = false;
    if (!db->failed) {
        if (failed || !keep) {
            execute(db, "ROLLBACK TO unit");
            if (db->pending != NULL) {
                db->pending_kind->undo(db->pending, db->marks[db->depth]);
            }
        }
        execute(db, "RELEASE unit");
    }
    return failed || db->failed ? -1 : 0;
}

bool db_unit_is_failing(const struct db *db)
{
    return idle(db);
}

static size_t slot_of(const char *sql)
{
    uintptr_t address = (uintptr_t)sql;

    return (size_t)((address >> 3) * 2654435761u) & (STATEMENTS_MAX - 1);
}

struct stmt *db_stmt(struct db *db, const char *sql)
{
    size_t slot = slot_of(sql), probes = 0;
    struct stmt *stmt;
    int code;

    while (db->statements[slot].sql != NULL && db->statements[slot].sql != sql) {
        slot = (slot + 1) & (STATEMENTS_MAX - 1);
        must(++probes < STATEMENTS_MAX, "more than %d statements", STATEMENTS_MAX);
    }
    stmt = &db->statements[slot];
    must(!stmt->busy, "statement still in use: %s", sql);
    if (stmt->sql == NULL) {
        stmt->sql = sql;
        stmt->db = db;
    }
    if (stmt->handle == NULL && !db->failed) {
        code = sqlite3_prepare_v3(
            db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->handle, NULL);
        if (code != SQLITE_OK) {
            must((code & 0xff) != SQLITE_ERROR, "%s: %s", sql,
                sqlite3_errmsg(db->handle));
            fail(db, code, sql);
        }
    }
    return stmt;
}

/* Binding goes on in silence after a failure: the step then does nothing. */
static void bound(struct stmt *stmt, int code)
{
    if (code != SQLITE_OK) {
        fail(stmt->db, code, stmt->sql);
    }
}

void stmt_int(struct stmt *stmt, int parameter, int64_t value)
{
    if (stmt->handle != NULL) {
        bound(stmt, sqlite3_bind_int64(stmt->handle, parameter, value));
    }
}

void stmt_id(struct stmt *stmt, int parameter, int64_t id)
{
    id != 0 ? stmt_int(stmt, parameter, id) : stmt_null(stmt, parameter);
}

void stmt_text_n(struct stmt *stmt, int parameter, const char *text, size_t bytes)
{
    if (stmt->handle != NULL) {
        bound(stmt, sqlite3_bind_text64(stmt->handle, parameter, text, bytes,
                        SQLITE_TRANSIENT, SQLITE_UTF8));
    }
}

void stmt_text(struct stmt *stmt, int parameter, const char *text)
{
    if (text == NULL) {
        stmt_null(stmt, parameter);
    } else {
        stmt_text_n(stmt, parameter, text, strlen(text));
    }
}

void stmt_blob(struct stmt *stmt, int parameter, const void *bytes, size_t length)
{
    if (stmt->handle != NULL) {
        bound(stmt, sqlite3_bind_blob64(
                        stmt->handle, parameter, bytes, length, SQLITE_TRANSIENT));
    }
}

void stmt_null(struct stmt *stmt, int parameter)
{
    if (stmt->handle != NULL) {
        bound(stmt, sqlite3_bind_null(stmt->handle, parameter));
    }
}

bool stmt_row(struct stmt *stmt)
{
    struct db *db = stmt->db;
    int code;

    if (stmt->handle == NULL) {
        return false;
    }
    if (idle(db)) {
        stmt_end(stmt);
        return false;
    }
    if (!stmt->busy && !sqlite3_stmt_readonly(stmt->handle)) {
        open_turn(db);
    }
    code = sqlite3_step(stmt->handle);
    if (code == SQLITE_ROW) {
        stmt->busy = true;
        return true;
    }
    stmt_end(stmt);
    if (code != SQLITE_DONE) {
        fail(db, code, stmt->sql);
    }
    return false;
}

int64_t stmt_run(struct stmt *stmt)
{
    struct db *db = stmt->db;

    while (stmt_row(stmt)) {
    }
    return idle(db) ? 0 : sqlite3_changes64(db->handle);
}

void stmt_end(struct stmt *stmt)
{
    stmt->busy = false;
    if (stmt->handle != NULL) {
        sqlite3_reset(stmt->handle);
        sqlite3_clear_bindings(stmt->handle);
    }
}

int64_t stmt_get_int(struct stmt *stmt, int column)
{
    return sqlite3_column_int64(stmt->handle, column);
}

const char *stmt_get_text(struct stmt *stmt, int column)
{
    return (const char *)sqlite3_column_text(stmt->handle, column);
}

const char *stmt_get_word(struct stmt *stmt, int column)
{
    const char *text = stmt_get_text(stmt, column);

    return text == NULL ? "" : text;
}

void stmt_copy(struct stmt *stmt, int column, char *out, size_t size)
{
    const char *text = stmt_get_word(stmt, column);
    size_t length = strlen(text);

    length = length < size ? length : size - 1;
    memcpy(out, text, length);
    out[length] = '\0';
}

const void *stmt_get_blob(struct stmt *stmt, int column, size_t *length)
{
    const void *bytes = sqlite3_column_blob(stmt->handle, column);

    *length = (size_t)sqlite3_column_bytes(stmt->handle, column);
    return bytes;
}

bool stmt_is_null(struct stmt *stmt, int column)
{
    return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL;
}

int64_t db_last_id(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int db_wal_pages(const struct db *db)
{
    return db->wal_pages;
}

int db_checkpoint(const char *path)
{
    sqlite3 *handle = NULL;
    int held = 0, moved = 0;

    /* A connection that has read nothing does not know of the WAL yet, and would find
     * nothing to move. */
    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_exec(handle, "PRAGMA schema_version", NULL, NULL, NULL) == SQLITE_OK) {
        sqlite3_wal_checkpoint_v2(
            handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &held, &moved);
    }
    sqlite3_close(handle);
    return held - moved;
}

void db_restart_wal(struct db *db)
{
    must(!db->turn_open, "a checkpoint inside a turn");
    sqlite3_busy_timeout(db->handle, 0); /* a reader is not waited for */
    sqlite3_wal_checkpoint_v2(
        db->handle, NULL, SQLITE_CHECKPOINT_RESTART, &db->wal_pages, NULL);
    sqlite3_busy_timeout(db->handle, BUSY_MS);
}

void db_each_statement(
    struct db *db, void (*each)(void *context, const char *sql), void *context)
{
    for (size_t i = 0; i < STATEMENTS_MAX; i++) {
        if (db->statements[i].sql != NULL) {
            each(context, db->statements[i].sql);
        }
    }
}

void db_explain(struct db *db, const char *sql, struct buf *out)
{
    char *explain = mem_format("EXPLAIN QUERY PLAN %s", sql);
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db->handle, explain, -1, &stmt, NULL) == SQLITE_OK) {
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            buf_add_format(out, "%s\n", (const char *)sqlite3_column_text(stmt, 3));
        }
    }
    sqlite3_finalize(stmt);
    free(explain);
}
