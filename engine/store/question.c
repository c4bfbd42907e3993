/*
 * question.c: what was asked, and what was answered. Declared in enrolment.h, since all of
 * it belongs to a person in a series.
 */
#include "store/enrolment.h"

#include <stdio.h>

#include "store/db.h"

#define COLUMNS                                                                        \
    "enrolment_id,step,occurrence,address_id,channel,asked_at,closes_at,answered_at,"  \
    "changes_left,reminder_at,postponed"

static void read_row(struct stmt *stmt, struct question *question)
{
    *question = (struct question){
        .enrolment_id = stmt_get_int(stmt, 0),
        .occurrence = stmt_get_int(stmt, 2),
        .address_id = stmt_get_int(stmt, 3),
        .asked_at = stmt_get_int(stmt, 5),
        .closes_at = stmt_get_int(stmt, 6),
        .answered_at = stmt_get_int(stmt, 7),
        .changes_left = stmt_get_int(stmt, 8),
        .reminder_at = stmt_get_int(stmt, 9),
        .postponed = stmt_get_int(stmt, 10) != 0,
    };
    snprintf(question->step, sizeof question->step, "%s", stmt_get_word(stmt, 1));
    snprintf(question->channel, sizeof question->channel, "%s", stmt_get_word(stmt, 4));
}

static bool read_one(struct stmt *stmt, struct question *question)
{
    bool found = stmt_row(stmt);

    if (found) {
        read_row(stmt, question);
        stmt_end(stmt);
    }
    return found;
}

void question_add(struct db *db, const struct question *question)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO question (" COLUMNS ") VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
        " ON CONFLICT DO NOTHING");

    stmt_int(stmt, 1, question->enrolment_id);
    stmt_text(stmt, 2, question->step);
    stmt_int(stmt, 3, question->occurrence);
    stmt_int(stmt, 4, question->address_id);
    stmt_text(stmt, 5, question->channel);
    stmt_int(stmt, 6, question->asked_at);
    stmt_int(stmt, 7, question->closes_at);
    stmt_id(stmt, 8, question->answered_at);
    stmt_int(stmt, 9, question->changes_left);
    stmt_id(stmt, 10, question->reminder_at);
    stmt_int(stmt, 11, question->postponed);
    stmt_run(stmt);
}

int question_open(
    struct db *db, int64_t address_id, int64_t now, struct question *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM question WHERE address_id=?1 AND closes_at>?2"
        " AND (answered_at IS NULL OR changes_left>0) ORDER BY asked_at DESC LIMIT ?3");
    int n = 0;

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, now);
    stmt_int(stmt, 3, max);
    while (n < max && stmt_row(stmt)) {
        read_row(stmt, &list[n++]);
    }
    stmt_end(stmt);
    return n;
}

bool question_of_step(
    struct db *db, int64_t address_id, const char *step, struct question *question)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT " COLUMNS " FROM question WHERE address_id=?1 AND step=?2"
                    " ORDER BY asked_at DESC LIMIT 1");

    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, step);
    return read_one(stmt, question);
}

bool question_closed(struct db *db, int64_t address_id, int64_t since, int64_t now,
    struct question *question)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT " COLUMNS " FROM question WHERE address_id=?1"
                    " AND closes_at>?2 AND closes_at<=?3 AND answered_at IS NULL"
                    " ORDER BY asked_at DESC LIMIT 1");

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, since);
    stmt_int(stmt, 3, now);
    return read_one(stmt, question);
}

void question_save(struct db *db, const struct question *question)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE question SET "
        "closes_at=?4,answered_at=?5,changes_left=?6,reminder_at=?7,"
        " postponed=?8 WHERE enrolment_id=?1 AND step=?2 AND occurrence=?3");

    stmt_int(stmt, 1, question->enrolment_id);
    stmt_text(stmt, 2, question->step);
    stmt_int(stmt, 3, question->occurrence);
    stmt_int(stmt, 4, question->closes_at);
    stmt_id(stmt, 5, question->answered_at);
    stmt_int(stmt, 6, question->changes_left);
    stmt_id(stmt, 7, question->reminder_at);
    stmt_int(stmt, 8, question->postponed);
    stmt_run(stmt);
}

void question_move_channel(struct db *db, int64_t enrolment_id, const char *step,
    int64_t occurrence, const char *channel)
{
    struct stmt *stmt = db_stmt(db, "UPDATE question SET channel=?4 WHERE"
                                    " enrolment_id=?1 AND step=?2 AND occurrence=?3");

    stmt_int(stmt, 1, enrolment_id);
    stmt_text(stmt, 2, step);
    stmt_int(stmt, 3, occurrence);
    stmt_text(stmt, 4, channel);
    stmt_run(stmt);
}

bool question_reminder_due(struct db *db, int64_t now, struct question *question)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT " COLUMNS " FROM question WHERE reminder_at IS NOT NULL"
                    " AND reminder_at<=?1 ORDER BY reminder_at LIMIT 1");

    stmt_int(stmt, 1, now);
    return read_one(stmt, question);
}

int64_t question_earliest_reminder(struct db *db)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT min(reminder_at) FROM question WHERE reminder_at IS NOT NULL");

    return stmt_value(stmt);
}

void answer_add(struct db *db, const struct question *question,
    const struct answer_given *answer, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO answer (enrolment_id,step,occurrence,value,is_right,score,"
        " inbound_id,at,late) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)");

    stmt_int(stmt, 1, question->enrolment_id);
    stmt_text(stmt, 2, question->step);
    stmt_int(stmt, 3, question->occurrence);
    stmt_text(stmt, 4, answer->value);
    if (answer->is_right < 0) {
        stmt_null(stmt, 5);
    } else {
        stmt_int(stmt, 5, answer->is_right);
    }
    stmt_int(stmt, 6, answer->score);
    stmt_id(stmt, 7, answer->inbound_id);
    stmt_int(stmt, 8, now);
    stmt_int(stmt, 9, answer->late);
    stmt_run(stmt);
}

bool answer_newest(
    struct db *db, int64_t enrolment_id, const char *step, char value[64])
{
    struct stmt *stmt =
        db_stmt(db, "SELECT value FROM answer WHERE enrolment_id=?1 AND step=?2"
                    " AND late=0 ORDER BY id DESC LIMIT 1");

    stmt_int(stmt, 1, enrolment_id);
    stmt_text(stmt, 2, step);
    if (!stmt_row(stmt)) {
        return false;
    }
    snprintf(value, 64, "%s", stmt_get_word(stmt, 0));
    stmt_end(stmt);
    return true;
}

int64_t answer_score(struct db *db, int64_t enrolment_id, const char *step)
{
    /* '/' is the character behind '.': the range holds STEP.ITEM and nothing else. */
    struct stmt *stmt = db_stmt(db,
        "SELECT total(score) FROM answer WHERE id IN (SELECT min(id) FROM answer"
        " WHERE enrolment_id=?1 AND (step=?2 OR (step>?2||'.' AND step<?2||'/'))"
        " GROUP BY step,occurrence)");
    int64_t score = 0;

    stmt_int(stmt, 1, enrolment_id);
    stmt_text(stmt, 2, step);
    if (stmt_row(stmt)) {
        score = stmt_get_int(stmt, 0);
        stmt_end(stmt);
    }
    return score;
}
