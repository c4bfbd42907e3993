/*
 * play_talk.c: the person writes, what it was taken for, and what it all came to.
 */
#include "cli/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "content/config.h"
#include "report/reason.h"
#include "store/db.h"
#include "store/guardian.h"
#include "store/view.h"
#include "talk/talk.h"

enum { ANSWERS_MAX = 64, TEXT_BYTES_MAX = 8192, KEY_LETTERS = 16 };

void play_time(const struct play *play, int64_t at, char out[40])
{
    static const char *const DAYS[] = {
        "", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const struct zone *zone = zone_find(play->who.person.zone);
    char local[32];

    zone = zone != NULL ? zone : zone_find(play->config->timezone);
    time_format_local(zone, at, local);
    snprintf(out, 40, "%s %s", DAYS[zone_civil(zone, at).weekday], local);
}

/* The gateway that a person of that channel writes over. */
static const struct config_gateway *gateway_of(
    const struct play *play, enum channel channel)
{
    const struct option_list *routes = &play->config->routes;

    for (size_t i = 0; i < routes->n; i++) {
        const struct config_gateway *gateway =
            config_gateway_find(play->config, routes->items[i]);

        if (adapter_find(gateway->adapter)->channel == channel) {
            return gateway;
        }
    }
    return NULL;
}

/* Tells of the answers that came in last. Returns how many. */
static int tell_answers(struct play *play)
{
    struct view_given after = {.enrolment_id = play->enrolment_id,
                          .id = play->given_id},
                      list[ANSWERS_MAX];
    int n = view_given_after(play->engine.db, &after, list, ANSWERS_MAX), told = 0;

    for (int i = 0; i < n && list[i].enrolment_id == play->enrolment_id; i++) {
        const char *word = list[i].is_right < 0    ? ""
                           : list[i].is_right == 1 ? ", right"
                                                   : ", wrong";

        play_show_note(&play->show, "taken for: answer %s to %s%s, %lld point%s%s",
            list[i].value, list[i].step, word, (long long)list[i].score,
            list[i].score == 1 ? "" : "s", list[i].late ? ", late" : "");
        play->given_id = list[i].id;
        play->sum.answers++;
        play->sum.right += list[i].is_right == 1;
        told++;
    }
    return told;
}

static void tell_intent(struct play *play)
{
    struct view_cursor cursor = {0};
    struct view_message list[1];

    if (tell_answers(play) == 0 &&
        view_messages(play->engine.db, true, NULL, &cursor, list, 1) == 1) {
        play_show_note(&play->show, "taken for: %s%s", reason_intent(list[0].step),
            strcmp(list[0].state, "waiting") == 0 ? ": a human reads it" : "");
    }
}

/* KODE in what the guardian writes becomes the code that was asked with. */
static char *fill_code(const struct play *play, const char *text)
{
    const char *place = strstr(text, "KODE");
    struct guardian guardian;

    if (place == NULL ||
        !guardian_of(play->engine.db, play->person_id, play->guardian_id, &guardian)) {
        return mem_copy(text);
    }
    return mem_format(
        "%.*s%s%s", (int)(place - text), text, guardian.code, place + strlen("KODE"));
}

int play_say(struct play *play, bool guardian, const char *text, struct err *err)
{
    const struct config_gateway *gateway =
        gateway_of(play, guardian ? CHANNEL_SMS : play->who.channel);
    char key[KEY_LETTERS + 1], when[40];
    struct adapter_event event = {.kind = EVENT_INBOUND};
    struct address address;
    char *filled, *heading;
    enum talk_result result;
    int kept;

    if (gateway == NULL) {
        return err_set(err, ERR_REFUSED, "the config has no gateway for %s",
            channel_name(play->who.channel));
    }
    if (guardian && play->guardian_id == 0) {
        return err_set(err, ERR_REFUSED,
            "no form holds a guardian's number; begin with --as guardian=phone");
    }
    if (!address_get(play->engine.db, guardian ? play->guardian_id : play->address_id,
            &address)) {
        return err_set(err, ERR_UNABLE, "the number is gone");
    }
    filled = guardian ? fill_code(play, text) : mem_copy(text);
    id_random(key, KEY_LETTERS);
    event = (struct adapter_event){.kind = EVENT_INBOUND,
        .reference = "",
        .gateway_id = key,
        .at_ms = play_now(play),
        .from_kind = ADDRESS_PHONE,
        .from = address.value,
        .to = "",
        .user_id = "",
        .code = "",
        .text = filled,
        .type = "text",
        .choice_id = "",
        .in_reply_to = "",
        .category = ""};
    play_time(play, play_now(play), when);
    heading = mem_format(
        "%s  %s", when, guardian ? "the guardian" : channel_name(play->who.channel));
    play_show_bubble(&play->show, true, heading, filled, "");
    kept = play_quiet();
    result = talk_inbound(&play->engine.talk, gateway->name,
        adapter_find(gateway->adapter)->channel, &event, play_now(play));
    play_loud(kept);
    free(heading);
    free(filled);
    if (result == TALK_FAILED) {
        return err_set(err, ERR_UNABLE, "what was written could not be stored");
    }
    play->shown++;
    play->sum.replies++;
    tell_intent(play);
    return play_settle(play, err);
}

static long long points(const struct play *play)
{
    long long sum = 0;

    for (size_t i = 0; i < play->series->steps_n; i++) {
        sum += answer_score(
            play->engine.db, play->enrolment_id, play->series->steps[i].id);
    }
    return sum;
}

void play_state(struct play *play)
{
    struct enrolment enrolment = {0};
    struct person person = {0};
    char when[40], due[40] = "never";

    enrolment_find(play->engine.db, play->enrolment_id, &enrolment);
    person_find(play->engine.db, play->person_id, &person);
    play_time(play, play_now(play), when);
    if (enrolment.due_at != 0) {
        play_time(play, enrolment.due_at, due);
    }
    play_show_note(&play->show, "%s in %s; %s: %s%s%s", when, person.zone,
        play->series->id, enrolment_state_name(enrolment.state),
        enrolment.reason[0] == '\0' ? "" : ", ", enrolment.reason);
    play_show_note(&play->show, "next: %s, %s; points %lld",
        enrolment.step[0] == '\0' ? "no step" : enrolment.step, due, points(play));
    play_show_note(&play->show,
        "%s, %s, born %d, %s, %s; language %s; discreet %s; shared phone %s; by %s",
        person.name, person.role, person.birth_year, person.sex, person.district,
        person.language, (person.flags & PERSON_DISCREET) != 0 ? "on" : "off",
        (person.flags & PERSON_SHARED_PHONE) != 0 ? "on" : "off", person.channel);
}

void play_summary(struct play *play)
{
    const struct play_sum *sum = &play->sum;
    struct enrolment enrolment = {0};
    char sentence[REASON_SENTENCE_SIZE], money[48], from[40], to[40];

    enrolment_find(play->engine.db, play->enrolment_id, &enrolment);
    play_money(play, sum->cost, money);
    play_time(play, play->started_at, from);
    play_time(play, play_now(play), to);
    reason_explain(NULL, enrolment.reason, sentence);
    printf("\n%s to %s\n%d message%s, %d SMS part%s%s%s; ", from, to, sum->messages,
        sum->messages == 1 ? "" : "s", sum->parts, sum->parts == 1 ? "" : "s",
        money[0] == '\0' ? "" : ", ", money);
    printf("replies %d, answers %d, right %d, points %lld\n%s: %s%s%s\n", sum->replies,
        sum->answers, sum->right, points(play), play->series->id,
        enrolment_state_name(enrolment.state), sentence[0] == '\0' ? "" : ". ",
        sentence);
}
