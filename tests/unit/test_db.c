/*
 * The one door to SQLite: units that nest, a store that fails, files that are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/loop.h"
#include "store/db.h"
#include "store/meta.h"
#include "store/schema.h"

enum { BLOB_BYTES = 200000 };

/* One test's file, and the writer on it while it is open. */
struct bench {
    char path[64];
    struct db *db;
    int released, dropped;
};

static void open_file(struct bench *bench)
{
    struct err err;

    bench->db = db_open(bench->path, DB_WRITE, &err);
    assert_non_null(bench->db);
}

static void commit(struct bench *bench)
{
    struct err err;

    assert_int_equal(db_commit(bench->db, &err), 0);
}

static void close_file(struct bench *bench)
{
    db_close(bench->db);
    bench->db = NULL;
}

static void again(struct bench *bench)
{
    close_file(bench);
    open_file(bench);
}

static int begin(void **state)
{
    struct bench *bench = mem_zero(1, sizeof *bench);
    int descriptor;

    snprintf(bench->path, sizeof bench->path, "/tmp/cegah-db-XXXXXX");
    descriptor = mkstemp(bench->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    open_file(bench);
    *state = bench;
    return 0;
}

static int end(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    struct bench *bench = *state;

    db_close(bench->db);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char *path = mem_format("%s%s", bench->path, ends[i]);

        unlink(path);
        free(path);
    }
    free(bench);
    return 0;
}

/* A key that is there already breaks a constraint. */
static void add(struct db *db, const char *key)
{
    struct stmt *stmt = db_stmt(db, "INSERT INTO meta (key,value) VALUES (?1,'1')");

    stmt_text(stmt, 1, key);
    stmt_run(stmt);
}

static bool has(struct db *db, const char *key)
{
    return meta_find_int(db, key, 0) != 0;
}

static int unit(struct db *db, const char *one, const char *other)
{
    db_unit_begin(db);
    add(db, one);
    add(db, other);
    return db_unit_end(db, true);
}

static void a_failing_unit_in_a_turn_undoes_nothing_of_the_others(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(unit(bench->db, "a", "b"), 0);
    assert_int_equal(unit(bench->db, "c", "a"), -1);
    assert_int_equal(unit(bench->db, "d", "e"), 0);
    commit(bench);
    again(bench);
    assert_true(has(bench->db, "a") && has(bench->db, "b"));
    assert_false(has(bench->db, "c"));
    assert_true(has(bench->db, "d") && has(bench->db, "e"));
}

static void what_follows_a_failure_in_its_unit_does_nothing(void **state)
{
    struct bench *bench = *state;

    add(bench->db, "a");
    db_unit_begin(bench->db);
    add(bench->db, "a");
    assert_true(db_unit_is_failing(bench->db));
    add(bench->db, "b");
    assert_int_equal(unit(bench->db, "c", "d"), -1); /* nor does a unit within */
    assert_true(db_unit_is_failing(bench->db));
    assert_int_equal(db_unit_end(bench->db, true), -1);
    assert_false(db_unit_is_failing(bench->db));
    commit(bench);
    assert_true(has(bench->db, "a"));
    assert_false(has(bench->db, "b") || has(bench->db, "c") || has(bench->db, "d"));
}

static void a_failing_unit_within_another_leaves_the_outer_one_standing(void **state)
{
    struct bench *bench = *state;

    db_unit_begin(bench->db);
    add(bench->db, "a");
    assert_int_equal(unit(bench->db, "b", "a"), -1);
    add(bench->db, "c");
    assert_int_equal(db_unit_end(bench->db, true), 0);
    commit(bench);
    assert_true(has(bench->db, "a") && has(bench->db, "c"));
    assert_false(has(bench->db, "b"));
}

static void an_undone_unit_undoes_those_within(void **state)
{
    struct bench *bench = *state;

    db_unit_begin(bench->db);
    assert_int_equal(unit(bench->db, "a", "b"), 0);
    assert_int_equal(db_unit_end(bench->db, false), 0); /* undone, as asked */
    add(bench->db, "c");
    commit(bench);
    assert_false(has(bench->db, "a") || has(bench->db, "b"));
    assert_true(has(bench->db, "c"));
}

static void a_turn_is_open_from_its_first_write_to_its_commit(void **state)
{
    struct bench *bench = *state;

    assert_false(db_is_open(bench->db));
    assert_false(has(bench->db, "a"));
    assert_false(db_is_open(bench->db));
    add(bench->db, "a");
    assert_true(db_is_open(bench->db));
    commit(bench);
    assert_false(db_is_open(bench->db));
    add(bench->db, "b"); /* never committed */
    again(bench);
    assert_true(has(bench->db, "a"));
    assert_false(has(bench->db, "b"));
}

/* From now on the file may not grow, as on a full disk. */
static void fill_disk(struct db *db)
{
    stmt_run(db_stmt(db, "PRAGMA max_page_count=1"));
}

static void add_much(struct db *db)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO text (form,body,created_at) VALUES ('sealed',?1,1)");
    char *much = mem_zero(1, BLOB_BYTES);

    stmt_blob(stmt, 1, much, BLOB_BYTES);
    stmt_run(stmt);
    free(much);
}

static void a_full_disk_undoes_the_turn_and_the_commit_says_so(void **state)
{
    struct bench *bench = *state;
    struct err err;

    add(bench->db, "before");
    commit(bench);
    fill_disk(bench->db);
    assert_int_equal(unit(bench->db, "a", "b"), 0);
    db_unit_begin(bench->db);
    add_much(bench->db);
    assert_int_equal(db_unit_end(bench->db, true), -1);
    assert_int_equal(unit(bench->db, "c", "d"), -1);
    assert_int_equal(db_commit(bench->db, &err), -1);
    assert_non_null(strstr(err.text, "full"));
    /* For good: nothing that follows is stored, and every commit says so. */
    assert_int_equal(unit(bench->db, "e", "f"), -1);
    assert_int_equal(db_commit(bench->db, &err), -1);
    assert_int_equal(db_check(bench->db, &err), -1);
    again(bench);
    assert_true(has(bench->db, "before"));
    assert_false(has(bench->db, "a") || has(bench->db, "c") || has(bench->db, "e"));
}

static bool is_open(void *context)
{
    return db_is_open(((struct bench *)context)->db);
}

static int commit_turn(void *context, struct err *err)
{
    return db_commit(((struct bench *)context)->db, err);
}

static void on_release(void *argument)
{
    ((struct bench *)argument)->released++;
}

static void on_drop(void *argument)
{
    ((struct bench *)argument)->dropped++;
}

static void work(void *argument)
{
    struct bench *bench = argument;

    add(bench->db, "a");
    add_much(bench->db);
}

static void a_store_that_fails_releases_nothing_and_ends_the_loop(void **state)
{
    struct bench *bench = *state;
    struct loop_hooks hooks = {bench, is_open, commit_turn};
    struct clock clock;
    struct loop *loop;
    struct err err;

    clock_init(&clock, CLOCK_REAL, 0);
    fill_disk(bench->db);
    loop = loop_new(&clock, &hooks);
    loop_effect(loop, on_release, on_drop, bench);
    loop_task(loop, work, bench);
    assert_int_equal(loop_run(loop, &err), -1);
    assert_non_null(strstr(err.text, "full"));
    loop_free(loop);
    assert_int_equal(bench->released, 0);
    assert_int_equal(bench->dropped, 1);
}

/* Closes the file and expects that it is refused with that sentence. */
static void refused(struct bench *bench, enum db_mode mode, const char *sentence)
{
    struct err err;

    if (bench->db != NULL) {
        close_file(bench);
    }
    assert_null(db_open(bench->path, mode, &err));
    if (strstr(err.text, sentence) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, sentence);
    }
    assert_non_null(strstr(err.text, bench->path));
}

static void a_file_from_a_newer_cegah_is_refused(void **state)
{
    struct bench *bench = *state;

    stmt_run(db_stmt(bench->db, "PRAGMA user_version=99"));
    commit(bench);
    refused(bench, DB_WRITE, "written by a newer cegah (schema 99");
    refused(bench, DB_READ, "written by a newer cegah (schema 99");
}

static void an_older_file_is_brought_up_to_date_by_the_writer_only(void **state)
{
    struct bench *bench = *state;

    stmt_run(db_stmt(bench->db, "PRAGMA user_version=0"));
    commit(bench);
    refused(bench, DB_READ, "start `cegah serve` once");
}

static void a_database_of_another_program_is_refused(void **state)
{
    struct bench *bench = *state;

    stmt_run(db_stmt(bench->db, "PRAGMA application_id=4711"));
    commit(bench);
    refused(bench, DB_WRITE, "a database of another program");
}

static void a_file_that_is_no_database_is_refused_and_left_as_it_is(void **state)
{
    static const char words[] =
        "Laporan kegiatan bulan ini: dua pelatihan, satu lomba.\n";
    struct bench *bench = *state;
    char found[sizeof words] = "";
    FILE *file;

    close_file(bench);
    file = fopen(bench->path, "w");
    for (int i = 0; i < 100; i++) {
        fputs(words, file);
    }
    fclose(file);
    refused(bench, DB_WRITE, "is no database");
    refused(bench, DB_READ, "is no database");
    file = fopen(bench->path, "r");
    assert_non_null(fgets(found, sizeof found, file));
    fclose(file);
    assert_string_equal(found, words);
}

static void a_migration_that_fails_changes_nothing(void **state)
{
    struct bench *bench = *state;

    /* The first migration makes meta, then stumbles over the tables that are there. */
    stmt_run(db_stmt(bench->db, "DROP TABLE meta"));
    stmt_run(db_stmt(bench->db, "PRAGMA user_version=0"));
    commit(bench);
    refused(bench, DB_WRITE, "migration 1 failed, nothing was changed");
    /* The second try fails as the first did, so meta was not left behind. */
    refused(bench, DB_WRITE, "table campaign already exists");
}

static void a_reader_makes_no_file(void **state)
{
    struct bench *bench = *state;

    close_file(bench);
    unlink(bench->path);
    refused(bench, DB_READ, "no database yet");
    assert_int_equal(access(bench->path, F_OK), -1);
}

static void only_one_writes_at_a_time(void **state)
{
    struct bench *bench = *state;
    struct err err;
    int lock;

    assert_false(db_is_locked(bench->path));
    lock = db_lock(bench->path, &err);
    assert_true(lock >= 0);
    assert_true(db_is_locked(bench->path));
    assert_int_equal(db_lock(bench->path, &err), -1);
    assert_non_null(strstr(err.text, "in use by another cegah"));
    db_unlock(lock);
    assert_false(db_is_locked(bench->path));
    lock = db_lock(bench->path, &err);
    assert_true(lock >= 0);
    db_unlock(lock);
}

static void trap_9_the_wal_begins_anew_once_no_reader_holds_it(void **state)
{
    enum { COMMITS = 60 };
    struct bench *bench = *state;
    struct err err;
    struct db *reader = db_open(bench->path, DB_READ, &err);
    struct stmt *rows;
    int held;

    add(bench->db, "a");
    add(bench->db, "b");
    commit(bench);
    rows = db_stmt(reader, "SELECT key FROM meta");
    assert_true(stmt_row(rows)); /* and stays there */
    for (int i = 0; i < COMMITS; i++) {
        add_much(bench->db);
        commit(bench);
        db_checkpoint(bench->path);
        db_restart_wal(bench->db);
    }
    held = db_wal_pages(bench->db);
    assert_true(held > COMMITS * (BLOB_BYTES / 4096));
    assert_true(db_checkpoint(bench->path) > 0);
    stmt_end(rows);
    assert_int_equal(db_checkpoint(bench->path), 0);
    db_restart_wal(bench->db);
    add_much(bench->db);
    commit(bench);
    assert_true(db_wal_pages(bench->db) < held / 10);
    db_close(reader);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_failing_unit_in_a_turn_undoes_nothing_of_the_others),
        TEST(what_follows_a_failure_in_its_unit_does_nothing),
        TEST(a_failing_unit_within_another_leaves_the_outer_one_standing),
        TEST(an_undone_unit_undoes_those_within),
        TEST(a_turn_is_open_from_its_first_write_to_its_commit),
        TEST(a_full_disk_undoes_the_turn_and_the_commit_says_so),
        TEST(a_store_that_fails_releases_nothing_and_ends_the_loop),
        TEST(a_file_from_a_newer_cegah_is_refused),
        TEST(an_older_file_is_brought_up_to_date_by_the_writer_only),
        TEST(a_database_of_another_program_is_refused),
        TEST(a_file_that_is_no_database_is_refused_and_left_as_it_is),
        TEST(a_migration_that_fails_changes_nothing),
        TEST(a_reader_makes_no_file),
        TEST(only_one_writes_at_a_time),
        TEST(trap_9_the_wal_begins_anew_once_no_reader_holds_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
