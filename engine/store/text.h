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
/* A message's clear text with its form (message_form.h's JSON; NULL: it has none). */
int64_t text_add_message(
    struct db *db, const char *text, const char *form_json, int64_t now);
/* Returns such a text, owned, as text_find_clear(); *form_json gets the form, owned, or
 * NULL. */
char *text_find_message(struct db *db, int64_t id, char **form_json);
/* Returns the clear text, owned; NULL when there is none of that id or it is sealed. */
char *text_find_clear(struct db *db, int64_t id);
/* Returns the sealed bytes, owned; NULL when there is none of that id or it is clear. */
unsigned char *text_find_sealed(struct db *db, int64_t id, size_t *length);

#endif
