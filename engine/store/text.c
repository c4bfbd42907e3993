#include "store/text.h"

#include <string.h>

#include "base/mem.h"
#include "store/db.h"

static int64_t add(
    struct db *db, const char *form, const void *bytes, size_t length, int64_t now)
{
    struct stmt *stmt =
        db_stmt(db, "INSERT INTO text (form,body,created_at) VALUES (?1,?2,?3)");

    stmt_text(stmt, 1, form);
    stmt_blob(stmt, 2, length > 0 ? bytes : "", length);
    stmt_int(stmt, 3, now);
    stmt_run(stmt);
    return db_last_id(db);
}

int64_t text_add_clear(struct db *db, const char *text, int64_t now)
{
    return add(db, "clear", text, strlen(text), now);
}

int64_t text_add_sealed(struct db *db, const void *bytes, size_t length, int64_t now)
{
    return add(db, "sealed", bytes, length, now);
}

int64_t text_add_message(
    struct db *db, const char *text, const char *form_json, int64_t now)
{
    struct stmt *stmt;

    if (form_json == NULL) {
        return text_add_clear(db, text, now);
    }
    stmt = db_stmt(db, "INSERT INTO text (form,body,created_at,form_json)"
                       " VALUES ('clear',?1,?2,?3)");
    stmt_blob(stmt, 1, text, strlen(text));
    stmt_int(stmt, 2, now);
    stmt_text(stmt, 3, form_json);
    stmt_run(stmt);
    return db_last_id(db);
}

char *text_find_message(struct db *db, int64_t id, char **form_json)
{
    struct stmt *stmt =
        db_stmt(db, "SELECT body,form_json FROM text WHERE id=?1 AND form='clear'");
    char *copy = NULL;

    *form_json = NULL;
    stmt_int(stmt, 1, id);
    if (stmt_row(stmt)) {
        size_t length;
        const void *bytes = stmt_get_blob(stmt, 0, &length);

        copy = mem_copy_n(bytes, length);
        if (!stmt_is_null(stmt, 1)) {
            *form_json = mem_copy(stmt_get_word(stmt, 1));
        }
        stmt_end(stmt);
    }
    return copy;
}

static char *find(struct db *db, const char *form, int64_t id, size_t *length)
{
    struct stmt *stmt = db_stmt(db, "SELECT body FROM text WHERE id=?1 AND form=?2");
    char *copy = NULL;

    stmt_int(stmt, 1, id);
    stmt_text(stmt, 2, form);
    if (stmt_row(stmt)) {
        const void *bytes = stmt_get_blob(stmt, 0, length);

        copy = mem_copy_n(bytes, *length);
        stmt_end(stmt);
    }
    return copy;
}

char *text_find_clear(struct db *db, int64_t id)
{
    size_t length;

    return find(db, "clear", id, &length);
}

unsigned char *text_find_sealed(struct db *db, int64_t id, size_t *length)
{
    return (unsigned char *)find(db, "sealed", id, length);
}
