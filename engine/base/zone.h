/*
 * zone.h: civil time in a person's zone, by ICU's own data.
 *
 * The machine's zone is never asked. Zones are IANA names (Asia/Makassar). A zone, once
 * found, lives until the process ends and may be shared; the functions are for one
 * thread (the loop's) only.
 */
#ifndef CEGAH_BASE_ZONE_H
#define CEGAH_BASE_ZONE_H

#include <stdint.h>

struct zone;

/* Local civil time; a day that does not exist is never stored here. */
struct civil {
    int year;
    int month; /* 1–12 */
    int day;   /* 1–31 */
    int hour;  /* 0–23 */
    int minute;
    int second;
    int weekday; /* 1 Monday – 7 Sunday */
};

/* Returns the zone, borrowed for ever; NULL when ICU knows no zone of that name. */
const struct zone *zone_find(const char *name);
const char *zone_name(const struct zone *zone);
/* at_ms: UTC ms since the epoch. */
struct civil zone_civil(const struct zone *zone, int64_t at_ms);
/* Returns UTC ms of that local day at minute_of_day (0–1440) and second 0. */
int64_t zone_at(const struct zone *zone, int32_t local_day, int minute_of_day);
/* Returns the local day as days since 1970-01-01 in that zone. */
int32_t zone_day(const struct zone *zone, int64_t at_ms);
/* Minutes since local midnight, 0–1439. */
int zone_minute(const struct zone *zone, int64_t at_ms);

/* 1 Monday – 7 Sunday of a day since 1970-01-01. */
int day_weekday(int32_t day);
/* The Monday of the week that the day lies in. */
int32_t day_monday(int32_t day);
/* Day since 1970-01-01 of a Gregorian date; and back, into civil's year, month, day. */
int32_t day_from_date(int year, int month, int day);
void day_to_date(int32_t day, int *year, int *month, int *day_of_month);
/* Reads YYYY-MM-DD; returns 0, or -1 when it is no such date. */
int day_parse(const char *text, int32_t *day);
/* Writes YYYY-MM-DD. */
void day_format(int32_t day, char out[16]);
/* Reads RFC 3339 (2026-01-05T16:15:00+08:00, or Z); returns 0, or -1. */
int time_parse(const char *text, int64_t *at_ms);
/* Writes RFC 3339 in UTC with milliseconds: 2026-01-05T08:15:00.000Z. */
void time_format_utc(int64_t at_ms, char out[32]);
/* Writes local time as "2026-01-05 16:15". */
void time_format_local(const struct zone *zone, int64_t at_ms, char out[32]);

#endif
