/* What people type as a phone number: accepted as what it is, or refused with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "content/phone.h"

static void assert_clean(const char *typed, const char *expected)
{
    char e164[PHONE_SIZE];
    struct err err = {0};

    if (phone_clean(typed, e164, &err) != 0) {
        fail_msg("%s was refused: %s", typed, err.text);
    }
    assert_string_equal(e164, expected);
}

static void assert_refused(const char *typed, const char *reason)
{
    char e164[PHONE_SIZE];
    struct err err = {0};

    if (phone_clean(typed, e164, &err) == 0) {
        fail_msg("%s was taken as %s", typed, e164);
    }
    assert_string_equal(e164, "");
    if (strstr(err.text, reason) == NULL) {
        fail_msg("%s: \"%s\" does not say \"%s\"", typed, err.text, reason);
    }
}

static void every_form_that_people_type_becomes_e164(void **state)
{
    static const char *const forms[] = {"0812-0000-7890", "0812 0000 7890",
        "0812.0000.7890", "(0812) 0000 7890", "0812/0000/7890", "6281200007890",
        "+62 812-0000-7890", "+62 0812-0000-7890", "62081200007890", "006281200007890",
        "81200007890", "'081200007890", " 081200007890 ", "wa.me/6281200007890",
        "https://wa.me/6281200007890?text=halo", "６２８１２００００７８９０", NULL};

    (void)state;
    for (int i = 0; forms[i] != NULL; i++) {
        assert_clean(forms[i], "+6281200007890");
    }
}

static void invisible_marks_of_a_copy_are_nothing(void **state)
{
    (void)state;
    assert_clean("\u202A+62 812\u20110000\u20117890\u202C", "+6281200007890");
    assert_clean("+62\u00A0812\u00A00000\u00A07890\u200B", "+6281200007890");
}

static void the_ranges_of_samples_and_loads_pass(void **state)
{
    (void)state;
    assert_clean("+62 812-0000-0001", "+6281200000001");
    assert_clean("+62 812-0999-9999", "+6281209999999");
}

static void a_spreadsheets_power_of_ten_has_lost_digits(void **state)
{
    (void)state;
    assert_refused("6.28123E+11", "lost its last digits");
    assert_refused("6,28123E+11", "lost its last digits");
    assert_refused("6.28123e11", "lost its last digits");
}

static void a_letter_for_a_digit_is_suggested_and_never_mended(void **state)
{
    (void)state;
    assert_refused("o81200007890", "if 081200007890 is meant");
    assert_refused("O8l200007890", "if 081200007890 is meant");
    assert_refused("0812ABCD7890", "letters");
}

static void a_channels_own_id_is_no_number(void **state)
{
    char e164[PHONE_SIZE];

    (void)state;
    assert_refused("ID.2035123456", "letters");
    assert_int_equal(phone_from_gateway("ID.6281200007890", e164), -1);
    assert_string_equal(e164, "");
}

static void two_numbers_in_a_place_are_refused(void **state)
{
    static const char *const pairs[] = {"081200000001 / 081200000002",
        "081200000001, 081200000002", "0812 0000 0001 0812 0000 0002",
        "+6281200000001+6281200000002", "081200000001 atau 081200000002", NULL};

    (void)state;
    for (int i = 0; pairs[i] != NULL; i++) {
        assert_refused(pairs[i], "there are two numbers");
    }
}

static void a_landline_gets_no_sms(void **state)
{
    (void)state;
    assert_refused("021-5550123", "landline");
    assert_refused("0411 555123", "landline");
    assert_refused("+62 401 312 3456", "landline");
}

static void lengths_have_limits(void **state)
{
    (void)state;
    assert_refused("08120000", "too short");
    assert_refused("+6281200000", "too short");
    assert_clean("+62812000000", "+62812000000");
    assert_clean("+62812000012345", "+62812000012345");
    assert_refused("+628120000123456", "too long");
    assert_refused(
        "0812000000012345678901234567890123456789012345678901234567890", "too long");
    assert_refused("", "no phone number");
    assert_refused(" - ", "no phone number");
}

static void an_unknown_prefix_stays_valid_but_084_does_not_exist(void **state)
{
    (void)state;
    assert_clean("0863 0000 0001", "+6286300000001");
    assert_refused("0840 0000 0001", "no mobile number");
}

static void a_foreign_mobile_needs_its_plus(void **state)
{
    char e164[PHONE_SIZE];

    (void)state;
    assert_clean("+60 12-345 6789", "+60123456789");
    assert_refused("60123456789", "which country");
    assert_refused("+999 1234567", "no country");
    assert_int_equal(phone_from_gateway("60123456789", e164), 0);
    assert_string_equal(e164, "+60123456789");
}

static void a_gateways_forms_are_the_same_number(void **state)
{
    static const char *const forms[] = {
        "6281200007890", "+6281200007890", "081200007890", "006281200007890", NULL};
    char e164[PHONE_SIZE];

    (void)state;
    for (int i = 0; forms[i] != NULL; i++) {
        assert_int_equal(phone_from_gateway(forms[i], e164), 0);
        assert_string_equal(e164, "+6281200007890");
    }
    assert_int_equal(phone_from_gateway("TELKOMSEL", e164), -1);
    assert_int_equal(phone_from_gateway("2323", e164), -1);
}

static void nine_and_twelve_digits_are_odd(void **state)
{
    (void)state;
    assert_true(phone_is_odd_length("+62812000001"));
    assert_false(phone_is_odd_length("+6281200000001"));
    assert_true(phone_is_odd_length("+62812000000001"));
    assert_false(phone_is_odd_length("+60123456789"));
    assert_false(phone_is_odd_length(""));
}

static void a_mask_shows_two_digits(void **state)
{
    char out[PHONE_SIZE];

    (void)state;
    phone_mask("+6281200000001", out);
    assert_string_equal(out, "+62 …01");
    phone_mask("+60123456789", out);
    assert_string_equal(out, "+…89");
    phone_mask("+62", out);
    assert_string_equal(out, "…");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_that_people_type_becomes_e164),
        cmocka_unit_test(invisible_marks_of_a_copy_are_nothing),
        cmocka_unit_test(the_ranges_of_samples_and_loads_pass),
        cmocka_unit_test(a_spreadsheets_power_of_ten_has_lost_digits),
        cmocka_unit_test(a_letter_for_a_digit_is_suggested_and_never_mended),
        cmocka_unit_test(a_channels_own_id_is_no_number),
        cmocka_unit_test(two_numbers_in_a_place_are_refused),
        cmocka_unit_test(a_landline_gets_no_sms),
        cmocka_unit_test(lengths_have_limits),
        cmocka_unit_test(an_unknown_prefix_stays_valid_but_084_does_not_exist),
        cmocka_unit_test(a_foreign_mobile_needs_its_plus),
        cmocka_unit_test(a_gateways_forms_are_the_same_number),
        cmocka_unit_test(nine_and_twelve_digits_are_odd),
        cmocka_unit_test(a_mask_shows_two_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
