/*
 * reply.c: the language of short replies. Every list here is of whole messages or of
 * whole words in them; the lists' source is the field's notes.
 */
#include "content/reply.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf16.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/must.h"
#include "base/option.h"
#include "content/reply_internal.h"

enum {
    INPUT_BYTES_MAX = 16384,  /* of one message; the rest is not looked at */
    RESULT_BYTES_MAX = 65536, /* compatibility forms may grow */
};

static const char *const YES[] = {"ya", "y", "iya", "iy", "iyaa", "yaa", "yes", "iye",
    "iyye", "iyo", "ok", "oke", "okey", "mau", "mo", "mw", "ikut", "ikt", "ikutt",
    "daftar", "dftar", "daftr", "reg", "gas", "boleh", "setuju", "ok sy ikut",
    "ok saya ikut", "ya sy ikut", "ya saya ikut", "iya sy ikut", "iya saya ikut",
    "sy ikut", "saya ikut", "mauka", "mau ka", "bersedia", NULL};
/* Who agrees, ahead of a word of YES: "iya sy mau ikut"; never by itself. */
static const char *const SUBJECTS[] = {
    "sy", "saya", "aku", "ak", "sa", "ka", "jg", "juga", NULL};
static const char *const NO[] = {"tidak", "tdk", "tdak", "tidk", "tida", "gak", "ga",
    "gk", "g", "nggak", "ngga", "enggak", "engga", "kagak", "nda", "ndak", "tak",
    "tena", "no", NULL};
/* What may follow a word of NO in a refusal: "ga mau ikut dulu". */
static const char *const NO_TAILS[] = {"mau", "mo", "mw", "ikut", "ikutt", "ikt",
    "daftar", "dulu", "dl", "usah", "minat", "tertarik", "setuju", "bisa", "bs", "jadi",
    "jd", NULL};
static const char *const STOP[] = {"stop", "stp", "sotp", "setop", "stopp", "berhenti",
    "brhenti", "brenti", "brhnti", "keluar", "kluar", "klr", "unreg", "ureg", "un reg",
    NULL};
/* One typing slip away from these is still these (reply_slip.c). */
static const char *const TYPO_STOP[] = {"stop", "berhenti", "keluar", "unreg", NULL};
static const char *const TYPO_YES[] = {"daftar", "setuju", NULL};
static const char *const PARTICLES[] = {"kak", "kaka", "kakak", "ka", "dek", "dik",
    "bang", "mas", "mbak", "pak", "bu", "min", "admin", "dong", "donk", "dongs", "deh",
    "sih", "nih", "lah", "mi", "ji", "ki", "pi", "mo", "ya", "yah", "yaa", "aja",
    "saja", "sj", "makasih", "makasi", "mksh", "trims", NULL};

static void free_list(struct word_list *words)
{
    for (size_t i = 0; i < words->n; i++) {
        free(words->list[i]);
    }
    free(words->list);
}

void words_fini(struct words *words)
{
    for (int i = 0; i < KEYWORDS; i++) {
        free_list(&words->added[i]);
    }
    free_list(&words->risk);
    *words = (struct words){0};
}

const char *keyword_word(enum keyword keyword)
{
    static const char *const WORDS[KEYWORDS] = {
        [KEYWORD_YES] = "YA",
        [KEYWORD_NO] = "TIDAK",
        [KEYWORD_STOP] = "STOP",
        [KEYWORD_WRONG_NUMBER] = "STOP",
        [KEYWORD_ERASE] = "HAPUS",
        [KEYWORD_STOP_WATCHED] = "STOP",
        [KEYWORD_HELP] = "BANTU",
        [KEYWORD_PAUSE] = "TUNDA",
        [KEYWORD_CONTINUE] = "LANJUT",
        [KEYWORD_DISCREET] = "SENYAP",
    };

    return WORDS[keyword] == NULL ? "" : WORDS[keyword];
}

static bool is_apostrophe(UChar32 c)
{
    return c == '\'' || c == 0x2018 || c == 0x2019 || c == 0x02BC || c == '`' ||
           c == 0xB4;
}

static bool is_word_character(UChar32 c)
{
    return u_isalnum(c);
}

/* NFKC of the text as UTF-16, owned; its length by *length. Broken bytes are U+FFFD. */
static UChar *compose(const char *text, int32_t *length)
{
    size_t bytes = strnlen(text, INPUT_BYTES_MAX);
    UErrorCode status = U_ZERO_ERROR;
    const UNormalizer2 *nfkc = unorm2_getNFKCInstance(&status);
    UChar *wide = mem_alloc((bytes + 1) * sizeof *wide);
    UChar *composed = mem_alloc((RESULT_BYTES_MAX + 1) * sizeof *composed);
    int32_t wide_n = 0;

    u_strFromUTF8WithSub(
        wide, (int32_t)bytes + 1, &wide_n, text, (int32_t)bytes, 0xFFFD, NULL, &status);
    must(U_SUCCESS(status), "UTF-8 to UTF-16: %s", u_errorName(status));
    *length = unorm2_normalize(nfkc, wide, wide_n, composed, RESULT_BYTES_MAX, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
        *length = 0; /* nothing that a person typed grows like that */
    }
    free(wide);
    return composed;
}

static void add_character(struct buf *out, UChar32 c)
{
    char bytes[U8_MAX_LENGTH];
    int32_t n = 0;

    U8_APPEND_UNSAFE(bytes, n, c);
    buf_add(out, bytes, (size_t)n);
}

/* How often the letter at `at` stands in a row. */
static int32_t run_length(const UChar *text, int32_t at, int32_t length, UChar32 letter)
{
    int32_t count = 0;

    while (at < length) {
        UChar32 c;

        U16_NEXT(text, at, length, c);
        if (u_tolower(c) != letter) {
            break;
        }
        count++;
    }
    return count;
}

static bool is_ignored(UChar32 c)
{
    int8_t type = u_charType(c);

    return type == U_FORMAT_CHAR || type == U_NON_SPACING_MARK ||
           type == U_ENCLOSING_MARK;
}

/* Words in lower case with one blank between them. */
static void fold_words(const UChar *text, int32_t length, struct buf *out)
{
    bool in_word = false;
    int32_t at = 0;

    while (at < length) {
        UChar32 c, next = 0;
        int32_t run;

        U16_NEXT(text, at, length, c);
        if (at < length) {
            U16_GET(text, 0, at, length, next);
        }
        if (is_word_character(c)) {
            if (!in_word && out->length > 0) {
                buf_add_char(out, ' ');
            }
            c = u_tolower(c);
            add_character(out, c);
            in_word = true;
            run = u_isalpha(c) ? run_length(text, at, length, c) : 0;
            if (run >= 2) {
                U16_FWD_N(text, at, length, run);
            }
        } else if (is_apostrophe(c) && in_word && is_word_character(next)) {
            buf_add_char(out, '\'');
        } else if (!is_ignored(c)) {
            in_word = false;
        }
    }
}

static bool is_single_letter(const char *word, size_t length)
{
    int32_t at = 0;
    UChar32 c;

    if (length == 0 || length > U8_MAX_LENGTH) {
        return false;
    }
    U8_NEXT(word, at, (int32_t)length, c);
    return at == (int32_t)length && c > 0 && u_isalpha(c);
}

/* "u n r e g" becomes "unreg": blanks between two single letters go. */
static void join_letters(char *text)
{
    const char *from = text;
    char *to = text;
    bool single_before = false;

    while (*from != '\0') {
        size_t length = strcspn(from, " ");
        bool single = is_single_letter(from, length);

        if (to > text && !(single && single_before)) {
            *to++ = ' ';
        }
        memmove(to, from, length);
        to += length;
        from += length;
        from += *from == ' ';
        single_before = single;
    }
    *to = '\0';
}

/* Copies whole characters that fit. */
static size_t copy_cut(const char *text, char *out, size_t size)
{
    size_t length = strlen(text);

    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    memcpy(out, text, length);
    out[length] = '\0';
    return length;
}

size_t reply_normalise(const char *text, char *out, size_t size)
{
    struct buf folded;
    int32_t length;
    UChar *composed = compose(text, &length);
    char *words;
    size_t result;

    buf_init(&folded, RESULT_BYTES_MAX);
    fold_words(composed, length, &folded);
    free(composed);
    words = buf_take(&folded);
    buf_fini(&folded);
    join_letters(words);
    result = copy_cut(words, out, size);
    free(words);
    return result;
}

static bool is_listed(const char *const *list, const char *text)
{
    for (; *list != NULL; list++) {
        if (strcmp(*list, text) == 0) {
            return true;
        }
    }
    return false;
}

size_t reply_normalise_answer(const char *text, char *out, size_t size)
{
    size_t length = reply_normalise(text, out, size);
    char *last;

    /* What fills the buffer may go on behind it: no word of it is the last one. */
    if (length + U8_MAX_LENGTH >= size) {
        return length;
    }
    while ((last = strrchr(out, ' ')) != NULL && is_listed(PARTICLES, last + 1)) {
        *last = '\0';
        length = (size_t)(last - out);
    }
    return length;
}

bool tokens_split(const char *message, struct tokens *tokens)
{
    char *at = tokens->text;

    tokens->n = 0;
    copy_cut(message, tokens->text, sizeof tokens->text);
    while (*at != '\0') {
        size_t length = strcspn(at, " ");

        if (tokens->n == TOKENS_MAX) {
            return false;
        }
        tokens->list[tokens->n++] = at;
        at += length;
        if (*at == ' ') {
            *at++ = '\0';
        }
    }
    return tokens->n > 0;
}

bool tokens_read(const char *text, bool particles_off, struct tokens *tokens)
{
    char message[KEYWORD_BYTES_MAX];
    /* What fills the buffer may have been cut, and is no keyword anyway. */
    size_t most = sizeof message - U8_MAX_LENGTH;

    if (reply_normalise(text, message, sizeof message) >= most) {
        return false;
    }
    if (particles_off) {
        reply_normalise_answer(text, message, sizeof message);
    }
    return tokens_split(message, tokens);
}

/* Every word of the message is one of the list: "ya mau ikut", "stop stop". */
static bool all_listed(
    const char *const *list, const struct tokens *tokens, size_t from)
{
    for (size_t i = from; i < tokens->n; i++) {
        if (!is_listed(list, tokens->list[i])) {
            return false;
        }
    }
    return tokens->n > from;
}

bool token_is_no(const char *word)
{
    return is_listed(NO, word);
}

bool token_is_nearly(const char *word, const char *keyword)
{
    const char *const list[] = {keyword, NULL};

    return strcmp(word, keyword) == 0 || is_slip_of(list, word);
}

/* "iya sy mau ikut": words of YES, with who it is among them but not at the end. */
static bool is_yes(const struct tokens *tokens)
{
    for (size_t i = 0; i < tokens->n; i++) {
        if (!is_listed(YES, tokens->list[i]) && !is_listed(SUBJECTS, tokens->list[i])) {
            return false;
        }
    }
    /* "saya mau" alone says what, not to what; it counts only to a question. */
    return is_listed(YES, tokens->list[tokens->n - 1]);
}

static bool is_no(const struct tokens *tokens)
{
    return is_listed(NO, tokens->list[0]) &&
           (tokens->n == 1 || all_listed(NO, tokens, 1) ||
               all_listed(NO_TAILS, tokens, 1));
}

static enum keyword keyword_of(const char *message, const struct words *words)
{
    static const struct words none;
    struct tokens tokens;
    enum keyword added;

    words = words == NULL ? &none : words;
    if (!tokens_split(message, &tokens)) {
        return KEYWORD_NONE;
    }
    if (is_listed(STOP, message) || all_listed(STOP, &tokens, 0)) {
        return KEYWORD_STOP;
    }
    added = command_keyword(message, words);
    if (added != KEYWORD_NONE) {
        return added;
    }
    if (is_no(&tokens)) {
        return KEYWORD_NO;
    }
    if (is_listed(YES, message) || is_yes(&tokens)) {
        return KEYWORD_YES;
    }
    return is_slip_of(TYPO_STOP, message)  ? KEYWORD_STOP
           : is_slip_of(TYPO_YES, message) ? KEYWORD_YES
                                           : KEYWORD_NONE;
}

enum keyword reply_keyword(const char *text, const struct words *words)
{
    char message[KEYWORD_BYTES_MAX];
    enum keyword keyword;

    /* What fills the buffer may have been cut, and is no keyword anyway. */
    if (reply_normalise(text, message, sizeof message) >=
        sizeof message - U8_MAX_LENGTH) {
        return KEYWORD_NONE;
    }
    keyword = keyword_of(message, words);
    if (keyword == KEYWORD_NONE) {
        reply_normalise_answer(text, message, sizeof message);
        keyword = keyword_of(message, words);
    }
    return keyword == KEYWORD_NONE ? sentence_keyword(text) : keyword;
}

bool reply_has_risk_cue(const char *text, const struct words *words)
{
    char *message, *padded;
    bool found = false;

    if (words == NULL || words->risk.n == 0) {
        return false;
    }
    message = mem_alloc(RESULT_BYTES_MAX + 1);
    reply_normalise(text, message, RESULT_BYTES_MAX + 1);
    padded = mem_format(" %s ", message);
    for (size_t i = 0; i < words->risk.n && !found; i++) {
        char *cue = mem_format(" %s ", words->risk.list[i]);

        found = words->risk.list[i][0] != '\0' && strstr(padded, cue) != NULL;
        free(cue);
    }
    free(padded);
    free(message);
    return found;
}
