#include "store/address_gateway.h"

#include "store/db.h"

void address_gateway_find(struct db *db, int64_t address_id, const char *gateway,
    struct address_gateway *found)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT inbound_at,closed_until,reason FROM address_gateway"
                    " WHERE address_id=?1 AND gateway=?2");

    *found = (struct address_gateway){0};
    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, gateway);
    if (stmt_row(stmt)) {
        found->inbound_at = stmt_get_int(stmt, 0);
        found->closed_until = stmt_get_int(stmt, 1);
        stmt_copy(stmt, 2, found->reason, sizeof found->reason);
        stmt_end(stmt);
    }
}

void address_gateway_heard(
    struct db *db, int64_t address_id, const char *gateway, int64_t at)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO address_gateway (address_id,gateway,inbound_at) VALUES (?1,?2,?3)"
        " ON CONFLICT DO UPDATE SET inbound_at=max(coalesce(inbound_at,0),?3),"
        " closed_until=CASE WHEN reason='invalid_number' THEN NULL ELSE closed_until "
        "END,"
        " reason=CASE WHEN reason='invalid_number' THEN '' ELSE reason END");

    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, gateway);
    stmt_int(stmt, 3, at);
    stmt_run(stmt);
}

void address_gateway_close(struct db *db, int64_t address_id, const char *gateway,
    int64_t until, const char *reason)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO address_gateway (address_id,gateway,closed_until,reason)"
        " VALUES (?1,?2,?3,?4)"
        " ON CONFLICT DO UPDATE SET closed_until=?3,reason=?4");

    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, gateway);
    stmt_int(stmt, 3, until);
    stmt_text(stmt, 4, reason);
    stmt_run(stmt);
}

void address_gateway_window_over(struct db *db, int64_t address_id, const char *gateway)
{
    struct stmt *stmt = db_stmt(db, "UPDATE address_gateway SET inbound_at=NULL"
                                    " WHERE address_id=?1 AND gateway=?2");

    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, gateway);
    stmt_run(stmt);
}

void address_alias_set(struct db *db, int64_t address_id, int64_t phone_id)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO address_alias (address_id,phone_id) VALUES (?1,?2)"
                    " ON CONFLICT DO UPDATE SET phone_id=?2");

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, phone_id);
    stmt_run(stmt);
}

int64_t address_alias_find(struct db *db, int64_t address_id)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT phone_id FROM address_alias WHERE address_id=?1");
    int64_t phone_id;

    stmt_int(stmt, 1, address_id);
    phone_id = stmt_value(stmt);
    return phone_id != 0 ? phone_id : address_id;
}

bool template_refused_find(struct db *db, const char *gateway, const char *name,
    const char *language, struct template_refused *found)
{
    struct stmt *stmt = db_stmt(db, "SELECT word,code,since FROM template_refused"
                                    " WHERE gateway=?1 AND name=?2 AND language=?3");

    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, name);
    stmt_text(stmt, 3, language);
    if (!stmt_row(stmt)) {
        return false;
    }
    stmt_copy(stmt, 0, found->word, sizeof found->word);
    stmt_copy(stmt, 1, found->code, sizeof found->code);
    found->since = stmt_get_int(stmt, 2);
    stmt_end(stmt);
    return true;
}

void template_refused_set(struct db *db, const char *gateway, const char *name,
    const char *language, const struct template_refused *refused)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO template_refused (gateway,name,language,word,code,since)"
        " VALUES (?1,?2,?3,?4,?5,?6)"
        " ON CONFLICT DO UPDATE SET word=?4,code=?5,since=?6");

    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, name);
    stmt_text(stmt, 3, language);
    stmt_text(stmt, 4, refused->word);
    stmt_text(stmt, 5, refused->code);
    stmt_int(stmt, 6, refused->since);
    stmt_run(stmt);
}

void template_refused_clear(
    struct db *db, const char *gateway, const char *name, const char *language)
{
    struct stmt *stmt = db_stmt(db, "DELETE FROM template_refused WHERE gateway=?1"
                                    " AND name=?2 AND (?3='' OR language=?3)");

    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, name);
    stmt_text(stmt, 3, language);
    stmt_run(stmt);
}
