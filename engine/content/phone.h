/*
 * phone.h: what people type as a phone number, made E.164 or refused with a reason.
 *
 * Our own clean-up rules (Indonesian habits, Excel's damage) come first, libphonenumber
 * judges what they leave. A number is never guessed: letters, lost digits and two numbers
 * in a cell are refused with what to look at.
 */
#ifndef CEGAH_CONTENT_PHONE_H
#define CEGAH_CONTENT_PHONE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { PHONE_SIZE = 24 };

/*
 * Cleans text into e164 ("+628120000…"). Returns 0; -1 with a sentence in Indonesian-
 * independent English that says what is wrong and what to do. Accepts spaces, . - ( ) /,
 * invisible marks, 00, +620, 620, leading 0, bare 62…, bare 8…, a leading ', wa.me/.
 */
int phone_clean(const char *text, char e164[PHONE_SIZE], struct err *err);
/* As phone_clean() for a number that a gateway wrote (already international or national);
 * returns -1 for anything that holds letters, such as a business-scoped id. */
int phone_from_gateway(const char *text, char e164[PHONE_SIZE]);
/* True when an Indonesian mobile number's length is unusual (9 or 12 digits after 62). */
bool phone_is_odd_length(const char *e164);
/* Writes "+62 8…" with all but the last two digits hidden, for screens: "+62 …01". */
void phone_mask(const char *e164, char out[PHONE_SIZE]);

#endif
