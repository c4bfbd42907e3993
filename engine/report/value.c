#include "report/value.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>

#include "base/buf.h"
#include "base/zone.h"
#include "content/phone.h"
#include "store/view.h"

const char value_sealed[] = "[pesan dilindungi]";

/* The text with every byte that is no UTF-8 replaced; owned. */
static char *mended(const char *text)
{
    struct buf buf;
    int32_t length = (int32_t)strlen(text);

    buf_init(&buf, 3 * (size_t)length + 1);
    for (int32_t i = 0; i < length;) {
        int32_t start = i;
        UChar32 c;

        U8_NEXT(text, i, length, c);
        if (c < 0) {
            buf_add_text(&buf, "\xef\xbf\xbd");
        } else {
            buf_add(&buf, text + start, (size_t)(i - start));
        }
    }
    return buf_take(&buf);
}

json_t *value_text(const char *text)
{
    json_t *value = json_string(text == NULL ? "" : text);

    if (value == NULL) {
        char *clean = mended(text);

        value = json_string(clean);
        free(clean);
    }
    return value;
}

json_t *value_time(int64_t at_ms)
{
    char text[32];

    if (at_ms == 0) {
        return json_null();
    }
    time_format_utc(at_ms, text);
    return json_string(text);
}

static const struct zone *zone_or_utc(const char *name)
{
    const struct zone *zone = name == NULL ? NULL : zone_find(name);

    return zone != NULL ? zone : zone_find("UTC");
}

void value_local(const char *zone, int64_t at_ms, char out[32])
{
    time_format_local(zone_or_utc(zone), at_ms, out);
}

void value_contact(
    enum address_kind kind, const char *address, char out[VALUE_CONTACT_SIZE])
{
    size_t length = strlen(address);

    if (kind == ADDRESS_PHONE) {
        phone_mask(address, out);
    } else if (length < 6) {
        snprintf(out, VALUE_CONTACT_SIZE, "…");
    } else {
        const char *tail = address + length - 2;

        while (tail > address && ((unsigned char)*tail & 0xC0) == 0x80) {
            tail--; /* never half a character */
        }
        snprintf(out, VALUE_CONTACT_SIZE, "…%s", tail);
    }
}

const char *value_age_band(int birth_year, const char *zone, int64_t now)
{
    int age;

    if (birth_year == 0) {
        return "unknown";
    }
    age = zone_civil(zone_or_utc(zone), now).year - birth_year - 1;
    return age < 15    ? "10-14"
           : age < 18  ? "15-17"
           : age == 18 ? "18"
           : age < 25  ? "19-24"
                       : "25+";
}

json_t *value_stored_text(struct db *db, int64_t text_id)
{
    enum view_text_form form;
    char *text = view_text(db, text_id, &form);
    json_t *value = form == VIEW_TEXT_CLEAR    ? value_text(text)
                    : form == VIEW_TEXT_SEALED ? json_string(value_sealed)
                                               : json_null();

    free(text);
    return value;
}
