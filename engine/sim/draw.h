/*
 * draw.h: chance that repeats: every draw is a hash of a seed and of what it is about, so
 * the same profile gives the same run, whatever the order of things.
 */
#ifndef CEGAH_SIM_DRAW_H
#define CEGAH_SIM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

/* Returns 64 even bits. purpose keeps draws about the same thing apart ("share", "say"). */
uint64_t draw(int64_t seed, const char *purpose, const char *phone, uint64_t count);
/* What a text is counted as: the same for the same text. */
uint64_t draw_step(const char *text);
/* The `count` of a draw about one message: how its text counts (draw_step()), and how
 * often the same was asked for the same phone before. So a draw depends neither on what
 * other phones get nor on the order in which requests come. */
uint64_t draw_message(uint64_t step, uint64_t attempt);
/* True in `share` (0 … 1) of all draws. */
bool draw_happens(uint64_t drawn, double share);
/* Returns 0 … n - 1, evenly; 0 for n = 0. */
uint64_t draw_below(uint64_t drawn, uint64_t n);

#endif
