/*
 * compile.h: the parts of the campaign compiler, between its own files only.
 *
 * campaign_compile.c reads campaign.yaml and words.yaml, series.c a series, template.c
 * looks at texts, series_check.c at a series as a whole.
 */
#ifndef CEGAH_CONTENT_COMPILE_H
#define CEGAH_CONTENT_COMPILE_H

#include "content/campaign.h"
#include "content/keys.h"

#define KEYS_N(rows) (sizeof(rows) / sizeof(rows)[0])

/* Where a step stands in its file, for complaints about the series as a whole. */
struct step_place {
    const struct yaml_node *id, *at;
    bool timed; /* week, weekday and minute are all good */
};

/* Reads one series file into *series (zeroed by the caller; series_fini() is due). */
void series_read(const struct source *source, const struct campaign *campaign,
    struct series *series);
void series_fini(struct series *series);
/* Order, caps, closed hours, ids that stand twice. places: one a step. */
void series_check(const struct source *source, const struct campaign *campaign,
    const struct series *series, const struct step_place *places,
    const struct yaml_node *invitation_id);

/* Placeholders, parts and characters of a template. name: its key. */
void template_check(
    const struct source *source, const struct yaml_node *node, const char *name);
/* Warns of characters in a value that fills a placeholder (a name of a district). */
void value_check(
    const struct source *source, const struct yaml_node *node, const char *name);
/* As value_check(), and an error when it is longer than its placeholder takes. */
void value_check_length(const struct source *source, const struct yaml_node *node,
    const char *name, const char *placeholder);

#endif
