/*
 * two_routes.h: what the tests of routes and fail-over share: a store with a running
 * campaign and one person who has agreed, a config of two or three gateways, and all of
 * sending but the wire: requests wait as effects, and the test says how they ended.
 */
#ifndef CEGAH_TESTS_UNIT_TWO_ROUTES_H
#define CEGAH_TESTS_UNIT_TWO_ROUTES_H

#include "sent_rows.h"

#include "adapters/adapter.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/adapters.h"
#include "content/campaign.h"
#include "content/config.h"
#include "net/loop.h"
#include "people/catalogue.h"
#include "people/files.h"
#include "send/internal.h"
#include "send/outbox.h"
#include "send/route.h"
#include "store/address_gateway.h"
#include "store/counter.h"

enum { HOUR = 60 * MINUTE, GIVE_UP = 2 * HOUR };

#define GATEWAY_WA                                                                     \
    "  wa: {adapter: whatsapp, base_url: \"http://127.0.0.1:1\", token: t, "           \
    "phone_number_id: \"105500000000001\", app_secret: s, verify_token: v, "           \
    "price: 600, price_utility: 300, price_service: 0, give_up: 2h}\n"
#define GATEWAY_SMS                                                                    \
    "  sms: {adapter: kannel, base_url: \"http://127.0.0.1:1\", username: u, "         \
    "password: p, hook_secret: \"0123456789abcdef\", price: 350}\n"
#define GATEWAY_SPARE                                                                  \
    "  spare: {adapter: kannel, base_url: \"http://127.0.0.1:1\", username: u, "       \
    "password: p, hook_secret: \"0123456789abcdef\", price: 500}\n"

/* One test's house. */
struct house {
    struct rows *rows;
    char config_path[64];
    struct config *config;
    struct catalogue *catalogue;
    struct gate gate;
    struct clock clock;
    struct loop *loop;
    struct send *send;
    struct outbox outbox;
    int64_t campaign, series, person, address;
    struct message_form form; /* of messages that are queued */
};

static inline void house_load(struct house *house, const char *channels)
{
    static const char series[] =
        "series: champions\ntitle: Champion\nfor: {role: champion}\n"
        "invitation: {id: C0, text: \"Mau? YA atau TIDAK. STOP.\"}\n"
        "steps:\n  - {id: C1, at: {week: 1, day: wed, time: \"16:15\"}, say: "
        "\"Halo!\"}\n";
    char campaign[512];
    struct content_file list[] = {{(char *)"campaign.yaml", campaign, 0},
        {(char *)"champions.yaml", (char *)series, sizeof series - 1}};
    struct content_files files = {list, 2};
    json_t *value;
    char *json;
    int64_t version;
    struct err err = {0};

    snprintf(campaign, sizeof campaign,
        "campaign: uji\ntitle: Uji\norganisation: Uji\nwording: \"2026-01\"\n%s"
        "districts:\n  maros: {name: Maros, zone: Asia/Makassar}\n"
        "replies:\n  opt_out: \"Baik, kami berhenti.\"\n",
        channels);
    list[0].length = strlen(campaign);
    value = files_to_value(&files);
    json = json_dumps(value, 0);
    house->campaign = campaign_row_add_version(
        house->rows->db, "uji", "hash", json, monday, &version);
    free(json);
    json_decref(value);
    house->series = series_row_ensure(house->rows->db, house->campaign, "champions");
    campaign_row_set_state(house->rows->db, house->campaign, RUN_RUNNING, monday);
    series_row_set_state(house->rows->db, house->series, RUN_RUNNING);
    house->catalogue = catalogue_open(house->rows->db, &err);
    if (house->catalogue == NULL) {
        fail_msg("%s", err.text);
    }
}

/* The campaigns of sent_rows.h hold no content: they go before the catalogue is read. */
static inline void house_forget(struct house *house)
{
    stmt_run(db_stmt(house->rows->db, "DELETE FROM campaign_version"));
    stmt_run(db_stmt(house->rows->db, "DELETE FROM series"));
    stmt_run(db_stmt(house->rows->db, "DELETE FROM campaign"));
}

static inline void house_config(struct house *house, const char *gateways)
{
    struct err err = {0};
    const struct config_adapter *adapters;
    size_t adapters_n;
    FILE *file;
    int descriptor;

    snprintf(house->config_path, sizeof house->config_path, "/tmp/cegah-two-XXXXXX");
    descriptor = mkstemp(house->config_path);
    assert_true(descriptor >= 0);
    file = fdopen(descriptor, "w");
    fprintf(file, "database: x.db\ngateways:\n%s", gateways);
    fclose(file);
    adapters = cli_adapters(&adapters_n);
    house->config = config_read(house->config_path, adapters, adapters_n, &err);
    if (house->config == NULL) {
        fail_msg("%s", err.text);
    }
}

/* gateways: the YAML of the mapping, in the order of the routes; channels: a line of the
 * campaign's, or "". */
static inline struct house *house_begin(const char *gateways, const char *channels)
{
    struct house *house = mem_zero(1, sizeof *house);
    struct send_with with;
    struct consent consent;
    void *rows;

    rows_begin(&rows);
    house->rows = rows;
    house_forget(house);
    house_config(house, gateways);
    house_load(house, channels);
    gate_init(&house->gate, house->rows->db, house->catalogue, house->config);
    clock_init(&house->clock, CLOCK_JUMP, monday - 6LL * HOUR); /* 10:15 */
    house->loop = loop_new(&house->clock, NULL);
    with = (struct send_with){
        house->rows->db, house->loop, &house->gate, house->config, &house->rows->key};
    house->send = send_new(&with);
    house->outbox = (struct outbox){house->rows->db, &house->gate, house->config};
    house->person = rows_person(house->rows, 1, 1990);
    house->address = address_of_person(house->rows->db, house->person);
    consent = (struct consent){.person_id = house->person,
        .method = "paper",
        .dated = "2026-01-02",
        .wording = "2026-01",
        .words = "",
        .evidence = "x:2"};
    consent_add(house->rows->db, &consent, monday);
    house->form =
        (struct message_form){.template_name = "pesan", .template_language = "id"};
    return house;
}

static inline void house_end(struct house *house)
{
    void *rows = house->rows;

    loop_drop_effects(house->loop);
    send_free(house->send);
    loop_free(house->loop);
    catalogue_free(house->catalogue);
    config_free(house->config);
    unlink(house->config_path);
    rows_end(&rows);
    free(house);
}

static inline int64_t house_now(struct house *house)
{
    return clock_now(&house->clock);
}

static inline void house_pass(struct house *house, int64_t ms)
{
    clock_jump(&house->clock, house_now(house) + ms);
}

/* The person writes over that gateway. */
static inline void house_heard(struct house *house, const char *gateway)
{
    address_gateway_heard(house->rows->db, house->address, gateway, house_now(house));
}

/* A step's message is queued, with the house's form; 0 with answer. */
static inline int64_t house_queue(struct house *house, struct gate_answer *answer)
{
    static int occurrence;
    struct outgoing outgoing = {
        .kind = KIND_STEP,
        .campaign_id = house->campaign,
        .series_id = house->series,
        .occurrence = ++occurrence,
        .person_id = house->person,
        .address_id = house->address,
        .step = "C1",
        .text = "Halo!",
        .form = &house->form,
        .uncounted = true,
        .due_at = house_now(house),
        .late_ms = 4LL * 24 * HOUR,
    };

    return outbox_queue(&house->outbox, &outgoing, house_now(house), answer);
}

static inline struct message house_message(struct house *house, int64_t id)
{
    struct message message;

    assert_true(message_find(house->rows->db, id, &message));
    return message;
}

static inline struct message house_queued(struct house *house)
{
    struct gate_answer answer;
    int64_t id = house_queue(house, &answer);

    if (id == 0) {
        fail_msg("%s", answer.reason);
    }
    return house_message(house, id);
}

/* Claimed by the gateway that it stands at. */
static inline struct message house_claim(struct house *house, int64_t id)
{
    struct message message = house_message(house, id);

    claim_all(house->send, send_gateway(house->send, message.gateway), &message, 1);
    return house_message(house, id);
}

/* How its attempt ended. id "": refused, of that class and code. */
static inline struct message house_answer(struct house *house, int64_t id,
    const char *gateway_id, enum failure_class class, const char *code)
{
    struct message message = house_message(house, id);
    struct gateway *gateway = send_gateway(house->send, message.gateway);
    struct adapter_result result = {
        .accepted = gateway_id[0] != '\0', .class = class, .gateway_ids_n = 0};

    assert_int_equal(message.state, MESSAGE_SENDING);
    snprintf(result.code, sizeof result.code, "%s", code);
    snprintf(result.text, sizeof result.text, "words of %s", code);
    gateway->in_flight--;
    gateway_note(house->send, gateway, &result, false);
    settle_attempt(house->send, gateway, &message, &result, true);
    return house_message(house, id);
}

/* Claimed, and accepted. */
static inline struct message house_sent(struct house *house, int64_t id)
{
    house_claim(house, id);
    return house_answer(house, id, "g", FAILURE_NONE, "");
}

/* What a gateway reports of its n-th attempt. */
static inline struct message house_report_full(struct house *house, int64_t id, int n,
    const char *gateway, const struct adapter_event *what)
{
    char reference[REFERENCE_SIZE];
    struct adapter_event event = *what;

    reference_make(&house->rows->key, id, n, reference);
    event.kind = EVENT_REPORT;
    event.reference = reference;
    event.gateway_id = "";
    event.text = "";
    event.code = event.code == NULL ? "" : event.code;
    event.category = event.category == NULL ? "" : event.category;
    assert_true(send_report(house->send, gateway, &event, house_now(house)));
    return house_message(house, id);
}

static inline struct message house_report(struct house *house, int64_t id, int n,
    const char *gateway, enum report_state state, enum failure_class class,
    const char *code)
{
    struct adapter_event event = {
        .state = state, .class = class, .code = code, .billable = -1};

    return house_report_full(house, id, n, gateway, &event);
}

/* A column of the counters of one gateway. */
static inline int64_t house_counted(
    struct house *house, const char *gateway, const char *column)
{
    static const char *const sql[][2] = {
        {"cost", "SELECT total(cost) FROM counter WHERE gateway=?1"},
        {"moved", "SELECT total(moved) FROM counter WHERE gateway=?1"},
        {"late", "SELECT total(late) FROM counter WHERE gateway=?1"},
        {"segments", "SELECT total(segments) FROM counter WHERE gateway=?1"},
        {"delivered", "SELECT total(delivered) FROM counter WHERE gateway=?1"},
        {"sent", "SELECT total(sent) FROM counter WHERE gateway=?1"},
        {"queued", "SELECT total(queued) FROM counter WHERE gateway=?1"},
    };
    struct stmt *stmt;

    db_write_pending(house->rows->db);
    for (size_t i = 0; i < sizeof sql / sizeof sql[0]; i++) {
        if (strcmp(sql[i][0], column) == 0) {
            stmt = db_stmt(house->rows->db, sql[i][1]);
            stmt_text(stmt, 1, gateway);
            return stmt_value(stmt);
        }
    }
    fail_msg("no column %s", column);
    return 0;
}

#endif
