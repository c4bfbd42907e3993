/*
 * config.h: cegah.yaml, read by option tables.
 *
 * The engine's own keys are in config.c; an adapter's come from its table, which the
 * caller hands in, since content knows no adapter. Secrets come by !env NAME or !file
 * PATH and are never printed.
 */
#ifndef CEGAH_CONTENT_CONFIG_H
#define CEGAH_CONTENT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/option.h"

/* What the caller knows of one adapter: its word and its keys. */
struct config_adapter {
    const char *name;
    const struct option_row *options;
    size_t options_n;
    size_t config_size;
    bool needs_hook_secret; /* it signs nothing */
    /* Checks its keys as a whole, when each of them is right; NULL: nothing to check. */
    int (*check)(const void *config, struct err *err);
};

enum unsure_policy { UNSURE_RESEND, UNSURE_LEAVE };
/* A step without a template, outside the time in which free text goes. */
enum no_template { NO_TEMPLATE_NEXT, NO_TEMPLATE_REFUSE };

/* One gateway of the config. Owned by the config. */
struct config_gateway {
    char *name; /* of [a-z0-9-]; the key in `gateways:` */
    char *adapter;
    char *base_url;      /* required; without trailing slash */
    char *hook_secret;   /* of [A-Za-z0-9_-], at least 16 characters */
    double rate;         /* messages a second; 0: no limit */
    int64_t connections; /* request slots, default 16, at most 1024 */
    int64_t timeout_ms;  /* of one request, default 30 s */
    int64_t idle_ms;     /* a kept connection is not reused after this, default 20 s */
    int64_t max_age_ms;  /* a message older than this is EXPIRED, default 24 h */
    int64_t report_window_ms; /* how long UNSURE waits for a report, default 15 min */
    char *number;       /* that people write to, for the page at /join/CODE; or NULL */
    int64_t give_up_ms; /* routes: fail over after this without delivery; 0: never */
    int unsure;         /* enum unsure_policy */
    int no_template;    /* enum no_template; of a gateway with templates */
    /* Millionths of the config's currency; 0: not said. price: of an SMS part that was
     * accepted, or of a delivered WhatsApp message of the category marketing. */
    int64_t price, price_utility, price_service, price_authentication;
    void *own;        /* the struct that the adapter's options filled */
    int line, column; /* where it stands, for later complaints */
};

struct config {
    char *path;                     /* of the file, absolute */
    char *database;                 /* absolute */
    char *listen;                   /* default 127.0.0.1:8480 */
    char *public_url;               /* default http:// and listen */
    char *timezone;                 /* for reports and log; default Asia/Makassar */
    struct option_list routes;      /* gateway names; default: all, as written */
    char *currency;                 /* of all prices; default IDR */
    struct option_list test_phones; /* E.164 */
    struct option_list focal_keys;  /* base64 of 32 bytes each */
    char *clock_simulator; /* origin of the simulator that gives the time, or NULL */
    struct config_gateway *gateways;
    size_t gateways_n;
    const struct config_adapter *adapters; /* borrowed, for config_free() */
    size_t adapters_n;
};

/*
 * Reads and checks the file. Returns an owned config; NULL with a sentence that begins
 * path:line:col for the first problem and holds all of them. Checked: unknown keys (with
 * the nearest right one), types, ranges, a missing environment variable or secret file,
 * an unknown adapter or route, gateway names, what each adapter checks of its keys,
 * focal_keys' shape, a known time zone, and that with clock.simulator every gateway's
 * base_url is at that origin.
 */
struct config *config_read(const char *path, const struct config_adapter *adapters,
    size_t adapters_n, struct err *err);
/* As config_read(), with the problems one by one; NULL when there are errors. Literal
 * secrets are starred out of the source lines. */
struct problems;
struct config *config_parse(const char *path, const struct config_adapter *adapters,
    size_t adapters_n, struct problems *problems);
void config_free(struct config *config);
/* Returns the gateway of that name, borrowed; NULL when there is none. */
const struct config_gateway *config_gateway_find(
    const struct config *config, const char *name);
/* Fills `owner` (zeroed) from one YAML mapping in a file by a table, the rows' fallbacks
 * first; for the simulator's profile and for whoever else has keys. Unknown keys and
 * wrong types become problems. Paths, also behind !file, are taken from the file's own
 * folder. */
struct yaml_document;
struct yaml_node;
void config_read_mapping(const struct yaml_document *document,
    const struct yaml_node *mapping, const struct option_row *rows, size_t n,
    void *owner, struct problems *problems);
/* The rows of the top level and of every gateway, for init and documentation. */
const struct option_row *config_rows(size_t *n);
const struct option_row *config_gateway_rows(size_t *n);

#endif
