/*
 * report_out.h: where a report goes: the terminal, a pipe, or a file.
 */
#ifndef CEGAH_CLI_REPORT_OUT_H
#define CEGAH_CLI_REPORT_OUT_H

#include "base/err.h"
#include "report/document.h"

/*
 * Writes the document to the file `path`, or to stdout when that is NULL. A file takes the
 * place of an older one only when it is complete. Returns 0; -1 with a sentence: a
 * spreadsheet to a terminal (refused), or it could not be written.
 */
int report_out(struct document *document, enum document_format format, const char *path,
    struct err *err);

#endif
