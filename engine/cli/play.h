/*
 * play.h: a series, played for one person against a virtual clock.
 *
 * Nothing is made up: the campaign is loaded into a database of its own (in a folder that
 * only we can read, and that goes away at the end), and the planner, the gate, the outbox
 * and talk decide as in the daemon. Only what a gateway would do is taken as done: a
 * message that may leave has arrived.
 */
#ifndef CEGAH_CLI_PLAY_H
#define CEGAH_CLI_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cli/play_person.h"
#include "cli/play_show.h"
#include "store/enrolment.h"
#include "web/engine.h"

struct campaign;
struct config;
struct series;
struct view_outcome;

enum { PLAY_DAYS_MAX = 731, PLAY_MESSAGES_MAX = 2000 };

/* All borrowed. */
struct play_options {
    const char *folder; /* the campaign's */
    const char *series; /* its id */
    const char
        *config;       /* whose gateways, routes and prices count; NULL: made-up ones */
    const char *start; /* a day, or a time as RFC 3339; NULL: the next Monday, 08:00 */
    const char *const *as; /* "key=value,…" each */
    size_t as_n;
};

/* What it came to. */
struct play_sum {
    int messages, parts, replies, answers, right;
    int64_t cost; /* millionths of the currency */
};

/* Embedded in its owner; from play_open() to play_close(). */
struct play {
    char *folder; /* the temporary one, or NULL */
    struct config *config;
    struct campaign *campaign;   /* compiled for what is said before it begins */
    const struct series *series; /* of it */
    struct engine engine;
    bool is_open; /* the engine */
    struct play_person who;
    struct play_show show;
    int64_t started_at, series_id, person_id, address_id, guardian_id;
    int64_t enrolment_id, given_id; /* the newest answer that was told of */
    enum enrolment_state state;     /* as it was told of */
    char reason[40];
    struct view_outcome *known; /* outcomes that were told of, owned */
    size_t known_n;
    int64_t shown; /* how much was shown so far */
    struct play_sum sum;
};

/* Checks and loads the campaign, enrols the person; nothing is shown yet. Problems of the
 * content or the config are printed to stderr. Returns 0; -1 with a sentence (then
 * play_close() is still to be called). */
int play_open(struct play *play, const struct play_options *options, struct err *err);
void play_close(struct play *play);
/* The campaign and series alone are read: for play_all(). */
int play_read(struct play *play, const struct play_options *options, struct err *err);

/* Each returns 0; -1 with a sentence. */
/* Begins: with the invitation, in the first hour that is open to it. */
int play_begin(struct play *play, struct err *err);
/* Deals with all that is due now, and shows it. */
int play_settle(struct play *play, struct err *err);
/* Lets time pass, event by event. ERR_REFUSED: two years are over. */
int play_pass(struct play *play, int64_t span_ms, struct err *err);
/* To the next thing that there is to be shown. */
int play_next(struct play *play, struct err *err);
/* Until something has become of that step. */
int play_to(struct play *play, const char *step, struct err *err);
/* The person writes; or (guardian) whoever has the guardian's number. */
int play_say(struct play *play, bool guardian, const char *text, struct err *err);
/* Changes the person, from "key=value". */
int play_change(struct play *play, const char *pair, struct err *err);
/* Shows where the person stands; and what it all came to. */
void play_state(struct play *play);
void play_summary(struct play *play);
/* Shows every step with its variants, sizes and costs. */
void play_all(struct play *play);

/* For play's own files. */
int64_t play_now(const struct play *play);
/* "Wed 2026-11-25 16:15" where the person lives. */
void play_time(const struct play *play, int64_t at, char out[40]);
/* "350 IDR", or "" for 0. */
void play_money(const struct play *play, int64_t millionths, char out[48]);
/* Millionths of the currency that an SMS part costs: the config's price of the first
 * gateway for SMS, else the campaign's; 0: nobody says. */
int64_t play_part_price(const struct play *play);
/* What engine work logs is for a daemon's log, and is kept off the screen in between. */
int play_quiet(void);
void play_loud(int kept);

#endif
