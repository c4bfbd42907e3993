/*
 * schema.h: the keys of content files, for editors and for people, made from the tables
 * that the compiler itself reads by.
 */
#ifndef CEGAH_CONTENT_SCHEMA_H
#define CEGAH_CONTENT_SCHEMA_H

#include "base/buf.h"

/* Adds a JSON Schema (draft 2020-12) that a campaign.yaml, a words.yaml and a series all
 * fit. It knows the keys and what each takes; what they mean together is `check`'s. */
void schema_print(struct buf *out);
/* Adds every key of every mapping as Markdown tables: what campaigns/README.md holds. */
void keys_print(struct buf *out);

#endif
