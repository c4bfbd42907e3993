#include "web/daemon.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "content/config.h"
#include "net/loop.h"
#include "net/server.h"
#include "send/send.h"
#include "store/db.h"
#include "web/api.h"
#include "web/engine.h"
#include "web/hooks.h"
#include "web/join.h"
#include "web/metrics.h"
#include "web/virtual.h"

enum {
    HOOK_BODY_MAX = 4 << 20,
    CONTROL_BODY_MAX = 128 << 20,
    CONNECTIONS_MAX = 512,
    CONTROL_CONNECTIONS_MAX = 16,
    SILENT_S = 30,
    CONTROL_SILENT_S = 600,
    WAL_PAGES_CHECKPOINT = 1000, /* 4 MiB */
    WAL_PAGES_RESTART = 16000,   /* 64 MiB */
};

/* Lives on daemon_run()'s stack. */
struct daemon {
    struct engine engine;
    struct hook_counts hooks;
    struct server *server, *control;
    struct virtual_time *virtual;
    bool checkpointing, stopping;
};

char *daemon_socket(const struct config *config)
{
    return mem_format("%s.sock", config->database);
}

static void checkpoint(void *argument)
{
    struct daemon *daemon = argument;

    db_checkpoint(daemon->engine.config->database);
}

static void on_checkpointed(void *argument)
{
    struct daemon *daemon = argument;
    struct db *db = daemon->engine.db;

    daemon->checkpointing = false;
    /* Under load the WAL never ends by itself: with almost all of it moved, starting it
     * anew here is short. */
    if (db_wal_pages(db) > WAL_PAGES_RESTART && !db_is_open(db)) {
        db_restart_wal(db);
    }
}

static bool is_open(void *context)
{
    struct daemon *daemon = context;

    return db_is_open(daemon->engine.db);
}

static int commit(void *context, struct err *err)
{
    struct daemon *daemon = context;

    if (db_commit(daemon->engine.db, err) != 0) {
        return -1;
    }
    if (db_wal_pages(daemon->engine.db) > WAL_PAGES_CHECKPOINT &&
        !daemon->checkpointing) {
        daemon->checkpointing = true;
        loop_pool(daemon->engine.loop, checkpoint, on_checkpointed, daemon);
    }
    return 0;
}

static void on_call(
    void *context, struct server_call *call, const struct http_inbound *inbound)
{
    struct daemon *daemon = context;
    struct http_answer answer;

    http_answer_init(&answer);
    if (strncmp(inbound->path, "/hooks/", strlen("/hooks/")) == 0) {
        hooks_call(&daemon->engine, &daemon->hooks, inbound, &answer);
    } else if (strncmp(inbound->path, "/join/", strlen("/join/")) == 0) {
        join_call(&daemon->engine, inbound, &answer);
    } else if (strcmp(inbound->path, "/healthz") == 0) {
        http_answer_set(&answer, 200, "text/plain", "ok\n");
    } else if (strcmp(inbound->path, "/readyz") == 0) {
        http_answer_set(&answer, daemon->stopping ? 503 : 200, "text/plain",
            daemon->stopping ? "stopping\n" : "ready\n");
    } else if (strcmp(inbound->path, "/metrics") == 0) {
        answer.content_type = "text/plain; version=0.0.4";
        metrics_write(&daemon->engine, &daemon->hooks, &answer.body);
    } else {
        http_answer_set(&answer, 404, "text/plain", "nothing here\n");
    }
    server_answer_committed(call, &answer);
}

static void on_control(
    void *context, struct server_call *call, const struct http_inbound *inbound)
{
    struct daemon *daemon = context;

    api_call(&daemon->engine, call, inbound);
}

static void on_drained(void *argument)
{
    struct daemon *daemon = argument;

    loop_stop(daemon->engine.loop);
}

static void on_signal(void *argument, int number)
{
    struct daemon *daemon = argument;

    log_event(LOG_INFO, "stopping", "signal=%d in_flight=%d", number,
        send_in_flight(daemon->engine.send));
    if (daemon->stopping) {
        loop_stop(daemon->engine.loop);
        return;
    }
    daemon->stopping = true;
    send_stop(daemon->engine.send, on_drained, daemon);
}

static int listen_both(
    struct daemon *daemon, const struct config *config, struct err *err)
{
    char *path = daemon_socket(config);
    struct server_options hooks = {
        .listen = config->listen,
        .body_max = HOOK_BODY_MAX,
        .connections = CONNECTIONS_MAX,
        .timeout_s = SILENT_S,
        .context = daemon,
        .on_call = on_call,
    };
    struct server_options control = {
        .unix_socket = path,
        .body_max = CONTROL_BODY_MAX,
        .connections = CONTROL_CONNECTIONS_MAX,
        .timeout_s = CONTROL_SILENT_S,
        .context = daemon,
        .on_call = on_control,
    };

    daemon->server = server_open(daemon->engine.loop, &hooks, err);
    if (daemon->server != NULL) {
        daemon->control = server_open(daemon->engine.loop, &control, err);
    }
    free(path);
    return daemon->control != NULL ? 0 : -1;
}

static void stop_servers(struct daemon *daemon)
{
    if (daemon->control != NULL) {
        server_close(daemon->control);
    }
    if (daemon->server != NULL) {
        server_close(daemon->server);
    }
}

static int begin(struct daemon *daemon, const struct config *config, struct err *err)
{
    struct engine *engine = &daemon->engine;
    struct loop_hooks hooks = {daemon, is_open, commit};
    struct send_with with;

    if (config->gateways_n == 0) {
        return err_set(err, ERR_REFUSED,
            "%s names no gateway: nothing could leave; add one under `gateways:`",
            config->path);
    }
    if (engine_open(engine, config, err) != 0) {
        return -1;
    }
    if (engine->keys.n == 0) {
        return err_set(err, ERR_REFUSED,
            "nobody could read what girls write: focal_keys is empty, and there is no "
            "focal person; `cegah user add NAME --role focal` makes one, `cegah init` "
            "a pair of keys");
    }
    if (virtual_begin(engine, err) != 0) {
        return -1;
    }
    engine->loop = loop_new(&engine->clock, &hooks);
    with = (struct send_with){
        engine->db, engine->loop, &engine->gate, config, &engine->key};
    engine->send = send_new(&with);
    engine->plan = plan_new(engine->loop, &engine->planner, engine->send);
    if (listen_both(daemon, config, err) != 0) {
        return -1;
    }
    daemon->virtual = virtual_run(engine);
    loop_signals(engine->loop, on_signal, daemon);
    send_start(engine->send);
    plan_wake(engine->plan);
    return 0;
}

int daemon_run(const struct config *config, void (*on_ready)(int port), struct err *err)
{
    struct daemon daemon = {.engine.lock = -1};
    int result = begin(&daemon, config, err);

    if (result == 0) {
        if (on_ready != NULL) {
            on_ready(server_port(daemon.server));
        }
        log_event(LOG_INFO, "ready", "listen=%s database=%s", config->listen,
            config->database);
        result = loop_run(daemon.engine.loop, err);
    }
    virtual_free(daemon.virtual);
    stop_servers(&daemon);
    if (daemon.engine.loop != NULL) {
        loop_drop_effects(daemon.engine.loop);
    }
    if (daemon.engine.plan != NULL) {
        plan_free(daemon.engine.plan);
        send_free(daemon.engine.send);
    }
    if (daemon.engine.loop != NULL) {
        loop_free(daemon.engine.loop);
    }
    engine_close(&daemon.engine);
    return result;
}
