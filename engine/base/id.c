#include "base/id.h"

#include <sys/random.h>

#include "base/must.h"

void id_random(char *out, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    enum { LETTERS = sizeof letters - 1, FAIR = 256 - 256 % LETTERS };

    for (size_t i = 0; i < n;) {
        unsigned char byte;

        must(getrandom(&byte, 1, 0) == 1, "no random bytes");
        if (byte < FAIR) {
            out[i++] = letters[byte % LETTERS];
        }
    }
    out[n] = '\0';
}
