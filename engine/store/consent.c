#include "store/consent.h"

#include <stdio.h>
#include <string.h>

#include "store/db.h"

int64_t consent_add(struct db *db, const struct consent *consent, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO consent (person_id,whose,decision,scope,series_id,channel,method,"
        " given_at,dated,wording,words,evidence,recorded_at)"
        " VALUES (?1,?2,?3,?13,?4,?5,?6,?7,?8,?9,?10,?11,?12)");

    stmt_int(stmt, 1, consent->person_id);
    stmt_text(stmt, 2, consent->guardian ? "guardian" : "own");
    stmt_text(stmt, 3, consent->refused ? "refused" : "given");
    stmt_id(stmt, 4, consent->series_id);
    stmt_text(stmt, 5, consent->channel);
    stmt_text(stmt, 6, consent->method);
    stmt_id(stmt, 7, consent->given_at);
    stmt_text(stmt, 8, consent->dated);
    stmt_text(stmt, 9, consent->wording);
    stmt_text(stmt, 10, consent->words);
    stmt_text(stmt, 11, consent->evidence);
    stmt_int(stmt, 12, now);
    stmt_text(stmt, 13, consent->monthly ? "monthly" : "series");
    stmt_run(stmt);
    return db_last_id(db);
}

/* The row's id when it gives, and was not withdrawn; 0 else. */
static int64_t read_live(struct stmt *stmt)
{
    int64_t id = 0;

    if (stmt_row(stmt)) {
        if (strcmp(stmt_get_word(stmt, 1), "given") == 0 && stmt_is_null(stmt, 2)) {
            id = stmt_get_int(stmt, 0);
        }
        stmt_end(stmt);
    }
    return id;
}

int64_t consent_live(struct db *db, int64_t person_id, bool guardian, int64_t series_id)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT id,decision,withdrawn_at FROM consent"
        " WHERE person_id=?1 AND whose=?2 AND scope='series'"
        " AND (series_id IS NULL OR series_id=?3) ORDER BY id DESC LIMIT 1");

    stmt_int(stmt, 1, person_id);
    stmt_text(stmt, 2, guardian ? "guardian" : "own");
    stmt_int(stmt, 3, series_id);
    return read_live(stmt);
}

int64_t consent_live_monthly(struct db *db, int64_t person_id, bool guardian)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT id,decision,withdrawn_at FROM consent WHERE person_id=?1 AND whose=?2"
        " AND scope='monthly' ORDER BY id DESC LIMIT 1");

    stmt_int(stmt, 1, person_id);
    stmt_text(stmt, 2, guardian ? "guardian" : "own");
    return read_live(stmt);
}

bool consent_any_own(struct db *db, int64_t person_id)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT 1 FROM consent WHERE person_id=?1 AND whose='own' AND decision='given'"
        " AND withdrawn_at IS NULL LIMIT 1");

    stmt_int(stmt, 1, person_id);
    return stmt_found(stmt);
}

bool consent_is_known(struct db *db, const struct consent *consent)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT 1 FROM consent WHERE person_id=?1 AND whose=?2 AND method=?3"
        " AND dated=?4 AND wording=?5 LIMIT 1");

    stmt_int(stmt, 1, consent->person_id);
    stmt_text(stmt, 2, consent->guardian ? "guardian" : "own");
    stmt_text(stmt, 3, consent->method);
    stmt_text(stmt, 4, consent->dated);
    stmt_text(stmt, 5, consent->wording);
    return stmt_found(stmt);
}

int64_t consent_ended_at(struct db *db, int64_t person_id, bool guardian)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT max(CASE decision WHEN 'refused' THEN coalesce(given_at,recorded_at)"
        " ELSE withdrawn_at END) FROM consent WHERE person_id=?1 AND whose=?2");

    stmt_int(stmt, 1, person_id);
    stmt_text(stmt, 2, guardian ? "guardian" : "own");
    return stmt_value(stmt);
}

int64_t consent_withdraw(
    struct db *db, int64_t person_id, bool guardian, const char *by, int64_t now)
{
    struct stmt *stmt = db_stmt(db, "UPDATE consent SET withdrawn_at=?3,withdrawn_by=?4"
                                    " WHERE person_id=?1 AND whose=?2 AND "
                                    "decision='given' AND withdrawn_at IS NULL");

    stmt_int(stmt, 1, person_id);
    stmt_text(stmt, 2, guardian ? "guardian" : "own");
    stmt_int(stmt, 3, now);
    stmt_text(stmt, 4, by);
    return stmt_run(stmt);
}

bool erasure_is_requested(struct db *db, int64_t person_id, char why[64])
{
    struct stmt *stmt = db_stmt(db, "SELECT why FROM erasure_request WHERE "
                                    "person_id=?1 AND done_at IS NULL LIMIT 1");

    stmt_int(stmt, 1, person_id);
    if (!stmt_row(stmt)) {
        return false;
    }
    if (why != NULL) {
        snprintf(why, 64, "%s", stmt_get_word(stmt, 0));
    }
    stmt_end(stmt);
    return true;
}

void erasure_request(struct db *db, int64_t person_id, const char *why, int64_t now)
{
    struct stmt *stmt;

    if (erasure_is_requested(db, person_id, NULL)) {
        return;
    }
    stmt =
        db_stmt(db, "INSERT INTO erasure_request (person_id,why,at) VALUES (?1,?2,?3)");
    stmt_int(stmt, 1, person_id);
    stmt_text(stmt, 2, why);
    stmt_int(stmt, 3, now);
    stmt_run(stmt);
}

bool suppression_add(struct db *db, int64_t address_id, const char *reason,
    const char *words, const char *channel, int64_t inbound_id, int64_t now)
{
    struct stmt *stmt;

    if (suppression_is_live(db, address_id)) {
        return false;
    }
    stmt = db_stmt(db,
        "INSERT INTO suppression (address_id,reason,words,channel,inbound_id,at)"
        " VALUES (?1,?2,?3,?4,?5,?6)");
    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, reason);
    stmt_text(stmt, 3, words);
    stmt_text(stmt, 4, channel);
    stmt_id(stmt, 5, inbound_id);
    stmt_int(stmt, 6, now);
    stmt_run(stmt);
    return true;
}

bool suppression_reason(struct db *db, int64_t address_id, char reason[24])
{
    struct stmt *stmt = db_stmt(db, "SELECT reason FROM suppression WHERE "
                                    "address_id=?1 AND lifted_at IS NULL LIMIT 1");

    stmt_int(stmt, 1, address_id);
    if (!stmt_row(stmt)) {
        return false;
    }
    snprintf(reason, 24, "%s", stmt_get_word(stmt, 0));
    stmt_end(stmt);
    return true;
}

bool suppression_is_live(struct db *db, int64_t address_id)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT 1 FROM suppression WHERE address_id=?1 AND lifted_at IS NULL LIMIT 1");

    stmt_int(stmt, 1, address_id);
    return stmt_found(stmt);
}

bool suppression_lift(
    struct db *db, int64_t address_id, const char *words, const char *by, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "UPDATE suppression SET lifted_at=?2,lifted_words=?3,lifted_by=?4"
                    " WHERE address_id=?1 AND lifted_at IS NULL");

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, now);
    stmt_text(stmt, 3, words);
    stmt_text(stmt, 4, by);
    return stmt_run(stmt) > 0;
}
