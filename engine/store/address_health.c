#include "store/address_health.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "store/db.h"

static const int64_t SILENT_MS = (int64_t)ADDRESS_SILENT_DAYS * 24 * 60 * 60 * 1000;

static const char *const names[ADDRESS_STATES] = {
    "ok", "reconfirm_due", "reconfirm_asked", "refused"};

/* One row; plain data. */
struct health {
    int64_t fails, alive_at;
    enum address_state state;
    char reason[16];
};

const char *address_state_name(enum address_state state)
{
    return names[state];
}

static enum address_state parse(const char *word)
{
    for (int state = 0; state < ADDRESS_STATES; state++) {
        if (strcmp(names[state], word) == 0) {
            return (enum address_state)state;
        }
    }
    must(false, "an address in the state %s", word);
    return ADDRESS_OK;
}

/* Silence makes an ok one due; a stored state stands. False: nothing ever went there. */
static bool find(struct db *db, int64_t address_id, int64_t now, struct health *health)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT fails,alive_at,state,reason FROM address_health WHERE address_id=?1");

    *health = (struct health){0};
    stmt_int(stmt, 1, address_id);
    if (!stmt_row(stmt)) {
        return false;
    }
    health->fails = stmt_get_int(stmt, 0);
    health->alive_at = stmt_get_int(stmt, 1);
    health->state = parse(stmt_get_word(stmt, 2));
    snprintf(health->reason, sizeof health->reason, "%s", stmt_get_word(stmt, 3));
    stmt_end(stmt);
    if (health->state == ADDRESS_OK && now - health->alive_at >= SILENT_MS) {
        health->state = ADDRESS_RECONFIRM_DUE;
        memcpy(health->reason, "silent", sizeof "silent");
    }
    return true;
}

static void save(
    struct db *db, int64_t address_id, const struct health *health, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO address_health (address_id,fails,alive_at,state,reason,since)"
        " VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT (address_id) DO UPDATE SET"
        " fails=excluded.fails,alive_at=excluded.alive_at,reason=excluded.reason,"
        " since=CASE WHEN state=excluded.state THEN since ELSE excluded.since END,"
        " state=excluded.state");

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, health->fails);
    stmt_int(stmt, 3, health->alive_at);
    stmt_text(stmt, 4, names[health->state]);
    stmt_text(stmt, 5, health->reason);
    stmt_int(stmt, 6, now);
    stmt_run(stmt);
}

void address_note_result(struct db *db, int64_t address_id, enum failure_class class,
    bool delivered, int64_t now)
{
    struct health health;
    bool known = find(db, address_id, now, &health);

    if (!known) {
        health.alive_at = now;
    }
    /* What is to be asked again stays so: the question's own report says only that the
     * number works, not whose it is. */
    if (known && health.state != ADDRESS_OK) {
        return;
    }
    if (delivered) {
        health.fails = 0;
        health.alive_at = now > health.alive_at ? now : health.alive_at;
    } else if (class == FAILURE_INVALID_NUMBER) {
        health.fails++;
        if (health.fails >= ADDRESS_FAILS_MAX) {
            health.state = ADDRESS_RECONFIRM_DUE;
            memcpy(health.reason, "invalid", sizeof "invalid");
        }
    } else if (known) {
        return;
    }
    save(db, address_id, &health, now);
}

void address_note_inbound(struct db *db, int64_t address_id, int64_t now)
{
    struct health health;

    if (!find(db, address_id, now, &health)) {
        return; /* nothing ever went there: counting begins with the first message */
    }
    if (health.state == ADDRESS_OK && now > health.alive_at) {
        health.fails = 0;
        health.alive_at = now;
        save(db, address_id, &health, now);
    }
}

enum address_state address_state(struct db *db, int64_t address_id, int64_t now)
{
    struct health health;

    find(db, address_id, now, &health);
    return health.state;
}

void address_reconfirm_reason(
    struct db *db, int64_t address_id, int64_t now, char reason[16])
{
    struct health health;

    find(db, address_id, now, &health);
    snprintf(reason, 16, "%s", health.reason);
}

void address_reconfirm_asked(struct db *db, int64_t address_id, int64_t now)
{
    struct health health;

    if (find(db, address_id, now, &health) && health.state == ADDRESS_RECONFIRM_DUE) {
        health.state = ADDRESS_RECONFIRM_ASKED;
        save(db, address_id, &health, now);
    }
}

bool address_reconfirm_answered(
    struct db *db, int64_t address_id, bool yes, int64_t now)
{
    struct health health;

    if (!find(db, address_id, now, &health) ||
        health.state != ADDRESS_RECONFIRM_ASKED) {
        return false;
    }
    if (yes) {
        health = (struct health){.alive_at = now, .state = ADDRESS_OK};
    } else {
        health.state = ADDRESS_REFUSED;
    }
    save(db, address_id, &health, now);
    return true;
}
