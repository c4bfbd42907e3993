#include "report/reason_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* One code, or several with blanks between, that mean the same to a coordinator. */
struct code {
    const char *class;
    const char *codes;
    const char *sentence;
};

/* A number of so many digits is WhatsApp's alone, whatever class it had at the time. */
enum { CODE_LENGTH = 5 };

/* WhatsApp Cloud API; the classes are those that its adapter gives them. */
static const struct code codes[] = {
    {"account", "0 190",
        "WhatsApp does not accept our token: it is wrong or has expired, so make a new "
        "one in Meta's Business settings, put it where the config's `token` points to, "
        "and restart; the messages wait."},
    {"account", "401",
        "The gateway does not accept our user name, password or token: correct it in "
        "the config and restart; the messages wait."},
    {"account", "402",
        "The gateway's balance is used up: top it up; the messages wait and go on by "
        "themselves."},
    {"account", "403",
        "The gateway forbids our account to send: ask the provider which permission is "
        "missing; the messages wait."},
    {"account", "404",
        "The gateway knows no such address: correct `base_url` in the config and "
        "restart; the messages wait."},
    {"account", "3 10 131005",
        "Our token may not send over WhatsApp: give it the permission "
        "whatsapp_business_messaging in Meta's Business settings; the messages wait."},
    {"account", "368",
        "Meta blocks our account for a time because of its policies: read the notice "
        "in "
        "WhatsApp Manager and appeal there; the messages wait."},
    {"account", "130497",
        "Meta does not let our account write to people in this country: ask for it in "
        "WhatsApp Manager, or take WhatsApp out of `routes`; the messages wait."},
    {"account", "131031",
        "Meta has locked our account: read why in WhatsApp Manager and ask Meta's "
        "support to open it; the messages wait."},
    {"account", "131042",
        "WhatsApp has no valid way to be paid: mend the payment method in Meta's "
        "billing settings; the messages wait."},
    {"account", "133010",
        "Our number is not registered with WhatsApp: register it in WhatsApp Manager; "
        "the messages wait."},
    {"account", "131045",
        "Our number's registration with WhatsApp is broken: register it again in "
        "WhatsApp Manager; the messages wait."},
    {"account", "131037",
        "WhatsApp has not approved our display name yet: have it approved in WhatsApp "
        "Manager; the messages wait."},
    {"account", "131055 131063 134100",
        "WhatsApp does not allow our account this way of sending: ask Meta's support "
        "which product the number is enrolled for; the messages wait."},
    {"throttled", "4 80007",
        "Our WhatsApp account has made too many calls: they are tried again by "
        "themselves; lower the gateway's `rate` if this happens often."},
    {"throttled", "130429 613",
        "We sent faster than our WhatsApp number may: it goes on more slowly by "
        "itself; "
        "lower the gateway's `rate` if this happens often."},
    {"throttled", "131048",
        "WhatsApp holds our number back because people reported its messages as spam: "
        "pause the campaign, look at the number's quality in WhatsApp Manager and at "
        "who is written to, and go on only then."},
    {"throttled", "131056",
        "Too many messages went to this one person in a short time: it is tried again "
        "by itself after some seconds; nothing to do."},
    {"throttled", "131064",
        "WhatsApp holds this template's category back for now: it is tried again by "
        "itself; look at the template in WhatsApp Manager if it stays so."},
    {"throttled", "133016",
        "Our number was registered too often: wait an hour before you register it "
        "again; the messages wait."},
    {"throttled", "132069",
        "WhatsApp holds this form back for now: it is tried again by itself; look at "
        "the form in WhatsApp Manager if it stays so."},
    {"transient", "1 2 131000 131016 131057 133004",
        "WhatsApp was down or under maintenance: it was tried again by itself until "
        "the "
        "message was too old; look at Meta's status page if many are concerned."},
    {"transient", "134101",
        "The template is still being set up at WhatsApp, which takes about ten "
        "minutes: "
        "it is tried again by itself; nothing to do."},
    {"content", "131053 131052",
        "WhatsApp could not fetch the step's picture or file: open its link in a "
        "browser, and correct the step's `media` and load again if it does not open."},
    {"content", "33 100 131008 131009 135000",
        "WhatsApp refuses the message as malformed: open `cegah message ID` for what "
        "it "
        "complains of, correct the step and load again."},
    {"content", "131021",
        "The contact's number is our own WhatsApp number: take it out of the list of "
        "contacts."},
    {"content", "131051",
        "WhatsApp does not know this kind of message: correct the step's `whatsapp` "
        "part and load again."},
    {"content", "132068",
        "WhatsApp has blocked this form: mend it in WhatsApp Manager."},
    {"invalid_number", "131026",
        "The number is not on WhatsApp, or its app is too old for our messages: "
        "nothing "
        "more goes there by WhatsApp; keep an SMS gateway in `routes` so that the "
        "person is reached by SMS."},
    {"blocked", "130403",
        "The person has blocked our number on WhatsApp: respect it, and nothing more "
        "goes there by WhatsApp; if many do, look at how often and what we write."},
    {"window_closed", "131047",
        "The person has not written for 24 hours, so WhatsApp takes only a template: "
        "give the step a `template` in the series and load again."},
    {"recipient_cap", "131049",
        "Meta lets this person get no more marketing messages for now, from anybody: "
        "nothing to do for a day; an SMS gateway in `routes` takes over where there is "
        "one."},
    {"recipient_cap", "130472",
        "This person is in one of Meta's experiments, so WhatsApp delivers no "
        "marketing "
        "message to her: nothing to do; an SMS gateway in `routes` takes over where "
        "there is one."},
    {"opted_out", "131050",
        "The person has switched off our marketing messages in WhatsApp: respect it; "
        "only she can switch them on again, and nothing is to do."},
    {"template", "132000",
        "The step gives the template another number of parameters than it has: compare "
        "the step's `parameters` with the template in WhatsApp Manager, correct one of "
        "them, and load again."},
    {"template", "132001 DELETED PENDING_DELETION",
        "WhatsApp knows no such template in this language: create it in WhatsApp "
        "Manager and wait for its approval, or correct its name or language in the "
        "series and load again."},
    {"template", "132005",
        "The template's text became too long when it was filled in: shorten the "
        "template or the step's `parameters`."},
    {"template", "132007",
        "The template's content breaks WhatsApp's policy: reword it in WhatsApp "
        "Manager and have it approved anew."},
    {"template", "132012",
        "A parameter has another form than the template asks for: compare the step's "
        "`parameters` with the template in WhatsApp Manager, correct one of them, and "
        "load again."},
    {"template", "132018",
        "WhatsApp finds the template's parameters invalid: compare the step's "
        "`parameters` with the template in WhatsApp Manager, correct one of them, and "
        "load again."},
    {"template", "132015 PAUSED paused",
        "WhatsApp has paused the template because people rated it badly: reword it in "
        "WhatsApp Manager, or wait until Meta lifts the pause; until then its step "
        "goes "
        "by the next route, or waits as long as its `late` allows."},
    {"template", "132016 DISABLED",
        "WhatsApp has disabled the template for good because people rated it badly: "
        "make a new one in WhatsApp Manager, name it in the series, and load again."},
    {"template", "REJECTED",
        "WhatsApp has not approved the template: read why in WhatsApp Manager, reword "
        "it "
        "there, and hand it in again."},
    {"template", "134102",
        "The template cannot be used as a marketing message now: look at it in "
        "WhatsApp "
        "Manager."},
};

/* What a carrier says in a delivery receipt, and Kannel's and SMPP's own codes. */
static const struct code carriers[] = {
    {"", "EXPIRED",
        "The phone stayed switched off or out of reach until the carrier gave up, "
        "which "
        "takes up to three days: ask the person for another number if it happens "
        "again."},
    {"", "UNDELIV",
        "The carrier could not deliver it, so the number may no longer be in use: "
        "check "
        "it with the person."},
    {"", "REJECTD",
        "The carrier rejected it: ask the operator why if many are rejected."},
    {"", "DELETED",
        "The carrier deleted it before it was delivered: ask the operator why if many "
        "are deleted."},
    {"", "UNKNOWN",
        "The carrier does not know what became of it: ask the operator if it happens "
        "often."},
    {"invalid_number", "403",
        "The gateway has no network for this number: check the number with the person, "
        "and the gateway's routing with the operator if many are concerned."},
    {"", "NACK",
        "The carrier refused to take it: ask the operator what the code means if many "
        "are refused."},
    {"", "2",
        "The carrier could not deliver it, so the phone may be out of reach or the "
        "number no longer in use: check it with the person if it happens again."},
    {"", "16",
        "The carrier refused to take it: ask the operator why if many are refused."},
};

/* Is the word one of the list's? */
static bool is_in(const char *list, const char *word, size_t length)
{
    while (*list != '\0') {
        size_t n = strcspn(list, " ");

        if (n == length && strncmp(list, word, n) == 0) {
            return true;
        }
        list += n + (list[n] == ' ');
    }
    return false;
}

const char *reason_code_sentence(const char *class, const char *code)
{
    size_t length = strcspn(code, "/");

    for (size_t i = 0; length > 0 && i < sizeof codes / sizeof codes[0]; i++) {
        bool same = (length >= CODE_LENGTH && code[0] <= '9') ||
                    strcmp(codes[i].class, class) == 0;

        if (same && is_in(codes[i].codes, code, length)) {
            return codes[i].sentence;
        }
    }
    if (length == 3 && code[0] == '2' && strcmp(class, "account") == 0) {
        return reason_code_sentence(class, "10"); /* 200 to 299: permissions */
    }
    for (size_t i = 0; length > 0 && i < sizeof carriers / sizeof carriers[0]; i++) {
        bool word = carriers[i].codes[0] > '9';
        bool same = word || strcmp(carriers[i].class, class) == 0;

        if (same && is_in(carriers[i].codes, code, length)) {
            return carriers[i].sentence;
        }
    }
    return NULL;
}
