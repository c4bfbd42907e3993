#include "talk/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "adapters/adapter.h"
#include "base/id.h"
#include "base/log.h"
#include "care/seal.h"
#include "content/campaign.h"
#include "content/phone.h"
#include "people/catalogue.h"
#include "store/address_gateway.h"
#include "store/address_health.h"
#include "store/db.h"
#include "store/inbound.h"
#include "store/text.h"
#include "talk/internal.h"

static const char *const names[] = {
    [INTENT_OUT] = "out",
    [INTENT_IN] = "in",
    [INTENT_DECLINE] = "decline",
    [INTENT_JOIN] = "join",
    [INTENT_UNKNOWN_CODE] = "unknown_code",
    [INTENT_AGE] = "age",
    [INTENT_GUARDIAN] = "guardian",
    [INTENT_ANSWER] = "answer",
    [INTENT_RISK] = "risk",
    [INTENT_FREE] = "free",
    [INTENT_MEDIA] = "media",
};

const char *intent_name(enum intent intent)
{
    return names[intent];
}

/* The address that wrote: a clean phone number, or the channel's own id as it is. */
static int64_t sender(
    const struct talk *talk, const struct adapter_event *event, int64_t now)
{
    char e164[PHONE_SIZE];

    if (event->from_kind != ADDRESS_PHONE) {
        return address_ensure(talk->db, event->from_kind, event->from, now);
    }
    if (phone_from_gateway(event->from, e164) != 0) {
        /* A short code or a name: kept as it came, so that nothing is lost. */
        return address_ensure(talk->db, ADDRESS_MESSENGER, event->from, now);
    }
    return address_ensure(talk->db, ADDRESS_PHONE, e164, now);
}

/* Who it is from, and in what: the number's live series, else its only person. */
static void find_context(struct talk_turn *turn)
{
    const struct catalogue *catalogue = turn->talk->planner->catalogue;
    const struct catalogue_campaign *campaign = catalogue_campaign_at(catalogue, 0);
    struct db *db = turn->talk->db;
    enum { LIVE_MAX = 16 };
    int64_t ids[LIVE_MAX];
    int n = enrolment_live_of_address(db, turn->address_id, ids, LIVE_MAX);

    for (int i = 0; i < n && !turn->has_enrolment; i++) {
        turn->has_enrolment = enrolment_find(db, ids[i], &turn->enrolment) &&
                              strcmp(turn->enrolment.reason, "shared_number") != 0;
    }
    if (turn->has_enrolment) {
        turn->person_id = turn->enrolment.person_id;
        turn->series = catalogue_series_find(catalogue, turn->enrolment.series_id);
        campaign = turn->series != NULL ? turn->series->campaign : campaign;
    } else if (address_people(db, turn->address_id, ids, 1) == 1) {
        turn->person_id = ids[0];
    }
    if (campaign != NULL) {
        turn->loaded = campaign;
        turn->campaign = campaign->compiled;
    }
    turn->has_question = question_newest(
        db, turn->address_id, channel_name(turn->channel), turn->now, &turn->question);
}

static bool invitation_is_open(const struct talk_turn *turn)
{
    const struct enrolment *enrolment = &turn->enrolment;

    /* Its closing may lie behind without having been looked at: a pause parks it. */
    return turn->has_enrolment && turn->series != NULL &&
           enrolment->state == ENROLMENT_INVITED && enrolment->invited_at != 0 &&
           turn->now <
               enrolment->invited_at + turn->series->compiled->invitation_closes_ms &&
           !(turn->has_question && turn->question.asked_at > enrolment->invited_at);
}

static bool is_out(enum keyword keyword)
{
    return keyword == KEYWORD_STOP || keyword == KEYWORD_WRONG_NUMBER ||
           keyword == KEYWORD_ERASE || keyword == KEYWORD_STOP_WATCHED;
}

static enum intent decide(struct talk_turn *turn)
{
    const struct words *words = turn->campaign == NULL ? NULL : &turn->campaign->words;
    enum keyword keyword = reply_keyword(turn->text, words);
    enum talk_join joined;
    char code[REPLY_CODE_SIZE];
    bool joins;

    if (reply_has_risk_cue(turn->text, words)) {
        if (is_out(keyword)) { /* both: it stops, and a human reads it now */
            talk_opt_out(turn, keyword, true);
        }
        return INTENT_RISK;
    }
    if (talk_guardian(turn)) {
        return INTENT_GUARDIAN;
    }
    if (is_out(keyword)) {
        talk_opt_out(turn, keyword, false);
        return INTENT_OUT;
    }
    if (talk_reconfirm(turn, keyword)) {
        return keyword == KEYWORD_YES ? INTENT_IN : INTENT_OUT;
    }
    if (keyword == KEYWORD_YES && invitation_is_open(turn)) {
        talk_opt_in(turn);
        return INTENT_IN;
    }
    if (keyword == KEYWORD_NO &&
        (invitation_is_open(turn) ||
            (turn->has_enrolment &&
                turn->enrolment.state == ENROLMENT_WAITING_GUARDIAN))) {
        talk_decline(turn);
        return INTENT_DECLINE;
    }
    joins = reply_join(turn->text, code);
    if (joins && code[0] != '\0') {
        joined = talk_join(turn, code);
        if (joined != TALK_JOIN_UNKNOWN) {
            return joined == TALK_JOINED ? INTENT_JOIN : INTENT_FREE;
        }
    }
    if (turn->has_question && talk_answer(turn)) {
        return INTENT_ANSWER;
    }
    if (talk_age(turn)) {
        return INTENT_AGE;
    }
    if (joins && code[0] == '\0' && talk_join(turn, code) == TALK_JOINED) {
        return INTENT_JOIN;
    }
    if (joins && code[0] != '\0' && strchr(code, ' ') == NULL &&
        talk_unknown_code(turn)) {
        return INTENT_UNKNOWN_CODE;
    }
    return INTENT_FREE;
}

/* Only what the lists know as a whole, so that it can hold nothing else. */
static bool is_clear(const struct talk_turn *turn, enum intent intent)
{
    return !turn->sealed && intent != INTENT_RISK && intent != INTENT_FREE &&
           intent != INTENT_MEDIA && intent != INTENT_UNKNOWN_CODE;
}

/* Clear for what the lists know; sealed for everything else, from the first day. */
static int64_t store_text(const struct talk_turn *turn, enum intent intent)
{
    struct db *db = turn->talk->db;
    unsigned char *sealed;
    size_t length;
    int64_t id;

    if (turn->text[0] == '\0') {
        return 0;
    }
    if (is_clear(turn, intent)) {
        return text_add_clear(db, turn->text, turn->now);
    }
    sealed = seal_text(turn->talk->keys, turn->text, &length);
    id = text_add_sealed(db, sealed, length, turn->now);
    free(sealed);
    return id;
}

static bool waits(const struct talk_turn *turn, enum intent intent)
{
    return turn->needs_human || intent == INTENT_RISK || intent == INTENT_FREE ||
           intent == INTENT_MEDIA;
}

/* A gateway without ids repeats a message word for word, at the same time. Without a time
 * too, a repeat looks like a second "a" days later: both are taken, so that none is lost. */
static void digest(const struct adapter_event *event, char key[65])
{
    crypto_generichash_state state;
    unsigned char hash[32];

    if (event->at_ms == 0) {
        id_random(key, 64);
        return;
    }
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(
        &state, (const unsigned char *)event->from, strlen(event->from) + 1);
    crypto_generichash_update(
        &state, (const unsigned char *)&event->at_ms, sizeof event->at_ms);
    crypto_generichash_update(
        &state, (const unsigned char *)event->text, strlen(event->text));
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(key, 65, hash, sizeof hash);
}

/* Decides in a unit of its own, so that a failure leaves the record standing. */
static void decide_and_settle(struct talk_turn *turn, bool has_text)
{
    struct db *db = turn->talk->db;
    enum intent intent = has_text ? INTENT_FREE : INTENT_MEDIA;

    db_unit_begin(db);
    address_note_inbound(db, turn->address_id, turn->now);
    find_context(turn);
    if (has_text) {
        intent = decide(turn);
    }
    inbound_settle(db, turn->inbound_id, turn->person_id, intent_name(intent),
        waits(turn, intent), store_text(turn, intent));
    if (db_unit_end(db, true) != 0) {
        db_unit_begin(db);
        intent = INTENT_FREE;
        inbound_settle(db, turn->inbound_id, turn->person_id, "failed", true,
            store_text(turn, intent));
        db_unit_end(db, true);
    }
    log_event(LOG_INFO, "inbound", "id=%lld gateway=%s intent=%s waiting=%d",
        (long long)turn->inbound_id, turn->gateway, intent_name(intent),
        waits(turn, intent));
}

enum talk_result talk_inbound(const struct talk *talk, const char *gateway,
    enum channel channel, const struct adapter_event *event, int64_t now)
{
    struct talk_turn turn = {
        .talk = talk,
        .gateway = gateway,
        .channel = channel,
        .text = event->text,
        .now = now,
    };
    struct inbound inbound = {
        .gateway = gateway,
        .key = event->gateway_id,
        .channel = channel,
        .type = event->type[0] != '\0' ? event->type : "text",
        .at = event->at_ms != 0 ? event->at_ms : now,
        .received_at = now,
    };
    char key[65];
    bool repeated;

    if (event->gateway_id[0] == '\0') {
        digest(event, key);
        inbound.key = key;
    }
    db_unit_begin(talk->db);
    turn.address_id = inbound.address_id = sender(talk, event, now);
    turn.inbound_id = inbound_add(talk->db, &inbound);
    repeated = turn.inbound_id == 0;
    if (!repeated) {
        if (channel != CHANNEL_SMS) { /* replies go within its session window */
            address_gateway_heard(talk->db, turn.address_id, gateway,
                inbound.at < now ? inbound.at : now);
        }
        decide_and_settle(
            &turn, event->text[0] != '\0' || strcmp(inbound.type, "text") == 0);
    }
    if (db_unit_end(talk->db, true) != 0) {
        return TALK_FAILED;
    }
    return repeated ? TALK_REPEATED : TALK_DONE;
}
