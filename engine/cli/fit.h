/*
 * fit.h: lines that a terminal is too narrow for, broken between words.
 */
#ifndef CEGAH_CLI_FIT_H
#define CEGAH_CLI_FIT_H

struct buf;

/* Appends the text with every line broken to at most `width` cells where it has a blank.
 * What follows a break stands under a table's last column, or set in by two; a rule of
 * a table is cut. A word longer than a line stays whole. */
void fit_lines(const char *text, int width, struct buf *out);

#endif
