#include "store/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "store/counter.h"
#include "store/db.h"
#include "store/text.h"

/* Which states may follow which: bit sets of enum message_state. */
#define TO(state) (1u << MESSAGE_##state)
static const unsigned moves[MESSAGE_STATES] = {
    [MESSAGE_QUEUED] = TO(QUEUED) | TO(SENDING) | TO(EXPIRED) | TO(CANCELLED) |
                       TO(FAILED) | TO(SENT) | TO(DELIVERED) | TO(READ),
    [MESSAGE_SENDING] =
        TO(SENT) | TO(DELIVERED) | TO(READ) | TO(FAILED) | TO(QUEUED) | TO(UNSURE),
    [MESSAGE_SENT] = TO(DELIVERED) | TO(READ) | TO(FAILED),
    [MESSAGE_DELIVERED] = TO(READ),
    [MESSAGE_READ] = 0,
    [MESSAGE_FAILED] = TO(DELIVERED) | TO(READ),
    [MESSAGE_EXPIRED] = TO(DELIVERED) | TO(READ),
    [MESSAGE_CANCELLED] = TO(DELIVERED) | TO(READ),
    [MESSAGE_UNSURE] =
        TO(UNSURE) | TO(SENDING) | TO(SENT) | TO(DELIVERED) | TO(READ) | TO(FAILED),
};

enum { ACCEPTED = TO(SENT) | TO(DELIVERED) | TO(READ) };
enum { ARRIVED = TO(DELIVERED) | TO(READ) };
/* The person certainly did not get it, so it does not count against the caps. */
enum { VOID = TO(FAILED) | TO(EXPIRED) | TO(CANCELLED) };

static bool in(enum message_state state, unsigned set)
{
    return (1u << state & set) != 0;
}

bool message_may_move(enum message_state from, enum message_state to)
{
    return in(to, moves[from]);
}

/* Most are the first of their day. */
static void cap_add(struct db *db, int64_t address_id, int32_t day, int change)
{
    static const char *const ways[] = {
        "INSERT INTO cap_use (address_id,day,n) VALUES (?1,?2,?3)"
        " ON CONFLICT DO NOTHING",
        "UPDATE cap_use SET n=n+?3 WHERE address_id=?1 AND day=?2",
    };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct stmt *stmt = db_stmt(db, ways[i]);

        stmt_int(stmt, 1, address_id);
        stmt_int(stmt, 2, day);
        stmt_int(stmt, 3, change);
        if (stmt_run(stmt) > 0) {
            return;
        }
    }
}

void cap_count(struct db *db, int64_t address_id, int32_t day, int32_t monday,
    struct cap_used *used)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT total(n) FILTER (WHERE day=?2),total(n) FROM cap_use"
                    " WHERE address_id=?1 AND day BETWEEN ?3 AND ?3+6");

    *used = (struct cap_used){0};
    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, day);
    stmt_int(stmt, 3, monday);
    if (stmt_row(stmt)) {
        used->day = stmt_get_int(stmt, 0);
        used->week = stmt_get_int(stmt, 1);
        stmt_end(stmt);
    }
}

static void note_reach(struct db *db, const struct message *message)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO reach (campaign_id,series_id,step,person_id,channel,gateway,day)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7) ON CONFLICT DO NOTHING");

    stmt_int(stmt, 1, message->campaign_id);
    stmt_int(stmt, 2, message->series_id);
    stmt_text(stmt, 3, message->step);
    stmt_int(stmt, 4, message->person_id);
    stmt_text(stmt, 5, channel_name(message->channel));
    stmt_text(stmt, 6, message->gateway);
    stmt_int(stmt, 7, message->day);
    stmt_run(stmt);
}

/* The states whose reason is counted; NULL for the others. */
static const char *counted_outcome(enum message_state state)
{
    return in(state, TO(FAILED) | TO(EXPIRED) | TO(CANCELLED) | TO(UNSURE))
               ? message_state_name(state)
               : NULL;
}

/* Counts the message where it stands now, or (n < 0) takes it from there. */
static void count(struct db *db, const struct message *message, int64_t n)
{
    const char *outcome = counted_outcome(message->state);
    struct counter_key key;
    char reason[COUNTER_REASON_SIZE];

    counter_key_of(message, &key);
    counter_add(db, &key, (int)message->state, n);
    if (outcome != NULL) {
        counter_reason(message->class, message->code, message->reason, reason);
        counter_add_reason(db, &key, outcome, reason, n);
    }
}

void message_add(struct db *db, struct message *message, const char *text,
    const char *form_json, int64_t now)
{
    struct stmt *stmt;

    message->text_id = text_add_message(db, text, form_json, now);
    message->state = MESSAGE_QUEUED;
    message->created_at = message->updated_at = now;
    stmt = db_stmt(db,
        "INSERT INTO message (kind,state,campaign_id,series_id,step,enrolment_id,"
        " occurrence,person_id,address_id,channel,gateway,priority,neutral,parts,"
        " is_unicode,day,cap_day,next_at,expires_at,text_id,consent_id,guardian_id,"
        " basis_id,inbound_id,created_at,updated_at,district,give_up_at) VALUES "
        "(?1,'queued',?2,?3,?4,?5,?6,"
        " ?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?24,"
        " ?25,?26)");
    stmt_text(stmt, 1, message_kind_name(message->kind));
    stmt_int(stmt, 2, message->campaign_id);
    stmt_int(stmt, 3, message->series_id);
    stmt_text(stmt, 4, message->step);
    stmt_id(stmt, 5, message->enrolment_id);
    stmt_int(stmt, 6, message->occurrence);
    stmt_id(stmt, 7, message->person_id);
    stmt_int(stmt, 8, message->address_id);
    stmt_text(stmt, 9, channel_name(message->channel));
    stmt_text(stmt, 10, message->gateway);
    stmt_int(stmt, 11, message->priority);
    stmt_int(stmt, 12, message->neutral);
    stmt_int(stmt, 13, message->parts);
    stmt_int(stmt, 14, message->is_unicode);
    stmt_int(stmt, 15, message->day);
    if (message->counts) {
        stmt_int(stmt, 16, message->cap_day);
    } else {
        stmt_null(stmt, 16);
    }
    stmt_int(stmt, 17, message->next_at);
    stmt_int(stmt, 18, message->expires_at);
    stmt_int(stmt, 19, message->text_id);
    stmt_id(stmt, 20, message->consent_id);
    stmt_id(stmt, 21, message->guardian_id);
    stmt_id(stmt, 22, message->basis_id);
    stmt_id(stmt, 23, message->inbound_id);
    stmt_int(stmt, 24, now);
    stmt_text(stmt, 25, message->district);
    stmt_id(stmt, 26, message->give_up_at);
    stmt_run(stmt);
    message->id = db_last_id(db);
    count(db, message, 1);
    if (message->counts) {
        cap_add(db, message->address_id, message->cap_day, 1);
        message->cap_stored = message->cap_day;
    }
}

#define COLUMNS                                                                        \
    "id,kind,state,campaign_id,series_id,step,enrolment_id,occurrence,person_id,"      \
    "address_id,channel,gateway,priority,neutral,parts,is_unicode,day,cap_day,next_"   \
    "at,"                                                                              \
    "expires_at,attempts,unsure,class,reason,text_id,consent_id,guardian_id,basis_id," \
    "inbound_id,created_at,updated_at,code,district,give_up_at"

static void read_row(struct stmt *stmt, struct message *m)
{
    *m = (struct message){
        .id = stmt_get_int(stmt, 0),
        .campaign_id = stmt_get_int(stmt, 3),
        .series_id = stmt_get_int(stmt, 4),
        .enrolment_id = stmt_get_int(stmt, 6),
        .occurrence = stmt_get_int(stmt, 7),
        .person_id = stmt_get_int(stmt, 8),
        .address_id = stmt_get_int(stmt, 9),
        .priority = (int)stmt_get_int(stmt, 12),
        .neutral = stmt_get_int(stmt, 13) != 0,
        .parts = (int)stmt_get_int(stmt, 14),
        .is_unicode = stmt_get_int(stmt, 15) != 0,
        .day = (int32_t)stmt_get_int(stmt, 16),
        .counts = !stmt_is_null(stmt, 17),
        .cap_day = (int32_t)stmt_get_int(stmt, 17),
        .cap_stored = (int32_t)stmt_get_int(stmt, 17),
        .next_at = stmt_get_int(stmt, 18),
        .expires_at = stmt_get_int(stmt, 19),
        .attempts = stmt_get_int(stmt, 20),
        .unsure = stmt_get_int(stmt, 21),
        .text_id = stmt_get_int(stmt, 24),
        .consent_id = stmt_get_int(stmt, 25),
        .guardian_id = stmt_get_int(stmt, 26),
        .basis_id = stmt_get_int(stmt, 27),
        .inbound_id = stmt_get_int(stmt, 28),
        .created_at = stmt_get_int(stmt, 29),
        .updated_at = stmt_get_int(stmt, 30),
        .give_up_at = stmt_get_int(stmt, 33),
    };
    must(message_kind_parse(stmt_get_word(stmt, 1), &m->kind) == 0 &&
             message_state_parse(stmt_get_word(stmt, 2), &m->state) == 0 &&
             channel_parse(stmt_get_word(stmt, 10), &m->channel) == 0 &&
             failure_class_parse(stmt_get_word(stmt, 22), &m->class) == 0,
        "message %lld holds an unknown word", (long long)m->id);
    stmt_copy(stmt, 5, m->step, sizeof m->step);
    stmt_copy(stmt, 11, m->gateway, sizeof m->gateway);
    stmt_copy(stmt, 23, m->reason, sizeof m->reason);
    stmt_copy(stmt, 31, m->code, sizeof m->code);
    stmt_copy(stmt, 32, m->district, sizeof m->district);
}

static int read_rows(struct stmt *stmt, struct message *list, int max)
{
    int n = 0;

    while (n < max && stmt_row(stmt)) {
        read_row(stmt, &list[n++]);
    }
    stmt_end(stmt);
    return n;
}

bool message_since(
    struct db *db, int64_t address_id, enum message_kind kind, int64_t since)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT 1 FROM message WHERE address_id=?1 AND kind=?2 AND created_at>?3"
        " AND state<>'failed' AND state<>'expired' AND state<>'cancelled' LIMIT 1");

    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, message_kind_name(kind));
    stmt_int(stmt, 3, since);
    return stmt_found(stmt);
}

bool message_find(struct db *db, int64_t id, struct message *message)
{
    struct stmt *stmt = db_stmt(db, "SELECT " COLUMNS " FROM message WHERE id=?1");

    stmt_int(stmt, 1, id);
    return read_rows(stmt, message, 1) == 1;
}

bool message_is_on_wire(struct db *db, int64_t id, int64_t n)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT 1 FROM message WHERE id=?1 AND state='sending' AND attempts=?2");

    stmt_int(stmt, 1, id);
    stmt_int(stmt, 2, n);
    return stmt_found(stmt);
}

char *message_text(struct db *db, int64_t text_id, char **form_json)
{
    return text_find_message(db, text_id, form_json);
}

/* The day it counts on follows the day it leaves; a message that is void counts never. */
static void move_cap(struct db *db, struct message *message, enum message_state to)
{
    bool counted = !in(message->state, VOID), counts = !in(to, VOID);

    if (!message->counts) {
        return;
    }
    if (counted && (!counts || message->cap_day != message->cap_stored)) {
        cap_add(db, message->address_id, message->cap_stored, -1);
    }
    if (counts && (!counted || message->cap_day != message->cap_stored)) {
        cap_add(db, message->address_id, message->cap_day, 1);
    }
    message->cap_stored = message->cap_day;
}

/* Writes the row as the struct stands. */
static void save(struct db *db, const struct message *message)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE message SET state=?2,class=?3,reason=?4,next_at=?5,expires_at=?6,"
        " gateway=?7,attempts=?8,unsure=?9,cap_day=?10,updated_at=?11,code=?12,"
        " give_up_at=?13 WHERE id=?1");

    stmt_int(stmt, 1, message->id);
    stmt_text(stmt, 2, message_state_name(message->state));
    stmt_text(stmt, 3, failure_class_name(message->class));
    stmt_text(stmt, 4, message->reason);
    stmt_id(stmt, 5, message->next_at);
    stmt_int(stmt, 6, message->expires_at);
    stmt_text(stmt, 7, message->gateway);
    stmt_int(stmt, 8, message->attempts);
    stmt_int(stmt, 9, message->unsure);
    if (message->counts) {
        stmt_int(stmt, 10, message->cap_day);
    } else {
        stmt_null(stmt, 10);
    }
    stmt_int(stmt, 11, message->updated_at);
    stmt_text(stmt, 12, message->code);
    stmt_id(stmt, 13, message->give_up_at);
    stmt_run(stmt);
}

/* What only another route changes. */
static void save_route(struct db *db, const struct message *message)
{
    struct stmt *stmt =
        db_stmt(db, "UPDATE message SET channel=?2,parts=?3,is_unicode=?4 WHERE id=?1");

    stmt_int(stmt, 1, message->id);
    stmt_text(stmt, 2, channel_name(message->channel));
    stmt_int(stmt, 3, message->parts);
    stmt_int(stmt, 4, message->is_unicode);
    stmt_run(stmt);
}

/* The text may be the very one that stands there. */
static void put(char *to, size_t size, const char *text)
{
    size_t length = strnlen(text, size - 1);

    memmove(to, text, length);
    to[length] = '\0';
}

static void set_why(struct message *message, enum failure_class class, const char *code,
    const char *reason)
{
    message->class = class;
    put(message->code, sizeof message->code, code);
    put(message->reason, sizeof message->reason, reason);
}

static void set_route(struct message *message, const struct message_route *route)
{
    snprintf(message->gateway, sizeof message->gateway, "%s", route->gateway);
    message->channel = route->channel;
    message->parts = route->parts;
    message->is_unicode = route->is_unicode;
}

static void count_accepted(struct db *db, const struct message *message, bool arrived)
{
    struct counter_key key;

    counter_key_of(message, &key);
    counter_add(db, &key, COUNTER_SEGMENTS, message->parts);
    if (arrived && message->person_id != 0) {
        note_reach(db, message);
    }
}

void message_move_for(struct db *db, struct message *message, enum message_state to,
    enum failure_class class, const char *code, const char *reason, int64_t now)
{
    enum message_state from = message->state;

    must(message_may_move(from, to), "message %lld from %s to %s",
        (long long)message->id, message_state_name(from), message_state_name(to));
    if (to != MESSAGE_QUEUED && to != MESSAGE_UNSURE) {
        message->next_at = 0;
    }
    if (in(to, ARRIVED | VOID)) {
        message->give_up_at = 0;
    }
    move_cap(db, message, to);
    if (to != from || counted_outcome(to) != NULL) {
        count(db, message, -1);
        message->state = to;
        set_why(message, class, code, reason);
        count(db, message, 1);
    } else {
        set_why(message, class, code, reason);
    }
    message->updated_at = now;
    save(db, message);
    if (in(to, ACCEPTED) && !in(from, ACCEPTED)) {
        count_accepted(db, message, in(to, ARRIVED));
    } else if (in(to, ARRIVED) && !in(from, ARRIVED) && message->person_id != 0) {
        note_reach(db, message);
    }
}

void message_move(struct db *db, struct message *message, enum message_state to,
    enum failure_class class, const char *reason, int64_t now)
{
    message_move_for(db, message, to, class, "", reason, now);
}

void message_reroute(struct db *db, struct message *message,
    const struct message_route *route, enum failure_class class, const char *code,
    const char *reason, int64_t now)
{
    enum message_state to =
        message->state == MESSAGE_UNSURE ? MESSAGE_UNSURE : MESSAGE_QUEUED;
    struct counter_key key;
    char why[COUNTER_REASON_SIZE];

    must(in(message->state,
             TO(QUEUED) | TO(SENDING) | TO(SENT) | TO(FAILED) | TO(UNSURE)),
        "message %lld rerouted while %s", (long long)message->id,
        message_state_name(message->state));
    move_cap(db, message, to);
    counter_key_of(message, &key);
    if (strcmp(message->gateway, route->gateway) != 0) {
        counter_add(db, &key, COUNTER_MOVED, 1);
        counter_reason(class, code, class == FAILURE_NONE ? "given_up" : reason, why);
        counter_add_reason(db, &key, "moved", why, 1);
    }
    count(db, message, -1);
    message->state = to;
    set_why(message, class, code, reason);
    set_route(message, route);
    count(db, message, 1);
    message->updated_at = now;
    save(db, message);
    save_route(db, message);
}

void message_return(struct db *db, struct message *message,
    const struct message_route *route, bool was_accepted, int64_t now)
{
    enum message_state to = was_accepted ? MESSAGE_SENT : message->state;

    must(!in(message->state, ARRIVED), "message %lld returned while %s",
        (long long)message->id, message_state_name(message->state));
    message->next_at = 0;
    move_cap(db, message, to);
    count(db, message, -1);
    message->state = to;
    set_route(message, route);
    count(db, message, 1);
    message->updated_at = now;
    save(db, message);
    save_route(db, message);
}

void message_set_give_up(struct db *db, struct message *message, int64_t at)
{
    struct stmt *stmt = db_stmt(db, "UPDATE message SET give_up_at=?2 WHERE id=?1");

    message->give_up_at = at;
    stmt_int(stmt, 1, message->id);
    stmt_id(stmt, 2, at);
    stmt_run(stmt);
}

int message_claimable(struct db *db, const char *gateway, int priority, int64_t now,
    struct message *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM message WHERE state='queued' AND gateway=?1"
        " AND priority=?2 AND next_at<=?3 ORDER BY next_at LIMIT ?4");

    stmt_text(stmt, 1, gateway);
    stmt_int(stmt, 2, priority);
    stmt_int(stmt, 3, now);
    stmt_int(stmt, 4, max);
    return read_rows(stmt, list, max);
}

int message_expired(struct db *db, int64_t now, struct message *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM message WHERE state='queued' AND expires_at<=?1"
        " ORDER BY expires_at LIMIT ?2");

    stmt_int(stmt, 1, now);
    stmt_int(stmt, 2, max);
    return read_rows(stmt, list, max);
}

int message_in_state_sending(struct db *db, struct message *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM message WHERE state='sending' ORDER BY id LIMIT ?1");

    stmt_int(stmt, 1, max);
    return read_rows(stmt, list, max);
}

int message_unsure_due(struct db *db, int64_t now, struct message *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM message WHERE state='unsure' AND next_at<=?1"
        " ORDER BY next_at LIMIT ?2");

    stmt_int(stmt, 1, now);
    stmt_int(stmt, 2, max);
    return read_rows(stmt, list, max);
}

int message_given_up(struct db *db, int64_t now, struct message *list, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT " COLUMNS " FROM message WHERE give_up_at IS NOT NULL"
                    " AND give_up_at<=?1 AND state IN ('queued','sent')"
                    " ORDER BY give_up_at LIMIT ?2");

    stmt_int(stmt, 1, now);
    stmt_int(stmt, 2, max);
    return read_rows(stmt, list, max);
}

int message_queued_of_address(
    struct db *db, int64_t address_id, struct message *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM message WHERE address_id=?1 AND state='queued'"
        " AND kind NOT IN ('ack','safety','alert') ORDER BY id DESC LIMIT ?2");

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, max);
    return read_rows(stmt, list, max);
}

int64_t message_next_claim(struct db *db, const char *gateway)
{
    int64_t earliest = 0;

    for (int priority = 0; priority < PRIORITIES; priority++) {
        struct stmt *stmt = db_stmt(db,
            "SELECT min(next_at) FROM message WHERE state='queued' AND gateway=?1"
            " AND priority=?2");
        int64_t next;

        stmt_text(stmt, 1, gateway);
        stmt_int(stmt, 2, priority);
        next = stmt_value(stmt);
        if (next != 0 && (earliest == 0 || next < earliest)) {
            earliest = next;
        }
    }
    return earliest;
}

int64_t message_next_expiry(struct db *db)
{
    return stmt_value(
        db_stmt(db, "SELECT min(expires_at) FROM message WHERE state='queued'"));
}

int64_t message_next_unsure(struct db *db)
{
    return stmt_value(
        db_stmt(db, "SELECT min(next_at) FROM message WHERE state='unsure' "
                    "AND next_at IS NOT NULL"));
}

int64_t message_next_give_up(struct db *db)
{
    return stmt_value(
        db_stmt(db, "SELECT give_up_at FROM message WHERE give_up_at IS NOT NULL"
                    " AND state IN ('queued','sent') ORDER BY give_up_at LIMIT 1"));
}

int64_t message_count_state(struct db *db, enum message_state state)
{
    static const char *const sums =
        "SELECT total(queued),total(sending),total(sent),total(delivered),total(read),"
        "total(failed),total(expired),total(cancelled),total(unsure) FROM counter";
    struct stmt *stmt;
    int64_t n = 0;

    db_write_pending(db);
    stmt = db_stmt(db, sums);
    if (stmt_row(stmt)) {
        n = stmt_get_int(stmt, (int)state);
        stmt_end(stmt);
    }
    return n;
}
