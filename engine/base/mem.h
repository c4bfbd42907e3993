/*
 * mem.h: memory that is there or the process ends.
 *
 * No caller checks for NULL: without memory cegah logs and aborts, and a restart is the
 * recovery. So whatever grows from outside input has a maximum (see buf.h).
 */
#ifndef CEGAH_BASE_MEM_H
#define CEGAH_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* Each returns owned memory, to be released with free(). */
void *mem_alloc(size_t bytes);
void *mem_zero(size_t count, size_t bytes);
void *mem_resize(void *old, size_t count, size_t bytes);
/* Returns an owned copy; NULL stays NULL. */
char *mem_copy(const char *text);
char *mem_copy_n(const char *text, size_t bytes);
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_vformat(const char *format, va_list arguments);

#endif
