#include "web/engine.h"

#include "care/keyring.h"
#include "content/config.h"
#include "people/catalogue.h"
#include "send/send.h"
#include "store/db.h"

int engine_open(struct engine *engine, const struct config *config, struct err *err)
{
    *engine = (struct engine){.config = config, .lock = -1, .progress = -1};
    clock_init(&engine->clock, CLOCK_REAL, 0);
    engine->lock = db_lock(config->database, err);
    if (engine->lock < 0) {
        return -1;
    }
    engine->db = db_open(config->database, DB_WRITE, err);
    if (engine->db == NULL) {
        goto failed;
    }
    reference_load(engine->db, &engine->key);
    engine->catalogue = catalogue_open(engine->db, err);
    if (engine->catalogue == NULL || engine_read_keys(engine, err) != 0 ||
        db_commit(engine->db, err) != 0) {
        goto failed;
    }
    gate_init(&engine->gate, engine->db, engine->catalogue, config);
    engine->outbox = (struct outbox){engine->db, &engine->gate, config};
    engine->planner =
        (struct planner){engine->db, engine->catalogue, &engine->gate, &engine->outbox};
    engine->talk =
        (struct talk){engine->db, &engine->planner, &engine->outbox, &engine->keys};
    return 0;

failed:
    engine_close(engine);
    return -1;
}

int engine_read_keys(struct engine *engine, struct err *err)
{
    struct seal_keys keys;

    if (keyring_gather(engine->db, &engine->config->focal_keys, &keys, err) != 0) {
        return -1;
    }
    engine->keys = keys;
    return 0;
}

void engine_close(struct engine *engine)
{
    catalogue_free(engine->catalogue);
    db_close(engine->db);
    db_unlock(engine->lock);
    engine->catalogue = NULL;
    engine->db = NULL;
    engine->lock = -1;
}

void engine_progress(struct engine *engine, int thousandths)
{
    engine->progress = thousandths;
    if (engine->on_progress != NULL && thousandths >= 0) {
        engine->on_progress(thousandths);
    }
}

void engine_wake(struct engine *engine)
{
    if (engine->plan != NULL) {
        plan_wake(engine->plan);
    }
    if (engine->send != NULL) {
        send_wake(engine->send);
    }
}
