/*
 * inbox_read.h: `cegah inbox read`: a focal person opens one sealed text.
 */
#ifndef CEGAH_CLI_INBOX_READ_H
#define CEGAH_CLI_INBOX_READ_H

#include <stdint.h>

#include "base/err.h"

struct reading;

/* Borrowed for the call. */
struct inbox_read {
    int64_t id;
    const char *as, *reason;
    const char *passphrases; /* see passphrases_open() */
};

/* Asks for the passphrase, writes the log of opened texts, then prints the text. Returns
 * 0; -1 with a sentence, and nothing was printed. */
int inbox_read(
    const struct reading *reading, const struct inbox_read *what, struct err *err);

#endif
