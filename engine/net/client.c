/*
 * libcurl's multi handle on libuv. Transfers and their easy handles are kept and used
 * again: a new easy handle a request costs about a tenth more.
 *
 * "The request was written" is known from libcurl's pre-request callback, which runs once
 * a connection stands and before the first byte of the request leaves.
 */
#include "net/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"
#include "base/must.h"
#include "base/url.h"
#include "net/loop.h"

enum {
    REPLY_BYTES_MAX = 64 << 10,
    KEPT_BYTES_MAX = 16 << 10, /* a larger buffer is not kept for the next request */
    TIMEOUT_MS_DEFAULT = 30000,
    CONNECT_TIMEOUT_MS_DEFAULT = 10000
};

/* One request in flight, or waiting in the free list to be used again. */
struct transfer {
    struct client *client;
    struct transfer *previous;
    struct transfer *next;
    CURL *easy;
    struct curl_slist *headers; /* kept while the next request's are the same */
    struct buf sent;            /* the request's body */
    struct buf body;            /* the reply's */
    int tries;                  /* how often libcurl was about to write the request */
    void (*on_reply)(void *argument, const struct http_reply *reply);
    void *argument;
};

/* A socket of libcurl's. Owned by the client's table until its close callback. */
struct watch {
    uv_poll_t poll;
    struct client *client;
    curl_socket_t fd;
    bool is_connection; /* closed by on_close_socket(), which not all of them are */
    int wanted;         /* events that libcurl asked for; 0: none now */
    int active;         /* events that libuv looks for */
};

struct client {
    struct loop *loop;
    CURLM *multi;
    uv_timer_t timer;
    struct watch **watches; /* by descriptor */
    size_t watches_n;
    struct transfer *flying;
    struct transfer *unused;
    int in_flight;
    bool closing;
};

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    size_t room = REPLY_BYTES_MAX - transfer->body.length;

    /* What is past the limit is read and forgotten: the reply is whole all the same. */
    buf_add(&transfer->body, bytes, length < room ? length : room);
    return length;
}

/* libcurl repeats a request by itself when a reused connection closes before an answer,
 * POST too, and says nothing. The peer may have acted on the first one. */
static int on_before_request(
    void *context, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
    struct transfer *transfer = context;

    (void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
    transfer->tries++;
    return transfer->tries > 1 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static struct watch *watch_find(const struct client *client, curl_socket_t fd)
{
    return (size_t)fd < client->watches_n ? client->watches[fd] : NULL;
}

static struct watch *watch_open(struct client *client, curl_socket_t fd)
{
    struct watch *watch = mem_zero(1, sizeof(*watch));

    if ((size_t)fd >= client->watches_n) {
        size_t n = (size_t)fd + 64;

        client->watches = mem_resize(client->watches, n, sizeof(*client->watches));
        memset(client->watches + client->watches_n, 0,
            (n - client->watches_n) * sizeof(*client->watches));
        client->watches_n = n;
    }
    must(client->watches[fd] == NULL, "descriptor %d is watched twice", (int)fd);
    client->watches[fd] = watch;
    watch->client = client;
    watch->fd = fd;
    watch->poll.data = watch;
    must(uv_poll_init(loop_uv(client->loop), &watch->poll, fd) == 0,
        "descriptor %d cannot be polled", (int)fd);
    return watch;
}

/* Of a watch, or of the client. */
static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void watch_close(struct watch *watch)
{
    watch->client->watches[watch->fd] = NULL;
    uv_close((uv_handle_t *)&watch->poll, on_closed);
}

static curl_socket_t on_open_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    curl_socket_t fd =
        socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

    (void)purpose;
    if (fd < 0) {
        return CURL_SOCKET_BAD;
    }
    watch_open(context, fd)->is_connection = true;
    return fd;
}

static int on_close_socket(void *context, curl_socket_t fd)
{
    struct watch *watch = watch_find(context, fd);

    if (watch != NULL) {
        watch_close(watch);
    }
    return close(fd);
}

static void read_finished(struct client *client);
static void watch_update(struct watch *watch);

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct watch *watch = handle->data;
    struct client *client = watch->client;
    curl_socket_t fd = watch->fd;
    int running = 0;
    int bits = 0;

    if (status < 0) {
        bits |= CURL_CSELECT_ERR;
        watch->active = 0; /* libuv has stopped it */
    }
    if (watch->wanted == 0) {
        uv_poll_stop(&watch->poll);
        watch->active = 0;
        return;
    }
    bits |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    bits |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    curl_multi_socket_action(client->multi, fd, bits, &running);
    /* The watch may be gone by now. */
    watch = watch_find(client, fd);
    if (watch != NULL) {
        watch_update(watch);
    }
    read_finished(client);
}

/*
 * libcurl stops looking at a connection between two requests. Stopping and starting the
 * poll each time would cost two system calls a request; so it goes on, and on_poll()
 * stops it should the silent connection have something to say.
 */
static void watch_update(struct watch *watch)
{
    if (watch->wanted != 0 && watch->wanted != watch->active) {
        watch->active = watch->wanted;
        uv_poll_start(&watch->poll, watch->wanted, on_poll);
    }
}

static int on_socket(
    CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context)
{
    struct client *client = context;
    struct watch *watch = watch_find(client, fd);
    int wanted = 0;

    (void)easy, (void)socket_context;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL && !watch->is_connection) {
            watch_close(watch);
        } else if (watch != NULL) {
            watch->wanted = 0;
        }
        return 0;
    }
    if (watch == NULL) {
        watch = watch_open(client, fd);
    }
    wanted |= what != CURL_POLL_OUT ? UV_READABLE : 0;
    wanted |= what != CURL_POLL_IN ? UV_WRITABLE : 0;
    watch->wanted = wanted;
    watch_update(watch);
    return 0;
}

static void on_timer(uv_timer_t *handle)
{
    struct client *client = handle->data;
    int running = 0;

    curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    read_finished(client);
}

/* It may run inside libcurl's own functions, so it only moves the timer. */
static int on_timeout_change(CURLM *multi, long timeout_ms, void *context)
{
    struct client *client = context;

    (void)multi;
    if (timeout_ms < 0) {
        uv_timer_stop(&client->timer);
    } else {
        uv_timer_start(&client->timer, on_timer, (uint64_t)timeout_ms, 0);
    }
    return 0;
}

static void must_add(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    must(longer != NULL, "no memory for a header");
    *list = longer;
}

/* Returns an owned list. libcurl's own "Expect:" would cost a round trip a request. */
static struct curl_slist *make_headers(const struct http_request *request)
{
    struct curl_slist *list = NULL;

    must_add(&list, "Expect:");
    for (size_t i = 0; i < request->headers_n; i++) {
        must_add(&list, request->headers[i]);
    }
    return list;
}

static bool has_same_headers(
    const struct curl_slist *list, const struct http_request *request)
{
    if (list == NULL) {
        return false;
    }
    list = list->next;
    for (size_t i = 0; i < request->headers_n; i++, list = list->next) {
        if (list == NULL || strcmp(list->data, request->headers[i]) != 0) {
            return false;
        }
    }
    return list == NULL;
}

/* What every request of ours has in common. */
static void set_constants(CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "cegah");
    /* Where a request goes is what the configuration says, not the environment. */
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

/* libcurl takes a URL apart and puts it together several times a request, letter by
 * letter, and a message's is long: so the path is given apart from it. */
static void set_url(CURL *easy, const char *url)
{
    char origin[256];
    size_t length = url_origin(url);
    bool apart = url[length] == '/' && length < sizeof(origin);

    snprintf(origin, sizeof(origin), "%.*s", (int)length, url);
    curl_easy_setopt(easy, CURLOPT_URL, apart ? origin : url);
    curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, apart ? url + length : NULL);
}

static void set_request(CURL *easy, const struct http_request *request,
    const struct client_options *options, const struct buf *body)
{
    enum http_method method = request->method;
    bool has_body = method == HTTP_POST || method == HTTP_PUT || body->length > 0;
    long age_s = (long)(options->idle_ms / 1000) - 1;

    set_url(easy, buf_text(&request->url));
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_text(body));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->length);
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
        method == (has_body ? HTTP_POST : HTTP_GET) ? NULL : http_method_name(method));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
        (long)(options->timeout_ms > 0 ? options->timeout_ms : TIMEOUT_MS_DEFAULT));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
        (long)(options->connect_timeout_ms > 0 ? options->connect_timeout_ms
                                               : CONNECT_TIMEOUT_MS_DEFAULT));
    /* libcurl counts whole seconds, and reuses a connection in the last one too. */
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, age_s > 0 ? age_s : 0L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, options->idle_ms < 1000 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, options->idle_ms < 1000 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, options->unix_socket);
}

struct client *client_new(struct loop *loop, int connections)
{
    struct client *client = mem_zero(1, sizeof(*client));

    must(connections > 0, "%d connections", connections);
    must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl does not start");
    client->loop = loop;
    client->multi = curl_multi_init();
    must(client->multi != NULL, "libcurl does not start");
    uv_timer_init(loop_uv(loop), &client->timer);
    client->timer.data = client;
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    /* Fewer kept than in flight would close and open connections all the time. */
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)connections);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
    return client;
}

int client_in_flight(const struct client *client)
{
    return client->in_flight;
}

static struct transfer *transfer_new(struct client *client)
{
    struct transfer *transfer = mem_zero(1, sizeof(*transfer));

    transfer->client = client;
    transfer->easy = curl_easy_init();
    must(transfer->easy != NULL, "no memory for a request");
    buf_init(&transfer->sent, HTTP_BODY_BYTES_MAX);
    buf_init(&transfer->body, REPLY_BYTES_MAX);
    set_constants(transfer->easy);
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_PREREQFUNCTION, on_before_request);
    curl_easy_setopt(transfer->easy, CURLOPT_PREREQDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(transfer->easy, CURLOPT_OPENSOCKETDATA, client);
    curl_easy_setopt(transfer->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    curl_easy_setopt(transfer->easy, CURLOPT_CLOSESOCKETDATA, client);
    return transfer;
}

static void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    buf_fini(&transfer->sent);
    buf_fini(&transfer->body);
    free(transfer);
}

static void fly(struct client *client, struct transfer *transfer)
{
    transfer->previous = NULL;
    transfer->next = client->flying;
    if (client->flying != NULL) {
        client->flying->previous = transfer;
    }
    client->flying = transfer;
    client->in_flight++;
}

static void land(struct client *client, struct transfer *transfer)
{
    if (transfer->previous != NULL) {
        transfer->previous->next = transfer->next;
    } else {
        client->flying = transfer->next;
    }
    if (transfer->next != NULL) {
        transfer->next->previous = transfer->previous;
    }
    client->in_flight--;
}

static void empty(struct buf *buf)
{
    size_t maximum = buf->maximum;

    if (buf->capacity > KEPT_BYTES_MAX) {
        buf_fini(buf);
        buf_init(buf, maximum);
    } else {
        buf_clear(buf);
    }
}

/* The transfer's slot is free before on_reply runs, so that it can send the next one. */
static void finish(struct transfer *transfer, const struct http_reply *reply)
{
    struct client *client = transfer->client;

    land(client, transfer);
    transfer->on_reply(transfer->argument, reply);
    loop_release(client->loop);
    empty(&transfer->sent);
    empty(&transfer->body);
    transfer->next = client->unused;
    client->unused = transfer;
}

static const char *find_header(CURL *easy, const char *name)
{
    struct curl_header *header = NULL;

    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return NULL;
    }
    return header->value;
}

static void reply_finished(struct transfer *transfer, CURLcode result)
{
    struct http_reply reply = {.ending = HTTP_CUT, .body = ""};
    long status = 0;

    if (result == CURLE_OK) {
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        reply.ending = HTTP_ANSWERED;
        reply.status = (int)status;
        reply.body = buf_text(&transfer->body);
        reply.body_length = transfer->body.length;
        reply.retry_after = find_header(transfer->easy, "Retry-After");
        reply.content_type = find_header(transfer->easy, "Content-Type");
    } else if (transfer->tries > 1) {
        reply.error = "the connection was closed before an answer came";
    } else {
        reply.ending = transfer->tries == 0 ? HTTP_NOT_SENT : HTTP_CUT;
        reply.error = curl_easy_strerror(result);
    }
    finish(transfer, &reply);
}

static void read_finished(struct client *client)
{
    CURLMsg *message;
    int left = 0;

    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result;
        char *transfer = NULL;

        /* The message is gone once the handle is removed. */
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
        curl_multi_remove_handle(client->multi, easy);
        reply_finished((struct transfer *)transfer, result);
    }
}

void client_send(struct client *client, const struct http_request *request,
    const struct client_options *options,
    void (*on_reply)(void *argument, const struct http_reply *reply), void *argument)
{
    struct transfer *transfer = client->unused;

    must(!client->closing, "a request of a client that ends");
    if (transfer != NULL) {
        client->unused = transfer->next;
    } else {
        transfer = transfer_new(client);
    }
    transfer->tries = 0;
    transfer->on_reply = on_reply;
    transfer->argument = argument;
    must(buf_add(&transfer->sent, buf_text(&request->body), request->body.length) == 0,
        "a body of %zu bytes", request->body.length);
    if (!has_same_headers(transfer->headers, request)) {
        struct curl_slist *old = transfer->headers;

        transfer->headers = make_headers(request);
        curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
        curl_slist_free_all(old);
    }
    set_request(transfer->easy, request, options, &transfer->sent);
    fly(client, transfer);
    loop_hold(client->loop);
    must(curl_multi_add_handle(client->multi, transfer->easy) == CURLM_OK,
        "%d requests in flight", client->in_flight);
}

void client_free(struct client *client)
{
    static const struct http_reply cut = {
        .ending = HTTP_CUT, .body = "", .error = "cegah is ending"};

    client->closing = true;
    while (client->flying != NULL) {
        struct transfer *transfer = client->flying;

        curl_multi_remove_handle(client->multi, transfer->easy);
        finish(transfer, &cut);
    }
    while (client->unused != NULL) {
        struct transfer *transfer = client->unused;

        client->unused = transfer->next;
        transfer_free(transfer);
    }
    curl_multi_cleanup(client->multi);
    for (size_t i = 0; i < client->watches_n; i++) {
        if (client->watches[i] != NULL) {
            watch_close(client->watches[i]);
        }
    }
    free(client->watches);
    client->watches = NULL;
    uv_close((uv_handle_t *)&client->timer, on_closed);
    curl_global_cleanup();
}

static size_t on_call_body(char *bytes, size_t size, size_t count, void *context)
{
    return buf_add(context, bytes, size * count) == 0 ? size * count : 0;
}

static int call_failed(CURLcode result, const struct client_options *options,
    const struct buf *body, struct err *err)
{
    if (body->overflowed) {
        return err_set(
            err, ERR_UNABLE, "the reply is longer than %zu bytes", body->maximum);
    }
    if (options->unix_socket != NULL && result == CURLE_COULDNT_CONNECT) {
        return err_set(err, ERR_UNABLE,
            "%s: nobody answers at this socket: is the daemon running, and by this "
            "user?",
            options->unix_socket);
    }
    return err_set(err, ERR_UNABLE, "no reply from %s: %s",
        options->unix_socket != NULL ? options->unix_socket : "the server",
        curl_easy_strerror(result));
}

int client_call(const struct http_request *request,
    const struct client_options *options, struct buf *body, struct err *err)
{
    struct curl_slist *headers = make_headers(request);
    CURLcode result;
    CURL *easy;
    long status = 0;
    int answer = -1;

    must(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK, "libcurl does not start");
    easy = curl_easy_init();
    must(easy != NULL, "no memory for a request");
    set_constants(easy);
    set_request(easy, request, options, &request->body);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_call_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    result = curl_easy_perform(easy);
    if (result == CURLE_OK) {
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        answer = (int)status;
    } else {
        call_failed(result, options, body, err);
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    curl_global_cleanup();
    return answer;
}
