/*
 * whatsapp_error.h: the Cloud API's error codes: with which HTTP status each comes, and
 * its words. Source: Meta's page of Cloud API error codes.
 */
#ifndef CEGAH_SIM_WHATSAPP_ERROR_H
#define CEGAH_SIM_WHATSAPP_ERROR_H

struct wa_error {
    int code;
    int status;          /* of an answer that refuses with it */
    const char *title;   /* borrowed for ever */
    const char *details; /* borrowed for ever */
};

/* Returns the error of that code; an unknown one comes with 400 and general words. */
struct wa_error wa_error_of(int code);

#endif
