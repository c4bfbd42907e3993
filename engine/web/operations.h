/*
 * operations.h: the operations, each in the file of its family.
 */
#ifndef CEGAH_WEB_OPERATIONS_H
#define CEGAH_WEB_OPERATIONS_H

#include "web/operation.h"

/* op_load.c: {"files": […], "prefix": "campaigns/x/", "dry_run": false} → what is new
 * and whom it changes something for. */
extern const struct operation operation_load;
/* op_run.c: {"campaign": "x", "series": "y" or absent} */
extern const struct operation operation_start;
extern const struct operation operation_pause;
extern const struct operation operation_resume;
extern const struct operation operation_stop;
/* op_people.c: see people/import.h */
extern const struct operation operation_import;
/* op_move.c: {"from": "+62…", "to": "+62…", "reason": "…", "name": "…" or absent} →
 * {"contact", "to" (masked), "enrolments", "old_suppressed"} */
extern const struct operation operation_move;
/* op_consent.c: {"contact": "PHONE or ID", "name": "…" or absent,
 *  "whose": "own" or "guardian", "method", "date", "wording", "evidence" or absent,
 *  "refused": false} → {"person": …} */
extern const struct operation operation_consent;
/* {"contact", "name", "guardian_phone", "date", "wording", "evidence"} → the same */
extern const struct operation operation_guardian;
/* {"contact", "name", "whose", "reason"} → the same */
extern const struct operation operation_withdraw;
/* op_message.c: {"to": "+62…", "text": "…", "gateway": "…" or absent} → {"id": …} */
extern const struct operation operation_send;
/* op_message.c: {} → the time, gateways, and whether anything is left to do */
extern const struct operation operation_status;
/* op_user.c: {"name": …, "role": …, "hash": …}, of a focal person also "public_key" and
 * "wrapped" (base64). Passphrases never come here: the command hashes and wraps. */
extern const struct operation operation_user_add;
/* op_user.c: {"name": …, "was": the hash until now, "hash": …, "wrapped": … or absent} */
extern const struct operation operation_user_passwd;
/* op_user.c: {"name": …} */
extern const struct operation operation_user_disable;
extern const struct operation operation_user_enable;
/* op_inbox.c: {"id": …, "name": …, "outcome": …, "reason": …}: writes the log of opened
 * texts, before the text is shown */
extern const struct operation operation_inbox_open;
/* op_inbox.c: {"id": …, "unread": false}: it was dealt with */
extern const struct operation operation_inbox_done;

#endif
