#include "content/hours.h"

#include <stdio.h>
#include <string.h>

#include "content/keys.h"
#include "content/yaml.h"

enum { DAILY = 0xFE, SCHOOL_DAYS = 0x7E, FRIDAY = 1 << 5, SUNDAY = 1 << 7 };

static const struct closed_window DEFAULTS[] = {
    {"night", DAILY, 20 * 60, 8 * 60, false},
    {"school", SCHOOL_DAYS, 7 * 60, 15 * 60, true},
    {"friday", FRIDAY, 11 * 60 + 30, 13 * 60 + 30, false},
    {"dusk", DAILY, 17 * 60 + 30, 18 * 60 + 45, false},
    {"sunday", SUNDAY, 7 * 60, 12 * 60, false},
};

void hours_default(struct hours *hours)
{
    *hours = (struct hours){.n = sizeof DEFAULTS / sizeof DEFAULTS[0]};
    memcpy(hours->windows, DEFAULTS, sizeof DEFAULTS);
}

static bool is_closed(const struct closed_window *window, int weekday, int minute)
{
    int before = weekday == 1 ? 7 : weekday - 1;
    bool today = (window->days & (1U << weekday)) != 0;
    bool yesterday = (window->days & (1U << before)) != 0;

    if (window->from < window->to) {
        return today && minute >= window->from && minute < window->to;
    }
    return (today && minute >= window->from) || (yesterday && minute < window->to);
}

const struct closed_window *hours_closed(
    const struct hours *hours, int weekday, int minute, bool minor)
{
    for (size_t i = 0; i < hours->n; i++) {
        const struct closed_window *window = &hours->windows[i];

        if ((minor || !window->minors) && is_closed(window, weekday, minute)) {
            return window;
        }
    }
    return NULL;
}

/* "mon", "mon-sat", "mon,wed,fri-sun". Returns 0 when it is none of these. */
static unsigned days_parse(const char *text)
{
    unsigned days = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, ",");
        const char *dash = memchr(text, '-', length);
        size_t first_length = dash == NULL ? length : (size_t)(dash - text);
        int first = weekday_parse(text, first_length);
        int last =
            dash == NULL ? first : weekday_parse(dash + 1, length - first_length - 1);

        if (first == 0 || last == 0) {
            return 0;
        }
        for (int day = first;; day = day == 7 ? 1 : day + 1) {
            days |= 1U << day;
            if (day == last) {
                break;
            }
        }
        text += length;
        if (*text == ',') {
            text++;
            text += strspn(text, " ");
            if (*text == '\0') {
                return 0;
            }
        }
    }
    return days;
}

/* "20:00-08:00". Returns 0, or -1. */
static int span_parse(const char *text, int *from, int *to)
{
    if (strlen(text) != 11 || text[5] != '-') {
        return -1;
    }
    *from = time_of_day_parse(text, 5, false);
    *to = time_of_day_parse(text + 6, 5, true);
    return *from >= 0 && *to >= 0 && *from != *to ? 0 : -1;
}

struct window_nodes {
    const struct yaml_node *days, *closed, *minors;
};

static const struct key_row WINDOW_KEYS[] = {
    {"days", KEY_TEXT, offsetof(struct window_nodes, days), false,
        "Write one day, days with commas, or a span: fri, \"mon,wed\", mon-sat.",
        .fallback = "the window's own",
        .doc = "`fri`, `mon-sat` or `\"mon,wed-fri\"`: the days on which it begins"},
    {"closed", KEY_TEXT, offsetof(struct window_nodes, closed), false,
        "Write closed: \"20:00-08:00\", or closed: none.",
        .fallback = "the window's own",
        .doc = "`\"17:30-19:15\"`; `none` leaves the window out"},
    {"minors", KEY_BOOL, offsetof(struct window_nodes, minors), false,
        "true: the window holds for minors and people of unknown age only.",
        .fallback = "the window's own",
        .doc = "`true`: for minors and people of unknown age only"},
};
const struct key_table WINDOW_TABLE = KEY_TABLE("a window", WINDOW_KEYS);

static struct closed_window *find_window(struct hours *hours, const char *name)
{
    for (size_t i = 0; i < hours->n; i++) {
        if (strcmp(hours->windows[i].name, name) == 0) {
            return &hours->windows[i];
        }
    }
    return NULL;
}

static void remove_window(struct hours *hours, struct closed_window *window)
{
    size_t behind = hours->n - (size_t)(window - hours->windows) - 1;

    memmove(window, window + 1, behind * sizeof *window);
    hours->n--;
}

static bool read_days(const struct source *source, const struct yaml_node *node,
    struct closed_window *window)
{
    if (node != NULL) {
        window->days = days_parse(node->text);
    }
    if (node != NULL && window->days == 0) {
        yaml_error(source->document, node, source->problems, WINDOW_KEYS[0].help,
            "\"%.40s\" names no days", node->text);
    }
    return window->days != 0;
}

static bool read_span(const struct source *source, const struct yaml_node *node,
    struct closed_window *window)
{
    if (node != NULL && span_parse(node->text, &window->from, &window->to) != 0) {
        yaml_error(source->document, node, source->problems, WINDOW_KEYS[1].help,
            "\"%.40s\" is no span of the day", node->text);
        return false;
    }
    return true;
}

/* A change of a window, or a new one. */
static void change_window(const struct source *source, const struct yaml_node *child,
    const struct window_nodes *nodes, struct hours *hours)
{
    struct closed_window *old = find_window(hours, child->key);
    struct closed_window window = {0};

    if (old != NULL) {
        window = *old;
    } else if (nodes->days == NULL || nodes->closed == NULL) {
        yaml_key_error(source->document, child, source->problems,
            "The rules' own windows are night, school, friday, dusk and sunday.",
            "a window of your own (\"%s\") needs both days and closed", child->key);
        return;
    }
    snprintf(window.name, sizeof window.name, "%s", child->key);
    window.minors = nodes->minors == NULL ? window.minors : key_bool(nodes->minors);
    if (!read_days(source, nodes->days, &window) ||
        !read_span(source, nodes->closed, &window)) {
        return;
    }
    if (old != NULL) {
        *old = window;
    } else if (hours->n < CLOSED_WINDOWS_MAX) {
        hours->windows[hours->n++] = window;
    } else {
        yaml_key_error(source->document, child, source->problems,
            "Join two windows into one.", "more than %d windows", CLOSED_WINDOWS_MAX);
    }
}

static void read_window(
    const struct source *source, const struct yaml_node *child, struct hours *hours)
{
    static const struct key_row ROW = {.key = "hours",
        .type = KEY_MAPPING,
        .help = "Write {days: mon-sun, closed: \"20:00-08:00\"}."};
    struct window_nodes nodes = {0};
    struct closed_window *old;

    if (strlen(child->key) >= sizeof((struct closed_window *)0)->name) {
        yaml_key_error(source->document, child, source->problems, NULL,
            "the name of a window has at most %zu characters",
            sizeof((struct closed_window *)0)->name - 1);
        return;
    }
    if (!key_check(source, child, &ROW)) {
        return;
    }
    keys_read(source, child, &WINDOW_TABLE, &nodes);
    if (nodes.closed == NULL || strcmp(nodes.closed->text, "none") != 0) {
        change_window(source, child, &nodes, hours);
        return;
    }
    old = find_window(hours, child->key);
    if (strcmp(child->key, "night") == 0 || strcmp(child->key, "friday") == 0) {
        yaml_error(source->document, nodes.closed, source->problems,
            "Its times may be changed.", "the window \"%s\" cannot be left out",
            child->key);
    } else if (old != NULL) {
        remove_window(hours, old);
    }
}

void hours_read(
    const struct source *source, const struct yaml_node *mapping, struct hours *hours)
{
    for (const struct yaml_node *child = mapping->children; child != NULL;
         child = child->next) {
        read_window(source, child, hours);
    }
}
