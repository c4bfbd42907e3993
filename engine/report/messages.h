/*
 * messages.h: the list of messages, out and in together, newest first.
 */
#ifndef CEGAH_REPORT_MESSAGES_H
#define CEGAH_REPORT_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "store/meta.h"
#include "store/view.h"

struct db;

enum { MESSAGES_ADDRESSES_MAX = 16, MESSAGE_ID_SIZE = REFERENCE_SIZE };

struct messages_query {
    int64_t addresses[MESSAGES_ADDRESSES_MAX];
    int addresses_n;   /* 0: every address */
    const char *state; /* NULL: all; a message's state, or waiting, done (inbound) */
};

/* True for a word that a message or an inbound can be in. */
bool messages_state_is_known(const char *word);

/* A listing under way. Owned; one thread. */
struct messages;

/* query is borrowed until messages_close(). */
struct messages *messages_open(struct db *db, const struct messages_query *query);
void messages_close(struct messages *messages);
/* The next older one; false at the end (and after a failure of the store: db_check). */
bool messages_next(struct messages *messages, struct view_message *message);

/* Writes the id by which people call it: its reference, "in-N" for an inbound. */
void message_public_id(const struct reference_key *key, bool inbound, int64_t id,
    char out[MESSAGE_ID_SIZE]);
/* Returns a new object: id, direction, at, contact, contact_id, channel, gateway, state,
 * class, reason, kind, campaign, series, step, parts; an inbound has intent, and no
 * step. */
json_t *message_line_json(
    struct db *db, const struct reference_key *key, const struct view_message *message);

#endif
