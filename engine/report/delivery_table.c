/*
 * delivery_table.c: the delivery report as a table, as JSON, and as people read it.
 */
#include "report/delivery.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/zone.h"
#include "report/delivery_small.h"
#include "report/small.h"
#include "report/table.h"

static const struct table_column columns[] = {
    {"day", "day", TABLE_TEXT, 0},
    {"campaign", "campaign", TABLE_TEXT, 24},
    {"series", "series", TABLE_TEXT, 24},
    {"step", "step", TABLE_TEXT, 0},
    {"channel", "channel", TABLE_TEXT, 0},
    {"gateway", "gateway", TABLE_TEXT, 0},
    {"district", "district", TABLE_TEXT, 0},
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
    {"moved", "moved", TABLE_NUMBER, 0},
    {"late", "late", TABLE_NUMBER, 0},
    {"arrived", "arrived", TABLE_SHARE, 0},
    {"people", "people", TABLE_NUMBER, 0},
    {"segments", "parts", TABLE_NUMBER, 0},
    {"cost", "cost", TABLE_NUMBER, 0},
    {"currency", NULL, TABLE_TEXT, 0},
};

/* The columns that say what a row is of. */
static const char *const keys[] = {
    "day", "campaign", "series", "step", "channel", "gateway", "district"};
enum { KEYS = sizeof keys / sizeof keys[0] };

/* row: where it stands, for what is hidden of it. */
static void add_numbers(struct table *table, const struct delivery *delivery,
    const struct delivery_row *row, size_t at, const struct delivery_small *small)
{
    int64_t arrived = row->states[MESSAGE_DELIVERED] + row->states[MESSAGE_READ];
    const char *share = delivery_small_word(small, at, DELIVERY_SHARE);
    const char *segments = delivery_small_word(small, at, DELIVERY_SEGMENTS);

    table_set_count(table, "messages", row->messages,
        delivery_small_word(small, at, DELIVERY_MESSAGES));
    for (int state = 0; state < MESSAGE_STATES; state++) {
        table_set_count(table, message_state_name((enum message_state)state),
            row->states[state], delivery_small_word(small, at, state));
    }
    table_set_count(
        table, "moved", row->moved, delivery_small_word(small, at, DELIVERY_MOVED));
    table_set_count(
        table, "late", row->late, delivery_small_word(small, at, DELIVERY_LATE));
    if (share != NULL) {
        table_set_text(table, "arrived", share);
    } else if (row->messages > 0) {
        table_set_share(table, "arrived", (double)arrived / (double)row->messages);
    }
    table_set_count(
        table, "people", row->people, delivery_small_word(small, at, DELIVERY_PEOPLE));
    table_set_count(table, "segments", row->segments, segments);
    if (delivery->query.currency != NULL && segments != NULL) {
        table_set_text(table, "cost", segments);
    } else if (delivery->query.currency != NULL) {
        table_set_money(table, "cost", row->cost);
    }
    if (delivery->query.currency != NULL) {
        table_set_text(table, "currency", delivery->query.currency);
    }
}

/* A key that the report sums over stays null. */
static void add_key(struct db *db, struct table *table, enum report_by by,
    const struct delivery_row *row)
{
    char name[VIEW_NAME_SIZE], day[16];
    bool all = by == REPORT_BY_ALL, step = all || by == REPORT_BY_STEP;

    if (by == REPORT_BY_DISTRICT) {
        table_set_text(
            table, "district", row->district[0] != '\0' ? row->district : "unknown");
    }
    if (by == REPORT_BY_DAY) {
        day_format(row->day, day);
        table_set_text(table, "day", day);
    }
    if (step || by == REPORT_BY_SERIES) {
        view_campaign_name(db, row->campaign_id, name);
        table_set_text(table, "campaign", name);
        view_series_name(db, row->series_id, name);
        table_set_text(table, "series", name);
    }
    if (step) {
        table_set_text(table, "step", row->step);
    }
    if (all || by == REPORT_BY_CHANNEL) {
        table_set_text(table, "channel", row->channel);
    }
    if (all || by == REPORT_BY_GATEWAY) {
        table_set_text(table, "gateway", row->gateway);
    }
}

/* Hides the keys that the report sums over, which are null in every row. */
static void hide_keys(struct table *table, enum report_by by)
{
    for (size_t i = 0; i < KEYS; i++) {
        bool shown = by == REPORT_BY_ALL    ? i >= 1 && i <= 5
                     : by == REPORT_BY_STEP ? i >= 1 && i <= 3
                     : by == REPORT_BY_SERIES
                         ? i == 1 || i == 2
                         : strcmp(keys[i], report_by_word(by)) == 0;

        if (!shown) {
            table_hide(table, keys[i]);
        }
    }
}

struct table *delivery_table(struct db *db, const struct delivery *delivery)
{
    struct table *table = table_new(columns, sizeof columns / sizeof columns[0]);
    struct delivery_small *small = delivery_small_new(delivery);
    enum report_by by = delivery->query.by;

    for (size_t i = 0; i < delivery->n; i++) {
        table_add_row(table);
        add_key(db, table, by, &delivery->rows[i]);
        add_numbers(table, delivery, &delivery->rows[i], i, small);
    }
    table_add_row(table);
    table_set_text(table,
        by == REPORT_BY_ALL || by == REPORT_BY_STEP || by == REPORT_BY_SERIES
            ? "campaign"
            : report_by_word(by),
        "total");
    add_numbers(table, delivery, &delivery->total, delivery->n, small);
    table_mark_total(table);
    hide_keys(table, by);
    delivery_small_free(small);
    return table;
}

json_t *delivery_json(const struct delivery *delivery, const struct table *table)
{
    json_t *total = table_json_total(table);

    for (size_t i = 0; i < KEYS; i++) {
        json_object_set_new(total, keys[i], json_null());
    }
    return json_pack("{s:s, s:s?, s:o, s:o, s:s?, s:o, s:o, s:O}", "report", "delivery",
        "campaign", delivery->campaign[0] != '\0' ? delivery->campaign : NULL, "from",
        report_day_json(delivery->query.from_day), "to",
        report_day_json(delivery->query.to_day), "by",
        report_by_word(delivery->query.by), "rows", table_json(table), "total", total,
        "standing", delivery->standing);
}

/* What all rows have in common is said once, above them. */
static void print_heading(
    const struct delivery *delivery, struct table *table, struct buf *out)
{
    bool all = delivery->query.by == REPORT_BY_ALL;
    bool named = all || delivery->query.by == REPORT_BY_STEP ||
                 delivery->query.by == REPORT_BY_SERIES;
    const char *campaign = named ? table_hide_same(table, "campaign") : NULL;
    const char *channel = all ? table_hide_same(table, "channel") : NULL;
    const char *gateway = all ? table_hide_same(table, "gateway") : NULL;

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
    report_print_days(&delivery->query, out);
    buf_add_text(out, "\n\n");
}

/* What the columns mean that are there only when there is something to say. */
static void print_meanings(
    const struct delivery *delivery, const struct table *table, struct buf *out)
{
    buf_add_text(out, "arrived: delivered or read, of all messages; people: distinct, "
                      "with a message\n"
                      "that arrived; parts: what gateways accepted.\n");
    if (!table_is_hidden(table, "cost")) {
        buf_add_format(out, "cost: in %s, by the prices in the config.\n",
            delivery->query.currency);
    }
    if (!table_is_hidden(table, "moved")) {
        buf_add_text(out, "moved: went on by another route, and are counted there.\n");
    }
    if (!table_is_hidden(table, "late")) {
        buf_add_text(out,
            "late: of those that moved on, arrived here all the same; the "
            "person may have it twice.\n");
    }
    if (delivery->query.by == REPORT_BY_DISTRICT) {
        buf_add_text(out, small_explained);
    }
}

static void print_standing(const struct delivery *delivery, struct buf *out)
{
    size_t i;
    json_t *each;

    if (json_array_size(delivery->standing) > 0) {
        buf_add_char(out, '\n');
    }
    json_array_foreach(delivery->standing, i, each)
    {
        buf_add_format(
            out, "%s\n", json_string_value(json_object_get(each, "sentence")));
    }
}

void delivery_print(
    const struct delivery *delivery, struct table *table, struct buf *out)
{
    static const char *const others[] = {"moved", "late", "cost"};
    char empty[160] = "";
    size_t used = 0;

    print_heading(delivery, table, out);
    if (delivery->n == 0) {
        buf_add_text(out, "No messages yet: a message is counted once it is due.\n");
        print_standing(delivery, out);
        return;
    }
    for (int state = 0; state < MESSAGE_STATES; state++) {
        const char *word = message_state_name((enum message_state)state);

        if (table_hide_empty(table, word)) {
            used += (size_t)snprintf(
                empty + used, sizeof empty - used, "%s%s", used == 0 ? "" : ", ", word);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        table_hide_empty(table, others[i]);
    }
    table_print(table, out);
    if (used > 0) {
        buf_add_format(out, "\nNo message is: %s.\n", empty);
    }
    print_meanings(delivery, table, out);
    print_standing(delivery, out);
}
