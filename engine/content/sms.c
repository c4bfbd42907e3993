#include "content/sms.h"

#include <string.h>
#include <unicode/utf8.h>

#include "base/must.h"

enum { GSM_ALONE = 160, GSM_PART = 153, UCS2_ALONE = 70, UCS2_PART = 67 };

/* GSM 03.38's default alphabet beyond ASCII, and what of ASCII it lacks or puts behind an
 * escape (two septets). */
static const char BASIC_WIDE[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
static const char ESCAPED[] = "^{}\\[~]|€\f";

static bool holds(const char *set, UChar32 wanted)
{
    int32_t at = 0, length = (int32_t)strlen(set);

    while (at < length) {
        UChar32 c;

        U8_NEXT(set, at, length, c);
        if (c == wanted) {
            return true;
        }
    }
    return false;
}

/* Septets that the character takes; 0 when GSM-7 has it not. */
static int septets(UChar32 c)
{
    if (c < 0x80) {
        if (c == '`' || (c < ' ' && c != '\n' && c != '\r' && c != '\f') || c == 0x7F) {
            return 0;
        }
        return strchr(ESCAPED, (char)c) != NULL ? 2 : 1;
    }
    return c == 0x20AC ? 2 : holds(BASIC_WIDE, c) ? 1 : 0;
}

/* Adds a character of `units` to the parts being filled: a pair goes whole into the next. */
static void fill_part(int units, int limit, int *parts, int *used)
{
    if (*used + units > limit) {
        (*parts)++;
        *used = 0;
    }
    *used += units;
}

static UChar32 next_character(const char *text, int32_t *at)
{
    UChar32 c;

    U8_NEXT(text, *at, -1, c);
    return c < 0 ? 0xFFFD : c;
}

static void measure(const char *text, struct sms_size *size)
{
    int limit = size->unicode ? UCS2_PART : GSM_PART;
    int parts = 1, used = 0;
    int32_t at = 0;

    while (text[at] != '\0') {
        UChar32 c = next_character(text, &at);
        int units = size->unicode ? (c > 0xFFFF ? 2 : 1) : septets(c);

        size->units += units;
        fill_part(units, limit, &parts, &used);
    }
    size->parts = size->units <= (size->unicode ? UCS2_ALONE : GSM_ALONE) ? 1 : parts;
}

struct sms_size sms_measure(const char *text)
{
    struct sms_size size = {.parts = 1};
    size_t place = 0;
    int32_t at = 0;

    must(strlen(text) < (1U << 24), "a text of %zu bytes", strlen(text));
    while (text[at] != '\0' && !size.unicode) {
        UChar32 c = next_character(text, &at);

        if (septets(c) == 0) {
            size.unicode = true;
            size.first_wide = (uint32_t)c;
            size.first_wide_at = place;
        }
        place++;
    }
    measure(text, &size);
    return size;
}

const char *sms_plain_form(uint32_t character)
{
    static const struct {
        uint32_t character;
        const char *plain;
    } forms[] = {
        {0x2018, "'"},
        {0x2019, "'"},
        {0x201A, ","},
        {0x201B, "'"},
        {0x02BC, "'"},
        {0x00B4, "'"},
        {'`', "'"},
        {0x2032, "'"},
        {0x201C, "\""},
        {0x201D, "\""},
        {0x201E, "\""},
        {0x00AB, "\""},
        {0x00BB, "\""},
        {0x2033, "\""},
        {0x2010, "-"},
        {0x2011, "-"},
        {0x2012, "-"},
        {0x2013, "-"},
        {0x2014, "-"},
        {0x2015, "-"},
        {0x2212, "-"},
        {0x2026, "..."},
        {0x2022, "-"},
        {0x00B7, "-"},
        {0x00A0, " "},
        {0x2007, " "},
        {0x202F, " "},
        {0x2009, " "},
        {'\t', " "},
        {0x200B, ""},
        {0x200C, ""},
        {0x200D, ""},
        {0xFEFF, ""},
        {0x00AD, ""},
        {0x00D7, "x"},
        {0x00E7, "c"},
        {0x00EA, "e"},
        {0x00EB, "e"},
        {0x00E2, "a"},
        {0x00E1, "a"},
        {0x00ED, "i"},
        {0x00F3, "o"},
        {0x00FA, "u"},
        {0x2192, "->"},
        {0x2713, "v"},
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (forms[i].character == character) {
            return forms[i].plain;
        }
    }
    return NULL;
}
