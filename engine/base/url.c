#include "base/url.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int url_escape(struct buf *out, const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    int result = 0;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if ((byte < 128 && isalnum(byte)) || strchr("-._~", byte) != NULL) {
            result |= buf_add_char(out, (char)byte);
        } else {
            char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};

            result |= buf_add(out, escaped, sizeof escaped);
        }
    }
    return result;
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

static int hex(unsigned char digit)
{
    if (isdigit(digit)) {
        return digit - '0';
    }
    digit = (unsigned char)tolower(digit);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Decodes in place up to end; returns 0, or -1 when an escape is broken. */
static int decode(char *from, char *end)
{
    char *to = from;

    for (; from < end; from++) {
        if (*from == '+') {
            *to++ = ' ';
        } else if (*from == '%') {
            int high = end - from > 2 ? hex((unsigned char)from[1]) : -1;
            int low = high >= 0 ? hex((unsigned char)from[2]) : -1;

            if (low < 0 || high * 16 + low == 0) {
                return -1;
            }
            *to++ = (char)(high * 16 + low);
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return 0;
}

int form_parse(struct form *form, const char *text, size_t length)
{
    char *at, *end;

    *form = (struct form){.memory = mem_copy_n(text, length)};
    if (memchr(text, '\0', length) != NULL) {
        return -1;
    }
    end = form->memory + length;
    for (at = form->memory; at < end;) {
        char *stop = memchr(at, '&', (size_t)(end - at));
        char *equals;

        stop = stop == NULL ? end : stop;
        if (stop > at) {
            if (form->n == FORM_FIELDS_MAX) {
                return -1;
            }
            equals = memchr(at, '=', (size_t)(stop - at));
            form->fields[form->n].name = at;
            form->fields[form->n].value = equals == NULL ? "" : equals + 1;
            *stop = '\0';
            if ((equals != NULL && decode(equals + 1, stop) != 0) ||
                decode(at, equals == NULL ? stop : equals) != 0) {
                return -1;
            }
            form->n++;
        }
        at = stop + 1;
    }
    return 0;
}

void form_fini(struct form *form)
{
    free(form->memory);
    *form = (struct form){0};
}

const char *form_find(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->n; i++) {
        if (strcmp(form->fields[i].name, name) == 0) {
            return form->fields[i].value;
        }
    }
    return NULL;
}
