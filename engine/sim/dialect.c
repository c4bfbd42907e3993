#include "sim/dialect.h"

static const struct dialect *const dialects[SIM_CHANNELS] = {
    [SIM_SMS] = &kannel_dialect,
    [SIM_WHATSAPP] = &whatsapp_dialect,
};

const struct dialect *dialect_of_call(const struct http_inbound *inbound)
{
    for (int i = 0; i < SIM_CHANNELS; i++) {
        if (dialects[i]->takes(inbound)) {
            return dialects[i];
        }
    }
    return NULL;
}

const struct dialect *dialect_of_channel(enum sim_channel channel)
{
    return dialects[channel];
}
