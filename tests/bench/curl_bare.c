/*
 * curl_bare.c: the yardstick: libcurl's multi handle on libuv and nothing else.
 *
 * As fast as the library is known to go: handles kept and used again, one uv_poll_t a
 * socket that stays, connections kept. The requests are Kannel's sendsms as the daemon
 * makes them. Prints: requests a second, and CPU (user and system) in µs a request.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

enum { CONNECTIONS_MAX = 1024, SOCKETS_MAX = 4096 };

struct watch {
    uv_poll_t poll;
    bool known;
    int active;
};

struct bare {
    CURLM *multi;
    uv_loop_t loop;
    uv_timer_t timer;
    struct watch watches[SOCKETS_MAX]; /* by descriptor */
    const char *base_url;
    long started, done, total, failed;
};

static void on_closed(uv_handle_t *handle)
{
    ((struct watch *)handle->data)->known = false;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes, (void)context;
    return size * count;
}

static void next_request(struct bare *bare, CURL *easy)
{
    char url[1024];

    /* The engine's own, but for the reference and the last digits of the number. */
    snprintf(url, sizeof url,
        "%s/cgi-bin/sendsms?username=cegah&password=rahasia&to=%%2B628120%07ld"
        "&text=Selamat%%20datang%%2C%%20Rahma%%21%%20Ada%%202-3%%20pesan%%20tiap%%20"
        "minggu.%%20Istirahat%%20dulu%%3F%%20Balas%%20TUNDA.&coding=0&charset=UTF-8"
        "&validity=1440&dlr-mask=31&dlr-url=http%%3A%%2F%%2F127.0.0.1%%3A8480%%2Fhooks"
        "%%2Fsms%%2F0123456789abcdef0123%%2Fstatus%%3Fref%%3D1-%ld-AbCdEfGhIjKl_1"
        "%%26type%%3D%%25d%%26smsc%%3D%%25i%%26fid%%3D%%25F%%26reply%%3D%%25A"
        "%%26ts%%3D%%25T",
        bare->base_url, bare->started, bare->started);
    bare->started++;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_multi_add_handle(bare->multi, easy);
}

static void read_finished(struct bare *bare)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(bare->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        long status = 0;

        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        bare->failed += message->data.result != CURLE_OK || status != 202;
        bare->done++;
        curl_multi_remove_handle(bare->multi, easy);
        if (bare->started < bare->total) {
            next_request(bare, easy);
        } else {
            curl_easy_cleanup(easy);
        }
    }
    if (bare->done == bare->total) {
        uv_stop(&bare->loop);
    }
}

static void on_poll(uv_poll_t *handle, int status, int events)
{
    struct bare *bare = handle->loop->data;
    struct watch *watch = handle->data;
    int running, bits = status < 0 ? CURL_CSELECT_ERR : 0;

    bits |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    bits |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    curl_multi_socket_action(
        bare->multi, (curl_socket_t)(watch - bare->watches), bits, &running);
    read_finished(bare);
}

static int on_socket(
    CURL *easy, curl_socket_t fd, int what, void *context, void *socket_context)
{
    struct bare *bare = context;
    struct watch *watch = &bare->watches[fd];
    int wanted = (what != CURL_POLL_OUT ? UV_READABLE : 0) |
                 (what != CURL_POLL_IN ? UV_WRITABLE : 0);

    (void)easy, (void)socket_context;
    if (what == CURL_POLL_REMOVE) {
        return 0; /* the connection is used again: its poll goes on */
    }
    if (!watch->known) {
        watch->known = true;
        uv_poll_init(&bare->loop, &watch->poll, fd);
        watch->poll.data = watch;
        watch->active = 0;
    }
    if (watch->active != wanted) {
        watch->active = wanted;
        uv_poll_start(&watch->poll, wanted, on_poll);
    }
    return 0;
}

static int on_close_socket(void *context, curl_socket_t fd)
{
    struct bare *bare = context;

    if (bare->watches[fd].known) {
        uv_close((uv_handle_t *)&bare->watches[fd].poll, on_closed);
    }
    return close(fd);
}

static void on_timer(uv_timer_t *handle)
{
    struct bare *bare = handle->loop->data;
    int running;

    curl_multi_socket_action(bare->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    read_finished(bare);
}

static int on_timeout_change(CURLM *multi, long timeout_ms, void *context)
{
    struct bare *bare = context;

    (void)multi;
    if (timeout_ms < 0) {
        uv_timer_stop(&bare->timer);
    } else {
        uv_timer_start(&bare->timer, on_timer, (uint64_t)timeout_ms, 0);
    }
    return 0;
}

static void begin(struct bare *bare, long connections)
{
    bare->multi = curl_multi_init();
    curl_multi_setopt(bare->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(bare->multi, CURLMOPT_SOCKETDATA, bare);
    curl_multi_setopt(bare->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
    curl_multi_setopt(bare->multi, CURLMOPT_TIMERDATA, bare);
    curl_multi_setopt(bare->multi, CURLMOPT_MAXCONNECTS, connections);
    for (long i = 0; i < connections && bare->started < bare->total; i++) {
        CURL *easy = curl_easy_init();

        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
        curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, bare);
        next_request(bare, easy);
    }
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    static struct bare bare;
    struct rusage usage;
    long connections = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
    uint64_t from;
    double wall;

    bare.total = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    if (connections < 1 || connections > CONNECTIONS_MAX || bare.total < 1) {
        fputs("usage: curl_bare BASE_URL CONNECTIONS REQUESTS\n", stderr);
        return 2;
    }
    bare.base_url = argv[1];
    curl_global_init(CURL_GLOBAL_DEFAULT);
    uv_loop_init(&bare.loop);
    bare.loop.data = &bare;
    uv_timer_init(&bare.loop, &bare.timer);
    from = uv_hrtime();
    begin(&bare, connections);
    uv_run(&bare.loop, UV_RUN_DEFAULT);
    wall = (double)(uv_hrtime() - from) / 1e9;
    getrusage(RUSAGE_SELF, &usage);
    if (bare.failed > 0 || bare.done != bare.total) {
        fprintf(stderr, "curl_bare: %ld of %ld failed\n", bare.failed, bare.total);
        return 1;
    }
    printf("%.0f %.2f\n", (double)bare.total / wall,
        (seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime)) * 1e6 /
            (double)bare.total);
    return 0;
}
