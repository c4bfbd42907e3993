/*
 * db_read.c: answers that are one value, one yes, or a list of ids.
 * Declared in db.h.
 */
#include "store/db.h"

int64_t stmt_value(struct stmt *stmt)
{
    int64_t value = 0;

    if (stmt_row(stmt)) {
        value = stmt_get_int(stmt, 0);
        stmt_end(stmt);
    }
    return value;
}

bool stmt_found(struct stmt *stmt)
{
    bool found = stmt_row(stmt);

    stmt_end(stmt);
    return found;
}

int stmt_ids(struct stmt *stmt, int64_t *ids, int max)
{
    int n = 0;

    while (n < max && stmt_row(stmt)) {
        ids[n++] = stmt_get_int(stmt, 0);
    }
    stmt_end(stmt);
    return n;
}
