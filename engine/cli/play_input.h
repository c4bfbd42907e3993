/*
 * play_input.h: what is typed while a series is played, a line at a time: from the
 * terminal, or from a script.
 */
#ifndef CEGAH_CLI_PLAY_INPUT_H
#define CEGAH_CLI_PLAY_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { PLAY_LINE_MAX = 4096 };

enum play_input_kind {
    PLAY_NEXT,     /* an empty line: to the next event */
    PLAY_TIME,     /* +1d: span_ms */
    PLAY_COMMAND,  /* :word text */
    PLAY_SAY,      /* text: what the person writes */
    PLAY_COMMENT,  /* # … */
    PLAY_MISTAKEN, /* looks like time, and is none */
};

/* One line, taken apart; text points into it. */
struct play_input {
    enum play_input_kind kind;
    int64_t span_ms;
    char word[16];
    const char *text;
};

/* Takes a line apart (without its newline). A first \ lets a line that begins with + : #
 * be written to us as it is. Spans: +20m +3h +1d +2w, at most two years. */
void play_input_read(const char *line, struct play_input *input);

/* Where lines come from. Embedded in its owner; from play_lines_open() to
 * play_lines_close(). */
struct play_lines {
    bool is_terminal;
    const char *name; /* for complaints: the script's path, or "stdin" */
    char *text;       /* of a script, owned */
    char *at;
    int number;  /* of the line read last, from 1 */
    int signals; /* a descriptor that tells of Ctrl-C, or -1 */
    char line[PLAY_LINE_MAX];
};

/* path: a script's, or NULL for stdin. Returns 0; -1 with a sentence: it cannot be read, or
 * is longer than 1 MiB. */
int play_lines_open(struct play_lines *lines, const char *path, struct err *err);
/* Returns the next line, borrowed until the next call; NULL at the end, or after Ctrl-C. */
const char *play_lines_next(struct play_lines *lines);
void play_lines_close(struct play_lines *lines);

#endif
