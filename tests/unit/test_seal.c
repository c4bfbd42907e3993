/*
 * test_seal.c: what only a focal person may read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/option.h"
#include "care/seal.h"

/* A pair as init makes it, and the list of one that a config holds. */
struct pair {
    char public[SEAL_KEY_TEXT], secret[SEAL_KEY_TEXT];
};

static const char words[] = "bapak bilang harus nurut, sabtu acaranya \xF0\x9F\x98\xA2";

static struct seal_keys keys_of(char **items, size_t n)
{
    struct option_list list = {items, n};
    struct seal_keys keys;
    struct err err = {0};

    assert_int_equal(seal_keys_parse(&list, &keys, &err), 0);
    assert_int_equal(keys.n, n);
    return keys;
}

static char *open_with(
    const char *secret, const unsigned char *bytes, size_t length, struct err *err)
{
    unsigned char key[SEAL_KEY_BYTES];

    assert_int_equal(seal_secret_parse(secret, key, err), 0);
    return seal_open(key, bytes, length, err);
}

static void assert_refused(char **items, size_t n, const char *words_of_reason)
{
    struct option_list list = {items, n};
    struct seal_keys keys;
    struct err err = {0};

    assert_int_equal(seal_keys_parse(&list, &keys, &err), -1);
    assert_int_equal(err.code, ERR_REFUSED);
    assert_non_null(strstr(err.text, words_of_reason));
}

static void each_focal_person_can_open_it(void **state)
{
    struct pair pairs[3];
    char *items[3];
    struct seal_keys keys;
    unsigned char *bytes;
    size_t length;

    (void)state;
    for (int i = 0; i < 3; i++) {
        seal_pair(pairs[i].public, pairs[i].secret);
        items[i] = pairs[i].public;
    }
    keys = keys_of(items, 3);
    bytes = seal_text(&keys, words, &length);
    for (int i = 0; i < 3; i++) {
        struct err err = {0};
        char *text = open_with(pairs[i].secret, bytes, length, &err);

        assert_non_null(text);
        assert_string_equal(text, words);
        free(text);
    }
    free(bytes);
}

static void nobody_else_can(void **state)
{
    struct pair focal, other;
    char *items[] = {focal.public};
    struct seal_keys keys;
    unsigned char *bytes;
    size_t length;
    struct err err = {0};

    (void)state;
    seal_pair(focal.public, focal.secret);
    seal_pair(other.public, other.secret);
    keys = keys_of(items, 1);
    bytes = seal_text(&keys, words, &length);
    assert_null(memmem(bytes, length, "sabtu", 5));
    assert_null(open_with(other.secret, bytes, length, &err));
    assert_non_null(strstr(err.text, "other keys"));
    /* Not even with the entry renamed to the other's key. */
    err.text[0] = '\0';
    keys = keys_of((char *[]){other.public}, 1);
    memcpy(bytes + 2, keys.list[0], 8);
    assert_null(open_with(other.secret, bytes, length, &err));
    assert_non_null(strstr(err.text, "damaged"));
    free(bytes);
}

static void the_same_text_is_sealed_differently_each_time(void **state)
{
    struct pair focal;
    char *items[] = {focal.public};
    struct seal_keys keys;
    unsigned char *one, *other;
    size_t length, other_length;

    (void)state;
    seal_pair(focal.public, focal.secret);
    keys = keys_of(items, 1);
    one = seal_text(&keys, words, &length);
    other = seal_text(&keys, words, &other_length);
    assert_int_equal(length, other_length);
    assert_memory_not_equal(one + 2 + 8, other + 2 + 8, length - 10);
    free(one);
    free(other);
}

static void a_changed_bit_anywhere_is_noticed(void **state)
{
    struct pair focal;
    char *items[] = {focal.public};
    struct seal_keys keys;
    unsigned char *bytes;
    size_t length;

    (void)state;
    seal_pair(focal.public, focal.secret);
    keys = keys_of(items, 1);
    bytes = seal_text(&keys, "takut", &length);
    for (size_t i = 0; i < length; i++) {
        struct err err = {0};

        bytes[i] ^= 0x10;
        assert_null(open_with(focal.secret, bytes, length, &err));
        assert_int_equal(err.code, ERR_REFUSED);
        bytes[i] ^= 0x10;
    }
    free(bytes);
}

static void a_cut_text_is_refused_at_every_length(void **state)
{
    struct pair focal;
    char *items[] = {focal.public};
    struct seal_keys keys;
    unsigned char *bytes;
    size_t length;

    (void)state;
    seal_pair(focal.public, focal.secret);
    keys = keys_of(items, 1);
    bytes = seal_text(&keys, "takut", &length);
    for (size_t n = 0; n < length; n++) {
        struct err err = {0};
        unsigned char *cut = malloc(n + 1);

        memcpy(cut, bytes, n);
        cut = realloc(cut, n == 0 ? 1 : n);
        assert_null(open_with(focal.secret, cut, n, &err));
        free(cut);
    }
    free(bytes);
}

static void an_empty_text_is_a_text(void **state)
{
    struct pair focal;
    char *items[] = {focal.public}, *text;
    struct seal_keys keys;
    unsigned char *bytes;
    size_t length;
    struct err err = {0};

    (void)state;
    seal_pair(focal.public, focal.secret);
    keys = keys_of(items, 1);
    bytes = seal_text(&keys, "", &length);
    text = open_with(focal.secret, bytes, length, &err);
    assert_string_equal(text, "");
    free(text);
    free(bytes);
}

static void a_config_without_a_key_is_an_empty_set(void **state)
{
    struct option_list none = {NULL, 0};
    struct seal_keys keys;
    struct err err = {0};

    (void)state;
    assert_int_equal(seal_keys_parse(&none, &keys, &err), 0);
    assert_int_equal(keys.n, 0);
}

/* The bytes of a new public key. */
static void new_key(unsigned char key[SEAL_KEY_BYTES])
{
    unsigned char secret[SEAL_KEY_BYTES];

    seal_pair_bytes(key, secret);
}

static void a_key_that_is_there_already_is_kept_once(void **state)
{
    unsigned char key[SEAL_KEY_BYTES];
    struct seal_keys keys = {0};
    struct err err = {0};

    (void)state;
    new_key(key);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(seal_keys_add(&keys, key, &err), 0);
        assert_int_equal(keys.n, 1);
        assert_true(seal_keys_has(&keys, key));
    }
    new_key(key);
    assert_false(seal_keys_has(&keys, key));
}

static void one_key_too_many_is_refused_and_changes_nothing(void **state)
{
    unsigned char key[SEAL_KEY_BYTES];
    struct seal_keys keys = {0};
    struct err err = {0};

    (void)state;
    for (int i = 0; i < SEAL_KEYS_MAX; i++) {
        new_key(key);
        assert_int_equal(seal_keys_add(&keys, key, &err), 0);
    }
    assert_int_equal(seal_keys_add(&keys, key, &err), 0); /* it is there */
    new_key(key);
    assert_int_equal(seal_keys_add(&keys, key, &err), -1);
    assert_int_equal(keys.n, SEAL_KEYS_MAX);
    assert_false(seal_keys_has(&keys, key));
}

static void a_key_that_nothing_can_be_sealed_to_is_not_added(void **state)
{
    unsigned char weak[SEAL_KEY_BYTES] = {0};
    struct seal_keys keys = {0};
    struct err err = {0};

    (void)state;
    assert_int_equal(seal_keys_add(&keys, weak, &err), -1);
    assert_int_equal(keys.n, 0);
}

static void a_text_tells_whose_it_is_and_no_cut_one_is_anybodys(void **state)
{
    unsigned char key[SEAL_KEY_BYTES], secret[SEAL_KEY_BYTES], other[SEAL_KEY_BYTES];
    struct seal_keys keys = {0};
    struct err err = {0};
    unsigned char *bytes;
    size_t length, head = 2 + 2 * 88;

    (void)state;
    seal_pair_bytes(key, secret);
    new_key(other);
    seal_keys_add(&keys, other, &err);
    seal_keys_add(&keys, key, &err);
    bytes = seal_text(&keys, words, &length);
    assert_true(seal_is_for(bytes, length, key));
    assert_true(seal_is_for(bytes, length, other));
    for (size_t n = 0; n < head; n++) {
        assert_false(seal_is_for(bytes, n, key));
    }
    new_key(other);
    assert_false(seal_is_for(bytes, length, other));
    free(bytes);
}

static void the_public_half_follows_from_the_secret_one(void **state)
{
    unsigned char key[SEAL_KEY_BYTES], secret[SEAL_KEY_BYTES], again[SEAL_KEY_BYTES];

    (void)state;
    seal_pair_bytes(key, secret);
    seal_public(secret, again);
    assert_memory_equal(key, again, SEAL_KEY_BYTES);
}

static void a_wiped_secret_is_gone(void **state)
{
    unsigned char secret[SEAL_KEY_BYTES], key[SEAL_KEY_BYTES];
    static const unsigned char nothing[SEAL_KEY_BYTES];

    (void)state;
    seal_lock(secret, sizeof secret);
    seal_pair_bytes(key, secret);
    seal_wipe(secret, sizeof secret);
    assert_memory_equal(secret, nothing, sizeof secret);
}

static void a_key_of_another_shape_is_refused(void **state)
{
    char half[] = "c2hvcnQ=", letters[] = "not a key at all!";
    /* The point that gives every pair the same secret. */
    char weak[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    char *wrong[] = {half, letters, weak};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_refused(&wrong[i], 1, "number 1 is no public key");
    }
}

static void a_key_given_twice_is_refused(void **state)
{
    struct pair focal;
    char *items[] = {focal.public, focal.public};

    (void)state;
    seal_pair(focal.public, focal.secret);
    assert_refused(items, 2, "the same key");
}

static void more_keys_than_there_is_room_for_are_refused(void **state)
{
    char *items[SEAL_KEYS_MAX + 1];
    struct pair focal;

    (void)state;
    seal_pair(focal.public, focal.secret);
    for (size_t i = 0; i < SEAL_KEYS_MAX + 1; i++) {
        items[i] = focal.public;
    }
    assert_refused(items, SEAL_KEYS_MAX + 1, "are the most");
}

static void a_wrong_secret_key_is_not_repeated_in_the_complaint(void **state)
{
    unsigned char secret[SEAL_KEY_BYTES];
    struct err err = {0};

    (void)state;
    assert_int_equal(seal_secret_parse("c2VjcmV0", secret, &err), -1);
    assert_null(strstr(err.text, "c2VjcmV0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_focal_person_can_open_it),
        cmocka_unit_test(nobody_else_can),
        cmocka_unit_test(the_same_text_is_sealed_differently_each_time),
        cmocka_unit_test(a_changed_bit_anywhere_is_noticed),
        cmocka_unit_test(a_cut_text_is_refused_at_every_length),
        cmocka_unit_test(an_empty_text_is_a_text),
        cmocka_unit_test(a_config_without_a_key_is_an_empty_set),
        cmocka_unit_test(a_key_that_is_there_already_is_kept_once),
        cmocka_unit_test(one_key_too_many_is_refused_and_changes_nothing),
        cmocka_unit_test(a_key_that_nothing_can_be_sealed_to_is_not_added),
        cmocka_unit_test(a_text_tells_whose_it_is_and_no_cut_one_is_anybodys),
        cmocka_unit_test(the_public_half_follows_from_the_secret_one),
        cmocka_unit_test(a_wiped_secret_is_gone),
        cmocka_unit_test(a_key_of_another_shape_is_refused),
        cmocka_unit_test(a_key_given_twice_is_refused),
        cmocka_unit_test(more_keys_than_there_is_room_for_are_refused),
        cmocka_unit_test(a_wrong_secret_key_is_not_repeated_in_the_complaint),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
