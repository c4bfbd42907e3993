#include "sim/handset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "sim/draw.h"

static const int64_t MINUTE_MS = 60000, HOUR_MS = 3600000;

void handsets_init(struct handsets *handsets, const struct profile *profile)
{
    *handsets = (struct handsets){.profile = profile, .capacity = 1024};
    handsets->slots = mem_zero(handsets->capacity, sizeof *handsets->slots);
}

void handsets_fini(struct handsets *handsets)
{
    for (size_t i = 0; i < handsets->capacity; i++) {
        struct handset *handset = handsets->slots[i];

        if (handset != NULL) {
            callback_line_fini(&handset->line);
            free(handset->received);
            free(handset->phone);
            free(handset);
        }
    }
    free(handsets->slots);
    *handsets = (struct handsets){0};
}

/* The slot that holds the number, or the free one where it belongs. */
static size_t slot_of(const struct handsets *handsets, const char *phone)
{
    size_t at = draw(0, "slot", phone, 0) & (handsets->capacity - 1);

    while (
        handsets->slots[at] != NULL && strcmp(handsets->slots[at]->phone, phone) != 0) {
        at = (at + 1) & (handsets->capacity - 1);
    }
    return at;
}

static void grow(struct handsets *handsets)
{
    struct handset **old = handsets->slots;
    size_t old_capacity = handsets->capacity;

    handsets->capacity *= 2;
    handsets->slots = mem_zero(handsets->capacity, sizeof *handsets->slots);
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i] != NULL) {
            handsets->slots[slot_of(handsets, old[i]->phone)] = old[i];
        }
    }
    free(old);
}

struct handset *handsets_find(const struct handsets *handsets, const char *phone)
{
    return handsets->slots[slot_of(handsets, phone)];
}

/* Named in the profile, else of its population, else as the default is. */
static void take_traits(const struct profile *profile, struct handset *handset)
{
    const struct behaviour *named = profile_behaviour(profile, handset->phone);

    if (named == NULL) {
        population_traits(
            profile->population, profile->seed, handset->phone, &handset->traits);
        named = profile->fallback;
    }
    if (handset->traits.hands_n == 0) {
        handset->traits = (struct traits){.hands = {named},
            .hands_n = 1,
            .has_whatsapp = named->whatsapp,
            .reads = named->reads};
    }
    handset->has_whatsapp = handset->traits.has_whatsapp;
}

struct handset *handsets_get(struct handsets *handsets, const char *phone)
{
    struct handset *handset = handsets_find(handsets, phone);

    if (handset != NULL) {
        return handset;
    }
    if (handsets->n * 2 >= handsets->capacity) {
        grow(handsets);
    }
    handset = mem_zero(1, sizeof *handset);
    handset->phone = mem_copy(phone);
    take_traits(handsets->profile, handset);
    handsets->slots[slot_of(handsets, phone)] = handset;
    handsets->n++;
    return handset;
}

size_t handset_holder(
    int64_t seed, const struct handset *handset, const struct accepted *message)
{
    uint64_t drawn = draw(
        seed, "hand", handset->phone, draw_message(message->step, message->attempt));

    return draw_below(drawn, handset->traits.hands_n);
}

int64_t handset_awake_at(
    int64_t seed, const struct handset *handset, int64_t at_ms, uint64_t count)
{
    const struct traits *traits = &handset->traits;
    int64_t morning;

    if (!traits->off_at_night && !traits->slow) {
        return at_ms;
    }
    morning = traits_after_night(traits, at_ms);
    return morning == at_ms
               ? at_ms
               : morning + (int64_t)draw_below(
                               draw(seed, "wakes", handset->phone, count), 90) *
                               MINUTE_MS;
}

bool handset_still_says(const struct happening *words)
{
    return !words->handset->stopped || words->kind != HAPPENS_WORDS ||
           words->request != 0;
}

/* "[image] a caption" is a picture; returns its type, and what is behind it in words. */
static const char *media_type(const char **words)
{
    static const char *const types[] = {
        "image", "audio", "video", "sticker", "location", NULL};

    for (size_t i = 0; (*words)[0] == '[' && types[i] != NULL; i++) {
        size_t n = strlen(types[i]);

        if (strncmp(*words + 1, types[i], n) == 0 && (*words)[n + 1] == ']') {
            *words += n + 2;
            *words += strspn(*words, " ");
            return types[i];
        }
    }
    return NULL;
}

/* The choice that says the same: its title, or the value behind its id. */
static const struct sim_choice *choice_of(
    const struct accepted *message, const char *words)
{
    for (size_t i = 0; message != NULL && i < message->choices_n; i++) {
        const struct sim_choice *choice = &message->choices[i];
        const char *value = strchr(choice->id, '=');

        if (strcasecmp(choice->title, words) == 0 ||
            (value != NULL && strcasecmp(value + 1, words) == 0)) {
            return choice;
        }
    }
    return NULL;
}

/* What is written: on which channel, when, and as an answer to what (NULL: nothing). */
struct utterance {
    enum sim_channel channel;
    int64_t at_ms;
    const struct accepted *message;
    const char *words;
    bool taps; /* where a choice says the same */
};

static void say(struct handset *handset, struct timeline *timeline,
    const struct utterance *utterance)
{
    struct happening happening = {
        .kind = HAPPENS_WORDS,
        .at_ms = utterance->at_ms,
        .handset = handset,
        .channel = utterance->channel,
        .request = utterance->message == NULL ? 0 : utterance->message->request,
        .words = utterance->words,
    };
    const struct sim_choice *choice =
        utterance->taps ? choice_of(utterance->message, utterance->words) : NULL;

    happening.type = media_type(&happening.words);
    if (choice != NULL) {
        happening.type = utterance->message->is_template ? "button" : "interactive";
        happening.words = choice->title;
        happening.choice = choice->id;
    }
    /* An SMS needs credit, and carries no picture. */
    if (utterance->channel == SIM_SMS &&
        (handset->traits.out_of_credit || happening.type != NULL)) {
        return;
    }
    timeline_add(timeline, &happening);
}

static const char *one_of(const struct option_list *list, uint64_t drawn)
{
    return list->items[draw_below(drawn, list->n)];
}

/* Once, with the first message: what it will say by itself. */
static void say_by_itself(int64_t seed, struct handset *handset,
    struct timeline *timeline, int64_t first_at_ms)
{
    const struct behaviour *behaviour = handset->traits.hands[0];

    for (size_t i = 0; i < behaviour->sayings_n; i++) {
        const struct saying *saying = &behaviour->sayings[i];
        bool by_whatsapp = saying->by == SIM_WHATSAPP && handset->has_whatsapp;

        if (saying->say.n > 0 &&
            draw_happens(draw(seed, "says", handset->phone, i), saying->share)) {
            say(handset, timeline,
                &(struct utterance){
                    .channel = by_whatsapp ? SIM_WHATSAPP : SIM_SMS,
                    .at_ms = first_at_ms + saying->after_ms,
                    .words =
                        one_of(&saying->say, draw(seed, "what", handset->phone, i)),
                });
        }
    }
}

static struct reply_rule *rule_for(
    const struct handset *handset, size_t hand, const char *text)
{
    const struct behaviour *behaviour = handset->traits.hands[hand];

    for (size_t i = 0; i < behaviour->replies_n; i++) {
        struct reply_rule *rule = &behaviour->replies[i];
        bool left = rule->times == 0 || handset->said[hand][i] < (uint64_t)rule->times;

        if (left && (rule->when[0] == '\0' || strcasestr(text, rule->when) != NULL)) {
            return rule;
        }
    }
    return NULL;
}

static void keep(struct handset *handset, const struct accepted *message)
{
    if (handset->received_n == handset->received_capacity) {
        handset->received_capacity =
            handset->received_capacity > 0 ? handset->received_capacity * 2 : 4;
        handset->received = mem_resize(
            handset->received, handset->received_capacity, sizeof *handset->received);
    }
    handset->received[handset->received_n++] =
        (struct received){message->request, message->at_ms};
}

/* Slow people answer four to twelve hours later, but once they have the phone in hand as
 * fast as others. */
static int64_t slowness(const struct handset *handset, int64_t seed,
    const struct accepted *message, uint64_t count)
{
    enum { SLOW_HOURS = 4, SLOW_MINUTES = 8 * 60, IN_HAND_MINUTES = 15 };
    int64_t rested = message->at_ms - handset->spoke_at_ms;
    bool in_hand =
        handset->spoke_at_ms > 0 && rested >= 0 && rested < IN_HAND_MINUTES * MINUTE_MS;

    return !handset->traits.slow || in_hand
               ? 0
               : SLOW_HOURS * HOUR_MS +
                     (int64_t)draw_below(
                         draw(seed, "slow", handset->phone, count), SLOW_MINUTES) *
                         MINUTE_MS;
}

static void answer(int64_t seed, struct handset *handset, struct timeline *timeline,
    const struct accepted *message, size_t hand)
{
    const struct behaviour *behaviour = handset->traits.hands[hand];
    uint64_t count = draw_message(message->step, message->attempt);
    struct reply_rule *rule = rule_for(handset, hand, message->text);
    struct utterance utterance = {
        .channel = message->channel,
        .message = message,
        .taps =
            draw_happens(draw(seed, "taps", handset->phone, count), behaviour->taps),
    };

    if (rule == NULL || rule->say.n == 0 ||
        !draw_happens(draw(seed, "share", handset->phone, count), rule->share)) {
        return;
    }
    handset->said[hand][rule - behaviour->replies]++;
    utterance.at_ms =
        message->at_ms + rule->after_ms + slowness(handset, seed, message, count);
    utterance.at_ms = handset_awake_at(seed, handset, utterance.at_ms, count);
    handset->spoke_at_ms = utterance.at_ms;
    utterance.words = one_of(&rule->say, draw(seed, "say", handset->phone, count));
    say(handset, timeline, &utterance);
    if (rule->then.n > 0 &&
        draw_happens(draw(seed, "then", handset->phone, count), rule->then_share)) {
        utterance.at_ms = handset_awake_at(
            seed, handset, utterance.at_ms + rule->then_after_ms, count);
        utterance.words =
            one_of(&rule->then, draw(seed, "otherwise", handset->phone, count));
        say(handset, timeline, &utterance);
    }
}

void handset_receive(const struct handsets *handsets, struct handset *handset,
    struct timeline *timeline, const struct accepted *message)
{
    int64_t seed = handsets->profile->seed;
    size_t hand = handset_holder(seed, handset, message);
    const struct behaviour *behaviour = handset->traits.hands[hand];

    keep(handset, message);
    if (handset->received_n == 1) {
        say_by_itself(seed, handset, timeline, message->at_ms);
    }
    if (handset->stopped) {
        return;
    }
    if (behaviour->stops_after > 0 &&
        handset->received_n >= (size_t)behaviour->stops_after) {
        handset->stopped = true;
        say(handset, timeline,
            &(struct utterance){
                message->channel, message->at_ms + MINUTE_MS, message, "STOP", false});
        return;
    }
    answer(seed, handset, timeline, message, hand);
}
