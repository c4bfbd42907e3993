/*
 * reply.h: how people write: what a whole message comes to, and the keywords.
 *
 * Only whole messages are keywords; nothing acts on a substring. The lists hold the
 * spellings of the field, a campaign's words.yaml adds to them and can remove none.
 */
#ifndef CEGAH_CONTENT_REPLY_H
#define CEGAH_CONTENT_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum keyword { KEYWORD_NONE, KEYWORD_YES, KEYWORD_NO, KEYWORD_STOP };

/* Spellings that a campaign adds; zeroed by its owner, who ends it with words_fini(). */
struct words {
    char **yes, **no, **stop, **risk; /* normalised */
    size_t yes_n, no_n, stop_n, risk_n;
};

void words_fini(struct words *words);

/*
 * Writes into out (size bytes, cut to fit) what the message comes to: NFKC, lower case,
 * no emoji or punctuation (the apostrophe inside a word stays), letters repeated three or
 * more times cut to one, spaced single letters joined ("u n r e g"), blanks folded.
 * Returns its length in bytes.
 */
size_t reply_normalise(const char *text, char *out, size_t size);
/* As reply_normalise(), then without particles at the end (kak, dong, mi, ji, ki, ya, …);
 * the last word left always stays. */
size_t reply_normalise_answer(const char *text, char *out, size_t size);
/* What the message is as a whole; words may be NULL. "un reg", "yaaaaa", "Iya kak",
 * "BERHENTI!!!" and the spellings of the field's list are recognised; "stop kawin anak!!",
 * "saya mau berhenti sekolah", "jangan berhenti kirim ya kak" are KEYWORD_NONE. */
enum keyword reply_keyword(const char *text, const struct words *words);
/* True when the normalised message holds one of the words' risk cues as whole words. */
bool reply_has_risk_cue(const char *text, const struct words *words);

#endif
