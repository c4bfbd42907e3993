/*
 * user_secret.h: the part of `cegah user` that handles passphrases and secret keys.
 */
#ifndef CEGAH_CLI_USER_SECRET_H
#define CEGAH_CLI_USER_SECRET_H

#include <jansson.h>

#include "base/err.h"
#include "store/user.h"

/* Where the passphrase comes from, and a secret key that is there already. Borrowed. */
struct user_secret_from {
    const char *passphrases; /* see passphrases_open() */
    const char *key;         /* a file as `cegah init` writes it, or NULL: a new pair */
};

/* Asks for a new person's passphrase, hashes it, and for a focal person makes and wraps
 * the key. Returns the arguments of the operation user_add; NULL with a sentence. */
json_t *user_secret_new(const char *name, enum user_role role,
    const struct user_secret_from *from, struct err *err);
/* Asks for another passphrase, of a focal person for the present one first, and wraps the
 * key anew. Returns the arguments of user_passwd; NULL with a sentence. */
json_t *user_secret_change(
    const struct user *user, const struct user_secret_from *from, struct err *err);

#endif
