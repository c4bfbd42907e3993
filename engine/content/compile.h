/*
 * compile.h: the parts of the campaign compiler, between its own files only.
 *
 * campaign_compile.c goes through the files and reads words.yaml, campaign_yaml.c reads
 * campaign.yaml, series.c a series and its steps, question.c what a step asks. text.c
 * reads texts in their variants, template.c looks at one text, preview.c for words that
 * must not be seen. series_check.c looks at a series as a whole, along the paths that
 * paths.c knows.
 */
#ifndef CEGAH_CONTENT_COMPILE_H
#define CEGAH_CONTENT_COMPILE_H

#include "content/campaign.h"
#include "content/keys.h"

#define KEYS_N(rows) (sizeof(rows) / sizeof(rows)[0])

/* An invite whose series may stand in a file that is still to be read. */
struct pending_invite {
    struct source source;
    const struct yaml_node *node;
};

/* One compilation. Lives on campaign_compile_at()'s stack and borrows everything. */
struct compiler {
    struct source source; /* the file that is being read */
    struct campaign *campaign;
    struct series *series; /* that is being read, or NULL */
    bool complete;         /* the series has its texts in every language */
    int32_t today;         /* or NO_DAY */
    struct pending_invite *invites;
    size_t invites_n;
};

/* campaign_yaml.c: the file that is being read, into the campaign. */
void campaign_read(struct compiler *compiler);

/* What a text is used for decides what it may hold. */
struct text_use {
    const char *name;                /* its key */
    const struct audience *audience; /* who reads it; NULL: anybody */
    bool open_wording;               /* R10 does not hold */
    bool score;                      /* it tells how somebody answered */
    bool date;                       /* {tgl} is a day that the reply names */
    bool service;                    /* {layanan} and {telp} are a service's */
    const struct event *event;       /* {judul} … {link} are its; NULL: none */
    int parts;                       /* that are meant */
};

/* text.c: a KEY_VARIANTS node; *text stays empty for NULL. */
void text_read(struct compiler *compiler, const struct yaml_node *node,
    const struct text_use *use, struct text *text);
void text_fini(struct text *text);
/* An error, and false, when the node's key is no further language of the campaign. */
bool text_check_language(struct compiler *compiler, const struct yaml_node *node);

/* preview.c */
enum { PREVIEW_CHARACTERS = 40 };
/* Returns the first word, owned, that holds a blocked beginning and starts within the
 * first `within` characters; NULL when there is none. */
char *blocked_word(
    const struct campaign *campaign, const char *text, bool discreet, size_t within);
/* As blocked_word(), of what a template fills to: all placeholders empty or longest. */
char *blocked_in_preview(const struct campaign *campaign, const char *template_text);
/* Returns a link of the text that holds a blocked word, owned; or NULL. */
char *blocked_link(const struct campaign *campaign, const char *text);
/* An error when the value, which texts or senders show, holds a blocked word. */
void value_check_blocked(
    struct compiler *compiler, const struct yaml_node *node, const char *name);

/* template.c: placeholders, parts and characters of a template. */
void template_check(const struct source *source, const struct yaml_node *node,
    const char *name, int parts);
/* Only its placeholders. */
void template_check_placeholders(
    const struct source *source, const struct yaml_node *node, const char *text);
/* Warns of characters in a value that fills a placeholder (a name of a district). */
void value_check(
    const struct source *source, const struct yaml_node *node, const char *name);
/* As value_check(), and an error when it is longer than its placeholder takes. */
void value_check_length(const struct source *source, const struct yaml_node *node,
    const char *name, const char *placeholder);

/* audience.c: a `for:` mapping; `within` (or NULL) is the series', and a step's own must
 * leave somebody of it. */
void audience_read(struct compiler *compiler, const struct yaml_node *node,
    const struct audience *within, struct audience *audience);
void audience_fini(struct audience *audience);
bool audience_has_district(const struct audience *audience, const char *key);

/* when.c: an `at:` mapping. Returns true when it is good. */
bool when_read(
    struct compiler *compiler, const struct yaml_node *node, struct when *when);

/* The same file: a step around an event, read with its audience: an error when somebody's
 * would be useless before it is due. */
bool when_check_event(
    struct compiler *compiler, const struct yaml_node *at, const struct step *step);

/* event.c: `events:` of campaign.yaml, once its districts are read. */
void events_read(struct compiler *compiler, const struct yaml_node *mapping);

/* directory.c */
/* An error when the node (or NULL) names no district of the campaign. */
void district_check(struct compiler *compiler, const struct yaml_node *node);
void directory_read(struct compiler *compiler, const struct yaml_node *mapping);
/* A step refers to the service: there must be one, checked not too long ago, for every
 * district of the step's audience. */
void directory_check(
    struct compiler *compiler, const struct yaml_node *node, const struct step *step);

/* whatsapp.c: the `whatsapp:` and `media:` mappings of a step whose text and question are
 * read. */
void whatsapp_read(
    struct compiler *compiler, const struct yaml_node *mapping, struct step *step);
void media_read(
    struct compiler *compiler, const struct yaml_node *mapping, struct step *step);

/* question.c: an `ask:` mapping. */
void question_read(
    struct compiler *compiler, const struct yaml_node *ask, struct step *step);

/* campaign.c: true when the normalised message is nothing but spellings of the answer, one
 * behind another: "c", "c 19", "c sembilan belas". */
bool answer_is_spelled(const struct answer *answer, const char *message);

/* branch.c: the list behind `branch:`, once all steps are read; step: whose it is. */
void branches_read(
    struct compiler *compiler, const struct yaml_node *list, struct step *step);

/* Where a step stands in its file, for complaints about the series as a whole. */
struct step_place {
    const struct yaml_node *item, *id, *at, *branch, *wait;
    bool timed; /* its time is good */
};

/* series.c: one series file into *series (zeroed by the caller; series_fini() is due). */
void series_read(struct compiler *compiler, struct series *series);
void series_fini(struct series *series);
/* Ids, order, caps, closed hours, steps that nobody gets. places: one a step. */
void series_check(struct compiler *compiler, const struct step_place *places,
    const struct yaml_node *invitation_id);

/* paths.c: which steps somebody may get one after another. */
struct paths;
/* Returns owned; borrows both. */
struct paths *paths_new(const struct campaign *campaign, const struct series *series);
void paths_free(struct paths *paths);
/* True when somebody may get the step. */
bool paths_reached(const struct paths *paths, size_t step);
/* True when somebody may get both, first the one. */
bool paths_follow(const struct paths *paths, size_t first, size_t then);
/* Fills best[i] with the greatest sum of weights (one a step) along a path that ends at
 * step i, itself included; 0 for a step that nobody gets. Returns the greatest. */
int paths_heaviest(const struct paths *paths, const int *weights, int *best);

/* The tables of keys, for readers, schema and documentation. */
extern const struct key_table CAMPAIGN_TABLE, WORDS_TABLE, SERIES_TABLE;
extern const struct key_table TEXT_TABLE, AUDIENCE_TABLE, AT_TABLE, SERVICE_TABLE,
    EVENT_TABLE, ASK_TABLE, BRANCH_TABLE, WHATSAPP_TABLE, MEDIA_TABLE;
extern const char *const LANGUAGES[]; /* NULL-terminated */

#endif
