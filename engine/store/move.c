#include "store/move.h"

#include "store/db.h"

int64_t move_add(struct db *db, int64_t person_id, int64_t from_id, int64_t to_id,
    const char *reason, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO address_move (person_id,from_id,to_id,reason,at)"
                    " VALUES (?1,?2,?3,?4,?5)");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, from_id);
    stmt_int(stmt, 3, to_id);
    stmt_text(stmt, 4, reason);
    stmt_int(stmt, 5, now);
    stmt_run(stmt);
    return db_last_id(db);
}

static void move_questions(
    struct db *db, int64_t person_id, int64_t from_id, int64_t to_id)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE question SET address_id=?3 WHERE address_id=?2 AND enrolment_id IN"
        " (SELECT id FROM enrolment WHERE person_id=?1)");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, from_id);
    stmt_int(stmt, 3, to_id);
    stmt_run(stmt);
}

/* Replies and acks stay: they answer what came from the old number. */
static void move_messages(
    struct db *db, int64_t person_id, int64_t from_id, int64_t to_id, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE message SET address_id=?3,updated_at=?4 WHERE address_id=?2"
        " AND person_id=?1 AND state='queued' AND kind IN ('step','invitation')");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, from_id);
    stmt_int(stmt, 3, to_id);
    stmt_int(stmt, 4, now);
    stmt_run(stmt);
}

int move_enrolments(
    struct db *db, int64_t person_id, int64_t from_id, int64_t to_id, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "UPDATE enrolment SET address_id=?3,updated_at=?4"
                    " WHERE person_id=?1 AND address_id=?2 AND state<>'ended'");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, from_id);
    stmt_int(stmt, 3, to_id);
    stmt_int(stmt, 4, now);
    move_questions(db, person_id, from_id, to_id);
    move_messages(db, person_id, from_id, to_id, now);
    return (int)stmt_run(stmt);
}
