/*
 * internal.h: what the files of talk/ share: the message at hand.
 */
#ifndef CEGAH_TALK_INTERNAL_H
#define CEGAH_TALK_INTERNAL_H

#include "content/reply.h"
#include "store/enrolment.h"
#include "talk/talk.h"

struct adapter_event;
struct campaign;
struct catalogue_campaign;
struct catalogue_series;
struct text;

enum { TALK_OPEN_MAX = 8 };

/* The message at hand, and who may have written it. Lives for one talk_inbound(). */
struct talk_turn {
    const struct talk *talk;
    const char *gateway;
    enum channel channel;
    const char *text;
    int64_t inbound_id, address_id, person_id, now;
    /* Whose words and replies count; NULL: none is loaded. */
    const struct catalogue_campaign *loaded;
    const struct campaign *campaign; /* of it, or NULL */
    bool has_enrolment;
    struct enrolment enrolment;            /* the live one of this number */
    const struct catalogue_series *series; /* of it, or NULL */
    const char *choice; /* the id of the button that was tapped, or "" */
    /* What can be answered: of this channel first, then of others, the newest first. */
    struct question open[TALK_OPEN_MAX];
    int open_n;
    struct question question; /* the one that is looked at */
    int64_t date_at;          /* {tgl} of the reply; 0: none */
    bool needs_human;         /* also when the intent by itself would not */
    bool sealed;              /* says more than its intent: stored sealed */
};

/* Each does what its intent asks for. */
void talk_opt_out(struct talk_turn *turn, enum keyword keyword, bool silent);
void talk_opt_in(struct talk_turn *turn);
void talk_decline(struct talk_turn *turn);
/* DAFTAR, alone (words "") or with a code. TALK_JOIN_HUMAN: the code is known, but who of
 * several people it is, or whether she may, is for a human to find out. */
enum talk_join { TALK_JOINED, TALK_JOIN_HUMAN, TALK_JOIN_UNKNOWN };
enum talk_join talk_join(struct talk_turn *turn, const char *words);
/* DAFTAR with a code that nothing knows: said once. False when it was said before. */
bool talk_unknown_code(struct talk_turn *turn);
/* Her age, when it was asked. False when it was not, or this is none. */
bool talk_age(struct talk_turn *turn);
/* She has agreed: she starts, or waits for her guardian; her age is asked if it is not
 * known. turn's enrolment and series are hers. */
void talk_agreed(struct talk_turn *turn);
/* SETUJU KODE or TIDAK KODE from the number that was asked. False when it is neither, or
 * from elsewhere: then it does not count, and a human reads it. */
bool talk_guardian(struct talk_turn *turn);
/* "inbound:ID", as evidence. */
enum { TALK_EVIDENCE_SIZE = 40 };
void talk_evidence(const struct talk_turn *turn, char evidence[TALK_EVIDENCE_SIZE]);
/* False unless the number was asked whether it is still theirs, and says YA or TIDAK. */
bool talk_reconfirm(struct talk_turn *turn, enum keyword keyword);
/* True when something was asked after `at`, and can still be answered. */
bool talk_asked_since(const struct talk_turn *turn, int64_t at);
/* False when the message is no answer to any question that is open. */
bool talk_answer(struct talk_turn *turn);
/* False unless it is a listed answer to the newest question of the number that closed
 * unanswered, a week ago at most. */
bool talk_late_answer(struct talk_turn *turn);
/* A button of ours (STEP=VALUE) was tapped: it answers that question, whatever is newer.
 * False when it is none of ours, or the question takes it no more. */
bool talk_choice(struct talk_turn *turn, enum intent *intent);
/* BANTU, TUNDA, LANJUT, SENYAP, and "ini hp mama". False for any other keyword. */
bool talk_command(struct talk_turn *turn, enum keyword keyword, enum intent *intent);

/* Adds flags (person.h) to everybody behind the number. */
void talk_flag_people(struct talk_turn *turn, unsigned flags);

/* The address that wrote: of a second id the number behind it, where that is known. */
int64_t talk_sender(
    const struct talk *talk, const struct adapter_event *event, int64_t now);
/* Keeps which second id belongs to the number that wrote. A stop that the id had said
 * holds for the number. */
void talk_learn_alias(struct talk_turn *turn, const struct adapter_event *event);
/* A stop that needs no answer: at the gateway, or of a number's second id. words: what it
 * came as. */
void talk_stop_quietly(struct talk_turn *turn, const char *reason, const char *words);

/* Queues a reply of that kind (step: what it is); a text without a plain one is silence. */
void talk_reply(struct talk_turn *turn, enum message_kind kind, const char *step,
    const struct text *text, bool neutral);
/* The same with what else it may be on a channel that can show it. */
void talk_reply_formed(struct talk_turn *turn, enum message_kind kind, const char *step,
    const struct text *text, const struct message_form *form, bool neutral);

#endif
