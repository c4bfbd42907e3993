/*
 * profile_read.h: how the profile's sections are read: YAML mappings by option rows, with
 * complaints that name the place.
 */
#ifndef CEGAH_SIM_PROFILE_READ_H
#define CEGAH_SIM_PROFILE_READ_H

#include <stddef.h>

#include "base/option.h"
#include "content/yaml.h"

enum { PROFILE_ITEMS_MAX = 10000 };

/* What is being read: handed down through all readers. */
struct source {
    const struct yaml_document *document;
    struct problems *problems;
};

/* Sets the rows' fallbacks in `owner` (zeroed), then reads the mapping by them; keys of
 * `inner` (NULL-terminated, or NULL) are left to the caller. Complains of unknown, wrong
 * and missing keys. */
void profile_read_mapping(const struct source *source, const struct yaml_node *mapping,
    const struct option_row *rows, size_t n, const char *const *inner, void *owner);
/* Returns the child of that key when it is of the kind and has at most `most` items;
 * NULL when it is not there, and, with a complaint, when it is something else. */
const struct yaml_node *profile_find_inner(const struct source *source,
    const struct yaml_node *mapping, const char *key, enum yaml_kind kind, size_t most);

#endif
