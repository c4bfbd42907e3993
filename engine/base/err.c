#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list arguments;

    if (err != NULL) {
        err->code = code;
        va_start(arguments, format);
        vsnprintf(err->text, sizeof err->text, format, arguments);
        va_end(arguments);
    }
    return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
    va_list arguments;
    char old[sizeof err->text];
    int used;

    if (err != NULL) {
        memcpy(old, err->text, sizeof old);
        va_start(arguments, format);
        used = vsnprintf(err->text, sizeof err->text, format, arguments);
        va_end(arguments);
        if (used >= 0 && (size_t)used < sizeof err->text) {
            snprintf(err->text + used, sizeof err->text - (size_t)used, ": %s", old);
        }
    }
    return -1;
}
