/*
 * db_units.c: many units for the price of one, as long as none of them fails.
 * Declared in db.h.
 */
#include "store/db.h"

void db_units(struct db *db, const struct db_work *work)
{
    size_t ran = 0;

    if (work->n == 0) {
        return;
    }
    db_unit_begin(db);
    while (ran < work->n && !db_unit_is_failing(db)) {
        work->run(work->context, ran++);
    }
    if (db_unit_end(db, true) == 0) {
        return;
    }
    for (size_t i = 0; i < ran && work->undone != NULL; i++) {
        work->undone(work->context, i);
    }
    if (work->n == 1) {
        return; /* it was in a unit of its own */
    }
    for (size_t i = 0; i < work->n; i++) {
        db_unit_begin(db);
        work->run(work->context, i);
        if (db_unit_end(db, true) != 0 && work->undone != NULL) {
            work->undone(work->context, i);
        }
    }
}
