/*
 * adapters.h: the adapters as content/config wants to know them.
 */
#ifndef CEGAH_CLI_ADAPTERS_H
#define CEGAH_CLI_ADAPTERS_H

#include <stddef.h>

struct config_adapter;

/* Returns every adapter's word and keys, borrowed for ever, and how many by *n. Call it
 * from the main thread first. */
const struct config_adapter *cli_adapters(size_t *n);

#endif
