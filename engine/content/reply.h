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

enum keyword {
    KEYWORD_NONE,
    KEYWORD_YES,
    KEYWORD_NO,
    KEYWORD_STOP,
    KEYWORD_WRONG_NUMBER, /* "salah nomor, siapa ini": out, and we say sorry */
    KEYWORD_ERASE,        /* HAPUS, "hapus nomor sy": out, and what we hold is erased */
    KEYWORD_STOP_WATCHED, /* out, and somebody else reads that phone: no word to it */
    KEYWORD_HELP,         /* BANTU: a human now */
    KEYWORD_PAUSE,        /* TUNDA: nothing for two weeks */
    KEYWORD_CONTINUE,     /* LANJUT */
    KEYWORD_DISCREET,     /* SENYAP: neutral texts from now on */
    KEYWORD_SHARED_PHONE, /* "ya tapi ini hp mama": no yes; others read that phone */
    KEYWORDS,
};

/* Spellings, normalised. */
struct word_list {
    char **list;
    size_t n;
};

/* What a campaign adds; zeroed by its owner, who ends it with words_fini(). */
struct words {
    struct word_list added[KEYWORDS]; /* by what they mean */
    struct word_list risk;            /* cues of danger */
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
 * the last word left always stays. What was cut to fit is left as it is, for the words
 * behind the cut are unknown. */
size_t reply_normalise_answer(const char *text, char *out, size_t size);
/* What the message is as a whole; words may be NULL. "un reg", "yaaaaa", "Iya kak",
 * "BERHENTI!!!" and the spellings of the field's list are recognised, and whole sentences
 * that say no more than "udah jgn kirim sms lg"; "stop kawin anak!!", "saya mau berhenti
 * sekolah", "jangan berhenti kirim ya kak" are KEYWORD_NONE. One typing slip is forgiven
 * in stop, berhenti, keluar, unreg, daftar and setuju, and in no other keyword. */
enum keyword reply_keyword(const char *text, const struct words *words);
/* "STOP", "YA", "BANTU": the word that people are told to write for it, borrowed for ever;
 * "" for KEYWORD_NONE and KEYWORD_SHARED_PHONE. */
const char *keyword_word(enum keyword keyword);
/*
 * True when the message, as reply_normalise_answer() leaves it, is the word with one typing
 * slip in it (a letter too many, too few, another one, or two swapped: "beanr"). Only for
 * words of five letters or more, and never when the message is a keyword or a word of its
 * own ("besar" is no slip of benar, "mulia" none of mulai): reply_slip.c lists those that
 * lie beside what campaigns ask for.
 */
bool reply_is_slip(const char *message, const char *word, const struct words *words);

enum { REPLY_CODE_SIZE = 64 };

/*
 * True when the message asks to join: DAFTAR (or a spelling, or a slip of it) alone, or
 * with up to three words behind it: a join code, a district ("toraja utara"), a person's
 * code. code gets those words, normalised, "" when there are none. Whether such a code
 * exists is the caller's to find out; several words that are no code are a sentence.
 */
bool reply_join(const char *text, char code[REPLY_CODE_SIZE]);
/*
 * True for a guardian's SETUJU KODE (*yes) and TIDAK KODE, in the ways people write them
 * ("ya setuju k7m2qx pak", "tdk setuju K7M 2QX"). Never without a code, of six letters
 * and digits; it is written in lower case.
 */
bool reply_agree(const char *text, bool *yes, char code[REPLY_CODE_SIZE]);
/* An age or a birth year as an answer: "15", "sy 15 tahun", "lahir th 2011". Returns the
 * number: 5 … 99 is an age, 1900 … 2099 a year; 0: the message is neither. */
int reply_age(const char *text);
/* A code so that its spellings compare equal: normalised, without blanks. */
void reply_code(const char *text, char code[REPLY_CODE_SIZE]);
/* True when the normalised message holds one of the words' risk cues as whole words. */
bool reply_has_risk_cue(const char *text, const struct words *words);

#endif
