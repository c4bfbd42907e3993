/*
 * campaign.c: what others ask a compiled campaign. Reading and checking the files is in
 * campaign_compile.c and series.c.
 */
#include "content/campaign.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "content/compile.h"

enum { FILES_MAX = 100, MESSAGE_BYTES_MAX = 512, WORDS_MAX = 32 };

static bool is_content_name(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".yaml") == 0;
}

/* Reads at most one byte more than a file may have: the parser then says that it is too
 * long. Returns 0 or -1. */
static int read_file(const char *path, struct content_file *file, struct err *err)
{
    FILE *stream = fopen(path, "rb");
    size_t room = YAML_BYTES_MAX + 1;

    if (stream == NULL) {
        return err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    }
    file->text = mem_alloc(room + 1);
    file->length = fread(file->text, 1, room, stream);
    if (ferror(stream)) {
        fclose(stream);
        return err_set(err, ERR_UNABLE, "%s: cannot be read", path);
    }
    fclose(stream);
    file->text[file->length] = '\0';
    file->text = mem_resize(file->text, file->length + 1, 1);
    return 0;
}

static int compare_names(const void *one, const void *other)
{
    return strcmp(((const struct content_file *)one)->name,
        ((const struct content_file *)other)->name);
}

static int read_folder(
    DIR *dir, const char *folder, struct content_files *files, struct err *err)
{
    struct dirent *entry;
    int result = 0;

    while (result == 0 && (entry = readdir(dir)) != NULL) {
        struct content_file file = {0};
        char *path;

        if (!is_content_name(entry->d_name)) {
            continue;
        }
        if (files->n == FILES_MAX) {
            return err_set(err, ERR_REFUSED, "%s: more than %d .yaml files", folder,
                (int)FILES_MAX);
        }
        path = mem_format("%s/%s", folder, entry->d_name);
        file.name = mem_copy(entry->d_name);
        result = read_file(path, &file, err);
        free(path);
        files->list = mem_resize(files->list, files->n + 1, sizeof *files->list);
        files->list[files->n++] = file;
    }
    return result;
}

int content_files_read(const char *folder, struct content_files *files, struct err *err)
{
    DIR *dir = opendir(folder);
    int result;

    *files = (struct content_files){0};
    if (dir == NULL) {
        return err_set(err, ERR_REFUSED,
            "%s: %s; a campaign is a folder with a "
            "campaign.yaml in it",
            folder, strerror(errno));
    }
    result = read_folder(dir, folder, files, err);
    closedir(dir);
    if (result == 0 && files->n > 0) {
        qsort(files->list, files->n, sizeof *files->list, compare_names);
    }
    for (size_t i = 0; result == 0 && i < files->n; i++) {
        if (strcmp(files->list[i].name, "campaign.yaml") == 0) {
            return 0;
        }
    }
    if (result == 0) {
        result = err_set(err, ERR_REFUSED,
            "%s: there is no campaign.yaml in it; a campaign is a folder with one",
            folder);
    }
    content_files_fini(files);
    return result;
}

void content_files_fini(struct content_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->list[i].name);
        free(files->list[i].text);
    }
    free(files->list);
    *files = (struct content_files){0};
}

const struct series *campaign_series(const struct campaign *campaign, const char *id)
{
    for (size_t i = 0; i < campaign->series_n; i++) {
        if (strcmp(campaign->series[i].id, id) == 0) {
            return &campaign->series[i];
        }
    }
    return NULL;
}

const struct district *campaign_district(
    const struct campaign *campaign, const char *key)
{
    for (size_t i = 0; i < campaign->districts_n; i++) {
        if (strcasecmp(campaign->districts[i].key, key) == 0) {
            return &campaign->districts[i];
        }
    }
    return NULL;
}

const struct step *series_step(const struct series *series, const char *id)
{
    for (size_t i = 0; i < series->steps_n; i++) {
        if (strcmp(series->steps[i].id, id) == 0) {
            return &series->steps[i];
        }
    }
    return NULL;
}

const struct step *series_step_after(const struct series *series, const char *id)
{
    const struct step *step;

    if (id == NULL) {
        return series->steps_n > 0 ? &series->steps[0] : NULL;
    }
    step = series_step(series, id);
    if (step == NULL || step == &series->steps[series->steps_n - 1]) {
        return NULL;
    }
    return step + 1;
}

static bool is_spelling(const struct answer *answer, const char *text, size_t length)
{
    for (size_t i = 0; i < answer->spellings_n; i++) {
        if (strlen(answer->spellings[i]) == length &&
            memcmp(answer->spellings[i], text, length) == 0) {
            return true;
        }
    }
    return false;
}

bool answer_is_spelled(const struct answer *answer, const char *message)
{
    size_t starts[WORDS_MAX + 1], words = 0, length = strlen(message);
    bool reached[WORDS_MAX + 1] = {true};

    for (size_t at = 0; at <= length; at += strcspn(message + at, " ") + 1) {
        if (words == WORDS_MAX) {
            return false;
        }
        starts[words++] = at;
    }
    starts[words] = length + 1;
    for (size_t to = 1; to <= words; to++) {
        for (size_t from = 0; from < to && !reached[to]; from++) {
            reached[to] = reached[from] && is_spelling(answer, message + starts[from],
                                               starts[to] - starts[from] - 1);
        }
    }
    return reached[words];
}

static const struct answer *find_answer(
    const struct answer *answers, size_t n, const char *message)
{
    char text[MESSAGE_BYTES_MAX];
    size_t length = reply_normalise_answer(message, text, sizeof text);

    if (length == 0 || length >= sizeof text - 4) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if (answer_is_spelled(&answers[i], text)) {
            return &answers[i];
        }
    }
    return NULL;
}

const struct answer *step_answer(const struct step *step, const char *message)
{
    return step->kind == STEP_ASK ? find_answer(step->answers, step->answers_n, message)
                                  : NULL;
}

/* The one answer that the message is a slip of; NULL when it is of none, or of two. */
static const struct answer *find_slip(const struct answer *answers, size_t n,
    const char *message, const struct words *words)
{
    const struct answer *found = NULL;
    char text[MESSAGE_BYTES_MAX];
    size_t length = reply_normalise_answer(message, text, sizeof text);

    for (size_t i = 0; length > 0 && length < sizeof text - 4 && i < n; i++) {
        for (size_t k = 0; k < answers[i].spellings_n; k++) {
            if (reply_is_slip(text, answers[i].spellings[k], words)) {
                if (found != NULL && found != &answers[i]) {
                    return NULL;
                }
                found = &answers[i];
            }
        }
    }
    return found;
}

const struct answer *step_answer_slip(
    const struct step *step, const char *message, const struct words *words)
{
    return step->kind == STEP_ASK
               ? find_slip(step->answers, step->answers_n, message, words)
               : NULL;
}

const struct answer *item_answer_slip(
    const struct quiz_item *item, const char *message, const struct words *words)
{
    return find_slip(item->answers, item->answers_n, message, words);
}

static bool is_listed(char *const *list, size_t n, const char *message)
{
    char text[MESSAGE_BYTES_MAX];

    reply_normalise_answer(message, text, sizeof text);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], text) == 0) {
            return true;
        }
    }
    return false;
}

bool step_begins(const struct step *step, const char *message, bool *later)
{
    bool off = is_listed(step->later_words, step->later_words_n, message);

    if (later != NULL) {
        *later = off;
    }
    return off || is_listed(step->start_words, step->start_words_n, message);
}

const struct answer *item_answer(const struct quiz_item *item, const char *message)
{
    return find_answer(item->answers, item->answers_n, message);
}

const struct step *series_unconfirmed(const struct series *series)
{
    for (size_t i = 0; i < series->steps_n; i++) {
        if (series->steps[i].confirm != NULL && series->steps[i].confirmed_by == NULL) {
            return &series->steps[i];
        }
    }
    return NULL;
}

const struct step *campaign_unconfirmed(const struct campaign *campaign)
{
    const struct step *step = NULL;

    for (size_t i = 0; i < campaign->series_n && step == NULL; i++) {
        step = series_unconfirmed(&campaign->series[i]);
    }
    return step;
}
