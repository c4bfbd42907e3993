#include "store/inbound.h"

#include "store/db.h"

int64_t inbound_add(struct db *db, const struct inbound *inbound)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO inbound "
        "(gateway,key,address_id,person_id,channel,type,intent,state,"
        " at,received_at) VALUES (?1,?2,?3,?4,?5,?6,'unread','waiting',?7,?8)"
        " ON CONFLICT (gateway,key) DO NOTHING");

    stmt_text(stmt, 1, inbound->gateway);
    stmt_text(stmt, 2, inbound->key);
    stmt_int(stmt, 3, inbound->address_id);
    stmt_id(stmt, 4, inbound->person_id);
    stmt_text(stmt, 5, channel_name(inbound->channel));
    stmt_text(stmt, 6, inbound->type);
    stmt_int(stmt, 7, inbound->at);
    stmt_int(stmt, 8, inbound->received_at);
    return stmt_run(stmt) > 0 ? db_last_id(db) : 0;
}

void inbound_settle(struct db *db, int64_t id, int64_t person_id, const char *intent,
    bool waiting, int64_t text_id)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE inbound SET person_id=?2,intent=?3,state=?4,text_id=?5 WHERE id=?1");

    stmt_int(stmt, 1, id);
    stmt_id(stmt, 2, person_id);
    stmt_text(stmt, 3, intent);
    stmt_text(stmt, 4, waiting ? "waiting" : "done");
    stmt_id(stmt, 5, text_id);
    stmt_run(stmt);
}
