/*
 * op_move.c: a changed number: the person goes on at the new one, and the old one is left
 * alone.
 *
 * What was agreed to is the person's and stays. A number that said STOP is not moved away
 * from: the person said it.
 */
#include <string.h>

#include "base/log.h"
#include "content/phone.h"
#include "send/send.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/enrolment.h"
#include "store/move.h"
#include "store/person.h"
#include "web/engine.h"
#include "web/operations.h"

enum { PEOPLE_MAX = 20, REASON_MAX = 200 };

/* A move on its way. */
struct moving {
    struct engine *engine;
    int64_t now, from, to;
    struct person person;
    const char *reason;
    int moved; /* enrolments */
    bool left; /* nobody else is behind the old number */
};

static int read_number(
    const json_t *arguments, const char *key, char e164[PHONE_SIZE], struct err *err)
{
    const char *typed = json_string_value(json_object_get(arguments, key));

    if (typed == NULL) {
        return err_set(err, ERR_REFUSED, "move takes from, to and reason (texts)");
    }
    return phone_clean(typed, e164, err) != 0
               ? err_prefix(err, "%s number", strcmp(key, "from") == 0 ? "old" : "new")
               : 0;
}

static int find_person(struct moving *moving, const char *name, struct err *err)
{
    struct db *db = moving->engine->db;
    int64_t ids[PEOPLE_MAX], id;
    int n = moving->from == 0 ? 0 : address_people(db, moving->from, ids, PEOPLE_MAX);

    if (n == 0) {
        return err_set(err, ERR_REFUSED,
            "nobody is behind the old number; look at `cegah contacts list`");
    }
    if (n > 1 && name == NULL) {
        return err_set(err, ERR_REFUSED,
            "%d people are behind the old number; say with --name who has a new one",
            n);
    }
    id = name == NULL ? ids[0] : person_behind(db, moving->from, name);
    if (id == 0 || !person_find(db, id, &moving->person)) {
        return err_set(
            err, ERR_REFUSED, "nobody of that name is behind the old number");
    }
    return 0;
}

static int check(struct moving *moving, const char *e164, struct err *err)
{
    struct db *db = moving->engine->db;
    int64_t to = address_find(db, ADDRESS_PHONE, e164), other;
    struct person there;

    if (to == moving->from) {
        return err_set(err, ERR_REFUSED, "the old and the new number are the same");
    }
    if (suppression_is_live(db, moving->from)) {
        return err_set(err, ERR_REFUSED,
            "the old number has said STOP, and a new number does not undo that: who "
            "wants messages again writes DAFTAR from the new one");
    }
    if (to == 0) {
        return 0;
    }
    if (suppression_is_live(db, to)) {
        return err_set(err, ERR_REFUSED,
            "the new number has said STOP: nothing can be sent there");
    }
    other =
        moving->person.name[0] == '\0' ? 0 : person_behind(db, to, moving->person.name);
    if (other != 0 && other != moving->person.id && person_find(db, other, &there) &&
        there.name[0] != '\0') {
        return err_set(err, ERR_REFUSED,
            "somebody of the same name is behind the new number already (contact %lld)",
            (long long)other);
    }
    return 0;
}

/* Whoever shares the new number is in a household from now on. */
static void mark_household(struct moving *moving)
{
    struct db *db = moving->engine->db;
    int64_t ids[PEOPLE_MAX];
    int n = address_people(db, moving->to, ids, PEOPLE_MAX);

    for (int i = 0; n > 1 && i < n; i++) {
        struct person person;

        if (person_find(db, ids[i], &person) &&
            (person.flags & PERSON_SHARED_PHONE) == 0) {
            person.flags |= PERSON_SHARED_PHONE;
            person_update(db, &person, moving->now);
        }
    }
}

static void move(struct moving *moving)
{
    struct db *db = moving->engine->db;
    int64_t others;

    address_untie(db, moving->person.id, moving->from);
    address_untie(db, moving->person.id, moving->to); /* it may be a further one */
    address_tie(db, moving->person.id, moving->to, moving->now);
    moving->moved =
        move_enrolments(db, moving->person.id, moving->from, moving->to, moving->now);
    move_add(
        db, moving->person.id, moving->from, moving->to, moving->reason, moving->now);
    moving->left = address_people(db, moving->from, &others, 1) == 0;
    if (moving->left) {
        suppression_add(db, moving->from, "moved", moving->reason, "", 0, moving->now);
        send_cancel_address(db, moving->from, "moved", moving->now);
    }
    mark_household(moving);
}

static enum operation_progress move_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    const char *name = json_string_value(json_object_get(arguments, "name"));
    struct moving moving = {
        .engine = engine,
        .now = clock_now(&engine->clock),
        .reason = json_string_value(json_object_get(arguments, "reason")),
    };
    char from[PHONE_SIZE], to[PHONE_SIZE], masked[PHONE_SIZE];

    (void)state;
    if (read_number(arguments, "from", from, err) != 0 ||
        read_number(arguments, "to", to, err) != 0) {
        return OPERATION_FAILED;
    }
    if (moving.reason == NULL || moving.reason[0] == '\0' ||
        strlen(moving.reason) > REASON_MAX) {
        err_set(err, ERR_REFUSED,
            "a reason of 1 to %d characters is needed: how is it known that the number "
            "changed?",
            REASON_MAX);
        return OPERATION_FAILED;
    }
    moving.from = address_find(engine->db, ADDRESS_PHONE, from);
    if (find_person(&moving, name, err) != 0 || check(&moving, to, err) != 0) {
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    moving.to = address_ensure(engine->db, ADDRESS_PHONE, to, moving.now);
    move(&moving);
    if (db_unit_end(engine->db, true) != 0) {
        err_set(err, ERR_UNABLE, "the move could not be stored");
        return OPERATION_FAILED;
    }
    log_event(LOG_INFO, "moved", "person=%lld from=%lld to=%lld enrolments=%d left=%d",
        (long long)moving.person.id, (long long)moving.from, (long long)moving.to,
        moving.moved, moving.left);
    phone_mask(to, masked);
    *result = json_pack("{s:I, s:s, s:i, s:b}", "contact", (json_int_t)moving.person.id,
        "to", masked, "enrolments", moving.moved, "old_suppressed", moving.left);
    engine_wake(engine);
    return OPERATION_DONE;
}

const struct operation operation_move = {"move", move_begin, NULL, NULL};
