#include "report/people.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/must.h"

enum { BLOCK_IDS = 4096, WORD_IDS = 64 };

void people_add(struct people *people, int64_t id)
{
    size_t block = (size_t)(id / BLOCK_IDS);
    uint64_t *word, bit = (uint64_t)1 << (id % WORD_IDS);

    must(id > 0, "person %lld", (long long)id);
    if (block >= people->blocks_n) {
        size_t room = block + block / 2 + 1;

        people->blocks = mem_resize(people->blocks, room, sizeof *people->blocks);
        for (size_t i = people->blocks_n; i < room; i++) {
            people->blocks[i] = NULL;
        }
        people->blocks_n = room;
    }
    if (people->blocks[block] == NULL) {
        people->blocks[block] = mem_zero(BLOCK_IDS / WORD_IDS, sizeof(uint64_t));
    }
    word = &people->blocks[block][id % BLOCK_IDS / WORD_IDS];
    people->n += (*word & bit) == 0;
    *word |= bit;
}

void people_fini(struct people *people)
{
    for (size_t i = 0; i < people->blocks_n; i++) {
        free(people->blocks[i]);
    }
    free(people->blocks);
    *people = (struct people){0};
}
