#include "content/fill.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/option.h"

enum { FILLED_BYTES_MAX = 1 << 20 };

static const struct placeholder {
    const char *name;
    const char *written;
    size_t limit;  /* characters */
    size_t offset; /* of its value in struct fill */
} PLACEHOLDERS[] = {
    {"nama", "{nama}", 12, offsetof(struct fill, nama)},
    {"lembaga", "{lembaga}", 12, offsetof(struct fill, lembaga)},
    {"kab", "{kab}", 10, offsetof(struct fill, kab)},
    {"telp", "{telp}", 14, offsetof(struct fill, telp)},
    {"kode", "{kode}", 6, offsetof(struct fill, kode)},
    {"layanan", "{layanan}", 20, offsetof(struct fill, layanan)},
    {"judul", "{judul}", 24, offsetof(struct fill, judul)},
    {"hari", "{hari}", 6, offsetof(struct fill, hari)},
    {"tgl", "{tgl}", 6, offsetof(struct fill, tgl)},
    {"jam", "{jam}", 5, offsetof(struct fill, jam)},
    {"zona", "{zona}", 4, offsetof(struct fill, zona)},
    {"link", "{link}", 24, offsetof(struct fill, link)},
};
enum { PLACEHOLDERS_N = sizeof PLACEHOLDERS / sizeof PLACEHOLDERS[0] };

static const struct placeholder *find_placeholder(const char *name, size_t length)
{
    for (size_t i = 0; i < PLACEHOLDERS_N; i++) {
        if (strlen(PLACEHOLDERS[i].name) == length &&
            strncmp(PLACEHOLDERS[i].name, name, length) == 0) {
            return &PLACEHOLDERS[i];
        }
    }
    return NULL;
}

size_t placeholder_limit(const char *name, size_t length)
{
    const struct placeholder *placeholder = find_placeholder(name, length);

    return placeholder == NULL ? 0 : placeholder->limit;
}

const char *placeholder_nearest(const char *name)
{
    const char *nearest = NULL;
    int least = 3;

    for (size_t i = 0; i < PLACEHOLDERS_N; i++) {
        int distance = word_distance(PLACEHOLDERS[i].name, name);

        if (distance < least) {
            least = distance;
            nearest = PLACEHOLDERS[i].written;
        }
    }
    return nearest;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

size_t text_characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++) {
        count += !is_continuation(*text);
    }
    return count;
}

/* Bytes of the first `limit` characters. */
static size_t bytes_of(const char *text, size_t limit)
{
    size_t at = 0;

    while (text[at] != '\0') {
        if (!is_continuation(text[at]) && limit-- == 0) {
            break;
        }
        at++;
    }
    return at;
}

static void add_value(
    struct buf *out, const struct placeholder *placeholder, const struct fill *fill)
{
    const char *value;

    if (fill == NULL) {
        for (size_t i = 0; i < placeholder->limit; i++) {
            buf_add_char(out, 'x');
        }
        return;
    }
    value = *(const char *const *)((const char *)fill + placeholder->offset);
    if (value != NULL) {
        buf_add(out, value, bytes_of(value, placeholder->limit));
    }
}

/* With fill NULL every value is as long as it may be. */
static char *fill_text(const char *text, const struct fill *fill)
{
    struct buf out;
    char *filled;

    buf_init(&out, FILLED_BYTES_MAX);
    while (*text != '\0') {
        size_t plain = strcspn(text, "{"), length;
        const struct placeholder *placeholder;

        buf_add(&out, text, plain);
        text += plain;
        if (*text == '\0') {
            break;
        }
        length = strcspn(text + 1, "}");
        placeholder =
            text[1 + length] == '}' ? find_placeholder(text + 1, length) : NULL;
        if (placeholder == NULL) {
            buf_add_char(&out, '{');
            text++;
        } else {
            add_value(&out, placeholder, fill);
            text += length + 2;
        }
    }
    filled = buf_take(&out);
    buf_fini(&out);
    return filled;
}

char *text_fill(const char *template_text, const struct fill *fill)
{
    return fill_text(template_text, fill);
}

char *text_fill_longest(const char *template_text)
{
    return fill_text(template_text, NULL);
}
