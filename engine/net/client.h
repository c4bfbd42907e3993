/*
 * client.h: the HTTP client: libcurl's multi handle on the loop.
 *
 * A request is never repeated by the client: libcurl's own silent second try on a reused
 * connection is seen in its pre-request callback and aborted as HTTP_CUT. Redirects are
 * not followed. Connections are kept alive, and dropped before they are older than the
 * idle time that their owner names.
 */
#ifndef CEGAH_NET_CLIENT_H
#define CEGAH_NET_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/http.h"

struct loop;
struct client;

struct client_options {
    int64_t timeout_ms;         /* from start to whole reply; real time; 0: 30 s */
    int64_t connect_timeout_ms; /* 0: 10 s */
    int64_t idle_ms;            /* a kept connection is not reused after this, in whole
                                 * seconds; below 1000 it is not kept at all */
    const char *unix_socket;    /* path, or NULL for TCP; borrowed for the call */
};

/* Returns an owned client that keeps up to `connections` connections open, and makes no
 * more to one host: further requests wait. Keep no more than that in flight. */
struct client *client_new(struct loop *loop, int connections);
/* Requests still in flight are ended as HTTP_CUT first, each with its callback, which must
 * not send another. Call it while the loop does not run. */
void client_free(struct client *client);
/* How many requests are in flight. */
int client_in_flight(const struct client *client);

/*
 * Starts the request; its content is copied. on_reply is called exactly once, from a
 * later turn's I/O (never inside this call), with a reply borrowed for the call. The loop
 * is held meanwhile.
 */
void client_send(struct client *client, const struct http_request *request,
    const struct client_options *options,
    void (*on_reply)(void *argument, const struct http_reply *reply), void *argument);

/*
 * For the command line: makes one request and waits for its reply, without a loop. Body
 * is filled (caller's buffer, initialised); returns the status, or -1 with a sentence
 * when no whole reply came.
 */
int client_call(const struct http_request *request,
    const struct client_options *options, struct buf *body, struct err *err);

#endif
