#include "store/asked.h"

#include <stdio.h>

#include "store/db.h"

bool asked_add(
    struct db *db, int64_t address_id, const char *what, int64_t person_id, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO asked (address_id,what,person_id,at) VALUES (?1,?2,?3,?4)"
        " ON CONFLICT DO NOTHING");

    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, what);
    stmt_id(stmt, 3, person_id);
    stmt_int(stmt, 4, now);
    return stmt_run(stmt) > 0;
}

bool asked_find(
    struct db *db, int64_t address_id, const char *what, struct asked_row *asked)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT person_id,at,answered_at,inbound_id FROM asked"
                    " WHERE address_id=?1 AND what=?2");

    *asked = (struct asked_row){.address_id = address_id};
    snprintf(asked->what, sizeof asked->what, "%s", what);
    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, what);
    if (!stmt_row(stmt)) {
        return false;
    }
    asked->person_id = stmt_get_int(stmt, 0);
    asked->at = stmt_get_int(stmt, 1);
    asked->answered_at = stmt_get_int(stmt, 2);
    asked->inbound_id = stmt_get_int(stmt, 3);
    stmt_end(stmt);
    return true;
}

void asked_answer(
    struct db *db, const struct asked_row *asked, int64_t inbound_id, int64_t now)
{
    struct stmt *stmt = db_stmt(db, "UPDATE asked SET answered_at=?3,inbound_id=?4"
                                    " WHERE address_id=?1 AND what=?2");

    stmt_int(stmt, 1, asked->address_id);
    stmt_text(stmt, 2, asked->what);
    stmt_int(stmt, 3, now);
    stmt_id(stmt, 4, inbound_id);
    stmt_run(stmt);
}
