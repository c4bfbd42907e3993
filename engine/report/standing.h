/*
 * standing.h: what stands in the way now: paused gateways, gateways whose own calls are
 * refused, and refused templates, each in one line for a coordinator.
 */
#ifndef CEGAH_REPORT_STANDING_H
#define CEGAH_REPORT_STANDING_H

#include <jansson.h>

struct db;

/* Returns a new array of objects {gateway, template, since, sentence}, gateways first;
 * template is null for a gateway. The sentence's time is in that zone (an IANA name). */
json_t *standing_json(struct db *db, const char *zone);

#endif
