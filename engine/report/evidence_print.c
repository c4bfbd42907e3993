/*
 * evidence_print.c: consents and stops as people read them.
 */
#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "report/evidence.h"
#include "report/value.h"

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

/* Adds text for people: what a terminal would obey becomes a blank. */
static void add_plain(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        buf_add_char(out, (unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text);
    }
}

/* Adds ", LABEL text" unless there is none. */
static void add_part(struct buf *out, const char *label, const char *text)
{
    if (text[0] != '\0') {
        buf_add_format(out, ", %s", label);
        add_plain(out, text);
    }
}

static void local_time(
    const json_t *object, const char *key, const char *zone, char out[32])
{
    int64_t at;

    out[0] = '\0';
    if (time_parse(word(object, key), &at) == 0) {
        value_local(zone, at, out);
    }
}

static void add_consents(const json_t *contact, bool in_full, struct buf *out)
{
    const json_t *consents = json_object_get(contact, "consents");
    const char *zone = word(contact, "zone");
    json_t *consent;
    size_t i;

    buf_add_text(
        out, json_array_size(consents) == 0 ? "  consents: none\n" : "  consents\n");
    json_array_foreach(consents, i, consent)
    {
        char given[32], withdrawn[32], recorded[32];

        local_time(consent, "given_at", zone, given);
        local_time(consent, "withdrawn_at", zone, withdrawn);
        local_time(consent, "recorded_at", zone, recorded);
        buf_add_format(out, "    %s %s for %s series by ", word(consent, "whose"),
            word(consent, "decision"), word(consent, "series"));
        add_plain(out, word(consent, "method"));
        add_part(out, "over ", word(consent, "channel"));
        add_part(out, "on ", given);
        add_part(out, "dated ", word(consent, "dated"));
        add_part(out, "in the words: ", word(consent, "words"));
        add_part(out, "wording ", word(consent, "wording"));
        add_part(out, "withdrawn ", withdrawn);
        if (in_full) {
            add_part(out, "withdrawn by ", word(consent, "withdrawn_by"));
            add_part(out, "evidence ", word(consent, "evidence"));
            add_part(out, "recorded ", recorded);
        }
        buf_add_char(out, '\n');
    }
}

static void add_stops(const json_t *contact, struct buf *out)
{
    const char *zone = word(contact, "zone");
    json_t *stop;
    size_t i;

    json_array_foreach(json_object_get(contact, "stops"), i, stop)
    {
        char at[32], lifted[32];

        local_time(stop, "at", zone, at);
        local_time(stop, "lifted_at", zone, lifted);
        buf_add_format(out, "  stop of %s", word(stop, "contact"));
        add_part(out, "on ", at);
        add_part(out, "because ", word(stop, "reason"));
        add_part(out, "over ", word(stop, "channel"));
        add_part(out, "in the words: ", word(stop, "words"));
        add_part(out, "evidence ", word(stop, "evidence"));
        add_part(out, "lifted ", lifted);
        add_part(out, "in the words: ", word(stop, "lifted_words"));
        add_part(out, "by ", word(stop, "lifted_by"));
        buf_add_char(out, '\n');
    }
}

static void add_guardians(const json_t *contact, struct buf *out)
{
    const char *zone = word(contact, "zone");
    json_t *guardian;
    size_t i;

    json_array_foreach(json_object_get(contact, "guardians"), i, guardian)
    {
        char recorded[32], asked[32], answered[32];

        local_time(guardian, "recorded_at", zone, recorded);
        local_time(guardian, "asked_at", zone, asked);
        local_time(guardian, "answered_at", zone, answered);
        buf_add_format(
            out, "  guardian's number on a form: %s", word(guardian, "contact"));
        add_part(out, "dated ", word(guardian, "dated"));
        add_part(out, "wording ", word(guardian, "wording"));
        add_part(out, "evidence ", word(guardian, "evidence"));
        add_part(out, "recorded ", recorded);
        add_part(out, "asked ", asked);
        add_part(out, "answered ", answered);
        add_part(out, "", word(guardian, "decision"));
        buf_add_char(out, '\n');
    }
}

static void add_erasures(const json_t *contact, struct buf *out)
{
    const char *zone = word(contact, "zone");
    json_t *erasure;
    size_t i;

    json_array_foreach(json_object_get(contact, "erasures"), i, erasure)
    {
        char at[32], done[32];

        local_time(erasure, "at", zone, at);
        local_time(erasure, "done_at", zone, done);
        buf_add_text(out, "  erasure asked for: ");
        add_plain(out, word(erasure, "why"));
        add_part(out, "on ", at);
        add_part(out, "done ", done);
        buf_add_char(out, '\n');
    }
}

void evidence_print(const json_t *contact, bool in_full, struct buf *out)
{
    add_consents(contact, in_full, out);
    if (in_full) {
        add_guardians(contact, out);
        add_stops(contact, out);
        add_erasures(contact, out);
    }
}
