#include "cli/user_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "base/mem.h"
#include "care/wrap.h"
#include "cli/passphrase.h"

enum { KEY_FILE_BYTES_MAX = 256, BASE64 = sodium_base64_VARIANT_ORIGINAL };

/* All that must be wiped, in one place. On its function's stack. */
struct secrets {
    struct passphrase old, passphrase;
    unsigned char key[SEAL_KEY_BYTES];
};

static void secrets_init(struct secrets *secrets)
{
    memset(secrets, 0, sizeof *secrets);
    seal_lock(secrets, sizeof *secrets);
}

static void secrets_fini(struct secrets *secrets)
{
    seal_wipe(secrets, sizeof *secrets);
}

static json_t *base64(const unsigned char *bytes, size_t length)
{
    char text[sodium_base64_ENCODED_LEN(WRAP_BYTES, BASE64)];

    return json_string(sodium_bin2base64(text, sizeof text, bytes, length, BASE64));
}

static int read_key(
    const char *path, unsigned char key[SEAL_KEY_BYTES], struct err *err)
{
    char text[KEY_FILE_BYTES_MAX];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC), result;
    ssize_t n;

    if (descriptor < 0) {
        return err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    }
    seal_lock(text, sizeof text);
    n = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    text[n < 0 ? 0 : n] = '\0';
    result = seal_secret_parse(text, key, err);
    seal_wipe(text, sizeof text);
    return result == 0 ? 0 : err_prefix(err, "%s", path);
}

/* Adds what the passphrase makes of itself and of the key: "hash" and "wrapped". */
static int add_secret(json_t *arguments, const char *name, bool has_key,
    const struct secrets *secrets, struct err *err)
{
    char hash[WRAP_HASH_SIZE];
    unsigned char wrapped[WRAP_BYTES];

    if (passphrase_check(secrets->passphrase.text, name, err) != 0 ||
        wrap_hash(secrets->passphrase.text, &wrap_cost_usual, hash, err) != 0) {
        return -1;
    }
    json_object_set_new(arguments, "hash", json_string(hash));
    if (has_key) {
        if (wrap_key(secrets->key, secrets->passphrase.text, &wrap_cost_usual, wrapped,
                err) != 0) {
            return -1;
        }
        json_object_set_new(arguments, "wrapped", base64(wrapped, sizeof wrapped));
    }
    return 0;
}

static int make_key(
    const char *path, json_t *arguments, struct secrets *secrets, struct err *err)
{
    unsigned char public_key[SEAL_KEY_BYTES];

    if (path != NULL) {
        if (read_key(path, secrets->key, err) != 0) {
            return -1;
        }
        seal_public(secrets->key, public_key);
    } else {
        seal_pair_bytes(public_key, secrets->key);
    }
    json_object_set_new(arguments, "public_key", base64(public_key, sizeof public_key));
    return 0;
}

static json_t *done(
    json_t *arguments, struct secrets *secrets, struct passphrases *from, int result)
{
    secrets_fini(secrets);
    passphrases_close(from);
    if (result != 0) {
        json_decref(arguments);
        return NULL;
    }
    return arguments;
}

json_t *user_secret_new(const char *name, enum user_role role,
    const struct user_secret_from *from, struct err *err)
{
    json_t *arguments =
        json_pack("{s:s, s:s}", "name", name, "role", user_role_name(role));
    struct secrets secrets;
    struct passphrases passphrases;
    char *what = mem_format("Passphrase for %s", name);
    int result;

    secrets_init(&secrets);
    result = passphrases_open(&passphrases, from->passphrases, err);
    if (result == 0 && role == USER_FOCAL) {
        result = make_key(from->key, arguments, &secrets, err);
    }
    if (result == 0) {
        result = passphrase_ask(&passphrases, what, true, &secrets.passphrase, err);
    }
    if (result == 0) {
        result = add_secret(arguments, name, role == USER_FOCAL, &secrets, err);
    }
    free(what);
    return done(arguments, &secrets, &passphrases, result);
}

static int open_key(const struct user *user, const struct passphrases *passphrases,
    struct secrets *secrets, struct err *err)
{
    char *what = mem_format("Present passphrase of %s", user->name);
    int result = passphrase_ask(passphrases, what, false, &secrets->old, err);

    free(what);
    if (result == 0) {
        result = wrap_open(user->wrapped, user->wrapped_length, user->public_key,
            secrets->old.text, secrets->key, err);
        if (result != 0 && err->code == ERR_REFUSED) {
            passphrase_was_wrong();
        }
    }
    return result;
}

json_t *user_secret_change(
    const struct user *user, const struct user_secret_from *from, struct err *err)
{
    json_t *arguments = json_pack("{s:s, s:s}", "name", user->name, "was", user->hash);
    struct secrets secrets;
    struct passphrases passphrases;
    char *what = mem_format("New passphrase for %s", user->name);
    int result;

    secrets_init(&secrets);
    result = passphrases_open(&passphrases, from->passphrases, err);
    if (result == 0 && user->has_key) {
        result = open_key(user, &passphrases, &secrets, err);
    }
    if (result == 0) {
        result = passphrase_ask(&passphrases, what, true, &secrets.passphrase, err);
    }
    if (result == 0) {
        result = add_secret(arguments, user->name, user->has_key, &secrets, err);
    }
    free(what);
    return done(arguments, &secrets, &passphrases, result);
}
