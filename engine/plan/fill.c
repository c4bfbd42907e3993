/*
 * fill.c: which variant of a text somebody gets, and what stands in its placeholders.
 */
#include <string.h>

#include "base/id.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "people/catalogue.h"
#include "plan/plan.h"
#include "store/person.h"

enum { CODE_LETTERS = 6 };

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

char *planner_fill(const struct planner *planner, const struct fill_for *whom,
    const struct text *text, int64_t now)
{
    const struct district *district;
    struct gate_subject subject;
    struct fill fill = {.lembaga = whom->campaign->compiled->organisation};
    struct event_words words;
    const char *language, *chosen;

    gate_subject(planner->gate, whom->person_id, now, &subject);
    language = subject.person.language[0] == '\0' ? NULL : subject.person.language;
    chosen = text_choose(
        text, language, reads_discreetly(planner, whom, subject.person.flags));
    if (chosen == NULL) {
        return NULL;
    }
    if (whom->code == NULL) {
        ensure_code(planner, &subject.person, chosen, now);
    }
    district = catalogue_district(planner->catalogue, subject.person.district);
    fill.nama = subject.person.name;
    fill.kode = whom->code != NULL ? whom->code : subject.person.code;
    fill.kab = district == NULL ? NULL : district->name;
    fill.telp = district == NULL ? NULL : district->phone;
    if (whom->service != NULL) {
        fill.layanan = whom->service->name;
        fill.telp = whom->service->phone;
    }
    if (whom->event != NULL) {
        event_say(whom->event, zone_name(subject.zone), &words);
        fill.judul = whom->event->title;
        fill.link = whom->event->link;
        fill.hari = words.hari;
        fill.tgl = words.tgl;
        fill.jam = words.jam;
        fill.zona = words.zona;
    }
    return text_fill(chosen, &fill);
}
