#include "cli/adapters.h"

#include "adapters/adapter.h"
#include "base/must.h"
#include "content/config.h"

enum { ADAPTERS_MAX = 64 };

const struct config_adapter *cli_adapters(size_t *n)
{
    static struct config_adapter
        list[ADAPTERS_MAX]; /* filled once, constant from then on */
    static size_t filled;
    const struct adapter *adapter;

    while ((adapter = adapter_at(filled)) != NULL) {
        must(filled < ADAPTERS_MAX, "more than %d adapters", ADAPTERS_MAX);
        list[filled++] = (struct config_adapter){
            .name = adapter->name,
            .options = adapter->options,
            .options_n = adapter->options_n,
            .config_size = adapter->config_size,
            .check = adapter->check,
            .needs_hook_secret = (adapter->flags & ADAPTER_SIGNS) == 0,
        };
    }
    *n = filled;
    return list;
}
