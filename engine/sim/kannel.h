/*
 * kannel.h: Kannel's dialect, from the gateway's side: what a sendsms request says, and
 * the URLs that Kannel calls. Source: Kannel's user guide, "Using SMS push", "SMS delivery
 * reports", "Parameters (Escape Codes)".
 */
#ifndef CEGAH_SIM_KANNEL_H
#define CEGAH_SIM_KANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/http.h"
#include "base/url.h"
#include "sim/timeline.h"

enum { KANNEL_REF_SIZE = 128 };

/* A sendsms request. Owned by the caller, from kannel_read() to kannel_fini(); strings
 * are borrowed from it. */
struct kannel_request {
    struct form form;
    const char *username, *password; /* "" when absent */
    const char *to;                  /* NULL when absent */
    const char *text;                /* "" when absent */
    const char *report_url;          /* NULL: no reports */
    int mask;                        /* of report types; 0: none */
    int64_t validity_ms;             /* 0: not said */
    char ref[KANNEL_REF_SIZE]; /* the report URL's own "ref", "" when it has none */
};

/* Reads the query. Returns 0, or -1 when it is no form. kannel_fini() is due anyway. */
int kannel_read(struct kannel_request *request, const char *query);
/* Which reports it asks for: bits 1u << SIM_DELIVERED and so on; 0 without a URL. */
unsigned kannel_wanted(const struct kannel_request *request);
/* Kannel's type of a report: 1 delivered, 2 failed, 4 queued; 0 for those it has not. */
int kannel_type(enum sim_report report);
void kannel_fini(struct kannel_request *request);

/* What Kannel's escapes stand for in one call. Any string may be NULL. */
struct kannel_call {
    int type;             /* %d */
    const char *receipt;  /* %A */
    const char *id;       /* %I and %F */
    const char *smsc;     /* %i */
    const char *sender;   /* %p, and %q with 00 */
    const char *receiver; /* %P, and %Q with 00 */
    const char *text;     /* %a */
    int64_t at_ms;        /* %T */
};

/* Adds the URL with every escape expanded and percent-escaped. Escapes that it does not
 * know stay as they are. Returns 0, or -1 when it grows too long. */
int kannel_expand(struct buf *out, const char *url, const struct kannel_call *call);
/* Adds the URL of a call for what somebody wrote: url + "?id=…&sender=…". */
int kannel_inbound(struct buf *out, const char *url, const struct kannel_call *call);

#endif
