/*
 * kannel.c: Kannel's sendsms; its callbacks are in kannel_hook.c.
 *
 * Kannel gives a message no id: our reference travels in the report's URL. It signs
 * nothing, so the engine puts a secret into the hooks' path. Source: Kannel's user guide,
 * chapters "Using SMS push" and "SMS delivery reports".
 */
#include "adapters/adapter.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "adapters/kannel_hook.h"
#include "base/url.h"

struct kannel_config {
    char *username;
    char *password;
    char *from;
    char *path;
    char *smsc;
    int64_t dlr_mask;
};

static const struct option_row options[] = {
    {"username", OPTION_TEXT, offsetof(struct kannel_config, username), NULL, 1, 0, 0,
        NULL, "The sendsms-user's name."},
    {"password", OPTION_SECRET, offsetof(struct kannel_config, password), NULL, 1, 0, 0,
        NULL, "The sendsms-user's password."},
    {"from", OPTION_TEXT, offsetof(struct kannel_config, from), NULL, 0, 0, 0, NULL,
        "The sender that people see; without it Kannel's own default."},
    {"path", OPTION_TEXT, offsetof(struct kannel_config, path), "/cgi-bin/sendsms", 0,
        0, 0, NULL, "Where sendsms answers (Kannel's sendsms-url)."},
    {"smsc", OPTION_TEXT, offsetof(struct kannel_config, smsc), NULL, 0, 0, 0, NULL,
        "The SMSC that carries the messages; without it Kannel routes by itself."},
    {"dlr_mask", OPTION_INT, offsetof(struct kannel_config, dlr_mask), "31", 0, 1, 63,
        NULL,
        "The delivery reports asked for, a sum: 1 delivered, 2 failed, 4 queued, "
        "8 accepted by the SMSC, 16 rejected by it, 32 intermediate."},
};

static int check(const void *own, struct err *err)
{
    const struct kannel_config *config = own;

    if (config->path[0] != '/' || strpbrk(config->path, "?#% \t") != NULL) {
        return err_set(err, ERR_REFUSED,
            "path must begin with / and hold no query: /cgi-bin/sendsms");
    }
    return 0;
}

/*
 * Kannel expands every %x of the URL when it calls back, so a percent sign that is the
 * URL's own is doubled; the whole is escaped once more as a parameter.
 */
static int add_report_url(
    struct buf *url, const char *report_url, const char *reference)
{
    struct buf callback;
    int result = 0;

    buf_init(&callback, HTTP_URL_BYTES_MAX);
    for (const char *at = report_url; *at != '\0';) {
        size_t plain = strcspn(at, "%");

        result |= buf_add(&callback, at, plain);
        at += plain;
        if (*at == '%') {
            result |= buf_add_text(&callback, "%%");
            at++;
        }
    }
    result |= buf_add_char(&callback, strchr(report_url, '?') == NULL ? '?' : '&');
    result |= buf_add_text(&callback, "ref=");
    result |= buf_add_text(&callback, reference);
    result |= buf_add_text(&callback, "&type=%d&smsc=%i&fid=%F&reply=%A&ts=%T");
    result |= url_add_parameter(url, "dlr-url", buf_text(&callback));
    buf_fini(&callback);
    return result;
}

static int add_number(struct buf *url, const char *name, int64_t value)
{
    return buf_add_format(url, "&%s=%lld", name, (long long)value);
}

static int refuse_message(const struct adapter_message *message, struct err *err)
{
    if (message->text == NULL || message->media_url != NULL) {
        return err_set(
            err, ERR_REFUSED, "Kannel carries text only: give the step a text");
    }
    if (message->recipients[0].kind != ADDRESS_PHONE) {
        return err_set(err, ERR_REFUSED, "Kannel sends to phone numbers only");
    }
    if (!adapter_is_reference(message->recipients[0].reference)) {
        return err_set(err, ERR_REFUSED,
            "a message's reference must be 1 to 64 of A-Z a-z 0-9 _ -");
    }
    return 0;
}

static int build(const void *own, const char *base_url,
    const struct adapter_message *message, struct http_request *request,
    struct err *err)
{
    enum { MINUTE_MS = 60000 };
    const struct kannel_config *config = own;
    const struct adapter_recipient *recipient = &message->recipients[0];
    struct buf *url = &request->url;
    int result = 0;

    if (refuse_message(message, err) != 0) {
        return -1;
    }
    request->method = HTTP_GET;
    result |= buf_add_text(url, base_url);
    result |= buf_add_text(url, config->path);
    result |= buf_add_char(url, '?');
    result |= url_add_parameter(url, "username", config->username);
    result |= url_add_parameter(url, "password", config->password);
    if (config->from != NULL && config->from[0] != '\0') {
        result |= url_add_parameter(url, "from", config->from);
    }
    result |= url_add_parameter(url, "to", recipient->value);
    result |= url_add_parameter(url, "text", message->text);
    result |= add_number(url, "coding", message->unicode ? 2 : 0);
    result |= url_add_parameter(url, "charset", "UTF-8");
    if (config->smsc != NULL && config->smsc[0] != '\0') {
        result |= url_add_parameter(url, "smsc", config->smsc);
    }
    if (message->validity_ms > 0) {
        result |= add_number(
            url, "validity", (message->validity_ms + MINUTE_MS - 1) / MINUTE_MS);
    }
    if (message->report_url != NULL) {
        result |= add_number(url, "dlr-mask", config->dlr_mask);
        result |= add_report_url(url, message->report_url, recipient->reference);
    }
    if (result != 0) {
        return err_set(err, ERR_REFUSED, "the text is too long for one request");
    }
    return 0;
}

static bool begins(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* True when one of the words of the list is the number, whatever stands before its
 * digits. */
static bool names_number(const char *list, const char *number)
{
    const char *digits = number + strspn(number, "+");
    size_t length = strlen(digits);
    const char *at = length == 0 ? NULL : strstr(list, digits);

    for (; at != NULL; at = strstr(at + 1, digits)) {
        bool starts = at == list || !isdigit((unsigned char)at[-1]);

        if (starts && !isdigit((unsigned char)at[length])) {
            return true;
        }
    }
    return false;
}

static void read_accepted(const struct adapter_message *message,
    const struct http_reply *reply, struct adapter_result *result)
{
    const char *denied = strcasestr(reply->body, "denied receivers are");

    if (begins(reply->body, "Sent.") && denied != NULL) {
        bool ours = names_number(denied, message->recipients[0].value);

        result->class = ours ? FAILURE_INVALID_NUMBER : FAILURE_AMBIGUOUS;
    } else if (begins(reply->body, "0:") || begins(reply->body, "3:") ||
               begins(reply->body, "Sent.")) {
        result->accepted = true;
        result->class = FAILURE_NONE;
        result->retry_after_ms = 0;
    }
}

/* What Kannel's sentences mean; matched at the body's beginning, first row wins. */
static const struct sentence {
    int status;
    const char *words;
    enum failure_class class;
} sentences[] = {
    {400, "Missing receiver", FAILURE_INVALID_NUMBER},
    {400, "Empty receiver", FAILURE_INVALID_NUMBER},
    {400, "Number(s) has/have been denied", FAILURE_BLOCKED},
    /* No message of this gateway would go: pausing it keeps them. */
    {400, "Sender missing", FAILURE_ACCOUNT},
    {403, "Not routable", FAILURE_INVALID_NUMBER},
    {500, "Sending failed", FAILURE_TRANSIENT},
    {503, "Temporal failure", FAILURE_TRANSIENT},
};

static void read_reply(const void *own, const struct adapter_message *message,
    const struct http_reply *reply, struct adapter_result *results)
{
    struct adapter_result *result = &results[0];

    (void)own;
    *result = (struct adapter_result){0};
    adapter_classify(reply, result);
    if (reply->ending != HTTP_ANSWERED) {
        return;
    }
    if (reply->status >= 200 && reply->status < 300) {
        read_accepted(message, reply, result);
        return;
    }
    if (reply->status == 404) {
        result->class = FAILURE_ACCOUNT;
    }
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        if (reply->status == sentences[i].status &&
            begins(reply->body, sentences[i].words)) {
            result->class = sentences[i].class;
            break;
        }
    }
}

const struct adapter adapter_kannel = {
    .name = "kannel",
    .label = "Kannel (SMS)",
    .channel = CHANNEL_SMS,
    .flags = ADAPTER_REPORTS | ADAPTER_ECHOES,
    .hook_methods = 1u << HTTP_GET | 1u << HTTP_POST,
    .batch_max = 1,
    .options = options,
    .options_n = sizeof options / sizeof options[0],
    .config_size = sizeof(struct kannel_config),
    .check = check,
    .build = build,
    .read_reply = read_reply,
    .read_hook = kannel_read_hook,
};
