#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A sentence that did not fit ends with a whole character: it travels as JSON. */
static void end_whole(char *text, size_t size)
{
    size_t at = strlen(text);

    if (at + 1 < size) {
        return;
    }
    while (at > 0 && ((unsigned char)text[at - 1] & 0xC0) == 0x80) {
        at--;
    }
    if (at > 0 && (unsigned char)text[at - 1] >= 0x80) {
        at--;
    }
    text[at] = '\0';
}

int err_set(struct err *err, enum err_code code, const char *format, ...)
{
    va_list arguments;

    if (err != NULL) {
        err->code = code;
        va_start(arguments, format);
        vsnprintf(err->text, sizeof err->text, format, arguments);
        va_end(arguments);
        end_whole(err->text, sizeof err->text);
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
        end_whole(err->text, sizeof err->text);
    }
    return -1;
}
