#include "sim/draw.h"

#include <stddef.h>
#include <string.h>

static uint64_t add_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ at[i]) * 0x100000001b3ULL;
    }
    return hash;
}

/* FNV-1a leaves neighbours (…01, …02) close in the high bits; this spreads them. */
static uint64_t spread(uint64_t hash)
{
    hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
    hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
    return hash ^ (hash >> 31);
}

uint64_t draw(int64_t seed, const char *purpose, const char *phone, uint64_t count)
{
    uint64_t hash = 0xcbf29ce484222325ULL;

    hash = add_bytes(hash, &seed, sizeof seed);
    hash = add_bytes(hash, purpose, strlen(purpose) + 1);
    hash = add_bytes(hash, phone, strlen(phone) + 1);
    hash = add_bytes(hash, &count, sizeof count);
    return spread(hash);
}

uint64_t draw_step(const char *text)
{
    return spread(add_bytes(0xcbf29ce484222325ULL, text, strlen(text)));
}

uint64_t draw_message(uint64_t step, uint64_t attempt)
{
    return spread(step + (attempt + 1) * 0x9e3779b97f4a7c15ULL);
}

bool draw_happens(uint64_t drawn, double share)
{
    return (double)(drawn >> 11) / (double)(1ULL << 53) < share;
}

uint64_t draw_below(uint64_t drawn, uint64_t n)
{
    return n == 0 ? 0 : drawn % n;
}
