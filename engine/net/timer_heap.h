/*
 * timer_heap.h: the loop's timers, ordered by their due time.
 */
#ifndef CEGAH_NET_TIMER_HEAP_H
#define CEGAH_NET_TIMER_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct timer;

/* Embedded in the loop, from zero to timer_heap_fini(). The timers are borrowed. */
struct timer_heap {
    struct timer **list; /* a binary heap, the earliest first */
    size_t n;
    size_t capacity;
    struct timer **firing; /* taken out and not yet called, in order; NULL: cleared */
    size_t firing_n;
};

void timer_heap_fini(struct timer_heap *heap);
/* The timer's due_at is set, and it is not in the heap. */
void timer_heap_add(struct timer_heap *heap, struct timer *timer);
/* The timer is in the heap, or about to be fired. */
void timer_heap_remove(struct timer_heap *heap, struct timer *timer);
/* Returns the earliest due time, or 0 when the heap is empty. */
int64_t timer_heap_next(const struct timer_heap *heap);
/*
 * Calls on_due() of each timer due at now_ms, the earliest first. A timer that is set
 * meanwhile waits for the next call, however early it is due; one that is cleared
 * meanwhile is not called.
 */
void timer_heap_fire(struct timer_heap *heap, int64_t now_ms);

#endif
