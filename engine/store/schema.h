/*
 * schema.h: the shape of the file, as numbered migrations.
 */
#ifndef CEGAH_STORE_SCHEMA_H
#define CEGAH_STORE_SCHEMA_H

/* "cgah", in the file's header, so that `file` and cegah know its own. */
enum { SCHEMA_APPLICATION_ID = 0x63676168 };

/* The newest migration's number. */
int schema_version(void);
/* The SQL of migration 1 … schema_version(), borrowed for ever. */
const char *schema_migration(int number);

#endif
