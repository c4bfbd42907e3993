#include "store/guardian.h"

#include <stdio.h>

#include <sodium.h>

#include "store/db.h"
#include "store/person.h"

#define COLUMNS                                                                        \
    "id,person_id,address_id,basis_id,code,wording,dated,evidence,series_id,"          \
    "recorded_at,asked_at,answered_at,decision"

/* Without what people mistake for one another, in writing or reading aloud. */
static const char LETTERS[] = "abcdefghjkmnpqrstuvwxyz";
static const char DIGITS[] = "23456789";
enum { LETTERS_N = sizeof LETTERS - 1, DIGITS_N = sizeof DIGITS - 1 };

static const char *const names[] = {
    [GUARDIAN_SILENT] = "",
    [GUARDIAN_AGREED] = "agreed",
    [GUARDIAN_REFUSED] = "refused",
};

const char *guardian_decision_name(enum guardian_decision decision)
{
    return names[decision];
}

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text);
}

/* No two alike side by side (a reply's repeated letters are folded), and never all
 * letters: then it is no word of any language. */
static void make_code(char code[GUARDIAN_CODE_SIZE])
{
    enum { CODE_LETTERS = 6 };
    uint32_t digit_at = randombytes_uniform(CODE_LETTERS);

    for (uint32_t i = 0; i < CODE_LETTERS; i++) {
        uint32_t any;

        do {
            any = digit_at == i ? LETTERS_N + randombytes_uniform(DIGITS_N)
                                : randombytes_uniform(LETTERS_N + DIGITS_N);
            code[i] = any < LETTERS_N ? LETTERS[any] : DIGITS[any - LETTERS_N];
        } while (i > 0 && code[i] == code[i - 1]);
    }
    code[CODE_LETTERS] = '\0';
}

static void read_row(struct stmt *stmt, struct guardian *guardian)
{
    *guardian = (struct guardian){
        .id = stmt_get_int(stmt, 0),
        .person_id = stmt_get_int(stmt, 1),
        .address_id = stmt_get_int(stmt, 2),
        .basis_id = stmt_get_int(stmt, 3),
        .series_id = stmt_get_int(stmt, 8),
        .recorded_at = stmt_get_int(stmt, 9),
        .asked_at = stmt_get_int(stmt, 10),
        .answered_at = stmt_get_int(stmt, 11),
        .decision = (enum guardian_decision)stmt_get_int(stmt, 12),
    };
    copy(guardian->code, sizeof guardian->code, stmt_get_word(stmt, 4));
    copy(guardian->wording, sizeof guardian->wording, stmt_get_word(stmt, 5));
    copy(guardian->dated, sizeof guardian->dated, stmt_get_word(stmt, 6));
    copy(guardian->evidence, sizeof guardian->evidence, stmt_get_word(stmt, 7));
}

static bool read_one(struct stmt *stmt, struct guardian *guardian)
{
    *guardian = (struct guardian){0};
    if (!stmt_row(stmt)) {
        return false;
    }
    read_row(stmt, guardian);
    stmt_end(stmt);
    return true;
}

static bool code_is_taken(struct db *db, const char *code)
{
    struct guardian other;

    return guardian_by_code(db, code, &other);
}

static int64_t form_add(struct db *db, const struct guardian *guardian, int64_t now)
{
    struct stmt *stmt = db_stmt(db,
        "INSERT INTO basis (person_id,address_id,how,dated,source,recorded_at,whose)"
        " VALUES (?1,?2,'guardian''s number on a signed form',?3,?4,?5,'guardian')");

    stmt_int(stmt, 1, guardian->person_id);
    stmt_int(stmt, 2, guardian->address_id);
    stmt_text(stmt, 3, guardian->dated);
    stmt_text(stmt, 4, guardian->evidence);
    stmt_int(stmt, 5, now);
    stmt_run(stmt);
    return db_last_id(db);
}

int64_t guardian_add(struct db *db, const struct guardian *guardian, int64_t now)
{
    struct guardian known;
    struct stmt *stmt;
    char code[GUARDIAN_CODE_SIZE];
    int64_t basis_id;

    if (address_is_tied(db, guardian->person_id, guardian->address_id)) {
        return 0;
    }
    if (guardian_of(db, guardian->person_id, guardian->address_id, &known)) {
        return known.id;
    }
    do {
        make_code(code);
    } while (code_is_taken(db, code));
    basis_id = form_add(db, guardian, now);
    stmt = db_stmt(db,
        "INSERT INTO guardian (person_id,address_id,basis_id,code,wording,dated,"
        "evidence,recorded_at,decision) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,0)");
    stmt_int(stmt, 1, guardian->person_id);
    stmt_int(stmt, 2, guardian->address_id);
    stmt_int(stmt, 3, basis_id);
    stmt_text(stmt, 4, code);
    stmt_text(stmt, 5, guardian->wording);
    stmt_text(stmt, 6, guardian->dated);
    stmt_text(stmt, 7, guardian->evidence);
    stmt_int(stmt, 8, now);
    stmt_run(stmt);
    return db_last_id(db);
}

bool guardian_by_code(struct db *db, const char *code, struct guardian *guardian)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT " COLUMNS " FROM guardian WHERE code=?1 COLLATE NOCASE");

    stmt_text(stmt, 1, code);
    return read_one(stmt, guardian);
}

bool guardian_of(
    struct db *db, int64_t person_id, int64_t address_id, struct guardian *guardian)
{
    struct stmt *stmt = db_stmt(db,
        "SELECT " COLUMNS " FROM guardian WHERE person_id=?1 AND address_id=?2"
        " ORDER BY id DESC LIMIT 1");

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, address_id);
    return read_one(stmt, guardian) && !address_is_tied(db, person_id, address_id);
}

bool guardian_to_ask(struct db *db, int64_t person_id, struct guardian *guardian)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT " COLUMNS " FROM guardian WHERE person_id=?1"
                    " ORDER BY asked_at IS NULL, id DESC LIMIT 1");

    stmt_int(stmt, 1, person_id);
    return read_one(stmt, guardian) && guardian->asked_at == 0 &&
           !address_is_tied(db, person_id, guardian->address_id);
}

int guardians_of_person(
    struct db *db, int64_t person_id, struct guardian *list, int max)
{
    struct stmt *stmt = db_stmt(
        db, "SELECT " COLUMNS " FROM guardian WHERE person_id=?1 ORDER BY id LIMIT ?2");
    int n = 0;

    stmt_int(stmt, 1, person_id);
    stmt_int(stmt, 2, max);
    while (n < max && stmt_row(stmt)) {
        read_row(stmt, &list[n++]);
    }
    stmt_end(stmt);
    return n;
}

bool guardian_is_address(struct db *db, int64_t address_id)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT 1 FROM guardian WHERE address_id=?1 LIMIT 1");

    stmt_int(stmt, 1, address_id);
    return stmt_found(stmt);
}

void guardian_save(struct db *db, const struct guardian *guardian)
{
    struct stmt *stmt = db_stmt(db,
        "UPDATE guardian SET series_id=?2,asked_at=?3,answered_at=?4,decision=?5"
        " WHERE id=?1");

    stmt_int(stmt, 1, guardian->id);
    stmt_id(stmt, 2, guardian->series_id);
    stmt_id(stmt, 3, guardian->asked_at);
    stmt_id(stmt, 4, guardian->answered_at);
    stmt_int(stmt, 5, guardian->decision);
    stmt_run(stmt);
}
