/*
 * view_message.c: lists of messages, and what one message's timeline is made of.
 */
#include "store/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "store/db.h"

/* Ids looked at in one statement: a few milliseconds, also when no row fits. */
enum { WINDOW = 5000 };

static void copy(char *to, size_t size, struct stmt *stmt, int column)
{
    snprintf(to, size, "%s", stmt_get_word(stmt, column));
}

/* CROSS JOIN keeps the message outside: its order is the list's. */
#define OUTBOUND                                                                       \
    "SELECT m.id,m.created_at,m.person_id,m.address_id,a.kind,a.value,m.channel,"      \
    "m.gateway,m.state,m.kind,m.step,m.text_id,m.campaign_id,m.series_id,m.class,"     \
    "m.reason,m.parts,'',m.updated_at FROM message m CROSS JOIN address a ON "         \
    "a.id=m.address_id"
#define INBOUND                                                                        \
    "SELECT i.id,i.received_at,i.person_id,i.address_id,a.kind,a.value,i.channel,"     \
    "i.gateway,i.state,i.type,i.intent,i.text_id,0,0,'','',0,i.key,i.received_at"      \
    " FROM inbound i CROSS JOIN address a ON a.id=i.address_id"

static void read_message(struct stmt *stmt, bool inbound, struct view_message *message)
{
    *message = (struct view_message){
        .inbound = inbound,
        .id = stmt_get_int(stmt, 0),
        .at = stmt_get_int(stmt, 1),
        .person_id = stmt_get_int(stmt, 2),
        .address_id = stmt_get_int(stmt, 3),
        .text_id = stmt_get_int(stmt, 11),
        .campaign_id = stmt_get_int(stmt, 12),
        .series_id = stmt_get_int(stmt, 13),
        .parts = (int)stmt_get_int(stmt, 16),
        .updated_at = stmt_get_int(stmt, 18),
    };
    must(address_kind_parse(stmt_get_word(stmt, 4), &message->address_kind) == 0,
        "address %lld of an unknown kind", (long long)message->address_id);
    copy(message->address, sizeof message->address, stmt, 5);
    copy(message->channel, sizeof message->channel, stmt, 6);
    copy(message->gateway, sizeof message->gateway, stmt, 7);
    copy(message->state, sizeof message->state, stmt, 8);
    copy(message->kind, sizeof message->kind, stmt, 9);
    copy(message->step, sizeof message->step, stmt, 10);
    copy(message->class, sizeof message->class, stmt, 14);
    copy(message->reason, sizeof message->reason, stmt, 15);
    copy(message->key, sizeof message->key, stmt, 17);
}

static int read_messages(
    struct stmt *stmt, bool inbound, struct view_message *list, int max)
{
    int n = 0;

    while (n < max && stmt_row(stmt)) {
        read_message(stmt, inbound, &list[n++]);
    }
    stmt_end(stmt);
    return n;
}

static int64_t newest(struct db *db, bool inbound)
{
    struct stmt *stmt = db_stmt(
        db, inbound ? "SELECT max(id) FROM inbound" : "SELECT max(id) FROM message");
    int64_t id = 0;

    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        stmt_end(stmt);
    }
    return id;
}

int view_messages(struct db *db, bool inbound, const char *state,
    struct view_cursor *cursor, struct view_message *list, int max)
{
    struct stmt *stmt;
    int64_t from;
    int n;

    if (!cursor->started) {
        cursor->started = true;
        cursor->before = newest(db, inbound) + 1;
    }
    from = cursor->before > WINDOW ? cursor->before - WINDOW : 1;
    stmt = db_stmt(db, inbound ? INBOUND " WHERE i.id<?1 AND i.id>=?2"
                                         " AND (?3 IS NULL OR i.state=?3)"
                                         " ORDER BY i.id DESC LIMIT ?4"
                               : OUTBOUND " WHERE m.id<?1 AND m.id>=?2"
                                          " AND (?3 IS NULL OR m.state=?3)"
                                          " ORDER BY m.id DESC LIMIT ?4");
    stmt_int(stmt, 1, cursor->before);
    stmt_int(stmt, 2, from);
    stmt_text(stmt, 3, state);
    stmt_int(stmt, 4, max);
    n = read_messages(stmt, inbound, list, max);
    cursor->before = n == max ? list[n - 1].id : from;
    cursor->done = cursor->before <= 1;
    return n;
}

int view_messages_of(struct db *db, bool inbound, int64_t address_id,
    struct view_cursor *cursor, struct view_message *list, int max)
{
    struct stmt *stmt = db_stmt(
        db, inbound ? INBOUND
                " WHERE i.address_id=?1 AND i.id<?2 ORDER BY i.id DESC LIMIT ?3"
                    : OUTBOUND
                " WHERE m.address_id=?1 AND m.id<?2 ORDER BY m.id DESC LIMIT ?3");
    int n;

    if (!cursor->started) {
        cursor->started = true;
        cursor->before = INT64_MAX;
    }
    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, cursor->before);
    stmt_int(stmt, 3, max);
    n = read_messages(stmt, inbound, list, max);
    cursor->done = n < max;
    if (n > 0) {
        cursor->before = list[n - 1].id;
    }
    return n;
}

bool view_message_find(
    struct db *db, bool inbound, int64_t id, struct view_message *message)
{
    struct stmt *stmt =
        db_stmt(db, inbound ? INBOUND " WHERE i.id=?1" : OUTBOUND " WHERE m.id=?1");

    stmt_int(stmt, 1, id);
    return read_messages(stmt, inbound, message, 1) == 1;
}

int view_attempts(struct db *db, int64_t message_id, struct view_attempt *list, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT n,at,answered_at,gateway,state,class,code,text FROM attempt"
                    " WHERE message_id=?1 ORDER BY n LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        struct view_attempt *attempt = &list[n++];

        attempt->n = stmt_get_int(stmt, 0);
        attempt->at = stmt_get_int(stmt, 1);
        attempt->answered_at = stmt_get_int(stmt, 2);
        copy(attempt->gateway, sizeof attempt->gateway, stmt, 3);
        copy(attempt->state, sizeof attempt->state, stmt, 4);
        copy(attempt->class, sizeof attempt->class, stmt, 5);
        copy(attempt->code, sizeof attempt->code, stmt, 6);
        copy(attempt->text, sizeof attempt->text, stmt, 7);
    }
    stmt_end(stmt);
    return n;
}

int view_events(struct db *db, int64_t message_id, struct view_event *list, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT at,state,code,text,attempt FROM event WHERE message_id=?1"
                    " ORDER BY n LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, message_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        struct view_event *event = &list[n++];

        event->at = stmt_get_int(stmt, 0);
        copy(event->state, sizeof event->state, stmt, 1);
        copy(event->code, sizeof event->code, stmt, 2);
        copy(event->text, sizeof event->text, stmt, 3);
        event->attempt = stmt_get_int(stmt, 4);
    }
    stmt_end(stmt);
    return n;
}

void view_gateway_id(struct db *db, int64_t message_id, char value[96])
{
    struct stmt *stmt = db_stmt(db, "SELECT value FROM gateway_id WHERE message_id=?1 "
                                    "ORDER BY n DESC, value LIMIT 1");

    value[0] = '\0';
    stmt_int(stmt, 1, message_id);
    if (stmt_row(stmt)) {
        copy(value, 96, stmt, 0);
        stmt_end(stmt);
    }
}

char *view_text(struct db *db, int64_t text_id, enum view_text_form *form)
{
    struct stmt *stmt = db_stmt(db, "SELECT form,body FROM text WHERE id=?1");
    char *text = NULL;

    *form = VIEW_TEXT_GONE;
    stmt_int(stmt, 1, text_id);
    if (stmt_row(stmt)) {
        *form = VIEW_TEXT_SEALED;
        if (strcmp(stmt_get_word(stmt, 0), "clear") == 0) {
            size_t length;
            const void *bytes = stmt_get_blob(stmt, 1, &length);

            *form = VIEW_TEXT_CLEAR;
            text = mem_copy_n(length > 0 ? bytes : "", length);
        }
        stmt_end(stmt);
    }
    return text;
}
