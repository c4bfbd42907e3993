#include "cli/context.h"

#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/adapters.h"
#include "cli/command.h"
#include "content/config.h"
#include "content/yaml.h"
#include "store/db.h"

enum { OUTPUT_BYTES_MAX = 4 << 20 };

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

void cli_print_problems(const struct problems *problems)
{
    struct buf out;

    buf_init(&out, OUTPUT_BYTES_MAX);
    problems_print(problems, &out);
    fputs(buf_text(&out), stderr);
    buf_fini(&out);
}

struct config *cli_config(const char *path, struct err *err)
{
    size_t n;
    const struct config_adapter *adapters = cli_adapters(&n);
    struct problems problems;
    struct config *config;

    path = cli_config_path(path, err);
    if (path == NULL) {
        return NULL;
    }
    problems_init(&problems);
    config = config_parse(path, adapters, n, &problems);
    if (config == NULL) {
        cli_print_problems(&problems);
        err_set(err, ERR_REFUSED, "the config has %zu error%s, nothing was done",
            problems.errors, problems.errors == 1 ? "" : "s");
    }
    problems_fini(&problems);
    return config;
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
