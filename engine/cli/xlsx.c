#include "cli/xlsx.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

enum { CHUNK = 65536, SAID_MAX = 4096, FILES_MAX = 64, NOT_THERE = 127 };

/* A child and what it says. Owned by xlsx_to_csv(). */
struct converter {
    pid_t pid;
    int output, errors; /* read ends; -1: closed */
    struct buf csv, said;
};

/* Returns the path of a file of our own with the bytes, mode 0600, owned; NULL with a
 * sentence. */
static char *write_temporary(const char *bytes, size_t length, struct err *err)
{
    const char *folder = getenv("TMPDIR");
    char *path = mem_format("%s/cegah-import-XXXXXX", folder == NULL ? "/tmp" : folder);
    int file = mkostemp(path, O_CLOEXEC);
    size_t done = 0;

    while (file >= 0 && done < length) {
        ssize_t n = write(file, bytes + done, length - done);

        if (n < 0 && errno != EINTR) {
            break;
        }
        done += n < 0 ? 0 : (size_t)n;
    }
    if (file < 0 || done < length) {
        err_set(err, ERR_UNABLE, "%s cannot be written: %s", path, strerror(errno));
        if (file >= 0) {
            unlink(path);
            close(file);
        }
        free(path);
        return NULL;
    }
    close(file);
    return path;
}

static void limit(int what, rlim_t most)
{
    struct rlimit limits = {most, most};

    if (setrlimit(what, &limits) != 0) {
        _exit(NOT_THERE - 1);
    }
}

/* In the child: nothing but its limits, its ends of the pipes and the program. Its
 * environment is ours no more: no proxy, no Python path of somebody's. */
static void run_program(const char *path, int output, int errors)
{
    static char *const environment[] = {(char *)"PATH=/usr/local/bin:/usr/bin:/bin",
        (char *)"LC_ALL=C.UTF-8", (char *)"PYTHONDONTWRITEBYTECODE=1",
        (char *)"PYTHONNOUSERSITE=1", NULL};
    char *const arguments[] = {(char *)"xlsx2csv", (char *)"--sheet", (char *)"1",
        (char *)"--dateformat", (char *)"%Y-%m-%d", (char *)path, NULL};
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_AS, XLSX_MEMORY_MAX);
    limit(RLIMIT_CPU, XLSX_SECONDS_MAX);
    limit(RLIMIT_FSIZE, 0); /* it writes to us only */
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, FILES_MAX);
    if (dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(errors, STDERR_FILENO) < 0) {
        _exit(NOT_THERE - 1);
    }
    execvpe(arguments[0], arguments, environment);
    _exit(NOT_THERE);
}

static int start(struct converter *converter, const char *path, struct err *err)
{
    int output[2] = {-1, -1}, errors[2] = {-1, -1};

    if (pipe2(output, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0 ||
        (converter->pid = fork()) < 0) {
        err_set(err, ERR_UNABLE, "no child process can be made: %s", strerror(errno));
        for (int i = 0; i < 2; i++) {
            close(output[i]);
            close(errors[i]);
        }
        converter->pid = 0;
        return -1;
    }
    if (converter->pid == 0) {
        run_program(path, output[1], errors[1]);
    }
    close(output[1]);
    close(errors[1]);
    converter->output = output[0];
    converter->errors = errors[0];
    return 0;
}

/* Reads what is there; closes the end when nothing more comes. */
static void take(int *from, struct buf *to)
{
    char chunk[CHUNK];
    ssize_t n = read(*from, chunk, sizeof chunk);

    if (n > 0) {
        buf_add(to, chunk, (size_t)n);
    } else if (n == 0 || errno != EINTR) {
        close(*from);
        *from = -1;
    }
}

/* Reads until the child has said all; -1 with a sentence when it says too much, or takes
 * too long. */
static int follow(struct converter *converter, size_t maximum, struct err *err)
{
    int64_t until = clock_monotonic_ms() + XLSX_SECONDS_MAX * 1000;

    while (converter->output >= 0 || converter->errors >= 0) {
        struct pollfd ends[] = {
            {converter->output, POLLIN, 0}, {converter->errors, POLLIN, 0}};
        int64_t left = until - clock_monotonic_ms();

        if (left <= 0 || (poll(ends, 2, (int)left) < 0 && errno != EINTR)) {
            return err_set(err, ERR_REFUSED,
                "the spreadsheet took longer than %d s to read; copy the list alone "
                "into a new file and import that",
                XLSX_SECONDS_MAX);
        }
        if (ends[0].revents != 0) {
            take(&converter->output, &converter->csv);
        }
        if (ends[1].revents != 0) {
            take(&converter->errors, &converter->said);
        }
        if (converter->csv.overflowed) {
            return err_set(err, ERR_REFUSED,
                "the spreadsheet's first sheet holds more than %zu bytes; split it",
                maximum);
        }
    }
    return 0;
}

/* Ends the child; its status. */
static int end(struct converter *converter, bool kill_it)
{
    int status = 0;

    if (converter->output >= 0) {
        close(converter->output);
    }
    if (converter->errors >= 0) {
        close(converter->errors);
    }
    if (kill_it) {
        kill(converter->pid, SIGKILL);
    }
    while (waitpid(converter->pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

/* The last line that it said, which is where Python names its error. */
static const char *last_line(struct buf *said)
{
    char *newline;

    while (said->length > 0 && said->data[said->length - 1] == '\n') {
        said->data[--said->length] = '\0';
    }
    newline = said->length == 0 ? NULL : strrchr(said->data, '\n');
    return newline == NULL ? buf_text(said) : newline + 1;
}

static int judge(struct converter *converter, int status, struct err *err)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE) {
        return err_set(err, ERR_UNABLE,
            "a spreadsheet is read by the program xlsx2csv, which is not installed; "
            "run "
            "`apt install xlsx2csv`, or save the list as \"CSV UTF-8\" and import "
            "that");
    }
    if (WIFSIGNALED(status) || strstr(buf_text(&converter->said), "MemoryError")) {
        return err_set(err, ERR_REFUSED,
            "the spreadsheet needs more memory or time than a contact list may; copy "
            "the list alone into a new file and import that");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        return err_set(err, ERR_REFUSED,
            "the spreadsheet cannot be read (%.200s); save the list as \"CSV UTF-8\" "
            "and import that",
            last_line(&converter->said));
    }
    if (converter->csv.length == 0) {
        return err_set(err, ERR_REFUSED,
            "the first sheet is empty; move the list to the first sheet");
    }
    return 0;
}

char *xlsx_to_csv(const char *bytes, size_t length, size_t maximum, size_t *csv_length,
    struct err *err)
{
    struct converter converter = {.output = -1, .errors = -1};
    char *path = NULL, *csv = NULL;
    int followed, status;

    if (xlsx_check(bytes, length, err) != 0) {
        return NULL;
    }
    path = write_temporary(bytes, length, err);
    if (path == NULL) {
        return NULL;
    }
    buf_init(&converter.csv, maximum);
    buf_init(&converter.said, SAID_MAX);
    if (start(&converter, path, err) == 0) {
        followed = follow(&converter, maximum, err);
        status = end(&converter, followed != 0);
        if (followed == 0 && judge(&converter, status, err) == 0) {
            *csv_length = converter.csv.length;
            csv = buf_take(&converter.csv);
        }
    }
    unlink(path);
    buf_fini(&converter.csv);
    buf_fini(&converter.said);
    free(path);
    return csv;
}
