/*
 * db_lock.c: whose a database is: its file's owner's, and the one process's that holds
 * PATH.lock.
 * Declared in db.h.
 */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"

static char *lock_path(const char *path)
{
    return mem_format("%s.lock", path);
}

int db_lock(const char *path, struct err *err)
{
    char *name = lock_path(path);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        err_set(err, ERR_UNABLE,
            "%s: %s; `database` in the config names a file in a folder that cegah may "
            "write to",
            name, strerror(errno));
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        err_set(err, ERR_UNABLE,
            "%s is in use by another cegah: only one may write to it at a time", path);
        close(fd);
        fd = -1;
    }
    free(name);
    return fd;
}

void db_unlock(int lock)
{
    if (lock >= 0) {
        close(lock);
    }
}

bool db_is_locked(const char *path)
{
    char *name = lock_path(path);
    int fd = open(name, O_RDWR | O_CLOEXEC);
    bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;

    if (fd >= 0) {
        close(fd);
    }
    free(name);
    return locked;
}

void db_make_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
    }
}
