/*
 * meta.h: single facts of the file, and the references made of its key.
 *
 * A message's reference goes out in callbacks and comes back from anybody. It is the
 * message's id with a keyed tag, so it needs no index and cannot be guessed, and carries
 * the file's epoch, which changes at a restore: EPOCH-ID-TAG, an attempt appends _N; all
 * of [A-Za-z0-9_-].
 */
#ifndef CEGAH_STORE_META_H
#define CEGAH_STORE_META_H

#include <stddef.h>
#include <stdint.h>

struct db;

/* Returns the value, owned; NULL when absent. */
char *meta_find(struct db *db, const char *key);
void meta_set(struct db *db, const char *key, const char *value);
int64_t meta_find_int(struct db *db, const char *key, int64_t fallback);
void meta_set_int(struct db *db, const char *key, int64_t value);

enum { REFERENCE_SIZE = 64 };

/* What references are made with. Filled by reference_load(); plain data. */
struct reference_key {
    unsigned char key[32];
    int64_t epoch;
};

/* Reads the key, and makes it at the file's first use (a write: DB_WRITE only; a reader
 * of a file without one gets a key that fits no message). */
void reference_load(struct db *db, struct reference_key *key);
/* n: the attempt's number, 0 for the message itself. */
void reference_make(const struct reference_key *key, int64_t message_id, int n,
    char out[REFERENCE_SIZE]);
/* Returns the message's id, and the attempt's number in *n (0: none); 0 when the text is
 * no reference of this file and epoch. */
int64_t reference_read(const struct reference_key *key, const char *text, int *n);

#endif
