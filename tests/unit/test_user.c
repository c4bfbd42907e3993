/*
 * test_user.c: people who work with cegah, their passphrases, and whose keys are in use.
 */
#include "sent_rows.h"

#include "base/option.h"
#include "care/keyring.h"
#include "care/seal.h"
#include "care/wrap.h"
#include "store/inbox.h"
#include "store/user.h"

/* As little as libsodium takes: what it costs is not what is tested. */
static const struct wrap_cost cheap = {1, 8};
static const char good[] = "empat kata yang berbeda",
                  other[] = "lima kata lain di sini";

/* A focal person as `cegah user add` makes one. */
static struct user focal(const char *name, unsigned char secret[SEAL_KEY_BYTES])
{
    struct user user = {.role = USER_FOCAL, .has_key = true};
    struct err err;

    snprintf(user.name, sizeof user.name, "%s", name);
    seal_pair_bytes(user.public_key, secret);
    assert_int_equal(wrap_hash(good, &cheap, user.hash, &err), 0);
    assert_int_equal(wrap_key(secret, good, &cheap, user.wrapped, &err), 0);
    user.wrapped_length = WRAP_BYTES;
    return user;
}

static struct seal_keys gather(struct rows *rows, struct option_list config)
{
    struct seal_keys keys;
    struct err err = {0};

    assert_int_equal(keyring_gather(rows->db, &config, &keys, &err), 0);
    return keys;
}

/* -- passphrases --------------------------------------------------------------------- */

static void a_passphrase_opens_the_key_that_it_wrapped(void **state)
{
    unsigned char secret[SEAL_KEY_BYTES], opened[SEAL_KEY_BYTES];
    struct user user = focal("rahma", secret);
    struct err err = {0};

    (void)state;
    assert_int_equal(
        wrap_open(user.wrapped, WRAP_BYTES, user.public_key, good, opened, &err), 0);
    assert_memory_equal(opened, secret, SEAL_KEY_BYTES);
}

static void a_wrong_passphrase_opens_nothing(void **state)
{
    unsigned char secret[SEAL_KEY_BYTES], opened[SEAL_KEY_BYTES];
    struct user user = focal("rahma", secret);
    struct err err = {0};

    (void)state;
    assert_int_equal(
        wrap_open(user.wrapped, WRAP_BYTES, user.public_key, other, opened, &err), -1);
    assert_int_equal(err.code, ERR_REFUSED);
    assert_memory_not_equal(opened, secret, SEAL_KEY_BYTES);
    assert_null(strstr(err.text, other));
}

static void a_changed_bit_in_a_wrapped_key_is_noticed(void **state)
{
    unsigned char secret[SEAL_KEY_BYTES], opened[SEAL_KEY_BYTES];
    struct user user = focal("rahma", secret);

    (void)state;
    for (size_t i = 0; i < WRAP_BYTES; i++) {
        struct err err = {0};

        /* The memory's high bits would take a gigabyte: refused before it is tried. */
        user.wrapped[i] ^= i == 5 || i == 6 ? 0x80 : 0x01;
        assert_int_equal(
            wrap_open(user.wrapped, WRAP_BYTES, user.public_key, good, opened, &err),
            -1);
        assert_true((i != 5 && i != 6) || strstr(err.text, "newer cegah") != NULL);
        user.wrapped[i] ^= i == 5 || i == 6 ? 0x80 : 0x01;
    }
    for (size_t n = 0; n < WRAP_BYTES; n++) {
        assert_int_equal(
            wrap_open(user.wrapped, n, user.public_key, good, opened, NULL), -1);
    }
}

static void a_key_wrapped_for_another_public_key_is_refused(void **state)
{
    unsigned char secret[SEAL_KEY_BYTES], others[SEAL_KEY_BYTES];
    struct user user = focal("rahma", secret), second = focal("sitti", others);
    unsigned char opened[SEAL_KEY_BYTES];
    struct err err = {0};

    (void)state;
    assert_int_equal(
        wrap_open(second.wrapped, WRAP_BYTES, user.public_key, good, opened, &err), -1);
}

static void wrapping_again_changes_all_but_the_key(void **state)
{
    unsigned char secret[SEAL_KEY_BYTES], opened[SEAL_KEY_BYTES];
    unsigned char again[WRAP_BYTES];
    struct user user = focal("rahma", secret);
    struct err err = {0};

    (void)state;
    assert_int_equal(wrap_key(secret, other, &cheap, again, &err), 0);
    assert_int_equal(
        wrap_open(again, WRAP_BYTES, user.public_key, other, opened, &err), 0);
    assert_memory_equal(opened, secret, SEAL_KEY_BYTES);
    assert_int_equal(
        wrap_open(again, WRAP_BYTES, user.public_key, good, opened, &err), -1);
    /* Even by the same passphrase: the salt and the nonce are new. */
    assert_int_equal(wrap_key(secret, good, &cheap, again, &err), 0);
    assert_memory_not_equal(again + 9, user.wrapped + 9, 16);
    assert_memory_not_equal(again + 25, user.wrapped + 25, 24);
    assert_memory_not_equal(again + 49, user.wrapped + 49, SEAL_KEY_BYTES);
}

static void a_hash_is_argon2id_and_fits_its_passphrase_only(void **state)
{
    char hash[WRAP_HASH_SIZE];
    struct err err = {0};

    (void)state;
    assert_int_equal(wrap_hash(good, &cheap, hash, &err), 0);
    assert_memory_equal(hash, "$argon2id$", 10);
    assert_null(strstr(hash, good));
    assert_true(wrap_hash_matches(hash, good));
    assert_false(wrap_hash_matches(hash, other));
    assert_false(wrap_hash_matches("", good));
}

static void a_passphrase_costs_what_a_guesser_feels(void **state)
{
    (void)state;
    assert_true(wrap_cost_usual.kib >= 64 << 10);
    assert_true(wrap_cost_usual.operations >= 2);
}

static void a_passphrase_has_twelve_characters_at_least(void **state)
{
    struct err err = {0};
    char longest[PASSPHRASE_BYTES_MAX + 2];

    (void)state;
    assert_int_equal(passphrase_check("abcdefghijk", "rahma", &err), -1);
    assert_int_equal(passphrase_check("abcdefghijkl", "rahma", &err), 0);
    /* Characters, not bytes. */
    assert_int_equal(passphrase_check("é€é€é€é€é€é", "rahma", &err), -1);
    assert_int_equal(passphrase_check("é€é€é€é€é€é€", "rahma", &err), 0);
    assert_int_equal(passphrase_check("aaaaaaaaaaaaaaaa", "rahma", &err), -1);
    assert_int_equal(passphrase_check("ini Rahma punya", "rahma", &err), -1);
    memset(longest, 'a', sizeof longest);
    longest[0] = 'b';
    longest[PASSPHRASE_BYTES_MAX + 1] = '\0';
    assert_int_equal(passphrase_check(longest, "rahma", &err), -1);
    longest[PASSPHRASE_BYTES_MAX] = '\0';
    assert_int_equal(passphrase_check(longest, "rahma", &err), 0);
}

/* -- the store ----------------------------------------------------------------------- */

static void a_user_is_kept_as_she_was_added(void **state)
{
    struct rows *rows = *state;
    unsigned char secret[SEAL_KEY_BYTES];
    struct user user = focal("rahma", secret), found;

    user.id = user_add(rows->db, &user, monday);
    user.created_at = monday;
    assert_true(user_find(rows->db, "rahma", &found));
    assert_memory_equal(found.public_key, user.public_key, USER_KEY_BYTES);
    assert_memory_equal(found.wrapped, user.wrapped, WRAP_BYTES);
    assert_int_equal(found.wrapped_length, WRAP_BYTES);
    assert_string_equal(found.hash, user.hash);
    assert_int_equal(found.role, USER_FOCAL);
    assert_int_equal(found.created_at, monday);
    assert_int_equal(found.disabled_at, 0);
    assert_false(user_find(rows->db, "sitti", &found));
}

static void a_name_is_taken_once(void **state)
{
    struct rows *rows = *state;
    struct user user = {.name = "tono", .role = USER_ME, .hash = "$argon2id$1"}, found;

    assert_int_not_equal(user_add(rows->db, &user, monday), 0);
    snprintf(user.hash, sizeof user.hash, "$argon2id$2");
    assert_int_equal(user_add(rows->db, &user, monday), 0);
    assert_true(user_find(rows->db, "tono", &found));
    assert_string_equal(found.hash, "$argon2id$1");
}

static void a_name_is_a_plain_word(void **state)
{
    static const char *const bad[] = {"", "a", "Rahma", "1a", "-a", "ra hma", "rahma'",
        "rahmá", "abcdefghijklmnopqrstuvwxyzabcdefg"};
    static const char *const fine[] = {
        "ab", "rahma.maros", "rahma-2", "abcdefghijklmnopqrstuvwxyzabcdef"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(user_name_is_good(bad[i]));
    }
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        assert_true(user_name_is_good(fine[i]));
    }
}

static void another_passphrase_leaves_the_public_key(void **state)
{
    struct rows *rows = *state;
    unsigned char secret[SEAL_KEY_BYTES], again[WRAP_BYTES];
    struct user user = focal("rahma", secret), found;
    struct err err;

    user.id = user_add(rows->db, &user, monday);
    assert_int_equal(wrap_key(secret, other, &cheap, again, &err), 0);
    user_set_secret(rows->db, user.id, "$argon2id$new", again, WRAP_BYTES);
    assert_true(user_find(rows->db, "rahma", &found));
    assert_memory_equal(found.public_key, user.public_key, USER_KEY_BYTES);
    assert_memory_equal(found.wrapped, again, WRAP_BYTES);
    assert_string_equal(found.hash, "$argon2id$new");
}

static void a_focal_person_without_a_key_is_no_row(void **state)
{
    struct rows *rows = *state;
    struct user user = {.name = "rahma", .role = USER_FOCAL, .hash = "$argon2id$"};
    struct user found;

    db_unit_begin(rows->db);
    user_add(rows->db, &user, monday);
    assert_int_equal(db_unit_end(rows->db, true), -1);
    assert_false(user_find(rows->db, "rahma", &found));
}

static void users_come_in_slices(void **state)
{
    struct rows *rows = *state;
    struct user list[2];

    for (int i = 0; i < 3; i++) {
        struct user user = {.role = USER_ADMIN, .hash = "$argon2id$"};

        snprintf(user.name, sizeof user.name, "orang%d", i);
        user_add(rows->db, &user, monday);
    }
    assert_int_equal(user_after(rows->db, 0, list, 2), 2);
    assert_string_equal(list[1].name, "orang1");
    assert_int_equal(user_after(rows->db, list[1].id, list, 2), 1);
    assert_string_equal(list[0].name, "orang2");
}

/* -- whose keys are in use ----------------------------------------------------------- */

static void keys_are_those_of_the_store_and_of_the_config(void **state)
{
    struct rows *rows = *state;
    char public_key[SEAL_KEY_TEXT], secret_key[SEAL_KEY_TEXT], *items[] = {public_key};
    unsigned char secret[SEAL_KEY_BYTES];
    struct user user = focal("rahma", secret);
    struct user coordinator = {.name = "tono", .hash = "$argon2id$"};
    struct seal_keys keys;

    seal_pair(public_key, secret_key);
    assert_int_equal(gather(rows, (struct option_list){0}).n, 0);
    user_add(rows->db, &coordinator, monday);
    user.id = user_add(rows->db, &user, monday);
    assert_int_equal(gather(rows, (struct option_list){0}).n, 1);
    keys = gather(rows, (struct option_list){items, 1});
    assert_int_equal(keys.n, 2);
    assert_true(seal_keys_has(&keys, user.public_key));
}

static void a_disabled_persons_key_is_out_of_use_until_she_is_enabled(void **state)
{
    struct rows *rows = *state;
    unsigned char secret[SEAL_KEY_BYTES], others[SEAL_KEY_BYTES];
    struct user user = focal("rahma", secret), second = focal("sitti", others);
    struct seal_keys keys;
    struct err err = {0};
    unsigned char *bytes;
    size_t length;

    user.id = user_add(rows->db, &user, monday);
    user_add(rows->db, &second, monday);
    user_set_disabled(rows->db, user.id, monday);
    keys = gather(rows, (struct option_list){0});
    assert_int_equal(keys.n, 1);
    bytes = seal_text(&keys, "takut", &length);
    assert_null(seal_open(secret, bytes, length, &err));
    free(bytes);
    user_set_disabled(rows->db, user.id, 0);
    keys = gather(rows, (struct option_list){0});
    assert_true(keys.n == 2 && seal_keys_has(&keys, user.public_key));
}

/* -- the log of opened texts --------------------------------------------------------- */

static void only_an_opened_text_counts_as_read(void **state)
{
    struct rows *rows = *state;
    struct user user = {.name = "tono", .role = USER_ADMIN, .hash = "$argon2id$"};
    int64_t person = rows_person(rows, 1, 2010);
    int64_t id = rows_inbound(rows, person, "k1", "free", "x", true, monday);
    int64_t next = rows_inbound(rows, person, "k2", "free", "y", true, monday);

    user.id = user_add(rows->db, &user, monday);
    opened_text_add(rows->db, user.id, id, "not_focal", "r", monday);
    opened_text_add(rows->db, user.id, id, "wrong_passphrase", "r", monday);
    opened_text_add(rows->db, user.id, next, "opened", "r", monday);
    assert_false(opened_text_any(rows->db, id));
    assert_true(opened_text_any(rows->db, next));
}

static void the_inbox_holds_who_waits_the_longest_first(void **state)
{
    struct rows *rows = *state;
    int64_t person = rows_person(rows, 1, 2010);
    int64_t late = rows_inbound(rows, person, "k1", "free", "x", true, monday + 2);
    int64_t early = rows_inbound(rows, person, "k2", "risk", "x", true, monday);
    int64_t equal = rows_inbound(rows, person, "k3", "free", "x", true, monday);
    struct inbox_item list[4];

    rows_inbound(rows, person, "k4", "in", "YA", false, monday);
    assert_int_equal(inbox_after(rows->db, 0, 0, list, 4), 3);
    assert_int_equal(list[0].id, early);
    assert_int_equal(list[1].id, equal);
    assert_int_equal(list[2].id, late);
    assert_string_equal(list[0].name, "Orang 1");
    assert_string_equal(list[0].intent, "risk");
    assert_int_equal(inbox_after(rows->db, monday, early, list, 4), 2);
    assert_true(inbox_done(rows->db, equal, monday + 3));
    assert_false(inbox_done(rows->db, equal, monday + 4));
    assert_int_equal(inbox_after(rows->db, 0, 0, list, 4), 2);
}

#define STORED(test) cmocka_unit_test_setup_teardown(test, rows_begin, rows_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_passphrase_opens_the_key_that_it_wrapped),
        cmocka_unit_test(a_wrong_passphrase_opens_nothing),
        cmocka_unit_test(a_changed_bit_in_a_wrapped_key_is_noticed),
        cmocka_unit_test(a_key_wrapped_for_another_public_key_is_refused),
        cmocka_unit_test(wrapping_again_changes_all_but_the_key),
        cmocka_unit_test(a_hash_is_argon2id_and_fits_its_passphrase_only),
        cmocka_unit_test(a_passphrase_costs_what_a_guesser_feels),
        cmocka_unit_test(a_passphrase_has_twelve_characters_at_least),
        STORED(a_user_is_kept_as_she_was_added),
        STORED(a_name_is_taken_once),
        cmocka_unit_test(a_name_is_a_plain_word),
        STORED(another_passphrase_leaves_the_public_key),
        STORED(a_focal_person_without_a_key_is_no_row),
        STORED(users_come_in_slices),
        STORED(keys_are_those_of_the_store_and_of_the_config),
        STORED(a_disabled_persons_key_is_out_of_use_until_she_is_enabled),
        STORED(only_an_opened_text_counts_as_read),
        STORED(the_inbox_holds_who_waits_the_longest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
