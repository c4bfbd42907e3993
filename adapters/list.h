/*
 * list.h: every adapter, one line each. Included by adapter.c only, with ADAPTER
 * defined; to add a gateway, write its file and add its line.
 */
ADAPTER(kannel)
ADAPTER(whatsapp)
