/*
 * view_answer.c: what was asked and answered, and where people stand in their series, by
 * slices of their keys.
 */
#include "store/view.h"

#include "store/db.h"

int view_questions_after(struct db *db, const struct view_question *after,
    struct view_question *list, int max)
{
    /* An item of a quiz is asked by a reply: the message that counts is its step's. */
    struct stmt *stmt = db_stmt(db,
        "SELECT q.enrolment_id,q.step,q.occurrence,q.channel,q.asked_at,q.closes_at,"
        "q.answered_at,e.series_id,e.state,e.reason,p.district,m.gateway,m.state"
        " FROM question q CROSS JOIN enrolment e ON e.id=q.enrolment_id"
        " CROSS JOIN person p ON p.id=e.person_id"
        " LEFT JOIN step_outcome o ON o.enrolment_id=q.enrolment_id"
        "  AND o.step=substr(q.step,1,instr(q.step||'.','.')-1)"
        "  AND o.occurrence=q.occurrence"
        " LEFT JOIN message m ON m.id=o.message_id"
        " WHERE (q.enrolment_id,q.step,q.occurrence)>(?1,?2,?3)"
        " ORDER BY q.enrolment_id,q.step,q.occurrence LIMIT ?4");
    int n = 0;

    stmt_int(stmt, 1, after->enrolment_id);
    stmt_text(stmt, 2, after->step);
    stmt_int(stmt, 3, after->occurrence);
    stmt_int(stmt, 4, max);
    while (n < max && stmt_row(stmt)) {
        struct view_question *row = &list[n++];

        row->enrolment_id = stmt_get_int(stmt, 0);
        stmt_copy(stmt, 1, row->step, sizeof row->step);
        row->occurrence = stmt_get_int(stmt, 2);
        stmt_copy(stmt, 3, row->channel, sizeof row->channel);
        row->asked_at = stmt_get_int(stmt, 4);
        row->closes_at = stmt_get_int(stmt, 5);
        row->answered_at = stmt_get_int(stmt, 6);
        row->series_id = stmt_get_int(stmt, 7);
        stmt_copy(stmt, 8, row->state, sizeof row->state);
        stmt_copy(stmt, 9, row->reason, sizeof row->reason);
        stmt_copy(stmt, 10, row->district, sizeof row->district);
        stmt_copy(stmt, 11, row->gateway, sizeof row->gateway);
        stmt_copy(stmt, 12, row->message_state, sizeof row->message_state);
    }
    stmt_end(stmt);
    return n;
}

int view_given_after(
    struct db *db, const struct view_given *after, struct view_given *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT enrolment_id,id,step,occurrence,value,coalesce(is_right,-1),score,late,"
        "at FROM answer WHERE (enrolment_id,id)>(?1,?2)"
        " ORDER BY enrolment_id,id LIMIT ?3");
    int n = 0;

    stmt_int(stmt, 1, after->enrolment_id);
    stmt_int(stmt, 2, after->id);
    stmt_int(stmt, 3, max);
    while (n < max && stmt_row(stmt)) {
        struct view_given *row = &list[n++];

        row->enrolment_id = stmt_get_int(stmt, 0);
        row->id = stmt_get_int(stmt, 1);
        stmt_copy(stmt, 2, row->step, sizeof row->step);
        row->occurrence = stmt_get_int(stmt, 3);
        stmt_copy(stmt, 4, row->value, sizeof row->value);
        row->is_right = (int)stmt_get_int(stmt, 5);
        row->score = stmt_get_int(stmt, 6);
        row->late = stmt_get_int(stmt, 7) != 0;
        row->at = stmt_get_int(stmt, 8);
    }
    stmt_end(stmt);
    return n;
}

int view_stages_after(struct db *db, int64_t after_id, struct view_stage *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT id,series_id,state,reason,joined_at FROM enrolment WHERE id>?1"
        " ORDER BY id LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, after_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        struct view_stage *row = &list[n++];

        row->id = stmt_get_int(stmt, 0);
        row->series_id = stmt_get_int(stmt, 1);
        stmt_copy(stmt, 2, row->state, sizeof row->state);
        stmt_copy(stmt, 3, row->reason, sizeof row->reason);
        row->joined = stmt_get_int(stmt, 4) != 0;
    }
    stmt_end(stmt);
    return n;
}

int64_t view_waiting_for_a_human(struct db *db)
{
    return stmt_value(db_stmt(db, "SELECT count(*) FROM inbound"
                                  " WHERE state='waiting' AND intent<>'risk'"));
}
