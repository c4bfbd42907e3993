"""A spreadsheet is read by a limited child process, and refused for what it may not be."""

import os

import pytest
from house import phone
from xlsx_file import workbook

HEADER = ["No HP", "Nama", "Kabupaten", "Dasar", "Tanggal Dasar"]


@pytest.fixture
def desk(house):
    house.write_config(base_url="http://127.0.0.1:9", virtual=False)
    house.cegah("load", str(house.write_campaign()))
    return house


def bring(desk, content, *options, env=None, name="daftar.xlsx"):
    path = desk.folder / name
    path.write_bytes(content)
    return desk.cegah("contacts", "import", str(path), "--json", *options, check=False,
                      env=env)


def refused(desk, content, words, status=1, env=None):
    done = bring(desk, content, env=env)
    assert done.returncode == status and words in done.stderr, done.stderr
    assert desk.rows("SELECT count(*) n FROM person")[0]["n"] == 0


def test_the_first_sheet_is_imported_with_its_own_row_numbers(desk):
    first = [HEADER, ["0812-0000-0001", "Andi Ñ", "Maros", "formulir", ("date", 45936)],
             None, [6281200000002, "Budi", "Maros", "formulir", "2025-10-06"],
             ["0812", "Caca", "Maros", "formulir", ""]]
    done = bring(desk, workbook([first, [["phone"], ["bukan ini"]]]))
    assert done.returncode == 0, done.stderr
    assert '"taken": 2' in done.stdout and '"row": 5' in done.stdout, done.stdout
    people = desk.rows("SELECT p.name, a.value, b.dated, b.source FROM person p"
                       " JOIN person_address t ON t.person_id=p.id"
                       " JOIN address a ON a.id=t.address_id"
                       " JOIN basis b ON b.person_id=p.id ORDER BY p.id")
    assert people == [
        {"name": "Andi Ñ", "value": phone(1), "dated": "2025-10-06",
         "source": "import:daftar.xlsx:2"},
        {"name": "Budi", "value": phone(2), "dated": "2025-10-06",
         "source": "import:daftar.xlsx:4"}]


def test_nothing_of_a_spreadsheet_stays_in_the_folder_for_temporary_files(desk):
    folder = desk.folder / "tmp"
    folder.mkdir()
    bring(desk, workbook([[HEADER]]), env={"TMPDIR": str(folder)})
    bring(desk, workbook(["<worksheet"]), env={"TMPDIR": str(folder)})
    assert list(folder.iterdir()) == []


def test_macros_are_refused(desk):
    refused(desk, workbook([[HEADER]], [("xl/vbaProject.bin", b"\0")]), "holds macros")


def test_a_password_is_refused(desk):
    content = bytearray(workbook([[HEADER]]))
    at = content.index(b"PK\1\2")
    content[at + 8] |= 1
    refused(desk, bytes(content), "has a password")
    refused(desk, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "one with a password")


def test_another_zip_is_no_spreadsheet(desk):
    other = workbook([[HEADER]]).replace(b"xl/workbook.xml", b"wd/workbook.xml")
    refused(desk, other, "no Excel spreadsheet")


def test_an_open_document_is_named_as_one(desk):
    other = workbook([[HEADER]], [("content.xml", b"<x/>")])
    refused(desk, other.replace(b"xl/workbook.xml", b"wd/workbook.xml"), "OpenDocument")


def test_half_a_spreadsheet_is_damaged(desk):
    content = workbook([[HEADER]])
    refused(desk, content[:len(content) // 2], "is damaged")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(desk):
    bomb = workbook([[HEADER]], [("xl/bomb.xml", b"0" * (300 << 20))])
    assert len(bomb) < 1 << 20
    refused(desk, bomb, "which no contact list needs")


def test_a_bomb_that_lies_about_its_size_meets_the_limits_of_its_process(desk):
    rows = "<row><c t='inlineStr'><is><t>" + "a" * (150 << 20)
    content = bytearray(workbook([rows]))
    at = content.index(b"xl/worksheets/sheet1.xml", content.index(b"PK\1\2")) - 46
    content[at + 24:at + 28] = (1000).to_bytes(4, "little")
    done = bring(desk, bytes(content))
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr


def test_broken_xml_is_said_and_nothing_is_stored(desk):
    refused(desk, workbook(["<worksheet><sheetData><row"]), "cannot be read")


def test_an_empty_first_sheet_is_said(desk):
    refused(desk, workbook([[], [HEADER]]), "empty")


def test_without_the_program_it_is_said_what_to_install(desk):
    refused(desk, workbook([[HEADER]]), "apt install xlsx2csv", status=3,
            env={"PATH": str(desk.folder)})


def test_the_program_gets_limits_and_no_environment_of_ours(desk, tmp_path):
    said = tmp_path / "bin" / "xlsx2csv"
    said.parent.mkdir()
    said.write_text("#!/usr/bin/python3\n"
                    "import os, resource, stat, sys\n"
                    "r = resource.getrlimit\n"
                    "mode = stat.S_IMODE(os.stat(sys.argv[-1]).st_mode)\n"
                    "print('phone,name,district,basis')\n"
                    "print('081200000001,%s %s %s %o %s,maros,form' % ("
                    "r(resource.RLIMIT_AS)[1] >> 20, r(resource.RLIMIT_CPU)[1],"
                    "r(resource.RLIMIT_FSIZE)[1], mode, 'SECRET' in os.environ))\n")
    said.chmod(0o755)
    done = bring(desk, workbook([[HEADER]]),
                 env={"PATH": f"{said.parent}:{os.environ['PATH']}", "SECRET": "x"})
    assert done.returncode == 0, done.stderr
    assert desk.rows("SELECT name FROM person") == [{"name": "1024 60 0 600 False"}]


def test_a_column_no_is_a_serial_number_and_a_folder_is_no_list(desk):
    done = bring(desk, b"No.;No HP;Nama;Kabupaten;Dasar\n1;0812-0000-0010;Rahma;maros;formulir\n",
                 name="daftar.csv")
    assert done.returncode == 0 and '"taken": 1' in done.stdout
    done = desk.cegah("contacts", "import", str(desk.folder), check=False)
    assert done.returncode == 1 and "is a folder" in done.stderr
