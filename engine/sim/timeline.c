#include "sim/timeline.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/must.h"
#include "sim/handset.h"

struct timeline_entry {
    struct happening what;
    uint64_t order;
};

void timeline_init(struct timeline *timeline)
{
    *timeline = (struct timeline){0};
}

void timeline_fini(struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->n; i++) {
        free(timeline->heap[i].what.memory);
    }
    free(timeline->heap);
    *timeline = (struct timeline){0};
}

static bool is_before(
    const struct timeline_entry *one, const struct timeline_entry *other)
{
    if (one->what.at_ms != other->what.at_ms) {
        return one->what.at_ms < other->what.at_ms;
    }
    if (one->what.handset != other->what.handset) {
        return strcmp(one->what.handset->phone, other->what.handset->phone) < 0;
    }
    return one->order < other->order;
}

void timeline_add(struct timeline *timeline, const struct happening *happening)
{
    struct timeline_entry entry = {*happening, timeline->added++};
    size_t at = timeline->n++;

    if (timeline->n > timeline->capacity) {
        timeline->capacity = timeline->capacity > 0 ? timeline->capacity * 2 : 64;
        timeline->heap =
            mem_resize(timeline->heap, timeline->capacity, sizeof *timeline->heap);
    }
    while (at > 0 && is_before(&entry, &timeline->heap[(at - 1) / 2])) {
        timeline->heap[at] = timeline->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    timeline->heap[at] = entry;
}

int64_t timeline_next(const struct timeline *timeline)
{
    return timeline->n == 0 ? -1 : timeline->heap[0].what.at_ms;
}

struct happening timeline_take(struct timeline *timeline)
{
    struct happening taken;
    struct timeline_entry last;
    size_t at = 0;

    must(timeline->n > 0, "%zu entries", timeline->n);
    taken = timeline->heap[0].what;
    last = timeline->heap[--timeline->n];
    for (;;) {
        size_t child = at * 2 + 1;

        if (child + 1 < timeline->n &&
            is_before(&timeline->heap[child + 1], &timeline->heap[child])) {
            child++;
        }
        if (child >= timeline->n || is_before(&last, &timeline->heap[child])) {
            break;
        }
        timeline->heap[at] = timeline->heap[child];
        at = child;
    }
    timeline->heap[at] = last;
    return taken;
}
