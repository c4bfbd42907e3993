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
#include "base/outcome.h"
#include "content/event.h"
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

/*
 * A text in its variants. The plain one is in the campaign's first language; a language
 * without a variant falls back to it. Texts are templates (fill.h).
 */
struct text_variant {
    char *language; /* NULL: the first language */
    bool discreet;
    char *text;
};

struct text {
    char *plain; /* NULL: there is no such text at all */
    struct text_variant *variants;
    size_t variants_n;
    bool skip_discreet; /* nothing is sent to somebody who reads discreetly */
};

/* The template for somebody of that language (NULL: the first), discreet or not; NULL when
 * there is none, or when a discreet reader gets none. The discreet variant of the language
 * goes before that of the first language, that before any open text. Borrowed. */
const char *text_choose(const struct text *text, const char *language, bool discreet);
/* True when a discreet reader gets another text than the others, or none. */
bool text_has_discreet(const struct text *text);

struct district {
    char *key;   /* maros; what the import's column holds, compared without case */
    char *name;  /* Maros, at most 10 characters: {kab} */
    char *zone;  /* IANA name */
    char *phone; /* {telp}, at most 14, or NULL */
    struct hours hours; /* the campaign's, with the district's changes */
};

/* A service that people are referred to: the directory (`directory:` in campaign.yaml). */
struct service {
    char *key;        /* puspaga */
    char *name;       /* {layanan}, at most 20 characters */
    char *district;   /* its district's key; NULL: national */
    char *phone;      /* {telp} in a step that refers to it, at most 14 */
    char *hours;      /* for people: "24 jam" */
    char *owner;      /* who keeps the entry */
    int32_t verified; /* the day it was last called, since 1970-01-01 */
    int line, column;
};

/* Warned of, and never scheduled, when the last verification is older than this. */
enum { SERVICE_WARN_DAYS = 90, SERVICE_STALE_DAYS = 180 };

/* Who a step or branch is for. Every list that is not empty must hold the person's. */
enum age_group { AGE_ANY, AGE_MINOR, AGE_ADULT };

/* One sort of person, as audiences see people. Any text may be NULL: not stated. */
struct audience_person {
    const char *sex; /* female, male */
    const char *district, *role, *language;
    bool minor;
};

struct audience {
    char **sexes, **districts, **roles, **languages; /* as stored of the person */
    size_t sexes_n, districts_n, roles_n, languages_n;
    enum age_group age; /* unknown age is a minor */
};

/* Districts are compared without case. What is not stated is in no list. */
bool audience_holds(
    const struct audience *audience, const struct audience_person *profile);
/* True unless it is for adults, or for roles that are no champions' (those are adults). */
bool audience_has_minors(const struct audience *audience);

/* One accepted answer of a question. */
struct answer {
    char *value;      /* C */
    char **spellings; /* normalised; the value itself is one */
    size_t spellings_n;
    bool right;
    char *label;          /* on a button, at most 20 characters; NULL: the value */
    int score;            /* points; default 1 for a right one, else 0 */
    struct text feedback; /* its own, or plain NULL */
};

/* When a step falls due. */
enum when_kind {
    WHEN_WEEK,  /* week (1: the first whole one after joining), weekday, minute */
    WHEN_DAYS,  /* so many days after the day of joining, minute */
    WHEN_DATE,  /* on that date, minute */
    WHEN_EVENT, /* around an event: so many days before or after its day, or its end */
    WHEN_AFTER, /* so long after the step before it was sent */
};

struct when {
    enum when_kind kind;
    int week, weekday, days, minute;
    int32_t date; /* local day since 1970-01-01; of an event: in its own zone */
    int64_t after_ms;
    const struct event *event; /* of the campaign; NULL: none */
    bool ends;                 /* at the event's end, and not by days and minute */
};

/* A jump, looked at when the step behind this one falls due; the first that holds counts.
 * It only goes forward. */
struct branch {
    char *answer_step; /* the condition is on this step's answer; NULL: none */
    char **answers;    /* any of these values; none listed: no answer was given */
    size_t answers_n;
    char *score_step;      /* the condition is on the points of this quiz; NULL: none */
    int at_least, at_most; /* points, both included; at_most -1: no bound */
    struct audience audience;
    char *go; /* id of a later step, or "end" */
    int line, column;
};

/* A WhatsApp template in place of a text outside the session window. */
struct template_use {
    char *for_language; /* of the reader; NULL: everybody */
    bool discreet;      /* for whoever reads discreetly */
    char *name, *language;
    char **parameters; /* templates of texts (fill.h), in order */
    size_t parameters_n;
    char **names; /* of the parameters; none: they are numbered */
    size_t names_n;
    char *header;   /* link of the head's media, or NULL */
    char **buttons; /* what each quick reply sends, in order */
    size_t buttons_n;
};

enum step_kind { STEP_SAY, STEP_ASK, STEP_WAIT, STEP_INVITE, STEP_REFER };
enum ask_kind { ASK_QUIZ, ASK_POLL, ASK_PLEDGE, ASK_RSVP, ASK_OPEN };

/* One question of a quiz that is asked one after another; asked as a reply. */
struct quiz_item {
    char *id; /* Q1: unique in its quiz; the store calls it STEP.ID, at most 28 */
    struct text text;
    struct answer *answers;
    size_t answers_n;
    bool scored; /* false: an attitude, reported apart */
};

struct step {
    char *id; /* C4: of [A-Za-z0-9_-], unique in the series */
    enum step_kind kind;
    struct when when;
    int64_t late_ms; /* overdue beyond this: missed. Default 24 h */
    struct audience audience;
    struct text text; /* WAIT has none */
    enum ask_kind ask;
    struct answer *answers;
    size_t answers_n;
    struct text right, wrong;  /* feedback of a quiz; an answer's own goes first */
    int64_t closes_ms;         /* an open question closes after this; default 48 h */
    int64_t reminder_after_ms; /* 0: no reminder */
    struct text reminder;
    bool may_change; /* the first answer counts in scores; one change is taken */
    struct quiz_item *items; /* a quiz of several questions: begun by `start_words` */
    size_t items_n;
    char **start_words,
        **later_words; /* normalised: MULAI; NANTI (once, the next day) */
    size_t start_words_n, later_words_n;
    struct text done;               /* after the last item, or plain NULL */
    char *wait_step;                /* WAIT: until this step is answered … */
    int64_t wait_ms;                /* … or so long after the step before was sent */
    char *invite;                   /* INVITE: id of the series it invites friends to */
    char *service;                  /* REFER: key in the directory */
    struct template_use *templates; /* its variants; see step_template() */
    size_t templates_n;
    char *media_url, *media_type; /* NULL: none */
    int parts; /* SMS parts that are meant: no warning up to these. Default 1 */
    struct branch *branches;
    size_t branches_n;
    char *confirm;      /* a fact that local staff must confirm, or NULL */
    char *confirmed_by; /* who signed it; NULL: nobody yet */
    int line, column;
};

struct series {
    char *id;   /* champions */
    char *file; /* its name in the folder: champions.yaml */
    char *title;
    struct audience audience; /* for: … ; its first role is what people join by */
    char *role; /* for: {role: …}; NULL: everyone. The same as the audience's only */
    char *join_code;     /* the word behind DAFTAR for a person without one, or NULL */
    bool double_opt_in;  /* who joins by a word is asked YA first */
    bool open_wording;   /* adults who opted in to open wording: R10 does not hold */
    char *invitation_id; /* C0; NULL when the series has no invitation */
    struct text invitation;
    int64_t invitation_closes_ms; /* default 14 d */
    struct step *steps;           /* in the order of their time */
    size_t steps_n;
};

/* What is said in answer, by what it is for; plain NULL: silence. */
enum reply_id {
    REPLY_OPT_IN,           /* S10 after YA */
    REPLY_OPT_OUT,          /* S1 after STOP */
    REPLY_WAITING_GUARDIAN, /* C0w */
    REPLY_WRONG_NUMBER,     /* S6 */
    REPLY_ASK_AGE,          /* asks the birth year of whoever joins by a word */
    REPLY_GUARDIAN,     /* S7: to a guardian's number that stands on a signed form */
    REPLY_GUARDIAN_YES, /* after SETUJU */
    REPLY_GUARDIAN_NO,  /* after TIDAK KODE, or a guardian's withdrawal */
    REPLY_RECONFIRM,    /* neutral: is this still you? */
    REPLY_UNKNOWN_CODE, /* DAFTAR with a code that nothing knows */
    REPLY_HELP,         /* S3 after BANTU: a human comes */
    REPLY_PAUSE,        /* S11 after TUNDA; {tgl}: until when */
    REPLY_CONTINUE,     /* S10 after LANJUT */
    REPLY_DISCREET,     /* after SENYAP */
    REPLY_ERASE,        /* S5 after HAPUS; {tgl}: by when */
    REPLIES,
};

/* Returns its key in `replies:` ("opt_in"), borrowed for ever. */
const char *reply_id_name(enum reply_id id);

struct campaign {
    char *id; /* cegah-kawin-anak; the name that every command takes */
    char *title;
    char *language; /* id: the first of `languages` */
    char **languages;
    size_t languages_n;
    char *organisation; /* {lembaga}, at most 12 characters */
    char *wording;      /* version of the consent wording, kept with every consent */
    enum channel channels[CHANNELS]; /* its messages go by these, the first first … */
    size_t channels_n;               /* … none said: by every route */
    int64_t cap_day, cap_week;       /* defaults 1 and 3 */
    double part_price;               /* of an SMS part, 0: not said */
    double
        person_price; /* a series that may cost a person more is warned of; 0: none */
    char *currency;   /* of the prices, or NULL */
    char **blocked;   /* lower case: more beginnings of words for R10, and R11 */
    size_t blocked_n;
    char **discreet_blocked; /* more for R11's discreet texts */
    size_t discreet_blocked_n;
    struct district *districts;
    size_t districts_n;
    struct service *services;
    size_t services_n;
    struct event *events;
    size_t events_n;
    struct text replies[REPLIES];
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
/* The day is not known: how old entries are is not looked at. */
#define NO_DAY INT32_MIN

/* The same on a day (local, since 1970-01-01): how old directory entries are is looked at
 * too. campaign_compile() is this with NO_DAY, for versions that are stored already. */
struct campaign *campaign_compile_at(const struct content_files *files,
    const char *prefix, int32_t today, struct problems *problems);
void campaign_free(struct campaign *campaign);
/* Each returns borrowed, or NULL. */
const struct series *campaign_series(const struct campaign *campaign, const char *id);
const struct district *campaign_district(
    const struct campaign *campaign, const char *key);
const struct step *series_step(const struct series *series, const char *id);
/* The step behind `id` in the series, NULL past the last; the first for NULL. */
const struct step *series_step_after(const struct series *series, const char *id);
/* The first step whose `confirm` nobody has signed, borrowed; NULL when there is none. */
const struct step *campaign_unconfirmed(const struct campaign *campaign);
const struct step *series_unconfirmed(const struct series *series);
/* Returns the answer that the message as a whole is an accepted spelling of, or NULL. */
const struct answer *step_answer(const struct step *step, const char *message);
/* The same for an item of a quiz. */
const struct answer *item_answer(const struct quiz_item *item, const char *message);
/* The one answer that the message is with a typing slip in it (reply_is_slip()); NULL when
 * it is none, or a slip of two. Ask for the listed spellings first. */
const struct answer *step_answer_slip(
    const struct step *step, const char *message, const struct words *words);
const struct answer *item_answer_slip(
    const struct quiz_item *item, const char *message, const struct words *words);
/* True when the message begins a quiz of several questions (*later false), or puts it off
 * (*later true; may be NULL). */
bool step_begins(const struct step *step, const char *message, bool *later);
/* The template for such a reader, borrowed; NULL: she gets none, and the step goes by a
 * channel or at a time that needs none. */
const struct template_use *step_template(
    const struct step *step, const char *language, bool discreet);

/* Returns a service of the district, else a national one; NULL when there is none. */
const struct service *campaign_service(
    const struct campaign *campaign, const char *key, const char *district);
/* Returns borrowed, or NULL. */
const struct event *campaign_event(const struct campaign *campaign, const char *key);

/* What a series comes to for whoever gets most of it: replies and reminders included,
 * placeholders at their longest. */
struct series_cost {
    int texts, parts;
};

struct series_cost series_cost(
    const struct campaign *campaign, const struct series *series);

/* When a step falls due for somebody who joined at joined_at: UTC ms. Week 1 is the first
 * Monday-to-Sunday week after the local day of joining. zone: IANA name. before_at: when
 * the step before was sent, for WHEN_AFTER (a WAIT is one); 0: joined_at counts. */
int64_t step_due_at(
    const struct step *step, const char *zone, int64_t joined_at, int64_t before_at);
/* From when on a step has no use: the start of its event, when it is due on that day or
 * before; INT64_MAX for every other. */
int64_t step_useless_at(const struct step *step, const char *zone);

#endif
