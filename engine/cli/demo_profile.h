/*
 * demo_profile.h: the demo's simulator: the sample's handsets, the gateways' accounts, and
 * the campaign's templates as the simulated WhatsApp knows them.
 */
#ifndef CEGAH_CLI_DEMO_PROFILE_H
#define CEGAH_CLI_DEMO_PROFILE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum { DEMO_SECRET_LETTERS = 24 };

/* What daemon and simulator agree on: made anew for each demo. */
struct demo_secrets {
    char hook[DEMO_SECRET_LETTERS + 1], password[DEMO_SECRET_LETTERS + 1],
        token[DEMO_SECRET_LETTERS + 1], app[DEMO_SECRET_LETTERS + 1],
        verify[DEMO_SECRET_LETTERS + 1];
};

#define DEMO_PHONE_NUMBER_ID "100000000000001"

void demo_secrets_make(struct demo_secrets *secrets);

/* Adds a profile to out: folder's sample/handsets.yaml behind what port (of the daemon's
 * hooks on 127.0.0.1), secrets and seed (0: the sample's own) say. Returns 0; -1 with a
 * sentence when the sample or the campaign cannot be read. */
int demo_profile(const char *folder, int port, const struct demo_secrets *secrets,
    int64_t seed, struct buf *out, struct err *err);

#endif
