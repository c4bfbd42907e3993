/*
 * reply_slip.c: when a typing slip is forgiven, and when a word is a word of its own.
 *
 * One slip (Damerau distance 1) is forgiven in the keywords of joining and leaving, and in
 * listed answers of five letters or more. A word that exists is never taken for another
 * one, so the list below holds the words that lie one slip beside a keyword, or beside what
 * campaigns ask for (benar, salah, mulai, hadir, janji …), names among them. It needs no
 * more than these: a word further away is no slip anyway.
 */
#include "content/reply_internal.h"

#include <string.h>

#include "base/option.h"

enum { ANSWER_LETTERS_MIN = 5 };

static const char *const REAL_WORDS[] = {
    /* beside stop, berhenti, keluar, unreg, daftar, setuju */
    "kelar", "top", "sop", "stok", "step", "shop", "slop", "stoop", "atop", "datar",
    "keluarga", "seluar", "terhenti", "setujui",
    /* beside commands, which forgive none anyway */
    "bantal", "bantai", "bantah", "bunda", "tanda", "tenda", "bahaya",
    /* beside benar, betul, salah */
    "besar", "bentar", "tenar", "binar", "benam", "betulan", "salam", "salak", "salat",
    "saleh", "sawah", "kalah", "malah", "serah", "salahi",
    /* beside mulai, nanti, tidak, mungkin, hadir, janji, ikrar */
    "mulia", "mulas", "mulut", "memulai", "dimulai", "panti", "ganti", "santi", "hanti",
    "nanta", "tindak", "tidaklah", "mungkir", "hadis", "kadir", "nadir", "hadiri",
    "dihadir", "panji", "janjian", "janjiku", "ikrarku",
    /* beside words of polls and quizzes: gosip, hamil, kuota, pengadilan, keduanya */
    "hasil", "kamil", "jamil", "tamil", "hamili", "quota", "pengadil", "kota", "empat",
    "tempat", "sempat", NULL};

static bool is_real(const char *word)
{
    for (const char *const *at = REAL_WORDS; *at != NULL; at++) {
        if (strcmp(*at, word) == 0) {
            return true;
        }
    }
    return false;
}

bool is_slip_of(const char *const *list, const char *message)
{
    if (strlen(message) < 3 || strchr(message, ' ') != NULL || is_real(message)) {
        return false;
    }
    for (; *list != NULL; list++) {
        if (word_distance(*list, message) == 1) {
            return true;
        }
    }
    return false;
}

bool reply_is_slip(const char *message, const char *word, const struct words *words)
{
    const char *const list[] = {word, NULL};

    /* Digits are no letters: "19" and "16" are answers, and both right as they stand. */
    return strlen(word) >= ANSWER_LETTERS_MIN && strchr(word, ' ') == NULL &&
           strcspn(word, "0123456789") == strlen(word) &&
           strcspn(message, "0123456789") == strlen(message) &&
           is_slip_of(list, message) && reply_keyword(message, words) == KEYWORD_NONE;
}
