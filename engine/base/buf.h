/*
 * buf.h: a growing byte buffer with a maximum at birth.
 *
 * Past its maximum a buffer takes nothing more and remembers that it overflowed, so a
 * series of appends needs one check at its end. The bytes are always NUL-terminated.
 */
#ifndef CEGAH_BASE_BUF_H
#define CEGAH_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Embedded in its owner; from buf_init() to buf_fini(). */
struct buf {
    char *data; /* never NULL after the first append; use buf_text() to read */
    size_t length;
    size_t capacity;
    size_t maximum; /* bytes, without the NUL */
    bool overflowed;
};

void buf_init(struct buf *buf, size_t maximum_bytes);
void buf_fini(struct buf *buf);
/* Forgets the content and the overflow, keeps the memory. */
void buf_clear(struct buf *buf);
/* Each returns 0, or -1 when the maximum would be passed (nothing is added then). */
int buf_add(struct buf *buf, const void *bytes, size_t length);
int buf_add_text(struct buf *buf, const char *text);
int buf_add_char(struct buf *buf, char byte);
int buf_add_format(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int buf_add_vformat(struct buf *buf, const char *format, va_list arguments);
/* Returns the text so far, borrowed until the next change; "" when empty. */
const char *buf_text(const struct buf *buf);
/* Returns the text owned by the caller and leaves the buffer empty. */
char *buf_take(struct buf *buf);

#endif
