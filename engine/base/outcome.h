/*
 * outcome.h: the closed sets that every layer uses to say what became of a message.
 */
#ifndef CEGAH_BASE_OUTCOME_H
#define CEGAH_BASE_OUTCOME_H

#include <stdbool.h>

/* The states of a message (contract). */
enum message_state {
    MESSAGE_QUEUED,
    MESSAGE_SENDING,
    MESSAGE_SENT,
    MESSAGE_DELIVERED,
    MESSAGE_READ,
    MESSAGE_FAILED,
    MESSAGE_EXPIRED,
    MESSAGE_CANCELLED,
    MESSAGE_UNSURE,
    MESSAGE_STATES, /* how many there are */
};

/* Returns the contract's word, borrowed for ever. */
const char *message_state_name(enum message_state state);
/* Returns 0, or -1 when the word is none of them. */
int message_state_parse(const char *word, enum message_state *state);

/* Why an attempt did not succeed, and so what may be done about it. */
enum failure_class {
    FAILURE_NONE,           /* it did succeed, or nothing is known yet */
    FAILURE_INVALID_NUMBER, /* never retry; the address is bad for this channel */
    FAILURE_OPTED_OUT,      /* never retry; the gateway's own suppression */
    FAILURE_BLOCKED,        /* never retry; blocked by recipient or carrier */
    FAILURE_WINDOW_CLOSED,  /* this message is over; a template may go instead */
    FAILURE_TEMPLATE,       /* every other message of this step will fail too */
    FAILURE_CONTENT,        /* permanent for this message */
    FAILURE_RECIPIENT_CAP,  /* this person not for a day; no retry before */
    FAILURE_THROTTLED,      /* retry after a delay, slow the gateway down */
    FAILURE_TRANSIENT,      /* retry with back-off; certainly not accepted */
    FAILURE_ACCOUNT,        /* pause the gateway, keep its messages */
    FAILURE_AMBIGUOUS,      /* nobody knows whether it was accepted: UNSURE */
    FAILURE_CLASSES,
};

const char *failure_class_name(enum failure_class class);
int failure_class_parse(const char *word, enum failure_class *class);

/* What kind of message this is; every message has one, and cites what allowed it. */
enum message_kind {
    KIND_INVITATION,
    KIND_STEP,
    KIND_REPLY,
    KIND_ACK,
    KIND_SAFETY,
    KIND_ALERT,
    KIND_TEST,
    MESSAGE_KINDS,
};

const char *message_kind_name(enum message_kind kind);
int message_kind_parse(const char *word, enum message_kind *kind);

enum channel { CHANNEL_SMS, CHANNEL_WHATSAPP, CHANNEL_MESSENGER, CHANNELS };

const char *channel_name(enum channel channel);
int channel_parse(const char *word, enum channel *channel);

/* What kind of thing an address is; a phone number is E.164 with its +. */
enum address_kind {
    ADDRESS_PHONE,
    ADDRESS_WHATSAPP_ID,
    ADDRESS_BUSINESS_USER_ID,
    ADDRESS_MESSENGER,
    ADDRESS_KINDS,
};

const char *address_kind_name(enum address_kind kind);
int address_kind_parse(const char *word, enum address_kind *kind);

#endif
