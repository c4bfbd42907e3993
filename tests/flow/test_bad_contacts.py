"""A contact list that is wrong: each row accounted for, nothing half-stored, a sentence."""

import pytest
from house import ADULT, ASSENT, COLUMNS, GUARDIAN, csv_text, phone

REFUSED, UNABLE = 1, 3
NOBODY = "http://127.0.0.1:1"
TABLES = ("person", "address", "person_address", "basis", "consent", "enrolment", "message")
HEADER = ",".join(COLUMNS) + "\n"


@pytest.fixture(params=[False, True], ids=["alone", "daemon"])
def two_ways(house, request):
    """A loaded campaign; the import goes into the file, or through the daemon."""
    house.write_config(virtual=False, base_url=NOBODY)
    house.cegah("load", str(house.write_campaign()))
    if request.param:
        house.start_daemon()
    return house


def content(house):
    return {table: house.rows(f"SELECT * FROM {table}") for table in TABLES}


def person(n=10, **more):
    return {**ADULT, "phone": phone(n), "name": "Rahma", **more}


def bring(house, data, *options):
    path = house.folder / "contacts.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return house.cegah("contacts", "import", str(path), *options, check=False)


# A file that is refused as a whole, and words of the sentence.
NO_LIST = {
    "empty": (b"", "the file is empty"),
    "blank_lines": (b"\n \n\n", "the file is empty"),
    "no_header": (csv_text([person()]).split("\n", 1)[1], "there is no header"),
    "unknown_column": (csv_text([person()]).replace("birth_year", "birth_yeer"),
                       '"birth_yeer", is no column; is birth_year meant? Columns'),
    "column_far_from_all": (csv_text([person()]).replace("birth_year", "colour"),
                            '"colour", is no column that is known'),
    "column_twice": (csv_text([person()]).replace("name,", "nomor,"),
                     "columns 1 and 2 of the header both mean phone"),
    "no_phone_column": (csv_text([person()], COLUMNS[1:]), "phone"),
    "binary": (bytes(range(256)) * 20, "no UTF-8"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "there is no header"),
    "spreadsheet": (b"PK\3\4" + bytes(200), "the spreadsheet is damaged"),
    "utf16_bare": (csv_text([person()]).encode("utf-16-le"), "no UTF-8"),
    "too_many_columns": ("phone" + ",x" * 500 + "\n", "column"),
}


@pytest.mark.parametrize("name", NO_LIST)
def test_what_is_no_list_is_refused_whole(two_ways, name):
    house = two_ways
    data, words = NO_LIST[name]
    before = content(house)
    done = bring(house, data)
    assert done.returncode == REFUSED and done.stdout == ""
    assert done.stderr.startswith("cegah: ") and "contacts.csv: " in done.stderr
    assert words in done.stderr
    assert content(house) == before


# A row that is refused; the column that is named, and words of the reason.
NO_ROW = {
    "half_a_row": (None, "", "half a row"),
    "unknown_district": ({"district": "marros"}, "district", "is maros meant?"),
    "district_far_from_all": ({"district": "oslo"}, "district", "known are maros"),
    "no_district": ({"district": ""}, "district", ""),
    "no_basis": ({"basis": ""}, "basis", "--basis"),
    "half_guardian": ({"guardian_method": "paper"}, "guardian_date", "half filled"),
    "half_assent": ({"assent_date": "2026-01-02"}, "assent_method", "half filled"),
    "guardian_without_wording": ({**GUARDIAN, "guardian_wording": ""}, "guardian_wording",
                                 "half filled"),
    "no_date": ({**GUARDIAN, "guardian_date": "02/13/2026"}, "guardian_date", "YYYY-MM-DD"),
    "day_to_come": ({**ASSENT, "assent_date": "2999-01-02"}, "assent_date", "not come yet"),
    "no_number": ({"phone": ""}, "phone", ""),
    "short_number": ({"phone": "0812"}, "phone", ""),
    "letters_in_the_number": ({"phone": phone(10) + "x"}, "phone", ""),
    "two_numbers": ({"phone": phone(10) + " / " + phone(11)}, "phone", ""),
    "no_year": ({"birth_year": "12"}, "birth_year", "1900"),
    "year_to_come": ({"birth_year": "2999"}, "birth_year", ""),
    "unknown_sex": ({"sex": "zzz"}, "sex", ""),
    "long_cell": ({"name": "x" * 5000}, "name", "1024"),
    "nul_byte": ({"name": "Ra\0hma"}, "name", "NUL"),
}


@pytest.mark.parametrize("name", NO_ROW)
def test_a_wrong_row_is_refused_with_its_reason_and_the_others_are_taken(two_ways, name):
    house = two_ways
    more, column, words = NO_ROW[name]
    wrong = csv_text([person(**more)]).split("\n", 1)[1] if more is not None \
        else phone(10) + ",Rahma\n"
    # Alone: nothing is taken, which is a refusal, and nothing of it is stored.
    before = content(house)
    done = bring(house, HEADER + wrong, "--json")
    assert done.returncode == REFUSED
    assert '"refused": 1' in done.stdout
    assert content(house) == before
    # Between two right ones.
    done = bring(house, csv_text([person(20)]) + wrong +
                 csv_text([person(21)]).split("\n", 1)[1])
    assert done.returncode == 0
    assert "3 rows: 2 taken, 0 merged, 1 refused" in done.stdout
    line, = [each for each in done.stdout.splitlines() if "refused  " in each]
    assert line.split()[0] == "3" and column in line and words in line
    assert phone(10)[3:] not in done.stdout
    assert sorted(row["value"] for row in house.rows("SELECT value FROM address")) == \
        [phone(20), phone(21)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_list_is_read_in_the_encodings_that_spreadsheets_write(two_ways, encoding):
    house = two_ways
    text = csv_text([person(10, name="Renée"), person(11)])
    done = bring(house, text.encode(encoding))
    assert done.returncode == 0
    assert "2 rows: 2 taken, 0 merged, 0 refused" in done.stdout
    assert "Renée" in [row["name"] for row in house.rows("SELECT name FROM person")]


def test_a_quote_left_open_takes_no_rows_along(two_ways):
    house = two_ways
    rows = csv_text([person(10), person(11), person(12)]).splitlines(keepends=True)
    done = bring(house, "".join(rows[:2]) + '"' + "".join(rows[2:]))
    assert done.returncode == 0
    assert "3 rows: 2 taken, 0 merged, 1 refused" in done.stdout
    assert 'a quote (")' in done.stdout


def test_a_dry_run_accounts_and_stores_nothing(two_ways):
    house = two_ways
    before = content(house)
    text = csv_text([person(10), person(11, district="oslo"), person(10)])
    foretold = bring(house, text, "--dry-run")
    assert foretold.returncode == 0
    assert "nothing is stored" in foretold.stdout
    assert content(house) == before
    real = bring(house, text)
    assert foretold.stdout.replace(" (a dry run: nothing is stored)", "") == real.stdout


def test_the_same_file_twice_changes_nothing(two_ways):
    house = two_ways
    text = csv_text([person(10), person(11, birth_year="2012", **GUARDIAN, **ASSENT)])
    assert "2 taken" in bring(house, text).stdout
    before = content(house)
    again = bring(house, text)
    assert again.returncode == 0
    assert "2 rows: 0 taken, 0 merged, 0 refused, 2 unchanged" in again.stdout
    assert content(house) == before


def test_the_basis_of_a_file_fills_rows_without_one(two_ways):
    house = two_ways
    text = csv_text([person(10, basis=""), person(11)])
    assert "2 taken" in bring(house, text, "--basis", "pendaftaran lokakarya").stdout
    assert [row["how"] for row in house.rows("SELECT how FROM basis ORDER BY id")] == \
        ["pendaftaran lokakarya", "daftar hadir"]


def test_both_ways_say_the_same(house):
    house.write_config(virtual=False, base_url=NOBODY)
    house.cegah("load", str(house.write_campaign()))
    files = [csv_text([person(30 + i)]) + wrong for i, wrong in enumerate(
        [csv_text([person(**more)]).split("\n", 1)[1] for more, _, _ in
         list(NO_ROW.values())[1:]])] + [data for data, _ in NO_LIST.values()]
    alone = [bring(house, each, "--dry-run") for each in files]
    house.start_daemon()
    for each, before in zip(files, alone):
        done = bring(house, each, "--dry-run")
        assert (done.returncode, done.stdout, done.stderr) == \
            (before.returncode, before.stdout, before.stderr)


def test_a_file_that_cannot_be_read_is_named(house):
    house.write_config(virtual=False, base_url=NOBODY)
    for path, status in ((house.folder / "nowhere.csv", UNABLE), (house.folder, REFUSED)):
        done = house.cegah("contacts", "import", str(path), check=False)
        assert done.returncode == status and str(path) in done.stderr


def test_contacts_wait_for_a_campaign(house):
    house.write_config(virtual=False, base_url=NOBODY)
    done = bring(house, csv_text([person()]))
    assert done.returncode == REFUSED
    assert "no campaign is loaded" in done.stderr and "cegah load" in done.stderr
