/*
 * daemon.h: the running cegah: engine, loop, servers and the way down.
 */
#ifndef CEGAH_WEB_DAEMON_H
#define CEGAH_WEB_DAEMON_H

#include "base/err.h"

struct config;

/*
 * Runs until SIGTERM or SIGINT: then nothing new is claimed, and it ends when nothing is
 * in flight (a second signal ends it at once). on_ready(port) is called when it listens;
 * may be NULL. Returns 0; -1 with a sentence when it could not start, or the store
 * failed.
 */
int daemon_run(
    const struct config *config, void (*on_ready)(int port), struct err *err);
/* The control socket of a database: DB.sock. Returns it owned. */
char *daemon_socket(const struct config *config);

#endif
