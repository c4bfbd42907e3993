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

struct sim_choice;

/*
 * A request as it came in. gateway, phone, form and category are borrowed for ever, the
 * other strings copied. What stands below `accepted` is not shown, but kept for reports
 * and replies.
 */
struct ledger_request {
    const char *gateway; /* "kannel", "whatsapp" */
    const char *ref;
    const char *phone;
    const char *text;
    const char *form;     /* "text", "template", "interactive", "media" */
    const char *template; /* its name; NULL unless it is one */
    int64_t at_ms;
    const char *answer; /* "202", "503", "131026", "cut_after_accept", … */
    bool accepted;
    const char *report_to;  /* where its dialect reports it; NULL: nowhere special */
    const char *category;   /* of a template, else NULL */
    uint64_t step, attempt; /* see struct accepted */
    bool is_list;
    const struct sim_choice *choices; /* copied */
    size_t choices_n;
};

enum ledger_kind {
    LEDGER_REPORT,
    LEDGER_INBOUND,
    LEDGER_NOTICE, /* what is neither: a preference, a template's status */
};

/* A callback when it is first made. gateway, phone, state and type are borrowed for ever,
 * the other strings copied. */
struct ledger_callback {
    enum ledger_kind kind;
    const char *gateway;
    const char *id;     /* the reference of a report, the id of an inbound */
    const char *phone;  /* "" of a template's status */
    const char *text;   /* of an inbound, else NULL */
    const char *state;  /* of a report: "delivered"; of a notice: "stop"; else NULL */
    const char *code;   /* of a report that failed, else NULL */
    const char *type;   /* of an inbound that is no text: "image"; else NULL */
    const char *choice; /* of an inbound, or NULL */
    int64_t at_ms;
};

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);
/* Each returns the row's number; 0 when the ledger is full. */
size_t ledger_add_request(struct ledger *ledger, const struct ledger_request *request);
size_t ledger_add_callback(
    struct ledger *ledger, const struct ledger_callback *callback);
/* Copies a text into the ledger's memory; borrowed until ledger_free(). */
const char *ledger_keep(struct ledger *ledger, const char *text);
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
