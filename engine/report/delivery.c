#include "report/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/people.h"
#include "report/standing.h"
#include "store/db.h"

enum { SLICE = 2000 };

/* One row in the making, with the people it counted. */
struct group {
    struct delivery_row row;
    struct people people;
};

/* Owned by delivery_run(). Groups lie in the order of their keys. */
struct groups {
    struct group *list;
    size_t n, room;
    size_t last; /* where the last key was found: the next is often the same */
    struct people people;
    const struct report_query *query;
    int64_t campaign_id; /* 0: all */
};

static int order(int64_t one, int64_t other)
{
    return (one > other) - (one < other);
}

static int compare(const struct delivery_row *one, const struct delivery_row *other)
{
    int sign = order(one->campaign_id, other->campaign_id);

    sign = sign != 0 ? sign : order(one->day, other->day);
    sign = sign != 0 ? sign : order(one->series_id, other->series_id);
    sign = sign != 0 ? sign : strverscmp(one->step, other->step);
    sign = sign != 0 ? sign : strcmp(one->channel, other->channel);
    sign = sign != 0 ? sign : strcmp(one->gateway, other->gateway);
    return sign != 0 ? sign : strcmp(one->district, other->district);
}

/* The key of the row that a counter with this full key is summed into. */
static struct delivery_row key_of(enum report_by by, const struct delivery_row *full)
{
    struct delivery_row key = {0};
    bool all = by == REPORT_BY_ALL, step = all || by == REPORT_BY_STEP;

    if (step || by == REPORT_BY_SERIES) {
        key.campaign_id = full->campaign_id;
        key.series_id = full->series_id;
    }
    if (step) {
        memcpy(key.step, full->step, sizeof key.step);
    }
    if (all || by == REPORT_BY_CHANNEL) {
        memcpy(key.channel, full->channel, sizeof key.channel);
    }
    if (all || by == REPORT_BY_GATEWAY) {
        memcpy(key.gateway, full->gateway, sizeof key.gateway);
    }
    if (by == REPORT_BY_DISTRICT) {
        memcpy(key.district, full->district, sizeof key.district);
    }
    if (by == REPORT_BY_DAY) {
        key.day = full->day;
    }
    return key;
}

/* Returns the group of that full key, made when absent; borrowed until the next call. */
static struct group *group_of(struct groups *groups, const struct delivery_row *full)
{
    struct delivery_row key = key_of(groups->query->by, full);
    size_t low = 0, high = groups->n;

    if (groups->n > 0 && compare(&groups->list[groups->last].row, &key) == 0) {
        return &groups->list[groups->last];
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(&groups->list[middle].row, &key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    groups->last = low;
    if (low < groups->n && compare(&groups->list[low].row, &key) == 0) {
        return &groups->list[low];
    }
    if (groups->n == groups->room) {
        groups->room = groups->room == 0 ? 64 : groups->room * 2;
        groups->list = mem_resize(groups->list, groups->room, sizeof *groups->list);
    }
    memmove(&groups->list[low + 1], &groups->list[low],
        (groups->n - low) * sizeof *groups->list);
    groups->n++;
    groups->list[low] = (struct group){.row = key};
    return &groups->list[low];
}

/* One counter's numbers, also to a row that sums over others. */
static void add_numbers(struct delivery_row *row, const struct view_counter *counter)
{
    for (int state = 0; state < MESSAGE_STATES; state++) {
        row->states[state] += counter->states[state];
        row->messages += counter->states[state];
    }
    row->segments += counter->segments;
    row->cost += counter->cost;
    row->moved += counter->moved;
    row->late += counter->late;
}

static void add_counters(
    struct db *db, struct groups *groups, struct delivery_row *total)
{
    struct view_counter *list = mem_zero(SLICE, sizeof *list);
    struct view_counter after = {.campaign_id = groups->campaign_id, .series_id = -1};
    int n;

    do {
        n = view_counters_after(db, &after, list, SLICE);
        for (int i = 0; i < n; i++) {
            struct delivery_row full = {
                .campaign_id = list[i].campaign_id,
                .series_id = list[i].series_id,
                .day = list[i].day,
            };

            if (groups->campaign_id != 0 && full.campaign_id != groups->campaign_id) {
                n = 0;
                break;
            }
            if (!report_has_day(groups->query, full.day)) {
                continue;
            }
            memcpy(full.step, list[i].step, sizeof full.step);
            memcpy(full.channel, list[i].channel, sizeof full.channel);
            memcpy(full.gateway, list[i].gateway, sizeof full.gateway);
            memcpy(full.district, list[i].district, sizeof full.district);
            add_numbers(&group_of(groups, &full)->row, &list[i]);
            add_numbers(total, &list[i]);
        }
        if (n > 0) {
            after = list[n - 1];
        }
    } while (n == SLICE);
    free(list);
}

static void add_people(struct db *db, struct groups *groups)
{
    struct view_reach *list = mem_zero(SLICE, sizeof *list);
    struct view_reach after = {.campaign_id = groups->campaign_id, .series_id = -1};
    int n;

    do {
        n = view_reach_after(db, &after, list, SLICE);
        for (int i = 0; i < n; i++) {
            struct delivery_row full = {
                .campaign_id = list[i].campaign_id,
                .series_id = list[i].series_id,
                .day = list[i].day,
            };

            if (groups->campaign_id != 0 && full.campaign_id != groups->campaign_id) {
                n = 0;
                break;
            }
            if (!report_has_day(groups->query, full.day)) {
                continue;
            }
            memcpy(full.step, list[i].step, sizeof full.step);
            memcpy(full.channel, list[i].channel, sizeof full.channel);
            memcpy(full.gateway, list[i].gateway, sizeof full.gateway);
            if (groups->query->by == REPORT_BY_DISTRICT) {
                view_person_district(db, list[i].person_id, full.district);
            }
            people_add(&group_of(groups, &full)->people, list[i].person_id);
            people_add(&groups->people, list[i].person_id);
        }
        if (n > 0) {
            after = list[n - 1];
        }
    } while (n == SLICE);
    free(list);
}

int delivery_run(struct db *db, const struct report_query *query,
    struct delivery *delivery, struct err *err)
{
    struct groups groups = {.query = query};

    *delivery = (struct delivery){.query = *query};
    delivery->query.campaign = NULL;
    if (report_find_campaign(db, query, &groups.campaign_id, err) != 0) {
        return -1;
    }
    if (query->campaign != NULL) {
        snprintf(delivery->campaign, sizeof delivery->campaign, "%s", query->campaign);
    }
    add_counters(db, &groups, &delivery->total);
    add_people(db, &groups);
    delivery->rows = mem_zero(groups.n + 1, sizeof *delivery->rows);
    for (size_t i = 0; i < groups.n; i++) {
        struct group *group = &groups.list[i];

        group->row.people = group->people.n;
        people_fini(&group->people);
        delivery->rows[delivery->n++] = group->row;
    }
    delivery->total.people = groups.people.n;
    people_fini(&groups.people);
    free(groups.list);
    delivery->standing = standing_json(db, query->timezone);
    return db_check(db, err);
}

void delivery_fini(struct delivery *delivery)
{
    free(delivery->rows);
    json_decref(delivery->standing);
    *delivery = (struct delivery){0};
}
