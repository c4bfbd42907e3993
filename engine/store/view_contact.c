/*
 * view_contact.c: what is known of one person: how the number came, and what became of
 * each step. Consent is in view_consent.c.
 */
#include "store/view.h"

#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "store/enrolment.h"

static void copy(char *to, size_t size, struct stmt *stmt, int column)
{
    snprintf(to, size, "%s", stmt_get_word(stmt, column));
}

int view_addresses(struct db *db, int64_t person_id, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT address_id FROM person_address WHERE person_id=?1"
                    " ORDER BY rank DESC, since DESC, address_id DESC LIMIT ?2");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    return stmt_ids(stmt, ids, max);
}

int view_bases(struct db *db, int64_t person_id, struct view_basis *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT how,dated,source,recorded_at,whose FROM basis WHERE person_id=?1"
        " ORDER BY id LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        struct view_basis *basis = &list[n++];

        copy(basis->how, sizeof basis->how, stmt, 0);
        copy(basis->dated, sizeof basis->dated, stmt, 1);
        copy(basis->source, sizeof basis->source, stmt, 2);
        basis->recorded_at = stmt_get_int(stmt, 3);
        basis->guardian = strcmp(stmt_get_word(stmt, 4), "guardian") == 0;
    }
    stmt_end(stmt);
    return n;
}

int view_enrolments(struct db *db, int64_t person_id, struct enrolment *list, int max)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT id FROM enrolment WHERE person_id=?1 ORDER BY series_id LIMIT ?2");
    int64_t ids[64];
    int n, kept = 0;

    max = max < 64 ? max : 64;
    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    n = stmt_ids(stmt, ids, max);
    for (int i = 0; i < n; i++) {
        kept += enrolment_find(db, ids[i], &list[kept]);
    }
    return kept;
}

int view_outcomes(
    struct db *db, int64_t enrolment_id, struct view_outcome *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT step,occurrence,outcome,reason,message_id,at FROM step_outcome"
        " WHERE enrolment_id=?1 ORDER BY at DESC, step DESC, occurrence DESC LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, enrolment_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        struct view_outcome *outcome = &list[n++];

        copy(outcome->step, sizeof outcome->step, stmt, 0);
        outcome->occurrence = stmt_get_int(stmt, 1);
        copy(outcome->outcome, sizeof outcome->outcome, stmt, 2);
        copy(outcome->reason, sizeof outcome->reason, stmt, 3);
        outcome->message_id = stmt_get_int(stmt, 4);
        outcome->at = stmt_get_int(stmt, 5);
    }
    stmt_end(stmt);
    return n;
}
