/*
 * sink.c: the gateway of the bench: as little as can stand behind a line, so that what is
 * measured is the daemon in front of it.
 *
 * One epoll loop. Takes sendsms on kept connections; with --report calls each message's
 * dlr-url back after --delay-ms, over as many kept connections as --reporters says.
 * Answers /sim, so that a daemon lives in an open hour (--now), and /stats. With --log
 * FILE it notes when each message came, in CLOCK_MONOTONIC's µs, and for whom. Whatever is
 * not as the bench makes it ends the process: a measurement that limps is worth nothing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PEERS_MAX = 2048, REPORTERS_MAX = 256, IN_BYTES = 8192, URL_BYTES = 2048 };

/* A connection: of the daemon to us, or (reporter) of ours to its hooks. */
struct peer {
    int fd;
    bool reporter, busy;
    size_t used;
    char in[IN_BYTES];
};

/* A report that waits for its time, or for a free connection. */
struct report {
    struct report *next;
    int64_t due_us;
    size_t length;
    char request[];
};

struct sink {
    int epoll, listener;
    struct peer *peers[PEERS_MAX]; /* by descriptor */
    struct peer *idle[REPORTERS_MAX];
    int idle_n, reporters, reporters_open;
    struct report *first, *last;
    bool refuse, report;
    int64_t delay_us, now_ms, started_us;
    int64_t requests, accepted, reported, refused_reports;
    FILE *log;                 /* NULL: none */
    int64_t first_us, last_us; /* of the first request; of the last answer either way */
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

__attribute__((format(printf, 1, 2), noreturn)) static void fail(
    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("sink: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void write_all(int fd, const char *bytes, size_t length)
{
    /* What we write is short, and its reader waits for it: it fits the socket's buffer. */
    if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) {
        fail("a peer does not read: %s", strerror(errno));
    }
}

static struct peer *peer_add(struct sink *sink, int fd, bool reporter)
{
    struct peer *peer = calloc(1, sizeof *peer);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (peer == NULL || fd < 0 || fd >= PEERS_MAX) {
        fail("too many connections");
    }
    peer->fd = fd;
    peer->reporter = reporter;
    sink->peers[fd] = peer;
    epoll_ctl(sink->epoll, EPOLL_CTL_ADD, fd, &event);
    return peer;
}

static void peer_close(struct sink *sink, struct peer *peer)
{
    if (peer->reporter) {
        if (peer->busy) {
            fail("a hook's connection ended without an answer");
        }
        for (int i = 0; i < sink->idle_n; i++) {
            if (sink->idle[i] == peer) {
                sink->idle[i] = sink->idle[--sink->idle_n];
            }
        }
        sink->reporters_open--;
    }
    sink->peers[peer->fd] = NULL;
    close(peer->fd);
    free(peer);
}

static void answer(struct peer *peer, const char *status, const char *body)
{
    char text[1024];
    int length = snprintf(text, sizeof text,
        "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
        status, strlen(body), body);

    write_all(peer->fd, text, (size_t)length);
}

static int hex(char digit)
{
    return digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
}

/* The dlr-url of a request's first line, unescaped once. Returns false without one. */
static bool find_report_url(const char *request, char out[URL_BYTES])
{
    const char *at = strstr(request, "&dlr-url=");
    size_t n = 0;

    if (at == NULL) {
        return false;
    }
    for (at += strlen("&dlr-url="); *at != '&' && *at != ' ' && n + 1 < URL_BYTES;
         at++) {
        if (*at == '%') {
            out[n++] = (char)(hex(at[1]) * 16 + hex(at[2]));
            at += 2;
        } else {
            out[n++] = *at;
        }
    }
    out[n] = '\0';
    return true;
}

/* What the carrier's codes stand for in a report of delivery. */
static const char *expand(char code, char seconds[24])
{
    switch (code) {
    case 'd':
        return "1";
    case 'i':
        return "sink";
    case 'A':
        return "id%3A17+sub%3A001+dlvrd%3A001+stat%3ADELIVRD+err%3A000";
    case 'T':
        snprintf(seconds, 24, "%lld", (long long)time(NULL));
        return seconds;
    default:
        return "";
    }
}

/* "µs +62…": whole on the disk once /stats was asked. */
static void note_arrival(struct sink *sink, const char *request)
{
    const char *to = strstr(request, "&to=%2B");

    if (to == NULL) {
        fail("a message for nobody");
    }
    to += strlen("&to=%2B");
    fprintf(sink->log, "%" PRId64 " +%.*s\n", now_us(), (int)strcspn(to, "& "), to);
}

static void queue_report(struct sink *sink, const char *url)
{
    const char *host = url + strlen("http://");
    const char *path = strchr(host, '/');
    struct report *report = malloc(sizeof *report + 2 * URL_BYTES);
    char seconds[24];
    int n;

    if (report == NULL || path == NULL) {
        fail("a dlr-url without a path: %s", url);
    }
    n = snprintf(report->request, URL_BYTES, "GET ");
    for (; *path != '\0'; path++) {
        if (*path == '%' && path[1] != '\0') {
            n += snprintf(report->request + n, 128, "%s", expand(*++path, seconds));
        } else {
            report->request[n++] = *path;
        }
    }
    n += snprintf(report->request + n, 256, " HTTP/1.1\r\nHost: %.*s\r\n\r\n",
        (int)strcspn(host, "/"), host);
    report->length = (size_t)n;
    report->due_us = now_us() + sink->delay_us;
    report->next = NULL;
    if (sink->last == NULL) {
        sink->first = report;
    } else {
        sink->last->next = report;
    }
    sink->last = report;
}

static void answer_stats(struct sink *sink, struct peer *peer)
{
    char text[512];

    if (sink->log != NULL) {
        fflush(sink->log);
    }
    snprintf(text, sizeof text,
        "{\"requests\":%" PRId64 ",\"accepted\":%" PRId64 ",\"reported\":%" PRId64
        ",\"refused_reports\":%" PRId64 ",\"first_us\":%" PRId64 ",\"last_us\":%" PRId64
        "}",
        sink->requests, sink->accepted, sink->reported, sink->refused_reports,
        sink->first_us, sink->last_us);
    answer(peer, "200 OK", text);
}

static void answer_clock(struct sink *sink, struct peer *peer)
{
    char text[128];

    snprintf(text, sizeof text,
        "{\"simulator\":\"cegah\",\"now\":%" PRId64 ",\"clock\":\"run\"}",
        sink->now_ms + (now_us() - sink->started_us) / 1000);
    answer(peer, "200 OK", text);
}

static void take_message(struct sink *sink, struct peer *peer, const char *request)
{
    char url[URL_BYTES];

    if (sink->requests++ == 0) {
        sink->first_us = now_us();
    }
    if (sink->refuse) {
        answer(peer, "403 Forbidden", "Authorization failed for sendsms");
        return;
    }
    sink->accepted++;
    if (sink->log != NULL) {
        note_arrival(sink, request);
    }
    answer(peer, "202 Accepted", "0: Accepted for delivery");
    if (sink->report && find_report_url(request, url)) {
        queue_report(sink, url);
    }
    sink->last_us = now_us();
}

static void take_request(struct sink *sink, struct peer *peer, const char *request)
{
    if (strncmp(request, "GET /cgi-bin/sendsms?", 21) == 0) {
        take_message(sink, peer, request);
    } else if (strncmp(request, "GET /stats ", 11) == 0) {
        answer_stats(sink, peer);
    } else if (strncmp(request, "GET /sim ", 9) == 0) {
        answer_clock(sink, peer);
    } else {
        answer(peer, "404 Not Found", "");
    }
}

static void take_answer(struct sink *sink, struct peer *peer, const char *head)
{
    if (strncmp(head, "HTTP/1.1 200", 12) == 0) {
        sink->reported++;
    } else {
        sink->refused_reports++;
    }
    sink->last_us = now_us();
    peer->busy = false;
    sink->idle[sink->idle_n++] = peer;
}

/* Takes whole heads off what was read. A hook's answer may have a body behind it, which
 * is there by the time that the next one is asked for. */
static void read_peer(struct sink *sink, struct peer *peer)
{
    ssize_t n = recv(peer->fd, peer->in + peer->used, IN_BYTES - 1 - peer->used, 0);
    char *end;

    if (n <= 0) {
        peer_close(sink, peer);
        return;
    }
    peer->used += (size_t)n;
    peer->in[peer->used] = '\0';
    end = strstr(peer->in, "\r\n\r\n");
    if (end == NULL) {
        if (peer->used == IN_BYTES - 1) {
            fail("a head of more than %d bytes", IN_BYTES);
        }
        return;
    }
    *end = '\0';
    peer->used = 0;
    if (peer->reporter) {
        take_answer(sink, peer, peer->in);
    } else {
        take_request(sink, peer, peer->in);
    }
}

static struct peer *open_reporter(struct sink *sink, const struct report *report)
{
    const char *host = strstr(report->request, "Host: 127.0.0.1:");
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (host == NULL) {
        fail("hooks must be at 127.0.0.1");
    }
    address.sin_port =
        htons((uint16_t)strtol(host + strlen("Host: 127.0.0.1:"), NULL, 10));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        fail("no hooks there: %s", strerror(errno));
    }
    sink->reporters_open++;
    return peer_add(sink, fd, true);
}

/* Sends what is due. Returns how long to wait for the next one, -1: for ever. */
static int send_reports(struct sink *sink)
{
    int64_t now = now_us();

    while (sink->first != NULL && sink->first->due_us <= now) {
        struct report *report = sink->first;
        struct peer *peer;

        if (sink->idle_n > 0) {
            peer = sink->idle[--sink->idle_n];
        } else if (sink->reporters_open < sink->reporters) {
            peer = open_reporter(sink, report);
        } else {
            return -1; /* an answer comes first */
        }
        peer->busy = true;
        write_all(peer->fd, report->request, report->length);
        sink->first = report->next;
        sink->last = sink->first == NULL ? NULL : sink->last;
        free(report);
    }
    return sink->first == NULL ? -1 : (int)((sink->first->due_us - now) / 1000) + 1;
}

static void listen_on_loopback(struct sink *sink)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    struct epoll_event event = {.events = EPOLLIN};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sink->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(sink->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(sink->listener, SOMAXCONN) != 0 ||
        getsockname(sink->listener, (struct sockaddr *)&address, &size) != 0) {
        fail("no port: %s", strerror(errno));
    }
    sink->epoll = epoll_create1(0);
    event.data.fd = sink->listener;
    epoll_ctl(sink->epoll, EPOLL_CTL_ADD, sink->listener, &event);
    printf("sink: listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void serve(struct sink *sink)
{
    struct epoll_event events[256];

    for (;;) {
        int n = epoll_wait(sink->epoll, events, 256, send_reports(sink));

        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;

            if (fd == sink->listener) {
                peer_add(sink, accept(fd, NULL, NULL), false);
            } else if (sink->peers[fd] != NULL) {
                read_peer(sink, sink->peers[fd]);
            }
        }
    }
}

int main(int argc, char **argv)
{
    static struct sink sink = {.reporters = 64, .delay_us = 100000};

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(argv[i], "--refuse") == 0) {
            sink.refuse = true;
        } else if (strcmp(argv[i], "--report") == 0) {
            sink.report = true;
        } else if (strcmp(argv[i], "--delay-ms") == 0) {
            sink.delay_us = strtoll(value, NULL, 10) * 1000;
            i++;
        } else if (strcmp(argv[i], "--reporters") == 0) {
            sink.reporters = (int)strtol(value, NULL, 10);
            i++;
        } else if (strcmp(argv[i], "--log") == 0) {
            sink.log = fopen(value, "w");
            if (sink.log == NULL) {
                fail("cannot write %s: %s", value, strerror(errno));
            }
            i++;
        } else if (strcmp(argv[i], "--now") == 0) {
            sink.now_ms = strtoll(value, NULL, 10);
            i++;
        } else {
            fail("what is %s?", argv[i]);
        }
    }
    if (sink.reporters < 1 || sink.reporters > REPORTERS_MAX) {
        fail("1 to %d reporters", REPORTERS_MAX);
    }
    sink.started_us = now_us();
    listen_on_loopback(&sink);
    serve(&sink);
}
