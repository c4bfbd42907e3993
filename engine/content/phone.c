/*
 * phone.c: see phone.h. Rules and order from the field's notes: letters are refused
 * before anything is stripped, since a channel's own id must never become a number.
 */
#include "content/phone.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "content/phone_lib.h"

enum { TYPED_BYTES_MAX = 120, DIGITS_MAX = 40, E164_DIGITS_MAX = 15 };

/* What typing left, once the marks that mean nothing are gone. */
struct typed {
    char text[DIGITS_MAX + 2]; /* an optional + and digits */
    size_t n;
    bool letters, second, other;
    char lookalike[DIGITS_MAX +
                   2]; /* with o for 0 and l for 1 mended, "" when hopeless */
    size_t lookalike_n;
};

static bool is_invisible(UChar32 c)
{
    return u_charType(c) == U_FORMAT_CHAR || u_isUWhiteSpace(c) || c == 0xA0;
}

/* Hyphens, and the dashes that a spreadsheet puts for them. */
static bool is_separator(UChar32 c)
{
    return c == '.' || c == '(' || c == ')' || c == '/' || c == '-' ||
           (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

static void keep(struct typed *typed, char byte)
{
    if (typed->n < DIGITS_MAX) {
        typed->text[typed->n] = byte;
    }
    typed->n++;
    if (typed->lookalike_n < DIGITS_MAX) {
        typed->lookalike[typed->lookalike_n++] = byte;
    }
}

static void take_letter(struct typed *typed, UChar32 c)
{
    typed->letters = true;
    if (c == 'o' || c == 'O') {
        typed->lookalike[typed->lookalike_n++ % DIGITS_MAX] = '0';
    } else if (c == 'l' || c == 'I' || c == 'i') {
        typed->lookalike[typed->lookalike_n++ % DIGITS_MAX] = '1';
    } else {
        typed->other = true;
    }
}

static void take(struct typed *typed, UChar32 c)
{
    int digit = c < 0 ? -1 : u_charDigitValue(c);

    if (digit >= 0) {
        keep(typed, (char)('0' + digit));
    } else if (c == '+' || c == 0xFF0B) {
        typed->second = typed->second || typed->n > 0;
        keep(typed, '+');
    } else if (c == ',' || c == ';' || c == '&' || c == '|') {
        typed->second = true;
    } else if (c > 0 && u_isalpha(c)) {
        take_letter(typed, c);
    } else if (c < 0 || (!is_invisible(c) && !is_separator(c))) {
        typed->other = true;
    }
}

/* Behind "wa.me/", whatever stands before it; else the text itself. */
static const char *behind_link(const char *text)
{
    const char *link = strcasestr(text, "wa.me/");

    return link == NULL ? text : link + strlen("wa.me/");
}

static void read_typed(const char *text, struct typed *typed)
{
    int32_t at = 0, length;

    *typed = (struct typed){0};
    text += strspn(text, " \t\r\n");
    if (*text == '\'') {
        text++; /* Excel's mark for "this is text" */
    }
    text = behind_link(text);
    length = (int32_t)strcspn(text, "?"); /* wa.me/…?text=… */
    while (at < length) {
        UChar32 c;

        U8_NEXT(text, at, length, c);
        take(typed, c);
    }
    typed->text[typed->n < DIGITS_MAX ? typed->n : DIGITS_MAX] = '\0';
    typed
        ->lookalike[typed->lookalike_n < DIGITS_MAX ? typed->lookalike_n : DIGITS_MAX] =
        '\0';
}

/* 6.28123E+11: a spreadsheet kept six digits and threw the others away. */
static bool is_scientific(const char *text)
{
    const char *at = text + strspn(text, " \t'+");
    size_t digits = strspn(at, "0123456789");

    at += digits;
    if (digits == 0 || digits > 3) {
        return false;
    }
    if (*at == '.' || *at == ',') {
        at++;
        at += strspn(at, "0123456789");
    }
    if ((*at != 'E' && *at != 'e') ||
        (at[1] != '+' && at[1] != '-' && !isdigit(at[1]))) {
        return false;
    }
    at += 2;
    return strspn(at, "0123456789 ") == strlen(at);
}

/* Copies what a leading form stands for and the rest of the digits; -1 past E.164. */
static int compose(const char *country, const char *rest, char e164[PHONE_SIZE])
{
    if (strlen(country) + strlen(rest) > E164_DIGITS_MAX) {
        return -1;
    }
    snprintf(e164, PHONE_SIZE, "+%s%s", country, rest);
    return 0;
}

/* Brings digits to E.164. Returns 0; -1 too long; -2 no country can be told. */
static int to_e164(const char *digits, char e164[PHONE_SIZE])
{
    if (digits[0] == '+') {
        digits++;
    } else if (strncmp(digits, "00", 2) == 0) {
        digits += 2;
    } else if (digits[0] == '0') {
        return compose("62", digits + 1, e164);
    } else if (digits[0] == '8') {
        return compose("62", digits, e164);
    } else if (strncmp(digits, "62", 2) != 0) {
        return -2;
    }
    if (strncmp(digits, "620", 3) == 0) {
        return compose("62", digits + 3, e164);
    }
    return compose("", digits, e164);
}

/* ^\+628[1-35-9]\d{7,10}$: our own pattern, since the library's list of ranges is older
 * than some numbers in use. */
static bool is_indonesian_mobile(const char *e164)
{
    size_t length = strlen(e164);

    return strncmp(e164, "+628", 4) == 0 && length >= 12 && length <= 15 &&
           strchr("12356789", e164[4]) != NULL;
}

/* Two numbers behind one another: the text splits, at something between digits, into
 * two that are mobile numbers. */
static bool holds_two(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        struct typed one, other;
        char left[TYPED_BYTES_MAX + 1], e164[PHONE_SIZE];
        size_t length = (size_t)(at - text);

        if (isdigit((unsigned char)*at) || *at == '+') {
            continue;
        }
        memcpy(left, text, length);
        left[length] = '\0';
        read_typed(left, &one);
        read_typed(at, &other);
        if (one.n < DIGITS_MAX && other.n < DIGITS_MAX &&
            to_e164(one.text, e164) == 0 && is_indonesian_mobile(e164) &&
            to_e164(other.text, e164) == 0 && is_indonesian_mobile(e164)) {
            return true;
        }
    }
    return false;
}

static int refuse_two(struct err *err)
{
    return err_set(err, ERR_REFUSED,
        "there are two numbers in one place; keep one, or give the other a row of its "
        "own");
}

static int refuse_letters(const struct typed *typed, const char *text, struct err *err)
{
    char e164[PHONE_SIZE];

    if (is_scientific(text)) {
        return err_set(err, ERR_REFUSED,
            "the spreadsheet turned the number into %.20s and lost its last digits; "
            "format "
            "the column as text and type the number again",
            text);
    }
    if (!typed->other && !typed->second && typed->lookalike_n < DIGITS_MAX &&
        to_e164(typed->lookalike, e164) == 0 && is_indonesian_mobile(e164)) {
        return err_set(err, ERR_REFUSED,
            "there is a letter where a digit should be; if %s is meant, write that",
            typed->lookalike);
    }
    if (holds_two(text)) {
        return refuse_two(err);
    }
    return err_set(err, ERR_REFUSED,
        "there are letters in it; a phone number has digits only, such as "
        "0812-0000-0001");
}

static int refuse_short(struct err *err)
{
    return err_set(err, ERR_REFUSED,
        "the number is too short; look whether digits are missing (an Indonesian "
        "mobile "
        "number has 10 to 13 with its leading 0)");
}

static int refuse_long(struct err *err)
{
    return err_set(err, ERR_REFUSED,
        "the number is too long; look for a digit too many, or two numbers in one "
        "place");
}

static int judge(const char *e164, struct err *err)
{
    enum phone_verdict verdict = phone_lib_judge(e164);
    bool indonesian = strncmp(e164, "+62", 3) == 0;

    if (verdict == PHONE_TOO_SHORT ||
        (strncmp(e164, "+628", 4) == 0 && strlen(e164) < 12)) {
        return refuse_short(err);
    }
    if (verdict == PHONE_TOO_LONG ||
        (strncmp(e164, "+628", 4) == 0 && strlen(e164) > 15)) {
        return refuse_long(err);
    }
    if (is_indonesian_mobile(e164) || (!indonesian && verdict == PHONE_MOBILE)) {
        return 0;
    }
    if (verdict == PHONE_LANDLINE || (indonesian && e164[3] != '8')) {
        return err_set(err, ERR_REFUSED,
            "this is a landline or service number, which no SMS reaches; a mobile "
            "number is "
            "needed");
    }
    if (verdict == PHONE_NO_COUNTRY) {
        return err_set(err, ERR_REFUSED,
            "no country has that code; write an Indonesian number as 08… or +628…");
    }
    return err_set(err, ERR_REFUSED,
        "this is no mobile number that can exist; compare it "
        "with the list it came from");
}

static int clean(const char *text, char e164[PHONE_SIZE], struct err *err)
{
    struct typed typed;

    if (strlen(text) > TYPED_BYTES_MAX) {
        return refuse_long(err);
    }
    read_typed(text, &typed);
    if (typed.letters) {
        return refuse_letters(&typed, text, err);
    }
    if (typed.n == 0) {
        return err_set(err, ERR_REFUSED, "there is no phone number");
    }
    if (typed.second || holds_two(text)) {
        return refuse_two(err);
    }
    if (typed.other) {
        return err_set(err, ERR_REFUSED,
            "there is a character in it that no phone number has; digits, blanks and "
            ". - ( ) / are fine");
    }
    if (typed.n >= DIGITS_MAX) {
        return refuse_long(err);
    }
    switch (to_e164(typed.text, e164)) {
    case 0:
        return judge(e164, err);
    case -1:
        return refuse_long(err);
    default:
        return err_set(err, ERR_REFUSED,
            "it cannot be told which country this is; write 08… or +628…, or + and the "
            "country code");
    }
}

int phone_clean(const char *text, char e164[PHONE_SIZE], struct err *err)
{
    int result = clean(text, e164, err);

    if (result != 0) {
        e164[0] = '\0';
    }
    return result;
}

int phone_from_gateway(const char *text, char e164[PHONE_SIZE])
{
    struct typed typed;
    struct err err;

    e164[0] = '\0';
    if (strlen(text) > TYPED_BYTES_MAX) {
        return -1;
    }
    read_typed(text, &typed);
    if (typed.letters || typed.other || typed.second || typed.n == 0 ||
        typed.n >= DIGITS_MAX) {
        return -1;
    }
    /* Gateways write international numbers without their +. */
    if (to_e164(typed.text, e164) == -2) {
        compose("", typed.text, e164);
    }
    if (e164[0] == '\0' || judge(e164, &err) != 0) {
        e164[0] = '\0';
        return -1;
    }
    return 0;
}

bool phone_is_odd_length(const char *e164)
{
    size_t digits = strlen(e164) - (strlen(e164) < 3 ? strlen(e164) : 3);

    return strncmp(e164, "+628", 4) == 0 && (digits == 9 || digits == 12);
}

void phone_mask(const char *e164, char out[PHONE_SIZE])
{
    size_t length = strlen(e164);

    if (length < 6) {
        snprintf(out, PHONE_SIZE, "…");
        return;
    }
    if (strncmp(e164, "+62", 3) == 0) {
        snprintf(out, PHONE_SIZE, "+62 …%s", e164 + length - 2);
    } else {
        snprintf(out, PHONE_SIZE, "+…%s", e164 + length - 2);
    }
}
