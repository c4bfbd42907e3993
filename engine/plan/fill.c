/*
 * fill.c: which variant of a text somebody gets, what stands in its placeholders, and what
 * else the message may be on a channel that can show it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/mem.h"
#include "base/must.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "plan/plan.h"
#include "store/person.h"

enum { CODE_LETTERS = 6, CHOICES_MAX = 10, TITLE_CHARACTERS_MAX = 20 };

/* What texts for one reader are filled with. Lives where it was begun: fill points into
 * it. */
struct filling {
    const struct planner *planner;
    const struct fill_for *whom;
    int64_t now;
    struct gate_subject subject;
    struct event_words words;
    char date[8];
    const char *language; /* NULL: the campaign's first */
    bool discreet;
    struct fill fill;
};

/* The strictest of everybody behind the number: one who shares a phone is enough. */
static bool reads_discreetly(
    const struct planner *planner, const struct fill_for *whom, unsigned flags)
{
    flags |= address_strictest_flags(planner->db, whom->address_id);
    return (flags & (PERSON_DISCREET | PERSON_SHARED_PHONE)) != 0;
}

/* A code that a friend can join with, made when it is first written down. */
static void ensure_code(
    const struct planner *planner, struct person *person, const char *text, int64_t now)
{
    if (person->id != 0 && person->code[0] == '\0' && strstr(text, "{kode}") != NULL) {
        id_random(person->code, CODE_LETTERS);
        for (char *at = person->code; *at != '\0'; at++) {
            *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
        }
        person_update(planner->db, person, now);
    }
}

static void say_event(struct filling *filling)
{
    const struct event *event = filling->whom->event;
    struct fill *fill = &filling->fill;

    event_say(event, zone_name(filling->subject.zone), &filling->words);
    fill->judul = event->title;
    fill->link = event->link;
    fill->hari = filling->words.hari;
    fill->tgl = filling->words.tgl;
    fill->jam = filling->words.jam;
    fill->zona = filling->words.zona;
}

static void begin(struct filling *filling, const struct planner *planner,
    const struct fill_for *whom, int64_t now)
{
    struct person *person = &filling->subject.person;
    const struct district *district;
    struct fill *fill = &filling->fill;

    *filling = (struct filling){.planner = planner, .whom = whom, .now = now};
    gate_subject(planner->gate, whom->person_id, now, &filling->subject);
    filling->language = person->language[0] == '\0' ? NULL : person->language;
    filling->discreet = reads_discreetly(planner, whom, person->flags);
    district = catalogue_district(planner->catalogue, person->district);
    fill->lembaga = whom->campaign->compiled->organisation;
    fill->nama = person->name;
    fill->kode = whom->code != NULL ? whom->code : person->code;
    fill->kab = district == NULL ? NULL : district->name;
    fill->telp = district == NULL ? NULL : district->phone;
    if (whom->service != NULL) {
        fill->layanan = whom->service->name;
        fill->telp = whom->service->phone;
    }
    if (whom->event != NULL) {
        say_event(filling);
    } else if (whom->date_at != 0) {
        date_say(filling->subject.zone, whom->date_at, filling->date);
        fill->tgl = filling->date;
    }
}

static char *filled(struct filling *filling, const char *template_text)
{
    if (filling->whom->code == NULL) {
        ensure_code(
            filling->planner, &filling->subject.person, template_text, filling->now);
    }
    return text_fill(template_text, &filling->fill);
}

char *planner_fill(const struct planner *planner, const struct fill_for *whom,
    const struct text *text, int64_t now)
{
    struct filling filling;
    const char *chosen;

    begin(&filling, planner, whom, now);
    chosen = text_choose(text, filling.language, filling.discreet);
    return chosen == NULL ? NULL : filled(&filling, chosen);
}

/* Takes the text, and keeps it until the form's end. */
static const char *keep(struct planner_form *form, char *text)
{
    must(form->owned_n < PLANNER_FORM_TEXTS, "a form of %zu texts", form->owned_n);
    form->owned[form->owned_n++] = text;
    return text;
}

static const char *choice_id(
    struct planner_form *form, const char *step, const char *value)
{
    return keep(form, mem_format("%s=%s", step, value));
}

static void add_choice(
    struct planner_form *form, const char *step, const char *value, const char *title)
{
    struct message_form *out = &form->form;

    out->choices[out->choices_n++] =
        (struct message_choice){choice_id(form, step, value), title};
}

/* A discreet reader's button says what she would write, and no more. */
static const char *title_of(const struct answer *answer, bool discreet)
{
    return answer->label != NULL && !discreet ? answer->label : answer->value;
}

/* None at all when they are more, or longer, than a list shows: the text asks anyway. */
static void add_answers(struct planner_form *form, const char *step,
    const struct answer *answers, size_t n, bool discreet)
{
    for (size_t i = 0; i < n; i++) {
        if (n > CHOICES_MAX ||
            text_characters(title_of(&answers[i], discreet)) > TITLE_CHARACTERS_MAX) {
            return;
        }
    }
    for (size_t i = 0; i < n; i++) {
        add_choice(form, step, answers[i].value, title_of(&answers[i], discreet));
    }
}

/* A word that is kept as replies are compared; texts ask for it in capitals. */
static void add_word(struct planner_form *form, const char *step, const char *word)
{
    char *title = mem_copy(word);

    for (char *at = title; *at != '\0'; at++) {
        *at = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
    }
    add_choice(form, step, word, keep(form, title));
}

static void add_choices(
    struct planner_form *form, const struct step *step, bool discreet)
{
    if (step->kind != STEP_ASK) {
        return;
    }
    if (step->items_n == 0) {
        add_answers(form, step->id, step->answers, step->answers_n, discreet);
        return;
    }
    if (step->start_words_n > 0) {
        add_word(form, step->id, step->start_words[0]);
    }
    if (step->later_words_n > 0) {
        add_word(form, step->id, step->later_words[0]);
    }
}

void planner_form_choices(const struct planner *planner, const struct fill_for *whom,
    const struct step *step, const struct quiz_item *item, int64_t now,
    struct planner_form *form)
{
    struct filling filling;
    char *name;

    *form = (struct planner_form){0};
    begin(&filling, planner, whom, now);
    if (item == NULL) {
        add_choices(form, step, filling.discreet);
        return;
    }
    name = mem_format("%s.%s", step->id, item->id);
    add_answers(form, name, item->answers, item->answers_n, filling.discreet);
    free(name);
}

/* What a quick reply of the template sends: the answer that its word is, where it is one. */
static const char *payload(
    struct planner_form *form, const struct step *step, const char *word)
{
    const struct answer *answer = step_answer(step, word);

    if (answer != NULL) {
        return choice_id(form, step->id, answer->value);
    }
    return step->items_n > 0 && step_begins(step, word, NULL)
               ? choice_id(form, step->id, word)
               : word;
}

static void add_template(struct planner_form *form, struct filling *filling,
    const struct step *step, const struct template_use *use)
{
    struct message_form *out = &form->form;

    out->template_name = use->name;
    out->template_language = use->language;
    out->header_media_url = use->header;
    while (out->parameters_n < use->parameters_n && out->parameters_n < FORM_LIST_MAX) {
        size_t i = out->parameters_n++;

        out->parameters[i] = keep(form, filled(filling, use->parameters[i]));
        out->parameter_names[i] = i < use->names_n ? use->names[i] : NULL;
    }
    while (out->buttons_n < use->buttons_n && out->buttons_n < FORM_LIST_MAX) {
        size_t i = out->buttons_n++;

        out->button_payloads[i] = payload(form, step, use->buttons[i]);
    }
}

void planner_form_step(const struct planner *planner, const struct fill_for *whom,
    const struct step *step, int64_t now, struct planner_form *form)
{
    const struct template_use *use;
    struct filling filling;

    *form = (struct planner_form){0};
    begin(&filling, planner, whom, now);
    use = step_template(step, filling.language, filling.discreet);
    if (use != NULL) {
        add_template(form, &filling, step, use);
    }
    add_choices(form, step, filling.discreet);
    if (!filling.discreet) {
        form->form.media_url = step->media_url;
        form->form.media_type = step->media_type;
    }
}

void planner_form_fini(struct planner_form *form)
{
    for (size_t i = 0; i < form->owned_n; i++) {
        free(form->owned[i]);
    }
    *form = (struct planner_form){0};
}
