/*
 * play_person.h: who a series is played for, as `--as name=Ani,district=maros` says it.
 */
#ifndef CEGAH_CLI_PLAY_PERSON_H
#define CEGAH_CLI_PLAY_PERSON_H

#include <stdbool.h>

#include "base/err.h"
#include "base/outcome.h"
#include "store/person.h"

struct campaign;
struct series;

/* How a minor's guardian has agreed, or not. */
enum play_guardian {
    PLAY_GUARDIAN_PAPER, /* on paper, before the series begins */
    PLAY_GUARDIAN_PHONE, /* not yet; a form holds the number, which is asked */
    PLAY_GUARDIAN_NONE,  /* not yet, and there is nobody to ask */
};

/* Plain data. */
struct play_person {
    struct person person;
    enum channel channel;
    bool consented; /* her own consent is there: the series begins without invitation */
    enum play_guardian guardian;
};

/* Somebody whom the series is for: 16 years old where it may reach minors, else 34; of the
 * first district and language that it names. year: of the day on which it begins. */
void play_person_default(struct play_person *who, const struct campaign *campaign,
    const struct series *series, int year);
/*
 * Sets one thing from "key=value". started: the series is under way, so that consents can
 * no longer be set. Returns 0; -1 with a sentence: no such key, or what its value may be.
 */
int play_person_set(struct play_person *who, const struct campaign *campaign, int year,
    bool started, const char *pair, struct err *err);
/* The same from "key=value,key=value", before the series begins. */
int play_person_set_all(struct play_person *who, const struct campaign *campaign,
    int year, const char *pairs, struct err *err);

#endif
