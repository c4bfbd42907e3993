#include "sim/profile_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

static void read_value(const struct source *source, const struct yaml_node *node,
    const struct option_row *row, void *owner)
{
    struct err err;
    const struct yaml_node *item = node;

    if (node->kind == YAML_SEQUENCE && row->type == OPTION_LIST) {
        for (item = node->children; item != NULL; item = item->next) {
            if (item->kind == YAML_SCALAR) {
                option_set(row, owner, item->text, &err);
            } else {
                yaml_error(source->document, item, source->problems, row->help,
                    "\"%s\" must be a list of texts", row->key);
            }
        }
    } else if (node->kind != YAML_SCALAR) {
        yaml_error(source->document, node, source->problems, row->help,
            "\"%s\" must be a single value", row->key);
    } else if (option_set(row, owner, node->text, &err) != 0) {
        yaml_error(source->document, node, source->problems, row->help, "%s", err.text);
    }
}

void profile_read_mapping(const struct source *source, const struct yaml_node *mapping,
    const struct option_row *rows, size_t n, const char *const *inner, void *owner)
{
    option_defaults(rows, n, owner);
    if (mapping->kind != YAML_MAPPING) {
        yaml_error(source->document, mapping, source->problems, NULL,
            "a mapping is expected here");
        return;
    }
    for (const struct yaml_node *node = mapping->children; node != NULL;
         node = node->next) {
        const struct option_row *row = option_find(rows, n, node->key);
        bool is_inner = false;

        for (size_t i = 0; inner != NULL && inner[i] != NULL; i++) {
            is_inner = is_inner || strcmp(inner[i], node->key) == 0;
        }
        if (row != NULL) {
            read_value(source, node, row, owner);
        } else if (!is_inner) {
            const char *nearest = option_nearest(rows, n, node->key);
            char *advice =
                nearest == NULL ? NULL : mem_format("Did you mean \"%s\"?", nearest);

            yaml_key_error(source->document, node, source->problems, advice,
                "unknown key \"%s\"", node->key);
            free(advice);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (rows[i].required && yaml_find(mapping, rows[i].key) == NULL) {
            yaml_error(source->document, mapping, source->problems, rows[i].help,
                "\"%s\" is missing", rows[i].key);
        }
    }
}

const struct yaml_node *profile_find_inner(const struct source *source,
    const struct yaml_node *mapping, const char *key, enum yaml_kind kind, size_t most)
{
    const struct yaml_node *node = yaml_find(mapping, key);

    if (node == NULL || (node->kind == kind && node->n <= most)) {
        return node;
    }
    yaml_error(source->document, node, source->problems, NULL,
        "\"%s\" must be a %s of at most %zu", key,
        kind == YAML_MAPPING ? "mapping" : "list", most);
    return NULL;
}
