#include "cli/door.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "content/config.h"
#include "net/client.h"
#include "store/db.h"
#include "web/daemon.h"
#include "web/engine.h"
#include "web/operation.h"

enum { CALL_BYTES_MAX = 128 << 20, WATCH_MS = 300 };

/* Reads the daemon's answer: a result, or the sentence of its refusal. */
static int read_answer(int status, const char *body, json_t **result, struct err *err)
{
    json_t *value = json_loads(body, 0, NULL), *detail, *code;

    if (status == 200 && value != NULL) {
        *result = value;
        return 0;
    }
    detail = json_object_get(value, "detail");
    code = json_object_get(value, "code");
    err_set(err,
        json_is_integer(code) ? (enum err_code)json_integer_value(code) : ERR_UNABLE,
        "%s",
        json_is_string(detail) ? json_string_value(detail)
                               : "the daemon gave no answer that can be read");
    json_decref(value);
    return -1;
}

static int call_daemon(const struct config *config, const char *operation,
    const json_t *arguments, json_t **result, struct err *err)
{
    struct client_options options = {.timeout_ms = 3600000, .connect_timeout_ms = 5000};
    struct http_request request;
    struct buf body;
    char *path = daemon_socket(config), *text = json_dumps(arguments, JSON_COMPACT);
    int status, done = -1;

    options.unix_socket = path;
    http_request_init(&request);
    buf_fini(&request.body);
    buf_init(&request.body, CALL_BYTES_MAX);
    buf_init(&body, CALL_BYTES_MAX);
    request.method = HTTP_POST;
    buf_add_format(&request.url, "http://localhost/api/v1/%s", operation);
    http_request_header(&request, "Content-Type", "application/json");
    if (text == NULL || buf_add_text(&request.body, text) != 0) {
        err_set(err, ERR_REFUSED, "too large for one call (128 MiB)");
    } else {
        status = client_call(&request, &options, &body, err);
        done = status < 0 ? -1 : read_answer(status, buf_text(&body), result, err);
    }
    buf_fini(&body);
    http_request_fini(&request);
    free(text);
    free(path);
    return done;
}

/* Asks the daemon how far it is, while the call itself waits for its answer. */
struct watch {
    const struct config *config;
    void (*on_progress)(int thousandths);
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool ended;
};

static bool wait_a_little(struct watch *watch)
{
    struct timespec until;
    bool ended;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WATCH_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&watch->mutex);
    if (!watch->ended) {
        pthread_cond_timedwait(&watch->cond, &watch->mutex, &until);
    }
    ended = watch->ended;
    pthread_mutex_unlock(&watch->mutex);
    return !ended;
}

static void *watch_daemon(void *argument)
{
    struct watch *watch = argument;

    while (wait_a_little(watch)) {
        json_t *nothing = json_object(), *status = NULL, *progress;
        struct err err;

        if (call_daemon(watch->config, "status", nothing, &status, &err) == 0) {
            progress = json_object_get(status, "progress");
            if (json_is_integer(progress)) {
                watch->on_progress((int)json_integer_value(progress));
            }
        }
        json_decref(status);
        json_decref(nothing);
    }
    return NULL;
}

/* A call that cannot be watched is made all the same. */
static int call_watched(const struct config *config, const char *operation,
    const json_t *arguments, void (*on_progress)(int thousandths), json_t **result,
    struct err *err)
{
    struct watch watch = {config, on_progress, PTHREAD_MUTEX_INITIALIZER,
        PTHREAD_COND_INITIALIZER, false};
    pthread_t thread;
    bool watching =
        on_progress != NULL && pthread_create(&thread, NULL, watch_daemon, &watch) == 0;
    int done = call_daemon(config, operation, arguments, result, err);

    if (watching) {
        pthread_mutex_lock(&watch.mutex);
        watch.ended = true;
        pthread_cond_signal(&watch.cond);
        pthread_mutex_unlock(&watch.mutex);
        pthread_join(thread, NULL);
    }
    return done;
}

static int run_here(const struct config *config, const char *name,
    const json_t *arguments, void (*on_progress)(int thousandths), json_t **result,
    struct err *err)
{
    const struct operation *operation = operation_find(name);
    struct engine engine;
    int done;

    if (operation == NULL) {
        return err_set(err, ERR_USAGE, "no operation \"%s\"", name);
    }
    if (engine_open(&engine, config, err) != 0) {
        return -1;
    }
    engine.on_progress = on_progress;
    done = operation_run(&engine, operation, arguments, result, err);
    engine_close(&engine);
    return done;
}

int door_call_watched(const struct config *config, const char *operation,
    json_t *arguments, void (*on_progress)(int thousandths), json_t **result,
    struct err *err)
{
    int done;

    *result = NULL;
    done = db_is_locked(config->database)
               ? call_watched(config, operation, arguments, on_progress, result, err)
               : run_here(config, operation, arguments, on_progress, result, err);
    json_decref(arguments);
    return done;
}

int door_call(const struct config *config, const char *operation, json_t *arguments,
    json_t **result, struct err *err)
{
    return door_call_watched(config, operation, arguments, NULL, result, err);
}
