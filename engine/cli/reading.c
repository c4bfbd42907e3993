#include "cli/reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/context.h"
#include "cli/fit.h"
#include "content/config.h"
#include "store/db.h"
#include "store/meta.h"

/* Narrower than TERMINAL_MIN, a broken line is no easier to read. */
enum { TERMINAL_MIN = 60, FITTED_BYTES_MAX = 512 << 20 };

int reading_begin(struct reading *reading, const char *config_path, struct err *err)
{
    *reading = (struct reading){.config = cli_config(config_path, err)};
    if (reading->config != NULL) {
        reading->db = cli_reader(reading->config, err);
    }
    if (reading->db == NULL) {
        reading_end(reading);
        return -1;
    }
    return 0;
}

void reading_end(struct reading *reading)
{
    db_close(reading->db);
    config_free(reading->config);
    *reading = (struct reading){0};
}

int64_t reading_now(const struct reading *reading)
{
    struct clock clock;
    int64_t now;

    clock_init(&clock, CLOCK_REAL, 0);
    now = clock_now(&clock);
    return reading->config->clock_simulator == NULL
               ? now
               : meta_find_int(reading->db, "clock", now);
}

int reading_limit(const char *text, int64_t *limit)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 1 ||
        number > READING_ROWS_MAX) {
        return -1;
    }
    *limit = number;
    return 0;
}

void reading_print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(value);
}

void reading_print_item(json_t *item, int64_t *n)
{
    fputs(*n == 0 ? "[\n" : ",\n", stdout);
    json_dumpf(item, stdout, 0);
    json_decref(item);
    ++*n;
}

void reading_end_items(int64_t n)
{
    fputs(n == 0 ? "[]\n" : "\n]\n", stdout);
}

/* Only a terminal has a width; what goes into a pipe or a file stays a line a row. */
static int terminal_width(void)
{
    struct winsize size;

    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0
               ? size.ws_col
               : 0;
}

void reading_print(const struct buf *out)
{
    int width = terminal_width();
    struct buf fitted;

    if (width < TERMINAL_MIN) {
        fwrite(buf_text(out), 1, out->length, stdout);
        return;
    }
    buf_init(&fitted, FITTED_BYTES_MAX);
    fit_lines(buf_text(out), width, &fitted);
    fwrite(buf_text(&fitted), 1, fitted.length, stdout);
    buf_fini(&fitted);
}

int reading_finish(void)
{
    struct err err;

    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return ERR_NONE;
    }
    err_set(&err, ERR_UNABLE, "the output could not be written: %s", strerror(errno));
    return cli_fail(&err);
}
