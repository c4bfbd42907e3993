/*
 * init_files.h: the files that `cegah init` writes.
 */
#ifndef CEGAH_CLI_INIT_FILES_H
#define CEGAH_CLI_INIT_FILES_H

#include <sys/types.h>

#include "base/buf.h"

enum { INIT_FILES = 5 };

/* One file to be written. Owned by whoever made it, until init_files_fini(). */
struct init_file {
    const char *path; /* below the folder; borrowed for ever */
    mode_t mode;
    struct buf text;
};

/* Fills the texts, with a fresh pair of keys and fresh secrets. The texts are wiped by
 * init_files_fini(). */
void init_files_make(struct init_file files[INIT_FILES]);
void init_files_fini(struct init_file files[INIT_FILES]);

#endif
