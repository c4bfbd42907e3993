#include "people/import_seen.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

enum { FIRST_CAPACITY = 1024 };

/* hash: of the address, 0: an empty place. Two addresses of one hash cost a replay that
 * changes nothing. */
struct entry {
    uint64_t hash;
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

static size_t place(uint64_t hash, size_t capacity)
{
    return (size_t)((hash * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (capacity - 1);
}

static void put(struct import_seen *seen, struct entry entry)
{
    size_t i = place(entry.hash, seen->capacity);

    while (seen->entries[i].hash != 0) {
        i = (i + 1) & (seen->capacity - 1);
    }
    seen->entries[i] = entry;
}

static void grow(struct import_seen *seen)
{
    struct import_seen larger = {.capacity = seen->capacity * 2};

    larger.entries = mem_zero(larger.capacity, sizeof *larger.entries);
    for (size_t i = 0; i < seen->capacity; i++) {
        if (seen->entries[i].hash != 0) {
            put(&larger, seen->entries[i]);
        }
    }
    free(seen->entries);
    seen->entries = larger.entries;
    seen->capacity = larger.capacity;
}

/* FNV-1a. */
static uint64_t hash_of(const char *address)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (; *address != '\0'; address++) {
        hash = (hash ^ (unsigned char)*address) * UINT64_C(0x100000001b3);
    }
    return hash == 0 ? 1 : hash;
}

void import_seen_add(struct import_seen *seen, const char *address, size_t offset)
{
    if (seen->n * 2 >= seen->capacity) {
        grow(seen);
    }
    put(seen, (struct entry){hash_of(address), offset});
    seen->n++;
}

static bool holds(const size_t *offsets, size_t n, size_t offset)
{
    for (size_t i = 0; i < n; i++) {
        if (offsets[i] == offset) {
            return true;
        }
    }
    return false;
}

size_t import_seen_find(const struct import_seen *seen, const char *address,
    size_t *offsets, size_t n, size_t max)
{
    uint64_t hash = hash_of(address);
    size_t i = place(hash, seen->capacity);

    while (seen->entries[i].hash != 0 && n < max) {
        if (seen->entries[i].hash == hash &&
            !holds(offsets, n, seen->entries[i].offset)) {
            offsets[n++] = seen->entries[i].offset;
        }
        i = (i + 1) & (seen->capacity - 1);
    }
    return n;
}
