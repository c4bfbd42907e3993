/*
 * delivery_table.c: the delivery report as a table, as JSON, and as people read it.
 */
#include "report/delivery.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "report/table.h"

static const struct table_column columns[] = {
    {"day", "day", TABLE_TEXT, 0},
    {"campaign", "campaign", TABLE_TEXT, 24},
    {"series", "series", TABLE_TEXT, 24},
    {"step", "step", TABLE_TEXT, 0},
    {"channel", "channel", TABLE_TEXT, 0},
    {"gateway", "gateway", TABLE_TEXT, 0},
    {"messages", "messages", TABLE_NUMBER, 0},
    {"queued", "queued", TABLE_NUMBER, 0},
    {"sending", "sending", TABLE_NUMBER, 0},
    {"sent", "sent", TABLE_NUMBER, 0},
    {"delivered", "delivered", TABLE_NUMBER, 0},
    {"read", "read", TABLE_NUMBER, 0},
    {"failed", "failed", TABLE_NUMBER, 0},
    {"expired", "expired", TABLE_NUMBER, 0},
    {"cancelled", "cancelled", TABLE_NUMBER, 0},
    {"unsure", "unsure", TABLE_NUMBER, 0},
    {"arrived", "arrived", TABLE_SHARE, 0},
    {"people", "people", TABLE_NUMBER, 0},
    {"segments", "parts", TABLE_NUMBER, 0},
    {"cost", NULL, TABLE_NUMBER, 0},
    {"currency", NULL, TABLE_TEXT, 0},
};

static const char *word_of(enum delivery_by by)
{
    static const char *const words[] = {
        NULL, "series", "step", "channel", "gateway", "day"};

    return words[by];
}

static void add_numbers(struct table *table, const struct delivery_row *row)
{
    int64_t arrived = row->states[MESSAGE_DELIVERED] + row->states[MESSAGE_READ];

    table_set_number(table, "messages", row->messages);
    for (int state = 0; state < MESSAGE_STATES; state++) {
        table_set_number(
            table, message_state_name((enum message_state)state), row->states[state]);
    }
    if (row->messages > 0) {
        table_set_share(table, "arrived", (double)arrived / (double)row->messages);
    }
    table_set_number(table, "people", row->people);
    table_set_number(table, "segments", row->segments);
}

/* A key that the report sums over stays null. */
static void add_key(struct db *db, struct table *table, enum delivery_by by,
    const struct delivery_row *row)
{
    char name[VIEW_NAME_SIZE], day[16];
    bool all = by == DELIVERY_BY_ALL, step = all || by == DELIVERY_BY_STEP;

    if (by == DELIVERY_BY_DAY) {
        day_format(row->day, day);
        table_set_text(table, "day", day);
    }
    if (step || by == DELIVERY_BY_SERIES) {
        view_campaign_name(db, row->campaign_id, name);
        table_set_text(table, "campaign", name);
        view_series_name(db, row->series_id, name);
        table_set_text(table, "series", name);
    }
    if (step) {
        table_set_text(table, "step", row->step);
    }
    if (all || by == DELIVERY_BY_CHANNEL) {
        table_set_text(table, "channel", row->channel);
    }
    if (all || by == DELIVERY_BY_GATEWAY) {
        table_set_text(table, "gateway", row->gateway);
    }
}

/* Hides the keys that the report sums over, which are null in every row. */
static void hide_keys(struct table *table, enum delivery_by by)
{
    static const char *const keys[] = {
        "day", "campaign", "series", "step", "channel", "gateway"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bool shown = by == DELIVERY_BY_ALL      ? i != 0
                     : by == DELIVERY_BY_STEP   ? i >= 1 && i <= 3
                     : by == DELIVERY_BY_SERIES ? i == 1 || i == 2
                                                : strcmp(keys[i], word_of(by)) == 0;

        if (!shown) {
            table_hide(table, keys[i]);
        }
    }
}

struct table *delivery_table(struct db *db, const struct delivery *delivery)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    enum delivery_by by = delivery->query.by;

    for (size_t i = 0; i < delivery->n; i++) {
        table_add_row(table);
        add_key(db, table, by, &delivery->rows[i]);
        add_numbers(table, &delivery->rows[i]);
    }
    table_add_row(table);
    table_set_text(table,
        by == DELIVERY_BY_ALL || by == DELIVERY_BY_STEP || by == DELIVERY_BY_SERIES
            ? "campaign"
            : word_of(by),
        "total");
    add_numbers(table, &delivery->total);
    table_mark_total(table);
    hide_keys(table, by);
    return table;
}

static json_t *day_json(int32_t day)
{
    char text[16];

    if (day == INT32_MIN || day == INT32_MAX) {
        return json_null();
    }
    day_format(day, text);
    return json_string(text);
}

json_t *delivery_json(const struct delivery *delivery, const struct table *table)
{
    json_t *total = table_json_total(table);
    static const char *const keys[] = {
        "day", "campaign", "series", "step", "channel", "gateway"};

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_object_set_new(total, keys[i], json_null());
    }
    return json_pack("{s:s, s:s?, s:o, s:o, s:s?, s:o, s:o}", "report", "delivery",
        "campaign", delivery->campaign[0] != '\0' ? delivery->campaign : NULL, "from",
        day_json(delivery->query.from_day), "to", day_json(delivery->query.to_day),
        "by", word_of(delivery->query.by), "rows", table_json(table), "total", total);
}

/* What all rows have in common is said once, above them. */
static void print_heading(
    const struct delivery *delivery, struct table *table, struct buf *out)
{
    bool all = delivery->query.by == DELIVERY_BY_ALL;
    bool named = all || delivery->query.by == DELIVERY_BY_STEP ||
                 delivery->query.by == DELIVERY_BY_SERIES;
    const char *campaign = named ? table_hide_same(table, "campaign") : NULL;
    const char *channel = all ? table_hide_same(table, "channel") : NULL;
    const char *gateway = all ? table_hide_same(table, "gateway") : NULL;
    char day[16];

    if (delivery->campaign[0] != '\0') {
        campaign = delivery->campaign;
    }
    if (named && table_is_hidden(table, "campaign")) {
        table_set_text(table, "series", "total");
    }
    buf_add_format(
        out, "Delivery of %s", campaign != NULL ? campaign : "every campaign");
    if (channel != NULL) {
        buf_add_format(out, " by %s", channel);
    }
    if (gateway != NULL) {
        buf_add_format(out, " over %s", gateway);
    }
    if (delivery->query.from_day != INT32_MIN) {
        day_format(delivery->query.from_day, day);
        buf_add_format(out, " from %s", day);
    }
    if (delivery->query.to_day != INT32_MAX) {
        day_format(delivery->query.to_day, day);
        buf_add_format(out, " to %s", day);
    }
    buf_add_text(out, "\n\n");
}

void delivery_print(
    const struct delivery *delivery, struct table *table, struct buf *out)
{
    char empty[160] = "";
    size_t used = 0;

    print_heading(delivery, table, out);
    if (delivery->n == 0) {
        buf_add_text(out, "No messages yet: a message is counted once it is due.\n");
        return;
    }
    for (int state = 0; state < MESSAGE_STATES; state++) {
        const char *word = message_state_name((enum message_state)state);

        if (table_hide_empty(table, word)) {
            used += (size_t)snprintf(
                empty + used, sizeof empty - used, "%s%s", used == 0 ? "" : ", ", word);
        }
    }
    table_print(table, out);
    if (used > 0) {
        buf_add_format(out, "\nNo message is: %s.\n", empty);
    }
    buf_add_text(out, "arrived: delivered or read, of all messages; people: distinct, "
                      "with a message\n"
                      "that arrived; parts: what gateways accepted.\n");
}
