#include "plan/enrol.h"

#include <string.h>

#include "content/campaign.h"
#include "people/catalogue.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/guardian.h"

enum { SLICE_MAX = 256 };

void enrol_begin(
    struct enrol_pass *pass, const struct planner *planner, int64_t series_id)
{
    *pass = (struct enrol_pass){.planner = planner, .series_id = series_id};
}

/* Somebody who is in the series already. */
static void look_again(
    struct enrol_pass *pass, struct enrolment *enrolment, bool allowed, int64_t now)
{
    struct db *db = pass->planner->db;
    struct guardian guardian;
    bool asked = enrolment->state == ENROLMENT_WAITING_GUARDIAN ||
                 enrolment->state == ENROLMENT_INVITED;

    if (asked && allowed && strcmp(enrolment->reason, "shared_number") != 0) {
        planner_activate(pass->planner, enrolment, now);
        pass->count.let_in++;
    } else if (enrolment->state != ENROLMENT_ENDED &&
               strcmp(enrolment->reason, "paused") == 0) {
        enrolment->reason[0] = '\0';
        enrolment->due_at = enrolment->slot_at > now ? enrolment->slot_at : now;
        enrolment_save(db, enrolment, now);
        pass->count.resumed++;
    } else if (enrolment->state == ENROLMENT_WAITING_GUARDIAN &&
               enrolment->due_at == 0 &&
               guardian_to_ask(db, enrolment->person_id, &guardian)) {
        planner_wait_guardian(pass->planner, enrolment, now);
    }
}

static void enrol(struct enrol_pass *pass, const struct catalogue_series *series,
    int64_t person_id, int64_t address_id, bool allowed, int64_t now)
{
    struct db *db = pass->planner->db;
    struct enrolment enrolment = {
        .person_id = person_id,
        .address_id = address_id,
        .series_id = series->id,
        .state = ENROLMENT_INVITED,
        .occurrence = 1,
        .due_at = now,
    };
    int64_t other;
    bool taken = enrolment_live_of_address(db, address_id, &other, 1) > 0;

    if (taken) {
        memcpy(enrolment.reason, "shared_number", sizeof "shared_number");
        enrolment.due_at = 0;
        pass->count.waiting++;
    } else if (allowed) {
        pass->count.active++;
    } else {
        pass->count.invited++;
    }
    enrolment.id = enrolment_add(db, &enrolment, now);
    if (!taken && allowed) {
        planner_activate(pass->planner, &enrolment, now);
    }
}

static void look_at(struct enrol_pass *pass, const struct catalogue_series *series,
    int64_t person_id, int64_t now)
{
    struct db *db = pass->planner->db;
    struct gate_subject subject;
    struct enrolment enrolment;
    int64_t own, guardian, address_id;
    bool allowed;

    gate_subject(pass->planner->gate, person_id, now, &subject);
    if (series->compiled->role != NULL &&
        strcmp(series->compiled->role, subject.person.role) != 0) {
        return;
    }
    if (erasure_is_requested(db, person_id, NULL)) {
        pass->count.declined++;
        return;
    }
    own = consent_live(db, person_id, false, series->id);
    guardian = consent_live(db, person_id, true, series->id);
    allowed = own != 0 && (!subject.minor || guardian != 0);
    if (enrolment_of(db, person_id, series->id, &enrolment)) {
        look_again(pass, &enrolment, allowed, now);
        return;
    }
    address_id = address_of_person(db, person_id);
    if (address_id == 0) {
        return;
    }
    if (suppression_is_live(db, address_id)) {
        pass->count.declined++;
    } else if (!allowed && basis_of_person(db, person_id, NULL) == 0) {
        pass->count.no_basis++;
    } else if (allowed || series->compiled->invitation.plain != NULL) {
        enrol(pass, series, person_id, address_id, allowed, now);
    }
}

void enrol_person(
    const struct planner *planner, int64_t series_id, int64_t person_id, int64_t now)
{
    const struct catalogue_series *series =
        catalogue_series_find(planner->catalogue, series_id);
    struct enrol_pass pass;

    if (series != NULL && series->campaign->state == RUN_RUNNING &&
        series->state == RUN_RUNNING) {
        enrol_begin(&pass, planner, series_id);
        look_at(&pass, series, person_id, now);
    }
}

bool enrol_slice(struct enrol_pass *pass, int people, int64_t now)
{
    struct db *db = pass->planner->db;
    const struct catalogue_series *series =
        catalogue_series_find(pass->planner->catalogue, pass->series_id);
    int64_t ids[SLICE_MAX];
    int want = people < SLICE_MAX ? people : SLICE_MAX, n;

    if (series == NULL || series->campaign->state != RUN_RUNNING ||
        series->state != RUN_RUNNING) {
        return false;
    }
    n = person_ids_after(db, pass->person, ids, want);
    for (int i = 0; i < n; i++) {
        db_unit_begin(db);
        look_at(pass, series, ids[i], now);
        db_unit_end(db, true);
        pass->person = ids[i];
    }
    return n == want;
}
