#include "sim/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "sim/draw.h"

static const char *const names[FAULTS] = {
    [FAULT_NONE] = "none",
    [FAULT_SLOW] = "slow",
    [FAULT_ERROR_500] = "error_500",
    [FAULT_ERROR_500_EMPTY] = "error_500_empty",
    [FAULT_ERROR_503] = "error_503",
    [FAULT_THROTTLE_429] = "throttle_429",
    [FAULT_REFUSE_AUTH] = "refuse_auth",
    [FAULT_REFUSE_ROUTE] = "refuse_route",
    [FAULT_REFUSE_BALANCE] = "refuse_balance",
    [FAULT_REFUSE_PAIR] = "refuse_pair",
    [FAULT_REFUSE_CAP] = "refuse_cap",
    [FAULT_CODE] = "code",
    [FAULT_CUT_BEFORE_READ] = "cut_before_read",
    [FAULT_CUT_AFTER_READ] = "cut_after_read",
    [FAULT_CUT_AFTER_ACCEPT] = "cut_after_accept",
    [FAULT_HANG] = "hang",
    [FAULT_ERROR_500_AFTER_ACCEPT] = "error_500_after_accept",
    [FAULT_REPORT_FAILED] = "report_failed",
};

/* The words of "do": two faults have a second one, by which Kannel's users know them. */
static const char *const words[] = {"slow", "error_500", "error_500_empty", "error_503",
    "throttle_429", "refuse_auth", "refuse_route", "refuse_balance", "refuse_pair",
    "refuse_cap", "code", "cut_before_read", "cut_after_read", "cut_after_accept",
    "hang", "error_500_after_accept", "report_failed", "refuse_403_auth",
    "refuse_403_route", NULL};

static const char *const gateways[] = {"any", "kannel", "whatsapp", NULL};

enum { ANY, KANNEL, WHATSAPP };

static const struct option_row rows[] = {
    {.key = "do",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct fault_rule, what),
        .choices = words,
        .required = 1,
        .help = "What goes wrong: engine/sim/README.md has the table."},
    {.key = "gateway",
        .type = OPTION_CHOICE,
        .offset = offsetof(struct fault_rule, gateway),
        .fallback = "any",
        .choices = gateways,
        .help = "kannel, whatsapp, or any."},
    {.key = "share",
        .type = OPTION_TEXT,
        .offset = offsetof(struct fault_rule, share_text),
        .fallback = "1",
        .help = "How many of the requests that it fits, by a draw: 0.05 is one in 20."},
    {.key = "next",
        .type = OPTION_INT,
        .offset = offsetof(struct fault_rule, next),
        .fallback = "-1",
        .min = -1,
        .max = 1000000000,
        .help = "Only so many more requests; -1: no limit."},
    {.key = "ms",
        .type = OPTION_INT,
        .offset = offsetof(struct fault_rule, ms),
        .fallback = "0",
        .min = 0,
        .max = 600000,
        .help = "Of slow: how much later the answer comes, in real time."},
    {.key = "retry_after",
        .type = OPTION_INT,
        .offset = offsetof(struct fault_rule, retry_after),
        .fallback = "0",
        .min = 0,
        .max = FAULT_RETRY_AFTER_MAX,
        .help = "Adds that header, in seconds."},
    {.key = "code",
        .type = OPTION_INT,
        .offset = offsetof(struct fault_rule, code),
        .fallback = "0",
        .min = 0,
        .max = 999999,
        .help = "Of code and report_failed: the error's number."},
    {.key = "to",
        .type = OPTION_TEXT,
        .offset = offsetof(struct fault_rule, to),
        .fallback = "",
        .help = "Only for this number."},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

const struct option_row *fault_rows(size_t *n)
{
    *n = ROWS;
    return rows;
}

const char *fault_name(enum fault_kind kind)
{
    return names[kind];
}

bool fault_refuses(enum fault_kind kind)
{
    return kind >= FAULT_ERROR_500 && kind <= FAULT_CODE;
}

static enum fault_kind kind_of(const struct fault_rule *rule)
{
    const char *word = words[rule->what];

    for (int i = FAULT_NONE + 1; i < FAULTS; i++) {
        if (strcmp(names[i], word) == 0) {
            return (enum fault_kind)i;
        }
    }
    return strcmp(word, "refuse_403_auth") == 0 ? FAULT_REFUSE_AUTH
                                                : FAULT_REFUSE_ROUTE;
}

void fault_rule_fini(struct fault_rule *rule)
{
    option_fini(rows, ROWS, rule);
    *rule = (struct fault_rule){0};
}

static void clear_rules(struct faults *faults)
{
    for (size_t i = 0; i < faults->n; i++) {
        fault_rule_fini(&faults->rules[i]);
    }
    faults->n = 0;
}

void faults_fini(struct faults *faults)
{
    clear_rules(faults);
    for (size_t i = 0; i <= FAULT_RETRY_AFTER_MAX; i++) {
        free(faults->retry_after[i]);
    }
    *faults = (struct faults){0};
}

int fault_rule_check(struct fault_rule *rule, struct err *err)
{
    enum fault_kind kind = kind_of(rule);
    char *end;

    rule->kind = kind;
    rule->share = strtod(rule->share_text, &end);
    if (end == rule->share_text || *end != '\0' ||
        !(rule->share >= 0 && rule->share <= 1)) {
        return err_set(err, ERR_REFUSED, "\"share\" must lie between 0 and 1");
    }
    if (kind == FAULT_CODE && rule->code == 0) {
        return err_set(
            err, ERR_REFUSED, "\"do\": \"code\" needs a \"code\" such as 131049");
    }
    if (kind >= FAULT_REFUSE_BALANCE && kind <= FAULT_CODE) {
        if (rule->gateway == KANNEL) {
            return err_set(err, ERR_REFUSED,
                "Kannel has no words for \"%s\": only WhatsApp knows it", names[kind]);
        }
        rule->gateway = WHATSAPP;
    }
    return 0;
}

void faults_add(struct faults *faults, const struct fault_rule *rule)
{
    struct fault_rule *copy = &faults->rules[faults->n++];

    *copy = *rule;
    copy->to = mem_copy(rule->to);
    copy->share_text = mem_copy(rule->share_text);
}

/* Sets one key of a rule from JSON, where numbers may be written as numbers. */
static int read_key(
    struct fault_rule *rule, const char *key, const json_t *value, struct err *err)
{
    const struct option_row *row = option_find(rows, ROWS, key);
    char number[40];

    if (row == NULL) {
        return err_set(err, ERR_REFUSED, "a fault has no key \"%.40s\"", key);
    }
    if (json_is_string(value)) {
        return option_set(row, rule, json_string_value(value), err);
    }
    if (!json_is_number(value)) {
        return err_set(err, ERR_REFUSED, "\"%s\" must be a text or a number", key);
    }
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    } else {
        snprintf(number, sizeof number, "%.17g", json_real_value(value));
    }
    return option_set(row, rule, number, err);
}

static int read_rule(json_t *object, struct fault_rule *rule, struct err *err)
{
    const char *key;
    json_t *value;

    option_defaults(rows, ROWS, rule);
    if (json_object_get(object, "do") == NULL) {
        return err_set(err, ERR_REFUSED,
            "a fault is {\"do\":…} with gateway, share, next, ms, retry_after, code, "
            "to as may be");
    }
    json_object_foreach(object, key, value)
    {
        if (read_key(rule, key, value, err) != 0) {
            return -1;
        }
    }
    return fault_rule_check(rule, err);
}

int faults_set(struct faults *faults, const char *json, size_t length, struct err *err)
{
    struct fault_rule rules[FAULT_RULES_MAX] = {{0}};
    json_error_t error;
    json_t *list = json_loadb(json, length, 0, &error), *object;
    size_t i, n = 0;
    int result = -1;

    if (!json_is_array(list) || json_array_size(list) > FAULT_RULES_MAX) {
        err_set(err, ERR_REFUSED, "a JSON list of at most %d faults is expected",
            FAULT_RULES_MAX);
        goto out;
    }
    json_array_foreach(list, i, object)
    {
        n++;
        if (read_rule(object, &rules[i], err) != 0) {
            goto out;
        }
    }
    clear_rules(faults);
    memcpy(faults->rules, rules, sizeof rules);
    faults->n = n;
    n = 0;
    result = 0;
out:
    for (i = 0; i < n; i++) {
        fault_rule_fini(&rules[i]);
    }
    json_decref(list);
    return result;
}

/* True when the rule is for this request; a limited one is used up by it. */
static bool fits(struct fault_rule *rule, size_t i, const struct fault_about *about)
{
    uint64_t count = draw_message(about->step, about->attempt) + i;

    if (rule->next == 0 ||
        (rule->gateway != ANY && rule->gateway != 1 + about->channel) ||
        (rule->to[0] != '\0' && strcmp(rule->to, about->phone) != 0) ||
        (rule->share < 1 &&
            !draw_happens(
                draw(about->seed, "fault", about->phone, count), rule->share))) {
        return false;
    }
    if (rule->next > 0) {
        rule->next--;
    }
    return true;
}

static const char *header_of(struct faults *faults, int64_t seconds)
{
    if (seconds == 0) {
        return NULL;
    }
    if (faults->retry_after[seconds] == NULL) {
        faults->retry_after[seconds] = mem_format("%lld", (long long)seconds);
    }
    return faults->retry_after[seconds];
}

struct fault faults_draw(struct faults *faults, const struct fault_about *about)
{
    struct fault fault = {FAULT_NONE, 0, 0, NULL};

    for (size_t i = 0; i < faults->n; i++) {
        struct fault_rule *rule = &faults->rules[i];

        if (rule->kind != FAULT_SLOW && fault.kind != FAULT_NONE) {
            continue;
        }
        if (!fits(rule, i, about)) {
            continue;
        }
        if (rule->kind == FAULT_SLOW) {
            fault.delay_ms += rule->ms;
        } else {
            fault.kind = rule->kind;
            fault.code = (int)rule->code;
            fault.retry_after = header_of(faults, rule->retry_after);
        }
    }
    return fault;
}
