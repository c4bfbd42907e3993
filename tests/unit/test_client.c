/*
 * The HTTP client against a gateway that is a thread with a script: what it does with its
 * first request, its second, and so on, whichever connection they come on.
 */
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "net/client.h"
#include "net/loop.h"
#include "unit/peer.h"

#define OK_HEAD  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
#define OK_REPLY OK_HEAD "Content-Length: 2\r\n\r\nok"

/* Instead of a reply. */
static const char CLOSE[] = "close";
static const char HANG[] = "hang";

enum { SCRIPT_MAX = 8, WAIT_MS = 20, WAITS_MAX = 1000, KEPT_MS = 60000 };

/* A gateway; the thread's until gateway_end(). */
struct gateway {
    pthread_t thread;
    atomic_bool ending;
    int fd;
    int port;
    const char *script[SCRIPT_MAX];
    int requests;
    int connections;
    atomic_int closed;
    char heard[SCRIPT_MAX][PEER_TEXT_BYTES];
};

/* What on_reply() was handed, copied. */
struct got {
    enum http_ending ending;
    int status;
    char *body;
    size_t body_length;
    char retry_after[64];
    char content_type[64];
    char error[256];
};

struct bench {
    struct clock clock;
    struct loop *loop;
    struct client *client;
    struct gateway gateway;
    struct client_options options;
    struct got got[SCRIPT_MAX];
    int got_n;
    int expected;
    bool sending;
};

/* Answers the requests of one connection. */
static void serve(struct gateway *gateway, int fd)
{
    while (gateway->requests < SCRIPT_MAX &&
           peer_hear(fd, gateway->heard[gateway->requests]) > 0) {
        const char *reply = gateway->script[gateway->requests++];
        char rest;

        if (reply == HANG) {
            while (recv(fd, &rest, 1, 0) > 0) {
                continue;
            }
        }
        if (reply == NULL || reply == CLOSE || reply == HANG || !peer_say(fd, reply)) {
            break;
        }
        if (strstr(reply, "Connection: close") != NULL) {
            break;
        }
    }
    close(fd);
    gateway->closed++;
}

static void *run_gateway(void *argument)
{
    struct gateway *gateway = argument;

    for (int i = 0; i < WAITS_MAX && !gateway->ending; i++) {
        struct pollfd wait = {.fd = gateway->fd, .events = POLLIN};

        if (poll(&wait, 1, WAIT_MS) > 0) {
            int fd = accept(gateway->fd, NULL, NULL);

            peer_limit(fd);
            gateway->connections++;
            serve(gateway, fd);
        }
    }
    return NULL;
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    clock_init(&bench->clock, CLOCK_REAL, 0);
    bench->loop = loop_new(&bench->clock, NULL);
    bench->client = client_new(bench->loop, 4);
    bench->options = (struct client_options){
        .timeout_ms = 10000, .connect_timeout_ms = 10000, .idle_ms = KEPT_MS};
    bench->gateway.fd = peer_listen(&bench->gateway.port);
    if (pthread_create(&bench->gateway.thread, NULL, run_gateway, &bench->gateway) !=
        0) {
        return -1;
    }
    *state = bench;
    return 0;
}

/* Ends the client and the gateway, so that what the gateway saw can be read. */
static void end(struct bench *bench)
{
    if (bench->client == NULL) {
        return;
    }
    client_free(bench->client);
    bench->client = NULL;
    bench->gateway.ending = true;
    pthread_join(bench->gateway.thread, NULL);
    close(bench->gateway.fd);
}

static int teardown(void **state)
{
    struct bench *bench = *state;

    end(bench);
    loop_free(bench->loop);
    for (int i = 0; i < bench->got_n; i++) {
        free(bench->got[i].body);
    }
    free(bench);
    return 0;
}

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "");
}

static void on_reply(void *argument, const struct http_reply *reply)
{
    struct bench *bench = argument;
    struct got *got = &bench->got[bench->got_n++];

    assert_false(bench->sending);
    got->ending = reply->ending;
    got->status = reply->status;
    got->body = mem_copy_n(reply->body, reply->body_length);
    got->body_length = reply->body_length;
    assert_int_equal(reply->body[reply->body_length], '\0');
    copy(got->retry_after, sizeof(got->retry_after), reply->retry_after);
    copy(got->content_type, sizeof(got->content_type), reply->content_type);
    copy(got->error, sizeof(got->error), reply->error);
    if (bench->got_n == bench->expected) {
        loop_stop(bench->loop);
    }
}

static void send_to(struct bench *bench, enum http_method method, const char *url,
    const char *header, const char *body)
{
    struct http_request request;

    http_request_init(&request);
    request.method = method;
    buf_add_text(&request.url, url);
    if (header != NULL) {
        http_request_header(&request, "X-Test", header);
    }
    if (body != NULL) {
        buf_add_text(&request.body, body);
    }
    bench->expected++;
    bench->sending = true;
    client_send(bench->client, &request, &bench->options, on_reply, bench);
    bench->sending = false;
    /* All of it is copied. */
    http_request_fini(&request);
}

static void send_one(struct bench *bench, enum http_method method, const char *body)
{
    char url[128];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/send?password=secret",
        bench->gateway.port);
    send_to(bench, method, url, NULL, body);
}

static void wait_for_replies(struct bench *bench)
{
    assert_int_equal(loop_run(bench->loop, NULL), 0);
    assert_int_equal(bench->got_n, bench->expected);
    assert_int_equal(client_in_flight(bench->client), 0);
    assert_true(loop_idle(bench->loop));
}

static void a_request_line_is_the_url_as_it_was_written(void **state)
{
    static const char *const paths[][2] = {
        {"/a/../b//c?text=%2B62%20a&x=y:z//?q",
            "GET /a/../b//c?text=%2B62%20a&x=y:z//?q H"},
        {"", "GET / H"},
        {"?a=/b", "GET /?a=/b H"},
        {"/page?a=1#fragment", "GET /page?a=1 H"},
        {"/short", "GET /short H"},
    };
    struct bench *bench = *state;
    char url[256], host[64];

    snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%d\r\n", bench->gateway.port);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        bench->gateway.script[i] = OK_REPLY;
        snprintf(
            url, sizeof url, "http://127.0.0.1:%d%s", bench->gateway.port, paths[i][0]);
        send_to(bench, HTTP_GET, url, NULL, NULL);
        wait_for_replies(bench);
        assert_int_equal(bench->got[i].status, 200);
    }
    end(bench);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_memory_equal(bench->gateway.heard[i], paths[i][1], strlen(paths[i][1]));
        assert_non_null(strstr(bench->gateway.heard[i], host));
    }
    assert_int_equal(bench->gateway.connections, 1);
}

static void a_whole_reply_is_handed_over_with_its_headers(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = "HTTP/1.1 429 Slow\r\nretry-after: 7\r\n"
                               "Content-Type: application/json\r\n"
                               "Content-Length: 2\r\n\r\n{}";
    bench->gateway.script[1] = OK_REPLY;
    send_one(bench, HTTP_POST, "text=halo");
    assert_int_equal(client_in_flight(bench->client), 1);
    assert_false(loop_idle(bench->loop));
    wait_for_replies(bench);
    assert_int_equal(bench->got[0].ending, HTTP_ANSWERED);
    assert_int_equal(bench->got[0].status, 429);
    assert_string_equal(bench->got[0].body, "{}");
    assert_string_equal(bench->got[0].retry_after, "7");
    assert_string_equal(bench->got[0].content_type, "application/json");
    /* Nothing of it is left for the next one. */
    send_one(bench, HTTP_GET, NULL);
    wait_for_replies(bench);
    assert_int_equal(bench->got[1].status, 200);
    assert_string_equal(bench->got[1].body, "ok");
    assert_string_equal(bench->got[1].retry_after, "");
    end(bench);
    assert_int_equal(bench->gateway.connections, 1);
}

static void each_request_is_written_as_it_was_asked_for(void **state)
{
    struct bench *bench = *state;
    const struct gateway *gateway = &bench->gateway;
    char url[64];

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/a?b=%%20c", gateway->port);
    for (int i = 0; i < 6; i++) {
        bench->gateway.script[i] = OK_REPLY;
    }
    /* One after another, so that each uses the handle of the one before. */
    send_to(bench, HTTP_POST, url, "one", "halo");
    wait_for_replies(bench);
    send_to(bench, HTTP_GET, url, NULL, NULL);
    wait_for_replies(bench);
    send_to(bench, HTTP_PUT, url, "two", "baru");
    wait_for_replies(bench);
    send_to(bench, HTTP_DELETE, url, "two", NULL);
    wait_for_replies(bench);
    send_to(bench, HTTP_POST, url, "two", NULL);
    wait_for_replies(bench);
    send_to(bench, HTTP_GET, url, "two", NULL);
    wait_for_replies(bench);
    end(bench);
    assert_ptr_equal(
        strstr(gateway->heard[0], "POST /a?b=%20c HTTP/1.1"), gateway->heard[0]);
    assert_non_null(strstr(gateway->heard[0], "\r\nX-Test: one\r\n"));
    assert_non_null(strstr(gateway->heard[0], "\r\n\r\nhalo"));
    assert_ptr_equal(strstr(gateway->heard[1], "GET /a"), gateway->heard[1]);
    assert_null(strstr(gateway->heard[1], "X-Test"));
    assert_null(strstr(gateway->heard[1], "Content-"));
    assert_ptr_equal(strstr(gateway->heard[2], "PUT /a"), gateway->heard[2]);
    assert_non_null(strstr(gateway->heard[2], "\r\nX-Test: two\r\n"));
    assert_non_null(strstr(gateway->heard[2], "\r\n\r\nbaru"));
    assert_ptr_equal(strstr(gateway->heard[3], "DELETE /a"), gateway->heard[3]);
    assert_null(strstr(gateway->heard[3], "Content-"));
    assert_ptr_equal(strstr(gateway->heard[4], "POST /a"), gateway->heard[4]);
    assert_non_null(strstr(gateway->heard[4], "\r\nContent-Length: 0\r\n"));
    assert_ptr_equal(strstr(gateway->heard[5], "GET /a"), gateway->heard[5]);
}

static void trap_5_curl_repeats_a_request_by_itself(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = OK_REPLY;
    bench->gateway.script[1] = CLOSE;
    bench->gateway.script[2] = OK_REPLY;
    send_one(bench, HTTP_POST, "text=1");
    wait_for_replies(bench);
    send_one(bench, HTTP_POST, "text=2");
    wait_for_replies(bench);
    end(bench);
    assert_int_equal(bench->got[0].ending, HTTP_ANSWERED);
    assert_int_equal(bench->got[1].ending, HTTP_CUT);
    assert_int_equal(bench->got[1].status, 0);
    assert_int_equal(bench->gateway.requests, 2);
}

static void a_get_is_not_repeated_either(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = OK_REPLY;
    bench->gateway.script[1] = CLOSE;
    bench->gateway.script[2] = OK_REPLY;
    send_one(bench, HTTP_GET, NULL);
    wait_for_replies(bench);
    send_one(bench, HTTP_GET, NULL);
    wait_for_replies(bench);
    end(bench);
    assert_int_equal(bench->got[1].ending, HTTP_CUT);
    assert_int_equal(bench->gateway.requests, 2);
}

static void a_connection_closed_before_any_answer_is_cut(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = CLOSE;
    bench->gateway.script[1] = OK_REPLY;
    send_one(bench, HTTP_POST, "text=1");
    wait_for_replies(bench);
    end(bench);
    assert_int_equal(bench->got[0].ending, HTTP_CUT);
    assert_int_equal(bench->gateway.requests, 1);
}

static void half_a_reply_is_cut(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] =
        OK_HEAD "Content-Length: 20\r\nConnection: close\r\n\r\nhalf";
    send_one(bench, HTTP_POST, "text=1");
    wait_for_replies(bench);
    assert_int_equal(bench->got[0].ending, HTTP_CUT);
    assert_int_equal(bench->got[0].status, 0);
    assert_string_equal(bench->got[0].body, "");
}

static void a_reply_that_is_no_http_is_cut(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = "+OK Connection: close\r\n\r\n";
    send_one(bench, HTTP_GET, NULL);
    wait_for_replies(bench);
    assert_int_equal(bench->got[0].ending, HTTP_CUT);
}

static void a_gateway_that_hangs_is_cut_after_the_time_out(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = HANG;
    bench->options.timeout_ms = 200;
    send_one(bench, HTTP_POST, "text=1");
    wait_for_replies(bench);
    assert_int_equal(bench->got[0].ending, HTTP_CUT);
    assert_non_null(strstr(bench->got[0].error, "Timeout"));
    end(bench);
    assert_int_equal(bench->gateway.requests, 1);
}

static void without_a_connection_nothing_was_sent(void **state)
{
    struct bench *bench = *state;
    char url[128];
    int port = 0;

    close(peer_listen(&port));
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/send?password=secret", port);
    send_to(bench, HTTP_POST, url, NULL, "text=1");
    send_to(bench, HTTP_GET, "no url at all?password=secret", NULL, NULL);
    send_to(bench, HTTP_GET, "file:///etc/hostname", NULL, NULL);
    wait_for_replies(bench);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(bench->got[i].ending, HTTP_NOT_SENT);
        assert_string_not_equal(bench->got[i].error, "");
        assert_null(strstr(bench->got[i].error, "secret"));
    }
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
                               "Content-Length: 0\r\n\r\n";
    bench->gateway.script[1] = OK_REPLY;
    send_one(bench, HTTP_POST, "text=1");
    wait_for_replies(bench);
    assert_int_equal(bench->got[0].status, 302);
    end(bench);
    assert_int_equal(bench->gateway.requests, 1);
}

static void a_long_reply_is_cut_at_64_kib_and_still_whole(void **state)
{
    struct bench *bench = *state;
    size_t n = 200000;
    char *reply = calloc(1, n + 128);
    int head = snprintf(
        reply, 128, OK_HEAD "Content-Length: %zu\r\nConnection: close\r\n\r\n", n);

    memset(reply + head, 'x', n);
    bench->gateway.script[0] = reply;
    send_one(bench, HTTP_GET, NULL);
    wait_for_replies(bench);
    assert_int_equal(bench->got[0].ending, HTTP_ANSWERED);
    assert_int_equal(bench->got[0].body_length, 65536);
    end(bench);
    free(reply);
}

static void an_idle_time_below_a_second_keeps_no_connection(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = bench->gateway.script[1] = OK_REPLY;
    bench->options.idle_ms = 0;
    send_one(bench, HTTP_GET, NULL);
    wait_for_replies(bench);
    send_one(bench, HTTP_GET, NULL);
    wait_for_replies(bench);
    end(bench);
    assert_int_equal(bench->gateway.requests, 2);
    assert_int_equal(bench->gateway.connections, 2);
}

/* A kept connection that the gateway closes while it is idle is seen to be closed: the
 * next request goes on a new one, once. */
static void a_kept_connection_closed_meanwhile_is_not_used(void **state)
{
    struct bench *bench = *state;
    struct timespec pause = {.tv_nsec = 1000000};

    bench->gateway.script[0] = OK_HEAD "Content-Length: 2\r\n"
                                       "X-Then: Connection: close\r\n\r\nok";
    bench->gateway.script[1] = OK_REPLY;
    send_one(bench, HTTP_POST, "text=1");
    wait_for_replies(bench);
    for (int i = 0; i < 10000 && bench->gateway.closed == 0; i++) {
        nanosleep(&pause, NULL);
    }
    send_one(bench, HTTP_POST, "text=2");
    wait_for_replies(bench);
    end(bench);
    assert_int_equal(bench->got[1].ending, HTTP_ANSWERED);
    assert_int_equal(bench->gateway.requests, 2);
    assert_int_equal(bench->gateway.connections, 2);
}

/* Returns the machine's own name when it means the loopback; "" when it does not. */
static void find_name(char name[200])
{
    struct addrinfo hints = {.ai_family = AF_INET}, *found = NULL;
    uint32_t address = 0;

    if (gethostname(name, 199) == 0 && getaddrinfo(name, NULL, &hints, &found) == 0) {
        address = ntohl(((struct sockaddr_in *)found->ai_addr)->sin_addr.s_addr);
        freeaddrinfo(found);
    }
    if (address >> 24 != 127) {
        name[0] = '\0';
    }
}

/* Another name than "localhost", which libcurl resolves without its thread. */
static void a_name_is_resolved_and_its_descriptors_are_not_left_behind(void **state)
{
    struct bench *bench = *state;
    char name[200] = "", url[256];

    find_name(name);
    if (name[0] == '\0') {
        skip();
    }
    bench->gateway.script[0] = bench->gateway.script[1] = OK_REPLY;
    bench->options.idle_ms = 0;
    snprintf(url, sizeof(url), "http://%s:%d/", name, bench->gateway.port);
    for (int i = 0; i < 2; i++) {
        send_to(bench, HTTP_GET, url, NULL, NULL);
        wait_for_replies(bench);
        assert_int_equal(bench->got[i].ending, HTTP_ANSWERED);
    }
}

static void requests_in_flight_are_cut_when_the_client_ends(void **state)
{
    struct bench *bench = *state;

    bench->gateway.script[0] = HANG;
    send_one(bench, HTTP_POST, "text=1");
    send_one(bench, HTTP_POST, "text=2");
    end(bench);
    assert_int_equal(bench->got_n, 2);
    assert_int_equal(bench->got[0].ending, HTTP_CUT);
    assert_int_equal(bench->got[1].ending, HTTP_CUT);
    assert_true(loop_idle(bench->loop));
}

static void a_call_waits_for_its_reply(void **state)
{
    struct bench *bench = *state;
    struct http_request request;
    struct buf body, small;
    struct err err = {0};

    bench->gateway.script[0] = "HTTP/1.1 409 No\r\nContent-Length: 3\r\n\r\nno!";
    bench->gateway.script[1] = OK_HEAD "Connection: close\r\n\r\nmore than four";
    http_request_init(&request);
    request.method = HTTP_POST;
    buf_add_format(&request.url, "http://127.0.0.1:%d/import", bench->gateway.port);
    buf_add_text(&request.body, "{}");
    buf_init(&body, 1024);
    buf_init(&small, 4);
    assert_int_equal(client_call(&request, &bench->options, &body, &err), 409);
    assert_string_equal(buf_text(&body), "no!");
    assert_int_equal(client_call(&request, &bench->options, &small, &err), -1);
    assert_int_equal(err.code, ERR_UNABLE);
    assert_non_null(strstr(err.text, "4 bytes"));
    buf_fini(&body);
    buf_fini(&small);
    http_request_fini(&request);
}

static void a_call_to_a_socket_that_nobody_answers_names_it(void **state)
{
    struct bench *bench = *state;
    struct http_request request;
    struct buf body;
    struct err err = {0};

    bench->options.unix_socket = "/nonexistent/cegah.db.sock";
    http_request_init(&request);
    buf_add_text(&request.url, "http://localhost/status?password=secret");
    buf_init(&body, 1024);
    assert_int_equal(client_call(&request, &bench->options, &body, &err), -1);
    assert_int_equal(err.code, ERR_UNABLE);
    assert_non_null(strstr(err.text, "/nonexistent/cegah.db.sock"));
    assert_null(strstr(err.text, "secret"));
    buf_fini(&body);
    http_request_fini(&request);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_line_is_the_url_as_it_was_written),
        TEST(a_whole_reply_is_handed_over_with_its_headers),
        TEST(each_request_is_written_as_it_was_asked_for),
        TEST(trap_5_curl_repeats_a_request_by_itself),
        TEST(a_get_is_not_repeated_either),
        TEST(a_connection_closed_before_any_answer_is_cut),
        TEST(half_a_reply_is_cut),
        TEST(a_reply_that_is_no_http_is_cut),
        TEST(a_gateway_that_hangs_is_cut_after_the_time_out),
        TEST(without_a_connection_nothing_was_sent),
        TEST(a_redirect_is_an_answer_and_not_followed),
        TEST(a_long_reply_is_cut_at_64_kib_and_still_whole),
        TEST(an_idle_time_below_a_second_keeps_no_connection),
        TEST(a_kept_connection_closed_meanwhile_is_not_used),
        TEST(a_name_is_resolved_and_its_descriptors_are_not_left_behind),
        TEST(requests_in_flight_are_cut_when_the_client_ends),
        TEST(a_call_waits_for_its_reply),
        TEST(a_call_to_a_socket_that_nobody_answers_names_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
