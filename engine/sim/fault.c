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
    [FAULT_REFUSE_403_AUTH] = "refuse_403_auth",
    [FAULT_REFUSE_403_ROUTE] = "refuse_403_route",
    [FAULT_CUT_BEFORE_READ] = "cut_before_read",
    [FAULT_CUT_AFTER_READ] = "cut_after_read",
    [FAULT_CUT_AFTER_ACCEPT] = "cut_after_accept",
    [FAULT_HANG] = "hang",
};

const char *fault_name(enum fault_kind kind)
{
    return names[kind];
}

void faults_fini(struct faults *faults)
{
    for (size_t i = 0; i <= FAULT_RETRY_AFTER_MAX; i++) {
        free(faults->retry_after[i]);
    }
    *faults = (struct faults){0};
}

static int read_kind(const char *word, enum fault_kind *kind, struct err *err)
{
    for (int i = FAULT_NONE + 1; i < FAULTS; i++) {
        if (strcmp(names[i], word) == 0) {
            *kind = (enum fault_kind)i;
            return 0;
        }
    }
    return err_set(err, ERR_REFUSED, "\"do\" is no known fault: %.40s", word);
}

static int read_rule(json_t *object, struct fault_rule *rule, struct err *err)
{
    const char *word, *to = "";
    json_int_t ms = 0, next = -1, retry_after = 0;
    double share = 1;
    json_error_t error;

    if (json_unpack_ex(object, &error, JSON_STRICT, "{s:s, s?F, s?I, s?I, s?I, s?s}",
            "do", &word, "share", &share, "next", &next, "ms", &ms, "retry_after",
            &retry_after, "to", &to) != 0) {
        return err_set(err, ERR_REFUSED,
            "a fault is {\"do\":…} with share, next, ms, "
            "retry_after, to as may be: %s",
            error.text);
    }
    if (read_kind(word, &rule->kind, err) != 0) {
        return -1;
    }
    if (!(share >= 0 && share <= 1) || next < -1 || ms < 0 || ms > 600000 ||
        retry_after < 0 || retry_after > FAULT_RETRY_AFTER_MAX ||
        strlen(to) >= sizeof rule->to) {
        return err_set(err, ERR_REFUSED,
            "share lies between 0 and 1, ms below 600000, retry_after below %d",
            FAULT_RETRY_AFTER_MAX);
    }
    rule->share = share;
    rule->next = next;
    rule->ms = ms;
    rule->retry_after = retry_after;
    snprintf(rule->to, sizeof rule->to, "%s", to);
    return 0;
}

int faults_set(struct faults *faults, const char *json, size_t length, struct err *err)
{
    struct fault_rule rules[FAULT_RULES_MAX] = {{0}};
    json_error_t error;
    json_t *list = json_loadb(json, length, 0, &error), *object;
    size_t i;
    int result = -1;

    if (!json_is_array(list) || json_array_size(list) > FAULT_RULES_MAX) {
        err_set(err, ERR_REFUSED, "a JSON list of at most %d faults is expected",
            FAULT_RULES_MAX);
        goto out;
    }
    json_array_foreach(list, i, object)
    {
        if (read_rule(object, &rules[i], err) != 0) {
            goto out;
        }
    }
    memcpy(faults->rules, rules, sizeof rules);
    faults->n = json_array_size(list);
    result = 0;
out:
    json_decref(list);
    return result;
}

/* True when the rule is for this request; a limited one is used up by it. */
static bool fits(
    struct fault_rule *rule, size_t i, uint64_t request, int64_t seed, const char *to)
{
    if (rule->next == 0 || (rule->to[0] != '\0' && strcmp(rule->to, to) != 0) ||
        (rule->share < 1 &&
            !draw_happens(
                draw(seed, "fault", "", request * FAULT_RULES_MAX + i), rule->share))) {
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

struct fault faults_draw(struct faults *faults, int64_t seed, const char *to)
{
    struct fault fault = {FAULT_NONE, 0, NULL};
    uint64_t request = faults->requests++;

    for (size_t i = 0; i < faults->n; i++) {
        struct fault_rule *rule = &faults->rules[i];

        if (rule->kind != FAULT_SLOW && fault.kind != FAULT_NONE) {
            continue;
        }
        if (!fits(rule, i, request, seed, to)) {
            continue;
        }
        if (rule->kind == FAULT_SLOW) {
            fault.delay_ms += rule->ms;
        } else {
            fault.kind = rule->kind;
            fault.retry_after = header_of(faults, rule->retry_after);
        }
    }
    return fault;
}
