/*
 * whatsapp_inbound.h: what people write, read for whatsapp_hook.c.
 */
#ifndef CEGAH_ADAPTERS_WHATSAPP_INBOUND_H
#define CEGAH_ADAPTERS_WHATSAPP_INBOUND_H

#include <jansson.h>

#include "adapters/adapter.h"

/* Who a wa_id or a business-scoped id is; kind and the id as cegah has it. */
const char *whatsapp_who(
    struct adapter_events *events, const char *id, enum address_kind *kind);

/* Reads messages[] of one change's value. Returns 0; -1 when the events are full. */
int whatsapp_read_messages(
    const json_t *value, bool unaddressed, struct adapter_events *events);

#endif
