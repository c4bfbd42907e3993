/* What a whole reply means: the field's spellings, and the sentences that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "content/reply.h"

static const char *const NAMES[] = {"none", "yes", "no", "stop"};

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
        "stop pernikahan dini", "STOP jgn kirim lagi, bapak sy baca hp ini", "batal",
        "mau keluar dari rumah tdk tahan", "sy mau nikah bln depan", "saya mau",
        "tdk mau ka dikasi nikah", "ada tetangga mau kasi nikah anaknya umur 15",
        "sdh nikah mi sy kak, 16 th", "dipukul trus sama bapak",
        "capek hidup mau mati sj", "uang panai sudah diterima org tua",
        "bapak bilang harus nurut, sabtu acaranya", "BANTU", "tolong",
        "Ya allah kasihan", "ya tapi ini hp mama", "off dulu ya lg ujian",
        "stop sebut nama sy di grup", "B", "sy 14 th blh ikut?",
        "nikah muda itu sunnah kak", "c", "C. 19", "sembilan belas", "bnr", "slh",
        "dispensasi itu apa kak", "brp umur boleh nikah", "p", "wkwkwk",
        "assalamualaikum", "penipuan ini?", "pulsa murah cek bit.ly/x", "DAFTAR MAROS",
        "udah jgn kirim sms lg", "salah nomor, siapa ini", "hapus nomor sy", "off",
        "cukup", "udah", "hapus", "", "🙏", "tidak ada yang tahu", NULL};

    (void)state;
    assert_all(texts, KEYWORD_NONE);
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
    char *yes[] = {"iyek"}, *no[] = {"stop", "de"}, *stop[] = {"cukup sudah"};
    struct words words = {
        .yes = yes, .yes_n = 1, .no = no, .no_n = 2, .stop = stop, .stop_n = 1};

    (void)state;
    assert_int_equal(reply_keyword("iyek", NULL), KEYWORD_NONE);
    assert_int_equal(reply_keyword("Iyek kak", &words), KEYWORD_YES);
    assert_int_equal(reply_keyword("de'", &words), KEYWORD_NO);
    assert_int_equal(reply_keyword("CUKUP SUDAH!", &words), KEYWORD_STOP);
    assert_int_equal(reply_keyword("stop", &words), KEYWORD_STOP);
}

static void a_risk_cue_is_found_as_whole_words(void **state)
{
    char *risk[] = {"uang panai", "hamil"};
    struct words words = {.risk = risk, .risk_n = 2};

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
        cmocka_unit_test(a_very_long_message_is_no_keyword),
        cmocka_unit_test(a_campaign_adds_words_and_removes_none),
        cmocka_unit_test(a_risk_cue_is_found_as_whole_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
