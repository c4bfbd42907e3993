/*
 * whatsapp_build.h: a message as a request to Meta, built for whatsapp.c.
 */
#ifndef CEGAH_ADAPTERS_WHATSAPP_BUILD_H
#define CEGAH_ADAPTERS_WHATSAPP_BUILD_H

#include "adapters/adapter.h"

/* How long Meta takes a text to be: UTF-16 units, the strictest way to count characters. */
size_t whatsapp_units(const char *text);

/* The adapter's build(). */
int whatsapp_build(const void *own, const char *base_url,
    const struct adapter_message *message, struct http_request *request,
    struct err *err);

#endif
