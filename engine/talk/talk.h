/*
 * talk.h: what somebody wrote means, and what follows.
 *
 * The order of decisions: 1 danger, 2 a keyword as the whole message, 3 an answer to an open
 * question (of that channel first, the newest first), or to one that closed lately, 4 a
 * human. Never on a part of a message. A button that was tapped answers its own question.
 * Whatever is no keyword and no answer is sealed when it is stored, whoever wrote it.
 */
#ifndef CEGAH_TALK_TALK_H
#define CEGAH_TALK_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

struct adapter_event;
struct seal_keys;

/* What talk works with. Borrowed; embedded in the engine. */
struct talk {
    struct db *db;
    const struct planner *planner;
    const struct outbox *outbox;
    const struct seal_keys *keys;
};

/* What a message was taken for. */
enum intent {
    INTENT_OUT,     /* STOP */
    INTENT_IN,      /* YA to an open invitation */
    INTENT_DECLINE, /* TIDAK to an open invitation, or while the guardian is asked */
    INTENT_JOIN,    /* DAFTAR, alone or with a code that something knows */
    INTENT_UNKNOWN_CODE, /* DAFTAR with another one, the first time */
    INTENT_AGE,          /* the age or birth year that was asked */
    INTENT_GUARDIAN, /* SETUJU or TIDAK with the code, from the number that was asked */
    INTENT_ANSWER,   /* accepted by an open question */
    INTENT_LATE,     /* by one that has closed */
    INTENT_ERASE,    /* HAPUS: out, and the erasure is queued */
    INTENT_HELP,     /* BANTU: a human now */
    INTENT_PAUSE,    /* TUNDA */
    INTENT_CONTINUE, /* LANJUT */
    INTENT_DISCREET, /* SENYAP */
    INTENT_RESUMED,  /* let in again at the gateway: recorded, no more */
    INTENT_RISK,     /* holds a cue of danger: a human now */
    INTENT_FREE,     /* anything else: a human */
    INTENT_MEDIA,    /* no text: a human */
};

const char *intent_name(enum intent intent);

enum talk_result { TALK_DONE, TALK_REPEATED, TALK_FAILED };

/*
 * Takes in one message (EVENT_INBOUND) of a gateway. Runs in units of its own: when the
 * decision fails, the message is kept, sealed, waiting for a human. TALK_REPEATED: the
 * gateway has sent it before, nothing changed. TALK_FAILED: not even that could be
 * stored; the gateway must send it again.
 */
enum talk_result talk_inbound(const struct talk *talk, const char *gateway,
    enum channel channel, const struct adapter_event *event, int64_t now);

/*
 * Takes in what somebody set at the gateway itself (EVENT_PREFERENCE). A stop is one as if
 * she had written STOP, but for the reply; that she lets us in again is recorded only: to
 * be written to, she writes. It stands among what came in, as type "preference".
 */
enum talk_result talk_stop_at_gateway(const struct talk *talk, const char *gateway,
    enum channel channel, const struct adapter_event *event, int64_t now);

#endif
