#include "web/api.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "net/loop.h"
#include "net/server.h"
#include "web/engine.h"
#include "web/operation.h"

static const char prefix[] = "/api/v1/";

/* One operation at work for one call. Owned by the loop until its call is answered. */
struct job {
    struct engine *engine;
    const struct operation *operation;
    struct server_call *call;
    void *state;
};

static void answer_problem(struct server_call *call, int status, const struct err *err)
{
    struct http_answer answer;
    json_t *problem = json_pack("{s:s, s:i, s:s+, s:i}", "title", "refused", "status",
        status, "detail", err->text, "", "code", (int)err->code);
    char *text;

    if (problem == NULL) { /* the sentence holds bytes that are no UTF-8 */
        problem = json_pack("{s:s, s:i, s:s, s:i}", "title", "refused", "status",
            status, "detail", "the input holds bytes that are no UTF-8", "code",
            (int)err->code);
    }
    text = json_dumps(problem, JSON_COMPACT);
    http_answer_init(&answer);
    http_answer_set(&answer, status, "application/problem+json", text);
    free(text);
    json_decref(problem);
    server_answer_committed(call, &answer);
}

static void answer_result(struct server_call *call, json_t *result)
{
    struct http_answer answer;
    char *text = json_dumps(result, JSON_COMPACT);

    http_answer_init(&answer);
    http_answer_set(&answer, 200, "application/json", text);
    free(text);
    json_decref(result);
    server_answer_committed(call, &answer);
}

static void slice(void *argument);

static void go_on(struct job *job, enum operation_progress progress, json_t *result,
    const struct err *err)
{
    if (progress == OPERATION_MORE) {
        loop_soon(job->engine->loop, slice, job);
        return;
    }
    if (progress == OPERATION_DONE) {
        answer_result(job->call, result);
    } else {
        answer_problem(job->call, err->code == ERR_UNABLE ? 500 : 422, err);
    }
    if (job->operation->end != NULL && job->state != NULL) {
        job->operation->end(job->state);
    }
    free(job);
}

static void slice(void *argument)
{
    struct job *job = argument;
    struct err err = {ERR_UNABLE, "failed"};
    json_t *result = NULL;
    enum operation_progress progress =
        job->operation->slice(job->engine, job->state, &result, &err);

    go_on(job, progress, result, &err);
}

void api_call(
    struct engine *engine, struct server_call *call, const struct http_inbound *inbound)
{
    const struct operation *operation =
        strncmp(inbound->path, prefix, strlen(prefix)) == 0
            ? operation_find(inbound->path + strlen(prefix))
            : NULL;
    struct err err = {ERR_UNABLE, "failed"};
    json_error_t where;
    json_t *arguments, *result = NULL;
    struct job *job;
    enum operation_progress progress;

    if (operation == NULL || inbound->method != HTTP_POST) {
        err_set(&err, ERR_REFUSED, "no such operation: %s", inbound->path);
        answer_problem(call, 404, &err);
        return;
    }
    arguments = json_loadb(inbound->body, inbound->body_length, 0, &where);
    if (!json_is_object(arguments)) {
        if (arguments == NULL) {
            err_set(&err, ERR_REFUSED, "the body is no JSON object (line %d: %s)",
                where.line, where.text);
        } else {
            err_set(&err, ERR_REFUSED, "the body is JSON, but no object: {…}");
        }
        json_decref(arguments);
        answer_problem(call, 400, &err);
        return;
    }
    job = mem_zero(1, sizeof *job);
    *job = (struct job){engine, operation, call, NULL};
    progress = operation->begin(engine, arguments, &job->state, &result, &err);
    json_decref(arguments);
    go_on(job, progress, result, &err);
}
