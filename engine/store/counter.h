/*
 * counter.h: the delivery report's numbers, kept in the transaction of each change.
 *
 * A message changes its row three or four times, and a turn's messages share few rows: so
 * changes are summed in memory, and each row is written once, before the commit.
 */
#ifndef CEGAH_STORE_COUNTER_H
#define CEGAH_STORE_COUNTER_H

#include <stdint.h>

#include "base/outcome.h"

struct db;
struct message;

enum { COUNTER_WORD_SIZE = 32, COUNTER_REASON_SIZE = 48 };

/* What a row of both tables is kept for. */
struct counter_key {
    int64_t campaign_id, series_id;
    char step[COUNTER_WORD_SIZE], gateway[COUNTER_WORD_SIZE],
        district[COUNTER_WORD_SIZE];
    const char *channel; /* borrowed for ever; "" for what has none */
    int32_t day;
};

/* The message's own row, as it stands. */
void counter_key_of(const struct message *message, struct counter_key *key);

/* Beside the message states, which are columns too: */
enum counter_column {
    COUNTER_SEGMENTS = MESSAGE_STATES, /* parts that a gateway accepted */
    COUNTER_COST,                      /* millionths of the currency */
    COUNTER_MOVED,                     /* messages that went on by another route */
    COUNTER_LATE, /* deliveries of messages that had gone on by another route */
    COUNTER_COLUMNS,
};

/* Adds n to a column (an enum message_state, or one of the above). */
void counter_add(struct db *db, const struct counter_key *key, int column, int64_t n);

/*
 * Adds n to how often that outcome came for that reason. outcome: failed, expired,
 * cancelled, unsure of a message; moved, of one that went on from here by another route;
 * skipped, missed of a step without one (channel and gateway are "" then); borrowed for
 * ever. reason: see counter_reason().
 */
void counter_add_reason(struct db *db, const struct counter_key *key,
    const char *outcome, const char *reason, int64_t n);

/*
 * Writes what a reason is counted as, so that there are few: the class with the gateway's
 * code behind it ("template:132015"), without a class the code ("EXPIRED"), else the word
 * ("quiet_hours"); "other" for what is none of these. code and words may be "".
 */
void counter_reason(enum failure_class class, const char *code, const char *words,
    char reason[COUNTER_REASON_SIZE]);

#endif
