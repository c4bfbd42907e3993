#include "cli/context.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/adapters.h"
#include "cli/command.h"
#include "content/config.h"
#include "store/db.h"

const char *cli_config_path(const char *path, struct err *err)
{
    static const char *const places[] = {"cegah.yaml", "/etc/cegah/cegah.yaml"};

    for (size_t i = 0; path == NULL && i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], R_OK) == 0) {
            path = places[i];
        }
    }
    if (path == NULL) {
        err_set(err, ERR_UNABLE,
            "no config: neither ./cegah.yaml nor /etc/cegah/cegah.yaml can be read; "
            "name "
            "one with -c, or make one with `cegah init`");
    }
    return path;
}

struct config *cli_config(const char *path, struct err *err)
{
    size_t n;
    const struct config_adapter *adapters = cli_adapters(&n);

    path = cli_config_path(path, err);
    return path == NULL ? NULL : config_read(path, adapters, n, err);
}

struct db *cli_reader(const struct config *config, struct err *err)
{
    return db_open(config->database, DB_READ, err);
}

int cli_fail(const struct err *err)
{
    fprintf(stderr, "cegah: %s\n", err->text);
    return err->code == ERR_NONE ? ERR_UNABLE : (int)err->code;
}

int cli_usage(const struct command *command, const char *wrong)
{
    if (wrong != NULL) {
        fprintf(stderr, "cegah %s: %s\n", command->name, wrong);
    }
    fprintf(stderr, "usage: cegah %s %s\n       cegah help %s\n", command->name,
        command->usage, command->name);
    return ERR_USAGE;
}
