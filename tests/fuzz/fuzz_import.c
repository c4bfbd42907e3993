/*
 * Contact lists as anybody might save them: a campaign is loaded in a database in memory,
 * and the input is the file. Each run is a dry run, then a real one, in a transaction
 * that is never committed.
 *
 * Beside what the sanitizers see, it checks that the account adds up, that it is JSON
 * (UTF-8 throughout), and that a dry run foretells the real one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/must.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "people/files.h"
#include "people/import.h"
#include "store/campaign.h"
#include "store/db.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char campaign[] =
    "campaign: uji\ntitle: Uji\norganisation: Uji\nwording: \"1\"\n"
    "districts:\n  maros: {name: Maros, zone: Asia/Makassar}\n"
    "replies:\n  opt_out: \"Baik, kami berhenti.\"\n";
static const char series[] =
    "series: s\ntitle: S\nfor: {role: champion}\n"
    "steps:\n  - {id: C1, at: {week: 1, day: wed, time: \"16:15\"}, say: \"Halo!\"}\n";
static const int64_t now = INT64_C(1795000000000);

/* Kept for the process: a run leaves nothing behind in it. */
static struct catalogue *load(struct db *db)
{
    struct content_file list[] = {
        {(char *)"campaign.yaml", (char *)campaign, sizeof campaign - 1},
        {(char *)"s.yaml", (char *)series, sizeof series - 1}};
    struct content_files files = {list, 2};
    json_t *value = files_to_value(&files);
    char *json = json_dumps(value, 0);
    struct catalogue *catalogue;
    struct err err = {0};
    int64_t version;

    db_unit_begin(db);
    campaign_row_add_version(db, "uji", "hash", json, now, &version);
    catalogue = catalogue_open(db, &err);
    must(catalogue != NULL, "%s", err.text);
    must(db_unit_end(db, true) == 0 && db_commit(db, &err) == 0, "%s", err.text);
    free(json);
    json_decref(value);
    return catalogue;
}

static int64_t count(const json_t *result, const char *key)
{
    return json_integer_value(json_object_get(result, key));
}

/* Returns the account as text, owned; NULL when the file was refused. */
static char *run(struct db *db, const struct catalogue *catalogue, const char *bytes,
    size_t size, bool dry_run)
{
    struct import_options options = {"daftar.csv", "daftar hadir", dry_run};
    struct err err = {0};
    struct import *import = import_new(db, catalogue, &options, bytes, size, now, &err);
    json_t *result;
    char *text;

    if (import == NULL) {
        must(err.code == ERR_REFUSED && err.text[0] != '\0', "no sentence");
        return NULL;
    }
    while (import_slice(import, 50) == 1) {
    }
    result = import_result(import);
    must(count(result, "rows") == count(result, "taken") + count(result, "merged") +
                                      count(result, "refused") +
                                      count(result, "unchanged"),
        "the account does not add up");
    json_object_del(result, "dry_run");
    text = json_dumps(result, 0);
    must(text != NULL, "no JSON");
    json_decref(result);
    import_free(import);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct db *db;
    static struct catalogue *catalogue;
    struct err err = {0};
    char *dry, *real;

    if (db == NULL) {
        db = db_open(":memory:", DB_WRITE, &err);
        must(db != NULL, "%s", err.text);
        catalogue = load(db);
    }
    db_unit_begin(db);
    dry = run(db, catalogue, (const char *)data, size, true);
    real = run(db, catalogue, (const char *)data, size, false);
    must((dry == NULL) == (real == NULL), "refused once");
    must(dry == NULL || strcmp(dry, real) == 0, "foretold %s, was %s", dry, real);
    db_unit_end(db, false);
    free(dry);
    free(real);
    return 0;
}
