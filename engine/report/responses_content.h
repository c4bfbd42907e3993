/*
 * responses_content.h: what the loaded campaign says of a question that was asked.
 */
#ifndef CEGAH_REPORT_RESPONSES_CONTENT_H
#define CEGAH_REPORT_RESPONSES_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer;
struct catalogue;

enum { RESPONSES_LABEL_SIZE = 128 };

/* Borrowed from the catalogue. Of a step that is no longer loaded it has no answers. */
struct responses_question {
    const char *kind; /* quiz, attitude, poll, pledge, rsvp, open; "-": not known */
    const struct answer *answers;
    size_t answers_n;
};

/* step: its id, or that of an item ("C2.Q1"). catalogue may be NULL. */
struct responses_question responses_question_find(
    const struct catalogue *catalogue, int64_t series_id, const char *step);
/* Writes what else the answer may be written as ("16 tahun, enam belas"); "" for one that
 * is not known. Returns true when it is a right one. */
bool responses_answer_label(const struct responses_question *question,
    const char *value, char label[RESPONSES_LABEL_SIZE]);

#endif
