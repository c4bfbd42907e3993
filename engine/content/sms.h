/*
 * sms.h: how many SMS parts a text takes, and why.
 *
 * GSM-7 with its extension table: 160 septets alone, 153 a part; UCS-2: 70 units alone, 67
 * a part. An escape pair or a surrogate pair never straddles two parts.
 */
#ifndef CEGAH_CONTENT_SMS_H
#define CEGAH_CONTENT_SMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sms_size {
    bool unicode;         /* UCS-2 is needed */
    int parts;            /* at least 1, also for an empty text */
    int units;            /* septets, or UTF-16 units */
    uint32_t first_wide;  /* with unicode: the first character that is not GSM-7 */
    size_t first_wide_at; /* its place in characters from 0 */
};

/* text: UTF-8; a broken sequence counts as U+FFFD. */
struct sms_size sms_measure(const char *text);
/* Returns a GSM-7 replacement for a typographic character ("'" for ’), or NULL. */
const char *sms_plain_form(uint32_t character);

#endif
