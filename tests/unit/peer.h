/*
 * peer.h: the other end of a connection, for the tests of the net layer: blocking sockets
 * on the loopback, each with a time limit, so that no test waits for ever.
 */
#ifndef CEGAH_TESTS_UNIT_PEER_H
#define CEGAH_TESTS_UNIT_PEER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PEER_LIMIT_S = 10, PEER_TEXT_BYTES = 8192 };

static inline void peer_limit(int fd)
{
    struct timeval limit = {.tv_sec = PEER_LIMIT_S};

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

/* Returns a connection to the port on 127.0.0.1, or -1. */
static inline int peer_connect(int port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    peer_limit(fd);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Returns a listening socket on 127.0.0.1 and its port. */
static inline int peer_listen(int *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        abort();
    }
    *port = ntohs(address.sin_port);
    return fd;
}

/* Writes all of it; false when the other end is gone. */
static inline bool peer_write(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = send(fd, bytes, n, MSG_NOSIGNAL);

        if (wrote <= 0) {
            return false;
        }
        bytes += wrote;
        n -= (size_t)wrote;
    }
    return true;
}

static inline bool peer_say(int fd, const char *text)
{
    return peer_write(fd, text, strlen(text));
}

/*
 * Reads one HTTP message, head and Content-Length bytes of body, into text. Returns its
 * length; 0 when the other end closed, reset or kept silent before it was whole.
 */
static inline size_t peer_hear(int fd, char text[PEER_TEXT_BYTES])
{
    size_t n = 0, wanted = 0;

    while (wanted == 0 || n < wanted) {
        /* A byte at a time up to the end of the head: what follows is the next one's. */
        size_t more = wanted == 0 ? 1 : wanted - n;
        ssize_t got;

        if (n + more >= PEER_TEXT_BYTES) {
            abort();
        }
        got = recv(fd, text + n, more, 0);
        if (got <= 0) {
            return 0;
        }
        n += (size_t)got;
        text[n] = '\0';
        if (wanted == 0 && n >= 4 && strcmp(text + n - 4, "\r\n\r\n") == 0) {
            const char *length = strcasestr(text, "\r\nContent-Length:");

            wanted = n + (length != NULL ? strtoul(length + 17, NULL, 10) : 0);
        }
    }
    return n;
}

#endif
