/*
 * test_sample.c: the campaign in campaigns/ and its sample fit together, since the demo and
 * every newcomer begin with them. Run from the top of the tree.
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
#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "people/files.h"
#include "people/import.h"
#include "sim/profile.h"
#include "store/campaign.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/person.h"

#define FOLDER "campaigns/cegah-kawin-anak"

enum { ROWS_MAX = 200 };

/* The campaign compiled, and a database with it and the sample contacts. */
struct fixture {
    char path[64];
    struct db *db;
    struct catalogue *catalogue;
    struct campaign *campaign;
    json_t *result;
};

static void compile(struct fixture *f, struct content_files *files)
{
    struct problems problems;
    struct buf printed;

    problems_init(&problems);
    buf_init(&printed, 1 << 16);
    f->campaign = campaign_compile(files, FOLDER "/", &problems);
    problems_print(&problems, &printed);
    if (f->campaign == NULL || problems.errors + problems.warnings > 0) {
        fail_msg("%s", buf_text(&printed));
    }
    buf_fini(&printed);
    problems_fini(&problems);
}

static void import(struct fixture *f, const char *path, int64_t now)
{
    static char text[1 << 16];
    struct import_options options = {.file = "contacts.csv"};
    struct err err = {0};
    FILE *file = fopen(path, "rb");
    struct import *import;
    size_t length;

    assert_non_null(file);
    length = fread(text, 1, sizeof text, file);
    fclose(file);
    import = import_new(f->db, f->catalogue, &options, text, length, now, &err);
    if (import == NULL) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(import_slice(import, ROWS_MAX), 0);
    assert_int_equal(db_commit(f->db, &err), 0);
    f->result = import_result(import);
    import_free(import);
}

static int setup(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    struct content_files files;
    struct err err = {0};
    int64_t now, version;
    json_t *value;
    char *json;
    int descriptor;

    assert_int_equal(time_parse("2026-11-14T08:00:00+08:00", &now), 0);
    assert_int_equal(content_files_read(FOLDER, &files, &err), 0);
    compile(f, &files);
    snprintf(f->path, sizeof f->path, "/tmp/cegah-sample-XXXXXX");
    descriptor = mkstemp(f->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    f->db = db_open(f->path, DB_WRITE, &err);
    assert_non_null(f->db);
    value = files_to_value(&files);
    json = json_dumps(value, 0);
    db_unit_begin(f->db);
    campaign_row_add_version(f->db, f->campaign->id, "hash", json, now, &version);
    f->catalogue = catalogue_open(f->db, &err);
    assert_non_null(f->catalogue);
    assert_int_equal(db_unit_end(f->db, true), 0);
    assert_int_equal(db_commit(f->db, &err), 0);
    free(json);
    json_decref(value);
    content_files_fini(&files);
    import(f, FOLDER "/sample/contacts.csv", now);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock"};
    struct fixture *f = *state;

    json_decref(f->result);
    catalogue_free(f->catalogue);
    campaign_free(f->campaign);
    db_close(f->db);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char path[80];

        snprintf(path, sizeof path, "%s%s", f->path, tails[i]);
        unlink(path);
    }
    free(f);
    return 0;
}

static int64_t number(const struct fixture *f, const char *key)
{
    return json_integer_value(json_object_get(f->result, key));
}

/* How many refusals a column is the reason for. */
static int refusals(const struct fixture *f, const char *column)
{
    json_t *list = json_object_get(f->result, "rows_detail"), *item;
    size_t i;
    int n = 0;

    json_array_foreach(list, i, item)
    {
        n += strcmp(json_string_value(json_object_get(item, "outcome")), "refused") ==
                 0 &&
             strcmp(json_string_value(json_object_get(item, "column")), column) == 0;
    }
    return n;
}

static void the_sample_refuses_four_bad_numbers_and_four_rows_without_a_basis(
    void **state)
{
    struct fixture *f = *state;

    assert_int_equal(number(f, "rows"), 162);
    assert_int_equal(number(f, "refused"), 8);
    assert_int_equal(refusals(f, "phone"), 4);
    assert_int_equal(refusals(f, "basis"), 4);
    assert_int_equal(person_count(f->db), 154);
}

static void the_sample_has_every_kind_of_age_and_consent(void **state)
{
    struct fixture *f = *state;
    int64_t ids[ROWS_MAX], two[2];
    int n = person_ids_after(f->db, 0, ids, ROWS_MAX);
    int adults = 0, both = 0, guardians = 0, neither = 0, unknown = 0, shared = 0;

    for (int i = 0; i < n; i++) {
        struct person person;
        bool guardian = consent_live(f->db, ids[i], true, 1) != 0;
        bool own = consent_live(f->db, ids[i], false, 1) != 0;

        assert_true(person_find(f->db, ids[i], &person));
        shared += address_people(f->db, address_of_person(f->db, ids[i]), two, 2) > 1;
        if (!person_is_minor(&person, 2026)) {
            adults++;
            assert_false(guardian || own);
        } else if (person.birth_year == 0) {
            unknown++;
            assert_false(guardian || own);
        } else if (guardian && own) {
            both++;
        } else {
            guardians += guardian;
            neither += !guardian;
            assert_false(own);
        }
    }
    assert_int_equal(shared, 2);
    assert_true(adults - shared >= 50);
    assert_true(both >= 40);
    assert_true(guardians >= 8 && neither >= 6);
    assert_true(unknown >= 5);
}

static void the_sample_lives_in_three_time_zones(void **state)
{
    struct fixture *f = *state;
    int64_t ids[ROWS_MAX];
    int n = person_ids_after(f->db, 0, ids, ROWS_MAX);
    int west = 0, middle = 0, east = 0;

    for (int i = 0; i < n; i++) {
        struct person person;

        assert_true(person_find(f->db, ids[i], &person));
        west += strcmp(person.zone, "Asia/Jakarta") == 0;
        middle += strcmp(person.zone, "Asia/Makassar") == 0;
        east += strcmp(person.zone, "Asia/Jayapura") == 0;
    }
    assert_int_equal(west + middle + east, n);
    assert_true(west >= 5 && middle >= 5 && east >= 5);
}

static void the_parents_of_the_sample_make_it_three_hundred_with_four_bad_numbers(
    void **state)
{
    struct fixture *f = *state;
    int64_t now;

    assert_int_equal(time_parse("2026-11-14T08:00:00+08:00", &now), 0);
    json_decref(f->result);
    import(f, FOLDER "/sample/parents.csv", now);
    assert_int_equal(refusals(f, "phone"), 4);
    assert_in_range(person_count(f->db), 300, 310);
}

static bool holds(const struct text *text, const char *piece)
{
    return text->plain != NULL && strcasestr(text->plain, piece) != NULL;
}

/* True when one of the series' own texts holds the piece, folded as a handset compares. */
static bool series_says(const struct series *series, const char *piece)
{
    bool found = holds(&series->invitation, piece);

    for (size_t i = 0; i < series->steps_n; i++) {
        const struct step *step = &series->steps[i];

        found = found || holds(&step->text, piece);
        for (size_t k = 0; k < step->items_n; k++) {
            found = found || holds(&step->items[k].text, piece);
        }
    }
    return found;
}

static void a_sample_handset_answers_a_text_that_the_series_sends(void **state)
{
    struct fixture *f = *state;
    struct err err = {0};
    struct profile *profile = profile_read(FOLDER "/sample/handsets.yaml", &err);
    const struct series *champions = campaign_series(f->campaign, "champions");
    const struct series *parents = campaign_series(f->campaign, "parents");

    if (profile == NULL) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < profile->behaviours_n; i++) {
        const struct behaviour *behaviour = &profile->behaviours[i];

        for (size_t k = 0; k < behaviour->replies_n; k++) {
            const char *when = behaviour->replies[k].when;

            if (!series_says(champions, when) && !series_says(parents, when) &&
                !holds(&f->campaign->replies[REPLY_ASK_AGE], when)) {
                fail_msg("%s: \"%s\" is in no text", behaviour->name, when);
            }
        }
    }
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_sample_refuses_four_bad_numbers_and_four_rows_without_a_basis, setup,
            teardown),
        cmocka_unit_test_setup_teardown(
            the_sample_has_every_kind_of_age_and_consent, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_sample_lives_in_three_time_zones, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_parents_of_the_sample_make_it_three_hundred_with_four_bad_numbers,
            setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_sample_handset_answers_a_text_that_the_series_sends, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
