#include "net/timer_heap.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/loop.h"

void timer_heap_fini(struct timer_heap *heap)
{
    free(heap->list);
    free(heap->firing);
    *heap = (struct timer_heap){0};
}

static void put(struct timer_heap *heap, size_t i, struct timer *timer)
{
    heap->list[i] = timer;
    timer->heap_index = (int)i;
}

static void sift_up(struct timer_heap *heap, size_t i, struct timer *timer)
{
    while (i > 0 && heap->list[(i - 1) / 2]->due_at > timer->due_at) {
        put(heap, i, heap->list[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(heap, i, timer);
}

static void sift_down(struct timer_heap *heap, size_t i, struct timer *timer)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < heap->n &&
            heap->list[child + 1]->due_at < heap->list[child]->due_at) {
            child++;
        }
        if (child >= heap->n || heap->list[child]->due_at >= timer->due_at) {
            break;
        }
        put(heap, i, heap->list[child]);
        i = child;
    }
    put(heap, i, timer);
}

void timer_heap_add(struct timer_heap *heap, struct timer *timer)
{
    if (heap->n == heap->capacity) {
        heap->capacity = heap->capacity > 0 ? heap->capacity * 2 : 16;
        heap->list = mem_resize(heap->list, heap->capacity, sizeof(*heap->list));
    }
    heap->n++;
    sift_up(heap, heap->n - 1, timer);
}

void timer_heap_remove(struct timer_heap *heap, struct timer *timer)
{
    size_t i = (size_t)timer->heap_index;
    struct timer *last;

    if (timer->heap_index < 0) {
        heap->firing[-1 - timer->heap_index] = NULL;
        return;
    }
    must(i < heap->n && heap->list[i] == timer, "timer at %zu of %zu", i, heap->n);
    last = heap->list[--heap->n];
    if (last == timer) {
        return;
    }
    if (i > 0 && heap->list[(i - 1) / 2]->due_at > last->due_at) {
        sift_up(heap, i, last);
    } else {
        sift_down(heap, i, last);
    }
}

int64_t timer_heap_next(const struct timer_heap *heap)
{
    return heap->n > 0 ? heap->list[0]->due_at : 0;
}

void timer_heap_fire(struct timer_heap *heap, int64_t now_ms)
{
    must(heap->firing_n == 0, "%zu timers are being fired", heap->firing_n);
    if (heap->n == 0 || heap->list[0]->due_at > now_ms) {
        return;
    }
    heap->firing = mem_resize(heap->firing, heap->n, sizeof(*heap->firing));
    while (heap->n > 0 && heap->list[0]->due_at <= now_ms) {
        struct timer *timer = heap->list[0];

        timer_heap_remove(heap, timer);
        /* Negative: its place in `firing`, so that clearing it finds it there. */
        timer->heap_index = -1 - (int)heap->firing_n;
        heap->firing[heap->firing_n++] = timer;
    }
    for (size_t i = 0; i < heap->firing_n; i++) {
        struct timer *timer = heap->firing[i];

        if (timer != NULL) {
            heap->firing[i] = NULL;
            timer->due_at = 0;
            timer->on_due(timer);
        }
    }
    heap->firing_n = 0;
}
