/*
 * passphrase.h: asking for a passphrase: on the terminal without echo, or for scripts a
 * line of a file or of stdin.
 */
#ifndef CEGAH_CLI_PASSPHRASE_H
#define CEGAH_CLI_PASSPHRASE_H

#include <stdbool.h>

#include "base/err.h"
#include "care/wrap.h"

/* Embedded in its command, which wipes it by passphrase_wipe() on every way out. */
struct passphrase {
    char text[PASSPHRASE_BYTES_MAX + 2];
};

/* Where they come from; from passphrases_open() to passphrases_close(). */
struct passphrases {
    int descriptor;
    bool is_terminal, is_owned;
};

/* path: a file, "-" for stdin; NULL: the terminal, or stdin when that is none. Each
 * passphrase asked for is then a line. Returns 0; -1 with a sentence. */
int passphrases_open(struct passphrases *from, const char *path, struct err *err);
void passphrases_close(struct passphrases *from);
/* what: "Passphrase of rahma", for the terminal's prompt; twice: a terminal asks again,
 * and both must be the same. Returns 0; -1 with a sentence, and passphrase is wiped. */
int passphrase_ask(const struct passphrases *from, const char *what, bool twice,
    struct passphrase *passphrase, struct err *err);
void passphrase_wipe(struct passphrase *passphrase);
/* Holds up whoever guesses. */
void passphrase_was_wrong(void);

#endif
