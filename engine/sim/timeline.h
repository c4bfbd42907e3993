/*
 * timeline.h: what handsets will do, by time; of one instant in the order of the phones'
 * numbers, and for one phone in the order of adding. So the order does not depend on the
 * order in which requests came in.
 */
#ifndef CEGAH_SIM_TIMELINE_H
#define CEGAH_SIM_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

struct handset;
struct timeline_entry;

/* How a message travels: each gateway's dialect belongs to one. */
enum sim_channel { SIM_SMS, SIM_WHATSAPP, SIM_CHANNELS };

/* What is reported of a message, whatever the dialect calls it. */
enum sim_report {
    SIM_NONE,
    SIM_QUEUED, /* SMS: the phone is off */
    SIM_SENT,   /* WhatsApp: Meta has it */
    SIM_DELIVERED,
    SIM_READ, /* WhatsApp */
    SIM_FAILED,
    SIM_REPORTS,
};

enum happening_kind {
    HAPPENS_REPORT,  /* a report and nothing else: a doubled one is two of these */
    HAPPENS_ARRIVAL, /* the message arrives, with its report unless that is SIM_NONE */
    HAPPENS_WORDS,   /* the handset writes */
    HAPPENS_PREFERENCE, /* WhatsApp: the switch for marketing; words: "stop", "resume" */
};

/*
 * What happens. Strings are borrowed for ever (from the profile, the ledger, or literals),
 * or lie in `memory`, which ends with the happening.
 */
struct happening {
    enum happening_kind kind;
    int64_t at_ms;
    struct handset *handset;
    enum sim_channel channel;
    size_t request; /* number in the ledger; of WORDS: what it answers, 0: nothing */
    enum sim_report report;
    const char *code; /* of a report, in the channel's own words: "stat:UNDELIV err:011"
                         for SMS, an error's code for WhatsApp ("131026"); NULL: none */
    const char *words; /* WORDS: what is written, of a picture its caption, of a choice
                           its title; PREFERENCE: see above */
    const char *type;  /* WORDS: "text", "button", "interactive", "image", "audio",
                           "sticker", "location", "reaction", …; NULL: text */
    const char
        *choice;  /* WORDS of button and interactive: the choice's id; else NULL */
    char *memory; /* owned; NULL: none */
};

/* Embedded in the simulator, from timeline_init() to timeline_fini(). */
struct timeline {
    struct timeline_entry *heap;
    size_t n, capacity;
    uint64_t added;
};

void timeline_init(struct timeline *timeline);
void timeline_fini(struct timeline *timeline);
/* Copies the struct, takes its memory. */
void timeline_add(struct timeline *timeline, const struct happening *happening);
/* Returns the earliest time, or -1 when nothing will happen. */
int64_t timeline_next(const struct timeline *timeline);
/* Takes out the earliest; there must be one. The caller frees its memory. */
struct happening timeline_take(struct timeline *timeline);

#endif
