/*
 * id.h: random words that nobody can guess.
 */
#ifndef CEGAH_BASE_ID_H
#define CEGAH_BASE_ID_H

#include <stddef.h>

/* Fills out with n random characters of [A-Za-z0-9] and a NUL (n + 1 bytes), from the
 * kernel; each carries close to six bits. */
void id_random(char *out, size_t n);

#endif
