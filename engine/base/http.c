#include "base/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"

static const char *const method_names[HTTP_METHODS] = {
    [HTTP_GET] = "GET",
    [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",
    [HTTP_DELETE] = "DELETE",
};

const char *http_method_name(enum http_method method)
{
    must((unsigned)method < HTTP_METHODS, "method %d", (int)method);
    return method_names[method];
}

int http_method_parse(const char *name, enum http_method *method)
{
    for (int i = 0; i < HTTP_METHODS; i++) {
        if (strcmp(method_names[i], name) == 0) {
            *method = (enum http_method)i;
            return 0;
        }
    }
    return -1;
}

void http_request_init(struct http_request *request)
{
    *request = (struct http_request){.method = HTTP_GET};
    buf_init(&request->url, HTTP_URL_BYTES_MAX);
    buf_init(&request->body, HTTP_BODY_BYTES_MAX);
}

void http_request_clear(struct http_request *request)
{
    buf_clear(&request->url);
    buf_clear(&request->body);
    for (size_t i = 0; i < request->headers_n; i++) {
        free(request->headers[i]);
    }
    request->headers_n = 0;
    request->method = HTTP_GET;
}

void http_request_fini(struct http_request *request)
{
    buf_fini(&request->url);
    buf_fini(&request->body);
    for (size_t i = 0; i < request->headers_n; i++) {
        free(request->headers[i]);
    }
    request->headers_n = 0;
}

int http_request_header(
    struct http_request *request, const char *name, const char *value)
{
    if (request->headers_n == HTTP_HEADERS_MAX) {
        return -1;
    }
    request->headers[request->headers_n++] = mem_format("%s: %s", name, value);
    return 0;
}

void http_answer_init(struct http_answer *answer)
{
    *answer = (struct http_answer){.status = 200, .content_type = "text/plain"};
    buf_init(&answer->body, HTTP_ANSWER_BYTES_MAX);
}

void http_answer_fini(struct http_answer *answer)
{
    buf_fini(&answer->body);
}

void http_answer_set(
    struct http_answer *answer, int status, const char *content_type, const char *body)
{
    answer->status = status;
    answer->content_type = content_type;
    buf_clear(&answer->body);
    buf_add_text(&answer->body, body);
}
