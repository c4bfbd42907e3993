#include "sim/whatsapp_error.h"

#include <stddef.h>

static const struct wa_error errors[] = {
    {4, 400, "Application request limit reached", "The app has reached its call rate"},
    {10, 403, "Permission denied", "The permission is missing or was removed"},
    {100, 400, "Invalid parameter", "A parameter is missing, unknown or misspelt"},
    {190, 401, "Invalid OAuth access token",
        "The access token has expired or cannot be parsed"},
    {368, 403, "Temporarily blocked for policies violations",
        "The business account has violated a policy"},
    {80007, 400, "Rate limit issues",
        "The business account has reached its rate limit"},
    {130429, 429, "Rate limit hit", "The throughput of messages has been reached"},
    {130472, 400, "User's number is part of an experiment",
        "The message was not sent as part of an experiment"},
    {131000, 500, "Something went wrong", "The message failed for an unknown reason"},
    {131005, 403, "Access denied", "The permission is missing or was removed"},
    {131008, 400, "Required parameter is missing", "A parameter is missing"},
    {131009, 400, "Parameter value is not valid", "A value is not valid"},
    {131016, 503, "Service unavailable", "A service is temporarily unavailable"},
    {131026, 400, "Message undeliverable",
        "The recipient is not on WhatsApp, uses an old version, or has not accepted "
        "the "
        "terms"},
    {131031, 403, "Business account locked", "The account has been locked"},
    {131042, 400, "Business eligibility payment issue",
        "There is a problem with the account's payment method"},
    {131047, 400, "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the "
        "customer last replied to this number"},
    {131048, 400, "Spam rate limit hit", "Too many earlier messages were blocked"},
    {131049, 400, "Message not sent to maintain healthy ecosystem engagement",
        "This message was not delivered to maintain healthy ecosystem engagement"},
    {131050, 400, "User has stopped marketing messages",
        "The recipient has chosen to stop marketing messages from this business"},
    {131051, 400, "Unsupported message type", "The type of message is not supported"},
    {131053, 400, "Media upload error", "The media could not be fetched"},
    {131056, 400, "Pair rate limit hit",
        "Too many messages to this number in a short time"},
    {131057, 500, "Account in maintenance mode", "The account is in maintenance mode"},
    {132000, 400, "Number of parameters does not match the expected number of params",
        "The number of values does not match the template's"},
    {132001, 404, "Template name does not exist in the translation",
        "The template does not exist in that language, or is not approved"},
    {132005, 400, "Translated text too long", "The filled template is too long"},
    {132012, 400, "Parameter format does not match format in the created template",
        "A value has another format than the template's"},
    {132015, 400, "Template is paused", "The template is paused for its low quality"},
    {132016, 400, "Template is disabled",
        "The template has been paused too often and is disabled"},
    {133010, 400, "Phone number not registered", "The number is not registered"},
    {135000, 400, "Generic user error", "The message failed for an unknown reason"},
};

struct wa_error wa_error_of(int code)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].code == code) {
            return errors[i];
        }
    }
    return (struct wa_error){code, 400, "Error", "The request was refused"};
}
