/*
 * keyring.h: the keys that free text is sealed to: those of the focal persons in the
 * store who are not disabled, and the config's focal_keys (for the first start, and the
 * demo).
 */
#ifndef CEGAH_CARE_KEYRING_H
#define CEGAH_CARE_KEYRING_H

#include "base/err.h"

struct db;
struct option_list;
struct seal_keys;

/* Fills keys; none at all is an empty set, which only a daemon refuses. Returns 0; -1
 * with a sentence. */
int keyring_gather(struct db *db, const struct option_list *config_keys,
    struct seal_keys *keys, struct err *err);

#endif
