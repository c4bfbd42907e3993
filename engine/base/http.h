/*
 * http.h: HTTP requests and replies as plain structs, for the layers that speak about
 * them (adapters, send, web) without speaking to a socket.
 */
#ifndef CEGAH_BASE_HTTP_H
#define CEGAH_BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_METHODS };

/* "GET", …; borrowed for ever. */
const char *http_method_name(enum http_method method);
/* Returns 0, or -1 when cegah knows no such method. */
int http_method_parse(const char *name, enum http_method *method);

enum {
    HTTP_HEADERS_MAX = 16,
    HTTP_URL_BYTES_MAX = 16384,
    HTTP_BODY_BYTES_MAX = 1 << 20
};

/*
 * A request that cegah makes. Owned by whoever called http_request_init(), until
 * http_request_fini(). The URL may hold a password: it is never logged.
 */
struct http_request {
    enum http_method method;
    struct buf url;                  /* at most HTTP_URL_BYTES_MAX */
    char *headers[HTTP_HEADERS_MAX]; /* "Name: value", owned */
    size_t headers_n;
    struct buf body; /* at most HTTP_BODY_BYTES_MAX */
};

void http_request_init(struct http_request *request);
void http_request_fini(struct http_request *request);
/* As after http_request_init(), but with the memory of URL and body kept for the next. */
void http_request_clear(struct http_request *request);
/* Adds "Name: value". Returns 0, or -1 when there are too many. */
int http_request_header(
    struct http_request *request, const char *name, const char *value);

/* How a request of ours ended, as far as the network could tell. */
enum http_ending {
    HTTP_ANSWERED, /* a whole reply came: see status and body */
    HTTP_NOT_SENT, /* certainly nothing reached the peer (no connection, no name, no TLS) */
    HTTP_CUT, /* the request was or may have been written, and no whole reply came */
};

/* The reply to a request of ours. Borrowed by whoever is handed one. */
struct http_reply {
    enum http_ending ending;
    int status;       /* 0 unless answered */
    const char *body; /* NUL-terminated, "" if none; cut at 64 KiB */
    size_t body_length;
    const char *retry_after;  /* the header's value, or NULL */
    const char *content_type; /* the header's value, or NULL */
    const char *error;        /* when not answered: libcurl's words, no URL in them */
};

/* A webhook or API call that somebody made to us. Borrowed by whoever is handed one. */
struct http_inbound {
    enum http_method method;
    bool is_head;             /* a GET for the answer's head only: may change nothing */
    const char *path;         /* decoded, without the query; begins with "/" */
    const char *query;        /* raw, without the "?"; "" if none */
    const char *content_type; /* "" if none */
    const char *url;          /* the public URL as called: public_url + path + query */
    const char *body;         /* raw bytes, NUL behind them */
    size_t body_length;
    /* Returns a header's value, borrowed, or NULL. Names compare without case. */
    const char *(*header)(const struct http_inbound *inbound, const char *name);
    void *context; /* header()'s own */
};

/* An answer of ours to somebody's call. */
struct http_answer {
    int status;
    const char *content_type; /* borrowed for ever (a literal) */
    struct buf body;          /* at most HTTP_ANSWER_BYTES_MAX */
    const char *retry_after;  /* borrowed for ever, or NULL */
};

enum { HTTP_ANSWER_BYTES_MAX = 64 << 20 };

/* Status 200, text/plain, empty body. */
void http_answer_init(struct http_answer *answer);
void http_answer_fini(struct http_answer *answer);
/* Sets status, type and a body (copied), replacing what was there. */
void http_answer_set(
    struct http_answer *answer, int status, const char *content_type, const char *body);

#endif
