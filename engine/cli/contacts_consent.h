/*
 * contacts_consent.h: `cegah contacts consent`, `guardian` and `withdraw`: what staff
 * enter about consent goes through the door.
 */
#ifndef CEGAH_CLI_CONTACTS_CONSENT_H
#define CEGAH_CLI_CONTACTS_CONSENT_H

#include <stdbool.h>

/* True when the word is one of the three. */
bool contacts_consent_knows(const char *word);
/* argv[0] is that word. Returns the exit status. */
int contacts_consent(int argc, char **argv);

#endif
