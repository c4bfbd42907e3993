/*
 * contact_print.c: a contact as people read it.
 */
#include "report/contact.h"

#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "report/evidence.h"
#include "report/table.h"
#include "report/value.h"

static const struct table_column step_columns[] = {
    {"at", "time", TABLE_TEXT, 0},
    {"step", "step", TABLE_TEXT, 0},
    {"outcome", "outcome", TABLE_TEXT, 0},
    {"reason", "reason", TABLE_TEXT, 0},
    {"message", "message", TABLE_TEXT, 0},
};

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

static void add_bases(const json_t *contact, struct buf *out)
{
    json_t *basis;
    size_t i;

    json_array_foreach(json_object_get(contact, "bases"), i, basis)
    {
        buf_add_text(out, "  number collected: ");
        add_plain(out, word(basis, "how"));
        add_part(out, "dated ", word(basis, "dated"));
        add_part(out, "from ", word(basis, "source"));
        buf_add_char(out, '\n');
    }
}

static void add_suppression(const json_t *contact, struct buf *out)
{
    const json_t *suppression = json_object_get(contact, "suppression");
    char at[32];

    if (json_is_object(suppression)) {
        local_time(suppression, "at", word(contact, "zone"), at);
        buf_add_format(out, "  STOPPED on %s", at);
        add_part(out, "over ", word(suppression, "channel"));
        add_part(out, "in the words: ", word(suppression, "words"));
        buf_add_text(out, "; nothing is sent to this number\n");
    }
}

static void add_steps(const json_t *series, const char *zone, struct buf *out)
{
    struct table *table =
        table_new(step_columns, sizeof step_columns / sizeof step_columns[0]);
    json_t *step;
    size_t i;

    json_array_foreach(json_object_get(series, "steps"), i, step)
    {
        char at[32];

        local_time(step, "at", zone, at);
        table_add_row(table);
        table_set_text(table, "at", at);
        table_set_text(table, "step", word(step, "step"));
        table_set_text(table, "outcome", word(step, "outcome"));
        table_set_text(table, "reason", word(step, "explanation"));
        table_set_text(table, "message", word(step, "message"));
    }
    if (table_rows(table) > 0) {
        table_hide_empty(table, "reason");
        table_print(table, out);
    }
    table_free(table);
}

static void add_series(const json_t *contact, struct buf *out)
{
    const char *zone = word(contact, "zone");
    json_t *series;
    size_t i;

    json_array_foreach(json_object_get(contact, "series"), i, series)
    {
        char joined[32];

        local_time(series, "joined_at", zone, joined);
        buf_add_format(out, "  series %s/%s: %s", word(series, "campaign"),
            word(series, "series"), word(series, "state"));
        add_part(out, "joined ", joined);
        if (word(series, "due_local")[0] != '\0' && word(series, "step")[0] != '\0') {
            buf_add_format(out, ", next %s on %s (%s)", word(series, "step"),
                word(series, "due_local"), zone);
        } else if (word(series, "due_local")[0] != '\0') {
            buf_add_format(
                out, ", looked at again on %s (%s)", word(series, "due_local"), zone);
        }
        buf_add_char(out, '\n');
        if (word(series, "explanation")[0] != '\0') {
            buf_add_format(out, "    %s\n", word(series, "explanation"));
        }
        add_steps(series, zone, out);
    }
}

void contact_print(const json_t *contact, bool consents_only, struct buf *out)
{
    add_plain(out, word(contact, "name"));
    buf_add_format(out, "  %s  [id %lld]\n", word(contact, "contact"),
        (long long)json_integer_value(json_object_get(contact, "id")));
    if (consents_only) {
        evidence_print(contact, true, out);
        return;
    }
    buf_add_text(out, "  ");
    add_plain(out, word(contact, "role"));
    add_part(out, "", word(contact, "district"));
    buf_add_format(
        out, " (%s), age %s", word(contact, "zone"), word(contact, "age_band"));
    add_part(out, "", word(contact, "sex"));
    add_part(out, "language ", word(contact, "language"));
    add_part(out, "wants ", word(contact, "channel"));
    add_part(out, "code ", word(contact, "code"));
    buf_add_text(out, json_is_true(json_object_get(contact, "shared_phone"))
                          ? ", shared phone\n"
                          : "\n");
    add_bases(contact, out);
    add_suppression(contact, out);
    evidence_print(contact, false, out);
    add_series(contact, out);
}
