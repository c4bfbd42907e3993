/*
 * main.c: finds the command and runs it.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/must.h"
#include "cli/command.h"

#define COMMAND(name) extern const struct command name##_command;
#include "cli/commands.h"
#undef COMMAND

#define COMMAND(name) &name##_command,
static const struct command *const commands[] = {
#include "cli/commands.h"
};
#undef COMMAND

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    return NULL;
}

static int help(const char *name)
{
    const struct command *command;

    if (name != NULL && strcmp(name, "help") == 0) {
        name = NULL;
    }
    command = name == NULL ? NULL : find(name);
    if (name != NULL && command == NULL) {
        fprintf(stderr, "cegah: no command \"%s\": `cegah help` lists them\n", name);
        return 2;
    }
    if (command != NULL) {
        printf(
            "usage: cegah %s %s\n\n%s\n", command->name, command->usage, command->help);
        return 0;
    }
    printf("cegah: SMS and WhatsApp campaigns that help prevent child marriage\n\n"
           "usage: cegah COMMAND [-c CONFIG] …\n\n");
    for (int i = 0; i < COMMANDS; i++) {
        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    printf("\n`cegah help COMMAND` tells more. Exit status: 0 done, 1 refused, 2 wrong "
           "usage, 3 could not.\n");
    return 0;
}

int main(int argc, char **argv)
{
    const struct command *command;

    must(sodium_init() >= 0, "libsodium does not start");
    if (argc < 2) {
        help(NULL);
        return 2;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0) {
        return help(argc > 2 ? argv[2] : NULL);
    }
    command = find(argv[1]);
    if (command == NULL) {
        fprintf(stderr, "cegah: no command \"%s\": `cegah help` lists them\n", argv[1]);
        return 2;
    }
    if (argc == 3 && (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
        return help(command->name);
    }
    return command->run(argc - 1, argv + 1);
}
