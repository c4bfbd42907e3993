/*
 * seal.h: a text that only the focal persons can read.
 *
 * The daemon holds public keys only: whoever takes its machine reads no disclosure. Each
 * text has a random key of its own; that key is sealed to each focal person's public key,
 * so any one of them can open it and none needs another's secret.
 *
 * Sealed form (version 1): 1 byte version, 1 byte n; n times 8 bytes of the public key (to
 * find one's own) and 80 bytes crypto_box_seal() of the text's key; 24 bytes nonce; the
 * text by XChaCha20-Poly1305, everything before the nonce authenticated with it.
 */
#ifndef CEGAH_CARE_SEAL_H
#define CEGAH_CARE_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct option_list;

enum {
    SEAL_KEY_BYTES = 32,
    SEAL_KEYS_MAX = 16,
    SEAL_KEY_TEXT = 45, /* 44 characters of base64 and a NUL */
    SEAL_TEXT_MAX = 1 << 20,
};

/* The focal persons' public keys. Plain data. */
struct seal_keys {
    unsigned char list[SEAL_KEYS_MAX][SEAL_KEY_BYTES];
    size_t n;
};

/* Reads public keys (base64 of 32 bytes each); none at all gives an empty set. Returns 0;
 * -1 with a sentence: more than SEAL_KEYS_MAX, one that is no key, or one twice. */
int seal_keys_parse(
    const struct option_list *base64, struct seal_keys *keys, struct err *err);
/* Adds one more; one that is there already changes nothing. Returns 0; -1 with a sentence:
 * no room, or nothing can be sealed to it. */
int seal_keys_add(
    struct seal_keys *keys, const unsigned char key[SEAL_KEY_BYTES], struct err *err);
/* True when the key is one of them. */
bool seal_keys_has(
    const struct seal_keys *keys, const unsigned char key[SEAL_KEY_BYTES]);
/* Returns the sealed form, owned, and its length. keys must hold one at least; text is at
 * most SEAL_TEXT_MAX bytes. Cannot fail. */
unsigned char *seal_text(
    const struct seal_keys *keys, const char *text, size_t *length);
/* Reads a secret key (base64). Returns 0, or -1 with a sentence that does not hold it. The
 * caller wipes it with seal_wipe(). */
int seal_secret_parse(
    const char *base64, unsigned char secret[SEAL_KEY_BYTES], struct err *err);
/* True when the sealed text can be opened by that key's secret half (or claims so). */
bool seal_is_for(const unsigned char *bytes, size_t length,
    const unsigned char public_key[SEAL_KEY_BYTES]);
/* Returns the text, owned, to be wiped and freed; NULL with a sentence: sealed to other
 * keys, damaged, or of a newer form. */
char *seal_open(const unsigned char secret[SEAL_KEY_BYTES], const unsigned char *bytes,
    size_t length, struct err *err);
/* The public half of a secret key. */
void seal_public(const unsigned char secret[SEAL_KEY_BYTES],
    unsigned char public_key[SEAL_KEY_BYTES]);
/* Makes a new pair. The caller wipes the secret half. */
void seal_pair(char public_base64[SEAL_KEY_TEXT], char secret_base64[SEAL_KEY_TEXT]);
/* The same as bytes. */
void seal_pair_bytes(
    unsigned char public_key[SEAL_KEY_BYTES], unsigned char secret[SEAL_KEY_BYTES]);
/* Keeps memory that will hold a secret out of swap and core dumps, where the system
 * allows it; seal_wipe() ends it. */
void seal_lock(void *memory, size_t bytes);
/* Overwrites memory that held a secret, also where a compiler would leave it out. */
void seal_wipe(void *memory, size_t bytes);

#endif
