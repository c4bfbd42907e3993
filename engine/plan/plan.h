/*
 * plan.h: what is due, and what becomes of it.
 *
 * An enrolment keeps its next step and due time; one timer waits for the earliest. A due
 * step asks the gate: it is queued (outcome sent), waits (held), or is over (skipped,
 * missed), always with a reason, and the enrolment moves on.
 */
#ifndef CEGAH_PLAN_PLAN_H
#define CEGAH_PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "send/message_form.h"
#include "send/outbox.h"
#include "store/enrolment.h"

struct loop;
struct catalogue;
struct catalogue_campaign;
struct catalogue_series;
struct event;
struct quiz_item;
struct service;
struct step;
struct text;
struct send;
struct plan;

/* What planning works with, with or without a loop. Borrowed; embedded in the engine. */
struct planner {
    struct db *db;
    const struct catalogue *catalogue;
    const struct gate *gate;
    const struct outbox *outbox;
};

enum { PLANNER_STEPS_MAX = 64 };

/* Takes what is due at now, at most PLANNER_STEPS_MAX of it, and deals with each in a unit
 * of its own. Returns how many. */
int planner_steps(const struct planner *planner, int64_t now);

/* The earliest due time of all, reminders too; 0: none. */
int64_t planner_next_due(const struct planner *planner);

/* A question was answered: whoever only waited for that goes on. */
void planner_answered(
    const struct planner *planner, int64_t enrolment_id, const char *step, int64_t now);
/* Joins: the enrolment becomes active and its first step's time is set. */
void planner_activate(
    const struct planner *planner, struct enrolment *enrolment, int64_t now);
/* Puts it to waiting for the guardian: the planner looks at once whether there is a number
 * on a form to ask, and asks it when the hours and caps allow. Saves it. */
void planner_wait_guardian(
    const struct planner *planner, struct enrolment *enrolment, int64_t now);
/* The person's guardian can be asked, or has answered: whatever waits for that is due. */
void planner_guardian_changed(
    const struct planner *planner, int64_t person_id, int64_t now);
/* Ends all that is live of a person, at once, what is queued included. */
void planner_end_person(
    const struct planner *planner, int64_t person_id, const char *reason, int64_t now);
/* Ends it; whoever waited for the number comes next. */
void planner_end(const struct planner *planner, struct enrolment *enrolment,
    const char *reason, int64_t now);
/* Sets the step that comes behind `step` (NULL: the first); ends the series after the
 * last one. Does not save. */
void planner_set_step(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, const char *step, int64_t now);
/* Finds its place in changed content: at its own step, at that step's new time, unless
 * another one that lies ahead comes before it and has no outcome yet. A hold stays. Saves,
 * and returns true, when something changed. */
bool planner_follow(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now);
/* Whom a text is filled for, and by what. */
struct fill_for {
    const struct catalogue_campaign *campaign;
    int64_t person_id, address_id;
    const struct service *service; /* what it refers to, or NULL */
    const char *code;              /* for {kode}; NULL: the person's own */
    const struct event *event;     /* what its step is placed around, or NULL */
    int64_t date_at;               /* for {tgl} without an event: UTC ms; 0: none */
};

/* Chooses the text's variant for the person (her language; discreet when she, or anybody
 * behind the number, asked for it or shares the phone) and fills it. Returns it owned;
 * NULL when there is no such text, or a discreet reader gets none. */
char *planner_fill(const struct planner *planner, const struct fill_for *whom,
    const struct text *text, int64_t now);

/*
 * What a message is beside its text, filled for somebody: the choices of a question (their
 * ids are STEP=VALUE, so that a tap answers that very question), the step's template for
 * her language, its media. A discreet reader never gets an open template. Owned from
 * planner_form_…() to planner_form_fini(); borrows the step.
 */
enum { PLANNER_FORM_TEXTS = 3 * FORM_LIST_MAX };

struct planner_form {
    struct message_form form;
    char *owned[PLANNER_FORM_TEXTS];
    size_t owned_n;
};

void planner_form_step(const struct planner *planner, const struct fill_for *whom,
    const struct step *step, int64_t now, struct planner_form *form);
/* The choices alone: of a step, and (item not NULL) of an item of its quiz. */
void planner_form_choices(const struct planner *planner, const struct fill_for *whom,
    const struct step *step, const struct quiz_item *item, int64_t now,
    struct planner_form *form);
void planner_form_fini(struct planner_form *form);

/* TUNDA: an active enrolment rests for 14 days. Returns until when, UTC ms; 0: it rests
 * already, and nothing changed. Saves it. */
int64_t planner_pause(
    const struct planner *planner, struct enrolment *enrolment, int64_t now);
/* LANJUT: the rest ends now. False when there is none. Saves it. */
bool planner_continue(
    const struct planner *planner, struct enrolment *enrolment, int64_t now);

/* Runs planner_steps() on a loop. Returns an owned plan; borrows the rest. */
struct plan *plan_new(
    struct loop *loop, const struct planner *planner, struct send *send);
void plan_free(struct plan *plan);
/* Something may have become due: looks at the end of this turn. */
void plan_wake(struct plan *plan);

#endif
