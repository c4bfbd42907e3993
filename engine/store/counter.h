/*
 * counter.h: the delivery report's numbers, kept in the transaction of each change.
 *
 * A message changes its row three or four times, and a turn's messages share few rows: so
 * changes are summed in memory, and each row is written once, before the commit.
 */
#ifndef CEGAH_STORE_COUNTER_H
#define CEGAH_STORE_COUNTER_H

#include "base/outcome.h"

struct db;
struct message;

/* Counts a move of the message; from < 0: it is new. parts: segments that were accepted
 * with it. */
void counter_move(struct db *db, const struct message *message, int from,
    enum message_state to, int parts);

#endif
