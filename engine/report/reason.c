#include "report/reason.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/outcome.h"
#include "report/reason_code.h"

struct meaning {
    const char *word;
    const char *sentence;
};

static const struct meaning reasons[] = {
    {"quiet_hours",
        "It fell into closed hours, when nobody is written to; nothing to do."},
    {"cap_day", "The person had got as many messages that day as the campaign allows; "
                "`caps` in campaign.yaml sets how many."},
    {"cap_week",
        "The person had got as many messages that week as the campaign allows; "
        "`caps` in campaign.yaml sets how many."},
    {"opted_out", "The person said STOP: nothing more is sent to this number, and "
                  "only she can undo it, by writing to join again."},
    {"no_consent",
        "There is no consent of the person's own for this series: it needs a "
        "YA to the invitation, or a recorded consent in the import."},
    {"no_guardian_consent",
        "The person is under 18 or of unknown age and no guardian's "
        "consent is recorded: record it in an import, or the birth "
        "year if the person is an adult."},
    {"no_basis",
        "Nothing says how this number was collected, so not even an invitation "
        "may go out: import the contact again with its `basis`."},
    {"campaign_paused",
        "The campaign is paused; `cegah resume CAMPAIGN` goes on with it."},
    {"campaign_stopped",
        "The campaign or series was stopped for good; to begin anew, load it under "
        "another name."},
    {"series_paused",
        "The series is paused; `cegah resume CAMPAIGN/SERIES` goes on with it."},
    {"no_route", "No gateway of the config carries this channel: add one to `gateways` "
                 "and `routes`."},
    {"not_a_test_phone",
        "Only the config's `test_phones` get what `cegah send` writes: add the "
        "number there if it is one of yours."},
    {"expired",
        "It did not leave before it was too old to make sense (`max_age` of the "
        "gateway), or the phone stayed out of reach: look whether the gateway "
        "was down at the time."},
    {"late",
        "Its time had passed by more than the step's `late` limit, so it was left "
        "out rather than sent at an odd hour: who joins long after an event or a date "
        "misses its steps; if it is not that, look whether cegah or the gateway was "
        "down at the time."},
    {"cut",
        "The connection was cut after the request had left, so nobody knows whether "
        "the gateway took it; a delivery report may still settle it."},
    {"restart", "The daemon stopped while the request was out, so nobody knows whether "
                "the gateway took it; a delivery report may still settle it."},
    {"resend_refused",
        "It may have arrived or not, and the rules no longer allow to send "
        "it again (consent, hours, caps or age); it stays unsure."},
    {"no_answer", "Nobody answered in time; nothing to do."},
    {"removed", "The step is no longer in the series: a newer version was loaded."},
    {"completed", "The series came to its end."},
    {"declined", "The person answered TIDAK to the invitation; nothing more is sent."},
    {"shared_number", "The number already carries another person or series; this one "
                      "waits until that one has ended."},
    {"invited_before", "The person was invited to another series and did not answer: "
                       "nobody is invited twice."},
    {"paused", "The campaign or series is paused: `cegah resume` goes on with it."},
    {"no_gateway", "Its gateway is no longer in the config: add it again under its old "
                   "name, or leave the message as it is."},
    {"branch", "An answer led past this step; nothing to do."},
    {"not_for", "The step is not for this person (`for:` in the series)."},
    {"waited", "The wait is over; nothing is sent by it."},
    {"discreet", "The person reads discreetly, and the text has no discreet form."},
    {"no_service", "The directory names no such service for the person's district: add "
                   "it to `directory` in campaign.yaml."},
    {"service_stale",
        "The directory's entry was not verified for half a year, so nobody "
        "is sent to it: call it, and write the new date."},
    {"reconfirm",
        "The number may be somebody else's by now: it was asked whether it is "
        "still theirs, and nothing else goes there before a yes."},
    {"guardian", "It waits for a guardian's consent: record it by `cegah contacts "
                 "consent` or an import, or the guardian's number by `cegah contacts "
                 "guardian`."},
    {"guardian_refused", "The guardian said no: the series ended at once, and the "
                         "erasure of the person's data is queued."},
    {"guardian_withdrawn", "The guardian's consent was withdrawn: the series ended at "
                           "once, and the erasure of the person's data is queued."},
    {"withdrawn", "The person's own consent was withdrawn."},
    {"guardian_answered", "The guardian has answered already; nobody is asked twice."},
    {"erasure_requested",
        "The erasure of this person's data is queued: nothing more is "
        "sent."},
    {"wrong_number",
        "Whoever has this number said that it is a wrong one: nothing more "
        "is sent to it."},
    {"person_paused",
        "The person wrote TUNDA and rests for two weeks: lessons move to the weeks "
        "after it, events and dates do not."},
    {"template_paused",
        "The provider has paused or disabled the step's template, and no other "
        "route could carry it: mend the template at the provider, or add an "
        "SMS gateway to `routes`."},
    {"template_missing",
        "The step has no template in the person's language, and outside the 24 "
        "hours WhatsApp takes nothing else: give the step a `template` in the "
        "series and load again, or add an SMS gateway to `routes`."},
    {"no_template",
        "The step has no template in the person's language, and outside the 24 "
        "hours WhatsApp takes nothing else: give the step a `template` in the "
        "series and load again, or add an SMS gateway to `routes`."},
    {"given_up",
        "It had not arrived by the gateway's `give_up` time, so it went on by the next "
        "route; look whether that gateway is slow or down if many do."},
    {"not_reachable",
        "No gateway of `routes` reaches this person: her number is on no "
        "network or not on WhatsApp; check it with her, or add a gateway that "
        "reaches her."},
    {"not_sent", "Its message did not leave after all; the message's own reason says "
                 "why."},
    {"step_failed",
        "The step could not be sent because of an error in cegah: look into "
        "the log for the line `step_failed` and report it."},
    {"give_up", "It had not arrived within the gateway's `give_up`, so it went on by "
                "the next route; look whether the first gateway delivers at all."},
    {"still_open", "The question is still open: nothing to do yet."},
    {"closed_unanswered",
        "Nobody answered before the question closed: a reminder in the series may "
        "help."},
    {"joins", "The person wrote DAFTAR; the question whether she agrees is next."},
};

static const struct meaning classes[] = {
    {"invalid_number",
        "The gateway says that this number cannot get messages: check it "
        "with the person and import the right one"},
    {"opted_out",
        "The gateway itself has this number on its stop list: the person must "
        "ask the operator to be let in again"},
    {"blocked",
        "The recipient's phone or the carrier refused it: nothing was wrong with "
        "the text; ask the operator if many are refused"},
    {"window_closed", "The person has not written for 24 hours, so the channel takes "
                      "only a template: "
                      "give the step a `template` in the series and load again"},
    {"template", "The gateway refuses the message's template, and will refuse it for "
                 "everybody: mend it at the provider"},
    {"content",
        "The gateway refuses this message's content: shorten or change the text"},
    {"recipient_cap",
        "The channel lets this person get no more for now: nothing to do, "
        "others are not concerned"},
    {"throttled", "The gateway asked to go slower: it is tried again by itself; lower "
                  "the gateway's `rate` if this happens often"},
    {"transient", "The gateway could not take it at the time: it is tried again by "
                  "itself"},
    {"account", "The gateway refuses our account (password, balance or suspension): it "
                "is paused and keeps its messages; mend the account, it goes on by "
                "itself"},
    {"ambiguous", "The gateway's answer leaves open whether it took the message: a "
                  "delivery report may still settle it"},
};

/* The words of a carrier's delivery receipt (SMPP), wherever they stand in the text. */
static const struct meaning receipts[] = {
    {"EXPIRED",
        "The phone stayed off or out of reach until the carrier gave up; ask the "
        "person if this happens again"},
    {"UNDELIV", "The carrier could not deliver it: the number may no longer be in use; "
                "check it with the person"},
    {"REJECTD", "The carrier rejected it: ask the operator why if many are rejected"},
    {"DELETED", "The carrier deleted it before it was delivered: ask the operator why"},
};

/* What somebody wrote, by what it was taken for: the keyword itself where it is one. */
static const struct meaning intents[] = {
    {"out", "STOP"},
    {"in", "YA"},
    {"decline", "TIDAK"},
    {"join", "DAFTAR"},
    {"unknown_code", "DAFTAR, wrong code"},
    {"age", "age"},
    {"guardian", "guardian's answer"},
    {"answer", "answer"},
    {"late", "late answer"},
    {"erase", "HAPUS"},
    {"help", "BANTU"},
    {"pause", "TUNDA"},
    {"continue", "LANJUT"},
    {"discreet", "SENYAP"},
    {"resumed", "let in again"},
    {"risk", "danger"},
    {"free", "own words"},
    {"media", "no text"},
};

static const char *find_receipt(const char *text)
{
    for (size_t i = 0; i < sizeof receipts / sizeof receipts[0]; i++) {
        if (strstr(text, receipts[i].word) != NULL) {
            return receipts[i].sentence;
        }
    }
    return NULL;
}

static const char *find(const struct meaning *list, size_t n, const char *word)
{
    for (size_t i = 0; word != NULL && i < n; i++) {
        if (strcmp(list[i].word, word) == 0) {
            return list[i].sentence;
        }
    }
    return NULL;
}

void reason_explain(
    const char *class, const char *reason, char sentence[REASON_SENTENCE_SIZE])
{
    const char *known = find(reasons, sizeof reasons / sizeof reasons[0], reason);
    const char *kind = find(classes, sizeof classes / sizeof classes[0], class);

    reason = reason == NULL ? "" : reason;
    if (known != NULL && (kind == NULL || strcmp(reason, class) != 0)) {
        snprintf(sentence, REASON_SENTENCE_SIZE, "%s", known);
        return;
    }
    if (kind != NULL && strcmp(reason, class) == 0) {
        reason = "";
    }
    kind = kind != NULL ? kind : find_receipt(reason);
    if (kind != NULL && reason[0] != '\0') {
        snprintf(
            sentence, REASON_SENTENCE_SIZE, "%s (the gateway says: %s).", kind, reason);
    } else if (kind != NULL) {
        snprintf(sentence, REASON_SENTENCE_SIZE, "%s.", kind);
    } else if (reason[0] != '\0') {
        snprintf(sentence, REASON_SENTENCE_SIZE, "The gateway says: %s.", reason);
    } else {
        sentence[0] = '\0';
    }
}

void reason_explain_code(const char *class, const char *code, const char *reason,
    char sentence[REASON_SENTENCE_SIZE])
{
    const char *known = NULL;

    if ((class[0] != '\0' || reason[0] != '\0') &&
        find(reasons, sizeof reasons / sizeof reasons[0], reason) == NULL) {
        known = reason_code_sentence(class, code);
    }
    if (known == NULL) {
        reason_explain(class, reason, sentence);
    } else if (reason[0] != '\0') {
        snprintf(sentence, REASON_SENTENCE_SIZE, "%.*s (the gateway says: %s).",
            (int)strlen(known) - 1, known, reason);
    } else {
        snprintf(sentence, REASON_SENTENCE_SIZE, "%s", known);
    }
}

void reason_counted(const char *counted, char sentence[REASON_SENTENCE_SIZE])
{
    const char *colon = strchr(counted, ':'), *code = counted, *known;
    char class[32] = "";
    enum failure_class parsed;

    if (colon != NULL) {
        snprintf(class, sizeof class, "%.*s", (int)(colon - counted), counted);
        code = colon + 1;
    }
    known = reason_code_sentence(class, code);
    if (known != NULL) {
        snprintf(sentence, REASON_SENTENCE_SIZE, "%s", known);
    } else if (colon != NULL) {
        reason_explain(class, code, sentence);
    } else if (strcmp(counted, "other") == 0 || counted[0] == '\0') {
        snprintf(sentence, REASON_SENTENCE_SIZE,
            "It gave a reason of its own: `cegah messages` lists them, and `cegah "
            "message ID` tells what each gateway said.");
    } else if (failure_class_parse(counted, &parsed) == 0 &&
               find(reasons, sizeof reasons / sizeof reasons[0], counted) == NULL) {
        reason_explain(counted, "", sentence);
    } else {
        reason_explain("", counted, sentence);
    }
}

const char *reason_intent(const char *intent)
{
    const char *words = find(intents, sizeof intents / sizeof intents[0], intent);

    return words != NULL ? words : intent;
}
