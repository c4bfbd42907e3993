/*
 * http_date.h: the date of HTTP headers, as RFC 9110 wants it sent (IMF-fixdate).
 */
#ifndef CEGAH_BASE_HTTP_DATE_H
#define CEGAH_BASE_HTTP_DATE_H

#include <stdint.h>

/* Reads "Sun, 06 Nov 1994 08:49:37 GMT" and nothing else; the day's name is not compared
 * with the date. Returns 0 with UTC ms since the epoch, or -1. text may be NULL. */
int http_date_parse(const char *text, int64_t *ms);

#endif
