/*
 * document.h: one report, whatever it is of, in whatever form it is asked for.
 */
#ifndef CEGAH_REPORT_DOCUMENT_H
#define CEGAH_REPORT_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "report/query.h"

struct buf;
struct catalogue;
struct db;
struct document;

enum document_kind { DOCUMENT_DELIVERY, DOCUMENT_RESPONSES };

/* Returns 0, or -1 when the word is neither delivery nor responses. */
int document_kind_parse(const char *word, enum document_kind *kind);

enum document_format {
    DOCUMENT_TABLE,
    DOCUMENT_CSV,
    DOCUMENT_JSON,
    DOCUMENT_XLSX, /* document_write_xlsx() only */
};

/* Returns 0, or -1 when the word is none of table, csv, json, xlsx. */
int document_format_parse(const char *word, enum document_format *format);

/*
 * Reads the report. query is borrowed until document_free(); catalogue (may be NULL)
 * until then too, it gives the answers' labels; now: UTC ms. Returns owned; NULL with a
 * sentence: no such campaign (refused), or the store failed.
 */
struct document *document_new(struct db *db, const struct catalogue *catalogue,
    enum document_kind kind, const struct report_query *query, int64_t now,
    struct err *err);
void document_free(struct document *document);
/* Appends the report. What is in it comes from the store alone: the same store gives the
 * same bytes. */
void document_write(
    struct document *document, enum document_format format, struct buf *out);
/* Writes it as a spreadsheet: a sheet a table, and one that says what it is, of which
 * days, made when, and what each column means. Returns 0; -1 with a sentence. */
int document_write_xlsx(
    const struct document *document, const char *path, struct err *err);

#endif
