#include "report/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/zone.h"
#include "report/delivery.h"
#include "report/reasons.h"
#include "report/responses.h"
#include "report/sheet.h"
#include "report/table.h"
#include "report/value.h"

enum { FACTS_MAX = 64 };

/* Owned by whoever asked for it. */
struct document {
    enum document_kind kind;
    const struct report_query *query;
    int64_t now;
    struct delivery delivery;
    struct reasons reasons;
    struct responses responses;
    struct table *tables[RESPONSES_TABLES];
    size_t tables_n;
};

/* What the columns mean, for whoever opens a spreadsheet alone. */
static const struct sheet_fact delivery_facts[] = {
    {"queued", "waits for its turn, for an open hour, or for its gateway"},
    {"sending", "on its way to the gateway at this moment"},
    {"sent", "the gateway took it, and has not said more"},
    {"delivered, read", "it arrived on the phone; it was opened (WhatsApp only)"},
    {"failed", "it certainly did not arrive"},
    {"expired", "it was too old to make sense, or the phone was out of reach too long"},
    {"cancelled", "taken back before it left, for example after a STOP"},
    {"unsure", "it may have arrived or not, and nobody knows"},
    {"moved", "went on by another route; counted under that route"},
    {"late", "of those that moved on: arrived by the first route all the same"},
    {"arrived", "delivered and read, of all messages"},
    {"people", "distinct people with at least one message that arrived"},
    {"parts", "SMS parts, or messages, that gateways accepted"},
    {"cost", "by the prices in the config, in the currency beside it"},
};

static const struct sheet_fact reasons_facts[] = {
    {"outcome", "failed, expired, cancelled, unsure: of messages; skipped, missed: of "
                "steps that made none"},
    {"reason", "the class of the failure with the gateway's own code, or cegah's word"},
    {"share", "of all rows together"},
    {"sentence", "what happened, and what to do"},
};

static const struct sheet_fact responses_facts[] = {
    {"asked", "questions whose message went out, by the day they were asked"},
    {"answered", "with an answer in time; the first one counts"},
    {"right, of scored", "right answers, and their share of the answers to questions "
                         "that have a right one; attitudes have none"},
    {"mean score", "points an answer, of those questions"},
    {"changed", "answers that were changed later"},
    {"late", "answers that came when the question was closed; they count nowhere else"},
    {"people", "where everybody stands in the series now"},
    {"not counted", "texts in own words, and disclosures of danger"},
};

static const struct sheet_fact small_facts[] = {
    {"<5", "fewer than five: small counts could point at a person"},
    {"*", "left out, or the totals would tell what <5 is"},
};

int document_kind_parse(const char *word, enum document_kind *kind)
{
    *kind = strcmp(word, "responses") == 0 ? DOCUMENT_RESPONSES : DOCUMENT_DELIVERY;
    return *kind == DOCUMENT_RESPONSES || strcmp(word, "delivery") == 0 ? 0 : -1;
}

int document_format_parse(const char *word, enum document_format *format)
{
    static const char *const words[] = {"table", "csv", "json", "xlsx"};

    for (int i = 0; i < 4; i++) {
        if (strcmp(words[i], word) == 0) {
            *format = (enum document_format)i;
            return 0;
        }
    }
    return -1;
}

static bool is_reasons(const struct document *document)
{
    return document->kind == DOCUMENT_DELIVERY &&
           document->query->by == REPORT_BY_REASON;
}

static int read_delivery(struct db *db, struct document *document, struct err *err)
{
    document->tables_n = 1;
    if (is_reasons(document)) {
        if (reasons_run(db, document->query, &document->reasons, err) != 0) {
            return -1;
        }
        document->tables[0] = reasons_table(&document->reasons);
        return 0;
    }
    if (delivery_run(db, document->query, &document->delivery, err) != 0) {
        return -1;
    }
    document->tables[0] = delivery_table(db, &document->delivery);
    return 0;
}

static int read_responses(struct db *db, const struct catalogue *catalogue,
    struct document *document, struct err *err)
{
    if (responses_run(db, catalogue, document->query, document->now,
            &document->responses, err) != 0) {
        return -1;
    }
    document->tables_n = responses_tables(db, &document->responses, document->tables);
    return 0;
}

struct document *document_new(struct db *db, const struct catalogue *catalogue,
    enum document_kind kind, const struct report_query *query, int64_t now,
    struct err *err)
{
    struct document *document = mem_zero(1, sizeof *document);
    int result;

    document->kind = kind;
    document->query = query;
    document->now = now;
    result = kind == DOCUMENT_DELIVERY ? read_delivery(db, document, err)
                                       : read_responses(db, catalogue, document, err);
    if (result != 0) {
        document_free(document);
        return NULL;
    }
    return document;
}

void document_free(struct document *document)
{
    if (document == NULL) {
        return;
    }
    for (size_t i = 0; i < RESPONSES_TABLES; i++) {
        table_free(document->tables[i]);
    }
    delivery_fini(&document->delivery);
    reasons_fini(&document->reasons);
    responses_fini(&document->responses);
    free(document);
}

static json_t *as_json(const struct document *document)
{
    if (document->kind == DOCUMENT_RESPONSES) {
        return responses_json(&document->responses, document->tables);
    }
    return is_reasons(document)
               ? reasons_json(&document->reasons, document->tables[0])
               : delivery_json(&document->delivery, document->tables[0]);
}

static void write_json(const struct document *document, struct buf *out)
{
    json_t *json = as_json(document);
    char *text = json_dumps(json, JSON_INDENT(2));

    buf_add_text(out, text);
    buf_add_char(out, '\n');
    free(text);
    json_decref(json);
}

static void write_people(struct document *document, struct buf *out)
{
    if (document->kind == DOCUMENT_RESPONSES) {
        responses_print(&document->responses, document->tables, out);
    } else if (is_reasons(document)) {
        reasons_print(&document->reasons, document->tables[0], out);
    } else {
        delivery_print(&document->delivery, document->tables[0], out);
    }
}

void document_write(
    struct document *document, enum document_format format, struct buf *out)
{
    if (format == DOCUMENT_JSON) {
        write_json(document, out);
    } else if (format == DOCUMENT_CSV && document->tables_n > 1) {
        table_csv_all(responses_names, document->tables, document->tables_n, out);
    } else if (format == DOCUMENT_CSV) {
        table_csv(document->tables[0], out);
    } else {
        write_people(document, out);
    }
}

/* The lines of the sheet "About"; zeroed at its start. */
struct facts {
    struct sheet_fact list[FACTS_MAX];
    size_t n;
};

static void add_fact(struct facts *facts, const char *label, const char *text)
{
    if (facts->n < FACTS_MAX) {
        struct sheet_fact *fact = &facts->list[facts->n++];

        snprintf(fact->label, sizeof fact->label, "%s", label);
        snprintf(fact->text, sizeof fact->text, "%s", text);
    }
}

static void add_facts(struct facts *facts, const struct sheet_fact *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add_fact(facts, list[i].label, list[i].text);
    }
}

static void add_period(struct facts *facts, const struct report_query *query)
{
    struct buf days;

    buf_init(&days, 128);
    report_print_days(query, &days);
    add_fact(facts, "Days",
        days.length > 0 ? buf_text(&days) + 1 : "all, from the first to the last");
    buf_fini(&days);
}

static void add_head(struct facts *facts, const struct document *document)
{
    const struct report_query *query = document->query;
    const char *by = report_by_word(query->by);
    char text[128], made[32];

    snprintf(text, sizeof text, "%s%s%s",
        document->kind == DOCUMENT_DELIVERY ? "What became of the messages"
                                            : "What people answered",
        by != NULL ? ", by " : "", by != NULL ? by : "");
    add_fact(facts, "Report", text);
    add_fact(
        facts, "Campaign", query->campaign != NULL ? query->campaign : "every one");
    add_period(facts, query);
    value_local(query->timezone, document->now, made);
    snprintf(text, sizeof text, "%s, %s", made,
        query->timezone != NULL ? query->timezone : "UTC");
    add_fact(facts, "Made", text);
    add_fact(facts, "", "");
}

static void add_standing(struct facts *facts, const json_t *standing)
{
    size_t i;
    json_t *each;

    json_array_foreach(standing, i, each)
    {
        add_fact(
            facts, "Attention", json_string_value(json_object_get(each, "sentence")));
    }
}

#define ADD_FACTS(facts, list) add_facts(facts, list, sizeof(list) / sizeof((list)[0]))

int document_write_xlsx(
    const struct document *document, const char *path, struct err *err)
{
    static const char *const names[RESPONSES_TABLES] = {
        "Questions", "Answers", "People"};
    struct facts *facts = mem_zero(1, sizeof *facts);
    struct sheet sheets[RESPONSES_TABLES];
    bool delivery = document->kind == DOCUMENT_DELIVERY;
    int result;

    add_head(facts, document);
    if (is_reasons(document)) {
        ADD_FACTS(facts, reasons_facts);
    } else if (delivery) {
        ADD_FACTS(facts, delivery_facts);
    } else {
        ADD_FACTS(facts, responses_facts);
    }
    if (!delivery || document->query->by == REPORT_BY_DISTRICT) {
        ADD_FACTS(facts, small_facts);
    }
    add_standing(facts, is_reasons(document) ? document->reasons.standing
                                             : document->delivery.standing);
    for (size_t i = 0; i < document->tables_n; i++) {
        sheets[i] =
            (struct sheet){delivery ? "Delivery" : names[i], document->tables[i]};
    }
    result = sheet_write(
        path, sheets, document->tables_n, facts->list, facts->n, document->now, err);
    free(facts);
    return result;
}
