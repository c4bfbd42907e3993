/*
 * gate.h: may this message go to this person at this address, now?
 *
 * The one gate: asked when a message is queued, and again when it is claimed, retries and
 * resends included. It decides consent (a minor's: the guardian's and her own), opt-out,
 * quiet hours, caps and pause. No other path sends.
 */
#ifndef CEGAH_GATE_GATE_H
#define CEGAH_GATE_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"
#include "content/hours.h"
#include "store/person.h"

struct db;
struct catalogue;
struct config;
struct zone;

/* What the gate decides with. Borrowed; embedded in the engine. */
struct gate {
    struct db *db;
    const struct catalogue *catalogue;
    const struct config *config;
    struct hours rules; /* for whoever has no district */
};

void gate_init(struct gate *gate, struct db *db, const struct catalogue *catalogue,
    const struct config *config);

/* Quiet hours end a reply's privilege after this: five minutes. */
enum { REPLY_AT_NIGHT_MS = 5 * 60 * 1000 };

struct gate_question {
    enum message_kind kind;
    int64_t person_id; /* 0: nobody known (a reply to a stranger) */
    int64_t address_id;
    int64_t series_id;  /* 0: none */
    bool neutral;       /* of the list that may answer in closed hours */
    bool uncounted;     /* does not count against the caps */
    bool reconfirms;    /* it asks whether the number is still theirs */
    int64_t inbound_at; /* when the message came that it answers; 0: it answers none */
    bool counted;       /* it stands in the caps already, on counted_day */
    int32_t counted_day;
};

enum gate_verdict { GATE_ALLOW, GATE_WAIT, GATE_DENY };

struct gate_answer {
    enum gate_verdict verdict;
    const char *reason; /* a word, borrowed for ever; "" when allowed */
    int64_t until;      /* WAIT: ask again then */
    bool counts;        /* against the caps */
    int32_t day;        /* today, in the person's zone */
    int64_t consent_id, guardian_id, basis_id; /* what allows it; 0: not needed */
    char district[32];                         /* the person's, "" when none is known */
    enum channel wanted;  /* the channel that the person wants first … */
    bool wants;           /* … if she said so */
    enum channel channel; /* by which it was queued: outbox_queue()'s to fill */
};

void gate_check(const struct gate *gate, const struct gate_question *question,
    int64_t now, struct gate_answer *answer);

/* Who a person is to the gate: zone and hours by district, minor by birth year. */
struct gate_subject {
    struct person person;
    const struct zone *zone;
    const struct hours *hours;
    bool minor;
};

/* person_id 0, or one that is gone: the config's zone, the rules' hours, a minor. */
void gate_subject(const struct gate *gate, int64_t person_id, int64_t now,
    struct gate_subject *subject);

#endif
