/*
 * attempt.c: what was tried for a message, what gateways call it, and what they said.
 * Declared in message.h, since all of it belongs to one message's life.
 */
#include "store/message.h"

#include <stdio.h>

#include "store/db.h"

void attempt_add(
    struct db *db, const struct message *message, const char *form, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO attempt (message_id,n,gateway,address_id,state,at,form)"
        " VALUES (?1,?2,?3,?4,'sending',?5,?6)");

    stmt_int(stmt, 1, message->id);
    stmt_int(stmt, 2, message->attempts);
    stmt_text(stmt, 3, message->gateway);
    stmt_int(stmt, 4, message->address_id);
    stmt_int(stmt, 5, now);
    stmt_text(stmt, 6, form);
    stmt_run(stmt);
}

void attempt_way_find(
    struct db *db, int64_t message_id, int64_t n, struct attempt_way *way)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT gateway,form,state FROM attempt WHERE message_id=?1 AND n=?2");

    *way = (struct attempt_way){0};
    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, n);
    if (stmt_row(stmt)) {
        stmt_copy(stmt, 0, way->gateway, sizeof way->gateway);
        stmt_copy(stmt, 1, way->form, sizeof way->form);
        stmt_copy(stmt, 2, way->state, sizeof way->state);
        stmt_end(stmt);
    }
}

bool attempt_is_out(struct db *db, int64_t message_id, const char *gateway)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT 1 FROM attempt WHERE message_id=?1 AND gateway=?2"
                    " AND state IN ('sending','sent','unsure')");

    stmt_int(stmt, 1, message_id);
    stmt_text(stmt, 2, gateway);
    return stmt_found(stmt);
}

bool message_has_left(struct db *db, int64_t message_id, const char *gateway)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT 1 FROM attempt WHERE message_id=?1 AND gateway=?2"
                    " UNION ALL SELECT 1 FROM event WHERE message_id=?1"
                    " AND state='moved' AND code=?2");

    stmt_int(stmt, 1, message_id);
    stmt_text(stmt, 2, gateway);
    return stmt_found(stmt);
}

bool attempt_charge_find(
    struct db *db, int64_t message_id, int64_t n, struct attempt_charge *charge)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT category,cost FROM attempt WHERE message_id=?1 AND n=?2");

    *charge = (struct attempt_charge){0};
    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, n);
    if (!stmt_row(stmt)) {
        return false;
    }
    stmt_copy(stmt, 0, charge->category, sizeof charge->category);
    charge->is_known = !stmt_is_null(stmt, 1);
    charge->cost = stmt_get_int(stmt, 1);
    stmt_end(stmt);
    return true;
}

void attempt_charge_set(
    struct db *db, int64_t message_id, int64_t n, const struct attempt_charge *charge)
{
    struct stmt *stmt = db_stmt(
        db, "UPDATE attempt SET category=?3,cost=?4 WHERE message_id=?1 AND n=?2");

    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, n);
    stmt_text(stmt, 3, charge->category);
    if (charge->is_known) {
        stmt_int(stmt, 4, charge->cost);
    } else {
        stmt_null(stmt, 4);
    }
    stmt_run(stmt);
}

void attempt_close(struct db *db, int64_t message_id, int64_t n, const char *state,
    enum failure_class class, const char *code, const char *text, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE attempt SET state=?3,class=?4,code=?5,text=?6,answered_at=?7"
        " WHERE message_id=?1 AND n=?2");

    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, n);
    stmt_text(stmt, 3, state);
    stmt_text(stmt, 4, failure_class_name(class));
    stmt_text(stmt, 5, code);
    stmt_text(stmt, 6, text);
    stmt_int(stmt, 7, now);
    stmt_run(stmt);
}

void attempt_close_accepted(struct db *db, int64_t message_id, int64_t n,
    const char *code, const char *text, int64_t cost, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE attempt SET state='sent',class='',code=?3,text=?4,answered_at=?5,"
        " cost=?6 WHERE message_id=?1 AND n=?2");

    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, n);
    stmt_text(stmt, 3, code);
    stmt_text(stmt, 4, text);
    stmt_int(stmt, 5, now);
    stmt_int(stmt, 6, cost);
    stmt_run(stmt);
}

void gateway_id_add(struct db *db, const char *gateway, const char *value,
    int64_t message_id, int64_t n)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO gateway_id (gateway,value,message_id,n) VALUES (?1,?2,?3,?4)"
        " ON CONFLICT DO NOTHING");

    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, value);
    stmt_int(stmt, 3, message_id);
    stmt_int(stmt, 4, n);
    stmt_run(stmt);
}

int64_t gateway_id_find(
    struct db *db, const char *gateway, const char *value, int64_t *n)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT message_id,n FROM gateway_id WHERE gateway=?1 AND value=?2");
    int64_t id = 0;

    *n = 0;
    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, value);
    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        *n = stmt_get_int(stmt, 1);
        stmt_end(stmt);
    }
    return id;
}

bool event_add(struct db *db, int64_t message_id, int64_t attempt, const char *state,
    const char *code, const char *text, int64_t at)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT max(n),max(attempt=?2 AND state=?3 AND code=?4) FROM event"
                    " WHERE message_id=?1");
    int64_t last = 0;
    bool known = false;

    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, attempt);
    stmt_text(stmt, 3, state);
    stmt_text(stmt, 4, code);
    if (stmt_row(stmt)) {
        last = stmt_get_int(stmt, 0);
        known = stmt_get_int(stmt, 1) != 0;
        stmt_end(stmt);
    }
    if (known) {
        return false;
    }
    stmt = db_stmt(db, "INSERT INTO event (message_id,n,attempt,at,state,code,text)"
                       " VALUES (?1,?2,?3,?4,?5,?6,?7)");
    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, last + 1);
    stmt_int(stmt, 3, attempt);
    stmt_int(stmt, 4, at);
    stmt_text(stmt, 5, state);
    stmt_text(stmt, 6, code);
    stmt_text(stmt, 7, text);
    return stmt_run(stmt) > 0;
}

bool event_has_arrived(struct db *db, int64_t message_id, int64_t attempt)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT 1 FROM event WHERE message_id=?1 AND attempt=?2"
                    " AND state IN ('delivered','read')");

    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, attempt);
    return stmt_found(stmt);
}

void parked_add(struct db *db, const char *gateway, const char *gateway_id,
    const struct parked_report *report, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO parked_report "
                    "(gateway,gateway_id,state,class,code,text,at,parked_at)"
                    " VALUES (?1,?2,?3,?4,?5,?6,?7,?8) ON CONFLICT DO NOTHING");

    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, gateway_id);
    stmt_text(stmt, 3, report->state);
    stmt_text(stmt, 4, report->class);
    stmt_text(stmt, 5, report->code);
    stmt_text(stmt, 6, report->text);
    stmt_int(stmt, 7, report->at);
    stmt_int(stmt, 8, now);
    stmt_run(stmt);
}

int parked_take(struct db *db, const char *gateway, const char *gateway_id,
    struct parked_report *list, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT state,class,code,text,at FROM parked_report"
                    " WHERE gateway=?1 AND gateway_id=?2 ORDER BY id LIMIT ?3");
    int n = 0;

    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, gateway_id);
    stmt_int(stmt, 3, max);
    while (n < max && stmt_row(stmt)) {
        struct parked_report *report = &list[n++];

        snprintf(report->state, sizeof report->state, "%s", stmt_get_word(stmt, 0));
        snprintf(report->class, sizeof report->class, "%s", stmt_get_word(stmt, 1));
        snprintf(report->code, sizeof report->code, "%s", stmt_get_word(stmt, 2));
        snprintf(report->text, sizeof report->text, "%s", stmt_get_word(stmt, 3));
        report->at = stmt_get_int(stmt, 4);
    }
    stmt_end(stmt);
    if (n > 0) {
        stmt =
            db_stmt(db, "DELETE FROM parked_report WHERE gateway=?1 AND gateway_id=?2");
        stmt_text(stmt, 1, gateway);
        stmt_text(stmt, 2, gateway_id);
        stmt_run(stmt);
    }
    return n;
}

void parked_forget(struct db *db, int64_t before)
{
    struct stmt *stmt = db_stmt(db, "DELETE FROM parked_report WHERE parked_at<?1");

    stmt_int(stmt, 1, before);
    stmt_run(stmt);
}

void gateway_pause_set(struct db *db, const char *gateway, const char *reason,
    int64_t since, int64_t probe_at)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO gateway_pause (gateway,reason,since,probe_at) VALUES (?1,?2,?3,?4)"
        " ON CONFLICT (gateway) DO UPDATE SET reason=?2,probe_at=?4");

    stmt_text(stmt, 1, gateway);
    stmt_text(stmt, 2, reason);
    stmt_int(stmt, 3, since);
    stmt_int(stmt, 4, probe_at);
    stmt_run(stmt);
}

void gateway_pause_clear(struct db *db, const char *gateway)
{
    struct stmt *stmt = db_stmt(db, "DELETE FROM gateway_pause WHERE gateway=?1");

    stmt_text(stmt, 1, gateway);
    stmt_run(stmt);
}

bool gateway_pause_find(
    struct db *db, const char *gateway, char reason[128], int64_t *probe_at)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT reason,probe_at FROM gateway_pause WHERE gateway=?1");

    stmt_text(stmt, 1, gateway);
    if (!stmt_row(stmt)) {
        return false;
    }
    snprintf(reason, 128, "%s", stmt_get_word(stmt, 0));
    *probe_at = stmt_get_int(stmt, 1);
    stmt_end(stmt);
    return true;
}
