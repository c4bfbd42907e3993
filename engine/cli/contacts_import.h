/*
 * contacts_import.h: `cegah contacts import`: a contact list goes through the door, and
 * its account is printed.
 */
#ifndef CEGAH_CLI_CONTACTS_IMPORT_H
#define CEGAH_CLI_CONTACTS_IMPORT_H

/* argv[0] is "import". Returns the exit status: 0 when something was taken, merged or
 * known already, or nothing was refused; else 1, 2 or 3. */
int contacts_import(int argc, char **argv);

#endif
