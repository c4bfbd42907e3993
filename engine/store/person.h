/*
 * person.h: persons, their addresses, and how each number came to us.
 */
#ifndef CEGAH_STORE_PERSON_H
#define CEGAH_STORE_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outcome.h"

struct db;

enum person_flag {
    PERSON_SHARED_PHONE = 1, /* others read this phone */
    PERSON_DISCREET = 2,     /* asked for neutral texts */
    PERSON_UNSAFE_PHONE = 4, /* somebody watches it: no word about danger goes there */
};

/* Texts are NUL-terminated and cut by whoever cleans the input. Plain data. */
struct person {
    int64_t id;
    char name[64];
    char role[32];
    char district[32]; /* key */
    char zone[48];     /* IANA */
    int birth_year;    /* 0: unknown */
    char sex[16];      /* female, male, "" not stated */
    char language[16];
    char code[32];
    unsigned flags;
    char channel[16]; /* that the person wants first: sms, whatsapp, "" not said */
};

bool person_find(struct db *db, int64_t id, struct person *person);
/* Returns the new id. */
int64_t person_add(struct db *db, const struct person *person, int64_t now);
void person_update(struct db *db, const struct person *person, int64_t now);
/* Returns the id of the person of that name (compared without ASCII case) behind the
 * address; 0: none. An empty name matches any single person there. */
int64_t person_behind(struct db *db, int64_t address_id, const char *name);
/* The id of the person with that code, written without case, blanks and dashes; 0: none,
 * or several. */
int64_t person_by_code(struct db *db, const char *code);
/* The ids of the next persons after `after`, in order; returns how many (at most max). */
int person_ids_after(struct db *db, int64_t after, int64_t *ids, int max);
int64_t person_count(struct db *db);

/* Youngest possible age on the local day's year: year - birth_year - 1. True when under
 * 18 or unknown. */
bool person_is_minor(const struct person *person, int year);

struct address {
    int64_t id;
    enum address_kind kind;
    char value[96];
};

/* Returns the address's id, 0 when unknown. */
int64_t address_find(struct db *db, enum address_kind kind, const char *value);
/* Returns its id; adds it when unknown. */
int64_t address_ensure(
    struct db *db, enum address_kind kind, const char *value, int64_t now);
bool address_get(struct db *db, int64_t id, struct address *address);
/* Which of a person's addresses messages go to: the one of the highest rank, and among
 * these the newest. */
enum address_rank { ADDRESS_FURTHER = -1, ADDRESS_FIRST = 0 };

/* Ties person and address; nothing when they are tied. Returns true when it was new. */
bool address_tie(struct db *db, int64_t person_id, int64_t address_id, int64_t now);
bool address_tie_ranked(struct db *db, int64_t person_id, int64_t address_id,
    enum address_rank rank, int64_t now);
/* The tie ends: what comes from the address is no longer this person's word. */
void address_untie(struct db *db, int64_t person_id, int64_t address_id);
bool address_is_tied(struct db *db, int64_t person_id, int64_t address_id);
/* The address that messages to a person go to; 0: none. */
int64_t address_of_person(struct db *db, int64_t person_id);
/* All addresses of a person, the one that messages go to first. */
int address_list(struct db *db, int64_t person_id, int64_t *ids, int max);
/* What everybody behind the address asked for, together: the flags of each, and
 * PERSON_SHARED_PHONE when there are several. */
unsigned address_strictest_flags(struct db *db, int64_t address_id);
/* How many persons share it. */
int address_people(struct db *db, int64_t address_id, int64_t *ids, int max);

/* How a number was collected: what allows one invitation. Returns its id. */
int64_t basis_add(struct db *db, int64_t person_id, int64_t address_id, const char *how,
    const char *dated, const char *source, int64_t now);
/* The id of a person's basis, 0: none. how (may be NULL) gets the words, size 128. */
int64_t basis_of_person(struct db *db, int64_t person_id, char how[128]);

#endif
