/*
 * log.h: structured lines on stderr, one a decision: time level event key=value …
 *
 * Logged once, where the decision is made, with ids. The logger itself masks what must
 * never be in a log: every run of seven or more digits (a phone number, with or without
 * its +) becomes "+…" and its last two digits. Message bodies and secrets are not
 * values that anyone passes here.
 */
#ifndef CEGAH_BASE_LOG_H
#define CEGAH_BASE_LOG_H

#include <stddef.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* LOG_DEBUG lines are dropped. event is a word (gateway_paused); format gives "key=value
 * key=value"; line ≤ 2 KiB. */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Writes text into out (size bytes) with phone numbers masked, cut to fit; returns out. */
char *log_mask(const char *text, char *out, size_t size);

#endif
