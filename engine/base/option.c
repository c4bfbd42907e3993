#include "base/option.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/must.h"

static void *member(const struct option_row *row, void *owner)
{
    return (char *)owner + row->offset;
}

int duration_parse(const char *text, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *end;
    long long count;

    errno = 0;
    count = strtoll(text, &end, 10);
    if (end == text || errno != 0 || count < 0 || count > 1000000000LL) {
        return -1;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0) {
            *ms = count * units[i].ms;
            return 0;
        }
    }
    return -1;
}

static int set_text(char **to, const char *text)
{
    free(*to);
    *to = mem_copy(text);
    return 0;
}

static int set_url(
    const struct option_row *row, char **to, const char *text, struct err *err)
{
    size_t length = strlen(text);

    if ((strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0) ||
        strpbrk(text, " \t\r\n\"<>") != NULL || length < 9) {
        return err_set(err, ERR_REFUSED,
            "%s must be a URL that begins with http:// or https://", row->key);
    }
    while (text[length - 1] == '/') {
        length--;
    }
    free(*to);
    *to = mem_copy_n(text, length);
    return 0;
}

static int set_int(
    const struct option_row *row, int64_t *to, const char *text, struct err *err)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0) {
        return err_set(err, ERR_REFUSED, "%s must be a whole number", row->key);
    }
    if ((row->min != 0 || row->max != 0) && (value < row->min || value > row->max)) {
        return err_set(err, ERR_REFUSED, "%s must lie between %lld and %lld", row->key,
            (long long)row->min, (long long)row->max);
    }
    *to = value;
    return 0;
}

static int set_duration(
    const struct option_row *row, int64_t *to, const char *text, struct err *err)
{
    int64_t value;

    if (duration_parse(text, &value) != 0) {
        return err_set(err, ERR_REFUSED,
            "%s must be a length of time: 500ms, 5s, 15m, 2h or 3d", row->key);
    }
    if ((row->min != 0 || row->max != 0) && (value < row->min || value > row->max)) {
        return err_set(err, ERR_REFUSED, "%s must lie between %lld and %lld ms",
            row->key, (long long)row->min, (long long)row->max);
    }
    *to = value;
    return 0;
}

static int set_rate(
    const struct option_row *row, double *to, const char *text, struct err *err)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"/s", 1}, {"/m", 60}, {"/h", 3600}};
    char *end;
    double count;

    if (strcmp(text, "none") == 0) {
        *to = 0;
        return 0;
    }
    count = strtod(text, &end);
    for (size_t i = 0; end != text && i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0 && count > 0 && count <= 1e6) {
            *to = count / units[i].seconds;
            return 0;
        }
    }
    return err_set(
        err, ERR_REFUSED, "%s must be a rate: 10/s, 600/m, 5/h or none", row->key);
}

static int set_share(
    const struct option_row *row, double *to, const char *text, struct err *err)
{
    char *end;
    double share = strtod(text, &end);

    if (end == text || *end != '\0' || !(share >= 0 && share <= 1)) {
        return err_set(err, ERR_REFUSED, "%s must lie between 0 and 1", row->key);
    }
    *to = share;
    return 0;
}

/* Six places behind the point are exact; money is never kept as a double. */
static int set_money(
    const struct option_row *row, int64_t *to, const char *text, struct err *err)
{
    enum { PLACES = 6, WHOLE_DIGITS_MAX = 9 };
    size_t whole = strspn(text, "0123456789");
    const char *at = text + whole;
    int64_t value = strtoll(text, NULL, 10);
    size_t places = 0;

    if (*at == '.') {
        places = strspn(++at, "0123456789");
    }
    if (whole == 0 || whole > WHOLE_DIGITS_MAX || places > PLACES ||
        (at != text + whole && places == 0) || at[places] != '\0') {
        return err_set(err, ERR_REFUSED,
            "%s must be an amount of money with a point: 350 or 0.0411", row->key);
    }
    for (size_t i = 0; i < PLACES; i++) {
        value = value * 10 + (i < places ? at[i] - '0' : 0);
    }
    *to = value;
    return 0;
}

static int set_bool(
    const struct option_row *row, bool *to, const char *text, struct err *err)
{
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
        return err_set(err, ERR_REFUSED, "%s must be true or false", row->key);
    }
    *to = text[0] == 't';
    return 0;
}

static int set_choice(
    const struct option_row *row, int *to, const char *text, struct err *err)
{
    char known[256] = "";

    for (int i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *to = i;
            return 0;
        }
        strncat(known, i > 0 ? ", " : "", sizeof known - strlen(known) - 1);
        strncat(known, row->choices[i], sizeof known - strlen(known) - 1);
    }
    return err_set(err, ERR_REFUSED, "%s must be one of: %s", row->key, known);
}

static int add_item(struct option_list *list, const char *text)
{
    list->items = mem_resize(list->items, list->n + 1, sizeof *list->items);
    list->items[list->n++] = mem_copy(text);
    return 0;
}

int option_set(
    const struct option_row *row, void *owner, const char *text, struct err *err)
{
    void *to = member(row, owner);

    switch (row->type) {
    case OPTION_TEXT:
    case OPTION_SECRET:
    case OPTION_PATH:
        return set_text(to, text);
    case OPTION_URL:
        return set_url(row, to, text, err);
    case OPTION_INT:
        return set_int(row, to, text, err);
    case OPTION_BOOL:
        return set_bool(row, to, text, err);
    case OPTION_DURATION:
        return set_duration(row, to, text, err);
    case OPTION_RATE:
        return set_rate(row, to, text, err);
    case OPTION_SHARE:
        return set_share(row, to, text, err);
    case OPTION_MONEY:
        return set_money(row, to, text, err);
    case OPTION_CHOICE:
        return set_choice(row, to, text, err);
    case OPTION_LIST:
        return add_item(to, text);
    }
    must(0, "option %s of type %d", row->key, (int)row->type);
}

void option_defaults(const struct option_row *rows, size_t n, void *owner)
{
    struct err err;

    for (size_t i = 0; i < n; i++) {
        if (rows[i].fallback != NULL) {
            must(option_set(&rows[i], owner, rows[i].fallback, &err) == 0, "%s: %s",
                rows[i].key, err.text);
        }
    }
}

void option_fini(const struct option_row *rows, size_t n, void *owner)
{
    for (size_t i = 0; i < n; i++) {
        enum option_type type = rows[i].type;

        if (type <= OPTION_URL) {
            char **text = member(&rows[i], owner);

            free(*text);
            *text = NULL;
        } else if (type == OPTION_LIST) {
            struct option_list *list = member(&rows[i], owner);

            for (size_t k = 0; k < list->n; k++) {
                free(list->items[k]);
            }
            free(list->items);
            *list = (struct option_list){0};
        }
    }
}

const struct option_row *option_find(
    const struct option_row *rows, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].key, key) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

const char *option_nearest(const struct option_row *rows, size_t n, const char *key)
{
    const char *nearest = NULL;
    int least = 3;

    for (size_t i = 0; i < n; i++) {
        int distance = word_distance(key, rows[i].key);

        if (distance < least) {
            least = distance;
            nearest = rows[i].key;
        }
    }
    return nearest;
}

static int least_of(int a, int b, int c)
{
    int least = a < b ? a : b;

    return least < c ? least : c;
}

int word_distance(const char *one, const char *other)
{
    enum { LONGEST = 64 };
    int rows[3][LONGEST + 1];
    int *before = rows[0], *last = rows[1], *now = rows[2];
    size_t n = strlen(one), m = strlen(other);

    if (n > LONGEST || m > LONGEST) {
        return 99;
    }
    for (size_t k = 0; k <= m; k++) {
        last[k] = (int)k;
    }
    for (size_t i = 1; i <= n; i++) {
        int *spare = before;

        now[0] = (int)i;
        for (size_t k = 1; k <= m; k++) {
            int cost = one[i - 1] == other[k - 1] ? 0 : 1;

            now[k] = least_of(last[k] + 1, now[k - 1] + 1, last[k - 1] + cost);
            if (i > 1 && k > 1 && one[i - 1] == other[k - 2] &&
                one[i - 2] == other[k - 1] && before[k - 2] + 1 < now[k]) {
                now[k] = before[k - 2] + 1;
            }
        }
        before = last;
        last = now;
        now = spare;
    }
    return last[m];
}
