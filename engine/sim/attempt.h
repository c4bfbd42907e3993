/*
 * attempt.h: how often the same was asked for the same phone: what a draw depends on in
 * place of the order in which requests come in.
 */
#ifndef CEGAH_SIM_ATTEMPT_H
#define CEGAH_SIM_ATTEMPT_H

#include <stddef.h>
#include <stdint.h>

struct attempt_slot;

/* Embedded in the simulator, zeroed; ended by attempts_fini(). */
struct attempts {
    struct attempt_slot *slots;
    size_t n, capacity;
};

void attempts_fini(struct attempts *attempts);
/* Counts one more request of that step (draw_step()) for that phone, and returns how many
 * there were before. */
uint64_t attempts_count(struct attempts *attempts, const char *phone, uint64_t step);

#endif
