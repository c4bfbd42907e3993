/* What a whole reply means: the field's spellings, and the sentences that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "content/reply.h"

static const char *const NAMES[] = {"none", "yes", "no", "stop", "wrong number",
    "erase", "watched stop", "help", "pause", "continue", "discreet", "shared phone"};

static void assert_all(const char *const *texts, enum keyword keyword)
{
    for (; *texts != NULL; texts++) {
        enum keyword found = reply_keyword(*texts, NULL);

        if (found != keyword) {
            fail_msg(
                "\"%s\" is taken for %s, not %s", *texts, NAMES[found], NAMES[keyword]);
        }
    }
}

static void assert_normal(const char *text, const char *expected)
{
    char out[200];
    size_t length = reply_normalise(text, out, sizeof out);

    assert_string_equal(out, expected);
    assert_int_equal(length, strlen(expected));
}

static void assert_answer(const char *text, const char *expected)
{
    char out[200];
    size_t length = reply_normalise_answer(text, out, sizeof out);

    assert_string_equal(out, expected);
    assert_int_equal(length, strlen(expected));
}

static void case_punctuation_and_emoji_do_not_matter(void **state)
{
    (void)state;
    assert_normal("  BERHENTI!!! ", "berhenti");
    assert_normal("C. 19", "c 19");
    assert_normal("ya 🙏🙏", "ya");
    assert_normal("1️⃣", "1");
    assert_normal("Ｙａ", "ya");
    assert_normal("s\u200Bto\u200Dp", "stop");
    assert_normal("e\u0301", "é");
    assert_normal("!?", "");
    assert_normal("aa\xFFzz", "aa zz");
}

static void an_apostrophe_inside_a_word_stays(void **state)
{
    (void)state;
    assert_normal("Jum’at", "jum'at");
    assert_normal("iye'", "iye");
    assert_normal("'ya'", "ya");
}

static void letters_repeated_three_times_are_one(void **state)
{
    (void)state;
    assert_normal("yaaaaa mauuu", "ya mau");
    assert_normal("iyaa", "iyaa");
    assert_normal("1000", "1000");
}

static void spaced_letters_are_a_word(void **state)
{
    (void)state;
    assert_normal("u n r e g", "unreg");
    assert_normal("S.T.O.P", "stop");
    assert_normal("b 1 c", "b 1 c");
}

static void a_text_is_cut_at_a_whole_character(void **state)
{
    char out[4];

    (void)state;
    assert_int_equal(reply_normalise("ééé", out, sizeof out), 2);
    assert_string_equal(out, "é");
}

static void particles_at_the_end_go_but_never_the_last_word(void **state)
{
    (void)state;
    assert_answer("Iya kak", "iya");
    assert_answer("mau mi ji dong", "mau");
    assert_answer("kak", "kak");
    assert_answer("ya ya ya", "ya");
    assert_answer("kak ini apa", "kak ini apa");
}

static void the_fields_spellings_of_yes(void **state)
{
    static const char *const texts[] = {"ya", "y", "iya", "iy", "iyaa", "yes", "iye'",
        "iyo", "ok", "oke", "mau", "mo", "mw", "ikut", "ikt", "daftar", "dftar",
        "daftr", "reg", "gas", "boleh", "setuju", "Iya kak", "yaaaaa",
        "mau ikutt dong 🙏", "ok sy ikut", "YA.", "ya ya", "setju", NULL};

    (void)state;
    assert_all(texts, KEYWORD_YES);
}

static void the_fields_spellings_of_stop(void **state)
{
    static const char *const texts[] = {"STOP", "stp", "sotp", "setop", "stopp",
        "berhenti", "brhenti", "brenti", "brhnti", "keluar", "kluar", "klr", "unreg",
        "ureg", "un reg", "UN REG", "BERHENTI!!!", "stop kak", "stop dong", "stop ya",
        "u n r e g", "berhenti mi", "stpo", "brehenti", "STOP STOP", NULL};

    (void)state;
    assert_all(texts, KEYWORD_STOP);
}

static void the_fields_spellings_of_no(void **state)
{
    static const char *const texts[] = {"tidak", "tdk", "gak", "ga", "g", "nggak",
        "ngga", "enggak", "gk", "nda", "ndak", "tida", "tidk", "kagak", "tidak mau",
        "tdk mau", "ga mau", "gak mau", "ga mau ikut dulu", "tidak kak", "TIDAK!",
        NULL};

    (void)state;
    assert_all(texts, KEYWORD_NO);
}

static void a_real_word_is_no_slip_of_a_keyword(void **state)
{
    static const char *const texts[] = {"kelar", "top", "sop", "stok", "step", "shop",
        "datar", "keluarga", "bantal", "terhenti", "bahaya", NULL};

    (void)state;
    assert_all(texts, KEYWORD_NONE);
}

static void a_sentence_is_no_keyword(void **state)
{
    static const char *const texts[] = {"jangan berhenti kirim ya kak",
        "saya mau berhenti sekolah karena mau dinikahkan", "stop kawin anak!!",
        "stop pernikahan dini", "batal", "mau keluar dari rumah tdk tahan",
        "sy mau nikah bln depan", "tdk mau ka dikasi nikah",
        "ada tetangga mau kasi nikah anaknya umur 15", "sdh nikah mi sy kak, 16 th",
        "dipukul trus sama bapak", "capek hidup mau mati sj",
        "uang panai sudah diterima org tua", "bapak bilang harus nurut, sabtu acaranya",
        "Ya allah kasihan", "tlg kirim ulang soal 3", "webinarnya jam brp",
        "lapor di desa X anak SMP mau nikah namanya Sari", "udah", "gak tau", "saya",
        "off dulu ya lg ujian", "stop sebut nama sy di grup", "B", "sy 14 th blh ikut?",
        "nikah muda itu sunnah kak", "c", "C. 19", "sembilan belas", "bnr", "slh",
        "dispensasi itu apa kak", "brp umur boleh nikah", "p", "wkwkwk",
        "assalamualaikum", "penipuan ini?", "pulsa murah cek bit.ly/x", "DAFTAR MAROS",
        "off", "cukup", "udah", "", "🙏", "tidak ada yang tahu", NULL};

    (void)state;
    assert_all(texts, KEYWORD_NONE);
}

static void a_sentence_that_says_only_stop_is_a_stop(void **state)
{
    static const char *const texts[] = {"udah jgn kirim sms lg",
        "sudah kak jangan kirim pesan lagi ya", "tolong jgn sms saya lagi",
        "jgn hubungi sy lg", "jangan ganggu saya", "STOP jgn kirim lagi",
        "mau berhenti langganan", "sy mau berhenti langganan kak", "berhenti kirim sms",
        "stop sms", "stop kirim2 pesan ke nomor ini", "ga mau dikirimi pesan lagi",
        "tdk mau terima sms ini lagi", "sy tdk mau ikut lagi", "gak usah kirim sms lg",
        "mau keluar dari grup", "keluarkan nomor sy dari daftar",
        "maaf, cukup. jangan kirim lagi", NULL};

    (void)state;
    assert_all(texts, KEYWORD_STOP);
}

static void a_stop_that_is_negated_or_says_more_is_none(void **state)
{
    static const char *const texts[] = {"jangan berhenti kirim ya kak",
        "jgn stop kirim sms", "jangan stop", "tidak mau berhenti kirim",
        "kapan berhenti kirim sms", "kenapa berhenti kirim pesan", "bukan stop sms",
        "jgn kirim teman sy lagi", "jangan kirim anak sy ke kota",
        "mau berhenti sekolah", "sy mau berhenti", "mau keluar dari rumah",
        "jangan lupa kirim sms lagi", "kirim lagi", "kirim sms lg kak",
        "stop kirim foto ke teman sy", "jangan ganggu adik saya", "salah nomor 3",
        "bukan salah nomor", "tidak salah nomor", "siapa ini", "sy salah jawab nomor 3",
        "salah", "hapus nomor teman sy", "jangan hapus nomor sy", "hapus jawaban sy",
        "stop nikah dini, bapak ibu lihat ini", "bapak sy baca hp ini", NULL};

    (void)state;
    assert_all(texts, KEYWORD_NONE);
}

static void a_wrong_number_says_so(void **state)
{
    static const char *const texts[] = {"salah nomor, siapa ini", "salah sambung",
        "maaf anda salah nomor", "Salah no kak!", "siapa ini? salah nomor",
        "slh nmr ki", NULL};

    (void)state;
    assert_all(texts, KEYWORD_WRONG_NUMBER);
}

static void who_wants_a_number_erased_says_so(void **state)
{
    static const char *const texts[] = {"hapus nomor sy", "tolong hapus no saya kak",
        "hapus data saya", "hapus sy dari daftar", "HAPUS", "hapus kak", "hps", NULL};

    (void)state;
    assert_all(texts, KEYWORD_ERASE);
}

static void a_stop_from_a_phone_that_others_read_is_told_apart(void **state)
{
    static const char *const texts[] = {"STOP jgn kirim lagi, bapak sy baca hp ini",
        "STOP jgn kirim lagi bapak sy baca hp ini", "stop, hp ini dipegang mama",
        "jgn kirim sms lg. ortu sy cek hp", NULL};

    (void)state;
    assert_all(texts, KEYWORD_STOP_WATCHED);
}

static void a_command_is_a_whole_message(void **state)
{
    static const char *const help[] = {"BANTU", "bantu kak", "Tolong!!", "tlg",
        "tolong sy kak", "b a n t u", "minta tolong", NULL};
    static const char *const pause[] = {
        "TUNDA", "tunda dulu kak", "tunda ya", "istirahat dulu", "ok tunda", NULL};
    static const char *const go_on[] = {
        "LANJUT", "lanjut dong", "lanjuuut", "ya lanjut", "sy mau lanjut", NULL};
    static const char *const discreet[] = {
        "SENYAP", "senyap ya kak", "s.e.n.y.a.p", NULL};

    (void)state;
    assert_all(help, KEYWORD_HELP);
    assert_all(pause, KEYWORD_PAUSE);
    assert_all(go_on, KEYWORD_CONTINUE);
    assert_all(discreet, KEYWORD_DISCREET);
}

static void a_command_takes_no_slips_and_no_part_of_a_message(void **state)
{
    static const char *const texts[] = {"bunda", "bahaya", "bantal", "tanda", "tuna",
        "lanjur", "lanut", "senap", "senyum", "halus", "hapis", "banntu", "bntua",
        "saya mau bantu", "bantu teman sy", "tolong jelaskan", "tunda nikah",
        "sy mau lanjut sekolah", "lanjut ke smp", "jangan tunda", "jgn hapus",
        "tidak lanjut", "tolong kirim lagi", "off dulu ya lg ujian", NULL};

    (void)state;
    assert_all(texts, KEYWORD_NONE);
}

static void a_yes_from_somebody_elses_phone_is_none(void **state)
{
    static const char *const shared[] = {"ya tapi ini hp mama", "ini hp bapak sy",
        "iya tapi hp ini dipakai bersama", "mau, tapi hp mama", "hp ini punya kakak sy",
        NULL};
    static const char *const none[] = {"hp mama hilang", "bapak sy baca hp ini",
        "ini hp baru", "hp", "mama", "ini mama", NULL};

    (void)state;
    assert_all(shared, KEYWORD_SHARED_PHONE);
    assert_all(none, KEYWORD_NONE);
}

static void a_slip_in_an_answer_is_forgiven_but_never_onto_a_word(void **state)
{
    static const struct {
        const char *text, *word;
        bool slip;
    } rows[] = {{"beanr", "benar", true}, {"bebar", "benar", true},
        {"benaar", "benar", true}, {"bnar", "benar", true}, {"salha", "salah", true},
        {"salh", "salah", true}, {"muali", "mulai", true}, {"besar", "benar", false},
        {"bentar", "benar", false}, {"salak", "salah", false},
        {"kalah", "salah", false}, {"mulia", "mulai", false}, {"benar", "benar", false},
        {"b", "benar", false}, {"bennra", "benar", false}, {"iku", "ikut", false},
        {"a", "b", false}, {"beanr sekali", "benar", false},
        {"keluar", "keluar", false}, {"tidk", "tidak", false},
        {"bensr1", "benar", false}, {"hadis", "hadir", false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (reply_is_slip(rows[i].text, rows[i].word, NULL) != rows[i].slip) {
            fail_msg("\"%s\" for \"%s\"", rows[i].text, rows[i].word);
        }
    }
}

static void who_agrees_may_say_who_it_is(void **state)
{
    static const char *const yes[] = {"iya sy mau ikut", "ya saya mau", "sy mau ikut",
        "iye mauka ikut", "ok aku ikut kak", "sy setuju", "saya bersedia", "saya mau",
        NULL};
    static const char *const none[] = {
        "ya sy", "saya", "sy mau nikah", "ya mama sy mau", NULL};

    (void)state;
    assert_all(yes, KEYWORD_YES);
    assert_all(none, KEYWORD_NONE);
}

struct join_row {
    const char *text, *code; /* code NULL: no join */
};

static void daftar_with_a_code_asks_to_join(void **state)
{
    static const struct join_row rows[] = {{"DAFTAR MAROS", "maros"},
        {"daftar maros kak", "maros"}, {"Daftar: Maros!", "maros"},
        {"dftr maros", "maros"}, {"dftar MRS-12", "mrs 12"}, {"reg maros ya", "maros"},
        {"dafatr maros", "maros"}, {"daftar toraja utara", "toraja utara"},
        {"DAFTAR", ""}, {"daftar kak", ""}, {"DAFTAR 🙏", ""}, {"datar maros", NULL},
        {"ya daftar", NULL}, {"mau daftar maros", NULL},
        {"daftar sekolah di mana itu", NULL}, {"tidak daftar maros", NULL}, {"", NULL},
        {"ya", NULL}, {"jangan daftar maros", NULL}, {"stop daftar", NULL}};
    char code[REPLY_CODE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool joins = reply_join(rows[i].text, code);

        if (joins != (rows[i].code != NULL) ||
            (joins && strcmp(code, rows[i].code) != 0)) {
            fail_msg("\"%s\": joins %d with \"%s\"", rows[i].text, joins, code);
        }
    }
}

struct agree_row {
    const char *text;
    int yes; /* 1, 0; -1: neither */
};

static void setuju_counts_only_with_its_code(void **state)
{
    static const struct agree_row rows[] = {{"SETUJU K7M2QX", 1}, {"setuju k7m2qx", 1},
        {"ya setuju K7M2QX pak", 1}, {"stuju k7m 2qx", 1}, {"kami setuju k7m2qx", 1},
        {"setju K7M-2QX", 1}, {"TIDAK K7M2QX", 0}, {"tdk setuju k7m2qx", 0},
        {"tidak setuju k7m2qx pak", 0}, {"ga k7m2qx", 0}, {"SETUJU", -1}, {"TIDAK", -1},
        {"ya", -1}, {"ya k7m2qx", -1}, {"k7m2qx", -1}, {"setuju k7m2", -1},
        {"belum setuju k7m2qx", -1}, {"jangan setuju k7m2qx", -1},
        {"setuju k7m2qx tapi tidak lama", -1}, {"anak saya setuju k7m2qx", -1}};
    char code[REPLY_CODE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool yes = false, found = reply_agree(rows[i].text, &yes, code);

        if (found != (rows[i].yes >= 0) || (found && yes != (rows[i].yes == 1)) ||
            (found && strcmp(code, "k7m2qx") != 0)) {
            fail_msg("\"%s\": %d, yes %d, code \"%s\"", rows[i].text, found, yes, code);
        }
    }
}

static void an_age_or_a_birth_year_is_read_as_people_write_it(void **state)
{
    static const struct {
        const char *text;
        int number;
    } rows[] = {{"15", 15}, {"2011", 2011}, {"umur 15", 15}, {"sy 15 tahun kak", 15},
        {"15th", 15}, {"lahir thn 2010", 2010}, {"Lahir 2010.", 2010},
        {"lima belas", 0}, {"2", 0}, {"200", 0}, {"15 16", 0},
        {"sy 14 th blh ikut?", 0}, {"12 juni 2011", 0}, {"3000", 0}, {"adik sy 15", 0},
        {"", 0}, {"1500ribu", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (reply_age(rows[i].text) != rows[i].number) {
            fail_msg("\"%s\" is %d", rows[i].text, reply_age(rows[i].text));
        }
    }
}

static void a_very_long_message_is_no_keyword(void **state)
{
    static char text[40000];

    (void)state;
    for (size_t i = 0; i + 3 < sizeof text; i += 3) {
        memcpy(text + i, "ya ", 3);
    }
    assert_int_equal(reply_keyword(text, NULL), KEYWORD_NONE);
}

static void a_campaign_adds_words_and_removes_none(void **state)
{
    char *yes[] = {"iyek"}, *no[] = {"stop", "de"}, *stop[] = {"cukup sudah"},
         *pause[] = {"istirahatka"};
    struct words words = {.added = {[KEYWORD_YES] = {yes, 1},
                              [KEYWORD_NO] = {no, 2},
                              [KEYWORD_STOP] = {stop, 1},
                              [KEYWORD_PAUSE] = {pause, 1}}};

    (void)state;
    assert_int_equal(reply_keyword("iyek", NULL), KEYWORD_NONE);
    assert_int_equal(reply_keyword("Iyek kak", &words), KEYWORD_YES);
    assert_int_equal(reply_keyword("de'", &words), KEYWORD_NO);
    assert_int_equal(reply_keyword("CUKUP SUDAH!", &words), KEYWORD_STOP);
    assert_int_equal(reply_keyword("stop", &words), KEYWORD_STOP);
    assert_int_equal(reply_keyword("Istirahatka!", &words), KEYWORD_PAUSE);
}

static void a_risk_cue_is_found_as_whole_words(void **state)
{
    char *risk[] = {"uang panai", "hamil"};
    struct words words = {.risk = {risk, 2}};

    (void)state;
    assert_true(reply_has_risk_cue("Uang PANAI sudah diterima", &words));
    assert_true(reply_has_risk_cue("teman hamil", &words));
    assert_false(reply_has_risk_cue("kehamilan", &words));
    assert_false(reply_has_risk_cue("uang saku", &words));
    assert_false(reply_has_risk_cue("hamil", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_punctuation_and_emoji_do_not_matter),
        cmocka_unit_test(an_apostrophe_inside_a_word_stays),
        cmocka_unit_test(letters_repeated_three_times_are_one),
        cmocka_unit_test(spaced_letters_are_a_word),
        cmocka_unit_test(a_text_is_cut_at_a_whole_character),
        cmocka_unit_test(particles_at_the_end_go_but_never_the_last_word),
        cmocka_unit_test(the_fields_spellings_of_yes),
        cmocka_unit_test(the_fields_spellings_of_stop),
        cmocka_unit_test(the_fields_spellings_of_no),
        cmocka_unit_test(a_real_word_is_no_slip_of_a_keyword),
        cmocka_unit_test(a_sentence_is_no_keyword),
        cmocka_unit_test(a_sentence_that_says_only_stop_is_a_stop),
        cmocka_unit_test(a_stop_that_is_negated_or_says_more_is_none),
        cmocka_unit_test(a_wrong_number_says_so),
        cmocka_unit_test(who_wants_a_number_erased_says_so),
        cmocka_unit_test(a_stop_from_a_phone_that_others_read_is_told_apart),
        cmocka_unit_test(a_command_is_a_whole_message),
        cmocka_unit_test(a_command_takes_no_slips_and_no_part_of_a_message),
        cmocka_unit_test(a_yes_from_somebody_elses_phone_is_none),
        cmocka_unit_test(a_slip_in_an_answer_is_forgiven_but_never_onto_a_word),
        cmocka_unit_test(who_agrees_may_say_who_it_is),
        cmocka_unit_test(daftar_with_a_code_asks_to_join),
        cmocka_unit_test(setuju_counts_only_with_its_code),
        cmocka_unit_test(an_age_or_a_birth_year_is_read_as_people_write_it),
        cmocka_unit_test(a_very_long_message_is_no_keyword),
        cmocka_unit_test(a_campaign_adds_words_and_removes_none),
        cmocka_unit_test(a_risk_cue_is_found_as_whole_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
