#include "base/http_date.h"

#include <ctype.h>
#include <string.h>

#include "base/zone.h"

static int two_digits(const char *at)
{
    return (at[0] - '0') * 10 + (at[1] - '0');
}

/* A 9 stands for a digit, an a for a letter, anything else for itself. */
static int has_shape(const char *text, const char *shape)
{
    for (; *shape != '\0'; text++, shape++) {
        unsigned char c = (unsigned char)*text;

        if (*shape == '9'
                ? !isdigit(c)
                : (*shape == 'a' ? !isalpha(c) : c != (unsigned char)*shape)) {
            return 0;
        }
    }
    return *text == '\0';
}

/* From 1 to 12; 0: none of them. */
static int month_number(const char *name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (int month = 0; month < 12; month++) {
        if (strncmp(months + month * 3, name, 3) == 0) {
            return month + 1;
        }
    }
    return 0;
}

int http_date_parse(const char *text, int64_t *ms)
{
    int month, day, year, hour, minute, second, found_year, found_month, found_day;
    int32_t days;

    if (text == NULL || !has_shape(text, "aaa, 99 aaa 9999 99:99:99 GMT")) {
        return -1;
    }
    day = two_digits(text + 5);
    month = month_number(text + 8);
    year = two_digits(text + 12) * 100 + two_digits(text + 14);
    hour = two_digits(text + 17);
    minute = two_digits(text + 20);
    second = two_digits(text + 23);
    if (month == 0 || day < 1 || day > 31 || year < 1970 || hour > 23 || minute > 59 ||
        second > 60) {
        return -1;
    }
    days = day_from_date(year, month, day);
    day_to_date(days, &found_year, &found_month, &found_day);
    if (found_day != day) {
        return -1; /* 31 February */
    }
    *ms = (((int64_t)days * 24 + hour) * 60 + minute) * 60000 + second * 1000;
    return 0;
}
