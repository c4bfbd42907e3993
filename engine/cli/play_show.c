#include "cli/play_show.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/utf8.h>

#include "base/mem.h"
#include "report/table.h"

enum { SEEN_BYTES_MAX = 1 << 20, WRAPPED_BYTES_MAX = 256 * 1024 };

static const char GREY[] = "\033[90m", PLAIN[] = "\033[0m";

void play_show_init(struct play_show *show, bool colour)
{
    show->colour = colour;
    buf_init(&show->seen, SEEN_BYTES_MAX);
}

void play_show_fini(struct play_show *show)
{
    buf_fini(&show->seen);
}

void play_show_forget(struct play_show *show)
{
    buf_clear(&show->seen);
}

static int cells_of(const char *bytes, size_t length)
{
    char *piece = mem_copy_n(bytes, length);
    int cells = table_cells(piece);

    free(piece);
    return cells;
}

/* Adds a word that is longer than a line, broken where lines end. */
static void add_long(
    const char *word, size_t length, int width, int *used, struct buf *out)
{
    int32_t at = 0;

    while ((size_t)at < length) {
        int32_t start = at;
        int cells;

        U8_FWD_1(word, at, (int32_t)length);
        cells = cells_of(word + start, (size_t)(at - start));
        if (*used + cells > width) {
            buf_add_char(out, '\n');
            *used = 0;
        }
        buf_add(out, word + start, (size_t)(at - start));
        *used += cells;
    }
}

/* One line of the text, without its newline. */
static void wrap_line(const char *line, size_t length, int width, struct buf *out)
{
    const char *end = line + length;
    int used = 0;

    while (line < end) {
        size_t word = 0;
        int cells;

        while (line < end && *line == ' ') {
            line++;
        }
        while (line + word < end && line[word] != ' ') {
            word++;
        }
        cells = cells_of(line, word);
        if (word > 0 && used > 0) {
            bool fits = used + 1 + cells <= width;

            buf_add_char(out, fits ? ' ' : '\n');
            used = fits ? used + 1 : 0;
        }
        add_long(line, word, width, &used, out);
        line += word;
    }
}

void play_wrap(const char *text, int width, struct buf *out)
{
    char *clean = mem_copy(text), *line = clean;

    for (char *at = clean; *at != '\0'; at++) {
        if (((unsigned char)*at < ' ' && *at != '\n') || *at == 0x7F) {
            *at = ' ';
        }
    }
    for (;;) {
        size_t length = strcspn(line, "\n");

        wrap_line(line, length, width, out);
        if (line[length] == '\0') {
            break;
        }
        buf_add_char(out, '\n');
        line += length + 1;
    }
    free(clean);
}

static void print_grey(const struct play_show *show, int indent, const char *line)
{
    printf("%*s%s%s%s\n", indent, "", show->colour ? GREY : "", line,
        show->colour ? PLAIN : "");
}

static void remember(struct play_show *show, const char *text)
{
    buf_add_format(&show->seen, "%s\n", text);
}

/* Calls for each line of a wrapped text; the text is cut to pieces. */
static void each_line(
    char *text, void (*each)(void *context, const char *line), void *context)
{
    for (char *line = text; line != NULL;) {
        char *next = strchr(line, '\n');

        if (next != NULL) {
            *next++ = '\0';
        }
        each(context, line);
        line = next;
    }
}

static void on_widest(void *context, const char *line)
{
    int *widest = context, cells = table_cells(line);

    *widest = cells > *widest ? cells : *widest;
}

/* A box that is being drawn. */
struct box {
    int indent, width;
};

static void on_line(void *context, const char *line)
{
    const struct box *box = context;

    printf("%*s│ %s%*s │\n", box->indent, "", line, box->width - table_cells(line), "");
}

static void print_edge(const struct box *box, const char *left, const char *right)
{
    printf("%*s%s", box->indent, "", left);
    for (int i = 0; i < box->width + 2; i++) {
        fputs("─", stdout);
    }
    puts(right);
}

static void print_box(const char *text, bool own, struct box *box)
{
    struct buf wrapped;
    char *lines;

    buf_init(&wrapped, WRAPPED_BYTES_MAX);
    play_wrap(text, PLAY_BUBBLE_CELLS, &wrapped);
    lines = mem_copy(buf_text(&wrapped));
    each_line(lines, on_widest, &box->width);
    free(lines);
    box->indent = own ? PLAY_SCREEN_CELLS - box->width - 4 : 0;
    print_edge(box, "┌", "┐");
    lines = mem_copy(buf_text(&wrapped));
    each_line(lines, on_line, box);
    free(lines);
    print_edge(box, "└", "┘");
    buf_fini(&wrapped);
}

void play_show_bubble(struct play_show *show, bool own, const char *heading,
    const char *text, const char *below)
{
    struct box box = {0, 0};
    int cells = table_cells(heading);

    putchar('\n');
    print_grey(show, own && cells < PLAY_SCREEN_CELLS ? PLAY_SCREEN_CELLS - cells : 0,
        heading);
    print_box(text, own, &box);
    if (below[0] != '\0') {
        printf("  %s\n", below);
        remember(show, below);
    }
    remember(show, heading);
    remember(show, text);
}

/* What print_note() hands each line. */
static void on_note(void *context, const char *line)
{
    print_grey(context, 2, line);
}

void play_show_note(struct play_show *show, const char *format, ...)
{
    struct buf wrapped;
    va_list arguments;
    char *text, *lines;

    va_start(arguments, format);
    text = mem_vformat(format, arguments);
    va_end(arguments);
    buf_init(&wrapped, WRAPPED_BYTES_MAX);
    play_wrap(text, PLAY_SCREEN_CELLS - 2, &wrapped);
    lines = buf_take(&wrapped);
    each_line(lines, on_note, show);
    remember(show, text);
    free(lines);
    free(text);
    buf_fini(&wrapped);
}
