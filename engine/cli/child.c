#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

extern char **environ;

enum { ARGUMENTS_MAX = 24, READY_MS = 20000, END_MS = 30000 };

static int spawn(pid_t *pid, const char *const *arguments, const char *log, int output)
{
    posix_spawn_file_actions_t actions;
    char *list[ARGUMENTS_MAX + 2] = {"cegah"};
    int failed;

    for (int i = 0; arguments[i] != NULL && i < ARGUMENTS_MAX; i++) {
        list[i + 1] = (char *)arguments[i]; /* exec's own type; it changes nothing */
    }
    posix_spawn_file_actions_init(&actions);
    if (output >= 0) {
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    }
    if (log != NULL) {
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    failed = posix_spawn(pid, "/proc/self/exe", &actions, NULL, list, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Reads lines until one begins with ready; 0, or -1 at the end or after READY_MS. */
static int wait_for(int fd, const char *ready, char *line, size_t size)
{
    int64_t until = clock_monotonic_ms() + READY_MS;
    size_t used = 0;

    for (;;) {
        struct pollfd poller = {.fd = fd, .events = POLLIN};
        int64_t left = until - clock_monotonic_ms();
        char byte;

        if (left <= 0 || poll(&poller, 1, (int)left) <= 0 || read(fd, &byte, 1) != 1) {
            return -1;
        }
        if (byte == '\n') {
            line[used] = '\0';
            if (strncmp(line, ready, strlen(ready)) == 0) {
                return 0;
            }
            used = 0;
        } else if (used + 1 < size) {
            line[used++] = byte;
        }
    }
}

int child_start(struct child *child, const char *const *arguments, const char *log,
    const char *ready, char *line, size_t size, struct err *err)
{
    int ends[2] = {-1, -1}, failed;

    *child = (struct child){.output = -1};
    if (ready != NULL && pipe2(ends, O_CLOEXEC) != 0) {
        return err_set(err, ERR_UNABLE, "no pipe: %s", strerror(errno));
    }
    failed = spawn(&child->pid, arguments, log, ends[1]);
    if (ready != NULL) {
        close(ends[1]);
        child->output = ends[0];
    }
    if (failed != 0) {
        return err_set(err, ERR_UNABLE, "`cegah %s` does not start: %s", arguments[0],
            strerror(failed));
    }
    if (ready != NULL && wait_for(child->output, ready, line, size) != 0) {
        child_end(child);
        return err_set(err, ERR_UNABLE, "`cegah %s` did not get ready%s%s",
            arguments[0], log == NULL ? "" : "; its log: ", log == NULL ? "" : log);
    }
    return 0;
}

static int status_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int child_is_alive(const struct child *child)
{
    siginfo_t info = {0};

    return child->pid > 0 &&
           waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == 0;
}

int child_end(struct child *child)
{
    struct timespec pause = {0, 10 * 1000000L};
    int64_t until = clock_monotonic_ms() + END_MS;
    int status = 0;

    if (child->pid <= 0) {
        return 0;
    }
    kill(child->pid, SIGTERM);
    while (waitpid(child->pid, &status, WNOHANG) == 0) {
        if (clock_monotonic_ms() > until) {
            kill(child->pid, SIGKILL);
        }
        nanosleep(&pause, NULL);
    }
    if (child->output >= 0) {
        close(child->output);
    }
    *child = (struct child){.output = -1};
    return status_of(status);
}

int child_run(const char *const *arguments)
{
    pid_t pid;
    int status = 0;

    fflush(stdout);
    if (spawn(&pid, arguments, NULL, -1) != 0 || waitpid(pid, &status, 0) != pid) {
        return -1;
    }
    return status_of(status);
}
