/* Lines for a terminal that is too narrow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "cli/fit.h"

static void assert_fitted(const char *text, int width, const char *expected)
{
    struct buf out;

    buf_init(&out, 4096);
    fit_lines(text, width, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_fini(&out);
}

static void a_line_that_fits_is_not_changed(void **state)
{
    (void)state;
    assert_fitted("id  name\n 1  Sari\n\nlast", 20, "id  name\n 1  Sari\n\nlast");
}

static void a_tables_last_column_is_broken_under_itself(void **state)
{
    (void)state;
    assert_fitted(" 11  refused  one two three four five six seven\n", 41,
        " 11  refused  one two three four five six\n"
        "              seven\n");
}

static void prose_is_set_in_by_two(void **state)
{
    (void)state;
    assert_fitted("  one two three\n", 11, "  one two\n    three\n");
}

static void a_rule_is_cut(void **state)
{
    (void)state;
    assert_fitted("────────\n", 3, "───\n");
}

static void a_long_word_stays_whole(void **state)
{
    (void)state;
    assert_fitted("a 1-1370-RwCJPrTpM2fW b\n", 8, "a 1-1370-RwCJPrTpM2fW\n  b\n");
}

static void cells_are_counted_and_not_bytes(void **state)
{
    (void)state;
    assert_fitted("+62 …11 …12 …13\n", 15, "+62 …11 …12 …13\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_fits_is_not_changed),
        cmocka_unit_test(a_tables_last_column_is_broken_under_itself),
        cmocka_unit_test(prose_is_set_in_by_two),
        cmocka_unit_test(a_rule_is_cut),
        cmocka_unit_test(a_long_word_stays_whole),
        cmocka_unit_test(cells_are_counted_and_not_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
