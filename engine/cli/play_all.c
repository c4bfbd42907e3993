/*
 * play_all.c: the whole of a series, for proofreading: every text in its variants, as it
 * is written, with the size and cost that it can come to.
 */
#include "cli/play.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "content/campaign.h"
#include "content/fill.h"
#include "content/sms.h"

enum { ANSWERS_BYTES_MAX = 4096, LABEL_SIZE = 64 };

static const char *const KINDS[] = {[STEP_SAY] = "say",
    [STEP_ASK] = "ask",
    [STEP_WAIT] = "wait",
    [STEP_INVITE] = "invite",
    [STEP_REFER] = "refer"};
static const char *const ASKS[] = {[ASK_QUIZ] = "quiz",
    [ASK_POLL] = "poll",
    [ASK_PLEDGE] = "pledge",
    [ASK_RSVP] = "rsvp",
    [ASK_OPEN] = "open question"};

static void show_one(struct play *play, const char *label, const char *language,
    bool discreet, const char *text, const char *below)
{
    char *longest = text_fill_longest(text), *heading, money[48];
    struct sms_size size = sms_measure(longest);
    int room = size.parts == 1 ? (size.unicode ? 70 : 160)
                               : size.parts * (size.unicode ? 67 : 153);

    play_money(play, play_part_price(play) * size.parts, money);
    heading = mem_format("%s%s%s%s  %d SMS, at most %d/%d%s%s%s", label,
        language == NULL ? "" : " in ", language == NULL ? "" : language,
        discreet ? " discreet" : "", size.parts, size.units, room,
        size.unicode ? " Unicode" : "", money[0] == '\0' ? "" : "  ", money);
    play_show_bubble(&play->show, false, heading, text, below);
    play->sum.messages++;
    free(heading);
    free(longest);
}

static void show_text(
    struct play *play, const char *label, const struct text *text, const char *below)
{
    if (text->plain == NULL) {
        return;
    }
    show_one(play, label, NULL, false, text->plain, below);
    for (size_t i = 0; i < text->variants_n; i++) {
        const struct text_variant *variant = &text->variants[i];

        show_one(
            play, label, variant->language, variant->discreet, variant->text, below);
    }
    if (text->skip_discreet) {
        play_show_note(&play->show, "%s discreet: skipped", label);
    }
}

static void write_answers(const struct answer *answers, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_text(out, i == 0 ? "(" : " ");
        for (const char *at = answers[i].value; *at != '\0'; at++) {
            buf_add_char(out, (char)toupper((unsigned char)*at));
        }
        buf_add_text(out, answers[i].right ? "*" : "");
    }
    buf_add_text(out, n > 0 ? ")" : "");
}

static void show_question(struct play *play, const char *label, const struct text *text,
    const struct answer *answers, size_t n)
{
    struct buf below;
    char name[LABEL_SIZE];

    buf_init(&below, ANSWERS_BYTES_MAX);
    write_answers(answers, n, &below);
    show_text(play, label, text, buf_text(&below));
    buf_fini(&below);
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s after %s", label, answers[i].value);
        show_text(play, name, &answers[i].feedback, "");
    }
}

static void show_step(struct play *play, const struct step *step)
{
    char name[LABEL_SIZE], when[40];
    int64_t due = step_due_at(step, play->who.person.zone, play->started_at, 0);

    play_time(play, due, when);
    printf("\n");
    play_show_note(&play->show, "%s  %s%s%s%s  %s", step->id, KINDS[step->kind],
        step->kind == STEP_ASK ? ", " : "",
        step->kind == STEP_ASK ? ASKS[step->ask] : "",
        step->when.kind == WHEN_AFTER || step->kind == STEP_WAIT ? ", at the soonest"
                                                                 : "",
        when);
    show_question(play, step->id, &step->text, step->answers, step->answers_n);
    snprintf(name, sizeof name, "%s right", step->id);
    show_text(play, name, &step->right, "");
    snprintf(name, sizeof name, "%s wrong", step->id);
    show_text(play, name, &step->wrong, "");
    snprintf(name, sizeof name, "%s reminder", step->id);
    show_text(play, name, &step->reminder, "");
    for (size_t i = 0; i < step->items_n; i++) {
        snprintf(name, sizeof name, "%s.%s", step->id, step->items[i].id);
        show_question(play, name, &step->items[i].text, step->items[i].answers,
            step->items[i].answers_n);
    }
    snprintf(name, sizeof name, "%s done", step->id);
    show_text(play, name, &step->done, "");
    for (size_t i = 0; i < step->templates_n; i++) {
        const struct template_use *use = &step->templates[i];

        play_show_note(&play->show, "%s on WhatsApp: template %s (%s)%s%s%s", step->id,
            use->name, use->language, use->for_language == NULL ? "" : " for ",
            use->for_language == NULL ? "" : use->for_language,
            use->discreet ? ", discreet" : "");
    }
    if (step->media_url != NULL) {
        play_show_note(
            &play->show, "%s on WhatsApp: media %s", step->id, step->media_url);
    }
}

void play_all(struct play *play)
{
    const struct series *series = play->series;
    struct series_cost cost = series_cost(play->campaign, series);
    char money[48];

    play_show_note(&play->show,
        "%s/%s: times of somebody in %s who joins at the start; sizes with every "
        "placeholder at its longest; * marks right answers",
        play->campaign->id, series->id, play->who.person.zone);
    show_text(play,
        series->invitation_id == NULL ? "invitation" : series->invitation_id,
        &series->invitation, "");
    for (size_t i = 0; i < series->steps_n; i++) {
        show_step(play, &series->steps[i]);
    }
    for (int i = 0; i < REPLIES; i++) {
        show_text(
            play, reply_id_name((enum reply_id)i), &play->campaign->replies[i], "");
    }
    play_money(play, play_part_price(play) * cost.parts, money);
    printf("\n%d texts are shown; a person gets at most %d texts, %d SMS parts%s%s\n",
        play->sum.messages, cost.texts, cost.parts, money[0] == '\0' ? "" : ", ",
        money);
}
