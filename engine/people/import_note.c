#include "people/import_note.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

/* More digits than a date has: it may be a phone number in the wrong column. */
enum { PLAIN_DIGITS_MAX = 8 };

/* Hides all digits but the last two. */
static void mask_digits(char *text)
{
    size_t digits = 0, seen = 0;

    for (const char *at = text; *at != '\0'; at++) {
        digits += isdigit((unsigned char)*at) != 0;
    }
    for (char *at = text; *at != '\0'; at++) {
        if (isdigit((unsigned char)*at) && ++seen + 2 <= digits) {
            *at = '*';
        }
    }
}

/* Hides the numbers in a sentence about a number: runs of digits that are long enough. */
static void mask_numbers(char *text)
{
    enum { RUN = 7 };

    while (*text != '\0') {
        size_t digits = strspn(text, "0123456789");

        if (digits >= RUN) {
            memset(text, '*', digits - 2);
        }
        text += digits > 0 ? digits : 1;
    }
}

static size_t count_digits(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        n += isdigit((unsigned char)*text) != 0;
    }
    return n;
}

/* Copies as much of text as fits, whole characters only, blanks for what is invisible. */
static void copy_visible(char *out, size_t size, const char *text)
{
    int32_t length = (int32_t)strlen(text), at = 0;
    size_t n = 0;

    while (at < length) {
        int32_t from = at;
        UChar32 c;

        U8_NEXT(text, at, length, c);
        if (n + (size_t)(at - from) + 1 > size) {
            break;
        }
        if (c < 0 || u_iscntrl(c) || u_charType(c) == U_FORMAT_CHAR) {
            continue;
        }
        memcpy(out + n, text + from, (size_t)(at - from));
        n += (size_t)(at - from);
    }
    out[n] = '\0';
}

void import_note_add(struct import_notes *notes, bool refuses,
    enum import_column column, const char *value, const char *format, ...)
{
    struct import_note *note = &notes->list[notes->n];
    char said[sizeof note->text * 2];
    va_list arguments;

    notes->refused = notes->refused || refuses;
    if (notes->n == IMPORT_NOTES_MAX) {
        return;
    }
    note->column = column;
    copy_visible(note->value, sizeof note->value, value);
    if (import_column_is_number(column) || column == IMPORT_WHATSAPP_ID ||
        count_digits(note->value) > PLAIN_DIGITS_MAX) {
        mask_digits(note->value);
    }
    va_start(arguments, format);
    vsnprintf(said, sizeof said, format, arguments);
    va_end(arguments);
    copy_visible(note->text, sizeof note->text, said);
    if (import_column_is_number(column)) {
        mask_numbers(note->text);
    }
    notes->n++;
}
