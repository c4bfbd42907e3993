/*
 * inbound.h: what people wrote to us; its text stands apart, clear or sealed.
 */
#ifndef CEGAH_STORE_INBOUND_H
#define CEGAH_STORE_INBOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct db;

/* One to be recorded; borrowed for the call. */
struct inbound {
    const char *gateway;
    const char *key; /* the gateway's id, or a digest of what it sent */
    int64_t address_id;
    int64_t person_id; /* 0: nobody known */
    enum channel channel;
    const char *type; /* text, image, … */
    int64_t at;       /* by the gateway's clock, else received_at */
    int64_t received_at;
};

/* Records it as waiting for a human, intent "unread", so that whatever fails later keeps
 * it. Returns its id; 0 when the gateway has sent it before. */
int64_t inbound_add(struct db *db, const struct inbound *inbound);
/* What it was taken for, and whether a human must still look. text_id 0: no text. */
void inbound_settle(struct db *db, int64_t id, int64_t person_id, const char *intent,
    bool waiting, int64_t text_id);

#endif
