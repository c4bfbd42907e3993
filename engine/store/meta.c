#include "store/meta.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/mem.h"
#include "store/db.h"

enum { TAG_BYTES = 16, TAG_LETTERS = 12 };

char *meta_find(struct db *db, const char *key)
{
    struct stmt *stmt = db_stmt(db, "SELECT value FROM meta WHERE key=?1");
    char *value = NULL;

    stmt_text(stmt, 1, key);
    if (stmt_row(stmt)) {
        value = mem_copy(stmt_get_text(stmt, 0));
        stmt_end(stmt);
    }
    return value;
}

void meta_set(struct db *db, const char *key, const char *value)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO meta (key,value) VALUES (?1,?2)"
                    " ON CONFLICT (key) DO UPDATE SET value=excluded.value");

    stmt_text(stmt, 1, key);
    stmt_text(stmt, 2, value);
    stmt_run(stmt);
}

int64_t meta_find_int(struct db *db, const char *key, int64_t fallback)
{
    char *value = meta_find(db, key);
    int64_t number = value == NULL ? fallback : strtoll(value, NULL, 10);

    free(value);
    return number;
}

void meta_set_int(struct db *db, const char *key, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    meta_set(db, key, text);
}

void reference_load(struct db *db, struct reference_key *key)
{
    char *hex = meta_find(db, "reference_key");
    char made[65];

    if (hex == NULL) {
        randombytes_buf(key->key, sizeof key->key);
        sodium_bin2hex(made, sizeof made, key->key, sizeof key->key);
        if (db_is_writer(db)) {
            meta_set(db, "reference_key", made);
            meta_set_int(db, "epoch", 1);
        }
    } else {
        sodium_hex2bin(key->key, sizeof key->key, hex, strlen(hex), NULL, NULL, NULL);
    }
    key->epoch = meta_find_int(db, "epoch", 1);
    free(hex);
}

static void tag(const struct reference_key *key, int64_t id, char out[TAG_LETTERS + 1])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int64_t message[2] = {key->epoch, id};
    unsigned char hash[TAG_BYTES];

    crypto_generichash(hash, sizeof hash, (const unsigned char *)message,
        sizeof message, key->key, sizeof key->key);
    for (int i = 0; i < TAG_LETTERS; i++) {
        out[i] = letters[hash[i] & 63];
    }
    out[TAG_LETTERS] = '\0';
}

void reference_make(const struct reference_key *key, int64_t message_id, int n,
    char out[REFERENCE_SIZE])
{
    char letters[TAG_LETTERS + 1];
    int used;

    tag(key, message_id, letters);
    used = snprintf(out, REFERENCE_SIZE, "%" PRId64 "-%" PRId64 "-%s", key->epoch,
        message_id, letters);
    if (n > 0) {
        snprintf(out + used, REFERENCE_SIZE - (size_t)used, "_%d", n);
    }
}

int64_t reference_read(const struct reference_key *key, const char *text, int *n)
{
    char letters[TAG_LETTERS + 1], *end;
    long long epoch, id;
    long attempt = 0;

    *n = 0;
    epoch = strtoll(text, &end, 10);
    if (end == text || *end != '-' || epoch != key->epoch) {
        return 0;
    }
    text = end + 1;
    id = strtoll(text, &end, 10);
    if (end == text || *end != '-' || id <= 0 || strlen(end + 1) < TAG_LETTERS) {
        return 0;
    }
    tag(key, id, letters);
    if (sodium_memcmp(letters, end + 1, TAG_LETTERS) != 0) {
        return 0;
    }
    text = end + 1 + TAG_LETTERS;
    if (*text == '_') {
        attempt = strtol(text + 1, &end, 10);
        text = end;
    }
    if (*text != '\0' || attempt < 0 || attempt > 1000) {
        return 0;
    }
    *n = (int)attempt;
    return id;
}
