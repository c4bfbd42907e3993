/*
 * view_report.c: the report's counters and who was reached, by slices of their keys.
 */
#include "store/view.h"

#include <stdio.h>

#include "store/db.h"

static void copy(char *to, size_t size, struct stmt *stmt, int column)
{
    snprintf(to, size, "%s", stmt_get_word(stmt, column));
}

static void name_of(struct stmt *stmt, int64_t id, char name[VIEW_NAME_SIZE])
{
    snprintf(name, VIEW_NAME_SIZE, "-");
    stmt_int(stmt, 1, id);
    if (stmt_row(stmt)) {
        copy(name, VIEW_NAME_SIZE, stmt, 0);
        stmt_end(stmt);
    }
}

void view_campaign_name(struct db *db, int64_t id, char name[VIEW_NAME_SIZE])
{
    name_of(db_stmt(db, "SELECT name FROM campaign WHERE id=?1"), id, name);
}

void view_series_name(struct db *db, int64_t id, char name[VIEW_NAME_SIZE])
{
    name_of(db_stmt(db, "SELECT name FROM series WHERE id=?1"), id, name);
}

void view_series_campaign(struct db *db, int64_t series_id, char name[VIEW_NAME_SIZE])
{
    name_of(
        db_stmt(db, "SELECT c.name FROM series s JOIN campaign c ON c.id=s.campaign_id"
                    " WHERE s.id=?1"),
        series_id, name);
}

int view_counters_after(
    struct db *db, const struct view_counter *after, struct view_counter *list, int max)
{
    struct stmt *stmt;
    int n = 0;

    db_write_pending(db);
    stmt = db_stmt(db,
        "SELECT campaign_id,series_id,step,channel,gateway,district,day,queued,sending,"
        "sent,delivered,read,failed,expired,cancelled,unsure,segments,cost,moved,late"
        " FROM counter"
        " WHERE (campaign_id,series_id,step,channel,gateway,district,day)>"
        "(?1,?2,?3,?4,?5,?6,?7)"
        " ORDER BY campaign_id,series_id,step,channel,gateway,district,day LIMIT ?8");
    stmt_int(stmt, 1, after->campaign_id);
    stmt_int(stmt, 2, after->series_id);
    stmt_text(stmt, 3, after->step);
    stmt_text(stmt, 4, after->channel);
    stmt_text(stmt, 5, after->gateway);
    stmt_text(stmt, 6, after->district);
    stmt_int(stmt, 7, after->day);
    stmt_int(stmt, 8, max);
    while (n < max && stmt_row(stmt)) {
        struct view_counter *row = &list[n++];
        int column = 7 + MESSAGE_STATES;

        row->campaign_id = stmt_get_int(stmt, 0);
        row->series_id = stmt_get_int(stmt, 1);
        copy(row->step, sizeof row->step, stmt, 2);
        copy(row->channel, sizeof row->channel, stmt, 3);
        copy(row->gateway, sizeof row->gateway, stmt, 4);
        copy(row->district, sizeof row->district, stmt, 5);
        row->day = (int32_t)stmt_get_int(stmt, 6);
        for (int state = 0; state < MESSAGE_STATES; state++) {
            row->states[state] = stmt_get_int(stmt, 7 + state);
        }
        row->segments = stmt_get_int(stmt, column);
        row->cost = stmt_get_int(stmt, column + 1);
        row->moved = stmt_get_int(stmt, column + 2);
        row->late = stmt_get_int(stmt, column + 3);
    }
    stmt_end(stmt);
    return n;
}

int view_reasons_after(
    struct db *db, const struct view_reason *after, struct view_reason *list, int max)
{
    struct stmt *stmt;
    int n = 0;

    db_write_pending(db);
    stmt = db_stmt(db,
        "SELECT "
        "campaign_id,series_id,step,channel,gateway,district,day,outcome,reason,n"
        " FROM reason_counter WHERE (campaign_id,series_id,step,channel,gateway,"
        "district,day,outcome,reason)>(?1,?2,?3,?4,?5,?6,?7,?8,?9)"
        " ORDER BY campaign_id,series_id,step,channel,gateway,district,day,outcome,"
        "reason LIMIT ?10");
    stmt_int(stmt, 1, after->campaign_id);
    stmt_int(stmt, 2, after->series_id);
    stmt_text(stmt, 3, after->step);
    stmt_text(stmt, 4, after->channel);
    stmt_text(stmt, 5, after->gateway);
    stmt_text(stmt, 6, after->district);
    stmt_int(stmt, 7, after->day);
    stmt_text(stmt, 8, after->outcome);
    stmt_text(stmt, 9, after->reason);
    stmt_int(stmt, 10, max);
    while (n < max && stmt_row(stmt)) {
        struct view_reason *row = &list[n++];

        row->campaign_id = stmt_get_int(stmt, 0);
        row->series_id = stmt_get_int(stmt, 1);
        copy(row->step, sizeof row->step, stmt, 2);
        copy(row->channel, sizeof row->channel, stmt, 3);
        copy(row->gateway, sizeof row->gateway, stmt, 4);
        copy(row->district, sizeof row->district, stmt, 5);
        row->day = (int32_t)stmt_get_int(stmt, 6);
        copy(row->outcome, sizeof row->outcome, stmt, 7);
        copy(row->reason, sizeof row->reason, stmt, 8);
        row->n = stmt_get_int(stmt, 9);
    }
    stmt_end(stmt);
    return n;
}

int view_reach_after(
    struct db *db, const struct view_reach *after, struct view_reach *list, int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT campaign_id,series_id,step,person_id,channel,gateway,day FROM reach"
        " WHERE (campaign_id,series_id,step,person_id,channel,gateway,day)>"
        "(?1,?2,?3,?4,?5,?6,?7)"
        " ORDER BY campaign_id,series_id,step,person_id,channel,gateway,day LIMIT ?8");
    int n = 0;

    stmt_int(stmt, 1, after->campaign_id);
    stmt_int(stmt, 2, after->series_id);
    stmt_text(stmt, 3, after->step);
    stmt_int(stmt, 4, after->person_id);
    stmt_text(stmt, 5, after->channel);
    stmt_text(stmt, 6, after->gateway);
    stmt_int(stmt, 7, after->day);
    stmt_int(stmt, 8, max);
    while (n < max && stmt_row(stmt)) {
        struct view_reach *row = &list[n++];

        row->campaign_id = stmt_get_int(stmt, 0);
        row->series_id = stmt_get_int(stmt, 1);
        copy(row->step, sizeof row->step, stmt, 2);
        row->person_id = stmt_get_int(stmt, 3);
        copy(row->channel, sizeof row->channel, stmt, 4);
        copy(row->gateway, sizeof row->gateway, stmt, 5);
        row->day = (int32_t)stmt_get_int(stmt, 6);
    }
    stmt_end(stmt);
    return n;
}
