/*
 * The gate: every verdict with its reason, on a fake clock, in a store of its own.
 * 5 January 2026 is a Monday.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/zone.h"
#include "content/campaign.h"
#include "content/config.h"
#include "gate/gate.h"
#include "gate/hours.h"
#include "people/catalogue.h"
#include "people/files.h"
#include "store/campaign.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/message.h"
#include "store/person.h"

static const char campaign_yaml[] =
    "campaign: uji\ntitle: Uji\norganisation: Uji\nwording: \"2026-01\"\n"
    "districts:\n"
    "  maros: {name: Maros, zone: Asia/Makassar}\n"
    "  ambon: {name: Ambon, zone: Asia/Jayapura, hours: {dusk: {closed: "
    "\"17:30-19:15\"}}}\n"
    "replies:\n  opt_out: \"Baik, kami berhenti.\"\n";
static const char series_yaml[] =
    "series: champions\ntitle: Champion\nfor: {role: champion}\n"
    "invitation: {id: C0, text: \"Mau? YA atau TIDAK. STOP.\"}\n"
    "steps:\n  - {id: C1, at: {week: 1, day: wed, time: \"16:15\"}, say: \"Halo!\"}\n";

enum { ADULT_YEAR = 1990, MINOR_YEAR = 2012 };

/* One test's store, with one running campaign and one person. */
struct fixture {
    char path[64];
    struct db *db;
    struct catalogue *catalogue;
    struct config config;
    char *test_phones[1];
    struct gate gate;
    struct gate_question question;
    struct gate_answer answer;
};

static int64_t at(const char *text)
{
    int64_t ms;

    assert_int_equal(time_parse(text, &ms), 0);
    return ms;
}

static int64_t open_hour(void)
{
    return at("2026-01-05T16:00:00+08:00");
}

static void refresh(struct fixture *f)
{
    struct err err = {0};

    if (catalogue_refresh(f->catalogue, f->db, &err) != 0) {
        fail_msg("%s", err.text);
    }
    f->question.series_id = catalogue_series_at(f->catalogue, 0)->id;
}

static void set_states(
    struct fixture *f, enum run_state campaign, enum run_state series)
{
    const struct catalogue_series *only = catalogue_series_at(f->catalogue, 0);
    int64_t campaign_id = only->campaign->id, series_id = only->id;

    campaign_row_set_state(f->db, campaign_id, campaign, open_hour());
    series_row_set_state(f->db, series_id, series);
    refresh(f);
}

static void load(struct fixture *f)
{
    struct content_file list[] = {
        {(char *)"campaign.yaml", (char *)campaign_yaml, sizeof campaign_yaml - 1},
        {(char *)"champions.yaml", (char *)series_yaml, sizeof series_yaml - 1}};
    struct content_files files = {list, 2};
    json_t *value = files_to_value(&files);
    char *json = json_dumps(value, 0);
    int64_t version;

    campaign_row_add_version(f->db, "uji", "hash", json, open_hour(), &version);
    free(json);
    json_decref(value);
}

static void add_person(struct fixture *f, const char *district, int birth_year)
{
    struct person person = {.birth_year = birth_year};
    int64_t now = open_hour();

    snprintf(person.role, sizeof person.role, "champion");
    snprintf(person.district, sizeof person.district, "%s", district);
    snprintf(person.zone, sizeof person.zone, "%s",
        strcmp(district, "ambon") == 0 ? "Asia/Jayapura" : "Asia/Makassar");
    f->question.person_id = person_add(f->db, &person, now);
    f->question.address_id =
        address_ensure(f->db, ADDRESS_PHONE, "+6281200000010", now);
    address_tie(f->db, f->question.person_id, f->question.address_id, now);
}

static int setup(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    struct err err = {0};
    int descriptor;

    snprintf(f->path, sizeof f->path, "/tmp/cegah-gate-XXXXXX");
    descriptor = mkstemp(f->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    f->db = db_open(f->path, DB_WRITE, &err);
    assert_non_null(f->db);
    db_unit_begin(f->db);
    load(f);
    f->catalogue = catalogue_open(f->db, &err);
    if (f->catalogue == NULL) {
        fail_msg("%s", err.text);
    }
    f->test_phones[0] = (char *)"+6281200000001";
    f->config = (struct config){.timezone = (char *)"Asia/Makassar"};
    f->config.test_phones = (struct option_list){f->test_phones, 1};
    gate_init(&f->gate, f->db, f->catalogue, &f->config);
    f->question.kind = KIND_STEP;
    set_states(f, RUN_RUNNING, RUN_RUNNING);
    add_person(f, "maros", ADULT_YEAR);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const tails[] = {"", "-wal", "-shm", ".lock"};
    struct fixture *f = *state;

    db_unit_end(f->db, false);
    catalogue_free(f->catalogue);
    db_close(f->db);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        char path[80];

        snprintf(path, sizeof path, "%s%s", f->path, tails[i]);
        unlink(path);
    }
    free(f);
    return 0;
}

static int64_t consent(struct fixture *f, bool guardian, bool refused)
{
    struct consent row = {
        .person_id = f->question.person_id,
        .guardian = guardian,
        .refused = refused,
        .method = "paper",
        .dated = "2026-01-02",
        .wording = "2026-01",
        .words = "",
        .evidence = "import:x.csv:2",
    };

    return consent_add(f->db, &row, open_hour());
}

static void ask(
    struct fixture *f, int64_t now, enum gate_verdict verdict, const char *reason)
{
    gate_check(&f->gate, &f->question, now, &f->answer);
    assert_string_equal(f->answer.reason, reason);
    assert_int_equal(f->answer.verdict, verdict);
}

static void ask_wait(
    struct fixture *f, const char *now, const char *reason, const char *until)
{
    ask(f, at(now), GATE_WAIT, reason);
    assert_int_equal(f->answer.until, at(until));
}

/* Something that counts has left for the number, on that day. */
static void count_one(struct fixture *f, const char *now)
{
    struct message message = {
        .kind = KIND_STEP,
        .campaign_id = 1,
        .series_id = f->question.series_id,
        .occurrence = 1,
        .person_id = f->question.person_id,
        .address_id = f->question.address_id,
        .counts = true,
        .cap_day = zone_day(zone_find("Asia/Makassar"), at(now)),
    };

    message_add(f->db, &message, "Halo!", NULL, at(now));
}

static void an_invitation_needs_a_basis_and_cites_it(void **state)
{
    struct fixture *f = *state;
    int64_t basis;

    f->question.kind = KIND_INVITATION;
    ask(f, open_hour(), GATE_DENY, "no_basis");
    basis = basis_add(f->db, f->question.person_id, f->question.address_id,
        "daftar hadir", "", "x.csv:2", open_hour());
    ask(f, open_hour(), GATE_ALLOW, "");
    assert_int_equal(f->answer.basis_id, basis);
    assert_int_equal(f->answer.consent_id, 0);
    assert_true(f->answer.counts);
    assert_int_equal(f->answer.day, day_from_date(2026, 1, 5));
}

static void a_step_needs_the_persons_own_consent_and_cites_it(void **state)
{
    struct fixture *f = *state;
    int64_t own;

    consent(f, true, false);
    ask(f, open_hour(), GATE_DENY, "no_consent");
    own = consent(f, false, false);
    ask(f, open_hour(), GATE_ALLOW, "");
    assert_int_equal(f->answer.consent_id, own);
    assert_int_equal(f->answer.guardian_id, 0);
}

static void a_minors_step_needs_the_guardians_consent_too(void **state)
{
    struct fixture *f = *state;
    int64_t own, guardian;

    add_person(f, "maros", MINOR_YEAR);
    own = consent(f, false, false);
    ask(f, open_hour(), GATE_DENY, "no_guardian_consent");
    guardian = consent(f, true, false);
    ask(f, open_hour(), GATE_ALLOW, "");
    assert_int_equal(f->answer.consent_id, own);
    assert_int_equal(f->answer.guardian_id, guardian);
    consent(f, true, true);
    ask(f, open_hour(), GATE_DENY, "no_guardian_consent");
}

static void a_newer_no_outweighs_a_yes(void **state)
{
    struct fixture *f = *state;

    consent(f, false, false);
    consent(f, false, true);
    ask(f, open_hour(), GATE_DENY, "no_consent");
    consent(f, false, false);
    ask(f, open_hour(), GATE_ALLOW, "");
    consent_withdraw(f->db, f->question.person_id, false, "staff: asked", open_hour());
    ask(f, open_hour(), GATE_DENY, "no_consent");
}

static void age_is_the_youngest_possible_and_unknown_is_a_minor(void **state)
{
    static const struct {
        int birth_year;
        bool minor;
    } cases[] = {{2008, true}, {2007, false}, {2006, false}, {0, true}, {2012, true}};
    struct fixture *f = *state;
    struct gate_subject subject;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        add_person(f, "maros", cases[i].birth_year);
        gate_subject(&f->gate, f->question.person_id, open_hour(), &subject);
        assert_int_equal(subject.minor, cases[i].minor);
    }
    /* The year turns where the person lives: in Ambon an hour before Makassar. */
    add_person(f, "ambon", 2008);
    gate_subject(
        &f->gate, f->question.person_id, at("2026-12-31T23:30:00+09:00"), &subject);
    assert_true(subject.minor);
    gate_subject(
        &f->gate, f->question.person_id, at("2027-01-01T00:00:00+09:00"), &subject);
    assert_false(subject.minor);
}

static void a_stranger_has_the_configs_zone_and_a_minors_protection(void **state)
{
    struct fixture *f = *state;
    struct gate_subject subject;

    gate_subject(&f->gate, 0, open_hour(), &subject);
    assert_true(subject.minor);
    assert_string_equal(zone_name(subject.zone), "Asia/Makassar");
    assert_ptr_equal(subject.hours, &f->gate.rules);
}

static void who_said_stop_gets_acks_and_nothing_else(void **state)
{
    static const enum message_kind kinds[] = {
        KIND_INVITATION, KIND_STEP, KIND_REPLY, KIND_TEST};
    struct fixture *f = *state;

    consent(f, false, false);
    f->question.inbound_at = open_hour();
    suppression_add(
        f->db, f->question.address_id, "opted_out", "STOP", "sms", 0, open_hour());
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        f->question.kind = kinds[i];
        ask(f, open_hour(), GATE_DENY, "opted_out");
    }
    f->question.kind = KIND_ACK;
    ask(f, open_hour(), GATE_ALLOW, "");
}

static void what_is_paused_waits_and_what_is_stopped_is_over(void **state)
{
    struct fixture *f = *state;

    consent(f, false, false);
    set_states(f, RUN_PAUSED, RUN_RUNNING);
    ask_wait(
        f, "2026-01-05T16:00:00+08:00", "campaign_paused", "2026-01-05T16:10:00+08:00");
    set_states(f, RUN_RUNNING, RUN_PAUSED);
    ask_wait(
        f, "2026-01-05T16:00:00+08:00", "series_paused", "2026-01-05T16:10:00+08:00");
    set_states(f, RUN_RUNNING, RUN_STOPPED);
    ask(f, open_hour(), GATE_DENY, "campaign_stopped");
    set_states(f, RUN_STOPPED, RUN_RUNNING);
    ask(f, open_hour(), GATE_DENY, "campaign_stopped");
    f->question.series_id += 1000; /* no longer in the content */
    ask(f, open_hour(), GATE_DENY, "campaign_stopped");
}

static void replies_go_while_the_campaign_is_paused(void **state)
{
    struct fixture *f = *state;

    set_states(f, RUN_PAUSED, RUN_PAUSED);
    f->question.kind = KIND_REPLY;
    f->question.inbound_at = open_hour();
    ask(f, open_hour(), GATE_ALLOW, "");
    f->question.kind = KIND_ACK;
    ask(f, open_hour(), GATE_ALLOW, "");
    assert_false(f->answer.counts);
}

static void a_test_goes_to_test_phones_at_any_hour(void **state)
{
    struct fixture *f = *state;
    int64_t night = at("2026-01-05T23:00:00+08:00");

    f->question.kind = KIND_TEST;
    f->question.person_id = 0;
    ask(f, night, GATE_DENY, "not_a_test_phone");
    f->question.address_id =
        address_ensure(f->db, ADDRESS_PHONE, "+6281200000001", night);
    ask(f, night, GATE_ALLOW, "");
    assert_false(f->answer.counts);
}

static void a_step_waits_for_an_open_hour(void **state)
{
    struct fixture *f = *state;

    consent(f, false, false);
    consent(f, true, false);
    ask_wait(
        f, "2026-01-05T20:00:00+08:00", "quiet_hours", "2026-01-06T08:00:00+08:00");
    ask(f, at("2026-01-05T19:59:59+08:00"), GATE_ALLOW, "");
    ask(f, at("2026-01-06T08:00:00+08:00"), GATE_ALLOW, "");
    add_person(f, "maros", MINOR_YEAR);
    consent(f, false, false);
    consent(f, true, false);
    ask_wait(
        f, "2026-01-05T20:00:00+08:00", "quiet_hours", "2026-01-06T15:00:00+08:00");
    add_person(f, "ambon", ADULT_YEAR);
    consent(f, false, false);
    ask_wait(
        f, "2026-01-05T18:50:00+09:00", "quiet_hours", "2026-01-05T19:15:00+09:00");
}

static void a_neutral_reply_has_five_minutes_in_closed_hours(void **state)
{
    struct fixture *f = *state;
    int64_t night = at("2026-01-05T22:00:00+08:00");

    f->question.kind = KIND_ACK;
    f->question.neutral = true;
    f->question.inbound_at = night;
    ask(f, night, GATE_ALLOW, "");
    ask(f, night + REPLY_AT_NIGHT_MS, GATE_ALLOW, "");
    ask(f, night + REPLY_AT_NIGHT_MS + 1, GATE_DENY, "quiet_hours");
    f->question.kind = KIND_REPLY;
    f->question.neutral = false;
    ask(f, night, GATE_WAIT, "quiet_hours");
    assert_int_equal(f->answer.until, at("2026-01-06T08:00:00+08:00"));
}

static void one_a_day_leaves(void **state)
{
    struct fixture *f = *state;

    consent(f, false, false);
    count_one(f, "2026-01-05T16:00:00+08:00");
    ask_wait(f, "2026-01-05T16:30:00+08:00", "cap_day", "2026-01-06T08:00:00+08:00");
    ask(f, at("2026-01-06T16:00:00+08:00"), GATE_ALLOW, "");
}

static void three_a_week_leave(void **state)
{
    struct fixture *f = *state;

    consent(f, false, false);
    count_one(f, "2026-01-04T16:00:00+08:00"); /* a Sunday: the week before */
    count_one(f, "2026-01-05T16:00:00+08:00");
    count_one(f, "2026-01-06T16:00:00+08:00");
    ask(f, at("2026-01-07T16:00:00+08:00"), GATE_ALLOW, "");
    count_one(f, "2026-01-07T16:00:00+08:00");
    ask_wait(f, "2026-01-08T16:00:00+08:00", "cap_week", "2026-01-12T08:00:00+08:00");
    ask_wait(f, "2026-01-11T16:00:00+08:00", "cap_week", "2026-01-12T08:00:00+08:00");
    /* Both caps are full: the one that lasts longer is said. */
    ask_wait(f, "2026-01-07T16:30:00+08:00", "cap_week", "2026-01-12T08:00:00+08:00");
    ask(f, at("2026-01-12T08:00:00+08:00"), GATE_ALLOW, "");
}

static void what_is_queued_does_not_stand_in_its_own_way(void **state)
{
    struct fixture *f = *state;

    consent(f, false, false);
    count_one(f, "2026-01-05T16:00:00+08:00");
    f->question.counted = true;
    f->question.counted_day = day_from_date(2026, 1, 5);
    ask(f, open_hour(), GATE_ALLOW, "");
    count_one(f, "2026-01-06T16:00:00+08:00");
    /* It was queued on Monday and is claimed on Tuesday, when another one has left. */
    ask_wait(f, "2026-01-06T16:30:00+08:00", "cap_day", "2026-01-07T08:00:00+08:00");
}

static void replies_have_no_cap(void **state)
{
    struct fixture *f = *state;

    count_one(f, "2026-01-05T16:00:00+08:00");
    f->question.kind = KIND_REPLY;
    f->question.inbound_at = open_hour();
    ask(f, open_hour(), GATE_ALLOW, "");
    assert_false(f->answer.counts);
}

static void next_open(bool minor, const char *now, const char *expected)
{
    struct hours rules;
    char found[32], wanted[32];

    hours_default(&rules);
    time_format_utc(
        hours_next_open(&rules, zone_find("Asia/Makassar"), minor, at(now)), found);
    time_format_utc(at(expected), wanted);
    assert_string_equal(found, wanted);
}

static void night_ends_at_eight_on_whichever_side_of_midnight_it_is_asked(void **state)
{
    (void)state;
    next_open(false, "2026-01-05T20:00:00+08:00", "2026-01-06T08:00:00+08:00");
    next_open(false, "2026-01-05T23:59:59+08:00", "2026-01-06T08:00:00+08:00");
    next_open(false, "2026-01-06T00:00:00+08:00", "2026-01-06T08:00:00+08:00");
    next_open(false, "2026-01-06T07:59:59+08:00", "2026-01-06T08:00:00+08:00");
    next_open(false, "2026-01-06T08:00:00+08:00", "2026-01-06T08:00:00+08:00");
    next_open(false, "2026-01-06T19:59:00+08:00", "2026-01-06T19:59:00+08:00");
    next_open(false, "2026-12-31T22:00:00+08:00", "2027-01-01T08:00:00+08:00");
}

static void an_open_moment_is_kept_to_the_millisecond(void **state)
{
    struct hours rules;
    int64_t now = at("2026-01-05T10:00:00+08:00") + 123;

    (void)state;
    hours_default(&rules);
    assert_int_equal(
        hours_next_open(&rules, zone_find("Asia/Makassar"), false, now), now);
    assert_int_equal(hours_next_open(&rules, zone_find("Asia/Makassar"), true, now),
        at("2026-01-05T15:00:00+08:00"));
}

static void fridays_and_dusk_are_closed(void **state)
{
    (void)state;
    next_open(false, "2026-01-09T11:29:59+08:00", "2026-01-09T11:29:59+08:00");
    next_open(false, "2026-01-09T11:30:00+08:00", "2026-01-09T13:30:00+08:00");
    next_open(false, "2026-01-08T11:30:00+08:00", "2026-01-08T11:30:00+08:00");
    next_open(true, "2026-01-09T11:30:00+08:00", "2026-01-09T15:00:00+08:00");
    next_open(false, "2026-01-09T17:30:00+08:00", "2026-01-09T18:45:00+08:00");
    next_open(false, "2026-01-09T18:44:59+08:00", "2026-01-09T18:45:00+08:00");
}

static void a_sunday_begins_at_noon(void **state)
{
    (void)state;
    next_open(false, "2026-01-10T20:00:00+08:00", "2026-01-11T12:00:00+08:00");
    next_open(false, "2026-01-11T06:00:00+08:00", "2026-01-11T12:00:00+08:00");
    next_open(true, "2026-01-11T08:00:00+08:00", "2026-01-11T12:00:00+08:00");
    next_open(true, "2026-01-11T20:00:00+08:00", "2026-01-12T15:00:00+08:00");
    next_open(false, "2026-01-11T20:00:00+08:00", "2026-01-12T08:00:00+08:00");
}

static void windows_that_touch_are_one(void **state)
{
    (void)state;
    next_open(true, "2026-01-05T20:00:00+08:00", "2026-01-06T15:00:00+08:00");
    next_open(true, "2026-01-06T07:30:00+08:00", "2026-01-06T15:00:00+08:00");
    next_open(true, "2026-01-10T21:00:00+08:00", "2026-01-11T12:00:00+08:00");
}

#define RULE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(an_invitation_needs_a_basis_and_cites_it),
        RULE(a_step_needs_the_persons_own_consent_and_cites_it),
        RULE(a_minors_step_needs_the_guardians_consent_too),
        RULE(a_newer_no_outweighs_a_yes),
        RULE(age_is_the_youngest_possible_and_unknown_is_a_minor),
        RULE(a_stranger_has_the_configs_zone_and_a_minors_protection),
        RULE(who_said_stop_gets_acks_and_nothing_else),
        RULE(what_is_paused_waits_and_what_is_stopped_is_over),
        RULE(replies_go_while_the_campaign_is_paused),
        RULE(a_test_goes_to_test_phones_at_any_hour),
        RULE(a_step_waits_for_an_open_hour),
        RULE(a_neutral_reply_has_five_minutes_in_closed_hours),
        RULE(one_a_day_leaves),
        RULE(three_a_week_leave),
        RULE(what_is_queued_does_not_stand_in_its_own_way),
        RULE(replies_have_no_cap),
        cmocka_unit_test(night_ends_at_eight_on_whichever_side_of_midnight_it_is_asked),
        cmocka_unit_test(an_open_moment_is_kept_to_the_millisecond),
        cmocka_unit_test(fridays_and_dusk_are_closed),
        cmocka_unit_test(a_sunday_begins_at_noon),
        cmocka_unit_test(windows_that_touch_are_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
