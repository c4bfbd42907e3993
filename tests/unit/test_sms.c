/* How many SMS parts a text takes, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "content/sms.h"

/* n times the piece, then the tail; owned by the caller. */
static char *repeat(const char *piece, int n, const char *tail)
{
    struct buf buf;

    buf_init(&buf, 100000);
    for (int i = 0; i < n; i++) {
        buf_add_text(&buf, piece);
    }
    buf_add_text(&buf, tail);
    return buf_take(&buf);
}

static void assert_size(
    const char *piece, int n, const char *tail, bool unicode, int units, int parts)
{
    char *text = repeat(piece, n, tail);
    struct sms_size size = sms_measure(text);

    assert_int_equal(size.unicode, unicode);
    assert_int_equal(size.units, units);
    assert_int_equal(size.parts, parts);
    free(text);
}

static void an_empty_text_is_one_part(void **state)
{
    (void)state;
    assert_size("", 0, "", false, 0, 1);
}

static void gsm_holds_160_alone_and_153_a_part(void **state)
{
    (void)state;
    assert_size("a", 160, "", false, 160, 1);
    assert_size("a", 161, "", false, 161, 2);
    assert_size("a", 306, "", false, 306, 2);
    assert_size("a", 307, "", false, 307, 3);
}

static void an_escaped_character_costs_two(void **state)
{
    (void)state;
    assert_size("€", 80, "", false, 160, 1);
    assert_size("", 0, "^{}[]~\\|€", false, 18, 1);
}

static void an_escape_pair_never_straddles_two_parts(void **state)
{
    (void)state;
    /* 152 + pair: the pair goes into part two, so 152 + 2 + 152 needs a third. */
    char *first = repeat("a", 152, "€");
    char *text = repeat("a", 0, first);
    struct buf buf;

    buf_init(&buf, 1000);
    buf_add_text(&buf, text);
    for (int i = 0; i < 151; i++) {
        buf_add_char(&buf, 'a');
    }
    assert_int_equal(sms_measure(buf_text(&buf)).units, 305);
    assert_int_equal(sms_measure(buf_text(&buf)).parts, 2);
    buf_add_char(&buf, 'a');
    assert_int_equal(sms_measure(buf_text(&buf)).units, 306);
    assert_int_equal(sms_measure(buf_text(&buf)).parts, 3);
    buf_fini(&buf);
    free(first);
    free(text);
}

static void ucs2_holds_70_alone_and_67_a_part(void **state)
{
    (void)state;
    assert_size("ç", 70, "", true, 70, 1);
    assert_size("ç", 71, "", true, 71, 2);
    assert_size("ç", 134, "", true, 134, 2);
    assert_size("ç", 135, "", true, 135, 3);
}

static void a_surrogate_pair_never_straddles_two_parts(void **state)
{
    char *text;

    (void)state;
    assert_size("🙏", 35, "", true, 70, 1);
    /* 66 and a pair: one place of each part stays empty. */
    text = repeat("a", 66, "🙏🙏");
    assert_int_equal(sms_measure(text).parts, 1);
    free(text);
    text = repeat("🙏", 67, "");
    assert_int_equal(sms_measure(text).units, 134);
    assert_int_equal(sms_measure(text).parts, 3);
    free(text);
}

static void the_alphabet_is_gsm_0338s(void **state)
{
    static const char *const plain[] = {"@£$¥èéùìòÇØøÅå_ΔΦΓΛΩΠΨΣΘΞÆæßÉ",
        " !\"#¤%&'()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà\n\r", NULL};
    static const char *const wide[] = {
        "`", "ç", "’", "“", "–", "…", "\xC2\xA0", "\t", "á", "ê", "α", "🙏", NULL};

    (void)state;
    for (int i = 0; plain[i] != NULL; i++) {
        assert_false(sms_measure(plain[i]).unicode);
    }
    for (int i = 0; wide[i] != NULL; i++) {
        assert_true(sms_measure(wide[i]).unicode);
    }
}

static void the_first_wide_character_is_named_with_its_place(void **state)
{
    struct sms_size size = sms_measure("Jum’at, iye’ 🙏");

    (void)state;
    assert_int_equal(size.first_wide, 0x2019);
    assert_int_equal(size.first_wide_at, 3);
    size = sms_measure("é🙏");
    assert_int_equal(size.first_wide, 0x1F64F);
    assert_int_equal(size.first_wide_at, 1);
}

static void a_broken_sequence_counts_as_one_replacement(void **state)
{
    struct sms_size size = sms_measure("a\xFFz");

    (void)state;
    assert_true(size.unicode);
    assert_int_equal(size.first_wide, 0xFFFD);
    assert_int_equal(size.units, 3);
}

static void typographic_characters_have_plain_forms(void **state)
{
    (void)state;
    assert_string_equal(sms_plain_form(0x2019), "'");
    assert_string_equal(sms_plain_form(0x201C), "\"");
    assert_string_equal(sms_plain_form(0x2014), "-");
    assert_string_equal(sms_plain_form(0x2026), "...");
    assert_string_equal(sms_plain_form(0xA0), " ");
    assert_null(sms_plain_form(0x1F64F));
}

/* A piece of text with what it takes on the wire, in the test's own words. */
struct piece {
    const char *text;
    int septets; /* 0: it is not GSM-7 */
    int units;   /* of UTF-16 */
};

static const struct piece PIECES[] = {{"a", 1, 1}, {"Z", 1, 1}, {" ", 1, 1},
    {"é", 1, 1}, {"@", 1, 1}, {"{", 2, 1}, {"~", 2, 1}, {"€", 2, 1}, {"’", 0, 1},
    {"🙏", 0, 2}};
enum { PIECES_N = sizeof PIECES / sizeof PIECES[0], GSM_PIECES_N = 8 };

/* Lays the pieces into parts one unit after another, going back to the start of a piece
 * when a part ends within it. */
static int lay_out(const int *sizes, int n, int alone, int part)
{
    int total = 0, parts = 1, at = 0;

    for (int i = 0; i < n; i++) {
        total += sizes[i];
    }
    if (total <= alone) {
        return 1;
    }
    for (int i = 0; i < n; i++) {
        for (int unit = 0; unit < sizes[i]; unit++) {
            if (at == part) { /* the whole piece begins the next part */
                parts++;
                at = 0;
                unit = 0;
            }
            at++;
        }
    }
    return parts;
}

static void random_texts_take_as_many_parts_as_an_independent_count(void **state)
{
    unsigned seed = 20261125;

    (void)state;
    for (int run = 0; run < 20000; run++) {
        int septets[400], units[400], n, total = 0;
        bool wide = false;
        struct sms_size size;
        struct buf text;

        seed = seed * 1103515245u + 12345u;
        n = (int)(seed >> 16) % 400;
        buf_init(&text, 4000);
        for (int i = 0; i < n; i++) {
            const struct piece *piece;

            seed = seed * 1103515245u + 12345u;
            piece = &PIECES[(seed >> 16) % (run % 2 == 0 ? GSM_PIECES_N : PIECES_N)];
            buf_add_text(&text, piece->text);
            septets[i] = piece->septets;
            units[i] = piece->units;
            wide = wide || piece->septets == 0;
        }
        size = sms_measure(buf_text(&text));
        assert_int_equal(size.unicode, wide);
        for (int i = 0; i < n; i++) {
            total += wide ? units[i] : septets[i];
        }
        assert_int_equal(size.units, total);
        assert_int_equal(size.parts,
            wide ? lay_out(units, n, 70, 67) : lay_out(septets, n, 160, 153));
        buf_fini(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_text_is_one_part),
        cmocka_unit_test(gsm_holds_160_alone_and_153_a_part),
        cmocka_unit_test(an_escaped_character_costs_two),
        cmocka_unit_test(an_escape_pair_never_straddles_two_parts),
        cmocka_unit_test(ucs2_holds_70_alone_and_67_a_part),
        cmocka_unit_test(a_surrogate_pair_never_straddles_two_parts),
        cmocka_unit_test(the_alphabet_is_gsm_0338s),
        cmocka_unit_test(the_first_wide_character_is_named_with_its_place),
        cmocka_unit_test(a_broken_sequence_counts_as_one_replacement),
        cmocka_unit_test(typographic_characters_have_plain_forms),
        cmocka_unit_test(random_texts_take_as_many_parts_as_an_independent_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
