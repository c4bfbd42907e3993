#include "sim/attempt.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sim/draw.h"

/* Free while count is 0. Two keys of 64 bits that collide would share a count, which no
 * run of this size meets. */
struct attempt_slot {
    uint64_t key, count;
};

void attempts_fini(struct attempts *attempts)
{
    free(attempts->slots);
    *attempts = (struct attempts){0};
}

static struct attempt_slot *slot_of(const struct attempts *attempts, uint64_t key)
{
    size_t at = key & (attempts->capacity - 1);

    while (attempts->slots[at].count > 0 && attempts->slots[at].key != key) {
        at = (at + 1) & (attempts->capacity - 1);
    }
    return &attempts->slots[at];
}

static void grow(struct attempts *attempts)
{
    struct attempts old = *attempts;

    attempts->capacity = old.capacity > 0 ? old.capacity * 2 : 1024;
    attempts->slots = mem_zero(attempts->capacity, sizeof *attempts->slots);
    for (size_t i = 0; i < old.capacity; i++) {
        if (old.slots[i].count > 0) {
            *slot_of(attempts, old.slots[i].key) = old.slots[i];
        }
    }
    free(old.slots);
}

uint64_t attempts_count(struct attempts *attempts, const char *phone, uint64_t step)
{
    uint64_t key = draw(0, "attempt", phone, step);
    struct attempt_slot *slot;

    if (attempts->n * 2 >= attempts->capacity) {
        grow(attempts);
    }
    slot = slot_of(attempts, key);
    attempts->n += slot->count == 0;
    slot->key = key;
    return slot->count++;
}
