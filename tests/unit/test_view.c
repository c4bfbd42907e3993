/*
 * Lists and timelines: what people and scripts read of messages and contacts.
 */
#include "sent_rows.h"

#include "report/contact.h"
#include "report/messages.h"
#include "report/timeline.h"
#include "report/value.h"

static const char *word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    assert_non_null(text);
    return text;
}

/* Walks a listing; writes each message's time, in minutes from monday, into minutes. */
static int walk(struct rows *rows, const struct messages_query *query, int *minutes,
    bool *inbound, int max)
{
    struct messages *messages = messages_open(rows->db, query);
    struct view_message message;
    int n = 0;

    while (n < max && messages_next(messages, &message)) {
        minutes[n] = (int)((message.at - monday) / MINUTE);
        inbound[n++] = message.inbound;
    }
    messages_close(messages);
    return n;
}

static void both_directions_are_listed_newest_first(void **state)
{
    struct rows *rows = *state;
    int64_t one = rows_person(rows, 1, 2000), other = rows_person(rows, 2, 2000);
    struct messages_query query = {.addresses_n = 0};
    int minutes[400];
    bool inbound[400];
    int n;

    for (int i = 0; i < 150; i++) {
        struct message message = rows_message(rows, i % 2 == 0 ? one : other);
        char key[16];

        snprintf(key, sizeof key, "k%d", i);
        rows_send(rows, &message, MESSAGE_SENT, monday + 2 * i * MINUTE);
        rows_inbound(
            rows, one, key, "answer", "C", false, monday + (2 * i + 1) * MINUTE);
    }
    n = walk(rows, &query, minutes, inbound, 400);
    assert_int_equal(n, 300);
    for (int i = 0; i < n; i++) {
        assert_int_equal(minutes[i], 299 - i);
        assert_int_equal(inbound[i], i % 2 == 0);
    }
    query.addresses[0] = address_of_person(rows->db, other);
    query.addresses_n = 1;
    n = walk(rows, &query, minutes, inbound, 400);
    assert_int_equal(n, 75);
    assert_int_equal(minutes[0], 298);
    assert_int_equal(minutes[74], 2);
}

static void a_state_is_found_however_far_back_it_lies(void **state)
{
    struct rows *rows = *state;
    int64_t one = rows_person(rows, 1, 2000);
    struct messages_query query = {.state = "failed"};
    int minutes[8];
    bool inbound[8];

    for (int i = 0; i < 12000; i++) {
        struct message message = rows_message(rows, one);

        rows_send(rows, &message, i % 11000 == 3 ? MESSAGE_FAILED : MESSAGE_QUEUED,
            monday + i * MINUTE);
    }
    assert_int_equal(walk(rows, &query, minutes, inbound, 8), 2);
    assert_int_equal(minutes[0], 11003);
    assert_int_equal(minutes[1], 3);
    query.addresses[0] = address_of_person(rows->db, one);
    query.addresses_n = 1;
    assert_int_equal(walk(rows, &query, minutes, inbound, 8), 2);
    rows_inbound(rows, one, "k", "noise", "sealed", true, monday);
    query.state = "waiting";
    assert_int_equal(walk(rows, &query, minutes, inbound, 8), 1);
    assert_true(inbound[0]);
    assert_false(messages_state_is_known("arrived"));
}

static void a_timeline_tells_every_try_and_report_in_order(void **state)
{
    static const char *const states[] = {
        "queued", "sending", "queued", "sending", "sent", "delivered"};
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 2000));
    char id[REFERENCE_SIZE];
    struct err err = {0};
    json_t *timeline, *events, *attempts;

    message_add(rows->db, &message, "Halo, kawan", NULL, monday);
    message.attempts = 1;
    attempt_add(rows->db, &message, "text", monday + MINUTE);
    rows_move(rows, &message, MESSAGE_SENDING, "", monday + MINUTE);
    attempt_close(rows->db, message.id, 1, "retry", FAILURE_TRANSIENT, "503", "Busy",
        monday + 2 * MINUTE);
    rows_move(rows, &message, MESSAGE_QUEUED, "Busy", monday + 2 * MINUTE);
    message.attempts = 2;
    attempt_add(rows->db, &message, "text", monday + 3 * MINUTE);
    rows_move(rows, &message, MESSAGE_SENDING, "", monday + 3 * MINUTE);
    attempt_close(rows->db, message.id, 2, "sent", FAILURE_NONE, "202", "Accepted",
        monday + 4 * MINUTE);
    gateway_id_add(rows->db, "maros-sms", "gw-77", message.id, 2);
    rows_move(rows, &message, MESSAGE_SENT, "", monday + 4 * MINUTE);
    event_add(
        rows->db, message.id, 2, "delivered", "1", "to the phone", monday + 5 * MINUTE);
    rows_move(rows, &message, MESSAGE_DELIVERED, "", monday + 5 * MINUTE);

    reference_make(&rows->key, message.id, 2, id);
    timeline = timeline_json(rows->db, id, &err);
    assert_non_null(timeline);
    reference_make(&rows->key, message.id, 0, id);
    assert_string_equal(word(timeline, "id"), id);
    assert_string_equal(word(timeline, "direction"), "out");
    assert_string_equal(word(timeline, "contact"), "+62 …01");
    assert_string_equal(word(timeline, "gateway_id"), "gw-77");
    assert_string_equal(word(timeline, "state"), "delivered");
    assert_string_equal(word(timeline, "text"), "Halo, kawan");
    assert_string_equal(word(timeline, "series"), "champions");
    assert_int_equal(json_integer_value(json_object_get(timeline, "parts")), 2);
    events = json_object_get(timeline, "events");
    assert_int_equal(json_array_size(events), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(word(json_array_get(events, i), "state"), states[i]);
    }
    assert_string_equal(word(json_array_get(events, 2), "text"), "Busy");
    assert_string_equal(word(json_array_get(events, 2), "code"), "503");
    assert_string_equal(
        word(json_array_get(events, 5), "at"), "2026-01-05T08:20:00.000Z");
    attempts = json_object_get(timeline, "attempts");
    assert_int_equal(json_array_size(attempts), 2);
    assert_string_equal(word(json_array_get(attempts, 0), "state"), "retry");
    assert_string_equal(word(json_array_get(attempts, 0), "class"), "transient");
    json_decref(timeline);
}

/* All in one instant, as virtual time has it: one gateway refuses, and so does the next. */
static void a_timeline_tells_of_a_move_before_the_next_try_and_why_it_failed(
    void **state)
{
    static const char *const states[] = {
        "queued", "sending", "failed", "moved", "sending", "failed"};
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 2000));
    char id[REFERENCE_SIZE];
    struct err err = {0};
    json_t *timeline, *events;

    message_add(rows->db, &message, "Halo, kawan", NULL, monday);
    message.attempts = 1;
    attempt_add(rows->db, &message, "text", monday);
    rows_move(rows, &message, MESSAGE_SENDING, "", monday);
    attempt_close(rows->db, message.id, 1, "failed", FAILURE_TEMPLATE, "132001",
        "No such template", monday);
    event_add(rows->db, message.id, 1, "moved", "wa", "from wa to maros-sms", monday);
    rows_move(rows, &message, MESSAGE_QUEUED, "", monday);
    message.attempts = 2;
    attempt_add(rows->db, &message, "text", monday);
    rows_move(rows, &message, MESSAGE_SENDING, "", monday);
    attempt_close(rows->db, message.id, 2, "failed", FAILURE_INVALID_NUMBER, "403",
        "Not routable", monday);
    message_move(rows->db, &message, MESSAGE_FAILED, FAILURE_INVALID_NUMBER,
        "Not routable", monday);

    reference_make(&rows->key, message.id, 0, id);
    timeline = timeline_json(rows->db, id, &err);
    assert_non_null(timeline);
    events = json_object_get(timeline, "events");
    assert_int_equal(json_array_size(events), 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(word(json_array_get(events, i), "state"), states[i]);
    }
    assert_non_null(
        strstr(word(timeline, "explanation"), "no network for this number"));
    assert_non_null(strstr(word(timeline, "explanation"), "says: Not routable)."));
    json_decref(timeline);
}

static void what_cegah_ended_itself_ends_its_timeline_with_the_reason(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 2000));
    char id[REFERENCE_SIZE];
    struct err err = {0};
    json_t *timeline, *last;
    struct buf out;

    message_add(rows->db, &message, "Halo", NULL, monday);
    rows_move(rows, &message, MESSAGE_CANCELLED, "opted_out", monday + MINUTE);
    reference_make(&rows->key, message.id, 0, id);
    timeline = timeline_json(rows->db, id, &err);
    assert_non_null(timeline);
    last = json_array_get(json_object_get(timeline, "events"), 1);
    assert_string_equal(word(last, "state"), "cancelled");
    assert_string_equal(word(last, "code"), "opted_out");
    assert_string_equal(word(last, "at"), "2026-01-05T08:16:00.000Z");
    assert_non_null(strstr(word(last, "text"), "said STOP"));
    assert_string_equal(word(timeline, "reason"), "opted_out");
    buf_init(&out, 65536);
    timeline_print(timeline, "Asia/Makassar", &out);
    assert_non_null(strstr(buf_text(&out), "2026-01-05 16:16  cancelled"));
    buf_fini(&out);
    json_decref(timeline);
}

static void a_sealed_text_is_never_shown(void **state)
{
    struct rows *rows = *state;
    int64_t person = rows_person(rows, 1, 2012);
    int64_t sealed = rows_inbound(rows, person, "k1", "noise", "rahasia", true, monday);
    int64_t clear = rows_inbound(rows, person, "k2", "in", "YA", false, monday);
    char id[32];
    struct err err = {0};
    json_t *timeline;
    char *dump;

    snprintf(id, sizeof id, "in-%lld", (long long)sealed);
    timeline = timeline_json(rows->db, id, &err);
    assert_non_null(timeline);
    dump = json_dumps(timeline, 0);
    assert_null(strstr(dump, "rahasia"));
    assert_string_equal(word(timeline, "text"), "[pesan dilindungi]");
    assert_string_equal(word(timeline, "state"), "waiting");
    assert_true(json_is_null(json_object_get(timeline, "parts")));
    free(dump);
    json_decref(timeline);
    snprintf(id, sizeof id, "in-%lld", (long long)clear);
    timeline = timeline_json(rows->db, id, &err);
    assert_string_equal(word(timeline, "text"), "YA");
    assert_string_equal(word(timeline, "intent"), "in");
    json_decref(timeline);
}

static void a_message_behind_a_paused_gateway_says_what_it_waits_for(void **state)
{
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 1990));
    char reference[REFERENCE_SIZE];
    struct err err;
    json_t *timeline;

    message_add(rows->db, &message, "Halo", NULL, monday);
    gateway_pause_set(
        rows->db, "maros-sms", "the balance is empty: No credit", monday, monday);
    reference_make(&rows->key, message.id, 0, reference);
    timeline = timeline_json(rows->db, reference, &err);
    assert_non_null(strstr(json_string_value(json_object_get(timeline, "explanation")),
        "It waits for maros-sms, which is paused: the balance is empty"));
    json_decref(timeline);
}

static void an_id_that_is_none_of_ours_is_refused(void **state)
{
    static const char *const ids[] = {
        "", "1", "in-", "in-0", "in-999", "in--1", "in-1x", "1-1-AAAAAAAAAAAA", "x"};
    struct rows *rows = *state;
    struct message message = rows_message(rows, rows_person(rows, 1, 2000));
    struct err err = {0};

    rows_send(rows, &message, MESSAGE_SENT, monday);
    rows_inbound(rows, message.person_id, "k", "in", "YA", false, monday);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_null(timeline_json(rows->db, ids[i], &err));
        assert_int_equal(err.code, ERR_REFUSED);
        assert_non_null(strstr(err.text, "cegah messages"));
    }
}

static void a_number_finds_everybody_behind_it_and_an_id_one_person(void **state)
{
    struct rows *rows = *state;
    int64_t one = rows_person(rows, 1, 2000), other = rows_person(rows, 2, 2000);
    int64_t ids[CONTACT_PEOPLE_MAX], address_id;
    char id[32];
    struct err err = {0};

    address_tie(rows->db, other, address_of_person(rows->db, one), monday);
    assert_int_equal(
        contact_find(rows->db, "0812-0000-0001", ids, &address_id, &err), 2);
    assert_int_equal(ids[0], one);
    assert_int_equal(ids[1], other);
    assert_int_not_equal(address_id, 0);
    snprintf(id, sizeof id, "%lld", (long long)other);
    assert_int_equal(contact_find(rows->db, id, ids, &address_id, &err), 1);
    assert_int_equal(ids[0], other);
    assert_int_equal(address_id, 0);
    assert_int_equal(
        contact_find(rows->db, "+6281200009999", ids, &address_id, &err), -1);
    assert_int_equal(err.code, ERR_REFUSED);
    assert_non_null(strstr(err.text, "+62 …99"));
    assert_null(strstr(err.text, "9999"));
    assert_int_equal(contact_find(rows->db, "777", ids, &address_id, &err), -1);
    assert_int_equal(contact_find(rows->db, "Siti", ids, &address_id, &err), -1);
}

/* Consents, a stop, a series under way and what became of its steps. */
static int64_t add_history(struct rows *rows)
{
    int64_t person = rows_person(rows, 1, 2010), id;
    struct consent guardian = {person, true, false, 0, NULL, "paper", 0, "2025-12-01",
        "2026-01", "", "import:list.csv:2"};
    struct consent own = {person, false, false, rows->champions, "sms", "reply", monday,
        "", "2026-01", "YA", "inbound:1"};
    struct enrolment enrolment = {
        .person_id = person,
        .address_id = address_of_person(rows->db, person),
        .series_id = rows->champions,
        .state = ENROLMENT_ACTIVE,
        .joined_at = monday,
        .step = "C4",
        .slot_at = monday + 7 * 24 * 60 * (int64_t)MINUTE,
        .due_at = monday + 7 * 24 * 60 * (int64_t)MINUTE,
    };

    basis_add(rows->db, person, enrolment.address_id, "workshop list", "2025-11-02",
        "import:list.csv:2", monday);
    consent_add(rows->db, &guardian, monday);
    consent_add(rows->db, &own, monday);
    id = enrolment_add(rows->db, &enrolment, monday);
    outcome_set(rows->db, id, "C1", 1, "sent", "", 1, monday);
    outcome_set(rows->db, id, "C2", 1, "missed", "late", 0, monday + MINUTE);
    suppression_add(
        rows->db, enrolment.address_id, "opted_out", "STOP", "sms", 0, monday);
    return person;
}

static void a_contact_is_told_whole_and_masked(void **state)
{
    struct rows *rows = *state;
    int64_t person = add_history(rows);
    json_t *contact = contact_json(rows->db, person, monday), *series, *consent, *step;
    char *dump = json_dumps(contact, 0);
    struct buf out;

    assert_null(strstr(dump, "62812"));
    assert_string_equal(word(contact, "contact"), "+62 …01");
    assert_string_equal(word(contact, "age_band"), "15-17");
    assert_null(json_object_get(contact, "birth_year"));
    assert_string_equal(word(json_object_get(contact, "consent"), "own"), "given");
    consent = json_array_get(json_object_get(contact, "consents"), 1);
    assert_string_equal(word(consent, "words"), "YA");
    assert_string_equal(word(consent, "wording"), "2026-01");
    assert_string_equal(word(consent, "series"), "champions");
    series = json_array_get(json_object_get(contact, "series"), 0);
    assert_string_equal(word(series, "campaign"), "cegah-kawin-anak");
    assert_string_equal(word(series, "due_local"), "2026-01-12 16:15");
    step = json_array_get(json_object_get(series, "steps"), 0);
    assert_string_equal(word(step, "step"), "C2");
    assert_string_equal(word(step, "reason"), "late");
    assert_true(strlen(word(step, "explanation")) > 20);
    assert_string_equal(word(json_object_get(contact, "suppression"), "words"), "STOP");
    buf_init(&out, 65536);
    contact_print(contact, false, &out);
    assert_non_null(
        strstr(buf_text(&out), "next C4 on 2026-01-12 16:15 (Asia/Makassar)"));
    assert_non_null(strstr(buf_text(&out), "STOPPED on 2026-01-05 16:15"));
    assert_null(strstr(buf_text(&out), "inbound:1"));
    assert_null(strstr(buf_text(&out), "2010"));
    buf_clear(&out);
    contact_print(contact, true, &out);
    assert_non_null(strstr(buf_text(&out), "inbound:1"));
    buf_fini(&out);
    free(dump);
    json_decref(contact);
    assert_null(contact_json(rows->db, 4711, monday));
}

static void the_newest_word_on_consent_counts(void **state)
{
    struct rows *rows = *state;
    int64_t person = rows_person(rows, 1, 2000);
    struct consent own = {person, false, false, 0, "sms", "reply", monday, "",
        "2026-01", "YA", "inbound:1"};
    char word_of[16];

    view_consent_state(rows->db, person, false, word_of);
    assert_string_equal(word_of, "none");
    consent_add(rows->db, &own, monday);
    view_consent_state(rows->db, person, false, word_of);
    assert_string_equal(word_of, "given");
    consent_withdraw(rows->db, person, false, "inbound:1", monday);
    view_consent_state(rows->db, person, false, word_of);
    assert_string_equal(word_of, "withdrawn");
    own.refused = true;
    consent_add(rows->db, &own, monday);
    view_consent_state(rows->db, person, false, word_of);
    assert_string_equal(word_of, "refused");
    view_consent_state(rows->db, person, true, word_of);
    assert_string_equal(word_of, "none");
}

static void an_age_is_the_youngest_possible_and_a_band(void **state)
{
    static const struct {
        int year;
        const char *band;
    } cases[] = {{0, "unknown"}, {2020, "10-14"}, {2011, "10-14"}, {2010, "15-17"},
        {2008, "15-17"}, {2007, "18"}, {2006, "19-24"}, {2001, "19-24"}, {2000, "25+"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(
            value_age_band(cases[i].year, "Asia/Makassar", monday), cases[i].band);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            both_directions_are_listed_newest_first, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            a_state_is_found_however_far_back_it_lies, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            a_timeline_tells_every_try_and_report_in_order, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            a_timeline_tells_of_a_move_before_the_next_try_and_why_it_failed,
            rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            what_cegah_ended_itself_ends_its_timeline_with_the_reason, rows_begin,
            rows_end),
        cmocka_unit_test_setup_teardown(
            a_sealed_text_is_never_shown, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            a_message_behind_a_paused_gateway_says_what_it_waits_for, rows_begin,
            rows_end),
        cmocka_unit_test_setup_teardown(
            an_id_that_is_none_of_ours_is_refused, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            a_number_finds_everybody_behind_it_and_an_id_one_person, rows_begin,
            rows_end),
        cmocka_unit_test_setup_teardown(
            a_contact_is_told_whole_and_masked, rows_begin, rows_end),
        cmocka_unit_test_setup_teardown(
            the_newest_word_on_consent_counts, rows_begin, rows_end),
        cmocka_unit_test(an_age_is_the_youngest_possible_and_a_band),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
