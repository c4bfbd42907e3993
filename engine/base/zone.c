#include "base/zone.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/mem.h"
#include "base/must.h"

enum { MS_SECOND = 1000, MS_MINUTE = 60 * MS_SECOND };
static const int64_t MS_DAY = 24LL * 60 * MS_MINUTE;

/* Lives from the first zone_find() of its name to the end of the process. */
struct zone {
    struct zone *next;
    UCalendar *calendar;
    int64_t known_from, known_until; /* the offset below holds in this span */
    int64_t offset_ms;
    char name[];
};

/* Zones are few and never change: a list that only grows, used by the loop's thread. */
static struct zone *zones;

const struct zone *zone_find(const char *name)
{
    UChar wide[64], canonical[64];
    UErrorCode status = U_ZERO_ERROR;
    UBool is_system = 0;
    struct zone *zone;
    size_t length = strlen(name);

    for (zone = zones; zone != NULL; zone = zone->next) {
        if (strcmp(zone->name, name) == 0) {
            return zone;
        }
    }
    if (length == 0 || length >= 64) {
        return NULL;
    }
    u_charsToUChars(name, wide, (int32_t)length + 1);
    ucal_getCanonicalTimeZoneID(wide, -1, canonical, 64, &is_system, &status);
    if (U_FAILURE(status) || !is_system) {
        return NULL;
    }
    zone = mem_zero(1, sizeof *zone + length + 1);
    memcpy(zone->name, name, length + 1);
    zone->calendar = ucal_open(wide, -1, "en", UCAL_GREGORIAN, &status);
    must(U_SUCCESS(status), "zone %s: %s", name, u_errorName(status));
    zone->next = zones;
    zones = zone;
    return zone;
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

/*
 * ICU answers in microseconds of CPU, and the gate asks for every message; so the offset
 * is kept for the span in which ICU says that it does not change.
 */
static int64_t offset_at(const struct zone *shared, int64_t at_ms)
{
    struct zone *zone = (struct zone *)shared; /* only its cache changes */
    UErrorCode status = U_ZERO_ERROR;
    UDate edge;

    if (at_ms >= zone->known_from && at_ms < zone->known_until) {
        return zone->offset_ms;
    }
    ucal_setMillis(zone->calendar, (UDate)at_ms, &status);
    zone->offset_ms = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &status) +
                      ucal_get(zone->calendar, UCAL_DST_OFFSET, &status);
    must(U_SUCCESS(status), "zone %s: %s", zone->name, u_errorName(status));
    zone->known_from = at_ms;
    zone->known_until = INT64_MAX;
    if (ucal_getTimeZoneTransitionDate(
            zone->calendar, UCAL_TZ_TRANSITION_NEXT, &edge, &status) &&
        U_SUCCESS(status)) {
        zone->known_until = (int64_t)edge;
    }
    return zone->offset_ms;
}

static int32_t floor_day(int64_t local_ms)
{
    return (int32_t)(local_ms >= 0 ? local_ms / MS_DAY
                                   : -((MS_DAY - 1 - local_ms) / MS_DAY));
}

int32_t zone_day(const struct zone *zone, int64_t at_ms)
{
    return floor_day(at_ms + offset_at(zone, at_ms));
}

int zone_minute(const struct zone *zone, int64_t at_ms)
{
    int64_t local = at_ms + offset_at(zone, at_ms);

    return (int)((local - floor_day(local) * MS_DAY) / MS_MINUTE);
}

int64_t zone_at(const struct zone *zone, int32_t local_day, int minute_of_day)
{
    int64_t local = local_day * MS_DAY + (int64_t)minute_of_day * MS_MINUTE;
    int64_t guess = local - offset_at(zone, local);

    return local - offset_at(zone, guess);
}

struct civil zone_civil(const struct zone *zone, int64_t at_ms)
{
    int64_t local = at_ms + offset_at(zone, at_ms);
    int32_t day = floor_day(local);
    int64_t rest = local - day * MS_DAY;
    struct civil civil = {
        .hour = (int)(rest / (60 * MS_MINUTE)),
        .minute = (int)(rest / MS_MINUTE % 60),
        .second = (int)(rest / MS_SECOND % 60),
        .weekday = day_weekday(day),
    };

    day_to_date(day, &civil.year, &civil.month, &civil.day);
    return civil;
}

int day_weekday(int32_t day)
{
    int32_t since_monday = (day + 3) % 7; /* 1970-01-01 was a Thursday */

    return (since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

int32_t day_monday(int32_t day)
{
    return day - (day_weekday(day) - 1);
}

/* Both ways by counting years from 1 March, so that a leap day is the last of a year. */
int32_t day_from_date(int year, int month, int day)
{
    int shifted = month <= 2 ? year - 1 : year;
    int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int of_era = shifted - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

    return era * 146097 + days - 719468;
}

void day_to_date(int32_t day, int *year, int *month, int *day_of_month)
{
    int32_t shifted = day + 719468;
    int32_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int32_t of_era = shifted - era * 146097;
    int32_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int32_t part = (5 * of_year + 2) / 153;

    *day_of_month = of_year - (153 * part + 2) / 5 + 1;
    *month = part < 10 ? part + 3 : part - 9;
    *year = years + era * 400 + (*month <= 2);
}

/* Digits where the pattern has a 0, else what it has; sscanf alone takes signs and blanks
 * as well. */
static bool has_shape(const char *text, const char *pattern)
{
    for (; *pattern != '\0'; pattern++, text++) {
        if (*pattern == '0' ? !isdigit((unsigned char)*text) : *text != *pattern) {
            return false;
        }
    }
    return true;
}

int day_parse(const char *text, int32_t *day)
{
    int year, month, of_month, y, m, d;

    if (strlen(text) != 10 || !has_shape(text, "0000-00-00") ||
        sscanf(text, "%4d-%2d-%2d", &year, &month, &of_month) != 3 || month < 1 ||
        month > 12 || of_month < 1) {
        return -1;
    }
    *day = day_from_date(year, month, of_month);
    day_to_date(*day, &y, &m, &d);
    return y == year && m == month && d == of_month ? 0 : -1;
}

void day_format(int32_t day, char out[16])
{
    int year, month, of_month;

    day_to_date(day, &year, &month, &of_month);
    snprintf(out, 16, "%04d-%02d-%02d", year % 10000, month % 100, of_month % 100);
}

int time_parse(const char *text, int64_t *at_ms)
{
    char date[11];
    int hour, minute, second, away_hour, away_minute;
    int32_t day;
    int64_t away = 0;
    const char *rest;

    if (strlen(text) < 20 || (text[10] != 'T' && text[10] != ' ')) {
        return -1;
    }
    memcpy(date, text, 10);
    date[10] = '\0';
    if (day_parse(date, &day) != 0 || !has_shape(text + 11, "00:00:00") ||
        sscanf(text + 11, "%2d:%2d:%2d", &hour, &minute, &second) != 3 || hour > 23 ||
        minute > 59 || second > 59) {
        return -1;
    }
    rest = text + 19;
    if (*rest == '.') {
        rest += 1 + strspn(rest + 1, "0123456789");
    }
    if (*rest == '+' || *rest == '-') {
        if (!has_shape(rest + 1, "00:00") ||
            sscanf(rest + 1, "%2d:%2d", &away_hour, &away_minute) != 2 ||
            rest[6] != '\0' || away_hour > 14 || away_minute > 59) {
            return -1;
        }
        away = (*rest == '+' ? 1 : -1) * (away_hour * 60LL + away_minute) * MS_MINUTE;
    } else if (strcmp(rest, "Z") != 0) {
        return -1;
    }
    *at_ms = day * MS_DAY + ((hour * 60LL + minute) * 60 + second) * MS_SECOND - away;
    return 0;
}

void time_format_utc(int64_t at_ms, char out[32])
{
    int32_t day = floor_day(at_ms);
    int64_t rest = at_ms - day * MS_DAY;
    char date[16];

    day_format(day, date);
    snprintf(out, 32, "%sT%02d:%02d:%02d.%03dZ", date, (int)(rest / (60 * MS_MINUTE)),
        (int)(rest / MS_MINUTE % 60), (int)(rest / MS_SECOND % 60),
        (int)(rest % MS_SECOND));
}

void time_format_local(const struct zone *zone, int64_t at_ms, char out[32])
{
    struct civil civil = zone_civil(zone, at_ms);
    char date[16];

    day_format(zone_day(zone, at_ms), date);
    snprintf(out, 32, "%s %02d:%02d", date, civil.hour, civil.minute);
}
