/*
 * whatsapp_profile.h: the profile's `whatsapp` section: the business account, and which
 * templates it has. README.md lists the keys.
 */
#ifndef CEGAH_SIM_WHATSAPP_PROFILE_H
#define CEGAH_SIM_WHATSAPP_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/option.h"

struct source;
struct yaml_node;

enum template_status {
    TEMPLATE_APPROVED,
    TEMPLATE_PAUSED,
    TEMPLATE_REJECTED,
    TEMPLATE_DISABLED,
    TEMPLATE_PENDING,
    TEMPLATE_STATUSES,
};

/* "approved", …; borrowed for ever. */
const char *template_status_name(enum template_status status);
/* Returns 0, or -1 when it is none. */
int template_status_parse(const char *name, enum template_status *status);

/* A template, in one language. Owned by its list. */
struct wa_template {
    char *name, *language;
    int64_t parameters; /* of its body; -1: any number is good */
    int category;       /* see template_category_name() */
    int status;         /* enum template_status */
    char *body;         /* what a handset reads, with {{1}}, {{2}}; NULL: the values */
    struct option_list buttons; /* titles of its quick replies */
};

/* "marketing", "utility", "authentication"; borrowed for ever. */
const char *template_category_name(int category);

struct wa_templates {
    struct wa_template *list;
    size_t n;
};

void wa_templates_fini(struct wa_templates *templates);
/* Copies the list. */
struct wa_templates wa_templates_copy(const struct wa_templates *templates);
/* Returns the template, or NULL. */
struct wa_template *wa_templates_find(
    const struct wa_templates *templates, const char *name, const char *language);
/* Returns the template, made when it is new: approved, marketing, any parameters. */
struct wa_template *wa_templates_get(
    struct wa_templates *templates, const char *name, const char *language);

/* Embedded in the profile. */
struct wa_profile {
    char *phone_number_id, *account, *number;
    char *token;      /* NULL: any is good */
    char *app_secret; /* NULL: callbacks are not signed */
    char *hook;       /* NULL: nobody is called */
    struct wa_templates templates;
    bool lists_templates; /* others than these do not exist */
};

void wa_profile_defaults(struct wa_profile *profile);
/* Reads the section; complaints go to the source. */
void wa_profile_read(const struct source *source, const struct yaml_node *section,
    struct wa_profile *profile);
void wa_profile_fini(struct wa_profile *profile);
/* The rows of the section and of a template, for the documentation. */
const struct option_row *wa_profile_rows(size_t *n);
const struct option_row *wa_template_rows(size_t *n);

#endif
