/*
 * contacts_move.h: `cegah contacts move`: a changed number.
 */
#ifndef CEGAH_CLI_CONTACTS_MOVE_H
#define CEGAH_CLI_CONTACTS_MOVE_H

/* argv[0] is "move". Returns the exit status. */
int contacts_move(int argc, char **argv);

#endif
