#include "store/enrolment.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "store/db.h"

static const char *const names[] = {"invited", "waiting_guardian", "active", "ended"};

const char *enrolment_state_name(enum enrolment_state state)
{
    return names[state];
}

#define COLUMNS                                                                        \
    "id,person_id,address_id,series_id,state,reason,joined_at,invited_at,step,"        \
    "occurrence,slot_at,due_at,before_step,before_at,paused_until,paused_at,shift_"    \
    "days"

static void read_row(struct stmt *stmt, struct enrolment *enrolment)
{
    const char *state = stmt_get_word(stmt, 4);

    *enrolment = (struct enrolment){
        .id = stmt_get_int(stmt, 0),
        .person_id = stmt_get_int(stmt, 1),
        .address_id = stmt_get_int(stmt, 2),
        .series_id = stmt_get_int(stmt, 3),
        .joined_at = stmt_get_int(stmt, 6),
        .invited_at = stmt_get_int(stmt, 7),
        .occurrence = stmt_get_int(stmt, 9),
        .slot_at = stmt_get_int(stmt, 10),
        .due_at = stmt_get_int(stmt, 11),
        .before_at = stmt_get_int(stmt, 13),
        .paused_until = stmt_get_int(stmt, 14),
        .paused_at = stmt_get_int(stmt, 15),
        .shift_days = stmt_get_int(stmt, 16),
    };
    while (strcmp(names[enrolment->state], state) != 0) {
        must(enrolment->state < ENROLMENT_ENDED, "enrolment state %s", state);
        enrolment->state++;
    }
    stmt_copy(stmt, 5, enrolment->reason, sizeof enrolment->reason);
    stmt_copy(stmt, 8, enrolment->step, sizeof enrolment->step);
    stmt_copy(stmt, 12, enrolment->before_step, sizeof enrolment->before_step);
}

/* Reads the one row and leaves the statement. */
static bool read_one(struct stmt *stmt, struct enrolment *enrolment)
{
    bool found = stmt_row(stmt);

    if (found) {
        read_row(stmt, enrolment);
        stmt_end(stmt);
    }
    return found;
}

static void bind_state(
    struct stmt *stmt, const struct enrolment *enrolment, int64_t now)
{
    stmt_text(stmt, 1, names[enrolment->state]);
    stmt_text(stmt, 2, enrolment->reason);
    stmt_id(stmt, 3, enrolment->joined_at);
    stmt_id(stmt, 4, enrolment->invited_at);
    stmt_text(stmt, 5, enrolment->step[0] == '\0' ? NULL : enrolment->step);
    stmt_int(stmt, 6, enrolment->occurrence > 0 ? enrolment->occurrence : 1);
    stmt_id(stmt, 7, enrolment->slot_at);
    stmt_id(stmt, 8, enrolment->due_at);
    stmt_int(stmt, 9, now);
    stmt_text(stmt, 10, enrolment->before_step);
    stmt_id(stmt, 11, enrolment->before_at);
    stmt_id(stmt, 12, enrolment->paused_until);
    stmt_id(stmt, 13, enrolment->paused_at);
    stmt_int(stmt, 14, enrolment->shift_days);
}

int64_t enrolment_add(struct db *db, const struct enrolment *enrolment, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO enrolment "
        "(state,reason,joined_at,invited_at,step,occurrence,slot_at,"
        " due_at,updated_at,before_step,before_at,paused_until,paused_at,shift_days,"
        " person_id,address_id,series_id)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)"
        " ON CONFLICT DO NOTHING");

    bind_state(stmt, enrolment, now);
    stmt_int(stmt, 15, enrolment->person_id);
    stmt_int(stmt, 16, enrolment->address_id);
    stmt_int(stmt, 17, enrolment->series_id);
    return stmt_run(stmt) > 0 ? db_last_id(db) : 0;
}

bool enrolment_find(struct db *db, int64_t id, struct enrolment *enrolment)
{
    struct stmt *stmt = db_stmt(db, "SELECT " COLUMNS " FROM enrolment WHERE id=?1");

    stmt_int(stmt, 1, id);
    return read_one(stmt, enrolment);
}

bool enrolment_of(
    struct db *db, int64_t person_id, int64_t series_id, struct enrolment *enrolment)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT " COLUMNS " FROM enrolment WHERE person_id=?1 AND series_id=?2");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, series_id);
    return read_one(stmt, enrolment);
}

#define SET                                                                            \
    "reason=?2,joined_at=?3,invited_at=?4,step=?5,occurrence=?6,slot_at=?7,due_at=?8," \
    "updated_at=?9,before_step=?10,before_at=?11,paused_until=?12,paused_at=?13,"      \
    "shift_days=?14 WHERE id=?15"

/* Most keep their state: then the two indexes that hold it are left alone. */
void enrolment_save(struct db *db, const struct enrolment *enrolment, int64_t now)
{
    struct stmt *stmt = db_stmt(db, "UPDATE enrolment SET " SET " AND state=?1");

    bind_state(stmt, enrolment, now);
    stmt_int(stmt, 15, enrolment->id);
    if (stmt_run(stmt) > 0) {
        return;
    }
    stmt = db_stmt(db, "UPDATE enrolment SET state=?1," SET);
    bind_state(stmt, enrolment, now);
    stmt_int(stmt, 15, enrolment->id);
    stmt_run(stmt);
}

bool enrolment_completed(struct db *db, int64_t person_id, struct enrolment *enrolment)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM enrolment WHERE person_id=?1 AND state='ended'"
        " AND reason='completed' ORDER BY updated_at DESC LIMIT 1");

    stmt_int(stmt, 1, person_id);
    return read_one(stmt, enrolment);
}

int64_t enrolment_earliest_due(struct db *db)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT min(due_at) FROM enrolment WHERE due_at IS NOT NULL");

    return stmt_value(stmt);
}

bool enrolment_was_invited(struct db *db, int64_t person_id, int64_t series_id)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT 1 FROM enrolment WHERE person_id=?1 AND series_id<>?2"
                    " AND invited_at IS NOT NULL LIMIT 1");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, series_id);
    return stmt_found(stmt);
}

int enrolment_due_ids(struct db *db, int64_t now, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT id FROM enrolment WHERE due_at IS NOT NULL AND due_at<=?1"
                    " ORDER BY due_at, id LIMIT ?2");

    stmt_int(stmt, 1, now);
    stmt_int(stmt, 2, max);
    return stmt_ids(stmt, ids, max);
}

int enrolment_live_of_address(struct db *db, int64_t address_id, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT id FROM enrolment WHERE address_id=?1 AND state<>'ended'"
                    " ORDER BY id LIMIT ?2");

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, max);
    return stmt_ids(stmt, ids, max);
}

int enrolment_live_of_person(struct db *db, int64_t person_id, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT id FROM enrolment WHERE person_id=?1 AND state<>'ended'"
                    " ORDER BY id LIMIT ?2");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    return stmt_ids(stmt, ids, max);
}

int enrolment_ids_of_series(struct db *db, int64_t series_id,
    enum enrolment_state state, int64_t after, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT id FROM enrolment WHERE series_id=?1 AND state=?2 AND id>?3"
                    " ORDER BY id LIMIT ?4");

    stmt_int(stmt, 1, series_id);
    stmt_text(stmt, 2, names[state]);
    stmt_int(stmt, 3, after);
    stmt_int(stmt, 4, max);
    return stmt_ids(stmt, ids, max);
}

/* Most are new. (An upsert in one statement would copy the pages that it changes.) */
bool outcome_set(struct db *db, int64_t enrolment_id, const char *step,
    int64_t occurrence, const char *outcome, const char *reason, int64_t message_id,
    int64_t now)
{
    static const char *const ways[] = {
        "INSERT INTO step_outcome (enrolment_id,step,occurrence,outcome,reason,"
        " message_id,at) VALUES (?1,?2,?3,?4,?5,?6,?7) ON CONFLICT DO NOTHING",
        "UPDATE step_outcome SET outcome=?4,reason=?5,message_id=?6,at=?7"
        " WHERE enrolment_id=?1 AND step=?2 AND occurrence=?3 AND outcome='held'",
    };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct stmt *stmt = db_stmt(db, ways[i]);

        stmt_int(stmt, 1, enrolment_id);
        stmt_text(stmt, 2, step);
        stmt_int(stmt, 3, occurrence);
        stmt_text(stmt, 4, outcome);
        stmt_text(stmt, 5, reason);
        stmt_id(stmt, 6, message_id);
        stmt_int(stmt, 7, now);
        if (stmt_run(stmt) > 0) {
            return true;
        }
    }
    return false;
}

void outcome_to_missed(struct db *db, int64_t enrolment_id, const char *step,
    int64_t occurrence, const char *reason, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE step_outcome SET outcome='missed',reason=?4,at=?5"
        " WHERE enrolment_id=?1 AND step=?2 AND occurrence=?3 AND outcome='sent'");

    stmt_int(stmt, 1, enrolment_id);
    stmt_text(stmt, 2, step);
    stmt_int(stmt, 3, occurrence);
    stmt_text(stmt, 4, reason);
    stmt_int(stmt, 5, now);
    stmt_run(stmt);
}

/* The bindings of both questions below. */
static bool has_outcome(
    struct stmt *stmt, int64_t enrolment_id, const char *step, int64_t occurrence)
{

    stmt_int(stmt, 1, enrolment_id);
    stmt_text(stmt, 2, step);
    stmt_int(stmt, 3, occurrence);
    return stmt_found(stmt);
}

bool outcome_is_final(
    struct db *db, int64_t enrolment_id, const char *step, int64_t occurrence)
{
    return has_outcome(
        db_stmt(db, "SELECT 1 FROM step_outcome WHERE enrolment_id=?1 AND step=?2"
                    " AND occurrence=?3 AND outcome<>'held'"),
        enrolment_id, step, occurrence);
}

bool outcome_is_sent(
    struct db *db, int64_t enrolment_id, const char *step, int64_t occurrence)
{
    return has_outcome(
        db_stmt(db, "SELECT 1 FROM step_outcome WHERE enrolment_id=?1 AND step=?2"
                    " AND occurrence=?3 AND outcome='sent'"),
        enrolment_id, step, occurrence);
}

bool outcome_is_held(
    struct db *db, int64_t enrolment_id, const char *step, int64_t occurrence)
{
    return has_outcome(
        db_stmt(db, "SELECT 1 FROM step_outcome WHERE enrolment_id=?1 AND step=?2"
                    " AND occurrence=?3 AND outcome='held'"),
        enrolment_id, step, occurrence);
}
