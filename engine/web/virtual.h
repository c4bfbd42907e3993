/*
 * virtual.h: virtual time, shared with the gateway simulator.
 *
 * The daemon owns it: when it is idle it asks the simulator for the handsets' next event
 * before its own next due time, moves the clock to the earlier of the two, and tells it;
 * the simulator then acts, and answers when its callbacks were answered.
 *   GET  /sim            → {"simulator": "cegah", "now": MS, "clock": "jump|run|real"}
 *   GET  /sim/next?before=MS → {"at": MS or null}
 *   POST /sim/now {"now": MS}
 */
#ifndef CEGAH_WEB_VIRTUAL_H
#define CEGAH_WEB_VIRTUAL_H

#include "base/err.h"

struct engine;
struct virtual_time;

/*
 * Sets the engine's clock from the simulator that the config names; nothing to do when it
 * names none. A restart goes on from the later of the stored time and the simulator's.
 * Returns 0; -1 with a sentence when nobody, or no simulator, answers there.
 */
int virtual_begin(struct engine *engine, struct err *err);
/* Moves the time from now on, on the engine's loop; NULL unless the clock jumps. Owned. */
struct virtual_time *virtual_run(struct engine *engine);
void virtual_free(struct virtual_time *virtual);

#endif
