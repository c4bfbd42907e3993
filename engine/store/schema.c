/*
 * schema.c: the tables, as commented SQL.
 *
 * A migration that has shipped is never edited: a change is a new one. Each runs in a
 * transaction of its own. Times are UTC milliseconds, days are days since 1970-01-01 in
 * the person's zone, states and reasons are words.
 */
#include "store/schema.h"

#include <stddef.h>

#include "base/must.h"

static const char migration_1[] =
    "PRAGMA application_id=0x63676168;"

    /* Single facts: the key of references, the epoch, the virtual clock's last time. */
    "CREATE TABLE meta ("
    " key TEXT PRIMARY KEY, value TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    /* What was loaded. A version keeps its files as they were; it never changes. */
    "CREATE TABLE campaign ("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " state TEXT NOT NULL CHECK (state IN ('loaded','running','paused','stopped')),"
    " version INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE campaign_version ("
    " campaign_id INTEGER NOT NULL REFERENCES campaign(id), number INTEGER NOT NULL,"
    " hash TEXT NOT NULL, files TEXT NOT NULL, loaded_at INTEGER NOT NULL,"
    " PRIMARY KEY (campaign_id, number)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE series ("
    " id INTEGER PRIMARY KEY, campaign_id INTEGER NOT NULL REFERENCES campaign(id),"
    " name TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('loaded','running','paused','stopped')),"
    " UNIQUE (campaign_id, name)"
    ") STRICT;"

    /* Person and address are two things. flags: see person.h. */
    "CREATE TABLE person ("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL,"
    " district TEXT NOT NULL, zone TEXT NOT NULL, birth_year INTEGER, sex TEXT NOT "
    "NULL,"
    " language TEXT NOT NULL, code TEXT NOT NULL, flags INTEGER NOT NULL DEFAULT 0,"
    " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE address ("
    " id INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL,"
    " created_at INTEGER NOT NULL, UNIQUE (kind, value)"
    ") STRICT;"
    "CREATE TABLE person_address ("
    " person_id INTEGER NOT NULL REFERENCES person(id),"
    " address_id INTEGER NOT NULL REFERENCES address(id), since INTEGER NOT NULL,"
    " PRIMARY KEY (person_id, address_id)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX person_address_back ON person_address (address_id, person_id);"

    /* How a number came to us: what allows the one invitation. Append-only. */
    "CREATE TABLE basis ("
    " id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id),"
    " address_id INTEGER NOT NULL REFERENCES address(id),"
    " how TEXT NOT NULL, dated TEXT NOT NULL, source TEXT NOT NULL,"
    " recorded_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX basis_person ON basis (person_id);"

    /* Append-only. whose: own or guardian; series_id NULL: every series of the programme;
       decision: given or refused; wording: the version of the words that were shown;
       words: what the person said, when it came as a message. */
    "CREATE TABLE consent ("
    " id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id),"
    " whose TEXT NOT NULL CHECK (whose IN ('own','guardian')),"
    " decision TEXT NOT NULL CHECK (decision IN ('given','refused')),"
    " scope TEXT NOT NULL, series_id INTEGER REFERENCES series(id),"
    " channel TEXT, method TEXT NOT NULL, given_at INTEGER, dated TEXT NOT NULL,"
    " wording TEXT NOT NULL, words TEXT NOT NULL, evidence TEXT NOT NULL,"
    " recorded_at INTEGER NOT NULL, withdrawn_at INTEGER"
    ") STRICT;"
    "CREATE INDEX consent_person ON consent (person_id, whose);"

    /* STOP: of the address, whoever is behind it. */
    "CREATE TABLE suppression ("
    " id INTEGER PRIMARY KEY, address_id INTEGER NOT NULL REFERENCES address(id),"
    " reason TEXT NOT NULL, words TEXT NOT NULL, channel TEXT NOT NULL,"
    " inbound_id INTEGER, at INTEGER NOT NULL, lifted_at INTEGER"
    ") STRICT;"
    "CREATE INDEX suppression_live ON suppression (address_id) WHERE lifted_at IS NULL;"

    /* The future of a person in a series is this one row: the next step and its time.
       (Its check is no IN of four words: for that a table would be built each time.) */
    "CREATE TABLE enrolment ("
    " id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id),"
    " address_id INTEGER NOT NULL REFERENCES address(id),"
    " series_id INTEGER NOT NULL REFERENCES series(id),"
    " state TEXT NOT NULL CHECK (state='invited' OR state='waiting_guardian'"
    "  OR state='active' OR state='ended'),"
    " reason TEXT NOT NULL DEFAULT '', joined_at INTEGER, invited_at INTEGER,"
    " step TEXT, occurrence INTEGER NOT NULL DEFAULT 1, slot_at INTEGER,"
    " due_at INTEGER, updated_at INTEGER NOT NULL,"
    " UNIQUE (person_id, series_id)"
    ") STRICT;"
    "CREATE INDEX enrolment_due ON enrolment (due_at) WHERE due_at IS NOT NULL;"
    "CREATE INDEX enrolment_live ON enrolment (address_id) WHERE state <> 'ended';"
    "CREATE INDEX enrolment_series ON enrolment (series_id, state);"

    /* What became of each step: the row that makes "never twice" true. */
    "CREATE TABLE step_outcome ("
    " enrolment_id INTEGER NOT NULL REFERENCES enrolment(id), step TEXT NOT NULL,"
    " occurrence INTEGER NOT NULL,"
    " outcome TEXT NOT NULL CHECK (outcome='sent' OR outcome='skipped'"
    "  OR outcome='held' OR outcome='missed'),"
    " reason TEXT NOT NULL, message_id INTEGER, at INTEGER NOT NULL,"
    " PRIMARY KEY (enrolment_id, step, occurrence)"
    ") STRICT, WITHOUT ROWID;"

    /* Open and past questions; the newest open one of an address is asked first. */
    "CREATE TABLE question ("
    " enrolment_id INTEGER NOT NULL REFERENCES enrolment(id), step TEXT NOT NULL,"
    " occurrence INTEGER NOT NULL, address_id INTEGER NOT NULL REFERENCES address(id),"
    " channel TEXT NOT NULL, asked_at INTEGER NOT NULL, closes_at INTEGER NOT NULL,"
    " answered_at INTEGER, PRIMARY KEY (enrolment_id, step, occurrence)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX question_open ON question (address_id, asked_at)"
    " WHERE answered_at IS NULL;"
    "CREATE TABLE answer ("
    " id INTEGER PRIMARY KEY, enrolment_id INTEGER NOT NULL REFERENCES enrolment(id),"
    " step TEXT NOT NULL, occurrence INTEGER NOT NULL, value TEXT NOT NULL,"
    " is_right INTEGER, inbound_id INTEGER, at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX answer_enrolment ON answer (enrolment_id);"

    /* Texts apart, so that sealing, erasing and retention are one statement. */
    "CREATE TABLE text ("
    " id INTEGER PRIMARY KEY,"
    " form TEXT NOT NULL CHECK (form IN ('clear','sealed')), body BLOB NOT NULL,"
    " created_at INTEGER NOT NULL"
    ") STRICT;"

    /* A message; its reference outside is made of its id (ref.h), and stored nowhere.
       day: the local day it was due, for counters; cap_day: the local day on which it
       counts against the caps, or NULL; slot_at: when its step was due, expires_at: after
       which it may not leave. */
    "CREATE TABLE message ("
    " id INTEGER PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL,"
    " campaign_id INTEGER, series_id INTEGER, step TEXT NOT NULL, enrolment_id INTEGER,"
    " occurrence INTEGER NOT NULL, person_id INTEGER,"
    " address_id INTEGER NOT NULL REFERENCES address(id),"
    " channel TEXT NOT NULL, gateway TEXT NOT NULL, priority INTEGER NOT NULL,"
    " neutral INTEGER NOT NULL, parts INTEGER NOT NULL, is_unicode INTEGER NOT NULL,"
    " day INTEGER NOT NULL, cap_day INTEGER, next_at INTEGER, expires_at INTEGER NOT "
    "NULL,"
    " attempts INTEGER NOT NULL DEFAULT 0, unsure INTEGER NOT NULL DEFAULT 0,"
    " class TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',"
    " text_id INTEGER REFERENCES text(id), consent_id INTEGER, guardian_id INTEGER,"
    " basis_id INTEGER, inbound_id INTEGER, created_at INTEGER NOT NULL,"
    " updated_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX message_queue ON message (gateway, priority, next_at)"
    " WHERE state = 'queued';"
    "CREATE INDEX message_expiry ON message (expires_at) WHERE state = 'queued';"
    "CREATE INDEX message_sending ON message (id) WHERE state = 'sending';"
    "CREATE INDEX message_unsure ON message (next_at) WHERE state = 'unsure';"
    "CREATE INDEX message_address ON message (address_id, id);"

    /* Each try: written before the request leaves. */
    "CREATE TABLE attempt ("
    " message_id INTEGER NOT NULL REFERENCES message(id), n INTEGER NOT NULL,"
    " gateway TEXT NOT NULL, address_id INTEGER NOT NULL, state TEXT NOT NULL,"
    " at INTEGER NOT NULL, answered_at INTEGER, class TEXT NOT NULL DEFAULT '',"
    " code TEXT NOT NULL DEFAULT '', text TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY (message_id, n)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE gateway_id ("
    " gateway TEXT NOT NULL, value TEXT NOT NULL, message_id INTEGER NOT NULL,"
    " n INTEGER NOT NULL, PRIMARY KEY (gateway, value)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX gateway_id_message ON gateway_id (message_id);"
    /* What reports said, and what else befell a message, in order. */
    "CREATE TABLE event ("
    " message_id INTEGER NOT NULL REFERENCES message(id), n INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,"
    " code TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (message_id, n)"
    ") STRICT, WITHOUT ROWID;"
    /* Reports whose message is not known yet: they overtook the send's own answer. */
    "CREATE TABLE parked_report ("
    " id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, gateway_id TEXT NOT NULL,"
    " state TEXT NOT NULL, class TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL,"
    " at INTEGER NOT NULL, parked_at INTEGER NOT NULL,"
    " UNIQUE (gateway, gateway_id, state, code)"
    ") STRICT;"
    "CREATE INDEX parked_report_age ON parked_report (parked_at);"

    /* What came in. key: the gateway's id, so that a repeat changes nothing. intent: see
       talk.h; state: done, or waiting for a human. */
    "CREATE TABLE inbound ("
    " id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, key TEXT NOT NULL,"
    " address_id INTEGER NOT NULL REFERENCES address(id), person_id INTEGER,"
    " channel TEXT NOT NULL, type TEXT NOT NULL, intent TEXT NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('done','waiting')),"
    " text_id INTEGER REFERENCES text(id), at INTEGER NOT NULL,"
    " received_at INTEGER NOT NULL, UNIQUE (gateway, key)"
    ") STRICT;"
    "CREATE INDEX inbound_waiting ON inbound (received_at) WHERE state = 'waiting';"
    "CREATE INDEX inbound_address ON inbound (address_id, id);"

    /* How many that count were sent to an address on a local day. */
    "CREATE TABLE cap_use ("
    " address_id INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL,"
    " PRIMARY KEY (address_id, day)"
    ") STRICT, WITHOUT ROWID;"

    /* The report's numbers, kept in the transaction of each change. */
    "CREATE TABLE counter ("
    " campaign_id INTEGER NOT NULL, series_id INTEGER NOT NULL, step TEXT NOT NULL,"
    " channel TEXT NOT NULL, gateway TEXT NOT NULL, day INTEGER NOT NULL,"
    " queued INTEGER NOT NULL DEFAULT 0, sending INTEGER NOT NULL DEFAULT 0,"
    " sent INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0,"
    " read INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,"
    " expired INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0,"
    " unsure INTEGER NOT NULL DEFAULT 0, segments INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (campaign_id, series_id, step, channel, gateway, day)"
    ") STRICT, WITHOUT ROWID;"
    /* Distinct people reached: a sum of counters would count some twice. day: as in
       counter, so that a report of some days counts its own people. */
    "CREATE TABLE reach ("
    " campaign_id INTEGER NOT NULL, series_id INTEGER NOT NULL, step TEXT NOT NULL,"
    " person_id INTEGER NOT NULL, channel TEXT NOT NULL, gateway TEXT NOT NULL,"
    " day INTEGER NOT NULL,"
    " PRIMARY KEY (campaign_id, series_id, step, person_id, channel, gateway, day)"
    ") STRICT, WITHOUT ROWID;"

    /* A gateway that stopped itself keeps its reason over a restart. */
    "CREATE TABLE gateway_pause ("
    " gateway TEXT PRIMARY KEY, reason TEXT NOT NULL, since INTEGER NOT NULL,"
    " probe_at INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;";

static const char migration_2[] =
    /* Messages go to a person's address of the highest rank: 0 as it came, -1 a further
       one. */
    "ALTER TABLE person_address ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;"

    /* A changed number: evidence stays with the person, and here is how it moved. */
    "CREATE TABLE address_move ("
    " id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id),"
    " from_id INTEGER NOT NULL REFERENCES address(id),"
    " to_id INTEGER NOT NULL REFERENCES address(id), reason TEXT NOT NULL,"
    " at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX address_move_person ON address_move (person_id);"

    /* Whether a number still belongs to whom it did. alive_at: the last sign of life, or
       the first message; fails: times invalid in a row; state: see address_health.h. */
    "CREATE TABLE address_health ("
    " address_id INTEGER PRIMARY KEY REFERENCES address(id),"
    " fails INTEGER NOT NULL DEFAULT 0, alive_at INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'ok'"
    "  CHECK (state IN ('ok','reconfirm_due','reconfirm_asked','refused')),"
    " reason TEXT NOT NULL DEFAULT '', since INTEGER NOT NULL"
    ") STRICT;"

    /* Where a person comes from in the series: what branches and waits look back at. */
    "ALTER TABLE enrolment ADD COLUMN before_step TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE enrolment ADD COLUMN before_at INTEGER;"

    /* A change of mind, a reminder, and a quiz put off to the next day. */
    "ALTER TABLE question ADD COLUMN changes_left INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE question ADD COLUMN reminder_at INTEGER;"
    "ALTER TABLE question ADD COLUMN postponed INTEGER NOT NULL DEFAULT 0;"
    "DROP INDEX question_open;"
    "CREATE INDEX question_live ON question (address_id, asked_at);"
    "CREATE INDEX question_reminder ON question (reminder_at)"
    " WHERE reminder_at IS NOT NULL;"
    "ALTER TABLE answer ADD COLUMN score INTEGER NOT NULL DEFAULT 0;"

    /* A guardian's number that stands on a signed form; see guardian.h. Its form is a
       basis of that number's, never of the person's own. */
    "ALTER TABLE basis ADD COLUMN whose TEXT NOT NULL DEFAULT 'own';"
    "CREATE TABLE guardian ("
    " id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id),"
    " address_id INTEGER NOT NULL REFERENCES address(id),"
    " basis_id INTEGER NOT NULL REFERENCES basis(id),"
    " code TEXT NOT NULL UNIQUE COLLATE NOCASE, wording TEXT NOT NULL,"
    " dated TEXT NOT NULL, evidence TEXT NOT NULL,"
    " series_id INTEGER REFERENCES series(id), recorded_at INTEGER NOT NULL,"
    " asked_at INTEGER, answered_at INTEGER, decision INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX guardian_person ON guardian (person_id);"
    "CREATE INDEX guardian_address ON guardian (address_id);"

    /* Why and by what a consent ended or a stop was lifted: the other half of the
       evidence. */
    "ALTER TABLE consent ADD COLUMN withdrawn_by TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE suppression ADD COLUMN lifted_words TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE suppression ADD COLUMN lifted_by TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX suppression_address ON suppression (address_id, id);"

    /* Whose data is to be erased, and why; done_at: when it was. */
    "CREATE TABLE erasure_request ("
    " id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person(id),"
    " why TEXT NOT NULL, at INTEGER NOT NULL, done_at INTEGER"
    ") STRICT;"
    "CREATE INDEX erasure_open ON erasure_request (person_id) WHERE done_at IS NULL;"

    /* What is asked of a number once; see asked.h. */
    "CREATE TABLE asked ("
    " address_id INTEGER NOT NULL REFERENCES address(id), what TEXT NOT NULL,"
    " person_id INTEGER, at INTEGER NOT NULL, answered_at INTEGER, inbound_id INTEGER,"
    " PRIMARY KEY (address_id, what)"
    ") STRICT, WITHOUT ROWID;"

    /* Friends join by a person's code, however it is written. */
    "CREATE INDEX person_code ON person"
    " (replace(replace(replace(lower(code),'-',''),'_',''),' ','')) WHERE code<>'';"

    /* Who works with cegah. hash: of the passphrase; public_key, wrapped_key: of a focal
       person (see user.h). Nobody is deleted: the log below names them. */
    "CREATE TABLE user ("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " role TEXT NOT NULL CHECK (role IN ('coordinator','focal','me','admin')),"
    " hash TEXT NOT NULL, public_key BLOB, wrapped_key BLOB, disabled_at INTEGER,"
    " created_at INTEGER NOT NULL,"
    " CHECK ((role = 'focal') = (public_key IS NOT NULL)),"
    " CHECK ((role = 'focal') = (wrapped_key IS NOT NULL))"
    ") STRICT;"
    /* R20: who opened which text, when and why; also who tried. It only grows. */
    "CREATE TABLE opened_text ("
    " id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES user(id),"
    " inbound_id INTEGER NOT NULL REFERENCES inbound(id), outcome TEXT NOT NULL,"
    " reason TEXT NOT NULL, at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX opened_text_inbound ON opened_text (inbound_id);"
    "CREATE TRIGGER opened_text_stays BEFORE DELETE ON opened_text"
    " BEGIN SELECT RAISE(ABORT, 'opened_text only grows'); END;"
    "CREATE TRIGGER opened_text_is_final BEFORE UPDATE ON opened_text"
    " BEGIN SELECT RAISE(ABORT, 'opened_text only grows'); END;"
    /* When a human had dealt with it. */
    "ALTER TABLE inbound ADD COLUMN done_at INTEGER;";

static const char migration_3[] =
    /* The channel that a person wants first: sms, whatsapp, or none said. */
    "ALTER TABLE person ADD COLUMN channel TEXT NOT NULL DEFAULT '';"

    /* district: the person's, when it was queued. code: the gateway's own. give_up_at:
       when another route is tried, unless it has arrived by then. */
    "ALTER TABLE message ADD COLUMN district TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE message ADD COLUMN code TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE message ADD COLUMN give_up_at INTEGER;"
    "CREATE INDEX message_give_up ON message (give_up_at) WHERE give_up_at IS NOT NULL;"

    /* What else a message may be on a channel that can show it (message_form.h), as JSON:
       beside the text, so that erasing is still one statement. */
    "ALTER TABLE text ADD COLUMN form_json TEXT;"

    /* form: text, template, interactive, media. category: what the gateway charges it as;
       cost: in millionths of the config's currency, once it is known. */
    "ALTER TABLE attempt ADD COLUMN form TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE attempt ADD COLUMN category TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE attempt ADD COLUMN cost INTEGER;"

    /* What one gateway knows of an address: when something last came from it over that
       gateway (a session window), and until when the gateway gets nothing for it, why. */
    "CREATE TABLE address_gateway ("
    " address_id INTEGER NOT NULL REFERENCES address(id), gateway TEXT NOT NULL,"
    " inbound_at INTEGER, closed_until INTEGER, reason TEXT NOT NULL DEFAULT '',"
    " PRIMARY KEY (address_id, gateway)"
    ") STRICT, WITHOUT ROWID;"
    /* A person's second id at a gateway, which belongs to a number that is known. */
    "CREATE TABLE address_alias ("
    " address_id INTEGER PRIMARY KEY REFERENCES address(id),"
    " phone_id INTEGER NOT NULL REFERENCES address(id)"
    ") STRICT;"
    "CREATE INDEX address_alias_phone ON address_alias (phone_id);"

    /* Templates that a gateway refuses now, and why. */
    "CREATE TABLE template_refused ("
    " gateway TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL,"
    " word TEXT NOT NULL, code TEXT NOT NULL, since INTEGER NOT NULL,"
    " PRIMARY KEY (gateway, name, language)"
    ") STRICT, WITHOUT ROWID;"

    /* A gateway whose calls are refused; see hook_refusal.h. */
    "CREATE TABLE hook_refusal ("
    " gateway TEXT PRIMARY KEY, since INTEGER NOT NULL, last_at INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    /* TUNDA: nothing until then, and every time of the series moves by so many days. */
    "ALTER TABLE enrolment ADD COLUMN paused_until INTEGER;"
    "ALTER TABLE enrolment ADD COLUMN paused_at INTEGER;"
    "ALTER TABLE enrolment ADD COLUMN shift_days INTEGER NOT NULL DEFAULT 0;"
    /* late: it came when the question was closed; it scores nothing. */
    "ALTER TABLE answer ADD COLUMN late INTEGER NOT NULL DEFAULT 0;"

    /* The counters again, by district too. moved: messages that went on by another route;
       late: that arrived here after they had. cost: millionths. */
    "ALTER TABLE counter RENAME TO counter_before;"
    "CREATE TABLE counter ("
    " campaign_id INTEGER NOT NULL, series_id INTEGER NOT NULL, step TEXT NOT NULL,"
    " channel TEXT NOT NULL, gateway TEXT NOT NULL, district TEXT NOT NULL,"
    " day INTEGER NOT NULL,"
    " queued INTEGER NOT NULL DEFAULT 0, sending INTEGER NOT NULL DEFAULT 0,"
    " sent INTEGER NOT NULL DEFAULT 0, delivered INTEGER NOT NULL DEFAULT 0,"
    " read INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,"
    " expired INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0,"
    " unsure INTEGER NOT NULL DEFAULT 0, segments INTEGER NOT NULL DEFAULT 0,"
    " cost INTEGER NOT NULL DEFAULT 0, moved INTEGER NOT NULL DEFAULT 0,"
    " late INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (campaign_id, series_id, step, channel, gateway, district, day)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO counter (campaign_id,series_id,step,channel,gateway,district,day,"
    " queued,sending,sent,delivered,read,failed,expired,cancelled,unsure,segments)"
    " SELECT campaign_id,series_id,step,channel,gateway,'',day,queued,sending,sent,"
    " delivered,read,failed,expired,cancelled,unsure,segments FROM counter_before;"
    "DROP TABLE counter_before;"
    /* How often a message failed, expired, was cancelled or stayed unsure, and a step was
       skipped or missed without one, for which reason (counter.h). */
    "CREATE TABLE reason_counter ("
    " campaign_id INTEGER NOT NULL, series_id INTEGER NOT NULL, step TEXT NOT NULL,"
    " channel TEXT NOT NULL, gateway TEXT NOT NULL, district TEXT NOT NULL,"
    " day INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,"
    " n INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (campaign_id, series_id, step, channel, gateway, district, day,"
    "  outcome, reason)"
    ") STRICT, WITHOUT ROWID;";

static const char *const migrations[] = {migration_1, migration_2, migration_3};

int schema_version(void)
{
    return (int)(sizeof migrations / sizeof migrations[0]);
}

const char *schema_migration(int number)
{
    must(number >= 1 && number <= schema_version(), "migration %d", number);
    return migrations[number - 1];
}
