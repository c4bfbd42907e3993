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
    [INTENT_LATE] = "late",
    [INTENT_ERASE] = "erase",
    [INTENT_HELP] = "help",
    [INTENT_PAUSE] = "pause",
    [INTENT_CONTINUE] = "continue",
    [INTENT_DISCREET] = "discreet",
    [INTENT_RESUMED] = "resumed",
    [INTENT_RISK] = "risk",
    [INTENT_FREE] = "free",
    [INTENT_MEDIA] = "media",
};

const char *intent_name(enum intent intent)
{
    return names[intent];
}

/* What can be answered: what was asked on this channel goes before the rest. */
static void find_questions(struct talk_turn *turn)
{
    struct question list[TALK_OPEN_MAX];
    int n =
        question_open(turn->talk->db, turn->address_id, turn->now, list, TALK_OPEN_MAX);

    for (int here = 1; here >= 0; here--) {
        for (int i = 0; i < n; i++) {
            bool same = strcmp(list[i].channel, channel_name(turn->channel)) == 0;

            if (same == (here == 1)) {
                turn->open[turn->open_n++] = list[i];
            }
        }
    }
}

bool talk_asked_since(const struct talk_turn *turn, int64_t at)
{
    bool found = false;

    for (int i = 0; i < turn->open_n; i++) {
        found = found || turn->open[i].asked_at > at;
    }
    return found;
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
    find_questions(turn);
}

static bool invitation_is_open(const struct talk_turn *turn)
{
    const struct enrolment *enrolment = &turn->enrolment;

    /* Its closing may lie behind without having been looked at: a pause parks it. */
    return turn->has_enrolment && turn->series != NULL &&
           enrolment->state == ENROLMENT_INVITED && enrolment->invited_at != 0 &&
           turn->now <
               enrolment->invited_at + turn->series->compiled->invitation_closes_ms &&
           !talk_asked_since(turn, enrolment->invited_at);
}

static bool is_out(enum keyword keyword)
{
    return keyword == KEYWORD_STOP || keyword == KEYWORD_WRONG_NUMBER ||
           keyword == KEYWORD_ERASE || keyword == KEYWORD_STOP_WATCHED;
}

/* DAFTAR behind everything else: alone, or with a code that nothing knows. */
static enum intent decide_join(struct talk_turn *turn, bool joins, const char *code)
{
    if (joins && code[0] == '\0' && talk_join(turn, code) == TALK_JOINED) {
        return INTENT_JOIN;
    }
    if (joins && code[0] != '\0' && strchr(code, ' ') == NULL &&
        talk_unknown_code(turn)) {
        return INTENT_UNKNOWN_CODE;
    }
    return INTENT_FREE;
}

/* The first word of an answer to what was asked: a question, an age, or DAFTAR. */
static enum intent decide_answer(struct talk_turn *turn)
{
    enum talk_join joined;
    char code[REPLY_CODE_SIZE];
    bool joins = reply_join(turn->text, code);

    if (joins && code[0] != '\0') {
        joined = talk_join(turn, code);
        if (joined != TALK_JOIN_UNKNOWN) {
            return joined == TALK_JOINED ? INTENT_JOIN : INTENT_FREE;
        }
    }
    if (talk_answer(turn)) {
        return INTENT_ANSWER;
    }
    if (talk_age(turn)) {
        return INTENT_AGE;
    }
    if (talk_late_answer(turn)) {
        return INTENT_LATE;
    }
    return decide_join(turn, joins, code);
}

static enum intent decide_keyword(struct talk_turn *turn, enum keyword keyword)
{
    enum intent intent;

    if (is_out(keyword)) {
        talk_opt_out(turn, keyword, false);
        return keyword == KEYWORD_ERASE ? INTENT_ERASE : INTENT_OUT;
    }
    if (talk_command(turn, keyword, &intent)) {
        return intent;
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
    return decide_answer(turn);
}

static enum intent decide(struct talk_turn *turn)
{
    const struct words *words = turn->campaign == NULL ? NULL : &turn->campaign->words;
    enum keyword keyword;
    enum intent intent;

    if (talk_choice(turn, &intent)) {
        return intent;
    }
    if (reply_keyword(turn->choice, words) != KEYWORD_NONE) {
        turn->text = turn->choice; /* a button that stands for a keyword */
    }
    keyword = reply_keyword(turn->text, words);
    if (reply_has_risk_cue(turn->text, words)) {
        if (is_out(keyword)) { /* both: it stops, and a human reads it now */
            talk_opt_out(turn, keyword, true);
        }
        return INTENT_RISK;
    }
    return talk_guardian(turn) ? INTENT_GUARDIAN : decide_keyword(turn, keyword);
}

/* Only what the lists know as a whole, so that it can hold nothing else; and no word by
 * which somebody asks for help (R17). */
static bool is_clear(const struct talk_turn *turn, enum intent intent)
{
    return !turn->sealed && intent != INTENT_RISK && intent != INTENT_HELP &&
           intent != INTENT_FREE && intent != INTENT_MEDIA &&
           intent != INTENT_UNKNOWN_CODE;
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
    return turn->needs_human || intent == INTENT_RISK || intent == INTENT_HELP ||
           intent == INTENT_FREE || intent == INTENT_MEDIA;
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
    if (event->kind == EVENT_PREFERENCE) {
        crypto_generichash_update(
            &state, (const unsigned char *)&event->stop, sizeof event->stop);
    }
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(key, 65, hash, sizeof hash);
}

/* False for what brings more than its words: a picture, a voice, a place. */
static bool is_written(const char *type)
{
    static const char *const WRITTEN[] = {"", "text", "button", "list", "edit"};
    bool written = false;

    for (size_t i = 0; i < sizeof WRITTEN / sizeof WRITTEN[0]; i++) {
        written = written || strcmp(type, WRITTEN[i]) == 0;
    }
    return written;
}

/* What one event comes to, in the unit that keeps its record standing. */
static enum intent take_in(struct talk_turn *turn, const struct adapter_event *event)
{
    bool has_text = event->text[0] != '\0' || event->choice_id[0] != '\0' ||
                    event->type[0] == '\0' || strcmp(event->type, "text") == 0;
    enum intent intent;

    talk_learn_alias(turn, event);
    if (event->kind == EVENT_PREFERENCE) {
        turn->text = "";
        if (event->stop) {
            talk_stop_quietly(turn, "opted_out", "");
        }
        find_context(turn);
        return event->stop ? INTENT_OUT : INTENT_RESUMED;
    }
    address_note_inbound(turn->talk->db, turn->address_id, turn->now);
    address_gateway_heard(turn->talk->db, turn->address_id, turn->gateway,
        event->at_ms != 0 && event->at_ms < turn->now ? event->at_ms : turn->now);
    find_context(turn);
    intent = has_text ? decide(turn) : INTENT_MEDIA;
    /* A picture's caption may be a keyword; what the picture shows, a human sees. */
    turn->needs_human = turn->needs_human || !is_written(event->type);
    return intent;
}

/* Decides in a unit of its own, so that a failure leaves the record standing. */
static void decide_and_settle(struct talk_turn *turn, const struct adapter_event *event)
{
    struct db *db = turn->talk->db;
    enum intent intent;

    db_unit_begin(db);
    intent = take_in(turn, event);
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

static enum talk_result take(const struct talk *talk, const char *gateway,
    enum channel channel, const struct adapter_event *event, int64_t now)
{
    bool preference = event->kind == EVENT_PREFERENCE;
    struct talk_turn turn = {
        .talk = talk,
        .gateway = gateway,
        .channel = channel,
        .text = event->text,
        .choice = event->choice_id,
        .now = now,
    };
    struct inbound inbound = {
        .gateway = gateway,
        .key = event->gateway_id,
        .channel = channel,
        .type = preference               ? "preference"
                : event->type[0] != '\0' ? event->type
                                         : "text",
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
    turn.address_id = inbound.address_id = talk_sender(talk, event, now);
    turn.inbound_id = inbound_add(talk->db, &inbound);
    repeated = turn.inbound_id == 0;
    if (!repeated) {
        decide_and_settle(&turn, event);
    }
    if (db_unit_end(talk->db, true) != 0) {
        return TALK_FAILED;
    }
    return repeated ? TALK_REPEATED : TALK_DONE;
}

enum talk_result talk_inbound(const struct talk *talk, const char *gateway,
    enum channel channel, const struct adapter_event *event, int64_t now)
{
    return take(talk, gateway, channel, event, now);
}

enum talk_result talk_stop_at_gateway(const struct talk *talk, const char *gateway,
    enum channel channel, const struct adapter_event *event, int64_t now)
{
    return take(talk, gateway, channel, event, now);
}
