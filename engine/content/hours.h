/*
 * hours.h: the hours of the local day in which nothing that we start leaves.
 */
#ifndef CEGAH_CONTENT_HOURS_H
#define CEGAH_CONTENT_HOURS_H

#include <stdbool.h>
#include <stddef.h>

/* A span of the local day in which nothing that we start leaves. */
struct closed_window {
    char name[16]; /* night, school, friday, dusk, sunday */
    unsigned days; /* bit 1 << weekday, 1 Monday – 7 Sunday: the day it begins */
    int from, to;  /* minutes of the day, to excluded; from > to runs over midnight */
    bool minors;   /* only for minors and unknown age */
};

enum { CLOSED_WINDOWS_MAX = 8 };

struct hours {
    struct closed_window windows[CLOSED_WINDOWS_MAX];
    size_t n;
};

/* The rules' own: night 20:00-08:00 daily, school Mon-Sat 07:00-15:00 for minors,
 * friday 11:30-13:30, dusk 17:30-18:45 daily, sunday 07:00-12:00. */
void hours_default(struct hours *hours);
/* Returns the first window that closes that minute (0–1439) of that weekday (1 Monday –
 * 7 Sunday), borrowed; NULL when it is open. */
const struct closed_window *hours_closed(
    const struct hours *hours, int weekday, int minute, bool minor);

/* Changes hours by a mapping of a content file: {dusk: {closed: "17:30-19:15"}}. */
struct source;
struct yaml_node;
struct key_table;
extern const struct key_table WINDOW_TABLE; /* the keys of a window */
void hours_read(
    const struct source *source, const struct yaml_node *mapping, struct hours *hours);

#endif
