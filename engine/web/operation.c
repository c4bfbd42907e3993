#include "web/operation.h"

#include <string.h>

#include "store/db.h"
#include "web/engine.h"
#include "web/operations.h"

static const struct operation *const operations[] = {
    &operation_load,
    &operation_start,
    &operation_pause,
    &operation_resume,
    &operation_stop,
    &operation_import,
    &operation_move,
    &operation_consent,
    &operation_guardian,
    &operation_withdraw,
    &operation_send,
    &operation_status,
    &operation_user_add,
    &operation_user_passwd,
    &operation_user_disable,
    &operation_user_enable,
    &operation_inbox_open,
    &operation_inbox_done,
};

const struct operation *operation_find(const char *name)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i]->name, name) == 0) {
            return operations[i];
        }
    }
    return NULL;
}

int operation_run(struct engine *engine, const struct operation *operation,
    const json_t *arguments, json_t **result, struct err *err)
{
    void *state = NULL;
    enum operation_progress progress =
        operation->begin(engine, arguments, &state, result, err);

    while (progress == OPERATION_MORE) {
        if (db_commit(engine->db, err) != 0) {
            progress = OPERATION_FAILED;
        } else {
            progress = operation->slice(engine, state, result, err);
        }
    }
    if (operation->end != NULL && state != NULL) {
        operation->end(state);
    }
    /* What a failed operation did not undo by its units, it meant to keep. */
    if (db_commit(engine->db, err) != 0 && progress == OPERATION_DONE) {
        json_decref(*result);
        *result = NULL;
        progress = OPERATION_FAILED;
    }
    return progress == OPERATION_DONE ? 0 : -1;
}
