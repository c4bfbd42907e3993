/*
 * db.h: the one door to SQLite.
 *
 * The first write of a loop turn opens its transaction; only db_commit(), called by the
 * end of the turn, commits it. Each unit of work is a SAVEPOINT: a unit that fails undoes
 * itself and nobody else.
 *
 * Failures are remembered, so that a series of statements needs one check at its end:
 *  - a statement that breaks a constraint fails its unit: what follows in the unit does
 *    nothing, and db_unit_end() rolls it back and says so;
 *  - when the store itself fails (full disk, I/O error, corruption), everything that
 *    follows does nothing, and db_commit() says so: nothing is released, and whoever
 *    runs the loop ends. What was acknowledged is on the disk.
 *
 * SQL stands in store/ only, as literals: a statement is prepared once and found again by
 * its address. Parameters are written ?1.
 */
#ifndef CEGAH_STORE_DB_H
#define CEGAH_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct stmt;

enum db_mode {
    DB_WRITE, /* creates the file when absent, brings it up to date; needs the lock */
    DB_READ,  /* read-only; refuses a file that is older or newer than this cegah */
};

/* Returns an owned database. NULL with a sentence: no database at all, one of another
 * program, one from a newer cegah, or an error of the machine. */
struct db *db_open(const char *path, enum db_mode mode, struct err *err);
/* An open transaction is rolled back. */
void db_close(struct db *db);

/* Makes the file when there is none: what it will hold is for its owner only, and SQLite
 * gives its other files the same mode. One that is there keeps its own, and what cannot be
 * made db_open() complains of. */
void db_make_file(const char *path);

/*
 * Takes PATH.lock for this process. Returns a descriptor that holds it until db_unlock();
 * -1 with a sentence when another process has it (err->code ERR_UNABLE).
 */
int db_lock(const char *path, struct err *err);
void db_unlock(int lock);
/* True when some process holds PATH.lock. */
bool db_is_locked(const char *path);

bool db_is_writer(const struct db *db);
/* True while the turn's transaction is open. */
bool db_is_open(const struct db *db);
/* Commits the turn. 0, also when nothing was open; -1 with a sentence when the store
 * failed: all of the turn is undone. */
int db_commit(struct db *db, struct err *err);
/* 0, or -1 with the sentence of the failure when the store has failed. For readers. */
int db_check(const struct db *db, struct err *err);

/* Begins a unit of work (units nest). Opens the turn's transaction. */
void db_unit_begin(struct db *db);
/*
 * Ends the unit: keeps it when keep is true and nothing in it failed, else undoes it.
 * Returns 0 when it was kept, or undone as asked; -1 when it was undone because it
 * failed (logged).
 */
int db_unit_end(struct db *db, bool keep);

/* True when something in the present unit failed, or the store: what follows in it does
 * nothing. */
bool db_unit_is_failing(const struct db *db);

/* Pieces of work that are units, and may share the cost of one. */
struct db_work {
    size_t n;
    void *context;
    /* May be called a second time for an i, after undone(). */
    void (*run)(void *context, size_t i);
    /* MAY. Unit i was undone: forget what run() noted of it outside the database. */
    void (*undone)(void *context, size_t i);
};
/*
 * Runs each as a unit that fails alone. They share one unit at first, since a savepoint
 * copies each page that changes in it; when something failed, all are undone and each
 * runs again in a unit of its own.
 */
void db_units(struct db *db, const struct db_work *work);

/*
 * Sums that each row of a turn changes, kept in memory until its end: written before the
 * commit, in its transaction, and undone with the unit that they belong to.
 */
struct db_pending {
    size_t size; /* of the state; it begins as zeroes, and is freed after fini() */
    /* Writes what is pending; nothing is afterwards. */
    void (*write)(struct db *db, void *state);
    /* Where we are; undo() goes back there. 0 with nothing pending. */
    size_t (*mark)(const void *state);
    void (*undo)(void *state, size_t mark);
    void (*fini)(void *state);
};
/* Returns the state of that kind, borrowed until the db closes. A db has one kind. */
void *db_pending(struct db *db, const struct db_pending *kind);
/* Writes what is pending now, for whoever reads it through the writer. Not in a unit. */
void db_write_pending(struct db *db);

/*
 * Returns the statement, ready to be bound; borrowed, and valid until the same literal is
 * asked for again. A statement whose rows were not all read must have met stmt_end().
 */
struct stmt *db_stmt(struct db *db, const char *sql_literal);
void stmt_int(struct stmt *stmt, int parameter, int64_t value);
/* NULL text binds NULL. Text is copied. */
void stmt_text(struct stmt *stmt, int parameter, const char *text);
void stmt_text_n(struct stmt *stmt, int parameter, const char *text, size_t bytes);
void stmt_blob(struct stmt *stmt, int parameter, const void *bytes, size_t length);
void stmt_null(struct stmt *stmt, int parameter);
/* 0 binds NULL: for ids and times, which are never 0. */
void stmt_id(struct stmt *stmt, int parameter, int64_t id);
/* Steps to the next row; false at the end, or after a failure. */
bool stmt_row(struct stmt *stmt);
/* Runs a statement that gives no rows. Returns how many rows it changed. */
int64_t stmt_run(struct stmt *stmt);
/* Leaves the rows that were not read. */
void stmt_end(struct stmt *stmt);
/* The value of a column of the present row, from 0. NULL is 0, NULL or empty. Texts are
 * borrowed until the next step. */
int64_t stmt_get_int(struct stmt *stmt, int column);
const char *stmt_get_text(struct stmt *stmt, int column);
/* The text, or "" for NULL. */
const char *stmt_get_word(struct stmt *stmt, int column);
/* Copies the text into out, cut to size - 1 bytes; "" for NULL. */
void stmt_copy(struct stmt *stmt, int column, char *out, size_t size);
const void *stmt_get_blob(struct stmt *stmt, int column, size_t *length);
bool stmt_is_null(struct stmt *stmt, int column);
/* Each reads all that is wanted and leaves the statement. */
/* The first column of the first row; 0 when there is none. */
int64_t stmt_value(struct stmt *stmt);
/* True when there is a row. */
bool stmt_found(struct stmt *stmt);
/* The first column of at most max rows; returns how many. */
int stmt_ids(struct stmt *stmt, int64_t *ids, int max);
int64_t db_last_id(const struct db *db);

/* Pages in the WAL after the last commit. */
int db_wal_pages(const struct db *db);
/* Checkpoints the file without holding up its writer, with a connection of its own: for a
 * pool thread. Returns how many pages the WAL still held that could not be moved. */
int db_checkpoint(const char *path);
/* The writer's own, when the WAL has outgrown its bound: starts it anew if no reader
 * holds it. Only between turns. */
void db_restart_wal(struct db *db);
/* For the test of the query plans: calls each(context, sql) for every statement seen. */
void db_each_statement(
    struct db *db, void (*each)(void *context, const char *sql), void *context);
/* Explains one statement: appends the plan's lines, each with a newline, to out. */
struct buf;
void db_explain(struct db *db, const char *sql, struct buf *out);

#endif
