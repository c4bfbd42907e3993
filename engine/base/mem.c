#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

static void *checked(void *memory, size_t bytes)
{
    if (memory == NULL) {
        fprintf(stderr, "cegah: out of memory (%zu bytes wanted)\n", bytes);
        abort();
    }
    return memory;
}

void *mem_alloc(size_t bytes)
{
    return checked(malloc(bytes > 0 ? bytes : 1), bytes);
}

void *mem_zero(size_t count, size_t bytes)
{
    return checked(calloc(count > 0 ? count : 1, bytes > 0 ? bytes : 1), bytes);
}

void *mem_resize(void *old, size_t count, size_t bytes)
{
    must(bytes == 0 || count <= SIZE_MAX / bytes, "%zu x %zu bytes", count, bytes);
    return checked(realloc(old, count * bytes > 0 ? count * bytes : 1), count * bytes);
}

char *mem_copy(const char *text)
{
    return text == NULL ? NULL : mem_copy_n(text, strlen(text));
}

char *mem_copy_n(const char *text, size_t bytes)
{
    char *copy = mem_alloc(bytes + 1);

    if (bytes > 0) {
        memcpy(copy, text, bytes);
    }
    copy[bytes] = '\0';
    return copy;
}

char *mem_vformat(const char *format, va_list arguments)
{
    char *text = NULL;

    if (vasprintf(&text, format, arguments) < 0) {
        text = NULL;
    }
    return checked(text, 0);
}

char *mem_format(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = mem_vformat(format, arguments);
    va_end(arguments);
    return text;
}
