/*
 * view_gateway.c: what stands in the way now: gateways that paused, gateways whose calls
 * are refused, templates refused.
 */
#include "store/view.h"

#include "store/db.h"

int view_pauses(struct db *db, struct view_pause *list, int max)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT gateway,reason,since FROM gateway_pause ORDER BY gateway LIMIT ?1");
    int n = 0;

    stmt_int(stmt, 1, max);
    while (n < max && stmt_row(stmt)) {
        struct view_pause *row = &list[n++];

        stmt_copy(stmt, 0, row->gateway, sizeof row->gateway);
        stmt_copy(stmt, 1, row->reason, sizeof row->reason);
        row->since = stmt_get_int(stmt, 2);
    }
    stmt_end(stmt);
    return n;
}

int view_refusals(struct db *db, struct view_refusal *list, int max)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT gateway,since,last_at FROM hook_refusal ORDER BY gateway LIMIT ?1");
    int n = 0;

    stmt_int(stmt, 1, max);
    while (n < max && stmt_row(stmt)) {
        struct view_refusal *row = &list[n++];

        stmt_copy(stmt, 0, row->gateway, sizeof row->gateway);
        row->since = stmt_get_int(stmt, 1);
        row->last_at = stmt_get_int(stmt, 2);
    }
    stmt_end(stmt);
    return n;
}

int view_refused_templates(struct db *db, struct view_refused *list, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT gateway,name,language,word,code,since FROM template_refused"
                    " ORDER BY gateway,name,language LIMIT ?1");
    int n = 0;

    stmt_int(stmt, 1, max);
    while (n < max && stmt_row(stmt)) {
        struct view_refused *row = &list[n++];

        stmt_copy(stmt, 0, row->gateway, sizeof row->gateway);
        stmt_copy(stmt, 1, row->name, sizeof row->name);
        stmt_copy(stmt, 2, row->language, sizeof row->language);
        stmt_copy(stmt, 3, row->word, sizeof row->word);
        stmt_copy(stmt, 4, row->code, sizeof row->code);
        row->since = stmt_get_int(stmt, 5);
    }
    stmt_end(stmt);
    return n;
}

void view_person_district(struct db *db, int64_t person_id, char district[32])
{
    struct stmt *stmt = db_stmt(db, "SELECT district FROM person WHERE id=?1");

    district[0] = '\0';
    stmt_int(stmt, 1, person_id);
    if (stmt_row(stmt)) {
        stmt_copy(stmt, 0, district, 32);
        stmt_end(stmt);
    }
}
