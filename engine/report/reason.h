/*
 * reason.h: what a machine's reason means, in one sentence for a coordinator: what
 * happened, and what to do about it (or that there is nothing to do).
 */
#ifndef CEGAH_REPORT_REASON_H
#define CEGAH_REPORT_REASON_H

enum { REASON_SENTENCE_SIZE = 512 };

/*
 * Writes the sentence of a reason word (message, step outcome or enrolment), else that of
 * the failure class, with the reason, which then is the gateway's own words, at its end.
 * Both words may be "" or NULL; with neither the sentence is "". Words that only the
 * gateway knows are quoted as such, with what a carrier's status word in them means.
 */
void reason_explain(
    const char *class, const char *reason, char sentence[REASON_SENTENCE_SIZE]);

/* The same, by the gateway's code ("" for none) where that says more than the class: the
 * sentence that the delivery report gives. */
void reason_explain_code(const char *class, const char *code, const char *reason,
    char sentence[REASON_SENTENCE_SIZE]);

/* The same of a reason as it is counted (counter_reason(): "template:132015", "EXPIRED",
 * "quiet_hours"): one sentence, never "". */
void reason_counted(const char *counted, char sentence[REASON_SENTENCE_SIZE]);

/* What a message that came in was taken for, in a word or two for people; borrowed. */
const char *reason_intent(const char *intent);

#endif
