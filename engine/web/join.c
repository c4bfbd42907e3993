#include "web/join.h"

#include <string.h>
#include <strings.h>

#include "base/url.h"
#include "content/campaign.h"
#include "content/config.h"
#include "people/catalogue.h"
#include "web/engine.h"

static const char page_head[] =
    "<!doctype html>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<style>body{font:1.2em sans-serif;margin:2em auto;max-width:24em;padding:0 1em}"
    "a{display:block;padding:1em;border:2px solid;border-radius:.5em;text-align:center}"
    "</style>\n";

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            buf_add_text(out, "&lt;");
            break;
        case '&':
            buf_add_text(out, "&amp;");
            break;
        case '"':
            buf_add_text(out, "&quot;");
            break;
        default:
            buf_add_char(out, *text);
            break;
        }
    }
}

static const struct catalogue_series *series_of(
    const struct engine *engine, const char *code)
{
    const struct catalogue_series *series;

    for (size_t i = 0; (series = catalogue_series_at(engine->catalogue, i)) != NULL;
         i++) {
        if (series->compiled->join_code != NULL &&
            strcasecmp(series->compiled->join_code, code) == 0 &&
            series->state == RUN_RUNNING && series->campaign->state == RUN_RUNNING) {
            return series;
        }
    }
    return NULL;
}

static const char *number_of(const struct config *config)
{
    for (size_t i = 0; i < config->gateways_n; i++) {
        if (config->gateways[i].number != NULL) {
            return config->gateways[i].number;
        }
    }
    return NULL;
}

void join_call(const struct engine *engine, const struct http_inbound *inbound,
    struct http_answer *answer)
{
    const struct catalogue_series *series =
        series_of(engine, inbound->path + strlen("/join/"));
    const char *number = number_of(engine->config);
    const char *organisation;

    if (series == NULL || number == NULL) {
        http_answer_set(answer, 404, "text/plain", "nothing here\n");
        return;
    }
    organisation = series->campaign->compiled->organisation;
    http_answer_set(answer, 200, "text/html; charset=utf-8", page_head);
    buf_add_text(&answer->body, "<title>");
    add_escaped(&answer->body, organisation);
    buf_add_text(&answer->body, "</title>\n<h1>");
    add_escaped(&answer->body, organisation);
    buf_add_text(&answer->body, "</h1>\n<p><a href=\"sms:");
    url_escape(&answer->body, number);
    buf_add_text(&answer->body, "?body=DAFTAR%20");
    url_escape(&answer->body, series->compiled->join_code);
    buf_add_text(&answer->body, "\">SMS ");
    add_escaped(&answer->body, number);
    buf_add_text(&answer->body, ": DAFTAR ");
    add_escaped(&answer->body, series->compiled->join_code);
    buf_add_text(&answer->body, "</a></p>\n");
}
