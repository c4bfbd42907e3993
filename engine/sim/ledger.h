/*
 * ledger.h: what the simulator was asked and what it called, for tests to read.
 *
 * Rows are numbered from 1 and never change their number. A callback's row is updated
 * with each try. Texts are kept: this is a simulator, and its phones are nobody's.
 */
#ifndef CEGAH_SIM_LEDGER_H
#define CEGAH_SIM_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct ledger;

enum { LEDGER_ROWS_MAX = 10000000 };

/*
 * A request as it came in. phone and answer are borrowed for ever, the other strings
 * copied. What stands below `accepted` is not shown, but kept for reports and replies.
 */
struct ledger_request {
    const char *ref;
    const char *phone;
    const char *text;
    int64_t at_ms;
    const char *answer; /* "202", "503", "cut_after_accept", … */
    bool accepted;
    const char *report_to;  /* where its dialect reports it; NULL: nowhere */
    uint64_t step, attempt; /* see struct accepted */
};

/* A callback when it is first made. phone and state are borrowed for ever. */
struct ledger_callback {
    bool inbound;
    const char *id; /* copied: the reference of a report, the id of an inbound */
    const char *phone;
    const char *text;  /* copied: of an inbound, else NULL */
    const char *state; /* of a report: "delivered"; else NULL */
    int64_t at_ms;
};

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);
/* Each returns the row's number; 0 when the ledger is full. */
size_t ledger_add_request(struct ledger *ledger, const struct ledger_request *request);
size_t ledger_add_callback(
    struct ledger *ledger, const struct ledger_callback *callback);
/* One more try of a callback: status 0 when no reply came. */
void ledger_tried(struct ledger *ledger, size_t number, int status);
/* Returns the row, its strings borrowed until ledger_free(); the number must exist. */
struct ledger_request ledger_request_get(const struct ledger *ledger, size_t number);
size_t ledger_requests(const struct ledger *ledger);
size_t ledger_callbacks(const struct ledger *ledger);

/*
 * Writes rows `from` to `from + limit - 1` of both lists as JSON:
 * {"requests":[…],"callbacks":[…],"next":N or null}, next being the first row not shown.
 */
void ledger_write(const struct ledger *ledger, size_t from, size_t limit, bool texts,
    struct buf *out);

#endif
