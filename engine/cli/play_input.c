#include "cli/play_input.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { SCRIPT_BYTES_MAX = 1 << 20, DIGITS_MAX = 6 };
static const int64_t SPAN_MAX_MS = 731LL * 24 * 60 * 60 * 1000;

static int64_t unit_ms(char unit)
{
    switch (unit) {
    case 'm':
        return 60 * 1000LL;
    case 'h':
        return 60 * 60 * 1000LL;
    case 'd':
        return 24 * 60 * 60 * 1000LL;
    case 'w':
        return 7 * 24 * 60 * 60 * 1000LL;
    default:
        return 0;
    }
}

/* text: what stands behind the +. Returns 0 when it is no span. */
static int64_t span_of(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    int64_t unit, span;

    if (digits == 0 || digits > DIGITS_MAX || text[digits] == '\0' ||
        text[digits + 1] != '\0') {
        return 0;
    }
    unit = unit_ms(text[digits]);
    span = strtol(text, NULL, 10) * unit;
    return span <= SPAN_MAX_MS ? span : 0;
}

static void read_command(const char *line, struct play_input *input)
{
    size_t length = strcspn(line, " ");

    input->kind = PLAY_COMMAND;
    snprintf(input->word, sizeof input->word, "%.*s",
        (int)(length < sizeof input->word ? length : sizeof input->word - 1), line);
    input->text = line + length + strspn(line + length, " ");
}

void play_input_read(const char *line, struct play_input *input)
{
    *input = (struct play_input){.kind = PLAY_SAY, .text = line};
    if (line[strspn(line, " \t")] == '\0') {
        input->kind = PLAY_NEXT;
    } else if (line[0] == '#') {
        input->kind = PLAY_COMMENT;
    } else if (line[0] == '+') {
        input->span_ms = span_of(line + 1);
        input->kind = input->span_ms > 0 ? PLAY_TIME : PLAY_MISTAKEN;
    } else if (line[0] == ':') {
        read_command(line + 1, input);
    } else if (line[0] == '\\') {
        input->text = line + 1;
    }
}

static char *read_all(FILE *stream, const char *name, struct err *err)
{
    struct buf text;
    char bytes[4096];
    size_t n;

    buf_init(&text, SCRIPT_BYTES_MAX);
    while ((n = fread(bytes, 1, sizeof bytes, stream)) > 0) {
        buf_add(&text, bytes, n);
    }
    if (ferror(stream) || text.overflowed) {
        err_set(err, ERR_UNABLE, "%s: %s", name,
            text.overflowed ? "a script may have 1 MiB" : "it cannot be read");
        buf_fini(&text);
        return NULL;
    }
    return buf_take(&text);
}

/* Ctrl-C ends the conversation, and what it made is cleared away. */
static int watch_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int play_lines_open(struct play_lines *lines, const char *path, struct err *err)
{
    FILE *stream = stdin;

    *lines = (struct play_lines){.name = path == NULL ? "stdin" : path, .signals = -1};
    lines->is_terminal = path == NULL && isatty(STDIN_FILENO) == 1;
    if (lines->is_terminal) {
        lines->signals = watch_signals();
        return 0;
    }
    if (path != NULL && (stream = fopen(path, "re")) == NULL) {
        return err_set(err, ERR_UNABLE, "%s: %s", path, strerror(errno));
    }
    lines->at = lines->text = read_all(stream, lines->name, err);
    if (path != NULL) {
        fclose(stream);
    }
    return lines->text == NULL ? -1 : 0;
}

/* A terminal hands over a line at a time. */
static const char *read_terminal(struct play_lines *lines)
{
    struct pollfd polls[] = {{STDIN_FILENO, POLLIN, 0}, {lines->signals, POLLIN, 0}};
    ssize_t n;

    fputs("> ", stdout);
    fflush(stdout);
    if (poll(polls, lines->signals >= 0 ? 2 : 1, -1) < 0 || polls[1].revents != 0) {
        putchar('\n');
        return NULL;
    }
    n = read(STDIN_FILENO, lines->line, sizeof lines->line - 1);
    if (n <= 0) {
        putchar('\n');
        return NULL;
    }
    lines->line[n] = '\0';
    lines->line[strcspn(lines->line, "\n")] = '\0';
    return lines->line;
}

const char *play_lines_next(struct play_lines *lines)
{
    size_t length, kept;

    lines->number++;
    if (lines->is_terminal) {
        return read_terminal(lines);
    }
    if (*lines->at == '\0') {
        return NULL;
    }
    length = kept = strcspn(lines->at, "\n");
    kept -= kept > 0 && lines->at[kept - 1] == '\r';
    kept = kept < sizeof lines->line ? kept : sizeof lines->line - 1;
    memcpy(lines->line, lines->at, kept);
    lines->line[kept] = '\0';
    lines->at += length + (lines->at[length] == '\n');
    return lines->line;
}

void play_lines_close(struct play_lines *lines)
{
    free(lines->text);
    if (lines->signals >= 0) {
        close(lines->signals);
    }
}
