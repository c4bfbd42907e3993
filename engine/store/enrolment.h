/*
 * enrolment.h: a person in a series, what became of each step, and what was asked.
 */
#ifndef CEGAH_STORE_ENROLMENT_H
#define CEGAH_STORE_ENROLMENT_H

#include <stdbool.h>
#include <stdint.h>

struct db;

enum enrolment_state {
    ENROLMENT_INVITED, /* invited_at 0: the invitation has not left yet */
    ENROLMENT_WAITING_GUARDIAN,
    ENROLMENT_ACTIVE,
    ENROLMENT_ENDED,
};

const char *enrolment_state_name(enum enrolment_state state);

/* One row; plain data. */
struct enrolment {
    int64_t id, person_id, address_id, series_id;
    enum enrolment_state state;
    char reason[40];    /* of ENDED, or of what it waits for */
    int64_t joined_at;  /* 0: not yet */
    int64_t invited_at; /* 0: not yet */
    char step[32];      /* the next one; "" none */
    int64_t occurrence;
    int64_t slot_at;      /* when that step was meant to leave; 0 none */
    int64_t due_at;       /* when the planner looks again; 0 never */
    char before_step[32]; /* the last one that left, for branches; "" none */
    int64_t before_at;    /* when one was sent last, or she joined; 0 not yet */
    int64_t paused_until; /* TUNDA: nothing that we start before; 0: not paused */
    int64_t paused_at;    /* since when; 0: not paused */
    int64_t shift_days; /* by how much pauses have moved weeks and days of the series */
};

/* Returns the new id; 0 when the person is in the series already. */
int64_t enrolment_add(struct db *db, const struct enrolment *enrolment, int64_t now);
bool enrolment_find(struct db *db, int64_t id, struct enrolment *enrolment);
bool enrolment_of(
    struct db *db, int64_t person_id, int64_t series_id, struct enrolment *enrolment);
/* Writes all but the ids. */
void enrolment_save(struct db *db, const struct enrolment *enrolment, int64_t now);
/* The person's series that came to its end last; false when none did. */
bool enrolment_completed(struct db *db, int64_t person_id, struct enrolment *enrolment);
/* The ids of those that are due at now, the earliest first; returns how many. */
int enrolment_due_ids(struct db *db, int64_t now, int64_t *ids, int max);
/* The earliest due time of all; 0: none. */
int64_t enrolment_earliest_due(struct db *db);
/* The ids of an address's enrolments that have not ended, oldest first. */
int enrolment_live_of_address(struct db *db, int64_t address_id, int64_t *ids, int max);
/* The same of a person. */
int enrolment_live_of_person(struct db *db, int64_t person_id, int64_t *ids, int max);
/* True when the person was invited to another series than this one. */
bool enrolment_was_invited(struct db *db, int64_t person_id, int64_t series_id);
/* The ids of a series' enrolments in a state after `after`, in order. */
int enrolment_ids_of_series(struct db *db, int64_t series_id,
    enum enrolment_state state, int64_t after, int64_t *ids, int max);

/* Records what became of a step. Returns false when the step has a final outcome (sent,
 * skipped, missed) already: it must not be sent again. */
bool outcome_set(struct db *db, int64_t enrolment_id, const char *step,
    int64_t occurrence, const char *outcome, const char *reason, int64_t message_id,
    int64_t now);
/* A step whose message did not leave after all. */
void outcome_to_missed(struct db *db, int64_t enrolment_id, const char *step,
    int64_t occurrence, const char *reason, int64_t now);
/* True when the step has a final outcome. */
bool outcome_is_final(
    struct db *db, int64_t enrolment_id, const char *step, int64_t occurrence);

/* True when the step's message was made. */
bool outcome_is_sent(
    struct db *db, int64_t enrolment_id, const char *step, int64_t occurrence);
/* True when the step waits for an open hour or for room under a cap. */
bool outcome_is_held(
    struct db *db, int64_t enrolment_id, const char *step, int64_t occurrence);

/* A question of an address. */
struct question {
    int64_t enrolment_id;
    char step[32]; /* of an item of a quiz: "C2.Q1" */
    int64_t occurrence;
    int64_t address_id;
    char channel[16];
    int64_t asked_at, closes_at;
    int64_t answered_at;  /* 0: not yet */
    int64_t changes_left; /* how often an answer may still be changed */
    int64_t reminder_at;  /* 0: none is due */
    bool postponed;       /* it was put off, once, to reminder_at */
};

void question_add(struct db *db, const struct question *question);
/* Those of an address that can be answered (or their answers changed) at now, on any
 * channel, the newest first; returns how many. */
int question_open(
    struct db *db, int64_t address_id, int64_t now, struct question *list, int max);
/* The newest one of that step that the address was asked. */
bool question_of_step(
    struct db *db, int64_t address_id, const char *step, struct question *question);
/* The newest one of the address that closed unanswered, at or before now and after
 * `since`. */
bool question_closed(struct db *db, int64_t address_id, int64_t since, int64_t now,
    struct question *question);
/* Writes all but the key and asked_at. */
void question_save(struct db *db, const struct question *question);
/* Its message goes by another channel now, so that is where answers come from. */
void question_move_channel(struct db *db, int64_t enrolment_id, const char *step,
    int64_t occurrence, const char *channel);
/* The earliest one with a reminder due at or before now. */
bool question_reminder_due(struct db *db, int64_t now, struct question *question);
/* The earliest reminder of all; 0: none. */
int64_t question_earliest_reminder(struct db *db);

/* One answer; value is borrowed for the call. */
struct answer_given {
    const char *value;
    int is_right; /* 1, 0, or -1 when the question knows no right answer, or it is late */
    int score;
    bool late; /* it came when the question was closed: leads nowhere, scores nothing */
    int64_t inbound_id;
};

void answer_add(struct db *db, const struct question *question,
    const struct answer_given *answer, int64_t now);
/* The newest answer's value that came in time; false when there is none. */
bool answer_newest(
    struct db *db, int64_t enrolment_id, const char *step, char value[64]);
/* Points of a question, or of all items of a quiz; the first answer to each counts. */
int64_t answer_score(struct db *db, int64_t enrolment_id, const char *step);

#endif
