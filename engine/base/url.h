/*
 * url.h: percent-escaping and forms (application/x-www-form-urlencoded).
 */
#ifndef CEGAH_BASE_URL_H
#define CEGAH_BASE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Appends text with every byte outside [A-Za-z0-9-._~] as %XX. 0, or -1 on overflow. */
int url_escape(struct buf *out, const char *text);
/* Appends "name=escaped value", with "&" before it unless the buffer ends in "?" or "&"
 * or is empty. 0, or -1 on overflow. */
int url_add_parameter(struct buf *out, const char *name, const char *value);
/* How many bytes its scheme, host and port are ("http://127.0.0.1:13013"): what is sent
 * follows. 0 when it is no such URL, or has a fragment, which is not sent. */
size_t url_origin(const char *url);

enum { FORM_FIELDS_MAX = 64 };

struct form_field {
    const char *name; /* decoded, borrowed from the form */
    const char *value;
    size_t length; /* of the value, in bytes */
};

/* A decoded form. Owned by the caller, from form_parse() to form_fini(). */
struct form {
    char *memory;
    struct form_field fields[FORM_FIELDS_MAX];
    size_t n;
};

/*
 * Decodes "a=b&c=d" (+ and %20 are blanks). Returns 0; -1 when there are more than
 * FORM_FIELDS_MAX fields, an escape is broken, or a NUL byte would arise. form_fini() is
 * due either way.
 */
int form_parse(struct form *form, const char *text, size_t length);
/* As form_parse(), but values may hold NUL bytes, for who reads their lengths: text in
 * UTF-16 has them. */
int form_parse_bytes(struct form *form, const char *text, size_t length);
void form_fini(struct form *form);
/* Returns the first value of that name, borrowed from the form; NULL when absent. */
const char *form_find(const struct form *form, const char *name);
/* Returns the field itself, of the same. */
const struct form_field *form_find_field(const struct form *form, const char *name);

#endif
