/*
 * text.h: message texts, apart from everything else: clear or sealed.
 */
#ifndef CEGAH_STORE_TEXT_H
#define CEGAH_STORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct db;

/* Each returns the text's id. */
int64_t text_add_clear(struct db *db, const char *text, int64_t now);
int64_t text_add_sealed(struct db *db, const void *bytes, size_t length, int64_t now);
/* Returns the clear text, owned; NULL when there is none of that id or it is sealed. */
char *text_find_clear(struct db *db, int64_t id);
/* Returns the sealed bytes, owned; NULL when there is none of that id or it is clear. */
unsigned char *text_find_sealed(struct db *db, int64_t id, size_t *length);

#endif
