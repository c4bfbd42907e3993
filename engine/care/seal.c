#include "care/seal.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/mem.h"
#include "base/must.h"
#include "base/option.h"

enum {
    VERSION = 1,
    ID_BYTES = 8,
    TEXT_KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    SEALED_KEY_BYTES = crypto_box_SEALBYTES + TEXT_KEY_BYTES,
    ENTRY_BYTES = ID_BYTES + SEALED_KEY_BYTES,
    FIRST_BYTES = 2, /* version and n */
    BASE64 = sodium_base64_VARIANT_ORIGINAL,
};

_Static_assert(SEAL_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "public keys");
_Static_assert(SEAL_KEY_BYTES == crypto_box_SECRETKEYBYTES, "secret keys");
_Static_assert(
    SEAL_KEY_TEXT == sodium_base64_ENCODED_LEN(SEAL_KEY_BYTES, BASE64), "text");

static void ready(void)
{
    must(sodium_init() >= 0, "libsodium does not start");
}

void seal_lock(void *memory, size_t bytes)
{
    /* Without the right to lock it the secret is kept for a moment all the same. */
    (void)sodium_mlock(memory, bytes);
}

void seal_wipe(void *memory, size_t bytes)
{
    sodium_munlock(memory, bytes);
    sodium_memzero(memory, bytes);
}

static int key_parse(const char *base64, unsigned char key[SEAL_KEY_BYTES])
{
    size_t length;

    ready();
    return sodium_base642bin(key, SEAL_KEY_BYTES, base64, strlen(base64), " \t\r\n",
               &length, NULL, BASE64) == 0 &&
                   length == SEAL_KEY_BYTES
               ? 0
               : -1;
}

/* A few points of the curve give everybody the same shared secret: libsodium refuses to
 * seal to them, and so do we, before anything depends on it. */
static int is_sealable(const unsigned char key[SEAL_KEY_BYTES])
{
    unsigned char sealed[crypto_box_SEALBYTES + 1];

    return crypto_box_seal(sealed, (const unsigned char *)"", 1, key) == 0;
}

bool seal_keys_has(
    const struct seal_keys *keys, const unsigned char key[SEAL_KEY_BYTES])
{
    for (size_t i = 0; i < keys->n; i++) {
        if (memcmp(keys->list[i], key, SEAL_KEY_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

int seal_keys_add(
    struct seal_keys *keys, const unsigned char key[SEAL_KEY_BYTES], struct err *err)
{
    if (seal_keys_has(keys, key)) {
        return 0;
    }
    if (keys->n == SEAL_KEYS_MAX) {
        return err_set(err, ERR_REFUSED,
            "text is sealed to %d keys at most, of the config's focal_keys and the "
            "focal persons together; disable a person who has left, or take a key out "
            "of the config",
            (int)SEAL_KEYS_MAX);
    }
    if (!is_sealable(key)) {
        return err_set(err, ERR_REFUSED, "nothing can be sealed to this key");
    }
    memcpy(keys->list[keys->n++], key, SEAL_KEY_BYTES);
    return 0;
}

int seal_keys_parse(
    const struct option_list *base64, struct seal_keys *keys, struct err *err)
{
    *keys = (struct seal_keys){0};
    if (base64->n > SEAL_KEYS_MAX) {
        return err_set(err, ERR_REFUSED, "focal_keys has %zu keys, %d are the most",
            base64->n, (int)SEAL_KEYS_MAX);
    }
    for (size_t i = 0; i < base64->n; i++) {
        unsigned char key[SEAL_KEY_BYTES];

        if (key_parse(base64->items[i], key) != 0 || !is_sealable(key)) {
            return err_set(err, ERR_REFUSED,
                "focal_keys: number %zu is no public key; it must be the base64 of 32 "
                "bytes, as `cegah init` writes it",
                i + 1);
        }
        if (seal_keys_has(keys, key)) {
            return err_set(err, ERR_REFUSED,
                "focal_keys: number %zu is the same key as one before it; keep one",
                i + 1);
        }
        memcpy(keys->list[keys->n++], key, SEAL_KEY_BYTES);
    }
    return 0;
}

unsigned char *seal_text(const struct seal_keys *keys, const char *text, size_t *length)
{
    size_t text_length = strlen(text), head = FIRST_BYTES + keys->n * ENTRY_BYTES;
    unsigned char key[TEXT_KEY_BYTES], *bytes, *at;
    unsigned long long written;

    ready();
    must(keys->n > 0 && keys->n <= SEAL_KEYS_MAX && text_length <= SEAL_TEXT_MAX,
        "%zu keys, %zu bytes", keys->n, text_length);
    bytes = mem_alloc(head + NONCE_BYTES + text_length + TAG_BYTES);
    crypto_aead_xchacha20poly1305_ietf_keygen(key);
    bytes[0] = VERSION;
    bytes[1] = (unsigned char)keys->n;
    at = bytes + FIRST_BYTES;
    for (size_t i = 0; i < keys->n; i++, at += ENTRY_BYTES) {
        memcpy(at, keys->list[i], ID_BYTES);
        must(crypto_box_seal(at + ID_BYTES, key, sizeof key, keys->list[i]) == 0,
            "key %zu of %zu", i, keys->n);
    }
    randombytes_buf(at, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(at + NONCE_BYTES, &written,
        (const unsigned char *)text, text_length, bytes, head, NULL, at, key);
    sodium_memzero(key, sizeof key);
    *length = head + NONCE_BYTES + (size_t)written;
    return bytes;
}

int seal_secret_parse(
    const char *base64, unsigned char secret[SEAL_KEY_BYTES], struct err *err)
{
    if (key_parse(base64, secret) != 0) {
        seal_wipe(secret, SEAL_KEY_BYTES);
        return err_set(err, ERR_REFUSED,
            "this is no secret key; it must be the base64 of 32 bytes, as in the "
            "focal.key "
            "that `cegah init` writes");
    }
    return 0;
}

/* The entry of a key among those of a sealed text; NULL: there is none. */
static const unsigned char *find_entry(const unsigned char *bytes, size_t length,
    const unsigned char public_key[SEAL_KEY_BYTES])
{
    const unsigned char *at = bytes + FIRST_BYTES;

    if (length < FIRST_BYTES || length < FIRST_BYTES + (size_t)bytes[1] * ENTRY_BYTES) {
        return NULL;
    }
    for (int i = 0; i < bytes[1]; i++, at += ENTRY_BYTES) {
        if (memcmp(at, public_key, ID_BYTES) == 0) {
            return at;
        }
    }
    return NULL;
}

bool seal_is_for(const unsigned char *bytes, size_t length,
    const unsigned char public_key[SEAL_KEY_BYTES])
{
    return find_entry(bytes, length, public_key) != NULL;
}

/* Opens the text's key by the entry of the pair. Returns 0, or -1 with a sentence. */
static int open_key(const unsigned char *secret, const unsigned char *bytes,
    size_t length, unsigned char key[TEXT_KEY_BYTES], struct err *err)
{
    unsigned char public_key[SEAL_KEY_BYTES];
    const unsigned char *entry;

    seal_public(secret, public_key);
    entry = find_entry(bytes, length, public_key);
    if (entry == NULL) {
        return err_set(err, ERR_REFUSED,
            "the text was sealed to other keys; one of those focal persons must open "
            "it");
    }
    return crypto_box_seal_open(
               key, entry + ID_BYTES, SEALED_KEY_BYTES, public_key, secret) == 0
               ? 0
               : err_set(err, ERR_REFUSED, "the sealed text is damaged");
}

char *seal_open(const unsigned char secret[SEAL_KEY_BYTES], const unsigned char *bytes,
    size_t length, struct err *err)
{
    unsigned char key[TEXT_KEY_BYTES];
    unsigned long long written;
    size_t head, room;
    char *text;

    ready();
    if (length > 0 && bytes[0] != VERSION) {
        err_set(err, ERR_REFUSED,
            "the text was sealed by a newer cegah, or is no sealed "
            "text at all");
        return NULL;
    }
    head = length < FIRST_BYTES ? 0 : FIRST_BYTES + (size_t)bytes[1] * ENTRY_BYTES;
    if (head == 0 || length < head + NONCE_BYTES + TAG_BYTES) {
        err_set(err, ERR_REFUSED, "the sealed text is cut short");
        return NULL;
    }
    if (open_key(secret, bytes, length, key, err) != 0) {
        return NULL;
    }
    room = length - head - NONCE_BYTES - TAG_BYTES;
    text = mem_alloc(room + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)text, &written,
            NULL, bytes + head + NONCE_BYTES, length - head - NONCE_BYTES, bytes, head,
            bytes + head, key) != 0) {
        err_set(err, ERR_REFUSED, "the sealed text is damaged");
        free(text);
        text = NULL;
    } else {
        text[written] = '\0';
    }
    sodium_memzero(key, sizeof key);
    return text;
}

void seal_public(const unsigned char secret[SEAL_KEY_BYTES],
    unsigned char public_key[SEAL_KEY_BYTES])
{
    must(crypto_scalarmult_base(public_key, secret) == 0, "no public key");
}

void seal_pair_bytes(
    unsigned char public_key[SEAL_KEY_BYTES], unsigned char secret[SEAL_KEY_BYTES])
{
    ready();
    must(crypto_box_keypair(public_key, secret) == 0, "no key pair");
}

void seal_pair(char public_base64[SEAL_KEY_TEXT], char secret_base64[SEAL_KEY_TEXT])
{
    unsigned char public_key[SEAL_KEY_BYTES], secret[SEAL_KEY_BYTES];

    seal_pair_bytes(public_key, secret);
    sodium_bin2base64(
        public_base64, SEAL_KEY_TEXT, public_key, sizeof public_key, BASE64);
    sodium_bin2base64(secret_base64, SEAL_KEY_TEXT, secret, sizeof secret, BASE64);
    sodium_memzero(secret, sizeof secret);
}
