/*
 * play.c: sets up what a series is played with, and clears it away.
 */
#include "cli/play.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/zone.h"
#include "care/seal.h"
#include "cli/adapters.h"
#include "cli/context.h"
#include "content/campaign.h"
#include "content/config.h"
#include "people/catalogue.h"
#include "people/files.h"
#include "people/import_row.h"
#include "people/import_store.h"
#include "plan/enrol.h"
#include "store/db.h"
#include "store/guardian.h"
#include "store/view.h"
#include "web/operation.h"

enum { CONFIG_BYTES_MAX = 8192, START_MINUTE = 8 * 60, PASSWORD_LETTERS = 24 };

static const char OWN_PHONE[] = "+6281200007001", GUARDIAN_PHONE[] = "+6281200007002";

int play_quiet(void)
{
    int kept = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    fflush(stderr);
    if (kept >= 0 && nowhere >= 0) {
        dup2(nowhere, STDERR_FILENO);
    }
    if (nowhere >= 0) {
        close(nowhere);
    }
    return kept;
}

void play_loud(int kept)
{
    if (kept >= 0) {
        fflush(stderr);
        dup2(kept, STDERR_FILENO);
        close(kept);
    }
}

static int make_folder(struct play *play, struct err *err)
{
    const char *place = getenv("TMPDIR");

    play->folder = mem_format(
        "%s/cegah-preview-XXXXXX", place == NULL || place[0] == '\0' ? "/tmp" : place);
    if (mkdtemp(play->folder) == NULL) {
        err_set(err, ERR_UNABLE, "%s: %s", play->folder, strerror(errno));
        free(play->folder);
        play->folder = NULL;
        return -1;
    }
    return 0;
}

static void remove_folder(struct play *play)
{
    DIR *directory = play->folder == NULL ? NULL : opendir(play->folder);
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.') {
            unlinkat(dirfd(directory), entry->d_name, 0);
        }
    }
    if (directory != NULL) {
        closedir(directory);
        rmdir(play->folder);
    }
    free(play->folder);
    play->folder = NULL;
}

/* A gateway a channel, at a port where nobody listens: nothing is ever sent. */
static void write_config(struct buf *out)
{
    char secret[PASSWORD_LETTERS + 1];

    id_random(secret, PASSWORD_LETTERS);
    buf_add_format(out,
        "database: cegah.db\n"
        "routes: [sms, whatsapp]\n"
        "gateways:\n"
        "  sms: {adapter: kannel, base_url: \"http://127.0.0.1:9\", username: "
        "preview,\n"
        "    password: \"%s\", hook_secret: \"%s\"}\n"
        "  whatsapp: {adapter: whatsapp, base_url: \"http://127.0.0.1:9\",\n"
        "    phone_number_id: \"1\", token: \"%s\", app_secret: \"%s\",\n"
        "    verify_token: \"%s\"}\n",
        secret, secret, secret, secret, secret);
}

static struct config *made_up_config(const char *folder, struct err *err)
{
    char *path = mem_format("%s/cegah.yaml", folder);
    struct config *config = NULL;
    struct buf text;
    FILE *file;

    buf_init(&text, CONFIG_BYTES_MAX);
    write_config(&text);
    file = fopen(path, "wxe");
    if (file == NULL || fputs(buf_text(&text), file) == EOF) {
        err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
        if (file != NULL) {
            fclose(file);
        }
    } else if (fclose(file) != 0) {
        err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    } else {
        config = cli_config(path, err);
    }
    buf_fini(&text);
    free(path);
    return config;
}

/* Its gateways count, and nothing else: never its database, clock or keys. */
static void make_private(struct config *config, const char *folder)
{
    char public_key[SEAL_KEY_TEXT], secret_key[SEAL_KEY_TEXT];

    free(config->database);
    config->database = mem_format("%s/cegah.db", folder);
    free(config->clock_simulator);
    config->clock_simulator = NULL;
    for (size_t i = 0; i < config->focal_keys.n; i++) {
        free(config->focal_keys.items[i]);
    }
    /* What is written is sealed as ever, and nobody keeps the key. */
    seal_pair(public_key, secret_key);
    seal_wipe(secret_key, sizeof secret_key);
    config->focal_keys.items =
        mem_resize(config->focal_keys.items, 1, sizeof *config->focal_keys.items);
    config->focal_keys.items[0] = mem_copy(public_key);
    config->focal_keys.n = 1;
}

static char *prefix_of(const char *folder)
{
    size_t length = strlen(folder);

    while (length > 1 && folder[length - 1] == '/') {
        length--;
    }
    return mem_format("%.*s/", (int)length, folder);
}

static int unknown_series(
    const struct campaign *campaign, const char *name, struct err *err)
{
    struct buf known;

    buf_init(&known, CONFIG_BYTES_MAX);
    for (size_t i = 0; i < campaign->series_n; i++) {
        buf_add_format(&known, "%s%s", i == 0 ? "" : ", ", campaign->series[i].id);
    }
    err_set(err, ERR_REFUSED, "campaign %s has no series \"%s\"; it has %s",
        campaign->id, name, buf_text(&known));
    buf_fini(&known);
    return -1;
}

/* Compiles the folder, and takes from it what is asked of the person. */
static int read_campaign(struct play *play, const struct play_options *options,
    struct content_files *files, struct err *err)
{
    struct problems problems;
    char *prefix;

    if (content_files_read(options->folder, files, err) != 0) {
        return -1;
    }
    prefix = prefix_of(options->folder);
    problems_init(&problems);
    play->campaign = campaign_compile(files, prefix, &problems);
    if (play->campaign == NULL) {
        cli_print_problems(&problems);
        err_set(err, ERR_REFUSED, "%s has %zu error%s, so nothing can be played",
            prefix, problems.errors, problems.errors == 1 ? "" : "s");
    } else {
        play->series = campaign_series(play->campaign, options->series);
        if (play->series == NULL) {
            unknown_series(play->campaign, options->series, err);
        }
    }
    problems_fini(&problems);
    free(prefix);
    return play->series == NULL ? -1 : 0;
}

static const struct zone *zone_of(const struct play *play)
{
    const struct zone *zone = zone_find(play->who.person.zone);

    return zone != NULL ? zone : zone_find(play->config->timezone);
}

/* Where the person lives: the next Monday at eight, or what --start says. */
static int read_start(
    struct play *play, const struct play_options *options, struct err *err)
{
    struct clock clock;
    int32_t day;

    clock_init(&clock, CLOCK_REAL, 0);
    if (options->start == NULL) {
        day = day_monday(zone_day(zone_of(play), clock_now(&clock))) + 7;
        play->started_at = zone_at(zone_of(play), day, START_MINUTE);
    } else if (day_parse(options->start, &day) == 0) {
        play->started_at = zone_at(zone_of(play), day, START_MINUTE);
    } else if (time_parse(options->start, &play->started_at) != 0) {
        return err_set(err, ERR_USAGE,
            "--start takes a day, 2026-11-16, or a time, 2026-11-16T08:00:00+08:00");
    }
    return 0;
}

static int read_person(
    struct play *play, const struct play_options *options, struct err *err)
{
    struct clock clock;
    int year;

    clock_init(&clock, CLOCK_REAL, 0);
    play->started_at = clock_now(&clock);
    if (options->start != NULL && read_start(play, options, err) != 0) {
        return -1;
    }
    year = zone_civil(zone_of(play), play->started_at).year;
    play_person_default(&play->who, play->campaign, play->series, year);
    for (size_t i = 0; i < options->as_n; i++) {
        if (play_person_set_all(
                &play->who, play->campaign, year, options->as[i], err) != 0) {
            return err_prefix(err, "--as %s", options->as[i]);
        }
    }
    return read_start(play, options, err);
}

static int open_engine(struct play *play, struct err *err)
{
    if (engine_open(&play->engine, play->config, err) != 0) {
        return -1;
    }
    play->is_open = true;
    clock_init(&play->engine.clock, CLOCK_JUMP, play->started_at);
    return 0;
}

static int load(struct play *play, const struct play_options *options,
    const struct content_files *files, struct err *err)
{
    char *prefix = prefix_of(options->folder);
    json_t *arguments = json_pack(
               "{s:o, s:s}", "files", files_to_value(files), "prefix", prefix),
           *result = NULL;
    int status = arguments == NULL
                     ? err_set(err, ERR_REFUSED, "%s: the names of files must be UTF-8",
                           options->folder)
                     : operation_run(&play->engine, operation_find("load"), arguments,
                           &result, err);

    json_decref(result);
    json_decref(arguments);
    free(prefix);
    return status;
}

/* The series runs, unsigned facts or not; others of the campaign stay where they are. */
static int run_series(struct play *play, struct err *err)
{
    struct db *db = play->engine.db;
    const struct catalogue_campaign *loaded =
        catalogue_campaign_named(play->engine.catalogue, play->campaign->id);

    db_unit_begin(db);
    play->series_id = series_row_ensure(db, loaded->id, play->series->id);
    series_row_set_state(db, play->series_id, RUN_RUNNING);
    campaign_row_set_state(db, loaded->id, RUN_RUNNING, play_now(play));
    if (db_unit_end(db, true) != 0) {
        return err_set(err, ERR_UNABLE, "the series could not be started");
    }
    return catalogue_refresh(play->engine.catalogue, db, err);
}

static void agree(const struct play *play, struct import_consent *consent)
{
    consent->given = true;
    consent->day = zone_day(zone_of(play), play->started_at);
    day_format(consent->day, consent->dated);
    snprintf(consent->method, sizeof consent->method, "paper");
    snprintf(consent->wording, sizeof consent->wording, "%s", play->campaign->wording);
}

/* The row of a contact list that this person would be. */
static void make_row(const struct play *play, struct import_row *row)
{
    const struct play_person *who = &play->who;

    *row = (struct import_row){.person = who->person};
    row->person.flags = 0;
    row->discreet = (who->person.flags & PERSON_DISCREET) != 0 ? IMPORT_YES : IMPORT_NO;
    row->shared_phone =
        (who->person.flags & PERSON_SHARED_PHONE) != 0 ? IMPORT_YES : IMPORT_NO;
    snprintf(row->person.channel, sizeof row->person.channel, "%s",
        channel_name(who->channel));
    snprintf(row->phone, sizeof row->phone, "%s", OWN_PHONE);
    snprintf(row->basis, sizeof row->basis, "preview");
    if (who->consented) {
        agree(play, &row->own);
    }
    if (who->guardian == PLAY_GUARDIAN_PAPER) {
        agree(play, &row->guardian);
    } else if (who->guardian == PLAY_GUARDIAN_PHONE) {
        agree(play, &row->guardian);
        row->guardian.given = false;
        snprintf(row->guardian_phone, sizeof row->guardian_phone, "%s", GUARDIAN_PHONE);
    }
}

static int add_person(struct play *play, struct err *err)
{
    struct db *db = play->engine.db;
    struct import_notes notes = {0};
    struct import_row row;
    struct enrolment enrolment;
    enum import_outcome outcome;

    make_row(play, &row);
    db_unit_begin(db);
    outcome = import_row_store(db, &row, "preview", play_now(play), &notes);
    play->address_id = address_find(db, ADDRESS_PHONE, OWN_PHONE);
    play->guardian_id = address_find(db, ADDRESS_PHONE, GUARDIAN_PHONE);
    play->person_id = person_behind(db, play->address_id, row.person.name);
    enrol_person(
        &play->engine.planner, play->series_id, play->person_id, play_now(play));
    if (db_unit_end(db, outcome != IMPORT_REFUSED) != 0 || outcome == IMPORT_REFUSED ||
        db_commit(db, err) != 0) {
        return err_set(err, ERR_UNABLE, "the person could not be stored");
    }
    if (!enrolment_of(db, play->person_id, play->series_id, &enrolment)) {
        return err_set(err, ERR_REFUSED,
            "this person is not taken into %s: it is for the role %s, and it needs an "
            "invitation or --as consent=yes",
            play->series->id,
            play->series->role == NULL ? "anybody" : play->series->role);
    }
    play->enrolment_id = enrolment.id;
    return 0;
}

int play_read(struct play *play, const struct play_options *options, struct err *err)
{
    struct content_files files = {0};
    int result;

    *play = (struct play){.engine = {.lock = -1}};
    play_show_init(
        &play->show, isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL);
    if (make_folder(play, err) != 0) {
        return -1;
    }
    play->config = options->config == NULL ? made_up_config(play->folder, err)
                                           : cli_config(options->config, err);
    if (play->config == NULL) {
        return -1;
    }
    make_private(play->config, play->folder);
    result = read_campaign(play, options, &files, err);
    result = result == 0 ? read_person(play, options, err) : result;
    content_files_fini(&files);
    return result;
}

int play_open(struct play *play, const struct play_options *options, struct err *err)
{
    struct content_files files = {0};
    int kept, result = play_read(play, options, err);

    if (result != 0 || content_files_read(options->folder, &files, err) != 0) {
        return -1;
    }
    if (play->series->invitation.plain == NULL) {
        play->who.consented = true; /* there is nothing to say YA to */
    }
    kept = play_quiet();
    result = open_engine(play, err);
    result = result == 0 ? load(play, options, &files, err) : result;
    result = result == 0 ? run_series(play, err) : result;
    result = result == 0 ? add_person(play, err) : result;
    play_loud(kept);
    content_files_fini(&files);
    return result;
}

void play_close(struct play *play)
{
    if (play->is_open) {
        engine_close(&play->engine);
    }
    free(play->known);
    campaign_free(play->campaign);
    config_free(play->config);
    remove_folder(play);
    play_show_fini(&play->show);
}
