/*
 * listen.h: sockets to listen on, and sentences for when there are none to be had.
 */
#ifndef CEGAH_NET_LISTEN_H
#define CEGAH_NET_LISTEN_H

#include "base/err.h"

/*
 * address: "127.0.0.1:8480" or "[::1]:8480"; with port 0 the machine chooses one. Returns
 * a listening, non-blocking descriptor that the caller owns, and fills port; or -1 with
 * a sentence that names the address.
 */
int listen_tcp(const char *address, int *port, struct err *err);

/*
 * A unix socket with mode 0600. A socket at that path that nobody answers is replaced;
 * one that is answered, or another kind of file, is refused. Returns as listen_tcp().
 */
int listen_unix(const char *path, struct err *err);

#endif
