#include "base/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool is_plain(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_' ||
           byte == '~';
}

/* Escapes into a piece of the stack first: most of what is sent goes through here. */
int url_escape(struct buf *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    char piece[256];
    size_t n = 0;
    int result = 0;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (n + 3 > sizeof piece) {
            result |= buf_add(out, piece, n);
            n = 0;
        }
        if (is_plain(byte)) {
            piece[n++] = (char)byte;
        } else {
            piece[n++] = '%';
            piece[n++] = digits[byte >> 4];
            piece[n++] = digits[byte & 15];
        }
    }
    return result | buf_add(out, piece, n);
}

int url_add_parameter(struct buf *out, const char *name, const char *value)
{
    int result = 0;

    if (out->length > 0 && strchr("?&", out->data[out->length - 1]) == NULL) {
        result |= buf_add_char(out, '&');
    }
    result |= url_escape(out, name);
    result |= buf_add_char(out, '=');
    result |= url_escape(out, value);
    return result;
}

size_t url_origin(const char *url)
{
    size_t scheme = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    if (scheme == 0 || strncmp(url + scheme, "://", 3) != 0 ||
        strchr(url, '#') != NULL) {
        return 0;
    }
    scheme += strlen("://");
    return scheme + strcspn(url + scheme, "/?");
}

static int hex(unsigned char digit)
{
    if (isdigit(digit)) {
        return digit - '0';
    }
    digit = (unsigned char)tolower(digit);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Decodes in place up to end; returns the length, or -1 when an escape is broken. */
static ptrdiff_t decode(char *from, char *end)
{
    char *start = from, *to = from;

    for (; from < end; from++) {
        if (*from == '+') {
            *to++ = ' ';
        } else if (*from == '%') {
            int high = end - from > 2 ? hex((unsigned char)from[1]) : -1;
            int low = high >= 0 ? hex((unsigned char)from[2]) : -1;

            if (low < 0) {
                return -1;
            }
            *to++ = (char)(high * 16 + low);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return to - start;
}

/* Decodes one "name=value", which ends at stop. */
static int parse_field(struct form_field *field, char *at, char *stop)
{
    char *equals = memchr(at, '=', (size_t)(stop - at));
    char *value = equals == NULL ? stop : equals + 1;
    ptrdiff_t name_n, value_n;

    *stop = '\0';
    value_n = decode(value, stop);
    name_n = decode(at, equals == NULL ? stop : equals);
    if (value_n < 0 || name_n < 0 || memchr(at, '\0', (size_t)name_n) != NULL) {
        return -1;
    }
    *field = (struct form_field){.name = at, .value = value, .length = (size_t)value_n};
    return 0;
}

int form_parse_bytes(struct form *form, const char *text, size_t length)
{
    char *at, *end;

    *form = (struct form){.memory = mem_copy_n(text, length)};
    if (memchr(text, '\0', length) != NULL) {
        return -1;
    }
    end = form->memory + length;
    for (at = form->memory; at < end;) {
        char *stop = memchr(at, '&', (size_t)(end - at));

        stop = stop == NULL ? end : stop;
        if (stop > at) {
            if (form->n == FORM_FIELDS_MAX ||
                parse_field(&form->fields[form->n], at, stop) != 0) {
                return -1;
            }
            form->n++;
        }
        at = stop + 1;
    }
    return 0;
}

int form_parse(struct form *form, const char *text, size_t length)
{
    int result = form_parse_bytes(form, text, length);

    for (size_t i = 0; i < form->n; i++) {
        if (strlen(form->fields[i].value) != form->fields[i].length) {
            result = -1;
        }
    }
    return result;
}

void form_fini(struct form *form)
{
    free(form->memory);
    *form = (struct form){0};
}

const struct form_field *form_find_field(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->n; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            return &form->fields[i];
        }
    }
    return NULL;
}

const char *form_find(const struct form *form, const char *name)
{
    const struct form_field *field = form_find_field(form, name);

    return field == NULL ? NULL : field->value;
}
