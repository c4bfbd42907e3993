#include "store/hook_refusal.h"

#include "store/db.h"

void hook_refusal_note(struct db *db, const char *gateway, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO hook_refusal (gateway,since,last_at) VALUES (?1,?2,?2)"
                    " ON CONFLICT DO UPDATE SET last_at=?2");

    stmt_text(stmt, 1, gateway);
    stmt_int(stmt, 2, now);
    stmt_run(stmt);
}

bool hook_refusal_clear(struct db *db, const char *gateway)
{
    struct stmt *stmt = db_stmt(db, "DELETE FROM hook_refusal WHERE gateway=?1");

    stmt_text(stmt, 1, gateway);
    return stmt_run(stmt) > 0;
}
