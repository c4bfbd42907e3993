/*
 * kannel_hook.h: Kannel's callbacks, read for kannel.c.
 */
#ifndef CEGAH_ADAPTERS_KANNEL_HOOK_H
#define CEGAH_ADAPTERS_KANNEL_HOOK_H

#include "adapters/adapter.h"

/* The adapter's read_hook(). HOOK_ANY is a report when it carries both type and ref. */
int kannel_read_hook(const void *own, enum hook_kind kind,
    const struct http_inbound *inbound, struct adapter_events *events,
    struct http_answer *answer, struct err *err);

#endif
