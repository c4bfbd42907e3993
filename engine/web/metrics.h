/*
 * metrics.h: /metrics in Prometheus' text format. No label holds a number or a name of a
 * person.
 */
#ifndef CEGAH_WEB_METRICS_H
#define CEGAH_WEB_METRICS_H

struct buf;
struct engine;
struct hook_counts;

void metrics_write(
    const struct engine *engine, const struct hook_counts *hooks, struct buf *out);

#endif
