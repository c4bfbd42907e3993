#include "sim/kannel.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct form *form, const char *name, const char *other)
{
    const char *value = form_find(form, name);

    if (value == NULL && other != NULL) {
        value = form_find(form, other);
    }
    return value;
}

static int64_t number_of(const struct form *form, const char *name, int64_t most)
{
    const char *value = form_find(form, name);
    int64_t number;

    if (value == NULL) {
        return 0;
    }
    errno = 0;
    number = strtoll(value, NULL, 10);
    return errno != 0 || number < 0 || number > most ? 0 : number;
}

/* Our reference stands in the report's URL, and nowhere else in a request. */
static void find_ref(const char *report_url, char ref[KANNEL_REF_SIZE])
{
    const char *query = strchr(report_url, '?');
    struct form form;

    ref[0] = '\0';
    if (query == NULL) {
        return;
    }
    for (const char *at = query; at != NULL; at = strchr(at + 1, '&')) {
        size_t length = strcspn(at + 1, "&");

        if (strncmp(at + 1, "ref=", 4) == 0) {
            if (form_parse(&form, at + 1, length) == 0 && form.n == 1) {
                snprintf(ref, KANNEL_REF_SIZE, "%s", form.fields[0].value);
            }
            form_fini(&form);
            return;
        }
    }
}

int kannel_read(struct kannel_request *request, const char *query)
{
    const struct form *form = &request->form;
    const char *value;

    *request = (struct kannel_request){0};
    if (form_parse(&request->form, query, strlen(query)) != 0) {
        return -1;
    }
    value = text_of(form, "username", "user");
    request->username = value == NULL ? "" : value;
    value = text_of(form, "password", "pass");
    request->password = value == NULL ? "" : value;
    value = form_find(form, "text");
    request->text = value == NULL ? "" : value;
    request->to = form_find(form, "to");
    request->mask = (int)number_of(form, "dlr-mask", 63);
    request->validity_ms = number_of(form, "validity", 10000000) * 60000;
    request->report_url = form_find(form, "dlr-url");
    if (request->report_url != NULL) {
        find_ref(request->report_url, request->ref);
    }
    return 0;
}

int kannel_type(enum sim_report report)
{
    static const int types[SIM_REPORTS] = {
        [SIM_QUEUED] = 4, [SIM_DELIVERED] = 1, [SIM_FAILED] = 2};

    return types[report];
}

unsigned kannel_wanted(const struct kannel_request *request)
{
    unsigned wanted = 0;

    for (int report = SIM_NONE; report < SIM_REPORTS; report++) {
        if (request->report_url != NULL &&
            (request->mask & kannel_type((enum sim_report)report)) != 0) {
            wanted |= 1u << report;
        }
    }
    return wanted;
}

void kannel_fini(struct kannel_request *request)
{
    form_fini(&request->form);
}

/* Adds a number as %q and %Q write it: 00 for +. */
static int add_with_zeros(struct buf *out, const char *number)
{
    if (number[0] != '+') {
        return url_escape(out, number);
    }
    return buf_add_text(out, "00") | url_escape(out, number + 1);
}

static int expand_one(struct buf *out, char escape, const struct kannel_call *call)
{
    const char *id = call->id == NULL ? "" : call->id;
    const char *sender = call->sender == NULL ? "" : call->sender;
    const char *receiver = call->receiver == NULL ? "" : call->receiver;

    switch (escape) {
    case 'd':
        return buf_add_format(out, "%d", call->type);
    case 'A':
        return url_escape(out, call->receipt == NULL ? "" : call->receipt);
    case 'I':
    case 'F':
        return url_escape(out, id);
    case 'i':
        return url_escape(out, call->smsc == NULL ? "" : call->smsc);
    case 'p':
        return url_escape(out, sender);
    case 'P':
        return url_escape(out, receiver);
    case 'q':
        return add_with_zeros(out, sender);
    case 'Q':
        return add_with_zeros(out, receiver);
    case 'a':
        return url_escape(out, call->text == NULL ? "" : call->text);
    case 'T':
        return buf_add_format(out, "%lld", (long long)(call->at_ms / 1000));
    case '%':
        return buf_add_char(out, '%');
    default:
        return buf_add_char(out, '%') |
               (escape == '\0' ? 0 : buf_add_char(out, escape));
    }
}

int kannel_expand(struct buf *out, const char *url, const struct kannel_call *call)
{
    int result = 0;

    for (const char *at = url; *at != '\0'; at++) {
        if (*at != '%') {
            result |= buf_add_char(out, *at);
            continue;
        }
        result |= expand_one(out, at[1], call);
        if (at[1] != '\0') {
            at++;
        }
    }
    return result;
}

int kannel_inbound(struct buf *out, const char *url, const struct kannel_call *call)
{
    int result = buf_add_text(out, url);

    result |= buf_add_char(out, strchr(url, '?') == NULL ? '?' : '&');
    result |= kannel_expand(
        out, "id=%I&sender=%p&to=%P&ts=%T&message=%a&coding=0&charset=UTF-8", call);
    return result;
}
