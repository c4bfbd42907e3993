/*
 * op_user.c: people who work with cegah. Hashing a passphrase takes a second, so it was
 * done by whoever calls; here are only a hash and a wrapped key.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/log.h"
#include "care/wrap.h"
#include "store/db.h"
#include "store/user.h"
#include "web/engine.h"
#include "web/operations.h"

static const char hash_prefix[] = "$argon2id$";

static const char *argument(const json_t *arguments, const char *key)
{
    const char *text = json_string_value(json_object_get(arguments, key));

    return text == NULL ? "" : text;
}

static int bytes_argument(const json_t *arguments, const char *key,
    unsigned char *bytes, size_t size, size_t *length)
{
    const char *text = argument(arguments, key), *end;

    return sodium_base642bin(bytes, size, text, strlen(text), NULL, length, &end,
               sodium_base64_VARIANT_ORIGINAL) == 0 &&
                   *end == '\0'
               ? 0
               : -1;
}

/* The passphrase's hash, and for a focal person the wrapped key. */
static int read_secret(const json_t *arguments, struct user *user, struct err *err)
{
    const char *hash = argument(arguments, "hash");

    if (strncmp(hash, hash_prefix, strlen(hash_prefix)) != 0 ||
        strlen(hash) >= sizeof user->hash) {
        return err_set(err, ERR_REFUSED, "\"hash\" is no Argon2id hash");
    }
    snprintf(user->hash, sizeof user->hash, "%s", hash);
    if (user->role == USER_FOCAL &&
        (bytes_argument(arguments, "wrapped", user->wrapped, sizeof user->wrapped,
             &user->wrapped_length) != 0 ||
            user->wrapped_length != WRAP_BYTES)) {
        return err_set(err, ERR_REFUSED, "\"wrapped\" is no wrapped key");
    }
    return 0;
}

static int read_new(const json_t *arguments, struct user *user, struct err *err)
{
    const char *name = argument(arguments, "name");
    size_t length;

    *user = (struct user){0};
    if (!user_name_is_good(name)) {
        return err_set(err, ERR_REFUSED,
            "a name is 2 to 32 of a-z, 0-9, dot, dash and underscore, and begins with "
            "a letter");
    }
    snprintf(user->name, sizeof user->name, "%s", name);
    if (user_role_parse(argument(arguments, "role"), &user->role) != 0) {
        return err_set(err, ERR_REFUSED, "a role is coordinator, focal, me or admin");
    }
    user->has_key = user->role == USER_FOCAL;
    if (user->has_key && (bytes_argument(arguments, "public_key", user->public_key,
                              USER_KEY_BYTES, &length) != 0 ||
                             length != USER_KEY_BYTES)) {
        return err_set(err, ERR_REFUSED, "\"public_key\" is no public key");
    }
    return read_secret(arguments, user, err);
}

static int find(
    struct engine *engine, const json_t *arguments, struct user *user, struct err *err)
{
    const char *name = argument(arguments, "name");

    return user_find(engine->db, name, user)
               ? 0
               : err_set(err, ERR_REFUSED,
                     "there is no user \"%s\": `cegah user list` shows them", name);
}

/* Ends the unit that changed a user. What is sealed from now on follows it, or nothing
 * was changed. */
static enum operation_progress finish(struct engine *engine, const struct user *user,
    const char *event, json_t **result, struct err *err)
{
    struct seal_keys before = engine->keys;
    bool good = engine_read_keys(engine, err) == 0;

    if (good && engine->keys.n == 0 && before.n > 0) {
        err_set(err, ERR_REFUSED,
            "%s is the last focal person, and nobody could read what girls write from "
            "now on; add another one first",
            user->name);
        good = false;
    }
    if (db_unit_end(engine->db, good) != 0) {
        err_set(err, ERR_UNABLE, "the user could not be stored");
        good = false;
    }
    if (!good) {
        engine->keys = before;
        return OPERATION_FAILED;
    }
    log_event(LOG_INFO, event, "user=%s role=%s keys=%zu", user->name,
        user_role_name(user->role), engine->keys.n);
    *result = json_pack("{s:s, s:s, s:i}", "name", user->name, "role",
        user_role_name(user->role), "keys", (int)engine->keys.n);
    return OPERATION_DONE;
}

static enum operation_progress user_add_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    struct user user;

    (void)state;
    if (read_new(arguments, &user, err) != 0) {
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    if (user_add(engine->db, &user, clock_now(&engine->clock)) == 0) {
        db_unit_end(engine->db, false);
        err_set(err, ERR_REFUSED, "there is a user \"%s\" already", user.name);
        return OPERATION_FAILED;
    }
    return finish(engine, &user, "user_added", result, err);
}

static enum operation_progress user_passwd_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    struct user user;

    (void)state;
    if (find(engine, arguments, &user, err) != 0) {
        return OPERATION_FAILED;
    }
    /* Somebody else's change in between would be undone, and its key lost. */
    if (strcmp(user.hash, argument(arguments, "was")) != 0) {
        err_set(err, ERR_REFUSED,
            "the passphrase of %s was changed in the meantime; try again", user.name);
        return OPERATION_FAILED;
    }
    if (read_secret(arguments, &user, err) != 0) {
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    user_set_secret(engine->db, user.id, user.hash, user.wrapped, user.wrapped_length);
    return finish(engine, &user, "user_passphrase_changed", result, err);
}

static enum operation_progress set_disabled(struct engine *engine,
    const json_t *arguments, bool disabled, json_t **result, struct err *err)
{
    struct user user;

    if (find(engine, arguments, &user, err) != 0) {
        return OPERATION_FAILED;
    }
    db_unit_begin(engine->db);
    if ((user.disabled_at != 0) != disabled) {
        user_set_disabled(
            engine->db, user.id, disabled ? clock_now(&engine->clock) : 0);
    }
    return finish(
        engine, &user, disabled ? "user_disabled" : "user_enabled", result, err);
}

static enum operation_progress user_disable_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    (void)state;
    return set_disabled(engine, arguments, true, result, err);
}

static enum operation_progress user_enable_begin(struct engine *engine,
    const json_t *arguments, void **state, json_t **result, struct err *err)
{
    (void)state;
    return set_disabled(engine, arguments, false, result, err);
}

const struct operation operation_user_add = {"user_add", user_add_begin, NULL, NULL};
const struct operation operation_user_passwd = {
    "user_passwd", user_passwd_begin, NULL, NULL};
const struct operation operation_user_disable = {
    "user_disable", user_disable_begin, NULL, NULL};
const struct operation operation_user_enable = {
    "user_enable", user_enable_begin, NULL, NULL};
