/*
 * value.h: how reports write a text, a time, a number, an age: the same in every one.
 */
#ifndef CEGAH_REPORT_VALUE_H
#define CEGAH_REPORT_VALUE_H

#include <stdint.h>

#include <jansson.h>

#include "base/outcome.h"

struct db;

enum { VALUE_CONTACT_SIZE = 24 };

/* Returns a new JSON string; bytes that are no UTF-8 become U+FFFD. NULL is "". */
json_t *value_text(const char *text);
/* Returns a new JSON string in RFC 3339, UTC; JSON null for 0. */
json_t *value_time(int64_t at_ms);
/* Writes "2026-01-05 16:15" in that zone, in UTC when ICU knows no such zone. */
void value_local(const char *zone, int64_t at_ms, char out[32]);
/* Writes an address as anybody may see it: all but its last two characters hidden. */
void value_contact(
    enum address_kind kind, const char *address, char out[VALUE_CONTACT_SIZE]);
/* The band of the youngest possible age at that time in the zone: 10-14, 15-17, 18,
 * 19-24, 25+, unknown (birth_year 0). Younger than ten counts as 10-14. */
const char *value_age_band(int birth_year, const char *zone, int64_t now);
/* What stands for a text that is sealed. */
extern const char value_sealed[];
/* Returns the text of that id as JSON: the clear words, value_sealed, or null when it is
 * gone. */
json_t *value_stored_text(struct db *db, int64_t text_id);

#endif
