/*
 * timeline.h: what handsets will do, by time; of one instant in the order of adding.
 */
#ifndef CEGAH_SIM_TIMELINE_H
#define CEGAH_SIM_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

struct handset;
struct timeline_entry;

enum happening_kind {
    HAPPENS_NOTE,    /* an intermediate report (type 4: the phone is off) */
    HAPPENS_ARRIVAL, /* the message arrives, with its report if asked for */
    HAPPENS_FAILURE, /* a final report that it did not */
    HAPPENS_WORDS,   /* the handset writes */
};

/* What happens. Its strings are borrowed for ever but for report_url, which it owns. */
struct happening {
    enum happening_kind kind;
    int64_t at_ms;
    struct handset *handset;
    size_t request;      /* number in the ledger; 0 for WORDS */
    int report;          /* Kannel's type of the report; 0: none */
    const char *receipt; /* "stat:UNDELIV err:011"; NULL without a report */
    char *report_url;    /* NULL without a report */
    const char *words;   /* WORDS */
};

/* Embedded in the simulator, from timeline_init() to timeline_fini(). */
struct timeline {
    struct timeline_entry *heap;
    size_t n, capacity;
    uint64_t added;
};

void timeline_init(struct timeline *timeline);
void timeline_fini(struct timeline *timeline);
/* Copies the struct, takes its report_url. */
void timeline_add(struct timeline *timeline, const struct happening *happening);
/* Returns the earliest time, or -1 when nothing will happen. */
int64_t timeline_next(const struct timeline *timeline);
/* Takes out the earliest; there must be one. The caller frees its report_url. */
struct happening timeline_take(struct timeline *timeline);

#endif
