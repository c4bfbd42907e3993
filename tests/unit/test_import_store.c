/*
 * test_import_store.c: a contact list, row by row: what is taken and merged.
 */
#include "unit/import_list.h"

#include <sodium.h>

static void a_full_row_is_stored_whole(void **state)
{
    struct fixture *f = *state;
    struct person person;
    char how[128];

    run(f, FULL "0812-0000-0101,Intan,Champion,SURABAYA,2011,P,ID,SB101,daftar hadir,"
                "2026-09-05,Voice,2026-11-02,2026-11,paper,2026-11-02,2026-11\n");
    assert_counts(f, 1, 0, 0, 0);
    person = person_named(f, "+6281200000101", "Intan");
    assert_string_equal(person.role, "champion");
    assert_string_equal(person.district, "surabaya");
    assert_string_equal(person.zone, "Asia/Jakarta");
    assert_int_equal(person.birth_year, 2011);
    assert_string_equal(person.sex, "female");
    assert_string_equal(person.language, "id");
    assert_string_equal(person.code, "SB101");
    assert_int_equal(person.flags, 0);
    assert_true(consent_live(f->db, person.id, true, 1) != 0);
    assert_true(consent_live(f->db, person.id, false, 1) != 0);
    assert_true(basis_of_person(f->db, person.id, how) != 0);
    assert_string_equal(how, "daftar hadir");
    assert_int_equal(json_array_size(json_object_get(f->result, "rows_detail")), 0);
}

static void without_a_role_somebody_is_a_contact(void **state)
{
    struct fixture *f = *state;

    run(f, SHORT "081200000001,Ani,maros,form\n");
    assert_string_equal(person_named(f, "+6281200000001", "Ani").role, "contact");
    /* Who was nothing else becomes what a later list says, and stays it. */
    run(f, "phone,name,district,basis,role\n081200000001,Ani,maros,form,champion\n");
    assert_counts(f, 0, 1, 0, 0);
    run(f, SHORT "081200000001,Ani,maros,form\n");
    assert_counts(f, 0, 0, 0, 1);
    assert_string_equal(person_named(f, "+6281200000001", "Ani").role, "champion");
}

static void the_same_person_again_is_merged(void **state)
{
    struct fixture *f = *state;
    struct person person;

    run(f, SHORT "081200000001,Ani Sari,maros,form\n");
    run(f,
        FULL "+62 812-0000-0001,ANI  SARI,,maros,2009,p,id,M1,daftar lain,2026-11-01,"
             "paper,2026-11-02,v1,,,\n");
    assert_counts(f, 0, 1, 0, 0);
    detail(f, 2, "phone", "merged",
        "birth_year, sex, language, code, guardian's consent added");
    person = person_named(f, "+6281200000001", "Ani Sari");
    assert_string_equal(person.name, "Ani Sari");
    assert_int_equal(person.birth_year, 2009);
    assert_true(consent_live(f->db, person.id, true, 1) != 0);
    assert_int_equal(person_count(f->db), 1);
}

static void a_merge_overwrites_nothing_and_says_what_differs(void **state)
{
    struct fixture *f = *state;
    struct person person;

    run(f, "phone,name,district,basis,birth_year,sex\n081200000001,Ani,maros,form,2009,"
           "p\n");
    run(f, "phone,name,district,basis,birth_year,sex\n081200000001,Ani,ambon,form,2001,"
           "\n");
    assert_counts(f, 0, 0, 0, 1);
    detail(f, 2, "birth_year", "unchanged", "stays: 2009");
    detail(f, 2, "district", "unchanged", "stays: \"maros\"");
    person = person_named(f, "+6281200000001", "Ani");
    assert_int_equal(person.birth_year, 2009);
    assert_string_equal(person.zone, "Asia/Makassar");
    assert_string_equal(person.sex, "female");
}

static void the_same_list_again_changes_nothing(void **state)
{
    static const char list[] = FULL
        "081200000001,Ani,champion,maros,2010,p,id,M1,form,2026-10-01,paper,2026-11-02,"
        "v1,paper,2026-11-03,v1\n081200000002,Budi,,ambon,,,,,form,,,,,,,\n"
        "081200000002,Caca,,ambon,,,,,form,,,,,,,\n";
    struct fixture *f = *state;

    run(f, list);
    assert_counts(f, 3, 0, 0, 0);
    run(f, list);
    assert_counts(f, 0, 0, 0, 3);
    assert_int_equal(json_array_size(json_object_get(f->result, "rows_detail")), 0);
    assert_int_equal(person_count(f->db), 3);
}

static void another_name_is_another_person_behind_a_shared_number(void **state)
{
    struct fixture *f = *state;
    const json_t *item;

    run(f, SHORT "0812-0000-0190,Lalu,maros,form\n081200000191,Ani,maros,form\n"
                 "+62 812 0000 0190,Samsul,maros,form\n");
    assert_counts(f, 3, 0, 0, 0);
    item = detail(f, 4, "phone", "taken", "shared number");
    assert_string_equal(value_of(item), "+***********90");
    assert_int_equal(
        person_named(f, "+6281200000190", "Lalu").flags, PERSON_SHARED_PHONE);
    assert_int_equal(
        person_named(f, "+6281200000190", "Samsul").flags, PERSON_SHARED_PHONE);
    assert_int_equal(person_named(f, "+6281200000191", "Ani").flags, 0);
    assert_int_equal(person_count(f->db), 3);
}

static void a_nameless_row_about_a_shared_number_is_refused(void **state)
{
    struct fixture *f = *state;

    run(f, SHORT "081200000001,Ani,maros,form\n081200000001,Budi,maros,form\n");
    assert_row_refused(f, "phone,name,district,basis", "081200000001,,maros,form",
        "name", "several people");
}

static void a_column_filled_with_one_number_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct buf text;

    buf_init(&text, 1 << 16);
    buf_add_text(&text, SHORT);
    for (int i = 0; i < 22; i++) {
        buf_add_format(&text, "081200000001,Orang %d,maros,form\n", i);
    }
    run(f, buf_text(&text));
    buf_fini(&text);
    assert_counts(f, 20, 0, 2, 0);
    detail(f, 22, "phone", "refused", "20 people");
    detail(f, 23, "phone", "refused", "20 people");
}

static void a_number_that_said_stop_is_taken_with_a_warning(void **state)
{
    struct fixture *f = *state;

    run(f, SHORT "081200000001,Ani,maros,form\n");
    db_unit_begin(f->db);
    suppression_add(f->db, address_find(f->db, ADDRESS_PHONE, "+6281200000001"), "stop",
        "STOP", "sms", 0, f->now);
    db_unit_end(f->db, true);
    run(f, SHORT "081200000001,Ani,maros,form\n081200000001,Budi,maros,form\n");
    assert_counts(f, 1, 0, 0, 1);
    detail(f, 2, "phone", "unchanged", "has said stop");
    detail(f, 3, "phone", "taken", "has said stop");
}

static void an_old_form_does_not_undo_a_later_no(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    run(f, CONSENTS "\n081200000001,Ani,maros,form,,,,paper,2026-11-02,v1\n");
    id = person_named(f, "+6281200000001", "Ani").id;
    db_unit_begin(f->db);
    consent_withdraw(f->db, id, false, "stop", f->now);
    db_unit_end(f->db, true);
    assert_int_equal(consent_live(f->db, id, false, 1), 0);
    run(f, CONSENTS "\n081200000001,Ani,maros,form,,,,paper,2026-11-02,v1\n");
    assert_counts(f, 0, 0, 0, 1);
    run(f, CONSENTS "\n081200000001,Ani,maros,form,,,,voice,2026-11-20,v1\n");
    detail(f, 2, "assent_date", "unchanged", "the last no");
    assert_int_equal(consent_live(f->db, id, false, 1), 0);
    f->now += 86400000;
    run(f, CONSENTS "\n081200000001,Ani,maros,form,,,,voice,2026-11-21,v1\n");
    assert_counts(f, 0, 1, 0, 0);
    assert_true(consent_live(f->db, id, false, 1) != 0);
}

static void a_dry_run_says_the_same_and_stores_nothing(void **state)
{
    static const char list[] =
        FULL "081200000001,Ani,champion,maros,,,,,form,,,,,,,\n"
             "081200000001,Ani,,maros,2010,p,,,form,,paper,2026-11-02,v1,,,\n"
             "081200000001,Ani,,maros,2010,,,,form,,paper,2026-11-02,v1,,,\n"
             "081200000001,Budi,,maros,,,,,form,,,,,,,\n"
             "081200000001,,,maros,,,,,form,,,,,,,\n"
             "0812,Caca,,maros,,,,,form,,,,,,,\n";
    struct fixture *f = *state;
    struct import_options options = {.file = "daftar.csv", .dry_run = true};
    json_t *dry;

    run_options(f, &options, list, sizeof list - 1);
    assert_counts(f, 2, 1, 2, 1);
    assert_true(json_is_true(json_object_get(f->result, "dry_run")));
    assert_int_equal(person_count(f->db), 0);
    assert_int_equal(address_find(f->db, ADDRESS_PHONE, "+6281200000001"), 0);
    dry = json_deep_copy(f->result);
    run(f, list);
    json_object_set_new(dry, "dry_run", json_false());
    assert_true(json_equal(dry, f->result));
    json_decref(dry);
    assert_int_equal(person_count(f->db), 2);
}

static void a_long_account_is_counted_past_its_limit(void **state)
{
    struct fixture *f = *state;
    struct buf text;

    buf_init(&text, 1 << 20);
    buf_add_text(&text, "phone\n");
    for (int i = 0; i < IMPORT_DETAILS_MAX; i++) {
        buf_add_text(&text, "x\n");
    }
    run(f, buf_text(&text));
    buf_fini(&text);
    assert_counts(f, 0, 0, IMPORT_DETAILS_MAX, 0);
    assert_int_equal(
        json_array_size(json_object_get(f->result, "rows_detail")), IMPORT_DETAILS_MAX);
    /* phone, district and basis of each */
    assert_int_equal(number(f, "details_left_off"), 2 * IMPORT_DETAILS_MAX);
}

static json_t *arguments_of(const char *text, const char *file)
{
    size_t length = strlen(text), room = sodium_base64_ENCODED_LEN(length, 1);
    char *base64 = mem_alloc(room);
    json_t *arguments;

    sodium_bin2base64(base64, room, (const unsigned char *)text, length,
        sodium_base64_VARIANT_ORIGINAL);
    arguments = json_pack(
        "{s:s, s:s, s:s}", "file", file, "content", base64, "basis", "daftar hadir");
    free(base64);
    return arguments;
}

static void the_operations_arguments_are_decoded(void **state)
{
    struct fixture *f = *state;
    json_t *arguments = arguments_of(
        "phone,name,district\n081200000001,Ani,maros\n", "/srv/daftar.csv");
    struct err err = {0};
    struct import *import =
        import_from_arguments(f->db, f->catalogue, arguments, f->now, &err);

    assert_non_null(import);
    assert_int_equal(import_slice(import, 10), 0);
    f->result = import_result(import);
    import_free(import);
    assert_counts(f, 1, 0, 0, 0);
    assert_string_equal(
        json_string_value(json_object_get(f->result, "file")), "daftar.csv");
    json_object_set_new(arguments, "content", json_string("%%%"));
    assert_null(import_from_arguments(f->db, f->catalogue, arguments, f->now, &err));
    assert_non_null(strstr(err.text, "base64"));
    json_object_set_new(arguments, "content", json_integer(1));
    assert_null(import_from_arguments(f->db, f->catalogue, arguments, f->now, &err));
    assert_non_null(strstr(err.text, "import takes"));
    json_decref(arguments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST_TEST(a_full_row_is_stored_whole),
        LIST_TEST(without_a_role_somebody_is_a_contact),
        LIST_TEST(the_same_person_again_is_merged),
        LIST_TEST(a_merge_overwrites_nothing_and_says_what_differs),
        LIST_TEST(the_same_list_again_changes_nothing),
        LIST_TEST(another_name_is_another_person_behind_a_shared_number),
        LIST_TEST(a_nameless_row_about_a_shared_number_is_refused),
        LIST_TEST(a_column_filled_with_one_number_is_noticed),
        LIST_TEST(a_number_that_said_stop_is_taken_with_a_warning),
        LIST_TEST(an_old_form_does_not_undo_a_later_no),
        LIST_TEST(a_dry_run_says_the_same_and_stores_nothing),
        LIST_TEST(a_long_account_is_counted_past_its_limit),
        LIST_TEST(the_operations_arguments_are_decoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
