/*
 * view_consent.c: who agreed to what and took it back, who said stop, and what is to be
 * erased: the evidence, as an auditor reads it.
 */
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "store/view.h"

static void copy(char *to, size_t size, struct stmt *stmt, int column)
{
    snprintf(to, size, "%s", stmt_get_word(stmt, column));
}

int view_consents(struct db *db, int64_t person_id, struct view_consent *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT whose,decision,series_id,channel,method,dated,wording,words,evidence,"
        "given_at,recorded_at,withdrawn_at,scope,withdrawn_by FROM consent"
        " WHERE person_id=?1"
        " ORDER BY id LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        struct view_consent *consent = &list[n++];

        consent->guardian = strcmp(stmt_get_word(stmt, 0), "guardian") == 0;
        consent->refused = strcmp(stmt_get_word(stmt, 1), "refused") == 0;
        consent->series_id = stmt_get_int(stmt, 2);
        copy(consent->channel, sizeof consent->channel, stmt, 3);
        copy(consent->method, sizeof consent->method, stmt, 4);
        copy(consent->dated, sizeof consent->dated, stmt, 5);
        copy(consent->wording, sizeof consent->wording, stmt, 6);
        copy(consent->words, sizeof consent->words, stmt, 7);
        copy(consent->evidence, sizeof consent->evidence, stmt, 8);
        consent->given_at = stmt_get_int(stmt, 9);
        consent->recorded_at = stmt_get_int(stmt, 10);
        consent->withdrawn_at = stmt_get_int(stmt, 11);
        copy(consent->scope, sizeof consent->scope, stmt, 12);
        copy(consent->withdrawn_by, sizeof consent->withdrawn_by, stmt, 13);
    }
    stmt_end(stmt);
    return n;
}

void view_consent_state(struct db *db, int64_t person_id, bool guardian, char state[16])
{
    struct stmt *stmt = db_stmt(db,
        "SELECT CASE WHEN withdrawn_at IS NULL THEN decision ELSE 'withdrawn' END"
        " FROM consent WHERE person_id=?1 AND whose=?2 ORDER BY id DESC LIMIT 1");

    snprintf(state, 16, "none");
    stmt_int(stmt, 1, person_id);
    stmt_text(stmt, 2, guardian ? "guardian" : "own");
    if (stmt_row(stmt)) {
        copy(state, 16, stmt, 0);
        stmt_end(stmt);
    }
}

bool view_suppression_find(
    struct db *db, int64_t address_id, struct view_suppression *suppression)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT reason,words,channel,at FROM suppression"
                    " WHERE address_id=?1 AND lifted_at IS NULL ORDER BY id LIMIT 1");

    stmt_int(stmt, 1, address_id);
    if (!stmt_row(stmt)) {
        return false;
    }
    copy(suppression->reason, sizeof suppression->reason, stmt, 0);
    copy(suppression->words, sizeof suppression->words, stmt, 1);
    copy(suppression->channel, sizeof suppression->channel, stmt, 2);
    suppression->at = stmt_get_int(stmt, 3);
    stmt_end(stmt);
    return true;
}

int view_suppressions(
    struct db *db, int64_t address_id, struct view_suppression *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT reason,words,channel,at,inbound_id,lifted_at,lifted_words,lifted_by"
        " FROM suppression WHERE address_id=?1 ORDER BY id LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        struct view_suppression *suppression = &list[n++];

        *suppression = (struct view_suppression){.at = stmt_get_int(stmt, 3),
            .inbound_id = stmt_get_int(stmt, 4),
            .lifted_at = stmt_get_int(stmt, 5)};
        copy(suppression->reason, sizeof suppression->reason, stmt, 0);
        copy(suppression->words, sizeof suppression->words, stmt, 1);
        copy(suppression->channel, sizeof suppression->channel, stmt, 2);
        copy(suppression->lifted_words, sizeof suppression->lifted_words, stmt, 6);
        copy(suppression->lifted_by, sizeof suppression->lifted_by, stmt, 7);
    }
    stmt_end(stmt);
    return n;
}

int view_erasures(struct db *db, int64_t person_id, struct view_erasure *list, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT why,at,done_at FROM erasure_request WHERE person_id=?1"
                    " ORDER BY id LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        copy(list[n].why, sizeof list[n].why, stmt, 0);
        list[n].at = stmt_get_int(stmt, 1);
        list[n++].done_at = stmt_get_int(stmt, 2);
    }
    stmt_end(stmt);
    return n;
}
