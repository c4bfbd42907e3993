/*
 * address_gateway.h: what one gateway knows of an address, and which templates it takes.
 *
 * A channel with a session window carries free text only so long after somebody wrote
 * over that very gateway; and a gateway may have said that it reaches an address not at
 * all, or not for now. Nothing here is about whether a number is still theirs
 * (address_health.h), nor about consent.
 */
#ifndef CEGAH_STORE_ADDRESS_GATEWAY_H
#define CEGAH_STORE_ADDRESS_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>

struct db;

/* Closed for ever, as far as anybody knows. */
#define CLOSED_FOR_EVER INT64_C(9000000000000000)

struct address_gateway {
    int64_t inbound_at;   /* when something came from it over that gateway; 0: never */
    int64_t closed_until; /* the gateway gets nothing for it before; 0: open */
    char reason[32];      /* of closed: the failure class's name; "" else */
};

/* All zero when nothing is known. */
void address_gateway_find(struct db *db, int64_t address_id, const char *gateway,
    struct address_gateway *found);
/* Something came from the address over the gateway: its window is open from at on, and
 * what was closed because it could not be reached is open again. */
void address_gateway_heard(
    struct db *db, int64_t address_id, const char *gateway, int64_t at);
void address_gateway_close(struct db *db, int64_t address_id, const char *gateway,
    int64_t until, const char *reason);
/* The gateway says that its window is closed: what we believed of it is forgotten. */
void address_gateway_window_over(
    struct db *db, int64_t address_id, const char *gateway);

/* A person's second id at a gateway belongs to that number. */
void address_alias_set(struct db *db, int64_t address_id, int64_t phone_id);
/* The number behind an id; the id itself when none is known. */
int64_t address_alias_find(struct db *db, int64_t address_id);

/* A template that a gateway refuses now. */
struct template_refused {
    char word[24]; /* paused, disabled, rejected, missing, mismatch */
    char code[32]; /* the gateway's own, or "" */
    int64_t since; /* when it last refused it */
};

/* False when the gateway refuses it not, as far as is known. */
bool template_refused_find(struct db *db, const char *gateway, const char *name,
    const char *language, struct template_refused *found);
void template_refused_set(struct db *db, const char *gateway, const char *name,
    const char *language, const struct template_refused *refused);
/* It is approved again. language "": in every one. */
void template_refused_clear(
    struct db *db, const char *gateway, const char *name, const char *language);

#endif
