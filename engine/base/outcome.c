#include "base/outcome.h"

#include <string.h>

#include "base/must.h"

static const char *const state_names[MESSAGE_STATES] = {
    [MESSAGE_QUEUED] = "queued",
    [MESSAGE_SENDING] = "sending",
    [MESSAGE_SENT] = "sent",
    [MESSAGE_DELIVERED] = "delivered",
    [MESSAGE_READ] = "read",
    [MESSAGE_FAILED] = "failed",
    [MESSAGE_EXPIRED] = "expired",
    [MESSAGE_CANCELLED] = "cancelled",
    [MESSAGE_UNSURE] = "unsure",
};

static const char *const class_names[FAILURE_CLASSES] = {
    [FAILURE_NONE] = "",
    [FAILURE_INVALID_NUMBER] = "invalid_number",
    [FAILURE_OPTED_OUT] = "opted_out",
    [FAILURE_BLOCKED] = "blocked",
    [FAILURE_WINDOW_CLOSED] = "window_closed",
    [FAILURE_TEMPLATE] = "template",
    [FAILURE_CONTENT] = "content",
    [FAILURE_RECIPIENT_CAP] = "recipient_cap",
    [FAILURE_THROTTLED] = "throttled",
    [FAILURE_TRANSIENT] = "transient",
    [FAILURE_ACCOUNT] = "account",
    [FAILURE_AMBIGUOUS] = "ambiguous",
};

static const char *const kind_names[MESSAGE_KINDS] = {
    [KIND_INVITATION] = "invitation",
    [KIND_STEP] = "step",
    [KIND_REPLY] = "reply",
    [KIND_ACK] = "ack",
    [KIND_SAFETY] = "safety",
    [KIND_ALERT] = "alert",
    [KIND_TEST] = "test",
};

static const char *const channel_names[CHANNELS] = {
    [CHANNEL_SMS] = "sms",
    [CHANNEL_WHATSAPP] = "whatsapp",
    [CHANNEL_MESSENGER] = "messenger",
};

static const char *const address_names[ADDRESS_KINDS] = {
    [ADDRESS_PHONE] = "phone",
    [ADDRESS_WHATSAPP_ID] = "whatsapp_id",
    [ADDRESS_BUSINESS_USER_ID] = "business_user_id",
    [ADDRESS_MESSENGER] = "messenger",
};

static const char *name_of(const char *const *names, int count, int value)
{
    must(value >= 0 && value < count, "value %d of %d", value, count);
    return names[value];
}

static int find(const char *const *names, int count, const char *word)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], word) == 0) {
            return i;
        }
    }
    return -1;
}

const char *message_state_name(enum message_state state)
{
    return name_of(state_names, MESSAGE_STATES, (int)state);
}

int message_state_parse(const char *word, enum message_state *state)
{
    int found = find(state_names, MESSAGE_STATES, word);

    *state = found >= 0 ? (enum message_state)found : MESSAGE_QUEUED;
    return found >= 0 ? 0 : -1;
}

const char *failure_class_name(enum failure_class class)
{
    return name_of(class_names, FAILURE_CLASSES, (int)class);
}

int failure_class_parse(const char *word, enum failure_class *class)
{
    int found = find(class_names, FAILURE_CLASSES, word);

    *class = found >= 0 ? (enum failure_class)found : FAILURE_NONE;
    return found >= 0 ? 0 : -1;
}

const char *message_kind_name(enum message_kind kind)
{
    return name_of(kind_names, MESSAGE_KINDS, (int)kind);
}

int message_kind_parse(const char *word, enum message_kind *kind)
{
    int found = find(kind_names, MESSAGE_KINDS, word);

    *kind = found >= 0 ? (enum message_kind)found : KIND_TEST;
    return found >= 0 ? 0 : -1;
}

const char *channel_name(enum channel channel)
{
    return name_of(channel_names, CHANNELS, (int)channel);
}

int channel_parse(const char *word, enum channel *channel)
{
    int found = find(channel_names, CHANNELS, word);

    *channel = found >= 0 ? (enum channel)found : CHANNEL_SMS;
    return found >= 0 ? 0 : -1;
}

const char *address_kind_name(enum address_kind kind)
{
    return name_of(address_names, ADDRESS_KINDS, (int)kind);
}

int address_kind_parse(const char *word, enum address_kind *kind)
{
    int found = find(address_names, ADDRESS_KINDS, word);

    *kind = found >= 0 ? (enum address_kind)found : ADDRESS_PHONE;
    return found >= 0 ? 0 : -1;
}
