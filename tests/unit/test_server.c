/*
 * The HTTP server against peers that are scripts on a pool thread: the loop runs until
 * the script is through. The handler does what the path says.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "net/client.h"
#include "net/loop.h"
#include "net/server.h"
#include "unit/peer.h"

enum { BODY_MAX = 1000, CALLS_MAX = 64, SILENT = 10, WAITING = 15, GUARD_S = 60 };

/* What the handler was handed, copied. */
struct seen {
    enum http_method method;
    char path[128];
    char query[128];
    char url[128];
    char content_type[64];
    char header[64];
    char body[BODY_MAX + 1];
    size_t body_length;
};

struct bench {
    struct clock clock;
    struct loop *loop;
    struct server *server;
    struct server_options options;
    int port;
    bool open; /* the fake store's transaction */
    bool fails;
    int commits;
    bool refuses;
    bool answers_at_once;
    struct seen seen[CALLS_MAX];
    atomic_int calls;
    struct server_call *kept; /* by /keep: never answered by the handler */
    void (*script)(struct bench *bench);
    int result; /* the script's */
    char text[PEER_TEXT_BYTES];
};

static bool is_open(void *context)
{
    return ((struct bench *)context)->open;
}

static int commit(void *context, struct err *err)
{
    struct bench *bench = context;

    bench->open = false;
    bench->commits++;
    return bench->fails ? err_set(err, ERR_UNABLE, "the disk is full") : 0;
}

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "(none)");
}

static void see(struct seen *seen, const struct http_inbound *inbound)
{
    seen->method = inbound->method;
    copy(seen->path, sizeof(seen->path), inbound->path);
    copy(seen->query, sizeof(seen->query), inbound->query);
    copy(seen->url, sizeof(seen->url), inbound->url);
    copy(seen->content_type, sizeof(seen->content_type), inbound->content_type);
    copy(seen->header, sizeof(seen->header), inbound->header(inbound, "x-test"));
    assert_true(inbound->body_length <= BODY_MAX);
    memcpy(seen->body, inbound->body, inbound->body_length + 1);
    seen->body_length = inbound->body_length;
}

static void on_call(
    void *context, struct server_call *call, const struct http_inbound *inbound)
{
    struct bench *bench = context;
    struct http_answer answer;

    assert_true(bench->calls < CALLS_MAX);
    assert_int_equal(inbound->path[0], '/');
    see(&bench->seen[bench->calls++], inbound);
    if (strcmp(inbound->path, "/keep") == 0) {
        bench->kept = call;
        return;
    }
    if (strcmp(inbound->path, "/cut") == 0) {
        server_cut(call);
        return;
    }
    http_answer_init(&answer);
    http_answer_set(&answer, 201, "application/json", "{\"stored\":true}");
    answer.retry_after = "7";
    if (bench->answers_at_once) {
        server_answer(call, &answer);
    } else {
        bench->open = true;
        server_answer_committed(call, &answer);
    }
    http_answer_fini(&answer);
}

static bool on_open(void *context)
{
    return !((struct bench *)context)->refuses;
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct loop_hooks hooks = {bench, is_open, commit};

    alarm(GUARD_S);
    clock_init(&bench->clock, CLOCK_JUMP, 1000000);
    bench->loop = loop_new(&bench->clock, &hooks);
    bench->options = (struct server_options){.listen = "127.0.0.1:0",
        .body_max = BODY_MAX,
        .connections = 100,
        .timeout_s = 30,
        .context = bench,
        .on_call = on_call,
        .on_open = on_open};
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;

    if (bench->server != NULL) {
        server_close(bench->server);
    }
    if (bench->loop != NULL) {
        loop_free(bench->loop);
    }
    free(bench);
    alarm(0);
    return 0;
}

static void run_script(void *argument)
{
    struct bench *bench = argument;

    bench->script(bench);
}

static void stop(void *argument)
{
    loop_stop(((struct bench *)argument)->loop);
}

/* Opens the server and lets the script run against it. Returns loop_run()'s result. */
static int play(struct bench *bench, void (*script)(struct bench *bench))
{
    struct err err = {0};

    if (bench->server == NULL) {
        bench->server = server_open(bench->loop, &bench->options, &err);
        assert_string_equal(err.text, "");
        bench->port = server_port(bench->server);
    }
    bench->script = script;
    loop_pool(bench->loop, run_script, stop, bench);
    return loop_run(bench->loop, &err);
}

/* Says it on a connection of its own and hears the reply into text. */
static void ask(struct bench *bench, const char *request)
{
    int fd = peer_connect(bench->port);

    bench->text[0] = '\0';
    peer_say(fd, request);
    bench->result = (int)peer_hear(fd, bench->text);
    close(fd);
}

static void post(struct bench *bench)
{
    ask(bench, "POST /hooks/maros%2Dsms/x%zz?to=%2B62&text=a+b%20c HTTP/1.1\r\n"
               "Host: here\r\nContent-Type: text/plain; charset=UTF-8\r\n"
               "X-Test: yes\r\nContent-Length: 5\r\n\r\nha\001lo");
}

static void a_call_is_handed_over_whole_and_answered_after_the_commit(void **state)
{
    struct bench *bench = *state;
    const struct seen *seen = &bench->seen[0];

    assert_int_equal(play(bench, post), 0);
    assert_int_equal(bench->calls, 1);
    assert_int_equal(bench->commits, 1);
    assert_int_equal(seen->method, HTTP_POST);
    assert_string_equal(seen->path, "/hooks/maros-sms/x%zz");
    assert_string_equal(seen->query, "to=%2B62&text=a+b%20c");
    assert_string_equal(seen->url, "/hooks/maros%2Dsms/x%zz?to=%2B62&text=a+b%20c");
    assert_string_equal(seen->content_type, "text/plain; charset=UTF-8");
    assert_string_equal(seen->header, "yes");
    assert_int_equal(seen->body_length, 5);
    assert_memory_equal(seen->body, "ha\001lo", 6);
    assert_ptr_equal(strstr(bench->text, "HTTP/1.1 201 "), bench->text);
    assert_non_null(strstr(bench->text, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(bench->text, "\r\nRetry-After: 7\r\n"));
    assert_non_null(strstr(bench->text, "\r\n\r\n{\"stored\":true}"));
    assert_true(loop_idle(bench->loop));
}

static void a_failed_commit_answers_nobody(void **state)
{
    struct bench *bench = *state;

    bench->fails = true;
    bench->result = -1;
    /* The loop ends at the failure, before the script does. */
    assert_int_equal(play(bench, post), -1);
    server_close(bench->server);
    bench->server = NULL;
    loop_free(bench->loop);
    bench->loop = NULL;
    assert_int_equal(bench->calls, 1);
    assert_int_equal(bench->result, 0);
    assert_string_equal(bench->text, "");
}

static void get_twice(struct bench *bench)
{
    static const char get[] = "GET /one HTTP/1.1\r\nHost: here\r\n\r\n";
    char both[2 * sizeof(get)];
    int fd = peer_connect(bench->port);

    snprintf(both, sizeof(both), "%s%s", get, get);
    peer_say(fd, both);
    bench->result = peer_hear(fd, bench->text) > 0 && peer_hear(fd, bench->text) > 0;
    close(fd);
}

/* The second call waits in the library behind the first one's answer: it comes in, and
 * opens a transaction, while the end of the turn lets the server run. With the clock
 * that jumps there is no timer that would wake a poll that slept on it. */
static void trap_1_release_makes_new_work(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(play(bench, get_twice), 0);
    assert_int_equal(bench->calls, 2);
    assert_int_equal(bench->commits, 2);
    assert_true(bench->result);
    assert_string_equal(bench->seen[1].content_type, "");
    assert_string_equal(bench->seen[1].query, "");
    assert_string_equal(bench->seen[1].body, "");
    assert_string_equal(bench->seen[1].header, "(none)");
}

static void an_answer_given_inside_the_call_leaves_too(void **state)
{
    struct bench *bench = *state;

    bench->answers_at_once = true;
    assert_int_equal(play(bench, get_twice), 0);
    assert_int_equal(bench->calls, 2);
    assert_true(bench->result);
}

/* Ten say nothing and stay; fifteen more ask, and are answered once the ten timed out. */
static void fill_up(struct bench *bench)
{
    int silent[SILENT], waiting[WAITING];

    for (int i = 0; i < SILENT; i++) {
        silent[i] = peer_connect(bench->port);
    }
    for (int i = 0; i < WAITING; i++) {
        waiting[i] = peer_connect(bench->port);
        peer_say(waiting[i],
            "GET /late HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    }
    for (int i = 0; i < WAITING; i++) {
        bench->result += peer_hear(waiting[i], bench->text) > 0;
        close(waiting[i]);
    }
    for (int i = 0; i < SILENT; i++) {
        close(silent[i]);
    }
}

static void trap_2_the_limit_of_connections_is_reached_by_silent_clients(void **state)
{
    struct bench *bench = *state;

    bench->options.connections = SILENT;
    bench->options.timeout_s = 1;
    assert_int_equal(play(bench, fill_up), 0);
    assert_int_equal(bench->result, WAITING);
    assert_int_equal(bench->calls, WAITING);
}

static void post_too_much(struct bench *bench)
{
    char *body = calloc(1, 2000001);
    int fd = peer_connect(bench->port);

    memset(body, 'x', 2000000);
    peer_say(fd, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2000000\r\n\r\n");
    peer_say(fd, body);
    bench->result = (int)peer_hear(fd, bench->text);
    free(body);
    close(fd);
}

static void post_too_much_in_chunks(struct bench *bench)
{
    int fd = peer_connect(bench->port);

    peer_say(fd, "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 101; i++) {
        peer_say(fd, "a\r\n0123456789\r\n");
    }
    peer_say(fd, "0\r\n\r\n");
    bench->result = (int)peer_hear(fd, bench->text);
    close(fd);
}

static void ask_before_too_much(struct bench *bench)
{
    ask(bench, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1001\r\n"
               "Expect: 100-continue\r\n\r\n");
}

static void announce_far_too_much(struct bench *bench)
{
    ask(bench, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 99999999999\r\n\r\n");
}

static void a_body_over_the_limit_is_told_so_and_never_handed_over(void **state)
{
    struct bench *bench = *state;
    void (*const scripts[])(struct bench *) = {post_too_much, post_too_much_in_chunks,
        ask_before_too_much, announce_far_too_much};

    for (int i = 0; i < 4; i++) {
        assert_int_equal(play(bench, scripts[i]), 0);
        assert_ptr_equal(strstr(bench->text, "HTTP/1.1 413 "), bench->text);
        assert_int_equal(bench->calls, 0);
    }
}

static void post_the_limit(struct bench *bench)
{
    char request[BODY_MAX + 200];
    int head = snprintf(request, 200,
        "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n", BODY_MAX);

    memset(request + head, 'x', BODY_MAX);
    request[head + BODY_MAX] = '\0';
    ask(bench, request);
}

static void a_body_of_just_the_limit_is_handed_over(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(play(bench, post_the_limit), 0);
    assert_int_equal(bench->calls, 1);
    assert_int_equal(bench->seen[0].body_length, BODY_MAX);
}

static void patch(struct bench *bench)
{
    ask(bench, "PATCH / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}");
}

static void an_unknown_method_is_not_allowed(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(play(bench, patch), 0);
    assert_ptr_equal(strstr(bench->text, "HTTP/1.1 405 "), bench->text);
    assert_non_null(strstr(bench->text, "\r\nAllow: GET, HEAD, POST, PUT, DELETE\r\n"));
    assert_int_equal(bench->calls, 0);
}

static void talk_nonsense(struct bench *bench)
{
    static const char *const nonsense[] = {"\r\n\r\n\r\n", "hello\r\n\r\n",
        "GET nowhere HTTP/1.1\r\nHost: here\r\n\r\n", "GET /%00 HTTP/1.1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: here", "\x16\x03\x01\x02\x00\x01"};

    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        int fd = peer_connect(bench->port);

        peer_say(fd, nonsense[i]);
        shutdown(fd, SHUT_WR);
        peer_hear(fd, bench->text);
        close(fd);
    }
    ask(bench, "GET /after HTTP/1.1\r\nHost: here\r\n\r\n");
}

static void nonsense_stops_nobody_else(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(play(bench, talk_nonsense), 0);
    assert_ptr_equal(strstr(bench->text, "HTTP/1.1 201 "), bench->text);
    assert_string_equal(bench->seen[bench->calls - 1].path, "/after");
}

static void ask_for_a_cut(struct bench *bench)
{
    ask(bench, "GET /cut HTTP/1.1\r\nHost: here\r\n\r\n");
}

static void a_cut_call_is_closed_without_an_answer(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(play(bench, ask_for_a_cut), 0);
    assert_int_equal(bench->calls, 1);
    assert_int_equal(bench->result, 0);
    assert_string_equal(bench->text, "");
    assert_true(loop_idle(bench->loop));
}

static void a_refused_request_is_closed_before_its_body_is_read(void **state)
{
    struct bench *bench = *state;

    bench->refuses = true;
    assert_int_equal(play(bench, post), 0);
    assert_int_equal(bench->calls, 0);
    assert_int_equal(bench->result, 0);
    assert_string_equal(bench->text, "");
}

static void wait_for_call(void *argument)
{
    struct bench *bench = argument;
    struct timespec pause = {.tv_nsec = 1000000};

    for (int i = 0; i < 10000 && bench->calls == 0; i++) {
        nanosleep(&pause, NULL);
    }
}

static void ask_and_hang_up(struct bench *bench)
{
    int fd = peer_connect(bench->port);

    peer_say(fd, "GET /keep HTTP/1.1\r\nHost: here\r\n\r\n");
    wait_for_call(bench);
    close(fd);
}

static void nothing(struct bench *bench)
{
    (void)bench;
}

static void answer_kept(void *argument)
{
    struct bench *bench = argument;
    struct http_answer answer;

    http_answer_init(&answer);
    http_answer_set(&answer, 200, "text/plain", "late");
    server_answer(bench->kept, &answer);
    http_answer_fini(&answer);
}

static void a_call_whose_peer_hung_up_can_still_be_answered(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(play(bench, ask_and_hang_up), 0);
    assert_non_null(bench->kept);
    assert_false(loop_idle(bench->loop));
    loop_effect(bench->loop, answer_kept, NULL, bench);
    assert_int_equal(play(bench, nothing), 0);
    assert_true(loop_idle(bench->loop));
}

static void a_call_outlives_its_server(void **state)
{
    struct bench *bench = *state;

    assert_int_equal(play(bench, ask_and_hang_up), 0);
    server_close(bench->server);
    bench->server = NULL;
    answer_kept(bench);
    assert_true(loop_idle(bench->loop));
}

static void ask_for_keeps(struct bench *bench)
{
    ask(bench, "GET /keep HTTP/1.1\r\nHost: here\r\n\r\n");
}

static void an_answer_from_an_io_callback_leaves_in_that_turn(void **state)
{
    struct bench *bench = *state;

    loop_pool(bench->loop, wait_for_call, answer_kept, bench);
    assert_int_equal(play(bench, ask_for_keeps), 0);
    assert_non_null(strstr(bench->text, "\r\n\r\nlate"));
}

static void a_busy_port_is_named(void **state)
{
    struct bench *bench = *state;
    struct err err = {0};
    char address[32];

    assert_int_equal(play(bench, nothing), 0);
    snprintf(address, sizeof(address), "127.0.0.1:%d", bench->port);
    bench->options.listen = address;
    assert_null(server_open(bench->loop, &bench->options, &err));
    assert_int_equal(err.code, ERR_UNABLE);
    assert_non_null(strstr(err.text, address));
    assert_non_null(strstr(err.text, "choose another port"));
}

static void a_wrong_address_is_refused(void **state)
{
    static const char *const wrong[] = {"", ":", "8480", ":8480", "here:8480",
        "127.0.0.1:", "127.0.0.1:http", "[::1:8480", "[]:8480", "127.0.0.1:99999x"};
    struct bench *bench = *state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct err err = {0};

        bench->options.listen = wrong[i];
        assert_null(server_open(bench->loop, &bench->options, &err));
        assert_int_equal(err.code, ERR_REFUSED);
        assert_non_null(strstr(err.text, "127.0.0.1:8480"));
    }
}

/* A path in a folder of its own, removed by drop_folder(). */
static char *make_folder(char folder[64], char path[128])
{
    snprintf(folder, 64, "/tmp/cegah_server_XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, 128, "%s/db.sock", folder);
    return path;
}

static void call_over_socket(struct bench *bench)
{
    struct client_options options = {.unix_socket = bench->options.unix_socket};
    struct http_request request;
    struct buf body;

    http_request_init(&request);
    buf_add_text(&request.url, "http://localhost/status");
    buf_init(&body, 1000);
    bench->result = client_call(&request, &options, &body, NULL);
    copy(bench->text, sizeof(bench->text), buf_text(&body));
    buf_fini(&body);
    http_request_fini(&request);
}

static void a_unix_socket_is_for_its_owner_only_and_goes_with_the_server(void **state)
{
    struct bench *bench = *state;
    char folder[64], path[128];
    struct stat status;

    bench->options.unix_socket = make_folder(folder, path);
    assert_int_equal(play(bench, call_over_socket), 0);
    assert_int_equal(bench->result, 201);
    assert_string_equal(bench->text, "{\"stored\":true}");
    assert_int_equal(server_port(bench->server), 0);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    server_close(bench->server);
    bench->server = NULL;
    assert_int_equal(stat(path, &status), -1);
    assert_int_equal(rmdir(folder), 0);
}

static void a_stale_socket_is_replaced_and_one_in_use_is_not(void **state)
{
    struct bench *bench = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char folder[64], path[128];
    struct err err = {0};

    bench->options.unix_socket = make_folder(folder, path);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    assert_int_equal(play(bench, call_over_socket), 0);
    assert_int_equal(bench->result, 201);
    assert_null(server_open(bench->loop, &bench->options, &err));
    assert_int_equal(err.code, ERR_UNABLE);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(play(bench, call_over_socket), 0);
    assert_int_equal(bench->calls, 2);
    server_close(bench->server);
    bench->server = NULL;
    assert_int_equal(rmdir(folder), 0);
}

static void a_file_in_the_place_of_the_socket_is_left_alone(void **state)
{
    struct bench *bench = *state;
    char folder[64], path[128];
    struct err err = {0};
    FILE *file;

    bench->options.unix_socket = make_folder(folder, path);
    file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_null(server_open(bench->loop, &bench->options, &err));
    assert_non_null(strstr(err.text, path));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_handed_over_whole_and_answered_after_the_commit),
        TEST(a_failed_commit_answers_nobody),
        TEST(trap_1_release_makes_new_work),
        TEST(an_answer_given_inside_the_call_leaves_too),
        TEST(an_answer_from_an_io_callback_leaves_in_that_turn),
        TEST(trap_2_the_limit_of_connections_is_reached_by_silent_clients),
        TEST(a_body_over_the_limit_is_told_so_and_never_handed_over),
        TEST(a_body_of_just_the_limit_is_handed_over),
        TEST(an_unknown_method_is_not_allowed),
        TEST(nonsense_stops_nobody_else),
        TEST(a_cut_call_is_closed_without_an_answer),
        TEST(a_refused_request_is_closed_before_its_body_is_read),
        TEST(a_call_whose_peer_hung_up_can_still_be_answered),
        TEST(a_call_outlives_its_server),
        TEST(a_busy_port_is_named),
        TEST(a_wrong_address_is_refused),
        TEST(a_unix_socket_is_for_its_owner_only_and_goes_with_the_server),
        TEST(a_stale_socket_is_replaced_and_one_in_use_is_not),
        TEST(a_file_in_the_place_of_the_socket_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
