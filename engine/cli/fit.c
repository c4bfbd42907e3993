#include "cli/fit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "report/table.h"

/* A column narrower than this is worse to read than one that begins at the left. */
enum { COLUMN_MIN = 24 };

static const char rule[] = "─";

static int cells_of(const char *text, size_t length)
{
    char *piece = mem_copy_n(text, length);
    int cells = table_cells(piece);

    free(piece);
    return cells;
}

/* Where the rest of a broken line begins: columns stand two blanks apart. */
static int hanging(const char *line, int width)
{
    size_t first = strspn(line, " ");
    int indent = (int)first + 2;

    for (size_t i = first + 2; line[i] != '\0'; i++) {
        if (line[i] != ' ' && line[i - 1] == ' ' && line[i - 2] == ' ') {
            int cells = cells_of(line, i);

            if (cells > width - COLUMN_MIN) {
                break;
            }
            indent = cells;
        }
    }
    return indent;
}

static void break_line(const char *line, int width, struct buf *out)
{
    int indent = hanging(line, width), used = 0;

    while (*line != '\0') {
        size_t blanks = strspn(line, " ");
        size_t length = strcspn(line + blanks, " ");
        int cells = cells_of(line + blanks, length);

        if (used > indent && used + (int)blanks + cells > width) {
            buf_add_format(out, "\n%*s", indent, "");
            used = indent;
        } else {
            buf_add(out, line, blanks);
            used += (int)blanks;
        }
        buf_add(out, line + blanks, length);
        used += cells;
        line += blanks + length;
    }
}

static void fit_line(const char *line, int width, struct buf *out)
{
    if (table_cells(line) <= width) {
        buf_add_text(out, line);
    } else if (strncmp(line, rule, sizeof rule - 1) == 0) {
        for (int i = 0; i < width; i++) {
            buf_add_text(out, rule);
        }
    } else {
        break_line(line, width, out);
    }
}

void fit_lines(const char *text, int width, struct buf *out)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        char *line = mem_copy_n(text, length);

        fit_line(line, width, out);
        free(line);
        text += length;
        if (*text == '\n') {
            buf_add_char(out, '\n');
            text++;
        }
    }
}
