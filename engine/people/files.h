/*
 * files.h: a campaign folder's files as JSON, for the store and the control socket:
 * [{"name":"campaign.yaml","text":"…"}, …].
 */
#ifndef CEGAH_PEOPLE_FILES_H
#define CEGAH_PEOPLE_FILES_H

#include <jansson.h>

#include "base/err.h"

struct content_files;

/* Returns a new reference; NULL when a name or a text is no UTF-8 or holds a NUL byte. */
json_t *files_to_value(const struct content_files *files);
/* Fills owned files; -1 with a sentence when the value has another shape. */
int files_from_value(const json_t *value, struct content_files *files, struct err *err);
int files_from_json(const char *json, struct content_files *files, struct err *err);

#endif
