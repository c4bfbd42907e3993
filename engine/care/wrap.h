/*
 * wrap.h: what a passphrase protects: a person's sign-in, and a focal person's secret key.
 *
 * Both by Argon2id at the same cost, since whoever has the file may try its guesses at
 * either. It takes about a second and 256 MiB: never on the daemon's loop; the command
 * does it, and hands on the hash and the wrapped key.
 *
 * Wrapped form (version 1): 1 byte version; 4 bytes operations and 4 bytes KiB of memory,
 * big-endian; 16 bytes salt; 24 bytes nonce; the secret key by XChaCha20-Poly1305 with a
 * tag, everything before it and the public key authenticated with it.
 */
#ifndef CEGAH_CARE_WRAP_H
#define CEGAH_CARE_WRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "care/seal.h"

enum {
    PASSPHRASE_CHARACTERS_MIN = 12,
    PASSPHRASE_BYTES_MAX = 256,
    WRAP_HASH_SIZE = 128,
    WRAP_BYTES = 1 + 4 + 4 + 16 + 24 + SEAL_KEY_BYTES + 16,
};

/* What Argon2id may cost. */
struct wrap_cost {
    uint32_t operations, kib;
};

/* What every passphrase of the product costs; tests take less. */
extern const struct wrap_cost wrap_cost_usual;

/* 0 when it may be somebody's passphrase; -1 with a sentence: shorter than
 * PASSPHRASE_CHARACTERS_MIN characters, longer than PASSPHRASE_BYTES_MAX bytes, one
 * character over and over, or it holds the name. */
int passphrase_check(const char *passphrase, const char *name, struct err *err);

/* Writes the hash as a text ("$argon2id$…"). Returns 0; -1 with a sentence when the
 * machine has not the memory. */
int wrap_hash(const char *passphrase, const struct wrap_cost *cost,
    char hash[WRAP_HASH_SIZE], struct err *err);
bool wrap_hash_matches(const char *hash, const char *passphrase);

/* Wraps the secret key. Returns 0; -1 with a sentence when the machine has not the
 * memory. */
int wrap_key(const unsigned char secret[SEAL_KEY_BYTES], const char *passphrase,
    const struct wrap_cost *cost, unsigned char wrapped[WRAP_BYTES], struct err *err);
/* Unwraps it; the caller wipes the secret. Returns 0; -1 with a sentence: ERR_REFUSED for
 * a wrong passphrase, ERR_UNABLE when the form is unknown or damaged, or memory is
 * missing. */
int wrap_open(const unsigned char *wrapped, size_t length,
    const unsigned char public_key[SEAL_KEY_BYTES], const char *passphrase,
    unsigned char secret[SEAL_KEY_BYTES], struct err *err);

#endif
