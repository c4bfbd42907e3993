#include "care/wrap.h"

#include <string.h>

#include <sodium.h>

#include "base/must.h"

enum {
    VERSION = 1,
    KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    SALT_BYTES = crypto_pwhash_SALTBYTES,
    OPERATIONS_AT = 1,
    KIB_AT = 5,
    SALT_AT = 9,
    NONCE_AT = SALT_AT + SALT_BYTES,
    SEALED_AT = NONCE_AT + NONCE_BYTES,
    SEALED_BYTES = SEAL_KEY_BYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    AUTHENTICATED_BYTES = SEALED_AT + SEAL_KEY_BYTES,
    /* A file that asks for more was not written by cegah. */
    OPERATIONS_MAX = 32,
    KIB_MAX = 1 << 20,
};

_Static_assert(WRAP_BYTES == SEALED_AT + SEALED_BYTES, "the wrapped form");
_Static_assert(WRAP_HASH_SIZE >= crypto_pwhash_STRBYTES, "the hash");

/* libsodium's "moderate": most of a second on a server's core. */
const struct wrap_cost wrap_cost_usual = {3, 256 << 10};

static int no_memory(const struct wrap_cost *cost, struct err *err)
{
    return err_set(err, ERR_UNABLE,
        "a passphrase takes %u MiB of memory to check, and the machine has not so much "
        "to spare",
        (unsigned)(cost->kib >> 10));
}

int passphrase_check(const char *passphrase, const char *name, struct err *err)
{
    size_t bytes = strlen(passphrase), characters = 0, same = 0;

    for (size_t i = 0; i < bytes; i++) {
        characters += ((unsigned char)passphrase[i] & 0xc0) != 0x80;
        same += passphrase[i] == passphrase[0];
    }
    if (characters < PASSPHRASE_CHARACTERS_MIN) {
        return err_set(err, ERR_REFUSED,
            "the passphrase is too short: %d characters at least; four words that have "
            "nothing to do with each other are easy to keep in mind",
            (int)PASSPHRASE_CHARACTERS_MIN);
    }
    if (bytes > PASSPHRASE_BYTES_MAX) {
        return err_set(err, ERR_REFUSED, "the passphrase is longer than %d bytes",
            (int)PASSPHRASE_BYTES_MAX);
    }
    if (same == bytes || strcasestr(passphrase, name) != NULL) {
        return err_set(err, ERR_REFUSED,
            "this passphrase is among the first that anybody would try: it must not "
            "hold the name, nor be one character over and over");
    }
    return 0;
}

int wrap_hash(const char *passphrase, const struct wrap_cost *cost,
    char hash[WRAP_HASH_SIZE], struct err *err)
{
    must(sodium_init() >= 0, "libsodium does not start");
    return crypto_pwhash_str_alg(hash, passphrase, strlen(passphrase), cost->operations,
               (size_t)cost->kib << 10, crypto_pwhash_ALG_ARGON2ID13) == 0
               ? 0
               : no_memory(cost, err);
}

bool wrap_hash_matches(const char *hash, const char *passphrase)
{
    must(sodium_init() >= 0, "libsodium does not start");
    return crypto_pwhash_str_verify(hash, passphrase, strlen(passphrase)) == 0;
}

static void put(unsigned char *to, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        to[i] = (unsigned char)(number >> (24 - 8 * i));
    }
}

static uint32_t get(const unsigned char *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 |
           from[3];
}

static int derive(const unsigned char *wrapped, const char *passphrase,
    unsigned char key[KEY_BYTES], struct err *err)
{
    struct wrap_cost cost = {get(wrapped + OPERATIONS_AT), get(wrapped + KIB_AT)};

    return crypto_pwhash(key, KEY_BYTES, passphrase, strlen(passphrase),
               wrapped + SALT_AT, cost.operations, (size_t)cost.kib << 10,
               crypto_pwhash_ALG_ARGON2ID13) == 0
               ? 0
               : no_memory(&cost, err);
}

static void authenticated(const unsigned char *wrapped,
    const unsigned char public_key[SEAL_KEY_BYTES],
    unsigned char bytes[AUTHENTICATED_BYTES])
{
    memcpy(bytes, wrapped, SEALED_AT);
    memcpy(bytes + SEALED_AT, public_key, SEAL_KEY_BYTES);
}

int wrap_key(const unsigned char secret[SEAL_KEY_BYTES], const char *passphrase,
    const struct wrap_cost *cost, unsigned char wrapped[WRAP_BYTES], struct err *err)
{
    unsigned char key[KEY_BYTES], public_key[SEAL_KEY_BYTES];
    unsigned char with[AUTHENTICATED_BYTES];

    must(sodium_init() >= 0, "libsodium does not start");
    wrapped[0] = VERSION;
    put(wrapped + OPERATIONS_AT, cost->operations);
    put(wrapped + KIB_AT, cost->kib);
    randombytes_buf(wrapped + SALT_AT, SALT_BYTES);
    randombytes_buf(wrapped + NONCE_AT, NONCE_BYTES);
    seal_lock(key, sizeof key);
    if (derive(wrapped, passphrase, key, err) != 0) {
        seal_wipe(key, sizeof key);
        return -1;
    }
    seal_public(secret, public_key);
    authenticated(wrapped, public_key, with);
    crypto_aead_xchacha20poly1305_ietf_encrypt(wrapped + SEALED_AT, NULL, secret,
        SEAL_KEY_BYTES, with, sizeof with, NULL, wrapped + NONCE_AT, key);
    seal_wipe(key, sizeof key);
    return 0;
}

int wrap_open(const unsigned char *wrapped, size_t length,
    const unsigned char public_key[SEAL_KEY_BYTES], const char *passphrase,
    unsigned char secret[SEAL_KEY_BYTES], struct err *err)
{
    unsigned char key[KEY_BYTES], with[AUTHENTICATED_BYTES];
    int result;

    must(sodium_init() >= 0, "libsodium does not start");
    if (length != WRAP_BYTES || wrapped[0] != VERSION ||
        get(wrapped + OPERATIONS_AT) < crypto_pwhash_OPSLIMIT_MIN ||
        get(wrapped + OPERATIONS_AT) > OPERATIONS_MAX ||
        get(wrapped + KIB_AT) < crypto_pwhash_MEMLIMIT_MIN >> 10 ||
        get(wrapped + KIB_AT) > KIB_MAX) {
        return err_set(err, ERR_UNABLE,
            "the person's key is damaged, or was wrapped by a newer cegah");
    }
    seal_lock(key, sizeof key);
    if (derive(wrapped, passphrase, key, err) != 0) {
        seal_wipe(key, sizeof key);
        return -1;
    }
    authenticated(wrapped, public_key, with);
    result = crypto_aead_xchacha20poly1305_ietf_decrypt(secret, NULL, NULL,
                 wrapped + SEALED_AT, SEALED_BYTES, with, sizeof with,
                 wrapped + NONCE_AT, key) == 0
                 ? 0
                 : err_set(err, ERR_REFUSED, "the passphrase is wrong");
    seal_wipe(key, sizeof key);
    return result;
}
