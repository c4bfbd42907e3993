/*
 * test_import.c: a contact list, row by row: what is refused, and why.
 */
#include "unit/import_list.h"

static void indonesian_column_names_are_known(void **state)
{
    struct fixture *f = *state;
    struct person person;

    run(f, "HP;Nama;Peran;Kabupaten;Tahun Lahir;jenis_kelamin;Bahasa;Kode;Dasar;"
           "Tanggal  Dasar;wali cara;WALI_TANGGAL;wali_naskah;anak_cara;anak tanggal;"
           "anak_naskah\n"
           "081200000102;Nanda;champion;Maros;2009;laki-laki;id;M1;formulir;2026-10-06;"
           "kertas;2026-11-02;v1;kertas;2026-11-03;v1\n");
    assert_counts(f, 1, 0, 0, 0);
    person = person_named(f, "+6281200000102", "Nanda");
    assert_string_equal(person.sex, "male");
    assert_int_equal(person.birth_year, 2009);
    assert_true(consent_live(f->db, person.id, true, 1) != 0);
    assert_true(consent_live(f->db, person.id, false, 1) != 0);
}

static void commas_semicolons_and_tabs_are_told_by_the_header(void **state)
{
    struct fixture *f = *state;

    run(f, "phone;name;district;basis\r\n081200000001;\"Ani; S\";maros;form\r\n");
    assert_counts(f, 1, 0, 0, 0);
    run(f, "phone\tname\tdistrict\tbasis\r081200000002\tBudi\t maros \tform\r");
    assert_counts(f, 1, 0, 0, 0);
    run(f,
        "\xEF\xBB\xBFphone,name,district,basis\n081200000003,\"Caca, S\",maros,form");
    assert_counts(f, 1, 0, 0, 0);
    person_named(f, "+6281200000001", "Ani; S");
    person_named(f, "+6281200000002", "Budi");
    person_named(f, "+6281200000003", "Caca, S");
}

static void rows_are_numbered_as_a_spreadsheet_shows_them(void **state)
{
    struct fixture *f = *state;

    run(f, "\r\n" SHORT "081200000001,\"Ani\r\nSari\",maros,form\r\n"
           "\r\n,,,\r\nbad,Budi,maros,form\r\n   \n\nworse,Caca,maros,form");
    assert_counts(f, 1, 0, 2, 0);
    detail(f, 6, "phone", "refused", "letters");
    detail(f, 9, "phone", "refused", "letters");
    person_named(f, "+6281200000001", "Ani Sari");
}

static void a_file_without_a_header_is_refused(void **state)
{
    struct fixture *f = *state;
    const char *text = "081200000001,Ani,maros,form\n";

    assert_file_refused(f, text, strlen(text), "there is no header");
    assert_file_refused(f, text, strlen(text), "birth_year (tahun_lahir)");
    assert_file_refused(f, "0812,x\n", 7, "there is no header");
    assert_file_refused(f, "", 0, "the file is empty");
    assert_file_refused(f, "\n \n", 3, "the file is empty");
    assert_int_equal(person_count(f->db), 0);
}

static void an_unknown_column_is_refused_with_the_nearest_right_one(void **state)
{
    struct fixture *f = *state;
    const char *typo = "phone,nmae,distrik\n", *other = "phone,shoe size\n";
    const char *twice = "phone,name,HP\n", *none = "name,district\n",
               *blank = "phone,,name\n";

    assert_file_refused(f, typo, strlen(typo), "column 2 of the header, \"nmae\"");
    assert_file_refused(f, typo, strlen(typo), "is name meant?");
    assert_file_refused(f, typo, strlen(typo), "daftar.csv: ");
    assert_file_refused(f, other, strlen(other), "guardian_wording (wali_naskah)");
    assert_file_refused(f, twice, strlen(twice), "columns 1 and 3");
    assert_file_refused(f, none, strlen(none), "no column for the phone number");
    assert_file_refused(f, blank, strlen(blank), "has no name");
}

static void a_file_that_is_no_csv_is_refused_with_what_to_do(void **state)
{
    struct fixture *f = *state;
    char *wide = mem_zero(1, 65 * 2 + 1), *long_cell = mem_zero(1, 3000);

    memset(wide, ',', 65);
    memset(long_cell, 'x', 2000);
    assert_file_refused(f, "PK\3\4zip", 7, "this is a spreadsheet");
    assert_file_refused(f, "\xD0\xCF\x11\xE0", 4, "an old Excel file");
    assert_file_refused(f, "\xFF\xFEp\0h", 5, "cut off");
    assert_file_refused(f, "ph\x8Fone\n", 7, "no UTF-8 text");
    assert_file_refused(f, wide, strlen(wide), "64 is the most");
    assert_file_refused(f, long_cell, 2000, "more than 1024 bytes");
    free(wide);
    free(long_cell);
}

static void a_file_over_the_limit_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_file_refused(f, "", (size_t)IMPORT_BYTES_MAX + 1, "split it");
}

static void without_a_campaign_nothing_can_be_imported(void **state)
{
    struct fixture bare, *bare_state = mem_zero(1, sizeof *bare_state);
    void *owned;

    (void)state;
    open_fixture(&bare, 0);
    assert_file_refused(&bare, SHORT, sizeof SHORT - 1, "cegah load CAMPAIGN");
    *bare_state = bare;
    owned = bare_state;
    teardown(&owned);
}

static void half_a_row_is_refused_and_nothing_of_it_stored(void **state)
{
    struct fixture *f = *state;

    assert_row_refused(f, "phone,name,district,basis", "081200000001,Ani,maros", "",
        "half a row: it has 3 cells, the header names 4");
    assert_row_refused(f, "phone,name,district,basis", "081200000001,Ani,maros,form,x",
        "", "the row has 5 cells");
    assert_int_equal(address_find(f->db, ADDRESS_PHONE, "+6281200000001"), 0);
}

static void a_bad_row_does_not_touch_its_neighbours(void **state)
{
    struct fixture *f = *state;
    char bytes[] =
        SHORT "081200000001,And\xC3\xA9,maros,form\n081200000002,B\xE9la,maros,form\n"
              "081200000003,Ca\0ca,maros,form\n0812,Dani,maros,form\n"
              "081200000005,Eka,maros,form\n";
    struct import_options options = {.file = "daftar.csv"};

    run_options(f, &options, bytes, sizeof bytes - 1);
    assert_counts(f, 2, 0, 3, 0);
    detail(f, 3, "name", "refused", "no UTF-8 text");
    detail(f, 4, "name", "refused", "NUL byte");
    detail(f, 5, "phone", "refused", "too short");
    person_named(f, "+6281200000005", "Eka");
}

static void an_open_quote_costs_one_row_and_not_the_file(void **state)
{
    struct fixture *f = *state;
    struct buf text;

    buf_init(&text, 1 << 20);
    buf_add_text(&text, SHORT "081200000001,\"Ani,maros,form\n");
    for (int i = 2; i < 90; i++) {
        buf_add_format(&text, "0812000000%02d,N%d,maros,form\n", i, i);
    }
    buf_add_text(
        &text, "081200000090,Zaki,maros,\"form\n081200000091,Wati,maros,form\n");
    run(f, buf_text(&text));
    buf_fini(&text);
    assert_counts(f, 89, 0, 2, 0);
    detail(f, 2, "name", "refused", "close the quote");
    detail(f, 91, "basis", "refused", "opened and not closed");
    person_named(f, "+6281200000002", "N2");
    person_named(f, "+6281200000091", "Wati");
}

static void a_cell_over_its_limit_refuses_the_row(void **state)
{
    struct fixture *f = *state;
    char name[1100];
    char *row;

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    row = mem_format("081200000001,%s,maros,form", name);
    assert_row_refused(
        f, "phone,name,district,basis", row, "name", "more than 1024 bytes");
    free(row);
}

static void a_number_that_cannot_be_sent_to_is_refused_and_masked(void **state)
{
    struct fixture *f = *state;
    const json_t *item;

    run(f, SHORT "o812-0000-0180,Kiki,maros,form\n6.28123E+11,Salma,maros,form\n"
                 "(0411) 000-183,Citra,maros,form\n,Dewi,maros,form\n"
                 "\"081200000001,081200000002\",Eka,maros,form\n");
    assert_counts(f, 0, 0, 5, 0);
    item = detail(f, 2, "phone", "refused", "a letter where a digit should be");
    assert_string_equal(value_of(item), "o***-****-**80");
    assert_null(strstr(json_string_value(json_object_get(item, "reason")), "0812"));
    detail(f, 3, "phone", "refused", "lost its last digits");
    detail(f, 4, "phone", "refused", "landline");
    detail(f, 5, "phone", "refused", "there is no phone number");
    detail(f, 6, "phone", "refused", "two numbers");
}

static void a_number_in_the_wrong_column_is_masked_too(void **state)
{
    struct fixture *f = *state;

    run(f, SHORT "081200000001,Ani,081200000077,form\n");
    assert_string_equal(
        value_of(detail(f, 2, "district", "refused", "no loaded campaign")),
        "**********77");
}

static void without_a_basis_a_row_is_refused(void **state)
{
    struct fixture *f = *state;
    struct import_options options = {.file = "daftar.csv", .basis = "daftar hadir"};
    char how[128];

    assert_row_refused(f, "phone,name,district,basis", "081200000001,Ani,maros, ",
        "basis", "there is no basis");
    assert_row_refused(
        f, "phone,name,district", "081200000001,Ani,maros", "basis", "--basis");
    run_options(f, &options,
        SHORT "081200000001,Ani,maros,\n081200000002,Budi,maros,form\n",
        sizeof(SHORT "081200000001,Ani,maros,\n081200000002,Budi,maros,form\n") - 1);
    assert_counts(f, 2, 0, 0, 0);
    basis_of_person(f->db, person_named(f, "+6281200000001", "Ani").id, how);
    assert_string_equal(how, "daftar hadir");
    basis_of_person(f->db, person_named(f, "+6281200000002", "Budi").id, how);
    assert_string_equal(how, "form");
}

static void a_basis_that_is_too_long_is_refused(void **state)
{
    struct fixture *f = *state;
    char basis[140];
    char *row;
    struct import_options options = {.file = "x", .basis = basis};
    struct err err = {0};

    memset(basis, 'b', sizeof basis - 1);
    basis[sizeof basis - 1] = '\0';
    row = mem_format("081200000001,Ani,maros,%s", basis);
    assert_row_refused(f, "phone,name,district,basis", row, "basis", "too long");
    free(row);
    assert_null(import_new(
        f->db, f->catalogue, &options, SHORT, sizeof SHORT - 1, f->now, &err));
    assert_non_null(strstr(err.text, "the basis is too long"));
}

static void an_unknown_district_is_refused_with_the_nearest_right_one(void **state)
{
    struct fixture *f = *state;
    const char *header = "phone,name,district,basis";

    assert_row_refused(
        f, header, "081200000001,Ani,Morus,form", "district", "maros meant?");
    assert_row_refused(
        f, header, "081200000001,Ani,Kab. Maros,form", "district", "maros meant?");
    assert_row_refused(f, header, "081200000001,Ani,Bandung,form", "district",
        "known are maros, surabaya, ambon");
    assert_row_refused(
        f, header, "081200000001,Ani,,form", "district", "there is no district");
    assert_row_refused(
        f, "phone,basis", "081200000001,form", "district", "no district");
}

static void a_birth_year_outside_life_is_refused(void **state)
{
    static const char *const wrong[] = {
        "1899", "2027", "2011-05-02", "20 11", "x", "0"};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *row = mem_format("081200000001,maros,form,%s", wrong[i]);

        assert_row_refused(f, "phone,district,basis,birth_year", row, "birth_year",
            "no year from 1900 to 2026");
        free(row);
    }
    run(f, "phone,district,basis,birth_year\n081200000001,maros,form,\n"
           "081200000002,maros,form,2026\n081200000003,maros,form,1900\n");
    assert_counts(f, 3, 0, 0, 0);
    assert_int_equal(person_named(f, "+6281200000001", "").birth_year, 0);
}

static void sex_is_one_of_its_words_or_empty(void **state)
{
    static const char *const words[][2] = {{"female", "female"}, {"MALE", "male"},
        {"perempuan", "female"}, {"Laki-laki", "male"}, {"p", "female"}, {"L", "male"},
        {"f", "female"}, {"m", "male"}, {"", ""}};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char *text = mem_format(
            "phone,district,basis,sex\n08120000001%zu,maros,form,%s\n", i, words[i][0]);
        char phone[24];

        run(f, text);
        free(text);
        assert_counts(f, 1, 0, 0, 0);
        snprintf(phone, sizeof phone, "+628120000001%zu", i);
        assert_string_equal(person_named(f, phone, "").sex, words[i][1]);
    }
    assert_row_refused(f, "phone,district,basis,sex", "081200000029,maros,form,x",
        "sex", "write female");
}

static void fields_over_their_size_are_refused(void **state)
{
    struct fixture *f = *state;
    char name[62];
    char *row;

    memset(name, 'n', 61);
    name[61] = '\0';
    row = mem_format("081200000001,%s,maros,form", name);
    assert_row_refused(f, "phone,name,district,basis", row, "name", "60 characters");
    free(row);
    name[60] = '\0';
    row = mem_format(SHORT "081200000001,%s,maros,form\n", name);
    run(f, row);
    free(row);
    assert_counts(f, 1, 0, 0, 0);
    assert_string_equal(person_named(f, "+6281200000001", name).name, name);
    assert_row_refused(f, "phone,district,basis,role",
        "081200000002,maros,form,a role that is longer than anybody needs", "role",
        "too long");
    assert_row_refused(f, "phone,district,basis,code",
        "081200000002,maros,form,C0123456789012345678901234567890123", "code",
        "too long");
    assert_row_refused(f, "phone,district,basis,code", "081200000002,maros,form,A B",
        "code", "letters");
    assert_row_refused(f, "phone,district,basis,language",
        "081200000002,maros,form,bahasa indonesia", "language", "letters");
}

static void a_half_filled_consent_is_refused(void **state)
{
    static const char *const groups[][3] = {
        {"paper,2026-11-02,", "guardian_wording", "assent_wording"},
        {"paper,,v1", "guardian_date", "assent_date"},
        {",2026-11-02,v1", "guardian_method", "assent_method"},
        {"paper,,", "guardian_date", "assent_date"},
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        char *row = mem_format("081200000001,Ani,maros,form,%s,,,", groups[i][0]);

        assert_row_refused(f, CONSENTS, row, groups[i][1], "is half filled");
        free(row);
        row = mem_format("081200000001,Ani,maros,form,,,,%s", groups[i][0]);
        assert_row_refused(f, CONSENTS, row, groups[i][2], "is half filled");
        free(row);
    }
    assert_row_refused(f, "phone,district,basis,assent_method",
        "081200000001,maros,form,paper", "assent_date", "is half filled");
}

static void a_date_that_is_none_or_not_yet_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_row_refused(f, CONSENTS,
        "081200000001,Ani,maros,form,paper,02/11/2026,v1,,,", "guardian_date",
        "YYYY-MM-DD");
    assert_row_refused(f, CONSENTS,
        "081200000001,Ani,maros,form,paper,2026-02-30,v1,,,", "guardian_date",
        "it is no date");
    assert_row_refused(f, CONSENTS,
        "081200000001,Ani,maros,form,,,,paper,2026-11-21,v1", "assent_date",
        "has not come yet");
    assert_row_refused(f, "phone,district,basis,basis_date",
        "081200000001,maros,form,2026-11-21", "basis_date", "has not come yet");
    assert_row_refused(f, "phone,district,basis,basis_date",
        "081200000001,maros,form,kemarin", "basis_date", "it is no date");
    run(f, CONSENTS "\n081200000001,Ani,maros,form,paper,2026-11-20,v1,,,\n");
    assert_counts(f, 1, 0, 0, 0);
}

static void today_is_the_districts_today(void **state)
{
    struct fixture *f = *state;

    /* 20 November, 22:30 in Jakarta, is the 21st in Ambon. */
    assert_int_equal(time_parse("2026-11-20T22:30:00+07:00", &f->now), 0);
    run(f, "phone,district,basis,basis_date\n081200000001,surabaya,form,2026-11-21\n"
           "081200000002,ambon,form,2026-11-21\n");
    assert_counts(f, 1, 0, 1, 0);
    detail(f, 2, "basis_date", "refused", "has not come yet");
}

static void all_that_is_wrong_with_a_row_is_said_at_once(void **state)
{
    struct fixture *f = *state;

    run(f, "phone,district,basis,sex,birth_year\n0812,Morus,,x,99\n");
    assert_counts(f, 0, 0, 1, 0);
    detail(f, 2, "phone", "refused", "too short");
    detail(f, 2, "district", "refused", "maros meant?");
    detail(f, 2, "basis", "refused", "there is no basis");
    detail(f, 2, "sex", "refused", "write female");
    detail(f, 2, "birth_year", "refused", "no year");
}

static void a_mistyped_role_is_taken_with_a_warning(void **state)
{
    struct fixture *f = *state;

    run(f, "phone,district,basis,role\n081200000001,maros,form,champoin\n"
           "081200000002,maros,form,parent\n");
    assert_counts(f, 2, 0, 0, 0);
    assert_int_equal(number(f, "warned"), 1);
    detail(f, 2, "role", "taken", "is champion meant?");
}

static void a_number_of_unusual_length_is_taken_with_a_warning(void **state)
{
    struct fixture *f = *state;

    run(f, SHORT "0812000000012,Ani,maros,form\n");
    assert_counts(f, 1, 0, 0, 0);
    detail(f, 2, "phone", "taken", "unusual");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIST_TEST(indonesian_column_names_are_known),
        LIST_TEST(commas_semicolons_and_tabs_are_told_by_the_header),
        LIST_TEST(rows_are_numbered_as_a_spreadsheet_shows_them),
        LIST_TEST(a_file_without_a_header_is_refused),
        LIST_TEST(an_unknown_column_is_refused_with_the_nearest_right_one),
        LIST_TEST(a_file_that_is_no_csv_is_refused_with_what_to_do),
        LIST_TEST(a_file_over_the_limit_is_refused),
        LIST_TEST(without_a_campaign_nothing_can_be_imported),
        LIST_TEST(half_a_row_is_refused_and_nothing_of_it_stored),
        LIST_TEST(a_bad_row_does_not_touch_its_neighbours),
        LIST_TEST(an_open_quote_costs_one_row_and_not_the_file),
        LIST_TEST(a_cell_over_its_limit_refuses_the_row),
        LIST_TEST(a_number_that_cannot_be_sent_to_is_refused_and_masked),
        LIST_TEST(a_number_in_the_wrong_column_is_masked_too),
        LIST_TEST(without_a_basis_a_row_is_refused),
        LIST_TEST(a_basis_that_is_too_long_is_refused),
        LIST_TEST(an_unknown_district_is_refused_with_the_nearest_right_one),
        LIST_TEST(a_birth_year_outside_life_is_refused),
        LIST_TEST(sex_is_one_of_its_words_or_empty),
        LIST_TEST(fields_over_their_size_are_refused),
        LIST_TEST(a_half_filled_consent_is_refused),
        LIST_TEST(a_date_that_is_none_or_not_yet_is_refused),
        LIST_TEST(today_is_the_districts_today),
        LIST_TEST(all_that_is_wrong_with_a_row_is_said_at_once),
        LIST_TEST(a_mistyped_role_is_taken_with_a_warning),
        LIST_TEST(a_number_of_unusual_length_is_taken_with_a_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
