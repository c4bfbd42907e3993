/*
 * xlsx_check.c: what a zip says of itself, read from its directory; nothing is unpacked.
 *
 * The directory may lie about sizes: then the child's limits hold.
 */
#include <stdint.h>
#include <string.h>

#include "cli/xlsx.h"

enum {
    ENTRY_BYTES = 46,
    END_BYTES = 22,
    COMMENT_MAX = 65535,
    ENTRIES_MAX = 5000,
    /* Excel's own files unpack to some 5 to 30 times their size. */
    RATIO_MAX = 200,
    SMALL = 1 << 20, /* below this a ratio says nothing */
    ENCRYPTED = 1,
};

/* What the directory came to. */
struct directory {
    uint64_t unpacked;
    bool types, workbook, macros, encrypted, open_document;
};

static uint32_t number(const char *bytes, int n)
{
    uint32_t value = 0;

    for (int i = n - 1; i >= 0; i--) {
        value = value << 8 | (uint8_t)bytes[i];
    }
    return value;
}

/* The end record, looked for from behind; NULL: there is none. */
static const char *find_end(const char *bytes, size_t length)
{
    size_t last = length < END_BYTES ? 0 : length - END_BYTES;

    for (size_t back = 0; length >= END_BYTES && back <= last && back <= COMMENT_MAX;
         back++) {
        if (memcmp(bytes + last - back, "PK\5\6", 4) == 0) {
            return bytes + last - back;
        }
    }
    return NULL;
}

static bool is_named(const char *name, size_t length, const char *wanted)
{
    return length == strlen(wanted) && memcmp(name, wanted, length) == 0;
}

static void take_entry(struct directory *directory, const char *entry, size_t name)
{
    const char *called = entry + ENTRY_BYTES;

    directory->unpacked += number(entry + 24, 4);
    directory->encrypted = directory->encrypted || (number(entry + 8, 2) & ENCRYPTED);
    directory->types =
        directory->types || is_named(called, name, "[Content_Types].xml");
    directory->workbook =
        directory->workbook || is_named(called, name, "xl/workbook.xml");
    directory->macros =
        directory->macros || is_named(called, name, "xl/vbaProject.bin");
    directory->open_document =
        directory->open_document || is_named(called, name, "content.xml");
}

/* False when the directory leads out of the file or does not end where it says. */
static bool read_directory(
    const char *bytes, size_t length, struct directory *directory)
{
    const char *end = find_end(bytes, length);
    uint32_t entries = end == NULL ? 0 : number(end + 10, 2);
    size_t at = end == NULL ? 0 : number(end + 16, 4);

    *directory = (struct directory){0};
    if (entries == 0 || entries > ENTRIES_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < entries; i++) {
        size_t name;

        if (at > length || length - at < ENTRY_BYTES ||
            memcmp(bytes + at, "PK\1\2", 4) != 0) {
            return false;
        }
        name = number(bytes + at + 28, 2);
        if (length - at - ENTRY_BYTES < name) {
            return false;
        }
        take_entry(directory, bytes + at, name);
        at += ENTRY_BYTES + name + number(bytes + at + 30, 2) +
              number(bytes + at + 32, 2);
    }
    return true;
}

bool xlsx_is_zip(const char *bytes, size_t length)
{
    return length >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

int xlsx_check(const char *bytes, size_t length, struct err *err)
{
    struct directory directory;

    if (!read_directory(bytes, length, &directory)) {
        return err_set(err, ERR_REFUSED,
            "the spreadsheet is damaged, or was not copied whole; open it, save it "
            "anew and import that");
    }
    if (directory.encrypted) {
        return err_set(err, ERR_REFUSED,
            "the file has a password; save it without one and import that");
    }
    if (directory.macros) {
        return err_set(err, ERR_REFUSED,
            "the spreadsheet holds macros; save it as .xlsx, without them, and import "
            "that");
    }
    if (!directory.types || !directory.workbook) {
        return err_set(err, ERR_REFUSED,
            directory.open_document
                ? "this is an OpenDocument file; save it as .xlsx or \"CSV UTF-8\" and "
                  "import that"
                : "this is a zip, but no Excel spreadsheet (.xlsx); save the list as "
                  ".xlsx or \"CSV UTF-8\" and import that");
    }
    if (directory.unpacked > XLSX_UNPACKED_MAX ||
        (directory.unpacked > SMALL && directory.unpacked / RATIO_MAX > length)) {
        return err_set(err, ERR_REFUSED,
            "the spreadsheet unpacks to %llu bytes, which no contact list needs; copy "
            "the list alone into a new file and import that",
            (unsigned long long)directory.unpacked);
    }
    return 0;
}
