/*
 * import_csv.c: libcsv, fed a line at a time.
 *
 * libcsv knows no "one record and stop": it is handed bytes up to the end of a line, and
 * when that line did not end the record (a line break in quotes), the next one too.
 */
#include "people/import_csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/utf8.h>

#include <csv.h>

#include "base/mem.h"
#include "base/must.h"

enum { FEED_BYTES = 4096, RECORD_BYTES_MAX = 2 * CSV_CELLS_MAX * CSV_CELL_BYTES_MAX };

struct csv_reader {
    const char *bytes;
    size_t length, offset;
    int64_t row;
    char delimiter;
    struct csv_parser parser;
    struct csv_record *record; /* while one is being read */
    bool ended;                /* its last cell was read */
    char cells[CSV_CELLS_MAX][CSV_CELL_BYTES_MAX + 1];
};

static void parser_init(struct csv_reader *reader)
{
    must(csv_init(&reader->parser, 0) == 0, "csv_init");
    csv_set_delim(&reader->parser, (unsigned char)reader->delimiter);
    csv_set_blk_size(&reader->parser, FEED_BYTES);
}

struct csv_reader *csv_reader_new(
    const char *bytes, size_t length, size_t offset, int64_t row, char delimiter)
{
    struct csv_reader *reader = mem_zero(1, sizeof *reader);

    reader->bytes = bytes;
    reader->length = length;
    reader->offset = offset;
    reader->row = row;
    reader->delimiter = delimiter;
    parser_init(reader);
    return reader;
}

void csv_reader_free(struct csv_reader *reader)
{
    if (reader != NULL) {
        csv_free(&reader->parser);
        free(reader);
    }
}

size_t csv_reader_offset(const struct csv_reader *reader)
{
    return reader->offset;
}

static bool is_text(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        UChar32 c;

        U8_NEXT(bytes, i, length, c);
        if (c <= 0) {
            return false;
        }
    }
    return true;
}

static void complain(struct csv_record *record, const char *problem)
{
    if (record->problem == NULL) {
        record->problem = problem;
        record->problem_cell = record->n;
    }
}

static void on_cell(void *bytes, size_t length, void *context)
{
    struct csv_reader *reader = context;
    struct csv_record *record = reader->record;

    if (length > CSV_CELL_BYTES_MAX) {
        complain(record, "the cell holds more than 1024 bytes; shorten it");
        length = 0;
    } else if (length > 0 && !is_text(bytes, length)) {
        complain(record,
            "the cell is no UTF-8 text (or holds a NUL byte); save the file as \"CSV "
            "UTF-8\" and import that");
        length = 0;
    }
    if (record->n < CSV_CELLS_MAX) {
        char *cell = reader->cells[record->n];

        if (length > 0) {
            memcpy(cell, bytes, length);
        }
        cell[length] = '\0';
        record->cell[record->n] = cell;
    }
    record->n++;
}

static void on_record(int terminator, void *context)
{
    struct csv_reader *reader = context;

    (void)terminator;
    reader->ended = true;
}

static bool is_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* The first byte behind the line that begins at offset; \r\n is one end. */
static size_t line_behind(const char *bytes, size_t length, size_t offset)
{
    while (offset < length && !is_end(bytes[offset])) {
        offset++;
    }
    if (offset + 1 < length && bytes[offset] == '\r' && bytes[offset + 1] == '\n') {
        offset++;
    }
    return offset < length ? offset + 1 : length;
}

/* True when the line holds blanks only; its end goes to *behind. */
static bool is_blank_line(
    const char *bytes, size_t length, size_t offset, size_t *behind)
{
    while (offset < length && (bytes[offset] == ' ' || bytes[offset] == '\t')) {
        offset++;
    }
    if (offset < length && !is_end(bytes[offset])) {
        return false;
    }
    *behind = line_behind(bytes, length, offset);
    return true;
}

static void parse(struct csv_reader *reader, const char *bytes, size_t n)
{
    must(csv_parse(&reader->parser, bytes, n, on_cell, on_record, reader) == n,
        "csv: %s", csv_strerror(csv_error(&reader->parser)));
}

/* Hands libcsv what comes next, at most to the end of the line. */
static void feed(struct csv_reader *reader)
{
    const char *from = reader->bytes + reader->offset;
    size_t left = reader->length - reader->offset, n = 0;

    left = left < FEED_BYTES ? left : FEED_BYTES;
    while (n < left && !is_end(from[n])) {
        n++;
    }
    n += n < left;
    parse(reader, from, n);
    reader->offset += n;
}

/* The record cannot be read: its first line is left, and the next one is a record. */
static void give_up(struct csv_reader *reader, const char *problem)
{
    struct csv_record *record = reader->record;

    complain(record, problem);
    reader->offset = line_behind(reader->bytes, reader->length, record->offset);
    csv_free(&reader->parser);
    parser_init(reader);
}

static void read_record(struct csv_reader *reader)
{
    struct csv_record *record = reader->record;

    reader->ended = false;
    while (!reader->ended && reader->offset < reader->length) {
        feed(reader);
        if (!reader->ended && (reader->parser.entry_pos > CSV_CELL_BYTES_MAX ||
                                  reader->offset - record->offset > RECORD_BYTES_MAX)) {
            give_up(reader, "a cell holds more than 1024 bytes; shorten it, or close "
                            "the quote (\") "
                            "that is left open here");
            return;
        }
    }
    if (!reader->ended) {
        parse(reader, "\n", 1); /* the file's last line may lack its end */
    }
    if (!reader->ended) {
        give_up(reader, "a quote (\") is opened and not closed; close it or remove it");
        return;
    }
    if (reader->offset < reader->length && reader->bytes[reader->offset - 1] == '\r' &&
        reader->bytes[reader->offset] == '\n') {
        reader->offset++;
    }
}

bool csv_reader_next(struct csv_reader *reader, struct csv_record *record)
{
    while (
        reader->offset < reader->length &&
        is_blank_line(reader->bytes, reader->length, reader->offset, &reader->offset)) {
        reader->row++;
    }
    if (reader->offset >= reader->length) {
        return false;
    }
    reader->row++;
    *record = (struct csv_record){.row = reader->row, .offset = reader->offset};
    reader->record = record;
    read_record(reader);
    reader->record = NULL;
    return true;
}

/* "sep=;" or, quoted, "sep=;": returns the delimiter, and where the next line begins;
 * '\0' when the line says no such thing. */
static char said_delimiter(const char *bytes, size_t length, size_t *begin)
{
    size_t at = *begin, behind;
    bool quoted = at < length && bytes[at] == '"';
    char delimiter;

    at += quoted;
    if (length - at < strlen("sep=;") || strncasecmp(bytes + at, "sep=", 4) != 0) {
        return '\0';
    }
    delimiter = bytes[at + 4];
    at += 5;
    at += quoted && at < length && bytes[at] == '"';
    if (strchr(",;\t|", delimiter) == NULL || delimiter == '\0' ||
        !is_blank_line(bytes, length, at, &behind)) {
        return '\0';
    }
    *begin = behind;
    return delimiter;
}

char csv_delimiter(const char *bytes, size_t length, size_t *begin)
{
    static const char delimiters[] = ",;\t";
    size_t counts[sizeof delimiters - 1] = {0}, behind, best = 0, offset = *begin;
    char said = said_delimiter(bytes, length, begin);
    bool quoted = false;

    if (said != '\0') {
        return said;
    }
    while (offset < length && is_blank_line(bytes, length, offset, &offset)) {
    }
    behind = line_behind(bytes, length, offset);
    for (; offset < behind; offset++) {
        const char *found = strchr(delimiters, bytes[offset]);

        if (bytes[offset] == '"') {
            quoted = !quoted;
        } else if (!quoted && found != NULL && *found != '\0') {
            counts[found - delimiters]++;
        }
    }
    for (size_t i = 1; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i] > counts[best]) {
            best = i;
        }
    }
    return delimiters[best];
}
