/*
 * pause.c: TUNDA: two weeks without anything that we start, and what the series does then.
 *
 * Weeks and days of the series move by the whole weeks that were really paused, so that
 * lessons keep their weekday and none of them is lost. Events and dates do not move: what
 * of them fell into the pause is missed, and so is what moved too little to leave it
 * behind (`person_paused`). Spans behind another step move by the pause itself. A step
 * that was queued already is held back by the gate until its own expiry.
 */
#include "content/campaign.h"
#include "people/catalogue.h"
#include "plan/internal.h"

enum { PAUSE_DAYS = 14 };

static const int64_t DAY_MS = 24LL * 60 * 60 * 1000;
static const char REASON[] = "person_paused";

static bool is_span(const struct step *step)
{
    return step->kind == STEP_WAIT || step->when.kind == WHEN_AFTER;
}

/* Of a day that does not ask when somebody joined. */
static bool is_fixed(const struct step *step)
{
    return !is_span(step) &&
           (step->when.kind == WHEN_DATE || step->when.kind == WHEN_EVENT);
}

/* Dates and events that lay within the pause, wherever they stand behind where she is. */
static void miss_fixed(const struct planner *planner, const struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t from, int64_t until, int64_t now)
{
    const struct step *step = series_step(series->compiled, enrolment->step);

    while (step != NULL &&
           (step = series_step_after(series->compiled, step->id)) != NULL) {
        int64_t due;

        if (is_fixed(step)) {
            due = plan_due_of(planner, enrolment, step, now);
            if (due >= from && due < until) {
                plan_outcome(
                    planner, enrolment, series, step->id, "missed", REASON, now);
            }
        }
    }
}

/* Moves the time of the step that she is at. */
static void move_slot(struct enrolment *enrolment, const struct step *step,
    int64_t days, int64_t pause_ms)
{
    if (is_span(step)) {
        enrolment->slot_at += pause_ms;
    } else if (!is_fixed(step)) {
        enrolment->slot_at += days * DAY_MS;
    }
    enrolment->due_at = enrolment->due_at == 0 ? 0 : enrolment->slot_at;
}

/* The pause ends at `until`, now or before. */
static void go_on(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t until, int64_t now)
{
    int64_t from = enrolment->paused_at, days = (until - from) / (7 * DAY_MS) * 7;
    const struct step *step = series_step(series->compiled, enrolment->step);

    enrolment->shift_days += days;
    enrolment->before_at += enrolment->before_at == 0 ? 0 : until - from;
    enrolment->paused_at = enrolment->paused_until = 0;
    miss_fixed(planner, enrolment, series, from, until, now);
    if (step != NULL) {
        move_slot(enrolment, step, days, until - from);
    } else if (enrolment->step[0] != '\0') {
        enrolment->due_at = now; /* newer content has no such step: it is followed */
    }
    while (step != NULL && !is_span(step) && enrolment->state == ENROLMENT_ACTIVE &&
           enrolment->slot_at >= from && enrolment->slot_at < until) {
        plan_over(planner, enrolment, series, "missed", REASON, now);
        step = series_step(series->compiled, enrolment->step);
    }
    enrolment_save(planner->db, enrolment, now);
}

int64_t planner_pause(
    const struct planner *planner, struct enrolment *enrolment, int64_t now)
{
    const struct catalogue_series *series =
        catalogue_series_find(planner->catalogue, enrolment->series_id);

    if (series == NULL || enrolment->paused_until > now) {
        return 0;
    }
    if (enrolment->paused_until !=
        0) { /* the last one is over, and nobody has looked */
        go_on(planner, enrolment, series, enrolment->paused_until, now);
    }
    enrolment->paused_at = now;
    enrolment->paused_until = now + PAUSE_DAYS * DAY_MS;
    if (enrolment->due_at != 0 && enrolment->step[0] != '\0') {
        enrolment->due_at = enrolment->paused_until;
    }
    enrolment_save(planner->db, enrolment, now);
    return enrolment->paused_until;
}

bool planner_continue(
    const struct planner *planner, struct enrolment *enrolment, int64_t now)
{
    const struct catalogue_series *series =
        catalogue_series_find(planner->catalogue, enrolment->series_id);

    if (series == NULL || enrolment->paused_until <= now) {
        return false;
    }
    go_on(planner, enrolment, series, now, now);
    return true;
}

bool plan_rests(const struct planner *planner, struct enrolment *enrolment,
    const struct catalogue_series *series, int64_t now)
{
    if (enrolment->paused_until == 0 || enrolment->step[0] == '\0') {
        return false;
    }
    if (enrolment->paused_until > now) {
        enrolment->due_at = enrolment->paused_until;
        enrolment_save(planner->db, enrolment, now);
        return true;
    }
    go_on(planner, enrolment, series, enrolment->paused_until, now);
    return enrolment->due_at > now || enrolment->due_at == 0;
}
