/*
 * problems.c: what was found wrong in content files, gathered in order and printed for
 * the person who mends it. The parser is in yaml.c.
 */
#include "content/yaml.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void problems_init(struct problems *problems)
{
    *problems = (struct problems){0};
}

void problems_fini(struct problems *problems)
{
    for (size_t i = 0; i < problems->n; i++) {
        struct problem *problem = &problems->list[i];

        free(problem->path);
        free(problem->text);
        free(problem->advice);
        free(problem->source);
    }
    free(problems->list);
    *problems = (struct problems){0};
}

void problems_add(struct problems *problems, const struct problem *problem)
{
    struct problem *kept;

    if (problem->warning) {
        problems->warnings++;
    } else {
        problems->errors++;
    }
    if (problems->n >= PROBLEMS_MAX) {
        return;
    }
    if (problems->n == problems->capacity) {
        problems->capacity = problems->capacity > 0 ? problems->capacity * 2 : 8;
        problems->list =
            mem_resize(problems->list, problems->capacity, sizeof *problems->list);
    }
    kept = &problems->list[problems->n++];
    *kept = *problem;
    kept->path = mem_copy(problem->path);
    kept->text = mem_copy(problem->text);
    kept->advice = mem_copy(problem->advice);
    kept->source = mem_copy(problem->source);
}

/* Blanks up to the column, tabs where the line has tabs, so that the caret stands right
 * whatever width a terminal gives them. */
static void add_caret(const char *source, int column, struct buf *out)
{
    const char *at = source;

    for (int k = 1; k < column && *at != '\0'; k++) {
        buf_add_char(out, *at == '\t' ? '\t' : ' ');
        at++;
        while (((unsigned char)*at & 0xC0) == 0x80) {
            at++;
        }
    }
    buf_add_text(out, "^\n");
}

void problems_print(const struct problems *problems, struct buf *out)
{
    for (size_t i = 0; i < problems->n; i++) {
        const struct problem *problem = &problems->list[i];

        buf_add_text(out, problem->path);
        if (problem->line > 0) {
            buf_add_format(out, ":%d:%d", problem->line, problem->column);
        }
        buf_add_format(
            out, ": %s: %s\n", problem->warning ? "warning" : "error", problem->text);
        if (problem->source != NULL) {
            buf_add_format(out, "    %s\n    ", problem->source);
            add_caret(problem->source, problem->column, out);
        }
        if (problem->advice != NULL) {
            buf_add_format(out, "    %s\n", problem->advice);
        }
    }
    if (problems->errors + problems->warnings > problems->n) {
        buf_add_format(out, "... and %zu more\n",
            problems->errors + problems->warnings - problems->n);
    }
}
