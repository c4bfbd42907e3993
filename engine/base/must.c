#include "base/must.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void must_fail(
    const char *file, int line, const char *condition, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "cegah: bug at %s:%d: %s: ", file, line, condition);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}
