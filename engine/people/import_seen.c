#include "people/import_seen.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

enum { FIRST_CAPACITY = 1024 };

/* E.164 is at most 15 digits, so a number is one integer; 0: an empty place. */
struct entry {
    uint64_t phone;
    size_t offset;
};

/* Owned by an import. Open addressing, at most half full. */
struct import_seen {
    struct entry *entries;
    size_t capacity, n;
};

struct import_seen *import_seen_new(void)
{
    struct import_seen *seen = mem_zero(1, sizeof *seen);

    seen->capacity = FIRST_CAPACITY;
    seen->entries = mem_zero(seen->capacity, sizeof *seen->entries);
    return seen;
}

void import_seen_free(struct import_seen *seen)
{
    if (seen != NULL) {
        free(seen->entries);
        free(seen);
    }
}

static size_t place(uint64_t phone, size_t capacity)
{
    return (size_t)((phone * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (capacity - 1);
}

static void put(struct import_seen *seen, struct entry entry)
{
    size_t i = place(entry.phone, seen->capacity);

    while (seen->entries[i].phone != 0) {
        i = (i + 1) & (seen->capacity - 1);
    }
    seen->entries[i] = entry;
}

static int compare_offsets(const void *one, const void *other)
{
    size_t a = *(const size_t *)one, b = *(const size_t *)other;

    return (a > b) - (a < b);
}

static void grow(struct import_seen *seen)
{
    struct import_seen larger = {.capacity = seen->capacity * 2};

    larger.entries = mem_zero(larger.capacity, sizeof *larger.entries);
    for (size_t i = 0; i < seen->capacity; i++) {
        if (seen->entries[i].phone != 0) {
            put(&larger, seen->entries[i]);
        }
    }
    free(seen->entries);
    seen->entries = larger.entries;
    seen->capacity = larger.capacity;
}

void import_seen_add(struct import_seen *seen, const char *phone, size_t offset)
{
    if (seen->n * 2 >= seen->capacity) {
        grow(seen);
    }
    put(seen, (struct entry){strtoull(phone + 1, NULL, 10), offset});
    seen->n++;
}

size_t import_seen_find(
    const struct import_seen *seen, const char *phone, size_t *offsets, size_t max)
{
    uint64_t number = strtoull(phone + 1, NULL, 10);
    size_t i = place(number, seen->capacity), n = 0;

    while (seen->entries[i].phone != 0 && n < max) {
        if (seen->entries[i].phone == number) {
            offsets[n++] = seen->entries[i].offset;
        }
        i = (i + 1) & (seen->capacity - 1);
    }
    qsort(offsets, n, sizeof *offsets, compare_offsets);
    return n;
}
