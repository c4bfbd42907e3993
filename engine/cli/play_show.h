/*
 * play_show.h: a conversation in the terminal: bubbles at the left and the right, and
 * lines between them. What was shown since the last input is kept, for `:expect`.
 */
#ifndef CEGAH_CLI_PLAY_SHOW_H
#define CEGAH_CLI_PLAY_SHOW_H

#include <stdbool.h>

#include "base/buf.h"

/* Embedded in its owner; from play_show_init() to play_show_fini(). */
struct play_show {
    bool colour;
    struct buf seen; /* texts as they are, unbroken, each with a newline */
};

enum { PLAY_BUBBLE_CELLS = 44, PLAY_SCREEN_CELLS = 76 };

void play_show_init(struct play_show *show, bool colour);
void play_show_fini(struct play_show *show);
/* A bubble under its heading, with what may be tapped below it ("" for nothing): ours at
 * the left, the person's own at the right. */
void play_show_bubble(struct play_show *show, bool own, const char *heading,
    const char *text, const char *below);
/* A line (or several) that nobody gets: what happened, and why. */
void play_show_note(struct play_show *show, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Something was put in: what was shown before it is no longer looked at. */
void play_show_forget(struct play_show *show);
/* Appends the text with its lines broken between words to at most `width` cells; a word
 * that is longer is broken within. Every line but the last ends with a newline. What a
 * terminal would obey becomes a blank. */
void play_wrap(const char *text, int width, struct buf *out);

#endif
