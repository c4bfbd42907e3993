/*
 * whatsapp_hook.h: what Meta calls, read for whatsapp.c.
 */
#ifndef CEGAH_ADAPTERS_WHATSAPP_HOOK_H
#define CEGAH_ADAPTERS_WHATSAPP_HOOK_H

#include "adapters/adapter.h"

/* The adapter's verify() and read_hook(). */
int whatsapp_verify(
    const void *own, const struct http_inbound *inbound, struct err *err);
int whatsapp_read_hook(const void *own, enum hook_kind kind,
    const struct http_inbound *inbound, struct adapter_events *events,
    struct http_answer *answer, struct err *err);

#endif
