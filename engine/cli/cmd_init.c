/*
 * cmd_init.c: `cegah init`: a config and a campaign to begin with.
 */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/init_files.h"

extern const struct command init_command;

static const char *const folders[] = {"", "/campaigns", "/campaigns/contoh"};

/* Nothing is written unless everything can be: what is there is never overwritten. */
static int check_free(
    const char *folder, const struct init_file files[INIT_FILES], struct err *err)
{
    for (int i = 0; i < INIT_FILES; i++) {
        char *path = mem_format("%s/%s", folder, files[i].path);
        struct stat about;
        int found = lstat(path, &about) == 0;

        if (found) {
            err_set(err, ERR_REFUSED,
                "%s is there already, and init overwrites nothing; name another "
                "folder: "
                "cegah init DIR",
                path);
        }
        free(path);
        if (found) {
            return -1;
        }
    }
    return 0;
}

static int make_folders(const char *folder, struct err *err)
{
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char *path = mem_format("%s%s", folder, folders[i]);
        int result = mkdir(path, 0755) == 0 || errno == EEXIST
                         ? 0
                         : err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));

        free(path);
        if (result != 0) {
            return -1;
        }
    }
    return 0;
}

static int write_all(int descriptor, const struct buf *text)
{
    size_t done = 0;

    while (done < text->length) {
        ssize_t n = write(descriptor, text->data + done, text->length - done);

        if (n < 0 && errno != EINTR) {
            return -1;
        }
        done += n < 0 ? 0 : (size_t)n;
    }
    return fsync(descriptor);
}

static int write_file(const char *folder, const struct init_file *file, struct err *err)
{
    char *path = mem_format("%s/%s", folder, file->path);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->mode);
    int result = 0;

    if (descriptor < 0) {
        result = err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    } else {
        if (write_all(descriptor, &file->text) != 0) {
            result = err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
        }
        close(descriptor);
        if (result != 0) {
            unlink(path);
        }
    }
    free(path);
    return result;
}

static int write_files(
    const char *folder, const struct init_file files[INIT_FILES], struct err *err)
{
    for (int i = 0; i < INIT_FILES; i++) {
        if (write_file(folder, &files[i], err) != 0) {
            while (i-- > 0) {
                char *path = mem_format("%s/%s", folder, files[i].path);

                unlink(path);
                free(path);
            }
            return -1;
        }
    }
    return 0;
}

static void print_next(const char *folder)
{
    printf(
        "Written to %s:\n"
        "  cegah.yaml        the configuration, each key with its help\n"
        "  kannel.password   a new password; give Kannel's sendsms-user the same one,\n"
        "                    or write yours here\n"
        "  campaigns/contoh  a small campaign to copy\n"
        "  focal.key         THE SECRET KEY OF THE FOCAL PERSON\n"
        "\n"
        "What children write in danger is sealed; only focal.key opens it. Give it to "
        "the\n"
        "focal person, who keeps it offline, with a copy in a safe place, and delete "
        "it\n"
        "here: it must never be on the server. Nobody can make it again. If she is to\n"
        "read with `cegah inbox`, let her type her passphrase before it goes:\n"
        "cegah user add NAME --role focal --key focal.key\n"
        "\n"
        "Next: cegah check -c %s/cegah.yaml %s/campaigns/contoh\n",
        folder, folder, folder);
}

static int run(int argc, char **argv)
{
    struct init_file files[INIT_FILES];
    struct err err = {0};
    char *folder;
    int result;

    if (argc > 2) {
        return cli_usage(&init_command, "init takes one folder at most");
    }
    if (argc == 2 && (argv[1][0] == '-' || argv[1][0] == '\0')) {
        return cli_usage(&init_command, "init has no options");
    }
    folder = mem_copy(argc == 2 ? argv[1] : ".");
    for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--) {
        folder[n - 1] = '\0';
    }
    init_files_make(files);
    result = check_free(folder, files, &err);
    result = result == 0 ? make_folders(folder, &err) : result;
    result = result == 0 ? write_files(folder, files, &err) : result;
    init_files_fini(files);
    if (result == 0) {
        print_next(folder);
    }
    free(folder);
    return result == 0 ? ERR_NONE : cli_fail(&err);
}

const struct command init_command = {
    .name = "init",
    .usage = "[DIR]",
    .summary = "write a config with comments, and a campaign to begin with",
    .help =
        "Writes into DIR, or the present folder without it:\n"
        "\n"
        "  cegah.yaml        the configuration, each key with its help\n"
        "  focal.key         the secret key that opens protected texts: for the focal\n"
        "                    person, to be kept offline and never on the server\n"
        "  kannel.password   a new password for the gateway\n"
        "  campaigns/contoh  a small campaign that passes `cegah check`\n"
        "\n"
        "Nothing that is there is overwritten.\n",
    .run = run,
};
