#include "net/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { SOCKET_FLAGS = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, HOST_BYTES = 64 };

/* Splits "host:port" or "[host]:port". Returns 0, or -1 when it is neither. */
static int split(const char *address, char host[HOST_BYTES], const char **port)
{
    const char *colon = strrchr(address, ':');
    size_t length = colon != NULL ? (size_t)(colon - address) : 0;

    if (length == 0 || length >= HOST_BYTES || colon[1] == '\0') {
        return -1;
    }
    if (address[0] == '[') {
        if (address[length - 1] != ']' || length < 3) {
            return -1;
        }
        address++;
        length -= 2;
    }
    memcpy(host, address, length);
    host[length] = '\0';
    *port = colon + 1;
    return 0;
}

static int read_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t length = sizeof(address);

    if (getsockname(fd, &address.any, &length) != 0) {
        return 0;
    }
    return ntohs(
        address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

static int bind_tcp(const struct addrinfo *found, const char *address, struct err *err)
{
    int fd = socket(found->ai_family, SOCKET_FLAGS, 0);
    int one = 1;

    if (fd < 0) {
        return err_set(err, ERR_UNABLE, "%s: %s", address, strerror(errno));
    }
    /* A restart must not wait for the connections of the process before it. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (bind(fd, found->ai_addr, found->ai_addrlen) == 0 &&
        listen(fd, SOMAXCONN) == 0) {
        return fd;
    }
    if (errno == EADDRINUSE) {
        err_set(err, ERR_UNABLE,
            "%s: the port is in use: stop the program that listens there, or choose "
            "another port",
            address);
    } else {
        err_set(
            err, ERR_UNABLE, "%s: cannot listen there: %s", address, strerror(errno));
    }
    close(fd);
    return -1;
}

int listen_tcp(const char *address, int *port, struct err *err)
{
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found = NULL;
    char host[HOST_BYTES];
    const char *service = NULL;
    int fd = -1;

    if (split(address, host, &service) != 0 ||
        getaddrinfo(host, service, &hints, &found) != 0) {
        return err_set(err, ERR_REFUSED,
            "%s: no address to listen on: write an IP address and a port, such as "
            "127.0.0.1:8480 or [::1]:8480",
            address);
    }
    fd = bind_tcp(found, address, err);
    freeaddrinfo(found);
    if (fd >= 0) {
        *port = read_port(fd);
    }
    return fd;
}

/* Removes a socket that nobody answers. Returns 0 when the path is free. */
static int clear_path(const struct sockaddr_un *address, struct err *err)
{
    const char *path = address->sun_path;
    struct stat status;
    int fd, connected;

    if (lstat(path, &status) != 0) {
        return 0;
    }
    if (!S_ISSOCK(status.st_mode)) {
        return err_set(err, ERR_UNABLE,
            "%s: this is no socket: move the file away, it is not ours", path);
    }
    fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
    if (fd < 0) {
        return err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    }
    connected = connect(fd, (const struct sockaddr *)address, sizeof(*address));
    /* EAGAIN: somebody listens, and is busy. */
    connected = connected == 0 || errno != ECONNREFUSED;
    close(fd);
    if (connected) {
        return err_set(err, ERR_UNABLE,
            "%s: another process answers at this socket: stop it first", path);
    }
    unlink(path);
    return 0;
}

int listen_unix(const char *path, struct err *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t old;
    int fd, bound;

    if (strlen(path) >= sizeof(address.sun_path)) {
        return err_set(err, ERR_UNABLE,
            "%s: the path of a socket has at most %zu bytes: keep the database in a "
            "folder with a shorter path",
            path, sizeof(address.sun_path) - 1);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (clear_path(&address, err) != 0) {
        return -1;
    }
    fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
    if (fd < 0) {
        return err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    }
    /* From its first moment nobody else may use it. */
    old = umask(0177);
    bound = bind(fd, (const struct sockaddr *)&address, sizeof(address));
    umask(old);
    if (bound != 0 || listen(fd, SOMAXCONN) != 0) {
        err_set(err, ERR_UNABLE, "%s: cannot listen there: %s", path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}
