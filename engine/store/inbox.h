/*
 * inbox.h: who waits for a human, and who opened which sealed text, and why.
 */
#ifndef CEGAH_STORE_INBOX_H
#define CEGAH_STORE_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct db;

/* Something that came in; plain data. The number stands whole here, to be masked. */
struct inbox_item {
    int64_t id, received_at;
    int64_t person_id; /* 0: nobody known, then name is "" */
    int64_t text_id;   /* 0: no text */
    enum address_kind address_kind;
    char address[96], name[64], channel[16], type[16], intent[32];
    bool waiting;
};

/* Those who wait and stand after (received_at, id) in that order, the longest waiting
 * first: {0, 0} begins. Returns how many, at most max. */
int inbox_after(
    struct db *db, int64_t received_at, int64_t id, struct inbox_item *list, int max);
/* False when nothing of that id came in. */
bool inbox_find(struct db *db, int64_t id, struct inbox_item *item);
/* It was dealt with; false when it did not wait. */
bool inbox_done(struct db *db, int64_t id, int64_t now);

/* One look at a text that came in, or a try: outcome is opened, wrong_passphrase,
 * not_focal, disabled, other_keys, damaged. Append-only: the file itself refuses to
 * change or delete a row. */
void opened_text_add(struct db *db, int64_t user_id, int64_t inbound_id,
    const char *outcome, const char *reason, int64_t now);
/* True when somebody has opened that text. */
bool opened_text_any(struct db *db, int64_t inbound_id);

#endif
