#include "report/evidence.h"

#include <stdio.h>

#include "report/value.h"
#include "store/guardian.h"
#include "store/person.h"
#include "store/view.h"

enum { ROWS_MAX = 64, ADDRESSES_MAX = 16 };

static json_t *bases_json(struct db *db, int64_t person_id)
{
    struct view_basis list[ROWS_MAX];
    int n = view_bases(db, person_id, list, ROWS_MAX);
    json_t *bases = json_array();

    for (int i = 0; i < n; i++) {
        json_array_append_new(
            bases, json_pack("{s:s, s:o, s:o, s:o, s:o}", "whose",
                       list[i].guardian ? "guardian" : "own", "how",
                       value_text(list[i].how), "dated", value_text(list[i].dated),
                       "source", value_text(list[i].source), "recorded_at",
                       value_time(list[i].recorded_at)));
    }
    return bases;
}

static json_t *consents_json(struct db *db, int64_t person_id)
{
    struct view_consent list[ROWS_MAX];
    int n = view_consents(db, person_id, list, ROWS_MAX);
    json_t *consents = json_array();

    for (int i = 0; i < n; i++) {
        char series[VIEW_NAME_SIZE];

        view_series_name(db, list[i].series_id, series);
        json_array_append_new(consents,
            json_pack(
                "{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
                "s:o}",
                "whose", list[i].guardian ? "guardian" : "own", "decision",
                list[i].refused ? "refused" : "given", "scope",
                value_text(list[i].scope), "series",
                list[i].series_id == 0 ? "every" : series, "channel",
                value_text(list[i].channel), "method", value_text(list[i].method),
                "given_at", value_time(list[i].given_at), "dated",
                value_text(list[i].dated), "wording", value_text(list[i].wording),
                "words", value_text(list[i].words), "evidence",
                value_text(list[i].evidence), "recorded_at",
                value_time(list[i].recorded_at), "withdrawn_at",
                value_time(list[i].withdrawn_at), "withdrawn_by",
                value_text(list[i].withdrawn_by)));
    }
    return consents;
}

static json_t *contact_of(struct db *db, int64_t address_id)
{
    char masked[VALUE_CONTACT_SIZE] = "";
    struct address address;

    if (address_get(db, address_id, &address)) {
        value_contact(address.kind, address.value, masked);
    }
    return value_text(masked);
}

static void add_stops(struct db *db, int64_t address_id, json_t *stops)
{
    struct view_suppression list[ROWS_MAX];
    int n = view_suppressions(db, address_id, list, ROWS_MAX);

    for (int i = 0; i < n; i++) {
        char evidence[40] = "";

        if (list[i].inbound_id != 0) {
            snprintf(evidence, sizeof evidence, "inbound:%lld",
                (long long)list[i].inbound_id);
        }
        json_array_append_new(stops,
            json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "contact",
                contact_of(db, address_id), "at", value_time(list[i].at), "reason",
                value_text(list[i].reason), "words", value_text(list[i].words),
                "channel", value_text(list[i].channel), "evidence",
                value_text(evidence), "lifted_at", value_time(list[i].lifted_at),
                "lifted_words", value_text(list[i].lifted_words), "lifted_by",
                value_text(list[i].lifted_by)));
    }
}

static json_t *stops_json(struct db *db, int64_t person_id)
{
    int64_t ids[ADDRESSES_MAX];
    int n = view_addresses(db, person_id, ids, ADDRESSES_MAX);
    json_t *stops = json_array();

    for (int i = 0; i < n; i++) {
        add_stops(db, ids[i], stops);
    }
    return stops;
}

static json_t *guardians_json(struct db *db, int64_t person_id)
{
    struct guardian list[ADDRESSES_MAX];
    int n = guardians_of_person(db, person_id, list, ADDRESSES_MAX);
    json_t *guardians = json_array();

    for (int i = 0; i < n; i++) {
        char series[VIEW_NAME_SIZE];

        view_series_name(db, list[i].series_id, series);
        json_array_append_new(guardians,
            json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:s}", "contact",
                contact_of(db, list[i].address_id), "dated", value_text(list[i].dated),
                "wording", value_text(list[i].wording), "evidence",
                value_text(list[i].evidence), "recorded_at",
                value_time(list[i].recorded_at), "asked_at",
                value_time(list[i].asked_at), "series", series, "answered_at",
                value_time(list[i].answered_at), "decision",
                guardian_decision_name(list[i].decision)));
    }
    return guardians;
}

static json_t *erasures_json(struct db *db, int64_t person_id)
{
    struct view_erasure list[ROWS_MAX];
    int n = view_erasures(db, person_id, list, ROWS_MAX);
    json_t *erasures = json_array();

    for (int i = 0; i < n; i++) {
        json_array_append_new(erasures,
            json_pack("{s:o, s:o, s:o}", "why", value_text(list[i].why), "at",
                value_time(list[i].at), "done_at", value_time(list[i].done_at)));
    }
    return erasures;
}

void evidence_json(struct db *db, int64_t person_id, json_t *contact)
{
    json_object_set_new(contact, "bases", bases_json(db, person_id));
    json_object_set_new(contact, "consents", consents_json(db, person_id));
    json_object_set_new(contact, "guardians", guardians_json(db, person_id));
    json_object_set_new(contact, "stops", stops_json(db, person_id));
    json_object_set_new(contact, "erasures", erasures_json(db, person_id));
}
