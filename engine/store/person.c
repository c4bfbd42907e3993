#include "store/person.h"

#include "base/must.h"
#include "store/db.h"

bool person_find(struct db *db, int64_t id, struct person *person)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT id,name,role,district,zone,birth_year,sex,language,code,flags,channel"
        " FROM person WHERE id=?1");

    *person = (struct person){0};
    stmt_int(stmt, 1, id);
    if (!stmt_row(stmt)) {
        return false;
    }
    person->id = id;
    stmt_copy(stmt, 1, person->name, sizeof person->name);
    stmt_copy(stmt, 2, person->role, sizeof person->role);
    stmt_copy(stmt, 3, person->district, sizeof person->district);
    stmt_copy(stmt, 4, person->zone, sizeof person->zone);
    person->birth_year = (int)stmt_get_int(stmt, 5);
    stmt_copy(stmt, 6, person->sex, sizeof person->sex);
    stmt_copy(stmt, 7, person->language, sizeof person->language);
    stmt_copy(stmt, 8, person->code, sizeof person->code);
    person->flags = (unsigned)stmt_get_int(stmt, 9);
    stmt_copy(stmt, 10, person->channel, sizeof person->channel);
    stmt_end(stmt);
    return true;
}

static void bind(struct stmt *stmt, const struct person *person, int64_t now)
{
    stmt_text(stmt, 1, person->name);
    stmt_text(stmt, 2, person->role);
    stmt_text(stmt, 3, person->district);
    stmt_text(stmt, 4, person->zone);
    stmt_id(stmt, 5, person->birth_year);
    stmt_text(stmt, 6, person->sex);
    stmt_text(stmt, 7, person->language);
    stmt_text(stmt, 8, person->code);
    stmt_int(stmt, 9, person->flags);
    stmt_int(stmt, 10, now);
    stmt_text(stmt, 11, person->channel);
}

int64_t person_add(struct db *db, const struct person *person, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO person "
                    "(name,role,district,zone,birth_year,sex,language,code,flags,"
                    " created_at,updated_at,channel)"
                    " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?10,?11)");

    bind(stmt, person, now);
    stmt_run(stmt);
    return db_last_id(db);
}

void person_update(struct db *db, const struct person *person, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE person SET name=?1,role=?2,district=?3,zone=?4,birth_year=?5,sex=?6,"
        " language=?7,code=?8,flags=?9,updated_at=?10,channel=?11 WHERE id=?12");

    bind(stmt, person, now);
    stmt_int(stmt, 12, person->id);
    stmt_run(stmt);
}

int64_t person_behind(struct db *db, int64_t address_id, const char *name)
{
    struct stmt *stmt;
    int64_t id = 0;

    if (name[0] == '\0') {
        int64_t ids[2];

        return address_people(db, address_id, ids, 2) == 1 ? ids[0] : 0;
    }
    stmt = db_stmt(db,
        "SELECT p.id FROM person_address a JOIN person p ON p.id=a.person_id"
        " WHERE a.address_id=?1 AND (p.name=?2 COLLATE NOCASE OR p.name='')"
        " ORDER BY p.name='' LIMIT 1");
    stmt_int(stmt, 1, address_id);
    stmt_text(stmt, 2, name);
    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        stmt_end(stmt);
    }
    return id;
}

int person_ids_after(struct db *db, int64_t after, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT id FROM person WHERE id>?1 ORDER BY id LIMIT ?2");

    stmt_int(stmt, 1, after);
    stmt_int(stmt, 2, max);
    return stmt_ids(stmt, ids, max);
}

int64_t person_by_code(struct db *db, const char *code)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT id FROM person WHERE code<>''"
        " AND replace(replace(replace(lower(code),'-',''),'_',''),' ','')=?1 LIMIT 2");
    int64_t ids[2];

    stmt_text(stmt, 1, code);
    return stmt_ids(stmt, ids, 2) == 1 ? ids[0] : 0;
}

int64_t person_count(struct db *db)
{
    struct stmt *stmt = db_stmt(db, "SELECT count(*) FROM person");

    return stmt_value(stmt);
}

bool person_is_minor(const struct person *person, int year)
{
    enum { ADULT_YEARS = 18 };

    return person->birth_year == 0 || year - person->birth_year - 1 < ADULT_YEARS;
}

int64_t address_find(struct db *db, enum address_kind kind, const char *value)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT id FROM address WHERE kind=?1 AND value=?2");
    int64_t id = 0;

    stmt_text(stmt, 1, address_kind_name(kind));
    stmt_text(stmt, 2, value);
    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        stmt_end(stmt);
    }
    return id;
}

int64_t address_ensure(
    struct db *db, enum address_kind kind, const char *value, int64_t now)
{
    int64_t id = address_find(db, kind, value);
    struct stmt *stmt;

    if (id != 0) {
        return id;
    }
    stmt = db_stmt(db, "INSERT INTO address (kind,value,created_at) VALUES (?1,?2,?3)");
    stmt_text(stmt, 1, address_kind_name(kind));
    stmt_text(stmt, 2, value);
    stmt_int(stmt, 3, now);
    stmt_run(stmt);
    return db_last_id(db);
}

bool address_get(struct db *db, int64_t id, struct address *address)
{
    struct stmt *stmt = db_stmt(db, "SELECT kind,value FROM address WHERE id=?1");

    *address = (struct address){.id = id};
    stmt_int(stmt, 1, id);
    if (!stmt_row(stmt)) {
        return false;
    }
    must(address_kind_parse(stmt_get_word(stmt, 0), &address->kind) == 0,
        "address %lld of an unknown kind", (long long)id);
    stmt_copy(stmt, 1, address->value, sizeof address->value);
    stmt_end(stmt);
    return true;
}

bool address_tie(struct db *db, int64_t person_id, int64_t address_id, int64_t now)
{
    return address_tie_ranked(db, person_id, address_id, ADDRESS_FIRST, now);
}

bool address_tie_ranked(struct db *db, int64_t person_id, int64_t address_id,
    enum address_rank rank, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO person_address (person_id,address_id,rank,since)"
                    " VALUES (?1,?2,?3,?4) ON CONFLICT DO NOTHING");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, address_id);
    stmt_int(stmt, 3, rank);
    stmt_int(stmt, 4, now);
    return stmt_run(stmt) > 0;
}

void address_untie(struct db *db, int64_t person_id, int64_t address_id)
{
    struct stmt *stmt =
        db_stmt(db, "DELETE FROM person_address WHERE person_id=?1 AND address_id=?2");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, address_id);
    stmt_run(stmt);
}

bool address_is_tied(struct db *db, int64_t person_id, int64_t address_id)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT 1 FROM person_address WHERE person_id=?1 AND address_id=?2");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, address_id);
    return stmt_found(stmt);
}

int address_list(struct db *db, int64_t person_id, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT address_id FROM person_address WHERE person_id=?1"
                    " ORDER BY rank DESC, since DESC, address_id DESC LIMIT ?2");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    return stmt_ids(stmt, ids, max);
}

int64_t address_of_person(struct db *db, int64_t person_id)
{
    int64_t id;

    return address_list(db, person_id, &id, 1) == 1 ? id : 0;
}

unsigned address_strictest_flags(struct db *db, int64_t address_id)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT p.flags FROM person_address a JOIN person p ON p.id=a.person_id"
        " WHERE a.address_id=?1");
    unsigned flags = 0;
    int people = 0;

    stmt_int(stmt, 1, address_id);
    while (stmt_row(stmt)) {
        flags |= (unsigned)stmt_get_int(stmt, 0);
        people++;
    }
    stmt_end(stmt);
    return people > 1 ? flags | PERSON_SHARED_PHONE : flags;
}

int address_people(struct db *db, int64_t address_id, int64_t *ids, int max)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT person_id FROM person_address WHERE address_id=?1"
                    " ORDER BY person_id LIMIT ?2");

    stmt_int(stmt, 1, address_id);
    stmt_int(stmt, 2, max);
    return stmt_ids(stmt, ids, max);
}

int64_t basis_add(struct db *db, int64_t person_id, int64_t address_id, const char *how,
    const char *dated, const char *source, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO basis (person_id,address_id,how,dated,source,recorded_at)"
        " VALUES (?1,?2,?3,?4,?5,?6)");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, address_id);
    stmt_text(stmt, 3, how);
    stmt_text(stmt, 4, dated);
    stmt_text(stmt, 5, source);
    stmt_int(stmt, 6, now);
    stmt_run(stmt);
    return db_last_id(db);
}

int64_t basis_of_person(struct db *db, int64_t person_id, char how[128])
{
    struct stmt *stmt = db_stmt(db, "SELECT id,how FROM basis WHERE person_id=?1"
                                    " AND whose='own' ORDER BY id LIMIT 1");
    int64_t id = 0;

    stmt_int(stmt, 1, person_id);
    if (stmt_row(stmt)) {
        id = stmt_get_int(stmt, 0);
        if (how != NULL) {
            stmt_copy(stmt, 1, how, 128);
        }
        stmt_end(stmt);
    }
    return id;
}
