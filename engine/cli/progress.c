#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 30 };

bool progress_is_wanted(void)
{
    return isatty(STDERR_FILENO) == 1;
}

void progress_draw(const char *what, int thousandths)
{
    char bar[WIDTH + 1];
    int full = thousandths < 0      ? 0
               : thousandths > 1000 ? WIDTH
                                    : thousandths * WIDTH / 1000;

    memset(bar, '.', WIDTH);
    memset(bar, '#', (size_t)full);
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %3d %%", what, bar, thousandths / 10);
    fflush(stderr);
}

void progress_clear(void)
{
    fputs("\r\033[K", stderr);
    fflush(stderr);
}
