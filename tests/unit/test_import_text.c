/*
 * test_import_text.c: lists as spreadsheets save them, and columns of a file's own.
 */
#include "unit/import_list.h"

#include "people/import_csv.h"
#include "people/import_text.h"
#include "store/guardian.h"

/* Hands bytes over; the text must come to what is expected. */
static void assert_text(const char *bytes, size_t n, const char *expected)
{
    struct err err = {0};
    size_t length = n;
    char *text = import_text_take(mem_copy_n(bytes, n), &length, &err);

    if (text == NULL) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(length, strlen(expected));
    assert_string_equal(text, expected);
    free(text);
}

static void a_byte_order_mark_is_no_part_of_the_text(void **state)
{
    (void)state;
    assert_text("\xEF\xBB\xBFphone", 8, "phone");
    assert_text("\xEF\xBB\xBF", 3, "");
    assert_text("", 0, "");
}

static void utf16_of_either_order_becomes_utf8(void **state)
{
    (void)state;
    assert_text("\xFF\xFEh\0\xE9\0", 6, "h\xC3\xA9");
    assert_text("\xFE\xFF\0h\0\xE9", 6, "h\xC3\xA9");
    assert_text("\xFF\xFE\x3D\xD8\x4F\xDE", 6, "\xF0\x9F\x99\x8F");
    assert_text("\xFF\xFE\x3D\xD8h\0", 6, "\xEF\xBF\xBDh");
    assert_text("\xFF\xFE", 2, "");
}

static void what_is_no_utf8_at_all_is_windows_1252(void **state)
{
    (void)state;
    assert_text("Ren\xE9 \x93x\x94 \x80", 10,
        "Ren\xC3\xA9 \xE2\x80\x9Cx\xE2\x80\x9D \xE2\x82\xAC");
    assert_text("\x8F", 1, "\x8F"); /* means nothing there either */
}

static void a_broken_byte_in_utf8_does_not_turn_the_rest_into_windows_1252(void **state)
{
    (void)state;
    assert_text("Ren\xC3\xA9 \xE9", 7, "Ren\xC3\xA9 \xE9");
}

static void excels_own_line_says_the_delimiter_and_is_no_row(void **state)
{
    static const char *const lines[] = {
        "sep=;\r\n", "SEP=;\n", "\"sep=;\"\n", "sep=; \r"};
    size_t begin;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        begin = 0;
        assert_int_equal(csv_delimiter(lines[i], strlen(lines[i]), &begin), ';');
        assert_int_equal(begin, strlen(lines[i]));
    }
    begin = 0;
    assert_int_equal(csv_delimiter("sep=x\n", 6, &begin), ',');
    assert_int_equal(csv_delimiter("sep=;x\n", 7, &begin), ';');
    assert_int_equal(csv_delimiter("sep=", 4, &begin), ',');
    assert_int_equal(begin, 0);
}

static void a_quoted_text_may_hold_the_delimiter_that_sep_names(void **state)
{
    struct fixture *f = *state;

    run(f, "sep=;\nphone;name;district;basis\n081200000001;Ani, S;maros;form, lama\n");
    assert_counts(f, 1, 0, 0, 0);
    person_named(f, "+6281200000001", "Ani, S");
}

/* Imports with a map; NULL: no sentence is expected, else words of one. */
static void run_mapped(
    struct fixture *f, const char *map, const char *text, const char *words)
{
    json_t *value = json_loads(map, 0, NULL);
    struct import_options options = {.file = "x.csv", .map = value};
    struct err err = {0};

    if (words == NULL) {
        run_options(f, &options, text, strlen(text));
    } else {
        assert_null(import_new(
            f->db, f->catalogue, &options, text, strlen(text), f->now, &err));
        if (strstr(err.text, words) == NULL) {
            fail_msg("\"%s\" is not in: %s", words, err.text);
        }
    }
    json_decref(value);
}

static void a_map_names_the_files_own_columns(void **state)
{
    static const char list[] = "Kontak ,Siswa,Desa,Alamat,basis\n"
                               "081200000001,Ani,maros,Jl. Baru,form\n";
    struct fixture *f = *state;

    run_mapped(f,
        "{\"phone\": \"kontak\", \"name\": [\"Siswa\"], \"district\": \"Desa\","
        " \"ignore\": \"Alamat\"}",
        list, NULL);
    assert_counts(f, 1, 0, 0, 0);
    person_named(f, "+6281200000001", "Ani");
    run_mapped(f, "{\"phone\": \"Kontak\"}", list, "\"Siswa\", is no column");
    run_mapped(f, "{\"phone\": \"Telpon\"}", list, "the file has no column \"Telpon\"");
    run_mapped(f, "{\"fone\": \"Kontak\"}", list, "which is no column");
    run_mapped(f, "{\"phone\": 1}", list, "must name a column");
}

static void columns_that_are_passed_over_may_be_several(void **state)
{
    struct fixture *f = *state;

    run(f, "reason,ignore,phone,alasan,district,basis\n"
           "=1,@x,081200000001,-2,maros,form\n");
    assert_counts(f, 1, 0, 0, 0);
}

static void columns_without_a_name_at_the_end_are_none(void **state)
{
    struct fixture *f = *state;

    run(f, "phone,district,basis,,\n081200000001,maros,form,,\n"
           "081200000002,maros,form,x,\n081200000003,maros,form\n");
    assert_counts(f, 2, 0, 1, 0);
    detail(f, 3, "", "refused", "the row has 4 cells");
}

static void a_further_number_is_the_same_persons(void **state)
{
    struct fixture *f = *state;
    struct person person;
    int64_t ids[4];

    run(f, "phone,phone2,name,district,basis\n"
           "081200000001,081200000002,Ani,maros,form\n");
    assert_counts(f, 1, 0, 0, 0);
    person = person_named(f, "+6281200000002", "Ani");
    assert_int_equal(person.flags, 0);
    assert_int_equal(address_list(f->db, person.id, ids, 4), 2);
    assert_int_equal(address_of_person(f->db, person.id),
        address_find(f->db, ADDRESS_PHONE, "+6281200000001"));
    /* Known by the further number too, if the name says so; what is new is further. */
    run(f, "phone,phone2,name,district,basis\n"
           "081200000003,081200000002,ani,maros,form\n");
    assert_counts(f, 0, 1, 0, 0);
    detail(f, 2, "phone", "merged", "phone");
    assert_int_equal(address_of_person(f->db, person.id),
        address_find(f->db, ADDRESS_PHONE, "+6281200000001"));
    run(f, "phone,phone2,name,district,basis\n"
           "081200000003,081200000002,ani,maros,form\n");
    assert_counts(f, 0, 0, 0, 1);
    assert_int_equal(person_count(f->db), 1);
}

static void a_further_number_of_others_makes_a_household(void **state)
{
    struct fixture *f = *state;

    run(f, "phone,phone2,name,district,basis\n081200000009,,Ibu,maros,form\n"
           "081200000001,081200000009,Ani,maros,form\n");
    assert_counts(f, 2, 0, 0, 0);
    detail(f, 3, "phone2", "taken", "shared number");
    assert_int_equal(
        person_named(f, "+6281200000009", "Ibu").flags, PERSON_SHARED_PHONE);
    assert_int_equal(
        person_named(f, "+6281200000001", "Ani").flags, PERSON_SHARED_PHONE);
}

static void nobody_is_known_by_a_further_number_without_a_name(void **state)
{
    struct fixture *f = *state;

    run(f, "phone,phone2,name,district,basis\n081200000009,,,maros,form\n"
           "081200000001,081200000009,Ani,maros,form\n"
           "081200000002,081200000001,,maros,form\n");
    assert_counts(f, 3, 0, 0, 0);
    assert_int_equal(person_count(f->db), 3);
}

static void several_behind_a_number_share_it_whatever_their_flags_say(void **state)
{
    struct fixture *f = *state;
    struct person person;
    int64_t address;

    run(f, SHORT "081200000001,Ani,maros,form\n081200000001,Budi,maros,form\n");
    address = address_find(f->db, ADDRESS_PHONE, "+6281200000001");
    db_unit_begin(f->db);
    person = person_named(f, "+6281200000001", "Ani");
    person.flags = 0;
    person_update(f->db, &person, f->now);
    person = person_named(f, "+6281200000001", "Budi");
    person.flags = 0;
    person_update(f->db, &person, f->now);
    db_unit_end(f->db, true);
    assert_int_equal(address_strictest_flags(f->db, address), PERSON_SHARED_PHONE);
}

static void a_whatsapp_id_is_an_address_and_never_a_number(void **state)
{
    struct fixture *f = *state;
    int64_t id;

    run(f, "whatsapp_id,name,district,basis\nID.2035081200000001,Ani,maros,form\n");
    assert_counts(f, 1, 0, 0, 0);
    id = address_find(f->db, ADDRESS_BUSINESS_USER_ID, "ID.2035081200000001");
    assert_true(id != 0 && person_behind(f->db, id, "Ani") != 0);
    assert_int_equal(address_find(f->db, ADDRESS_PHONE, "+622035081200000001"), 0);
    assert_row_refused(f, "phone,name,district,basis",
        "ID.2035081200000001,Ani,maros,form", "phone", "letters");
    assert_row_refused(f, "phone,whatsapp_id,name,district,basis", ",,Ani,maros,form",
        "phone", "there is no phone number");
}

static void a_dry_run_foretells_further_numbers_and_ids(void **state)
{
    static const char list[] =
        "phone,phone2,whatsapp_id,name,district,basis,birth_year\n"
        "081200000001,081200000002,ID.20350812,Ani,maros,form,\n"
        "081200000002,,,Ani,maros,form,2010\n,,ID.20350812,Ani,maros,form,2010\n"
        "081200000002,,,Budi,maros,form,\n";
    struct fixture *f = *state;
    struct import_options options = {.file = "daftar.csv", .dry_run = true};
    json_t *dry;

    run_options(f, &options, list, sizeof list - 1);
    assert_counts(f, 2, 1, 0, 1);
    dry = json_deep_copy(f->result);
    run(f, list);
    json_object_set_new(dry, "dry_run", json_false());
    assert_true(json_equal(dry, f->result));
    json_decref(dry);
}

static void discreet_and_shared_are_set_and_never_cleared_by_a_list(void **state)
{
    struct fixture *f = *state;
    int64_t address;

    run(f, "phone,name,district,basis,senyap,hp_bersama\n"
           "081200000001,Ani,maros,form,Ya,\n081200000002,Budi,maros,form,,yes\n");
    assert_int_equal(person_named(f, "+6281200000001", "").flags, PERSON_DISCREET);
    assert_int_equal(person_named(f, "+6281200000002", "").flags, PERSON_SHARED_PHONE);
    run(f, "phone,name,district,basis,senyap,hp_bersama\n"
           "081200000001,Ani,maros,form,tidak,\n081200000001,Caca,maros,form,,\n");
    detail(f, 2, "discreet", "unchanged", "the stricter one counts");
    address = address_find(f->db, ADDRESS_PHONE, "+6281200000001");
    assert_int_equal(
        address_strictest_flags(f->db, address), PERSON_DISCREET | PERSON_SHARED_PHONE);
    address = address_find(f->db, ADDRESS_PHONE, "+6281200000002");
    assert_int_equal(address_strictest_flags(f->db, address), PERSON_SHARED_PHONE);
}

static void a_guardians_number_is_kept_with_the_form_that_it_stands_on(void **state)
{
    static const char list[] =
        "phone,name,district,basis,wali_nomor,wali_cara,wali_tanggal,wali_naskah\n"
        "081200000001,Ani,maros,form,081200000002,,2026-11-02,v1\n";
    struct fixture *f = *state;
    struct guardian guardian;
    struct person person;

    run(f, list);
    assert_counts(f, 1, 0, 0, 0);
    person = person_named(f, "+6281200000001", "Ani");
    assert_true(guardian_of(f->db, person.id,
        address_find(f->db, ADDRESS_PHONE, "+6281200000002"), &guardian));
    assert_string_equal(guardian.dated, "2026-11-02");
    assert_string_equal(guardian.wording, "v1");
    assert_string_equal(guardian.evidence, "import:daftar.csv:2");
    /* The number on a form is no consent, and does not make its owner a contact. */
    assert_int_equal(consent_live(f->db, person.id, true, 1), 0);
    assert_int_equal(person_count(f->db), 1);
    assert_int_equal(person.flags, 0);
    run(f, list);
    assert_counts(f, 0, 0, 0, 1);
    assert_row_refused(f, "phone,phone2,name,district,basis,wali_nomor,wali_tanggal",
        "081200000001,,Ani,maros,form,081200000001,2026-11-02", "guardian_phone",
        "the child's own number");
}

static void a_number_stored_as_the_childs_own_is_no_guardians(void **state)
{
    struct fixture *f = *state;

    run(f, "phone,phone2,name,district,basis\n"
           "081200000001,081200000002,Ani,maros,form\n");
    assert_row_refused(f, "phone,name,district,basis,wali_nomor,wali_tanggal",
        "081200000001,Ani,maros,form,081200000002,2026-11-02", "guardian_phone",
        "stored as the child's own number");
}

static void refused_rows_are_listed_with_all_their_reasons(void **state)
{
    struct fixture *f = *state;
    struct import_options options = {.file = "x.csv", .list_refused = true};
    static const char list[] = SHORT "0812,Ani,,form\n081200000001,Budi,maros,form\n"
                                     "081200000002,Caca,maros\n";
    const json_t *rows;

    run_options(f, &options, list, sizeof list - 1);
    rows = json_object_get(f->result, "refused_rows");
    assert_int_equal(json_array_size(rows), 2);
    assert_int_equal(json_integer_value(json_array_get(json_array_get(rows, 0), 0)), 2);
    assert_non_null(strstr(
        json_string_value(json_array_get(json_array_get(rows, 0), 1)), "too short"));
    assert_non_null(
        strstr(json_string_value(json_array_get(json_array_get(rows, 0), 1)),
            "; district: there is no district"));
    assert_int_equal(json_integer_value(json_array_get(json_array_get(rows, 1), 0)), 4);
    assert_int_equal(number(f, "refused_rows_left_off"), 0);
    run(f, list);
    assert_null(json_object_get(f->result, "refused_rows"));
}

static void a_sheets_row_may_lack_cells_at_its_end(void **state)
{
    struct fixture *f = *state;
    struct import_options options = {.file = "x.xlsx", .short_rows = true};
    static const char list[] =
        "phone,district,basis,name,sex\n081200000001,maros,form\n081200000002,maros\n";

    run_options(f, &options, list, sizeof list - 1);
    assert_counts(f, 1, 0, 1, 0);
    detail(f, 3, "basis", "refused", "there is no basis");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_text),
        cmocka_unit_test(utf16_of_either_order_becomes_utf8),
        cmocka_unit_test(what_is_no_utf8_at_all_is_windows_1252),
        cmocka_unit_test(
            a_broken_byte_in_utf8_does_not_turn_the_rest_into_windows_1252),
        cmocka_unit_test(excels_own_line_says_the_delimiter_and_is_no_row),
        LIST_TEST(a_quoted_text_may_hold_the_delimiter_that_sep_names),
        LIST_TEST(a_map_names_the_files_own_columns),
        LIST_TEST(columns_that_are_passed_over_may_be_several),
        LIST_TEST(columns_without_a_name_at_the_end_are_none),
        LIST_TEST(a_further_number_is_the_same_persons),
        LIST_TEST(a_further_number_of_others_makes_a_household),
        LIST_TEST(nobody_is_known_by_a_further_number_without_a_name),
        LIST_TEST(several_behind_a_number_share_it_whatever_their_flags_say),
        LIST_TEST(a_whatsapp_id_is_an_address_and_never_a_number),
        LIST_TEST(a_dry_run_foretells_further_numbers_and_ids),
        LIST_TEST(discreet_and_shared_are_set_and_never_cleared_by_a_list),
        LIST_TEST(a_guardians_number_is_kept_with_the_form_that_it_stands_on),
        LIST_TEST(a_number_stored_as_the_childs_own_is_no_guardians),
        LIST_TEST(refused_rows_are_listed_with_all_their_reasons),
        LIST_TEST(a_sheets_row_may_lack_cells_at_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
