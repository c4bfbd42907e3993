/*
 * err.h: one sentence for the person who will read it.
 *
 * A function that can fail for a reason outside cegah returns 0 or -1 and fills one
 * struct err: what happened, where, and what to do. The code is the exit status that
 * the command line gives (2 wrong usage is the command line's own).
 */
#ifndef CEGAH_BASE_ERR_H
#define CEGAH_BASE_ERR_H

enum err_code {
    ERR_NONE = 0,
    ERR_REFUSED = 1, /* the input or the rules say no */
    ERR_USAGE = 2,   /* the call itself is wrong */
    ERR_UNABLE = 3,  /* store, network or machine: it could not be done */
};

/* Owned by the caller, on its stack; no end needed. */
struct err {
    enum err_code code;
    char text[2048];
};

/* Sets code and sentence (cut at the size of text,
 * between two characters); always returns -1. err may be NULL. */
int err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the sentence that err holds; always returns -1. */
int err_prefix(struct err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
