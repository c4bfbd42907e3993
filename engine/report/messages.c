#include "report/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/outcome.h"
#include "report/value.h"
#include "store/db.h"

enum { SLICE = 100, SOURCES_MAX = 2 * MESSAGES_ADDRESSES_MAX };

/* One direction of one address (0: of all), newest first. */
struct source {
    bool inbound;
    int64_t address_id;
    struct view_cursor cursor;
    struct view_message *list;
    int n, next;
};

struct messages {
    struct db *db;
    const struct messages_query *query;
    struct source sources[SOURCES_MAX];
    int sources_n;
};

static bool is_inbound_state(const char *word)
{
    return strcmp(word, "waiting") == 0 || strcmp(word, "done") == 0;
}

bool messages_state_is_known(const char *word)
{
    enum message_state state;

    return is_inbound_state(word) || message_state_parse(word, &state) == 0;
}

static void add_sources(struct messages *messages, int64_t address_id)
{
    const char *state = messages->query->state;

    for (int inbound = 0; inbound <= 1; inbound++) {
        if (state == NULL || is_inbound_state(state) == (inbound == 1)) {
            messages->sources[messages->sources_n++] = (struct source){
                .inbound = inbound == 1,
                .address_id = address_id,
                .list = mem_zero(SLICE, sizeof(struct view_message)),
            };
        }
    }
}

struct messages *messages_open(struct db *db, const struct messages_query *query)
{
    struct messages *messages = mem_zero(1, sizeof *messages);

    messages->db = db;
    messages->query = query;
    if (query->addresses_n == 0) {
        add_sources(messages, 0);
    }
    for (int i = 0; i < query->addresses_n; i++) {
        add_sources(messages, query->addresses[i]);
    }
    return messages;
}

void messages_close(struct messages *messages)
{
    for (int i = 0; messages != NULL && i < messages->sources_n; i++) {
        free(messages->sources[i].list);
    }
    free(messages);
}

/* Drops what is in another state; an address's slices come in every state. */
static void keep_state(struct source *source, const char *state)
{
    int kept = 0;

    for (int i = 0; i < source->n; i++) {
        if (state == NULL || strcmp(source->list[i].state, state) == 0) {
            source->list[kept++] = source->list[i];
        }
    }
    source->n = kept;
}

/* Returns the source's next message, borrowed; NULL at its end. */
static struct view_message *peek(struct messages *messages, struct source *source)
{
    struct err err;

    while (source->next == source->n && !source->cursor.done &&
           db_check(messages->db, &err) == 0) {
        source->next = 0;
        if (source->address_id == 0) {
            source->n = view_messages(messages->db, source->inbound,
                messages->query->state, &source->cursor, source->list, SLICE);
        } else {
            source->n = view_messages_of(messages->db, source->inbound,
                source->address_id, &source->cursor, source->list, SLICE);
            keep_state(source, messages->query->state);
        }
    }
    return source->next < source->n ? &source->list[source->next] : NULL;
}

bool messages_next(struct messages *messages, struct view_message *message)
{
    struct source *newest = NULL;
    struct view_message *found = NULL;

    for (int i = 0; i < messages->sources_n; i++) {
        struct view_message *here = peek(messages, &messages->sources[i]);

        if (here != NULL && (found == NULL || here->at > found->at)) {
            newest = &messages->sources[i];
            found = here;
        }
    }
    if (found == NULL) {
        return false;
    }
    *message = *found;
    newest->next++;
    return true;
}

void message_public_id(const struct reference_key *key, bool inbound, int64_t id,
    char out[MESSAGE_ID_SIZE])
{
    if (inbound) {
        snprintf(out, MESSAGE_ID_SIZE, "in-%lld", (long long)id);
    } else {
        reference_make(key, id, 0, out);
    }
}

static json_t *id_or_null(int64_t id)
{
    return id == 0 ? json_null() : json_integer(id);
}

json_t *message_line_json(
    struct db *db, const struct reference_key *key, const struct view_message *message)
{
    char id[MESSAGE_ID_SIZE], contact[VALUE_CONTACT_SIZE];
    char campaign[VIEW_NAME_SIZE], series[VIEW_NAME_SIZE];
    json_t *line;

    message_public_id(key, message->inbound, message->id, id);
    value_contact(message->address_kind, message->address, contact);
    line = json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
        id, "direction", message->inbound ? "in" : "out", "at", value_time(message->at),
        "contact", contact, "contact_id", id_or_null(message->person_id), "channel",
        value_text(message->channel), "gateway", value_text(message->gateway), "state",
        value_text(message->state), "class", value_text(message->class), "reason",
        value_text(message->reason), "kind", value_text(message->kind));
    if (message->inbound) {
        json_object_set_new(line, "intent", value_text(message->step));
        return line;
    }
    view_campaign_name(db, message->campaign_id, campaign);
    view_series_name(db, message->series_id, series);
    json_object_set_new(line, "campaign", value_text(campaign));
    json_object_set_new(line, "series", value_text(series));
    json_object_set_new(line, "step", value_text(message->step));
    json_object_set_new(line, "parts", json_integer(message->parts));
    return line;
}
