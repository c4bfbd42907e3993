/*
 * reply_internal.h: what reply.c and reply_sentence.c share: a message cut into words.
 */
#ifndef CEGAH_CONTENT_REPLY_INTERNAL_H
#define CEGAH_CONTENT_REPLY_INTERNAL_H

#include "content/reply.h"

enum { KEYWORD_BYTES_MAX = 200, TOKENS_MAX = 24 };

/* A normalised message cut into its words. */
struct tokens {
    char text[KEYWORD_BYTES_MAX];
    const char *list[TOKENS_MAX];
    size_t n;
};

/* Returns false when there are none, or more than any keyword has. */
bool tokens_split(const char *message, struct tokens *tokens);
/* Normalises, takes particles off the end when asked, and splits; false as above, and for
 * a message so long that it may have been cut. */
bool tokens_read(const char *text, bool particles_off, struct tokens *tokens);
bool token_is_no(const char *word);
/* The word, or one typing slip away from it without being a word of its own. */
bool token_is_nearly(const char *word, const char *keyword);

/* What the normalised message is as one of the commands, or as a word that the campaign
 * adds; never by a typing slip. */
enum keyword command_keyword(const char *message, const struct words *words);
/* True when the message is a word, and no real one, with one slip in a listed one. */
bool is_slip_of(const char *const *list, const char *message);
/* What a whole sentence asks for; KEYWORD_NONE when it says anything more. */
enum keyword sentence_keyword(const char *text);

#endif
