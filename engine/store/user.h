/*
 * user.h: who works with cegah, and under which name.
 *
 * Of a passphrase only its Argon2id hash is here. A focal person has a key pair besides:
 * the public half in the clear, the secret half wrapped by the passphrase (care/wrap.h),
 * so whoever takes this file reads nothing that is sealed.
 */
#ifndef CEGAH_STORE_USER_H
#define CEGAH_STORE_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

/* R21: who may do what. */
enum user_role { USER_COORDINATOR, USER_FOCAL, USER_ME, USER_ADMIN, USER_ROLES };

/* Returns the word (coordinator, focal, me, admin), borrowed for ever. */
const char *user_role_name(enum user_role role);
/* Returns 0, or -1 when the word is none of them. */
int user_role_parse(const char *word, enum user_role *role);

enum {
    USER_NAME_SIZE = 33,
    USER_HASH_SIZE = 128,
    USER_KEY_BYTES = 32,
    USER_WRAPPED_MAX = 128,
};

/* True for 2 to 32 characters of [a-z0-9._-] that begin with a letter. */
bool user_name_is_good(const char *name);

/* One row; plain data. */
struct user {
    int64_t id;
    char name[USER_NAME_SIZE];
    enum user_role role;
    char hash[USER_HASH_SIZE]; /* crypto_pwhash_str() */
    bool has_key;              /* of a focal person; else the next three are empty */
    unsigned char public_key[USER_KEY_BYTES];
    unsigned char wrapped[USER_WRAPPED_MAX];
    size_t wrapped_length;
    int64_t disabled_at; /* 0: not */
    int64_t created_at;
};

/* Returns the new id; 0 when the name is taken. */
int64_t user_add(struct db *db, const struct user *user, int64_t now);
/* False when there is none of that name. */
bool user_find(struct db *db, const char *name, struct user *user);
/* The users whose id comes after `after`, in order; returns how many, at most max. */
int user_after(struct db *db, int64_t after, struct user *list, int max);
/* Another passphrase: its hash, and the same secret key wrapped anew (length 0: none). */
void user_set_secret(struct db *db, int64_t id, const char *hash,
    const unsigned char *wrapped, size_t wrapped_length);
/* at 0: enabled again. The wrapped key stays. */
void user_set_disabled(struct db *db, int64_t id, int64_t at);
/* The public keys of the focal persons who are not disabled, in the order of their ids;
 * returns how many, at most max. */
int user_focal_keys(struct db *db, unsigned char (*keys)[USER_KEY_BYTES], int max);

#endif
