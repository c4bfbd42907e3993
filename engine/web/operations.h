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
/* op_message.c: {"to": "+62…", "text": "…", "gateway": "…" or absent} → {"id": …} */
extern const struct operation operation_send;
/* op_message.c: {} → the time, gateways, and whether anything is left to do */
extern const struct operation operation_status;

#endif
