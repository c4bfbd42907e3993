/*
 * op_inbox.c: what a human has read, and what was dealt with. Texts are opened by the
 * command, with a key that the daemon never has.
 */
#include <string.h>

#include "base/log.h"
#include "store/db.h"
#include "store/inbox.h"
#include "store/user.h"
#include "web/engine.h"
#include "web/operations.h"

enum { REASON_BYTES_MAX = 500 };

static const char *const outcomes[] = {
    "opened", "wrong_passphrase", "not_focal", "disabled", "other_keys", "damaged"};

static const char *argument(const json_t *arguments, const char *key)
{
    const char *text = json_string_value(json_object_get(arguments, key));

    return text == NULL ? "" : text;
}

static bool is_outcome(const char *word)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        if (strcmp(outcomes[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static int find(struct engine *engine, const json_t *arguments, struct inbox_item *item,
    struct err *err)
{
    int64_t id = json_integer_value(json_object_get(arguments, "id"));

    return inbox_find(engine->db, id, item)
               ? 0
               : err_set(err, ERR_REFUSED, "nothing came in as in-%lld", (long long)id);
}

static enum operation_progress inbox_open_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    const char *outcome = argument(arguments, "outcome");
    const char *reason = argument(arguments, "reason");
    struct inbox_item item;
    struct user user;

    (void)state;
    if (find(engine, arguments, &item, err) != 0) {
        return OPERATION_FAILED;
    }
    if (!user_find(engine->db, argument(arguments, "name"), &user)) {
        err_set(err, ERR_REFUSED, "there is no such user");
        return OPERATION_FAILED;
    }
    if (!is_outcome(outcome) || strspn(reason, " \t\r\n") == strlen(reason) ||
        strlen(reason) > REASON_BYTES_MAX) {
        err_set(err, ERR_REFUSED,
            "a reason of at most %d bytes is needed: it stays in the log of opened "
            "texts",
            REASON_BYTES_MAX);
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    opened_text_add(
        engine->db, user.id, item.id, outcome, reason, clock_now(&engine->clock));
    if (db_unit_end(engine->db, true) != 0) {
        err_set(err, ERR_UNABLE, "the log of opened texts could not be written");
        return OPERATION_FAILED;
    }
    log_event(LOG_INFO, "text_opened", "inbound=%lld user=%s outcome=%s",
        (long long)item.id, user.name, outcome);
    *result = json_pack("{s:I, s:s}", "id", (json_int_t)item.id, "outcome", outcome);
    return OPERATION_DONE;
}

static enum operation_progress inbox_done_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    bool unread = json_is_true(json_object_get(arguments, "unread"));
    struct inbox_item item;

    (void)state;
    if (find(engine, arguments, &item, err) != 0) {
        return OPERATION_FAILED;
    }
    if (item.waiting && item.text_id != 0 && !unread &&
        !opened_text_any(engine->db, item.id)) {
        err_set(err, ERR_REFUSED,
            "nobody has read in-%lld: a focal person opens it by `cegah inbox read "
            "in-%lld`; --unread says that it was dealt with all the same",
            (long long)item.id, (long long)item.id);
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    inbox_done(engine->db, item.id, clock_now(&engine->clock));
    if (db_unit_end(engine->db, true) != 0) {
        err_set(err, ERR_UNABLE, "it could not be stored");
        return OPERATION_FAILED;
    }
    log_event(LOG_INFO, "inbox_done", "inbound=%lld waited=%d", (long long)item.id,
        item.waiting);
    *result =
        json_pack("{s:I, s:b}", "id", (json_int_t)item.id, "waited", item.waiting);
    return OPERATION_DONE;
}

const struct operation operation_inbox_open = {
    "inbox_open", inbox_open_begin, NULL, NULL};
const struct operation operation_inbox_done = {
    "inbox_done", inbox_done_begin, NULL, NULL};
