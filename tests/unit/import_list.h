/*
 * import_list.h: what the tests of the import share: a database with one campaign, and
 * lists brought in and asked about.
 */
#ifndef CEGAH_TESTS_UNIT_IMPORT_LIST_H
#define CEGAH_TESTS_UNIT_IMPORT_LIST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/outcome.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "people/files.h"
#include "people/import.h"
#include "store/campaign.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/person.h"

static const char campaign_yaml[] =
    "campaign: uji\ntitle: Uji\norganisation: Uji\nwording: \"2026-11\"\n"
    "districts:\n"
    "  maros: {name: Maros, zone: Asia/Makassar}\n"
    "  surabaya: {name: Surabaya, zone: Asia/Jakarta}\n"
    "  ambon: {name: Ambon, zone: Asia/Jayapura}\n"
    "replies:\n  opt_out: \"Baik, kami berhenti.\"\n";
static const char series_yaml[] =
    "series: champions\ntitle: Champion\nfor: {role: champion}\n"
    "steps:\n  - {id: C1, at: {week: 1, day: wed, time: \"16:15\"}, say: \"Halo!\"}\n";

/* One test's database and the catalogue of its one campaign. */
struct fixture {
    char path[64];
    struct db *db;
    struct catalogue *catalogue;
    int64_t now;
    json_t *result; /* of the last import */
};

static inline void load_campaign(struct fixture *f)
{
    struct content_file list[] = {
        {(char *)"campaign.yaml", (char *)campaign_yaml, sizeof campaign_yaml - 1},
        {(char *)"champions.yaml", (char *)series_yaml, sizeof series_yaml - 1}};
    struct content_files files = {list, 2};
    json_t *value = files_to_value(&files);
    char *json = json_dumps(value, 0);
    int64_t version;

    campaign_row_add_version(f->db, "uji", "hash", json, f->now, &version);
    free(json);
    json_decref(value);
}

static inline void open_fixture(struct fixture *f, int with_campaign)
{
    struct err err = {0};
    int descriptor;

    *f = (struct fixture){0};
    snprintf(f->path, sizeof f->path, "/tmp/cegah-import-XXXXXX");
    descriptor = mkstemp(f->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    assert_int_equal(time_parse("2026-11-20T12:00:00+08:00", &f->now), 0);
    f->db = db_open(f->path, DB_WRITE, &err);
    assert_non_null(f->db);
    db_unit_begin(f->db);
    if (with_campaign) {
        load_campaign(f);
    }
    f->catalogue = catalogue_open(f->db, &err);
    if (f->catalogue == NULL) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(db_unit_end(f->db, true), 0);
    assert_int_equal(db_commit(f->db, &err), 0);
}

static inline int setup(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);

    open_fixture(f, 1);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock"};
    struct fixture *f = *state;

    json_decref(f->result);
    catalogue_free(f->catalogue);
    db_close(f->db);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char path[80];

        snprintf(path, sizeof path, "%s%s", f->path, tails[i]);
        unlink(path);
    }
    free(f);
    return 0;
}

/* Runs a list to its end; the account is in f->result. */
static inline void run_options(struct fixture *f, const struct import_options *options,
    const char *bytes, size_t length)
{
    struct err err = {0};
    struct import *import =
        import_new(f->db, f->catalogue, options, bytes, length, f->now, &err);
    int turns = 0;

    if (import == NULL) {
        fail_msg("%s", err.text);
    }
    while (import_slice(import, 3) == 1) {
        assert_int_equal(db_commit(f->db, &err), 0);
        assert_true(++turns < 10000);
    }
    assert_int_equal(db_commit(f->db, &err), 0);
    json_decref(f->result);
    f->result = import_result(import);
    import_free(import);
}

static inline void run(struct fixture *f, const char *text)
{
    struct import_options options = {.file = "daftar.csv"};

    run_options(f, &options, text, strlen(text));
}

static inline int64_t number(const struct fixture *f, const char *key)
{
    return json_integer_value(json_object_get(f->result, key));
}

static inline void assert_counts(
    const struct fixture *f, int taken, int merged, int refused, int unchanged)
{
    assert_int_equal(number(f, "taken"), taken);
    assert_int_equal(number(f, "merged"), merged);
    assert_int_equal(number(f, "refused"), refused);
    assert_int_equal(number(f, "unchanged"), unchanged);
    assert_int_equal(number(f, "rows"), taken + merged + refused + unchanged);
}

/* The detail about a row and a column whose reason holds the words. */
static inline const json_t *detail(const struct fixture *f, int row, const char *column,
    const char *outcome, const char *words)
{
    json_t *list = json_object_get(f->result, "rows_detail"), *item;
    char *dump;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (json_integer_value(json_object_get(item, "row")) == row &&
            strcmp(json_string_value(json_object_get(item, "column")), column) == 0 &&
            strcmp(json_string_value(json_object_get(item, "outcome")), outcome) == 0 &&
            strstr(json_string_value(json_object_get(item, "reason")), words) != NULL) {
            return item;
        }
    }
    dump = json_dumps(list, JSON_INDENT(1));
    print_error("%s\n", dump);
    free(dump);
    fail_msg("no detail: row %d, %s, %s, \"%s\"", row, column, outcome, words);
    return NULL;
}

static inline const char *value_of(const json_t *item)
{
    return json_string_value(json_object_get(item, "value"));
}

/* Imports one row under the header; it must be refused for that reason, and nothing of it
 * be stored. */
static inline void assert_row_refused(struct fixture *f, const char *header,
    const char *row, const char *column, const char *words)
{
    char *text = mem_format("%s\n%s\n", header, row);
    int64_t before = person_count(f->db);

    run(f, text);
    free(text);
    assert_counts(f, 0, 0, 1, 0);
    detail(f, 2, column, "refused", words);
    assert_int_equal(person_count(f->db), before);
}

static inline void assert_file_refused(
    struct fixture *f, const char *text, size_t length, const char *words)
{
    struct import_options options = {.file = "daftar.csv"};
    struct err err = {0};

    assert_null(import_new(f->db, f->catalogue, &options, text, length, f->now, &err));
    assert_int_equal(err.code, ERR_REFUSED);
    if (strstr(err.text, words) == NULL) {
        fail_msg("\"%s\" is not in: %s", words, err.text);
    }
}

static inline struct person person_named(
    struct fixture *f, const char *phone, const char *name)
{
    struct person person;
    int64_t address = address_find(f->db, ADDRESS_PHONE, phone);

    assert_true(address != 0);
    assert_true(person_find(f->db, person_behind(f->db, address, name), &person));
    return person;
}

#define SHORT "phone,name,district,basis\n"
#define FULL                                                                           \
    "phone,name,role,district,birth_year,sex,language,code,basis,basis_date,"          \
    "guardian_method,guardian_date,guardian_wording,assent_method,assent_date,"        \
    "assent_wording\n"
#define CONSENTS                                                                       \
    "phone,name,district,basis,guardian_method,guardian_date,guardian_wording,"        \
    "assent_method,assent_date,assent_wording"
#define LIST_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
