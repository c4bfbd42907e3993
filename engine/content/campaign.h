/*
 * campaign.h: a campaign folder, compiled.
 *
 * Compiled from the files' texts (not their paths: the daemon is handed contents over its
 * control socket), checked, immutable from then on. Every position is kept, so that a
 * complaint reads path:line:col.
 */
#ifndef CEGAH_CONTENT_CAMPAIGN_H
#define CEGAH_CONTENT_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "content/fill.h"
#include "content/hours.h"
#include "content/reply.h"
#include "content/yaml.h"

/* One file of a campaign folder: its name in the folder, and its text. */
struct content_file {
    char *name; /* campaign.yaml */
    char *text;
    size_t length;
};

struct content_files {
    struct content_file *list;
    size_t n;
};

/* Reads the folder's *.yaml files (not its subfolders), sorted by name. Returns 0, or -1
 * with a sentence (no such folder, no campaign.yaml, a file over 1 MiB). */
int content_files_read(
    const char *folder, struct content_files *files, struct err *err);
void content_files_fini(struct content_files *files);

struct district {
    char *key;   /* maros; what the import's column holds, compared without case */
    char *name;  /* Maros, at most 10 characters: {kab} */
    char *zone;  /* IANA name */
    char *phone; /* {telp}, at most 14, or NULL */
    struct hours hours; /* the campaign's, with the district's changes */
};

/* One accepted answer of a question. */
struct answer {
    char *value;      /* C */
    char **spellings; /* normalised; the value itself is one */
    size_t spellings_n;
    bool right;
    char *feedback; /* its own text, or NULL */
};

enum step_kind { STEP_SAY, STEP_ASK };
enum ask_kind { ASK_QUIZ, ASK_POLL, ASK_PLEDGE, ASK_RSVP, ASK_OPEN };

struct step {
    char *id; /* C4: of [A-Za-z0-9_-], unique in the series */
    enum step_kind kind;
    int week;        /* 1 … 104 */
    int weekday;     /* 1 Monday – 7 Sunday */
    int minute;      /* of the local day */
    int64_t late_ms; /* overdue beyond this: missed. Default 24 h */
    char *text;      /* template */
    enum ask_kind ask;
    struct answer *answers;
    size_t answers_n;
    char *right, *wrong; /* feedback of a quiz, or NULL; an answer's own goes first */
    int64_t closes_ms;   /* an open question closes after this; default 48 h */
    int line, column;
};

struct series {
    char *id; /* champions */
    char *title;
    char *role;                   /* for: {role: …}; NULL: everyone */
    char *invitation_id;          /* C0; NULL when the series has no invitation */
    char *invitation;             /* template */
    int64_t invitation_closes_ms; /* default 14 d */
    struct step *steps;           /* in the order of their time */
    size_t steps_n;
};

struct campaign {
    char *id; /* cegah-kawin-anak; the name that every command takes */
    char *title;
    char *language;     /* id */
    char *organisation; /* {lembaga}, at most 12 characters */
    char *wording;      /* version of the consent wording, kept with every consent */
    int64_t cap_day, cap_week; /* defaults 1 and 3 */
    struct district *districts;
    size_t districts_n;
    char *reply_opt_in;           /* S10 after YA, or NULL: silence */
    char *reply_opt_out;          /* S1 after STOP */
    char *reply_waiting_guardian; /* C0w */
    struct words words;
    struct series *series;
    size_t series_n;
};

/*
 * Compiles and checks the files of one folder. Problems (errors and warnings) are added;
 * returns an owned campaign, or NULL when there is an error. `prefix` is put before file
 * names in problems ("campaigns/cegah-kawin-anak/"), "" for none.
 */
struct campaign *campaign_compile(
    const struct content_files *files, const char *prefix, struct problems *problems);
void campaign_free(struct campaign *campaign);
/* Each returns borrowed, or NULL. */
const struct series *campaign_series(const struct campaign *campaign, const char *id);
const struct district *campaign_district(
    const struct campaign *campaign, const char *key);
const struct step *series_step(const struct series *series, const char *id);
/* The step behind `id` in the series, NULL past the last; the first for NULL. */
const struct step *series_step_after(const struct series *series, const char *id);
/* Returns the answer that the message as a whole is an accepted spelling of, or NULL. */
const struct answer *step_answer(const struct step *step, const char *message);

/* When a step falls due for somebody who joined at joined_at: UTC ms. Week 1 is the first
 * Monday-to-Sunday week after the local day of joining. zone: IANA name. */
int64_t step_due_at(const struct step *step, const char *zone, int64_t joined_at);

#endif
