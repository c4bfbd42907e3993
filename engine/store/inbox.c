#include "store/inbox.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "store/db.h"

#define ITEM                                                                           \
    "SELECT i.id,i.received_at,i.person_id,i.text_id,a.kind,a.value,p.name,i.channel," \
    "i.type,i.intent,i.state FROM inbound i CROSS JOIN address a ON "                  \
    "a.id=i.address_id LEFT JOIN person p ON p.id=i.person_id"

static void copy(char *to, size_t size, struct stmt *stmt, int column)
{
    snprintf(to, size, "%s", stmt_get_word(stmt, column));
}

static void read_item(struct stmt *stmt, struct inbox_item *item)
{
    *item = (struct inbox_item){
        .id = stmt_get_int(stmt, 0),
        .received_at = stmt_get_int(stmt, 1),
        .person_id = stmt_get_int(stmt, 2),
        .text_id = stmt_get_int(stmt, 3),
        .waiting = strcmp(stmt_get_word(stmt, 10), "waiting") == 0,
    };
    must(address_kind_parse(stmt_get_word(stmt, 4), &item->address_kind) == 0,
        "inbound %lld from an address of an unknown kind", (long long)item->id);
    copy(item->address, sizeof item->address, stmt, 5);
    copy(item->name, sizeof item->name, stmt, 6);
    copy(item->channel, sizeof item->channel, stmt, 7);
    copy(item->type, sizeof item->type, stmt, 8);
    copy(item->intent, sizeof item->intent, stmt, 9);
}

int inbox_after(
    struct db *db, int64_t received_at, int64_t id, struct inbox_item *list, int max)
{
    struct stmt *stmt =
        db_stmt(db, ITEM " WHERE i.state='waiting' AND (i.received_at,i.id)>(?1,?2)"
                         " ORDER BY i.received_at,i.id LIMIT ?3");
    int n = 0;

    stmt_int(stmt, 1, received_at);
    stmt_int(stmt, 2, id);
    stmt_int(stmt, 3, max);
    while (n < max && stmt_row(stmt)) {
        read_item(stmt, &list[n++]);
    }
    stmt_end(stmt);
    return n;
}

bool inbox_find(struct db *db, int64_t id, struct inbox_item *item)
{
    struct stmt *stmt = db_stmt(db, ITEM " WHERE i.id=?1");

    stmt_int(stmt, 1, id);
    if (!stmt_row(stmt)) {
        return false;
    }
    read_item(stmt, item);
    stmt_end(stmt);
    return true;
}

bool inbox_done(struct db *db, int64_t id, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE inbound SET state='done',done_at=?2 WHERE id=?1 AND state='waiting'");

    stmt_int(stmt, 1, id);
    stmt_int(stmt, 2, now);
    return stmt_run(stmt) > 0;
}

void opened_text_add(struct db *db, int64_t user_id, int64_t inbound_id,
    const char *outcome, const char *reason, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO opened_text (user_id,inbound_id,outcome,reason,at)"
                    " VALUES (?1,?2,?3,?4,?5)");

    stmt_int(stmt, 1, user_id);
    stmt_int(stmt, 2, inbound_id);
    stmt_text(stmt, 3, outcome);
    stmt_text(stmt, 4, reason);
    stmt_int(stmt, 5, now);
    stmt_run(stmt);
}

bool opened_text_any(struct db *db, int64_t inbound_id)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT 1 FROM opened_text WHERE inbound_id=?1 AND outcome='opened' LIMIT 1");

    stmt_int(stmt, 1, inbound_id);
    return stmt_found(stmt);
}
