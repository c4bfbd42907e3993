/*
 * api.h: operations over HTTP: POST /api/v1/NAME with a JSON body, answered with the
 * result, or with problem details (RFC 9457) whose "code" is the exit status.
 */
#ifndef CEGAH_WEB_API_H
#define CEGAH_WEB_API_H

#include "base/http.h"

struct engine;
struct server_call;

/* Answers the call, now or after some slices. */
void api_call(struct engine *engine, struct server_call *call,
    const struct http_inbound *inbound);

#endif
