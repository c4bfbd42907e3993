/*
 * libmicrohttpd without a thread of its own: its epoll descriptor is polled by the loop.
 *
 * Resuming a connection wakes neither that descriptor nor the library's time-out, and at
 * its limit of connections it may stop accepting for good; pump() is what copes.
 */
#include "net/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/must.h"
#include "net/listen.h"
#include "net/loop.h"
#include "net/loop_internal.h"

enum {
    RUNS_MAX = 4, /* of the library in a row, before the loop goes on */
    HEARTBEAT_MS = 1000,
    /* Of the library, a connection: a request's head must fit, and all of it is zeroed
     * for each request. */
    HEAD_BYTES_MAX = 16 << 10,
    HANDLES_N = 3,
    /* A body over the limit is read and forgotten up to here, because a peer that is cut
     * off while it writes never reads why. */
    SWALLOWED_BYTES_MAX = 64 << 20
};

enum call_state {
    CALL_NEW,      /* its request line was read */
    CALL_READING,  /* its body comes in */
    CALL_WAITING,  /* with whoever handles it; suspended, unless the turn answers it */
    CALL_ANSWERED, /* the answer waits for the library to ask for it */
    CALL_CUT,
    CALL_DONE,
};

/*
 * Owned by the library's request until on_completed(); while CALL_WAITING by whoever
 * handles it too, who may keep it longer: then server is NULL.
 */
struct server_call {
    struct server *server;
    struct loop *loop;
    struct MHD_Connection *connection;
    struct server_call *previous; /* among those that wait */
    struct server_call *next;
    enum call_state state;
    bool suspended;
    struct http_inbound inbound;
    struct http_answer answer;
    struct buf body;
    size_t swallowed;
    char *path;
    char uri[]; /* raw, as called; path lies behind it */
};

/* Owned by the library's connection, from its first to its last moment: a request that
 * it gives up (too many fields, say) is never completed, and ends with its connection. */
struct held_call {
    struct server_call *call;
};

struct server {
    struct loop *loop;
    struct server_options options;
    struct MHD_Daemon *daemon;
    struct loop_runner runner;
    uv_poll_t poll;
    uv_timer_t timer;
    uv_timer_t heartbeat;
    int handles_open;
    struct server_call *waiting;
    int fresh;      /* of those that wait: not suspended yet */
    bool postponed; /* they have been left one turn's end */
    char *unix_path;
    int port;
    bool resumed; /* the library must be run, and does not know it */
    bool closing;
};

static unsigned count_connections(struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)
        ->num_connections;
}

static void on_timer(uv_timer_t *handle);

/*
 * Runs the library until it has nothing to do at once, and sets the timer to when it will.
 * When connections went away it is run once more: only then does it accept again after it
 * had reached its limit.
 */
static void pump(struct server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    unsigned before = count_connections(server);
    bool again = true, has_timeout = false;

    server->postponed = false;
    for (int run = 0; run < RUNS_MAX && again; run++) {
        unsigned after;

        server->resumed = false;
        MHD_run(server->daemon);
        after = count_connections(server);
        has_timeout = MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES;
        /* Fresh calls make the time-out 0, and are left for look() to come back to. */
        again = server->resumed || after < before ||
                (has_timeout && wait_ms == 0 && server->fresh == 0);
        before = after;
    }
    if (again || has_timeout) {
        uv_timer_start(&server->timer, on_timer, again ? 0 : wait_ms, 0);
    } else {
        uv_timer_stop(&server->timer);
    }
}

/*
 * Both come before the turn's end, which answers the calls that it can and runs the
 * library then. Run here, it would suspend them; so they are left one turn's end.
 */
static void look(struct server *server)
{
    if (server->fresh > 0 && !server->postponed) {
        server->postponed = true;
        uv_timer_start(&server->timer, on_timer, 1, 0); /* 0 fires at once again */
        return;
    }
    pump(server);
}

static void on_timer(uv_timer_t *handle)
{
    look(handle->data);
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    (void)status, (void)events;
    look(handle->data);
}

static void on_runner(struct loop_runner *runner)
{
    struct server *server =
        (struct server *)((char *)runner - offsetof(struct server, runner));

    if (server->resumed) {
        pump(server);
    }
}

static const char *find_header(const struct http_inbound *inbound, const char *name)
{
    const struct server_call *call = inbound->context;

    if (call->server == NULL) {
        return NULL;
    }
    return MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, name);
}

static struct held_call *held_call(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
        ->socket_context;
}

/* The first that is heard of a request; the library hands the result on as its context. */
static void *on_request_line(
    void *context, const char *uri, struct MHD_Connection *connection)
{
    struct server *server = context;
    size_t length = strlen(uri);
    struct server_call *call = mem_alloc(sizeof(*call) + 2 * (length + 1));

    *call = (struct server_call){
        .server = server, .loop = server->loop, .connection = connection};
    memcpy(call->uri, uri, length + 1);
    call->path = call->uri + length + 1;
    buf_init(&call->body, server->options.body_max);
    http_answer_init(&call->answer);
    held_call(connection)->call = call;
    return call;
}

static void call_free(struct server_call *call)
{
    buf_fini(&call->body);
    http_answer_fini(&call->answer);
    free(call);
}

/* No longer among those that wait. */
static void call_unlink(struct server_call *call)
{
    struct server *server = call->server;

    if (call->previous != NULL) {
        call->previous->next = call->next;
    } else {
        server->waiting = call->next;
    }
    if (call->next != NULL) {
        call->next->previous = call->previous;
    }
    server->fresh -= !call->suspended;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **held,
    enum MHD_RequestTerminationCode how)
{
    struct server_call *call = *held;

    (void)context, (void)how;
    *held = NULL;
    if (call == NULL) {
        return;
    }
    held_call(connection)->call = NULL;
    if (call->state == CALL_WAITING) {
        if (call->server != NULL) { /* its peer hung up before it was suspended */
            call_unlink(call);
            call->server = NULL;
        }
    } else {
        call_free(call);
    }
}

static void on_connection(void *context, struct MHD_Connection *connection, void **held,
    enum MHD_ConnectionNotificationCode what)
{
    struct held_call *holder = *held;

    (void)context, (void)connection;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *held = mem_zero(1, sizeof(*holder));
        return;
    }
    if (holder->call != NULL) {
        call_free(holder->call);
    }
    free(holder);
    *held = NULL;
}

/* Takes the answer's body. */
static enum MHD_Result queue_answer(
    struct MHD_Connection *connection, struct http_answer *answer)
{
    size_t length = answer->body.length;
    struct MHD_Response *response;
    enum MHD_Result result;

    if (length == 0) {
        response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    } else {
        response = MHD_create_response_from_buffer(
            length, buf_take(&answer->body), MHD_RESPMEM_MUST_FREE);
    }
    must(response != NULL, "no memory for an answer of %zu bytes", length);
    if (answer->content_type != NULL) {
        MHD_add_response_header(response, "Content-Type", answer->content_type);
    }
    if (answer->retry_after != NULL) {
        MHD_add_response_header(response, "Retry-After", answer->retry_after);
    }
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, "Allow", "GET, HEAD, POST, PUT, DELETE");
    }
    result = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* An answer that nobody else is asked for. */
static enum MHD_Result refuse(struct server_call *call, int status, const char *text)
{
    call->state = CALL_DONE;
    http_answer_set(&call->answer, status, "text/plain", text);
    return queue_answer(call->connection, &call->answer);
}

static enum MHD_Result refuse_body(struct server_call *call)
{
    return refuse(call, MHD_HTTP_CONTENT_TOO_LARGE, "The body is too large.\n");
}

static enum MHD_Result begin_call(struct server_call *call)
{
    struct server *server = call->server;
    struct MHD_Connection *connection = call->connection;
    const char *length = MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    unsigned long long bytes = length != NULL ? strtoull(length, NULL, 10) : 0;

    if (server->options.on_open != NULL &&
        !server->options.on_open(server->options.context)) {
        call->state = CALL_CUT;
        return MHD_NO;
    }
    call->state = CALL_READING;
    if (bytes > server->options.body_max) {
        call->body.overflowed = true;
        /* A peer that asks first, or would write for ever, is told at once. */
        if (bytes > SWALLOWED_BYTES_MAX ||
            MHD_lookup_connection_value(
                connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT) != NULL) {
            return refuse_body(call);
        }
    }
    return MHD_YES;
}

static enum MHD_Result read_body(struct server_call *call, const char *bytes, size_t n)
{
    if (!call->body.overflowed && buf_add(&call->body, bytes, n) == 0) {
        return MHD_YES;
    }
    call->swallowed += n;
    return call->swallowed <= SWALLOWED_BYTES_MAX ? MHD_YES : MHD_NO;
}

/*
 * Suspending and resuming cost two system calls, and most calls are answered at the end
 * of the turn that brought them: so one is suspended only when the library comes back to
 * it without an answer.
 */
static void call_wait(struct server_call *call)
{
    struct server *server = call->server;

    call->state = CALL_WAITING;
    call->previous = NULL;
    call->next = server->waiting;
    if (server->waiting != NULL) {
        server->waiting->previous = call;
    }
    server->waiting = call;
    server->fresh++;
    loop_hold(call->loop);
}

/* Hands the whole request to whoever answers it. */
static enum MHD_Result hand_over(
    struct server_call *call, const char *path, const char *method)
{
    struct http_inbound *inbound = &call->inbound;
    const char *query = strchr(call->uri, '?');

    if (call->body.overflowed) {
        return refuse_body(call);
    }
    if (strcmp(method, MHD_HTTP_METHOD_HEAD) == 0) {
        inbound->method = HTTP_GET;
        inbound->is_head = true;
    } else if (http_method_parse(method, &inbound->method) != 0) {
        return refuse(call, MHD_HTTP_METHOD_NOT_ALLOWED, "No such method here.\n");
    }
    if (path[0] != '/' || strlen(path) > strlen(call->uri)) {
        return refuse(
            call, MHD_HTTP_BAD_REQUEST, "The path must begin with a slash.\n");
    }
    memcpy(call->path, path, strlen(path) + 1);
    inbound->path = call->path;
    inbound->query = query != NULL ? query + 1 : "";
    inbound->url = call->uri;
    inbound->body = buf_text(&call->body);
    inbound->body_length = call->body.length;
    inbound->header = find_header;
    inbound->context = call;
    inbound->content_type = find_header(inbound, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (inbound->content_type == NULL) {
        inbound->content_type = "";
    }
    call_wait(call);
    call->server->options.on_call(call->server->options.context, call, inbound);
    return MHD_YES;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection,
    const char *path, const char *method, const char *version, const char *bytes,
    size_t *bytes_n, void **held)
{
    struct server *server = context;
    struct server_call *call = *held;

    (void)connection, (void)version;
    if (server->closing) {
        return MHD_NO;
    }
    switch (call->state) {
    case CALL_NEW:
        return begin_call(call);
    case CALL_READING:
        if (*bytes_n > 0) {
            size_t n = *bytes_n;

            *bytes_n = 0;
            return read_body(call, bytes, n);
        }
        return hand_over(call, path, method);
    case CALL_ANSWERED:
        call->state = CALL_DONE;
        return queue_answer(call->connection, &call->answer);
    case CALL_DONE:
        *bytes_n = 0;
        return MHD_YES;
    case CALL_WAITING:
        call->suspended = true;
        server->fresh--;
        MHD_suspend_connection(connection);
        return MHD_YES;
    case CALL_CUT:
        break;
    }
    return MHD_NO;
}

/* Ends the waiting. Returns false when the connection is gone, and then the call too. */
static bool call_resume(struct server_call *call, enum call_state state)
{
    struct server *server = call->server;

    must(call->state == CALL_WAITING, "a call in state %d is answered",
        (int)call->state);
    loop_release(call->loop);
    if (server == NULL) {
        call_free(call);
        return false;
    }
    call_unlink(call);
    call->state = state;
    server->resumed = true;
    if (call->suspended) {
        MHD_resume_connection(call->connection);
    }
    return true;
}

void server_answer(struct server_call *call, struct http_answer *answer)
{
    if (call_resume(call, CALL_ANSWERED)) {
        call->answer = *answer;
        buf_init(&answer->body, answer->body.maximum);
    } else {
        http_answer_fini(answer);
    }
}

void server_cut(struct server_call *call)
{
    call_resume(call, CALL_CUT);
}

static void release_answer(void *argument)
{
    struct server_call *call = argument;
    struct http_answer answer = call->answer;

    http_answer_init(&call->answer);
    server_answer(call, &answer);
}

static void drop_answer(void *argument)
{
    server_cut(argument);
}

void server_answer_committed(struct server_call *call, struct http_answer *answer)
{
    must(call->state == CALL_WAITING, "a call in state %d is answered",
        (int)call->state);
    http_answer_fini(&call->answer);
    call->answer = *answer;
    buf_init(&answer->body, answer->body.maximum);
    loop_effect(call->loop, release_answer, drop_answer, call);
}

/* The library's remarks are about peers that hang up or talk nonsense. */
__attribute__((format(printf, 2, 0))) static void on_remark(
    void *context, const char *format, va_list arguments)
{
    char text[256];

    (void)context;
    vsnprintf(text, sizeof(text), format, arguments);
    text[strcspn(text, "\r\n")] = '\0';
    log_event(LOG_DEBUG, "http_server", "remark=\"%s\"", text);
}

static struct MHD_Daemon *start_daemon(struct server *server, int fd)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
        on_access, server, MHD_OPTION_EXTERNAL_LOGGER, on_remark, NULL,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
        server->options.connections, MHD_OPTION_CONNECTION_TIMEOUT,
        server->options.timeout_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HEAD_BYTES_MAX, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, server,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, NULL, MHD_OPTION_END);
}

static void start_handles(struct server *server)
{
    struct uv_loop_s *uv = loop_uv(server->loop);
    int fd = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

    must(uv_poll_init(uv, &server->poll, fd) == 0, "descriptor %d is not polled", fd);
    uv_timer_init(uv, &server->timer);
    uv_timer_init(uv, &server->heartbeat);
    server->handles_open = HANDLES_N;
    server->poll.data = server->timer.data = server->heartbeat.data = server;
    uv_poll_start(&server->poll, UV_READABLE, on_poll);
    uv_timer_start(&server->heartbeat, on_timer, HEARTBEAT_MS, HEARTBEAT_MS);
    server->runner.run = on_runner;
    loop_add_runner(server->loop, &server->runner);
}

struct server *server_open(
    struct loop *loop, const struct server_options *options, struct err *err)
{
    struct server *server = NULL;
    int port = 0;
    int fd = options->unix_socket != NULL ? listen_unix(options->unix_socket, err)
                                          : listen_tcp(options->listen, &port, err);

    if (fd < 0) {
        return NULL;
    }
    server = mem_zero(1, sizeof(*server));
    server->loop = loop;
    server->options = *options;
    server->options.listen = server->options.unix_socket = NULL;
    server->unix_path = mem_copy(options->unix_socket);
    server->port = port;
    server->daemon = start_daemon(server, fd);
    if (server->daemon == NULL) {
        /* Whether the library closed the descriptor depends on how far it came; one that
         * stays open does less harm than closing somebody else's. */
        err_set(err, ERR_UNABLE, "the HTTP server does not start: %s", strerror(errno));
        free(server->unix_path);
        free(server);
        return NULL;
    }
    start_handles(server);
    return server;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct server *server = handle->data;

    if (--server->handles_open == 0) {
        free(server);
    }
}

void server_close(struct server *server)
{
    server->closing = true;
    loop_remove_runner(server->loop, &server->runner);
    uv_close((uv_handle_t *)&server->poll, on_handle_closed);
    uv_close((uv_handle_t *)&server->timer, on_handle_closed);
    uv_close((uv_handle_t *)&server->heartbeat, on_handle_closed);
    /* The library does not stop while a connection is suspended. The calls stay with
     * whoever handles them. */
    while (server->waiting != NULL) {
        struct server_call *call = server->waiting;

        server->waiting = call->next;
        call->server = NULL;
        if (call->suspended) {
            MHD_resume_connection(call->connection);
        }
    }
    MHD_stop_daemon(server->daemon);
    if (server->unix_path != NULL) {
        unlink(server->unix_path);
    }
    free(server->unix_path);
    server->unix_path = NULL;
}

int server_port(const struct server *server)
{
    return server->port;
}
