/*
 * event.h: something that people are invited to: when it is for one of them, and how texts
 * say so. Events stand under `events:` in campaign.yaml; steps are placed around them.
 */
#ifndef CEGAH_CONTENT_EVENT_H
#define CEGAH_CONTENT_EVENT_H

#include <stdint.h>

struct zone;

/*
 * Its day and time are those of `zone`, one moment for everybody (a webinar). With zone
 * NULL they are each person's own local ones (a meeting in every village). One with a
 * district is for the people of that district only, so its time is the district's.
 */
struct event {
    char *key;      /* webinar */
    char *title;    /* {judul}, at most 24 characters */
    char *link;     /* {link}, at most 24, or NULL */
    char *zone;     /* IANA name, or NULL */
    char *district; /* its key, or NULL */
    char *code;     /* the word that is said there: HADIR 482; or NULL */
    int32_t date;   /* local day since 1970-01-01 */
    int minute;     /* it begins */
    int minutes;    /* it lasts */
};

/* When it begins for somebody in that zone (an IANA name that is known): UTC ms. */
int64_t event_start_at(const struct event *event, const char *zone);

/* Its beginning, as texts say it to somebody in that zone. */
struct event_words {
    char hari[8]; /* {hari}: senin … minggu */
    char tgl[8];  /* {tgl}: 27 Des */
    char jam[8];  /* {jam}: 13.00 */
    char zona[8]; /* {zona}: WIB, WITA or WIT; empty elsewhere */
};

/* Any other day, as {tgl} says it: "27 Des". */
void date_say(const struct zone *zone, int64_t at_ms, char tgl[8]);
void event_say(const struct event *event, const char *zone, struct event_words *words);

#endif
