#include "cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { CTRL_C = 3, CTRL_D = 4, BACKSPACE = 8, CTRL_U = 21, ERASE = 127 };

static const struct timespec wrong_pause = {.tv_sec = 2};

int passphrases_open(struct passphrases *from, const char *path, struct err *err)
{
    static const struct rlimit none = {0, 0};

    /* A crash leaves no image of this process, and so of the passphrase. */
    (void)setrlimit(RLIMIT_CORE, &none);
    *from = (struct passphrases){.descriptor = STDIN_FILENO};
    if (path == NULL && isatty(STDIN_FILENO)) {
        from->is_terminal = from->is_owned = true;
        from->descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    } else if (path != NULL && strcmp(path, "-") != 0) {
        from->is_owned = true;
        from->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    }
    return from->descriptor >= 0
               ? 0
               : err_set(err, ERR_UNABLE, "%s: %s",
                     from->is_terminal ? "the terminal" : path, strerror(errno));
}

void passphrases_close(struct passphrases *from)
{
    if (from->is_owned && from->descriptor >= 0) {
        close(from->descriptor);
    }
    from->descriptor = -1;
}

void passphrase_wipe(struct passphrase *passphrase)
{
    seal_wipe(passphrase->text, sizeof passphrase->text);
}

void passphrase_was_wrong(void)
{
    (void)nanosleep(&wrong_pause, NULL);
}

static int too_long(struct err *err)
{
    return err_set(err, ERR_REFUSED, "the passphrase is longer than %d bytes",
        (int)PASSPHRASE_BYTES_MAX);
}

/* Takes back the last character, whatever bytes it has. */
static size_t shorter(const char *text, size_t length)
{
    while (length > 0 && ((unsigned char)text[length - 1] & 0xc0) == 0x80) {
        length--;
    }
    return length > 0 ? length - 1 : 0;
}

/* Reads bytes up to the end of the line; what a terminal's own editing would do is done
 * here, since it is off. */
static int read_line(
    const struct passphrases *from, struct passphrase *passphrase, struct err *err)
{
    size_t length = 0;

    for (;;) {
        char byte;
        ssize_t n = read(from->descriptor, &byte, 1);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return err_set(
                err, ERR_UNABLE, "the passphrase cannot be read: %s", strerror(errno));
        }
        if (from->is_terminal && n == 1 && (byte == CTRL_C || byte == CTRL_D)) {
            return err_set(err, ERR_REFUSED, "given up, nothing was done");
        }
        if (from->is_terminal && n == 1 &&
            (byte == ERASE || byte == BACKSPACE || byte == CTRL_U)) {
            length = byte == CTRL_U ? 0 : shorter(passphrase->text, length);
            continue;
        }
        if (n == 0 || byte == '\n' || byte == '\r') {
            break;
        }
        if (length > PASSPHRASE_BYTES_MAX) {
            return too_long(err);
        }
        passphrase->text[length++] = byte;
    }
    passphrase->text[length] = '\0';
    if (length > PASSPHRASE_BYTES_MAX) {
        return too_long(err);
    }
    return length > 0 && strlen(passphrase->text) == length
               ? 0
               : err_set(err, ERR_REFUSED, "a passphrase is needed, on a line");
}

static void say(int descriptor, const char *text)
{
    if (write(descriptor, text, strlen(text)) < 0) {
        return; /* a prompt that nobody sees changes nothing */
    }
}

/* Without echo. Keys make no signals meanwhile and other signals wait, so the terminal is
 * never left behind dumb. */
static int read_terminal(const struct passphrases *from, const char *what,
    const char *again, struct passphrase *passphrase, struct err *err)
{
    struct termios usual, dumb;
    sigset_t ends, before;
    int result;

    if (tcgetattr(from->descriptor, &usual) != 0) {
        return err_set(err, ERR_UNABLE, "the terminal: %s", strerror(errno));
    }
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, &before);
    dumb = usual;
    dumb.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
    dumb.c_cc[VMIN] = 1;
    dumb.c_cc[VTIME] = 0;
    tcsetattr(from->descriptor, TCSAFLUSH, &dumb);
    say(from->descriptor, what);
    say(from->descriptor, again);
    say(from->descriptor, ": ");
    result = read_line(from, passphrase, err);
    say(from->descriptor, "\n");
    tcsetattr(from->descriptor, TCSAFLUSH, &usual);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result;
}

static int ask_twice(const struct passphrases *from, const char *what,
    struct passphrase *passphrase, struct err *err)
{
    struct passphrase second;
    int result;

    seal_lock(&second, sizeof second);
    result = read_terminal(from, what, "", passphrase, err);
    if (result == 0) {
        result = read_terminal(from, what, ", again", &second, err);
    }
    if (result == 0 && strcmp(passphrase->text, second.text) != 0) {
        result =
            err_set(err, ERR_REFUSED, "the two passphrases differ, nothing was done");
    }
    passphrase_wipe(&second);
    return result;
}

int passphrase_ask(const struct passphrases *from, const char *what, bool twice,
    struct passphrase *passphrase, struct err *err)
{
    int result;

    seal_lock(passphrase, sizeof *passphrase);
    if (!from->is_terminal) {
        result = read_line(from, passphrase, err);
    } else if (twice) {
        result = ask_twice(from, what, passphrase, err);
    } else {
        result = read_terminal(from, what, "", passphrase, err);
    }
    if (result != 0) {
        passphrase_wipe(passphrase);
    }
    return result;
}
