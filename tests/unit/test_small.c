/*
 * Small counts are hidden, and no printed number tells them: by trying every table that
 * the printed one could stand for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/small.h"

enum { ROWS_MAX = 4, COLUMNS_MAX = 3, CELLS_MAX = ROWS_MAX * COLUMNS_MAX, MOST = 9 };

/* A table, and what can be known of it. */
struct known {
    size_t rows, columns;
    enum small_totals row_totals, column_totals;
    int64_t counts[CELLS_MAX];
    struct small *small;
    /* Of every table that fits: the least and the most of each hidden count. */
    int64_t least[ROWS_MAX + 1][COLUMNS_MAX + 1], most[ROWS_MAX + 1][COLUMNS_MAX + 1];
    int64_t tried[CELLS_MAX];
};

/* May that number stand behind what is printed? */
static bool fits(const struct known *known, size_t row, size_t column, int64_t number)
{
    int64_t count = small_count(known->small, row, column);

    switch (small_mark(known->small, row, column)) {
    case SMALL_SHOWN:
        return number == count;
    case SMALL_FEW:
        return number <= 4;
    case SMALL_HIDDEN:
        return number >= 5;
    }
    return false;
}

static bool totals_fit(const struct known *known, int64_t sums[][COLUMNS_MAX + 1])
{
    for (size_t row = 0; row <= known->rows; row++) {
        for (size_t column = 0; column <= known->columns; column++) {
            bool of_row = column == known->columns, of_column = row == known->rows;
            bool printed = (!of_row || known->row_totals != SMALL_NO_TOTAL) &&
                           (!of_column || known->column_totals != SMALL_NO_TOTAL);

            if ((of_row || of_column) && printed &&
                !fits(known, row, column, sums[row][column])) {
                return false;
            }
        }
    }
    return true;
}

static void note(struct known *known)
{
    int64_t sums[ROWS_MAX + 1][COLUMNS_MAX + 1] = {{0}};

    for (size_t i = 0; i < known->rows * known->columns; i++) {
        size_t row = i / known->columns, column = i % known->columns;
        int64_t number = known->tried[i];

        sums[row][column] = number;
        sums[row][known->columns] += number;
        sums[known->rows][column] += number;
        sums[known->rows][known->columns] += number;
    }
    if (!totals_fit(known, sums)) {
        return;
    }
    for (size_t row = 0; row <= known->rows; row++) {
        for (size_t column = 0; column <= known->columns; column++) {
            int64_t number = sums[row][column];

            known->least[row][column] =
                number < known->least[row][column] ? number : known->least[row][column];
            known->most[row][column] =
                number > known->most[row][column] ? number : known->most[row][column];
        }
    }
}

static void try_all(struct known *known, size_t cell)
{
    if (cell == known->rows * known->columns) {
        note(known);
        return;
    }
    for (int64_t number = 0; number <= MOST + 1; number++) {
        if (fits(known, cell / known->columns, cell % known->columns, number)) {
            known->tried[cell] = number;
            try_all(known, cell + 1);
        }
    }
}

static void assert_nothing_told(struct known *known)
{
    for (size_t row = 0; row <= known->rows; row++) {
        for (size_t column = 0; column <= known->columns; column++) {
            known->least[row][column] = INT64_MAX;
            known->most[row][column] = INT64_MIN;
        }
    }
    try_all(known, 0);
    for (size_t row = 0; row <= known->rows; row++) {
        for (size_t column = 0; column <= known->columns; column++) {
            int64_t count = small_count(known->small, row, column);
            enum small_mark mark = small_mark(known->small, row, column);
            bool total = row == known->rows || column == known->columns;

            assert_true(total || count == 0 || count > 4 || mark == SMALL_FEW);
            if (mark == SMALL_FEW && count > 0) {
                assert_true(known->least[row][column] < known->most[row][column]);
            }
        }
    }
}

static bool hide(struct known *known)
{
    known->small =
        small_new(known->rows, known->columns, known->row_totals, known->column_totals);
    for (size_t i = 0; i < known->rows * known->columns; i++) {
        small_add(
            known->small, i / known->columns, i % known->columns, known->counts[i]);
    }
    return small_hide(known->small);
}

static int64_t draw(uint32_t *seed, int64_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (int64_t)(*seed >> 8) % below;
}

/* A few cells hold much, most of them little: what districts look like. */
static struct known any_table(uint32_t *seed)
{
    struct known known = {
        .rows = (size_t)draw(seed, 3) + 1,
        .columns = (size_t)draw(seed, 2) + 1,
        .row_totals = (enum small_totals)draw(seed, 3),
        .column_totals = (enum small_totals)draw(seed, 3),
    };

    if (known.columns == 1) {
        known.rows += (size_t)draw(seed, 2);
    }
    for (size_t i = 0; i < known.rows * known.columns; i++) {
        known.counts[i] = draw(seed, 3) == 0 ? 0 : draw(seed, MOST + 1);
    }
    return known;
}

static void no_printed_number_tells_a_hidden_one(void **state)
{
    uint32_t seed = 19;
    int hidden = 0, nothing = 0;

    (void)state;
    for (int i = 0; i < 6000; i++) {
        struct known known = any_table(&seed);

        if (hide(&known)) {
            assert_nothing_told(&known);
            hidden++;
        } else {
            assert_true(known.row_totals == SMALL_TOTAL_KNOWN ||
                        known.column_totals == SMALL_TOTAL_KNOWN);
            nothing++;
        }
        small_free(known.small);
    }
    assert_true(hidden > 5000 && nothing < 1000);
}

static const char *word(const struct known *known, size_t row, size_t column)
{
    const char *text = small_word(small_mark(known->small, row, column));

    return text == NULL ? "shown" : text;
}

static void a_second_cell_is_hidden_where_a_total_would_tell_the_first(void **state)
{
    struct known known = {.rows = 3,
        .columns = 1,
        .column_totals = SMALL_TOTAL_KNOWN,
        .counts = {3, 20, 9}};

    (void)state;
    assert_true(hide(&known));
    assert_string_equal(word(&known, 0, 0), "<5");
    assert_string_equal(word(&known, 1, 0), "shown");
    assert_string_equal(word(&known, 2, 0), "*");
    assert_string_equal(word(&known, 3, 0), "shown");
    small_free(known.small);
}

static void a_none_hides_the_only_few_of_a_known_total(void **state)
{
    struct known known = {.rows = 3,
        .columns = 1,
        .column_totals = SMALL_TOTAL_KNOWN,
        .counts = {0, 3, 0}};

    (void)state;
    assert_true(hide(&known));
    assert_string_equal(word(&known, 1, 0), "<5");
    assert_int_not_equal(small_mark(known.small, 0, 0) == SMALL_FEW,
        small_mark(known.small, 2, 0) == SMALL_FEW);
    small_free(known.small);
}

/* 1 and 5 make 6: with "*" for no less than five, only a none could stand for the 1. */
static void a_five_is_no_cover_for_a_one(void **state)
{
    struct known known = {.rows = 2,
        .columns = 3,
        .row_totals = SMALL_TOTAL,
        .column_totals = SMALL_TOTAL_KNOWN,
        .counts = {5, 1, 9, 9, 9, 9}};

    (void)state;
    assert_true(hide(&known));
    assert_string_equal(word(&known, 0, 0), "shown");
    assert_string_equal(word(&known, 0, 1), "<5");
    assert_string_equal(word(&known, 0, 2), "*");
    small_free(known.small);
}

static void what_is_large_enough_is_shown(void **state)
{
    struct known known = {.rows = 2,
        .columns = 2,
        .row_totals = SMALL_TOTAL,
        .column_totals = SMALL_TOTAL,
        .counts = {5, 0, 12, 7}};

    (void)state;
    assert_true(hide(&known));
    for (size_t row = 0; row <= 2; row++) {
        for (size_t column = 0; column <= 2; column++) {
            assert_string_equal(word(&known, row, column), "shown");
        }
    }
    small_free(known.small);
}

static void an_amount_is_hidden_with_the_count_that_it_would_tell(void **state)
{
    struct small *small = small_new(3, 1, SMALL_NO_TOTAL, SMALL_TOTAL_KNOWN);

    (void)state;
    small_amounts(small);
    small_add(small, 0, 0, 2);
    small_add(small, 1, 0, 40);
    small_add(small, 2, 0, 7);
    small_conceal(small, 1, 0);
    assert_true(small_hide(small));
    assert_int_equal(small_mark(small, 0, 0), SMALL_HIDDEN);
    assert_int_equal(small_mark(small, 1, 0), SMALL_HIDDEN);
    assert_int_equal(small_mark(small, 2, 0), SMALL_SHOWN);
    small_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_printed_number_tells_a_hidden_one),
        cmocka_unit_test(a_second_cell_is_hidden_where_a_total_would_tell_the_first),
        cmocka_unit_test(a_none_hides_the_only_few_of_a_known_total),
        cmocka_unit_test(a_five_is_no_cover_for_a_one),
        cmocka_unit_test(what_is_large_enough_is_shown),
        cmocka_unit_test(an_amount_is_hidden_with_the_count_that_it_would_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
