/*
 * phone_lib.h: the only door to libphonenumber, which is C++.
 */
#ifndef CEGAH_CONTENT_PHONE_LIB_H
#define CEGAH_CONTENT_PHONE_LIB_H

#ifdef __cplusplus
extern "C" {
#endif

enum phone_verdict {
    PHONE_MOBILE,   /* may get an SMS */
    PHONE_POSSIBLE, /* the length fits, the number range is not one it knows */
    PHONE_LANDLINE, /* valid, but no SMS reaches it */
    PHONE_TOO_SHORT,
    PHONE_TOO_LONG,
    PHONE_NO_COUNTRY, /* no such country code */
    PHONE_INVALID,
};

/* Judges a number in E.164 form ("+62812…"). */
enum phone_verdict phone_lib_judge(const char *e164);

#ifdef __cplusplus
}
#endif

#endif
