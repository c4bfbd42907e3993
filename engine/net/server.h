/*
 * server.h: the HTTP server: libmicrohttpd on the loop, over TCP or a unix socket.
 *
 * Every call is answered late: the handler is called once with the whole request, the
 * connection is suspended, and the answer leaves when server_answer() says so, which
 * whoever handles the call does as an effect, after the turn's commit.
 */
#ifndef CEGAH_NET_SERVER_H
#define CEGAH_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/http.h"

struct loop;
struct server;
/* One call being answered: from on_call() until server_answer() or server_cut(). */
struct server_call;

struct server_options {
    const char *listen; /* "127.0.0.1:8480", "[::1]:8480"; port 0: any; or NULL */
    const char
        *unix_socket;     /* a path, made with mode 0600, replaced if stale; or NULL */
    size_t body_max;      /* bytes; a longer body is answered 413 without on_call() */
    unsigned connections; /* at most; further ones wait in the kernel's queue */
    unsigned timeout_s;   /* a silent connection is closed */
    void *context;
    /*
     * MUST answer the call, now or later. request is borrowed until it does. Called from
     * the loop's thread, also from the end of a turn.
     */
    void (*on_call)(
        void *context, struct server_call *call, const struct http_inbound *request);
    /*
     * MAY. Called for each new request before its body is read; false closes the
     * connection without an answer (the simulator's "cut before reading").
     */
    bool (*on_open)(void *context);
};

/* Returns an owned server; NULL with a sentence (a busy port names the port). */
struct server *server_open(
    struct loop *loop, const struct server_options *options, struct err *err);
/* Stops listening, closes every connection, also those that wait for an answer. */
void server_close(struct server *server);
/* The port listened on (for port 0); 0 for a unix socket. */
int server_port(const struct server *server);

/* Sends the answer; takes the answer's body. The call is gone after it. Call it from an
 * effect (loop_effect), never before the commit that the answer stands for. */
void server_answer(struct server_call *call, struct http_answer *answer);
/* Closes the connection without an answer. */
void server_cut(struct server_call *call);
/* Answers after the commit of this turn: an effect that calls server_answer(), or closes
 * the connection when the commit failed. Takes the answer's body. */
void server_answer_committed(struct server_call *call, struct http_answer *answer);

#endif
