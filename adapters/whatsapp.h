/*
 * whatsapp.h: the WhatsApp adapter's configuration, which its files share.
 */
#ifndef CEGAH_ADAPTERS_WHATSAPP_H
#define CEGAH_ADAPTERS_WHATSAPP_H

/* Filled by the options of whatsapp.c. */
struct whatsapp_config {
    char *phone_number_id; /* digits */
    char *token;
    char *app_secret;
    char *verify_token;
    char *version;    /* v25.0 */
    char *list_label; /* on the button that opens a list */
};

#endif
