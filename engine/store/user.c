#include "store/user.h"

#include <stdio.h>
#include <string.h>

#include "base/must.h"
#include "store/db.h"

static const char *const roles[USER_ROLES] = {
    [USER_COORDINATOR] = "coordinator",
    [USER_FOCAL] = "focal",
    [USER_ME] = "me",
    [USER_ADMIN] = "admin",
};

const char *user_role_name(enum user_role role)
{
    return roles[role];
}

int user_role_parse(const char *word, enum user_role *role)
{
    for (int i = 0; i < USER_ROLES; i++) {
        if (strcmp(roles[i], word) == 0) {
            *role = (enum user_role)i;
            return 0;
        }
    }
    return -1;
}

bool user_name_is_good(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t length = strlen(name);

    return length >= 2 && length < USER_NAME_SIZE && strchr(letters, name[0]) != NULL &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

int64_t user_add(struct db *db, const struct user *user, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO user (name,role,hash,public_key,wrapped_key,created_at)"
        " VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT (name) DO NOTHING");

    stmt_text(stmt, 1, user->name);
    stmt_text(stmt, 2, user_role_name(user->role));
    stmt_text(stmt, 3, user->hash);
    if (user->has_key) {
        stmt_blob(stmt, 4, user->public_key, USER_KEY_BYTES);
        stmt_blob(stmt, 5, user->wrapped, user->wrapped_length);
    } else {
        stmt_null(stmt, 4);
        stmt_null(stmt, 5);
    }
    stmt_int(stmt, 6, now);
    return stmt_run(stmt) > 0 ? db_last_id(db) : 0;
}

#define USER                                                                           \
    "SELECT id,name,role,hash,public_key,wrapped_key,disabled_at,created_at FROM user"

static void read_user(struct stmt *stmt, struct user *user)
{
    size_t length;
    const void *bytes;

    *user = (struct user){
        .id = stmt_get_int(stmt, 0),
        .has_key = !stmt_is_null(stmt, 4),
        .disabled_at = stmt_get_int(stmt, 6),
        .created_at = stmt_get_int(stmt, 7),
    };
    snprintf(user->name, sizeof user->name, "%s", stmt_get_word(stmt, 1));
    must(user_role_parse(stmt_get_word(stmt, 2), &user->role) == 0,
        "user %lld of an unknown role", (long long)user->id);
    snprintf(user->hash, sizeof user->hash, "%s", stmt_get_word(stmt, 3));
    if (user->has_key) {
        bytes = stmt_get_blob(stmt, 4, &length);
        must(length == USER_KEY_BYTES, "user %lld's key", (long long)user->id);
        memcpy(user->public_key, bytes, length);
        bytes = stmt_get_blob(stmt, 5, &length);
        must(length <= USER_WRAPPED_MAX, "user %lld's key", (long long)user->id);
        memcpy(user->wrapped, bytes, length);
        user->wrapped_length = length;
    }
}

bool user_find(struct db *db, const char *name, struct user *user)
{
    struct stmt *stmt = db_stmt(db, USER " WHERE name=?1");

    stmt_text(stmt, 1, name);
    if (!stmt_row(stmt)) {
        return false;
    }
    read_user(stmt, user);
    stmt_end(stmt);
    return true;
}

int user_after(struct db *db, int64_t after, struct user *list, int max)
{
    struct stmt *stmt = db_stmt(db, USER " WHERE id>?1 ORDER BY id LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, after);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        read_user(stmt, &list[n++]);
    }
    stmt_end(stmt);
    return n;
}

void user_set_secret(struct db *db, int64_t id, const char *hash,
    const unsigned char *wrapped, size_t wrapped_length)
{
    struct stmt *stmt =
        db_stmt(db, "UPDATE user SET hash=?2,wrapped_key=?3 WHERE id=?1");

    stmt_int(stmt, 1, id);
    stmt_text(stmt, 2, hash);
    if (wrapped_length > 0) {
        stmt_blob(stmt, 3, wrapped, wrapped_length);
    } else {
        stmt_null(stmt, 3);
    }
    stmt_run(stmt);
}

void user_set_disabled(struct db *db, int64_t id, int64_t at)
{
    struct stmt *stmt = db_stmt(db, "UPDATE user SET disabled_at=?2 WHERE id=?1");

    stmt_int(stmt, 1, id);
    stmt_id(stmt, 2, at);
    stmt_run(stmt);
}

int user_focal_keys(struct db *db, unsigned char (*keys)[USER_KEY_BYTES], int max)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT public_key FROM user WHERE role='focal' AND disabled_at IS NULL"
        " ORDER BY id LIMIT ?1");
    int n = 0;

    stmt_int(stmt, 1, max);
    while (n < max && stmt_row(stmt)) {
        size_t length;
        const void *bytes = stmt_get_blob(stmt, 0, &length);

        must(length == USER_KEY_BYTES, "a focal person without a key");
        memcpy(keys[n++], bytes, length);
    }
    stmt_end(stmt);
    return n;
}
