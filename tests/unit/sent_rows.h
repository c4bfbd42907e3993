/*
 * sent_rows.h: what the tests of reading share: a store in a temporary file with a few
 * people and messages in it, all made through the store's own functions.
 */
#ifndef CEGAH_TESTS_UNIT_SENT_ROWS_H
#define CEGAH_TESTS_UNIT_SENT_ROWS_H

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

#include "base/buf.h"
#include "base/mem.h"
#include "base/outcome.h"
#include "base/zone.h"
#include "store/campaign.h"
#include "store/consent.h"
#include "store/db.h"
#include "store/enrolment.h"
#include "store/inbound.h"
#include "store/message.h"
#include "store/meta.h"
#include "store/person.h"
#include "store/text.h"
#include "store/view.h"

/* 2026-01-05, a Monday, 16:15 in Makassar. */
static const int64_t monday = 1767600900000;
enum { MINUTE = 60000, MONDAY_DAY = 20458 };

/* One test's store. */
struct rows {
    char path[64];
    struct db *db;
    struct reference_key key;
    int64_t campaign, other;          /* cegah-kawin-anak, kabar */
    int64_t champions, parents, news; /* series, the last one of kabar */
};

static inline int rows_begin(void **state)
{
    struct rows *rows = mem_zero(1, sizeof *rows);
    struct err err;
    int64_t version;
    int descriptor;

    snprintf(rows->path, sizeof rows->path, "/tmp/cegah-rows-XXXXXX");
    descriptor = mkstemp(rows->path);
    assert_true(descriptor >= 0);
    close(descriptor);
    rows->db = db_open(rows->path, DB_WRITE, &err);
    assert_non_null(rows->db);
    rows->campaign = campaign_row_add_version(
        rows->db, "cegah-kawin-anak", "h", "[]", monday, &version);
    rows->other =
        campaign_row_add_version(rows->db, "kabar", "h", "[]", monday, &version);
    rows->champions = series_row_ensure(rows->db, rows->campaign, "champions");
    rows->parents = series_row_ensure(rows->db, rows->campaign, "parents");
    rows->news = series_row_ensure(rows->db, rows->other, "news");
    reference_load(rows->db, &rows->key);
    *state = rows;
    return 0;
}

static inline int rows_end(void **state)
{
    struct rows *rows = *state;
    struct err err;
    char *side;

    assert_int_equal(db_commit(rows->db, &err), 0);
    db_close(rows->db);
    unlink(rows->path);
    side = mem_format("%s-wal", rows->path);
    unlink(side);
    free(side);
    side = mem_format("%s-shm", rows->path);
    unlink(side);
    free(side);
    free(rows);
    return 0;
}

/* The i-th person of the tests with a number of her own; returns the person's id. */
static inline int64_t rows_person(struct rows *rows, int i, int birth_year)
{
    struct person person = {.birth_year = birth_year};
    char number[24];
    int64_t id;

    snprintf(person.name, sizeof person.name, "Orang %d", i);
    snprintf(person.role, sizeof person.role, "champion");
    snprintf(person.district, sizeof person.district, "maros");
    snprintf(person.zone, sizeof person.zone, "Asia/Makassar");
    snprintf(number, sizeof number, "+628120000%04d", i);
    id = person_add(rows->db, &person, monday);
    address_tie(
        rows->db, id, address_ensure(rows->db, ADDRESS_PHONE, number, monday), monday);
    return id;
}

/* A message of the champions' series as the plan would queue it; change what differs. */
static inline struct message rows_message(struct rows *rows, int64_t person)
{
    struct message message = {
        .kind = KIND_STEP,
        .campaign_id = rows->campaign,
        .series_id = rows->champions,
        .step = "C4",
        .occurrence = 1,
        .person_id = person,
        .address_id = address_of_person(rows->db, person),
        .channel = CHANNEL_SMS,
        .gateway = "maros-sms",
        .priority = PRIORITY_CAMPAIGN,
        .parts = 2,
        .day = MONDAY_DAY,
        .expires_at = monday + 600 * MINUTE,
    };

    return message;
}

static inline void rows_move(struct rows *rows, struct message *message,
    enum message_state to, const char *reason, int64_t at)
{
    message_move(rows->db, message, to, FAILURE_NONE, reason, at);
}

/* Queued and moved on to that state, by the way that it would take. */
static inline void rows_send(
    struct rows *rows, struct message *message, enum message_state to, int64_t at)
{
    message_add(rows->db, message, "Halo", NULL, at);
    if (to == MESSAGE_EXPIRED || to == MESSAGE_CANCELLED) {
        rows_move(rows, message, to, "expired", at);
        return;
    }
    if (to != MESSAGE_QUEUED) {
        message->attempts = 1;
        attempt_add(rows->db, message, "text", at);
        rows_move(rows, message, MESSAGE_SENDING, "", at);
    }
    if (to == MESSAGE_DELIVERED || to == MESSAGE_READ) {
        rows_move(rows, message, MESSAGE_SENT, "", at);
    }
    if (to == MESSAGE_READ) {
        rows_move(rows, message, MESSAGE_DELIVERED, "", at);
    }
    if (to != MESSAGE_QUEUED && to != MESSAGE_SENDING) {
        rows_move(rows, message, to, "", at);
    }
}

/* Something that came in, settled as that intent; sealed: its text is. */
static inline int64_t rows_inbound(struct rows *rows, int64_t person, const char *key,
    const char *intent, const char *text, bool sealed, int64_t at)
{
    struct inbound inbound = {
        .gateway = "maros-sms",
        .key = key,
        .address_id = address_of_person(rows->db, person),
        .person_id = person,
        .channel = CHANNEL_SMS,
        .type = "text",
        .at = at,
        .received_at = at,
    };
    int64_t id = inbound_add(rows->db, &inbound);
    int64_t text_id = sealed ? text_add_sealed(rows->db, text, strlen(text), at)
                             : text_add_clear(rows->db, text, at);

    inbound_settle(rows->db, id, person, intent, sealed, text_id);
    return id;
}

#endif
