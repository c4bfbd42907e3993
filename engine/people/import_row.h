/*
 * import_row.h: one row of a contact list, checked: clean fields, or what is wrong.
 *
 * Everything that is wrong with a row is said at once, so that a list is mended in one
 * round. Nothing here touches the store.
 */
#ifndef CEGAH_PEOPLE_IMPORT_ROW_H
#define CEGAH_PEOPLE_IMPORT_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "content/phone.h"
#include "people/import_columns.h"
#include "people/import_note.h"
#include "store/person.h"

struct catalogue;

/* A consent group of a row. */
struct import_consent {
    bool given;
    char method[33];
    char dated[16];
    int32_t day; /* of dated; 0 when there is none */
    char wording[65];
};

enum import_word { IMPORT_UNSAID, IMPORT_NO, IMPORT_YES };

/* A row that passed. Plain data. */
struct import_row {
    char phone[PHONE_SIZE];  /* "" when there is a WhatsApp id only */
    char phone2[PHONE_SIZE]; /* "": none */
    char whatsapp_id[96];    /* "": none */
    /* "": none; as it stands on a form that guardian.dated and guardian.wording tell */
    char guardian_phone[PHONE_SIZE];
    enum import_word discreet, shared_phone;
    struct person person; /* without id and flags */
    char basis[121];
    char basis_date[16];
    struct import_consent guardian, own;
};

/* What rows are judged by. All borrowed. */
struct import_rules {
    const struct catalogue *catalogue;
    const char *basis; /* of the file, or NULL */
    int64_t now;
    bool short_rows; /* a row may lack cells at its end: they are empty */
};

/* Checks a record. notes must be zeroed. True when the row may be stored; notes may hold
 * warnings then. An empty role stays empty. */
bool import_row_read(const struct import_rules *rules,
    const struct import_header *header, const struct csv_record *record,
    struct import_row *row, struct import_notes *notes);

#endif
