/* commands.h: every command, in the order that `cegah help` shows. Included by main.c. */
COMMAND(check)
COMMAND(messages)
COMMAND(message)
COMMAND(report)
COMMAND(simulator)
