#include "cli/report_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/reading.h"

enum { OUTPUT_BYTES_MAX = 256 << 20, COPY_BYTES = 65536 };

static int unable(const char *path, struct err *err)
{
    return err_set(
        err, ERR_UNABLE, "%s: it could not be written: %s", path, strerror(errno));
}

static int write_text(struct document *document, enum document_format format,
    const char *path, struct err *err)
{
    struct buf out;
    FILE *file = NULL;
    int result = 0;

    buf_init(&out, OUTPUT_BYTES_MAX);
    document_write(document, format, &out);
    if (path == NULL && format == DOCUMENT_TABLE) {
        reading_print(&out);
    } else if (path == NULL) {
        fwrite(buf_text(&out), 1, out.length, stdout);
    } else {
        file = fopen(path, "wb");
        if (file == NULL || fwrite(buf_text(&out), 1, out.length, file) != out.length) {
            result = unable(path, err);
        }
        if (file != NULL && fclose(file) != 0 && result == 0) {
            result = unable(path, err);
        }
    }
    buf_fini(&out);
    return result;
}

/* A spreadsheet is a zip, which is not written from its beginning to its end: so it is
 * made in a file, and that is copied. */
static int copy_to_stdout(const char *path, struct err *err)
{
    FILE *file = fopen(path, "rb");
    char bytes[COPY_BYTES];
    size_t n;

    if (file == NULL) {
        return unable(path, err);
    }
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0) {
        fwrite(bytes, 1, n, stdout); /* reading_finish() tells of a failure */
    }
    fclose(file);
    return 0;
}

static int xlsx_to_stdout(const struct document *document, struct err *err)
{
    const char *folder = getenv("TMPDIR");
    char *path = mem_format(
        "%s/cegah-XXXXXX", folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    int descriptor = mkstemp(path), result;

    if (descriptor < 0) {
        result = unable(path, err);
        free(path);
        return result;
    }
    close(descriptor);
    result = document_write_xlsx(document, path, err);
    result = result == 0 ? copy_to_stdout(path, err) : result;
    unlink(path);
    free(path);
    return result;
}

static int to_file(struct document *document, enum document_format format,
    const char *path, struct err *err)
{
    char *part = mem_format("%s.part", path);
    int result = format == DOCUMENT_XLSX ? document_write_xlsx(document, part, err)
                                         : write_text(document, format, part, err);

    if (result == 0 && rename(part, path) != 0) {
        result = unable(path, err);
    }
    if (result != 0) {
        unlink(part);
    }
    free(part);
    return result;
}

int report_out(struct document *document, enum document_format format, const char *path,
    struct err *err)
{
    if (path != NULL) {
        return to_file(document, format, path, err);
    }
    if (format != DOCUMENT_XLSX) {
        return write_text(document, format, NULL, err);
    }
    if (isatty(STDOUT_FILENO)) {
        return err_set(err, ERR_REFUSED,
            "a spreadsheet is nothing for a terminal; add --out FILE.xlsx, or send the "
            "output into a file");
    }
    return xlsx_to_stdout(document, err);
}
