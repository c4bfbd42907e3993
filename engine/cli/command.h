/*
 * command.h: a command is one file and one constant struct.
 *
 * To add one: copy a cmd_*.c, and add its line to commands.h.
 */
#ifndef CEGAH_CLI_COMMAND_H
#define CEGAH_CLI_COMMAND_H

struct command {
    const char *name;
    const char *usage; /* behind "cegah NAME ": "[--listen A] [--profile FILE]"; further
                            lines begin with seven blanks */
    const char *summary; /* one line for `cegah help` */
    const char *help;    /* paragraphs for `cegah help NAME`, each option on a line */
    /* argv[0] is the command's name. Returns the exit status: 0 done, 1 refused, 2 wrong
     * usage, 3 could not. Errors go to stderr. */
    int (*run)(int argc, char **argv);
};

#endif
