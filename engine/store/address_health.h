/*
 * address_health.h: whether a number still belongs to whom it did.
 *
 * Prepaid numbers are given to somebody else after a while. A number that was invalid
 * three times in a row, or gave no sign of life for 90 days (nothing delivered to it, and
 * nothing came from it, since its first message or the last sign), is asked again,
 * neutrally, before anything else goes there: due, then asked, then ok or refused.
 */
#ifndef CEGAH_STORE_ADDRESS_HEALTH_H
#define CEGAH_STORE_ADDRESS_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct db;

enum { ADDRESS_FAILS_MAX = 3, ADDRESS_SILENT_DAYS = 90 };

enum address_state {
    ADDRESS_OK,
    ADDRESS_RECONFIRM_DUE,   /* to be asked; nothing else may go there */
    ADDRESS_RECONFIRM_ASKED, /* one message asked; only a yes opens it again */
    ADDRESS_REFUSED,         /* answered no: somebody else's by now */
    ADDRESS_STATES,
};

/* "ok", "reconfirm_due", "reconfirm_asked", "refused"; borrowed for ever. */
const char *address_state_name(enum address_state state);

/*
 * Within a unit: what became of a message to the address. delivered: a report said so.
 * Else class is the failure's, or FAILURE_NONE when the message only left. Only
 * FAILURE_INVALID_NUMBER counts as a failure; others neither count nor reset.
 */
void address_note_result(struct db *db, int64_t address_id, enum failure_class class,
    bool delivered, int64_t now);
/* Within a unit: something came from the address. While it is to be asked again this
 * proves nothing: a stranger may write too. */
void address_note_inbound(struct db *db, int64_t address_id, int64_t now);

/* The state at now: silence is counted here, and stored by nobody. */
enum address_state address_state(struct db *db, int64_t address_id, int64_t now);
/* Why it is to be asked: "invalid" or "silent", "" when it is not; size 16. */
void address_reconfirm_reason(
    struct db *db, int64_t address_id, int64_t now, char reason[16]);
/* The question has left. */
void address_reconfirm_asked(struct db *db, int64_t address_id, int64_t now);
/* Yes: ok again, and counting begins anew. No: refused. False when nothing was asked:
 * then nothing changes. */
bool address_reconfirm_answered(
    struct db *db, int64_t address_id, bool yes, int64_t now);

#endif
