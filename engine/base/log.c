#include "base/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PHONE_DIGITS = 7, SHOWN_DIGITS = 2 };

/* Counts the digits of a run that may hold the separators people type in numbers. */
static size_t run_of_digits(const char *text, size_t *digits)
{
    size_t length = 0, end = 0;

    *digits = 0;
    for (;; length++) {
        unsigned char byte = (unsigned char)text[length];

        if (isdigit(byte)) {
            (*digits)++;
            end = length + 1;
        } else if ((byte != '-' && byte != '.') || *digits == 0 ||
                   !isdigit((unsigned char)text[length + 1])) {
            break;
        }
    }
    return end;
}

char *log_mask(const char *text, char *out, size_t size)
{
    size_t used = 0;

    while (*text != '\0' && used + 1 < size) {
        size_t digits = 0, run = run_of_digits(text, &digits);

        if (digits >= PHONE_DIGITS) {
            int wrote = snprintf(out + used, size - used, "…%.*s", SHOWN_DIGITS,
                text + run - SHOWN_DIGITS);

            used += (size_t)wrote < size - used ? (size_t)wrote : size - used - 1;
            text += run;
        } else if (run > 0) {
            size_t room = size - used - 1, taken = run < room ? run : room;

            memcpy(out + used, text, taken);
            used += taken;
            text += run;
        } else {
            out[used++] = *text++;
        }
    }
    out[used] = '\0';
    return out;
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char line[2048], masked[2048], stamp[32];
    struct timespec now;
    struct tm parts;
    va_list arguments;

    if (level < LOG_INFO) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s.%03ldZ %s %s %s\n", stamp, now.tv_nsec / 1000000, names[level],
        event, log_mask(line, masked, sizeof masked));
}
