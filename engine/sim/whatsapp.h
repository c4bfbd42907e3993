/*
 * whatsapp.h: the Cloud API's dialect, from Meta's side: what a request to /messages says,
 * and the webhooks that Meta calls. Source: Meta's reference of the Cloud API ("Messages",
 * "Webhooks").
 */
#ifndef CEGAH_SIM_WHATSAPP_H
#define CEGAH_SIM_WHATSAPP_H

#include <stddef.h>
#include <stdint.h>

#include "base/http.h"
#include "sim/dialect.h"

enum { WA_TEXT_CHARACTERS_MAX = 4096, WA_TITLE_MAX = 20, WA_ROW_TITLE_MAX = 24 };

/*
 * Reads a request's body. Returns a refusal when it is no JSON object. What is wrong with
 * the content is kept until wa_content_refusal(), since the token is judged first.
 * templates: borrowed for the call.
 */
struct refusal wa_read(struct sim_request *request, const char *body, size_t length,
    const struct wa_templates *templates);
void wa_fini(struct sim_request *request);
struct refusal wa_content_refusal(const struct sim_request *request);

/* The handset's business-scoped user id, "ID.…", which hides its number: for the simulator
 * it holds the number's digits, so that it is found again. */
void wa_user_id(const char *phone, char id[SIM_ID_SIZE]);
/* The handset that a number ("62812…", "+62812…") or a user id names. Returns 0, or -1
 * when it is neither. */
int wa_handset_name(const char *recipient, char phone[SIM_ID_SIZE]);
/* The id of the ledger's row. */
void wa_message_id(const struct sim *sim, size_t row, char id[SIM_ID_SIZE]);

/* Each writes a whole webhook, signed when the profile has an app_secret. */
void wa_hook_status(const struct sim *sim, const struct happening *happening,
    const struct ledger_request *request, struct http_request *call);
void wa_hook_words(const struct sim *sim, const struct happening *words, const char *id,
    struct http_request *call);
void wa_hook_preference(const struct sim *sim, const struct happening *preference,
    struct http_request *call);
void wa_hook_template(const struct sim *sim, const struct wa_template *template,
    struct http_request *call);

/* "sha256=" and 64 digits: HMAC-SHA256 of the body by the secret. */
void wa_sign(const char *secret, const char *body, size_t length, char signature[72]);

#endif
