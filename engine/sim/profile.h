/*
 * profile.h: who the simulator's handsets are and how they behave, read from YAML.
 *
 * README.md in this folder lists every key. Without a profile every handset is on,
 * receives, reports, and says nothing.
 */
#ifndef CEGAH_SIM_PROFILE_H
#define CEGAH_SIM_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/option.h"
#include "sim/whatsapp_profile.h"

struct fault_rule;
struct population;
struct problems;

/* What a handset says to a message. Owned by its behaviour. */
struct reply_rule {
    char *when;             /* a piece of the message, compared without case; "" any */
    struct option_list say; /* one of these */
    int64_t after_ms;
    double share;            /* of the messages that it would answer */
    int64_t times;           /* how often at most; 0: always */
    struct option_list then; /* a change of mind: said too, one of these */
    int64_t then_after_ms;
    double then_share;
};

/* What a handset says by itself. Owned by its behaviour. */
struct saying {
    struct option_list say; /* one of these */
    int64_t after_ms;       /* after its first message */
    double share;           /* of the handsets */
    int by;                 /* enum sim_channel */
};

enum behaviour_power { POWER_ON, POWER_OFF };
enum behaviour_report { REPORTS_DELIVERED, REPORTS_FAILED, REPORTS_NEVER };

enum { REPLY_RULES_MAX = 40, SAYINGS_MAX = 16 };

/* A named script. Owned by its profile. */
struct behaviour {
    char *name;
    int power;           /* enum behaviour_power */
    int64_t on_after_ms; /* off: comes on so long after the first message; 0: never */
    bool expires;        /* off: a final report at the end of the validity */
    int report;          /* enum behaviour_report */
    int64_t report_after_ms; /* 0: the profile's */
    bool whatsapp;           /* has WhatsApp */
    double reads;            /* share of WhatsApp messages reported as read */
    double taps;         /* how often it taps where a button says what it would write */
    int64_t stops_after; /* says STOP to this message, and nothing more; 0: never */
    struct reply_rule *replies; /* the first that fits answers */
    size_t replies_n;
    struct saying *sayings;
    size_t sayings_n;
};

/* Numbers that behave alike. Owned by its profile. */
struct handset_range {
    char *phone, *from, *to, *is;
    int64_t every;     /* every how many-th number of the range, from the first */
    int64_t low, high; /* the numbers' digits */
    const struct behaviour *behaviour;
};

struct profile {
    int64_t seed;
    char *username, *password; /* NULL: any are good */
    char *inbound;             /* where what people write goes; NULL: nowhere */
    char *number;              /* the number that they write to */
    int64_t latency_ms;        /* of answers, in real time */
    int64_t callbacks;         /* at once; 0: 1 with a clock that jumps, else 32 */
    int64_t report_after_ms;   /* of reports, by the simulator's clock */
    int64_t report_spread_ms;  /* up to so much is added, by a draw */
    char *fallback_name;
    struct behaviour *behaviours;
    size_t behaviours_n;
    struct handset_range *ranges;
    size_t ranges_n;
    struct population *population; /* NULL: none */
    const struct behaviour *fallback;
    struct wa_profile whatsapp;
    struct fault_rule *faults;
    size_t faults_n;
};

/* Returns an owned profile; NULL with a sentence that holds every problem as
 * path:line:col. path NULL: the default profile. */
struct profile *profile_read(const char *path, struct err *err);
/* As profile_read() of a text that is already there; problems are added. */
struct profile *profile_parse(
    const char *path, const char *text, size_t length, struct problems *problems);
void profile_free(struct profile *profile);
/* How the handset of that number behaves, borrowed: by the first entry of `handsets` that
 * holds it; NULL when none does. */
const struct behaviour *profile_behaviour(
    const struct profile *profile, const char *phone);
/* The number's digits as one number, -1 when it is no E.164 number. */
int64_t profile_digits(const char *phone);
/* Returns the behaviour of that name, borrowed, or NULL. */
const struct behaviour *profile_behaviour_named(
    const struct profile *profile, const char *name);
/* Adds every key with its default and meaning, a line each. */
void profile_describe(struct buf *out);

#endif
