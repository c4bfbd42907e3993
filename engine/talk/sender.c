/*
 * sender.c: which address a message came from.
 *
 * A channel may know a person by a second id (WhatsApp's business-scoped user id), beside
 * her number or in its place. Once both came together the id is an alias of the number:
 * what comes from it later came from the number, so that a stop, a consent and an open
 * question hold for her on every channel.
 */
#include <stdio.h>
#include <string.h>

#include "adapters/adapter.h"
#include "content/phone.h"
#include "store/address_gateway.h"
#include "store/consent.h"
#include "store/person.h"
#include "talk/internal.h"

static bool is_number(enum address_kind kind)
{
    return kind == ADDRESS_PHONE || kind == ADDRESS_WHATSAPP_ID;
}

int64_t talk_sender(
    const struct talk *talk, const struct adapter_event *event, int64_t now)
{
    enum address_kind kind = event->from_kind;
    const char *value = event->from;
    char e164[PHONE_SIZE];

    if (value[0] == '\0' && event->user_id[0] != '\0') {
        kind = ADDRESS_BUSINESS_USER_ID;
        value = event->user_id;
    }
    if (is_number(kind) && phone_from_gateway(value, e164) == 0) {
        return address_ensure(talk->db, ADDRESS_PHONE, e164, now);
    }
    /* A short code or a name: kept as it came, so that nothing is lost. */
    return address_alias_find(
        talk->db, address_ensure(talk->db,
                      kind == ADDRESS_PHONE ? ADDRESS_MESSENGER : kind, value, now));
}

/* A stop of the one holds for the other, from now on. */
static void pass_stop(struct talk_turn *turn, int64_t from)
{
    char reason[24];

    if (from != turn->address_id && suppression_reason(turn->talk->db, from, reason)) {
        talk_stop_quietly(turn, reason, "");
    }
}

void talk_learn_alias(struct talk_turn *turn, const struct adapter_event *event)
{
    struct db *db = turn->talk->db;
    struct address address;
    int64_t id, before;

    if (event->user_id[0] == '\0' || event->from[0] == '\0' ||
        !is_number(event->from_kind) || !address_get(db, turn->address_id, &address) ||
        address.kind != ADDRESS_PHONE) {
        return;
    }
    id = address_ensure(db, ADDRESS_BUSINESS_USER_ID, event->user_id, turn->now);
    before = address_alias_find(db, id);
    if (before != turn->address_id) {
        address_alias_set(db, id, turn->address_id);
        pass_stop(turn, id);
        pass_stop(turn, before); /* she has another number now */
    }
}
