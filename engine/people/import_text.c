#include "people/import_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include "base/mem.h"

enum { UTF8_MOST = 3 /* bytes that one UTF-16 unit or one byte of 1252 comes to */ };

/* Windows-1252 from 0x80 to 0x9F; 0: the byte means nothing. The rest is Latin-1. */
static const uint16_t windows[32] = {0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020,
    0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019,
    0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,
    0x017E, 0x0178};

static bool begins(const char *bytes, size_t length, const char *with, size_t n)
{
    return length >= n && memcmp(bytes, with, n) == 0;
}

static int check_kind(const char *bytes, size_t length, struct err *err)
{
    if (begins(bytes, length, "PK\3\4", 4)) {
        return err_set(err, ERR_REFUSED,
            "this is a spreadsheet, not a CSV file; `cegah contacts import` takes "
            ".xlsx, "
            "for others save it as \"CSV UTF-8\" and import that");
    }
    if (begins(bytes, length, "\xD0\xCF\x11\xE0", 4)) {
        return err_set(err, ERR_REFUSED,
            "this is an old Excel file (.xls), or one with a password; save it without "
            "a password as .xlsx or \"CSV UTF-8\" and import that");
    }
    return 0;
}

static uint16_t unit_at(const char *bytes, size_t i, bool big)
{
    uint8_t one = (uint8_t)bytes[2 * i], other = (uint8_t)bytes[2 * i + 1];

    return (uint16_t)(big ? one << 8 | other : other << 8 | one);
}

/* Half a pair becomes U+FFFD, as a lost character is shown. */
static char *from_utf16(const char *bytes, size_t *length, bool big)
{
    size_t units = *length / 2, n = 0;
    char *text = mem_alloc(units * UTF8_MOST + 1);

    for (size_t i = 1; i < units; i++) { /* the first is the mark */
        UChar32 c = unit_at(bytes, i, big);

        if (U16_IS_LEAD(c) && i + 1 < units &&
            U16_IS_TRAIL(unit_at(bytes, i + 1, big))) {
            c = U16_GET_SUPPLEMENTARY(c, unit_at(bytes, i + 1, big));
            i++;
        } else if (U16_IS_SURROGATE(c)) {
            c = 0xFFFD;
        }
        U8_APPEND_UNSAFE(text, n, c);
    }
    text[n] = '\0';
    *length = n;
    return text;
}

/* True when nothing beyond ASCII in it is UTF-8, and something is no UTF-8. */
static bool is_windows(const char *bytes, size_t length)
{
    bool broken = false;

    for (size_t i = 0; i < length;) {
        UChar32 c;

        U8_NEXT(bytes, i, length, c);
        if (c >= 0x80) {
            return false;
        }
        broken = broken || c < 0;
    }
    return broken;
}

/* A byte that means nothing stays, and is refused with its row as no text. */
static char *from_windows(const char *bytes, size_t *length)
{
    char *text = mem_alloc(*length * UTF8_MOST + 1);
    size_t n = 0;

    for (size_t i = 0; i < *length; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        UChar32 c = byte >= 0x80 && byte < 0xA0 ? windows[byte - 0x80] : byte;

        if (c == 0 && byte != 0) {
            text[n++] = bytes[i];
        } else {
            U8_APPEND_UNSAFE(text, n, c);
        }
    }
    text[n] = '\0';
    *length = n;
    return text;
}

char *import_text_take(char *bytes, size_t *length, struct err *err)
{
    bool little = begins(bytes, *length, "\xFF\xFE", 2);
    bool big = begins(bytes, *length, "\xFE\xFF", 2);
    char *text = NULL;

    if (check_kind(bytes, *length, err) != 0) {
        goto out;
    }
    if ((little || big) && *length % 2 != 0) {
        err_set(err, ERR_REFUSED,
            "the file is UTF-16 text that was cut off in a character; copy it again");
    } else if (little || big) {
        text = from_utf16(bytes, length, big);
    } else if (begins(bytes, *length, "\xEF\xBB\xBF", 3)) {
        *length -= 3;
        text = mem_copy_n(bytes + 3, *length);
    } else if (is_windows(bytes, *length)) {
        text = from_windows(bytes, length);
    } else {
        text = mem_copy_n(bytes, *length);
    }
out:
    free(bytes);
    return text;
}
