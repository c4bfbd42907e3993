/*
 * config_value.h: the parts of the configuration's reader, between its own files only.
 */
#ifndef CEGAH_CONTENT_CONFIG_VALUE_H
#define CEGAH_CONTENT_CONFIG_VALUE_H

#include "base/option.h"
#include "content/yaml.h"

/* A table and the struct that it fills. */
struct config_table {
    const struct option_row *rows;
    size_t n;
    void *owner;
};

/*
 * Sets fallbacks, then what the mapping holds, in whichever table has the key. Keys of
 * `others` (NULL-terminated; may be NULL) are somebody else's. With lenient, unknown keys
 * are let pass, since the table that would know them is not known. what: "the top level".
 */
void config_read_tables(const struct yaml_document *document,
    const struct yaml_node *mapping, const struct config_table *tables, size_t tables_n,
    const char *const *others, bool lenient, const char *what,
    struct problems *problems);

/* Checks listen, zone, routes (and their default), phones, keys and clock. */
struct config;
void config_check(const struct yaml_document *document, struct config *config,
    struct problems *problems);

/* The folder of a file, owned, absolute where it exists. */
char *config_folder(const char *path);

/* Stars the values of keys that look like secrets out of the problems' source lines. */
void config_hide_secrets(struct problems *problems);

#endif
