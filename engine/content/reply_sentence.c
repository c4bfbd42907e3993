/*
 * reply_sentence.c: short sentences that are as clear as a keyword, and keywords with a
 * code.
 *
 * A sentence counts only as a whole: every word of it must have its place in a rule, so
 * a negation, a name, or another topic anywhere makes it no match, and a human reads it.
 */
#include "content/reply_internal.h"

#include <stdlib.h>
#include <string.h>

enum { AGE_MIN = 5, AGE_MAX = 99, YEAR_MIN = 1900, YEAR_MAX = 2099, CODE_LETTERS = 6 };

/* Word lists are texts with a blank on each side of every word. */
#define SELF   " sy saya aku ak aq sa gw gue kami kita "
#define NUMBER " nomor nomer nmr no nmer hp "
#define NEGATION                                                                       \
    " tidak tdk gak ga gk nggak ngga enggak engga kagak nda ndak tdak g tak "
#define WANT " mau mo mw ingin pengen pgn usah perlu "
#define DONT " jangan jgn jngan jngn jng jan janganmi janganki stop stp setop "
#define SEND                                                                           \
    " kirim krim krm kirimi kirimin kirimkan ngirim mengirim dikirim dikirimi "        \
    "dikirimin kirim2 kirimkirim sms smsan wa chat hubungi ganggu menghubungi "        \
    "mengganggu dihubungi diganggu disms pesan "
#define GET " terima menerima nerima dapat dpt "
#define THINGS                                                                         \
    " sms pesan psn wa chat msg info kabar promosi iklan apa apa2 apapun begini "      \
    "beginian ginian ini itu yang yg nya "
#define MORE                                                                           \
    " lagi lg lgi trus terus dulu dl mi maki kesini sini ke di kpd kepada "            \
    "sekarang skrg skrng "
#define FILLERS                                                                        \
    " maaf maap mf sori sorry tolong tlg tlong mohon mhn please pls plis kak kaka "    \
    "kakak ka bang mas mbak pak bapak bu ibu min admin dek ya yah dong donk deh sih "  \
    "lah nih ok oke sudah sdh udah udh dah cukup ckp "
#define AGREES                                                                         \
    FILLERS SELF " ya iya iye y mau mo ikut tapi tp tpi tetapi cuma soalnya karena "   \
                 "krn "
#define PHONE " hp hpnya hape "
#define OWNERS                                                                         \
    " mama mamaku ibu ibuku bapak bapakku ayah ortu orang org tua suami kakak "        \
    "kakakku "                                                                         \
    "adik om tante paman nenek kakek keluarga sodara saudara teman "
#define HELD     " punya punyanya milik dipakai dipake dipegang dibaca pinjam pinjaman "
#define TOGETHER " bersama bareng sama2 samasama berdua bertiga gantian bergantian "

/* One rule: words of `before` may come first, then one of each core list, then any of
 * `after` to the end. */
struct rule {
    enum keyword means;
    const char *before;
    const char *core[4]; /* NULL ends it */
    const char *after;
};

static const struct rule RULES[] = {
    /* "udah jgn kirim sms lg" */
    {KEYWORD_STOP, FILLERS SELF, {DONT, SEND}, THINGS MORE SELF NUMBER FILLERS SEND},
    /* "sy ga mau dikirimi pesan lagi": only with a word for "any more" or the thing */
    {KEYWORD_STOP, FILLERS SELF, {NEGATION, WANT, SEND GET, THINGS MORE},
        THINGS MORE SELF NUMBER FILLERS},
    {KEYWORD_STOP, FILLERS SELF, {NEGATION, WANT, " ikut ikutan ikt ", " lagi lg lgi "},
        MORE FILLERS},
    /* "mau berhenti langganan", "berhenti kirim sms" */
    {KEYWORD_STOP, FILLERS SELF WANT,
        {" berhenti brhenti brenti brhnti stop stp setop henti hentikan ",
            " langganan berlangganan kirim ngirim mengirim sms pesan wa chat ikut "
            "ikutan "},
        THINGS MORE SELF NUMBER FILLERS},
    {KEYWORD_STOP, FILLERS SELF WANT,
        {" keluar kluar klr keluarkan ", " dari dr ",
            " grup group program programnya daftar kelas langganan "},
        " ini itu nya " FILLERS},
    {KEYWORD_STOP, FILLERS, {" keluarkan kluarkan ", SELF " nomor nomer nmr no "},
        SELF NUMBER " ini dari dr daftar grup group program " FILLERS},
    /* "salah nomor, siapa ini" */
    {KEYWORD_WRONG_NUMBER,
        FILLERS SELF " anda kamu km ko ki ta kita kayaknya sepertinya mungkin ini ",
        {" salah slh ", " nomor nomer nmr no sambung orang nomornya "},
        " siapa siapa2 sapa ini itu ki ta anda kamu km ya kenal " FILLERS},
    {KEYWORD_WRONG_NUMBER, FILLERS " siapa sapa ini ki ",
        {" salah slh ", " nomor nomer nmr no sambung "}, FILLERS " ini ki "},
    /* "hapus nomor sy" */
    {KEYWORD_ERASE, FILLERS,
        {" hapus hps apus hapuskan hapusmi ", SELF NUMBER " data dataku nomorku "},
        SELF NUMBER " data ini itu dari dr daftar semua semuanya dan " FILLERS},
    /* "ya tapi ini hp mama", "hp ini dipakai bersama" */
    {KEYWORD_SHARED_PHONE, AGREES, {" ini ", PHONE, OWNERS}, OWNERS SELF FILLERS},
    {KEYWORD_SHARED_PHONE, AGREES, {PHONE, " ini ", HELD OWNERS TOGETHER},
        OWNERS HELD TOGETHER SELF FILLERS},
    {KEYWORD_SHARED_PHONE, AGREES, {PHONE, HELD OWNERS TOGETHER},
        OWNERS HELD TOGETHER SELF FILLERS " ini "},
};

/* "bapak sy baca hp ini": behind a stop, the reason why no word may come back. */
static const char *const WATCHERS =
    " bapak bapakku bpk ayah ibu mama mamaku ibuku ortu orang org tua suami kakak "
    "kakakku adik om tante paman nenek pacar dia keluarga ";
static const char *const WATCHING =
    " baca bc bacai dibaca lihat liat dilihat diliat pegang dipegang periksa diperiksa "
    "cek dicek pakai pake dipakai dipake buka dibuka sita disita ambil diambil ";

static bool is_in(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at += length) {
        if (at > list && at[-1] == ' ' && at[length] == ' ') {
            return true;
        }
    }
    return false;
}

/* Where the rule's words end: tokens.n when it takes the whole message; 0: no match. */
static size_t match(const struct rule *rule, const struct tokens *tokens)
{
    size_t at = 0;

    while (at < tokens->n && is_in(rule->before, tokens->list[at]) &&
           !is_in(rule->core[0], tokens->list[at])) {
        at++;
    }
    for (size_t i = 0; i < 4 && rule->core[i] != NULL; i++) {
        if (at == tokens->n || !is_in(rule->core[i], tokens->list[at])) {
            return 0;
        }
        at++;
    }
    while (at < tokens->n && is_in(rule->after, tokens->list[at])) {
        at++;
    }
    return at;
}

static bool names_a_watcher(const struct tokens *tokens, size_t from)
{
    bool who = false, reads = false;

    for (size_t i = from; i < tokens->n; i++) {
        who = who || is_in(WATCHERS, tokens->list[i]);
        reads = reads || is_in(WATCHING, tokens->list[i]);
    }
    return who && reads;
}

/* "STOP jgn kirim lagi, bapak sy baca hp ini": the stop is whole up to its comma. */
static bool is_watched_stop(const char *text)
{
    size_t head = strcspn(text, ",.;!?\n");
    struct tokens tokens;
    char first[KEYWORD_BYTES_MAX];

    if (text[head] == '\0' || head >= sizeof first) {
        return false;
    }
    memcpy(first, text, head);
    first[head] = '\0';
    if (reply_keyword(first, NULL) != KEYWORD_STOP ||
        !tokens_read(text + head + 1, false, &tokens)) {
        return false;
    }
    return names_a_watcher(&tokens, 0);
}

enum keyword sentence_keyword(const char *text)
{
    struct tokens tokens, rest;
    size_t whole;

    if (!tokens_read(text, false, &tokens)) {
        return KEYWORD_NONE;
    }
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++) {
        if (match(&RULES[i], &tokens) == tokens.n) {
            return RULES[i].means;
        }
    }
    /* "STOP jgn kirim lagi": a stop that says it twice. */
    if (tokens.n > 2 && is_in(" stop stp sotp setop berhenti unreg ", tokens.list[0])) {
        rest.n = tokens.n - 1;
        memcpy(rest.list, tokens.list + 1, rest.n * sizeof rest.list[0]);
        whole = match(&RULES[0], &rest);
        if (whole == rest.n) {
            return KEYWORD_STOP;
        }
        if (whole > 0 && names_a_watcher(&rest, 0)) {
            return KEYWORD_STOP_WATCHED;
        }
    }
    return is_watched_stop(text) ? KEYWORD_STOP_WATCHED : KEYWORD_NONE;
}

/* Joins the words from `from` on, with a blank between them when asked; false when they
 * do not fit. */
static bool join_words(
    const struct tokens *tokens, size_t from, bool blanks, char code[REPLY_CODE_SIZE])
{
    size_t length = 0;

    code[0] = '\0';
    for (size_t i = from; i < tokens->n; i++) {
        size_t more = strlen(tokens->list[i]);

        if (length + 1 + more >= REPLY_CODE_SIZE) {
            return false;
        }
        if (blanks && length > 0) {
            code[length++] = ' ';
        }
        memcpy(code + length, tokens->list[i], more + 1);
        length += more;
    }
    return true;
}

void reply_code(const char *text, char code[REPLY_CODE_SIZE])
{
    struct tokens tokens;

    code[0] = '\0';
    if (tokens_read(text, false, &tokens) && !join_words(&tokens, 0, false, code)) {
        code[0] = '\0';
    }
}

bool reply_join(const char *text, char code[REPLY_CODE_SIZE])
{
    enum { CODE_WORDS_MAX = 3 };
    struct tokens tokens;

    code[0] = '\0';
    if (!tokens_read(text, true, &tokens) || tokens.n > 1 + CODE_WORDS_MAX) {
        return false;
    }
    return (token_is_nearly(tokens.list[0], "daftar") ||
               is_in(" dftar daftr reg dftr ", tokens.list[0])) &&
           join_words(&tokens, 1, true, code);
}

static bool is_setuju(const char *word)
{
    return token_is_nearly(word, "setuju") || is_in(" stuju stju stj setujui ", word);
}

bool reply_agree(const char *text, bool *yes, char code[REPLY_CODE_SIZE])
{
    struct tokens tokens;
    size_t at = 0;
    bool refuses = false, agrees = false;

    if (!tokens_read(text, true, &tokens)) {
        return false;
    }
    while (at < tokens.n && is_in(FILLERS SELF " iya iye ", tokens.list[at])) {
        at++;
    }
    if (at < tokens.n && token_is_no(tokens.list[at])) {
        refuses = true;
        at++;
    }
    if (at < tokens.n && is_setuju(tokens.list[at])) {
        agrees = true;
        at++;
    }
    *yes = agrees && !refuses;
    return (agrees || refuses) && join_words(&tokens, at, false, code) &&
           strlen(code) == CODE_LETTERS &&
           strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789") == CODE_LETTERS;
}

int reply_age(const char *text)
{
    static const char around[] = FILLERS SELF
        " umur umurku usia usiaku lahir lahirku kelahiran thn th tahun tahunku "
        "tgl iya ";
    struct tokens tokens;
    int number = 0;

    if (!tokens_read(text, false, &tokens)) {
        return 0;
    }
    for (size_t i = 0; i < tokens.n; i++) {
        const char *word = tokens.list[i];
        size_t digits = strspn(word, "0123456789");
        const char *unit = word + digits;

        if (digits == 0 ? !is_in(around, word)
                        : number != 0 || digits > 4 ||
                              (*unit != '\0' && !is_in(" th thn tahun ", unit))) {
            return 0;
        }
        if (digits > 0) {
            number = (int)strtol(word, NULL, 10);
        }
    }
    return (number >= AGE_MIN && number <= AGE_MAX) ||
                   (number >= YEAR_MIN && number <= YEAR_MAX)
               ? number
               : 0;
}
