/*
 * campaign_compile.c: a folder's files become a campaign, or a list of what is wrong.
 *
 * campaign.yaml comes first, since the series are checked against its districts, hours,
 * caps and words; a broken one does not keep the others from being looked at, so that
 * one run tells everything.
 */
#include "content/compile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { WORDS_MAX = 500, WORD_BYTES = 200 };

struct words_nodes {
    const struct yaml_node *added[KEYWORDS], *risk;
};

#define ADDED(word, keyword, said)                                                     \
    {                                                                                  \
        word, KEY_SEQUENCE, offsetof(struct words_nodes, added[keyword]), false, NULL, \
            .fallback = "none", .doc = said                                            \
    }

static const struct key_row WORDS_KEYS[] = {
    ADDED("yes", KEYWORD_YES, "whole messages that mean YA"),
    ADDED("no", KEYWORD_NO, "whole messages that mean TIDAK"),
    ADDED("stop", KEYWORD_STOP, "whole messages that mean STOP"),
    ADDED("help", KEYWORD_HELP, "whole messages that mean BANTU"),
    ADDED("pause", KEYWORD_PAUSE, "whole messages that mean TUNDA"),
    ADDED("continue", KEYWORD_CONTINUE, "whole messages that mean LANJUT"),
    ADDED("discreet", KEYWORD_DISCREET, "whole messages that mean SENYAP"),
    ADDED("erase", KEYWORD_ERASE, "whole messages that mean HAPUS"),
    {"risk", KEY_SEQUENCE, offsetof(struct words_nodes, risk), false, NULL,
        .fallback = "none",
        .doc = "cues of danger, as whole words anywhere in a message"},
};
const struct key_table WORDS_TABLE = KEY_TABLE("words.yaml", WORDS_KEYS);

/* A word that means something else already would be heard as that. */
static bool check_word(const struct source *source, const struct yaml_node *item,
    enum keyword keyword, const struct words *words)
{
    static const char *const NAMES[KEYWORDS] = {
        [KEYWORD_YES] = "yes",
        [KEYWORD_NO] = "no",
        [KEYWORD_STOP] = "stop",
        [KEYWORD_WRONG_NUMBER] = "stop",
        [KEYWORD_STOP_WATCHED] = "stop",
        [KEYWORD_HELP] = "help",
        [KEYWORD_PAUSE] = "pause",
        [KEYWORD_CONTINUE] = "continue",
        [KEYWORD_DISCREET] = "discreet",
        [KEYWORD_ERASE] = "erase",
        [KEYWORD_SHARED_PHONE] = "that others read the phone",
    };
    enum keyword already = reply_keyword(item->text, words);

    if (keyword == KEYWORD_NONE || already == KEYWORD_NONE || already == keyword) {
        return true;
    }
    yaml_error(source->document, item, source->problems,
        "Take it out, or use a longer phrase.", "\"%.40s\" means %s already",
        item->text, NAMES[already]);
    return false;
}

static void read_word_list(const struct source *source, const struct yaml_node *list,
    enum keyword keyword, const struct words *words, struct word_list *to)
{
    const struct key_row row = {.key = list->key, .type = KEY_LABEL};
    char text[WORD_BYTES];

    if (list->n > WORDS_MAX) {
        yaml_error(source->document, list, source->problems, NULL, "more than %d words",
            (int)WORDS_MAX);
        return;
    }
    for (const struct yaml_node *item = list->children; item != NULL;
         item = item->next) {
        if (!key_check(source, item, &row)) {
            continue;
        }
        if (reply_normalise(item->text, text, sizeof text) == 0) {
            yaml_error(source->document, item, source->problems,
                "Punctuation and emoji are taken out of replies; use letters or "
                "digits.",
                "\"%.40s\" holds nothing that a reply can be compared with",
                item->text);
        } else if (check_word(source, item, keyword, words)) {
            to->list = mem_resize(to->list, to->n + 1, sizeof *to->list);
            to->list[to->n++] = mem_copy(text);
        }
    }
}

static void read_words(const struct source *source, struct words *words)
{
    /* What ends most comes first: of two lists that hold a word, the later is told. */
    static const enum keyword ORDER[] = {KEYWORD_STOP, KEYWORD_ERASE, KEYWORD_HELP,
        KEYWORD_DISCREET, KEYWORD_PAUSE, KEYWORD_CONTINUE, KEYWORD_NO, KEYWORD_YES};
    struct words_nodes nodes = {0};

    keys_read(source, yaml_root(source->document), &WORDS_TABLE, &nodes);
    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        if (nodes.added[ORDER[i]] != NULL) {
            read_word_list(source, nodes.added[ORDER[i]], ORDER[i], words,
                &words->added[ORDER[i]]);
        }
    }
    if (nodes.risk != NULL) {
        read_word_list(source, nodes.risk, KEYWORD_NONE, words, &words->risk);
    }
}

static void read_series(struct compiler *compiler, const char *file)
{
    struct campaign *campaign = compiler->campaign;
    struct series series = {0};

    series_read(compiler, &series);
    series.file = mem_copy(file);
    campaign->series =
        mem_resize(campaign->series, campaign->series_n + 1, sizeof *campaign->series);
    campaign->series[campaign->series_n++] = series;
}

enum file_kind { FILE_CAMPAIGN, FILE_WORDS, FILE_SERIES };

static enum file_kind kind_of(const struct content_file *file)
{
    return strcmp(file->name, "campaign.yaml") == 0 ? FILE_CAMPAIGN
           : strcmp(file->name, "words.yaml") == 0  ? FILE_WORDS
                                                    : FILE_SERIES;
}

/* Adds a problem of the folder as a whole. */
static void refuse_folder(struct problems *problems, const char *prefix,
    const char *name, const char *text, const char *advice)
{
    char *path = mem_format("%s%s", prefix, name);
    struct problem problem = {
        .path = path, .text = (char *)text, .advice = (char *)advice};

    problems_add(problems, &problem);
    free(path);
}

static void read_document(
    struct compiler *compiler, enum file_kind kind, const char *name)
{
    const struct yaml_document *document = compiler->source.document;

    if (yaml_root(document) == NULL) {
        if (kind != FILE_WORDS) {
            yaml_error(document, NULL, compiler->source.problems,
                "Fill it, or remove it.", "the file is empty");
        }
        return;
    }
    switch (kind) {
    case FILE_CAMPAIGN:
        campaign_read(compiler);
        break;
    case FILE_WORDS:
        read_words(&compiler->source, &compiler->campaign->words);
        break;
    default:
        read_series(compiler, name);
    }
}

/* Invites name series of any file, so they are looked at once all are read. */
static void check_invites(struct compiler *compiler)
{
    const struct campaign *campaign = compiler->campaign;
    const char **ids = mem_alloc((campaign->series_n + 1) * sizeof *ids);
    char advice[300];

    for (size_t i = 0; i < campaign->series_n; i++) {
        ids[i] = campaign->series[i].id;
    }
    for (size_t i = 0; i < compiler->invites_n; i++) {
        const struct pending_invite *invite = &compiler->invites[i];

        if (campaign_series(campaign, invite->node->text) == NULL) {
            nearest_advice(invite->node->text, ids, campaign->series_n,
                "series of the campaign", advice, sizeof advice);
            yaml_error(invite->source.document, invite->node, invite->source.problems,
                advice, "unknown series \"%.60s\"", invite->node->text);
        }
    }
    free(ids);
    free(compiler->invites);
}

/* Reads the files of one kind; their documents stay, for what is looked at last. */
static size_t read_kind(struct compiler *compiler, const struct content_files *files,
    const char *prefix, enum file_kind kind, struct yaml_document **documents)
{
    size_t found = 0;

    for (size_t i = 0; i < files->n; i++) {
        const struct content_file *file = &files->list[i];
        char *path;

        if (kind_of(file) != kind) {
            continue;
        }
        found++;
        path = mem_format("%s%s", prefix, file->name);
        documents[i] =
            yaml_parse(path, file->text, file->length, compiler->source.problems);
        free(path);
        if (documents[i] != NULL) {
            compiler->source.document = documents[i];
            read_document(compiler, kind, file->name);
        }
    }
    return found;
}

/* The words come before the series, which are checked against them, and the campaign
 * before both. */
static void read_files(
    struct compiler *compiler, const struct content_files *files, const char *prefix)
{
    struct yaml_document **documents = mem_zero(files->n + 1, sizeof *documents);
    size_t campaigns, series;

    campaigns = read_kind(compiler, files, prefix, FILE_CAMPAIGN, documents);
    read_kind(compiler, files, prefix, FILE_WORDS, documents);
    series = read_kind(compiler, files, prefix, FILE_SERIES, documents);
    check_invites(compiler);
    if (campaigns == 0) {
        refuse_folder(compiler->source.problems, prefix, "campaign.yaml",
            "the file is missing",
            "A campaign is a folder with a campaign.yaml and a file per series.");
    }
    if (series == 0) {
        refuse_folder(compiler->source.problems, prefix, "campaign.yaml",
            "the campaign has no series",
            "Add a file beside campaign.yaml, such as champions.yaml.");
    }
    for (size_t i = 0; i < files->n; i++) {
        yaml_free(documents[i]);
    }
    free(documents);
}

struct campaign *campaign_compile_at(const struct content_files *files,
    const char *prefix, int32_t today, struct problems *problems)
{
    struct campaign *campaign = mem_zero(1, sizeof *campaign);
    struct compiler compiler = {
        .source = {.problems = problems}, .campaign = campaign, .today = today};
    size_t before = problems->errors;

    campaign->cap_day = 1;
    campaign->cap_week = 3;
    read_files(&compiler, files, prefix);
    if (problems->errors > before) {
        campaign_free(campaign);
        return NULL;
    }
    return campaign;
}

struct campaign *campaign_compile(
    const struct content_files *files, const char *prefix, struct problems *problems)
{
    return campaign_compile_at(files, prefix, NO_DAY, problems);
}
