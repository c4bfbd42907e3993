/*
 * view.h: what reports and lists read, and nothing that anybody changes.
 *
 * Every function is one short statement: a slice of rows by key, or the few rows of one
 * person or message. So a reader never holds a snapshot for long beside a busy writer,
 * and what it prints of a running system is each slice's own moment. Texts are cut to the
 * size of their member; numbers stand whole here, and are masked by the report layer.
 */
#ifndef CEGAH_STORE_VIEW_H
#define CEGAH_STORE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct db;
struct enrolment;

enum { VIEW_NAME_SIZE = 64 };

/* Each writes the name of that id; "-" for 0 and for what is not there. */
void view_campaign_name(struct db *db, int64_t id, char name[VIEW_NAME_SIZE]);
void view_series_name(struct db *db, int64_t id, char name[VIEW_NAME_SIZE]);
/* The name of the campaign that the series is of. */
void view_series_campaign(struct db *db, int64_t series_id, char name[VIEW_NAME_SIZE]);

/* A message of either direction as a list shows it; plain data. */
struct view_message {
    bool inbound;
    int64_t id;
    int64_t at; /* out: created, in: received */
    int64_t updated_at;
    int64_t person_id, address_id, campaign_id, series_id, text_id;
    enum address_kind address_kind;
    char address[96];
    char channel[16], gateway[32], state[16], class[24], reason[64];
    char kind[16]; /* out: its kind; in: its type (text, image …) */
    char step[32]; /* out: its step; in: its intent */
    char key[96];  /* in: the gateway's id of it */
    int parts;
};

/* Where a newest-first listing stands; zeroed at its start. */
struct view_cursor {
    bool started;
    bool done;      /* nothing older is left */
    int64_t before; /* the next slice's ids are below this */
};

/*
 * The next slice of one direction, newest first: at most max messages, and at most a few
 * thousand ids looked at, so it may give none while the cursor is not done. state: its
 * word, or NULL for all.
 */
int view_messages(struct db *db, bool inbound, const char *state,
    struct view_cursor *cursor, struct view_message *list, int max);
/* The same of one address, in every state. */
int view_messages_of(struct db *db, bool inbound, int64_t address_id,
    struct view_cursor *cursor, struct view_message *list, int max);
/* False when there is none of that id. */
bool view_message_find(
    struct db *db, bool inbound, int64_t id, struct view_message *message);

/* One try. state: sending, sent, failed, unsure, retry; answered_at 0: no answer yet. */
struct view_attempt {
    int64_t n, at, answered_at;
    char gateway[32], state[16], class[24], code[32], text[160];
};

/* One event, in the order in which they were told. */
struct view_event {
    int64_t attempt; /* the try that it was about, or behind which it came; 0: none */
    int64_t at;
    char state[16], code[32], text[160];
};

/* Each fills at most max and returns how many. */
int view_attempts(
    struct db *db, int64_t message_id, struct view_attempt *list, int max);
int view_events(struct db *db, int64_t message_id, struct view_event *list, int max);
/* The gateway's id of the newest attempt that has one; "" when none has. */
void view_gateway_id(struct db *db, int64_t message_id, char value[96]);

enum view_text_form { VIEW_TEXT_GONE, VIEW_TEXT_CLEAR, VIEW_TEXT_SEALED };

/* Returns the text when it is clear, owned; else NULL. form says which. */
char *view_text(struct db *db, int64_t text_id, enum view_text_form *form);

/* One row of the report's counters; the key is the first seven members. */
struct view_counter {
    int64_t campaign_id, series_id;
    char step[32], channel[16], gateway[32], district[32];
    int32_t day;
    int64_t states[MESSAGE_STATES];
    int64_t segments, cost, moved, late; /* counter.h */
};

/* One row of the reasons; the key is all but n. */
struct view_reason {
    int64_t campaign_id, series_id;
    char step[32], channel[16], gateway[32], district[32];
    int32_t day;
    char outcome[16], reason[48]; /* counter_reason() */
    int64_t n;
};

/* That a person got a step; the key is all of it. */
struct view_reach {
    int64_t campaign_id, series_id;
    char step[32];
    int64_t person_id;
    char channel[16], gateway[32];
    int32_t day;
};

/* Each fills at most max rows whose key comes after that of `after`, in the key's order,
 * and returns how many. The key {campaign, -1} stands before all of a campaign. */
int view_counters_after(struct db *db, const struct view_counter *after,
    struct view_counter *list, int max);
int view_reasons_after(
    struct db *db, const struct view_reason *after, struct view_reason *list, int max);
int view_reach_after(
    struct db *db, const struct view_reach *after, struct view_reach *list, int max);

/* Where the person lives now, by the district's key; "" when there is no such person. */
void view_person_district(struct db *db, int64_t person_id, char district[32]);

/* A gateway that has stopped itself. since: of its latest failure. */
struct view_pause {
    char gateway[32], reason[128];
    int64_t since;
};

/* A template that a gateway refuses now. */
struct view_refused {
    char gateway[32], name[64], language[16];
    char word[24], code[32]; /* address_gateway.h */
    int64_t since;
};

/* A gateway whose calls are refused (hook_refusal.h). */
struct view_refusal {
    char gateway[32];
    int64_t since, last_at;
};

/* Each fills at most max, by name, and returns how many. */
int view_refusals(struct db *db, struct view_refusal *list, int max);
int view_pauses(struct db *db, struct view_pause *list, int max);
int view_refused_templates(struct db *db, struct view_refused *list, int max);

/* A question of a person in a series, with who and by what; the key is the first three. */
struct view_question {
    int64_t enrolment_id;
    char step[32]; /* of an item of a quiz: "C2.Q1" */
    int64_t occurrence;
    int64_t asked_at, closes_at, answered_at; /* answered_at 0: not yet */
    int64_t series_id;
    char state[20], reason[40];                       /* of the enrolment */
    char district[32];                                /* where the person lives now */
    char channel[16], gateway[32], message_state[16]; /* of the message that asked */
};

/* One answer, also a changed or a late one; the key is the first two. */
struct view_given {
    int64_t enrolment_id, id;
    char step[32];
    int64_t occurrence;
    char value[64];
    int is_right; /* -1: the question knows no right one */
    int64_t score;
    bool late;
    int64_t at;
};

/* Where somebody stands in a series. */
struct view_stage {
    int64_t id, series_id; /* id: of the enrolment */
    char state[20], reason[40];
    bool joined; /* agreed, at some time */
};

/* Each fills at most max rows whose key comes after, in the key's order, and returns how
 * many. */
int view_questions_after(struct db *db, const struct view_question *after,
    struct view_question *list, int max);
int view_given_after(
    struct db *db, const struct view_given *after, struct view_given *list, int max);
int view_stages_after(
    struct db *db, int64_t after_id, struct view_stage *list, int max);
/* How many messages that came in wait for a human; disclosures are not counted. */
int64_t view_waiting_for_a_human(struct db *db);

/* The newest tied address first. */
int view_addresses(struct db *db, int64_t person_id, int64_t *ids, int max);

struct view_basis {
    char how[128], dated[16], source[128];
    int64_t recorded_at;
    bool guardian; /* of a guardian's number: what allows the one question to it */
};

struct view_consent {
    bool guardian, refused;
    int64_t series_id; /* 0: every series */
    char channel[16], method[32], dated[16], wording[64], words[160], evidence[128];
    char scope[16], withdrawn_by[128];
    int64_t given_at, recorded_at, withdrawn_at; /* 0: none */
};

struct view_suppression {
    char reason[32], words[160], channel[16];
    int64_t at, inbound_id;
    char lifted_words[160], lifted_by[64];
    int64_t lifted_at; /* 0: it stands */
};

struct view_erasure {
    char why[64];
    int64_t at, done_at; /* 0: not done */
};

struct view_outcome {
    char step[32], outcome[16], reason[40];
    int64_t occurrence, message_id, at;
};

/* Each fills at most max, oldest first. */
int view_bases(struct db *db, int64_t person_id, struct view_basis *list, int max);
int view_consents(struct db *db, int64_t person_id, struct view_consent *list, int max);
/* Every stop of the address, lifted ones too. */
int view_suppressions(
    struct db *db, int64_t address_id, struct view_suppression *list, int max);
int view_erasures(struct db *db, int64_t person_id, struct view_erasure *list, int max);
/* Writes given, refused, withdrawn or none: what the newest row says. */
void view_consent_state(
    struct db *db, int64_t person_id, bool guardian, char state[16]);
/* False when the address is not suppressed now. */
bool view_suppression_find(
    struct db *db, int64_t address_id, struct view_suppression *suppression);
/* A person's enrolments, by series. */
int view_enrolments(struct db *db, int64_t person_id, struct enrolment *list, int max);
/* What became of an enrolment's steps, newest first. */
int view_outcomes(
    struct db *db, int64_t enrolment_id, struct view_outcome *list, int max);

#endif
