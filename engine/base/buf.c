#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_BYTES = 256 };

void buf_init(struct buf *buf, size_t maximum_bytes)
{
    *buf = (struct buf){.maximum = maximum_bytes};
}

void buf_fini(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    buf->overflowed = false;
    if (buf->data != NULL) {
        buf->data[0] = '\0';
    }
}

static int reserve(struct buf *buf, size_t more)
{
    size_t wanted;

    if (more > buf->maximum - buf->length) {
        buf->overflowed = true;
        return -1;
    }
    wanted = buf->length + more + 1;
    if (wanted > buf->capacity) {
        size_t grown = buf->capacity > 0 ? buf->capacity * 2 : FIRST_BYTES;

        buf->capacity = grown > wanted ? grown : wanted;
        buf->data = mem_resize(buf->data, buf->capacity, 1);
    }
    return 0;
}

int buf_add(struct buf *buf, const void *bytes, size_t length)
{
    if (reserve(buf, length) != 0) {
        return -1;
    }
    if (length > 0) {
        memcpy(buf->data + buf->length, bytes, length);
    }
    buf->length += length;
    buf->data[buf->length] = '\0';
    return 0;
}

int buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

int buf_add_char(struct buf *buf, char byte)
{
    return buf_add(buf, &byte, 1);
}

int buf_add_vformat(struct buf *buf, const char *format, va_list arguments)
{
    char *text = mem_vformat(format, arguments);
    int result = buf_add_text(buf, text);

    free(text);
    return result;
}

int buf_add_format(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    int result;

    va_start(arguments, format);
    result = buf_add_vformat(buf, format, arguments);
    va_end(arguments);
    return result;
}

const char *buf_text(const struct buf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}

char *buf_take(struct buf *buf)
{
    char *text = buf->data == NULL ? mem_copy("") : buf->data;

    buf->data = NULL;
    buf->length = buf->capacity = 0;
    return text;
}
