"""A list of thousands, with its slips: through the daemon, mended, repeated, cut off."""

import csv
import io
import json
import pty
import os
import subprocess
import threading

from house import CEGAH, PATIENCE, House, load_phone, phone

COLUMNS = ["HP", "Nama", "Kabupaten", "Dasar", "Tahun Lahir"]
HEADER = ";".join(COLUMNS)


def line(n):
    """One good row; every tenth person shares the number of the one before."""
    number = load_phone(n - 1 if n % 10 == 9 else n)
    district = ("Maros", "Ambon", "surabaya")[n % 3]
    return f"{number};Orang {n};{district};daftar hadir;{1960 + n % 50}"


SLIPS = [
    ("phone", "too short", lambda c: c.__setitem__(0, "0812")),
    ("phone", "lost its last digits", lambda c: c.__setitem__(0, "6.28123E+11")),
    ("phone", "two numbers", lambda c: c.__setitem__(0, "081200000001, 081200000002")),
    ("phone", "a letter where a digit", lambda c: c.__setitem__(0, "O81200000001")),
    ("phone", "landline", lambda c: c.__setitem__(0, "0411-000183")),
    ("name", "begins with =", lambda c: c.__setitem__(1, "=1+1")),
    ("district", "is maros meant", lambda c: c.__setitem__(2, "Marso")),
    ("district", "no district", lambda c: c.__setitem__(2, "")),
    ("basis", "no basis", lambda c: c.__setitem__(3, "")),
    ("birth_year", "no year", lambda c: c.__setitem__(4, "12-05-2011")),
]


def spoiled(rows, bad):
    """The list with `bad` of its rows spoiled, and {row number: (column, words, line)}."""
    lines, slips = [line(n) for n in range(rows)], {}
    for i in range(bad):
        at = (i + 1) * rows // (bad + 1)
        column, words, spoil = SLIPS[i % len(SLIPS)]
        cells = lines[at].split(";")
        slips[at + 2] = (column, words, lines[at])
        spoil(cells)
        lines[at] = ";".join(cells)
    return HEADER + "\r\n" + "\r\n".join(lines) + "\r\n", slips


def people(house):
    return house.rows("SELECT p.name, p.district, p.birth_year, p.flags, a.value FROM person p"
                      " JOIN person_address t ON t.person_id=p.id"
                      " JOIN address a ON a.id=t.address_id ORDER BY a.value, p.name")


def begin(house):
    house.start_simulator()
    house.write_config()
    house.start_daemon()
    house.cegah("load", str(house.write_campaign()))
    return house


def test_thirty_slips_in_25001_rows_are_named_mended_and_brought_in_without_doubles(house):
    begin(house)
    text, slips = spoiled(25001, 30)
    path, refused = house.folder / "daftar.csv", house.folder / "ditolak.csv"
    path.write_bytes(b"\xff\xfe" + text.encode("utf-16-le"))
    account = house.json("contacts", "import", str(path), "--refused", str(refused))
    assert (account["rows"], account["refused"]) == (25001, 30)
    assert account["taken"] == 25001 - 30
    found = {d["row"]: d for d in account["rows_detail"] if d["outcome"] == "refused"}
    assert found.keys() == slips.keys()
    for row, (column, words, _) in slips.items():
        assert found[row]["column"] == column and words in found[row]["reason"], found[row]

    # The refused rows stand there as they were, each with its place and its reason.
    assert refused.stat().st_mode & 0o777 == 0o600
    listed = list(csv.reader(io.StringIO(refused.read_text("utf-8-sig")), delimiter=";"))
    assert listed[0] == ["reason"] + COLUMNS and len(listed) == 31
    for cells, (row, (column, words, _)) in zip(listed[1:], slips.items()):
        assert cells[0].startswith(f"row {row}: {column}: ") and words in cells[0]
    assert listed[6][2] == "'=1+1"

    # Nothing but the reasons was mended: all are refused again, for the same.
    again = house.json("contacts", "import", str(refused), check=False)
    assert (again["rows"], again["refused"]) == (30, 30)
    assert len(people(house)) == 25001 - 30

    mended = "\r\n".join([";".join(listed[0])] + ["mended;" + good for _, _, good
                                                   in slips.values()])
    refused.write_text(mended)
    account = house.json("contacts", "import", str(refused))
    assert (account["taken"], account["refused"]) == (30, 0)
    whole = people(house)
    assert len(whole) == 25001 and len({row["name"] for row in whole}) == 25001

    # The whole good list again changes nothing.
    path.write_text(HEADER + "\n" + "\n".join(line(n) for n in range(25001)))
    account = house.json("contacts", "import", str(path))
    assert account["unchanged"] == account["rows"] == 25001
    assert people(house) == whole


def test_an_import_that_was_cut_off_and_run_again_comes_to_the_same(house):
    begin(house)
    path = house.folder / "daftar.csv"
    path.write_text(HEADER + "\n" + "\n".join(line(n) for n in range(6000)))
    command = subprocess.Popen([CEGAH, "contacts", "import", str(path), "-c",
                                str(house.config)], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    house.wait(lambda: house.rows("SELECT count(*) n FROM person")[0]["n"] > 500, "some rows")
    house.kill()
    command.communicate(timeout=PATIENCE)
    assert command.returncode == 3
    assert house.rows("SELECT count(*) n FROM person")[0]["n"] < 6000
    house.start_daemon()
    account = house.json("contacts", "import", str(path))
    assert account["taken"] + account["unchanged"] + account["merged"] == 6000
    assert 0 < account["taken"] < 6000
    cut = people(house)
    house.stop()
    other = House(house.folder / "other")
    other.folder.mkdir()
    try:
        other.write_config(base_url="http://127.0.0.1:9", virtual=False)
        other.cegah("load", str(other.write_campaign()))
        other.cegah("contacts", "import", str(path))
        assert people(other) == cut
        assert len(other.rows("SELECT 1 FROM basis")) == len(house.rows("SELECT 1 FROM basis"))
    finally:
        other.close()


def test_replies_are_taken_between_two_slices(house):
    begin(house)
    path = house.folder / "daftar.csv"
    path.write_text(HEADER + "\n" + "\n".join(line(n) for n in range(20000)))
    done = []
    importing = threading.Thread(target=lambda: done.append(
        house.json("contacts", "import", str(path))))
    importing.start()
    seen, progress = 0, []
    while importing.is_alive() and seen < 200:
        assert house.say(phone(7), "STOP") == 200
        status = house.status()
        if 0 <= status.get("progress", -1) < 1000:
            progress.append(status["progress"])
        seen += 1
    importing.join(PATIENCE * 2)
    assert done[0]["taken"] == 20000
    # More than one was answered while the list was half way, and the daemon said so.
    assert len(set(progress)) > 3 and progress == sorted(progress)
    assert "progress" not in house.status()


def test_a_terminal_shows_a_bar_and_a_file_none(house):
    begin(house)
    path = house.folder / "daftar.csv"
    path.write_text(HEADER + "\n" + "\n".join(line(n) for n in range(8000)))
    ours, theirs = pty.openpty()
    command = [CEGAH, "contacts", "import", str(path), "-c", str(house.config)]
    with open(house.folder / "account.txt", "w") as account:
        child = subprocess.Popen(command, stdout=account, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # the child closed its end
    os.close(ours)
    assert child.wait(PATIENCE) == 0
    assert "8000 rows: 8000 taken" in (house.folder / "account.txt").read_text()
    assert b"importing [" in shown and shown.endswith(b"\r\x1b[K")
    assert house.cegah("contacts", "import", str(path)).stderr == ""


def desk(house):
    house.write_config(base_url="http://127.0.0.1:9", virtual=False)
    house.cegah("load", str(house.write_campaign()))
    return house


def test_a_map_names_the_columns_on_the_command_line(house):
    desk(house)
    path = house.folder / "x.csv"
    path.write_text("Kontak,Alamat,Desa\n081200000001,Jl. Baru,Maros\n")
    done = house.cegah("contacts", "import", str(path), "--basis", "daftar", check=False)
    assert done.returncode == 1 and '--map ignore="Kontak"' in done.stderr
    account = house.json("contacts", "import", str(path), "--basis", "daftar", "--map",
                         "phone=Kontak", "--map", "ignore=Alamat", "--map", "district=Desa")
    assert account["taken"] == 1
    assert house.cegah("contacts", "import", str(path), "--map", "Kontak",
                       check=False).returncode == 2


def test_the_list_itself_is_never_replaced_by_its_refused_rows(house):
    desk(house)
    path, link = house.folder / "x.csv", house.folder / "y.csv"
    path.write_text("phone,district,basis\n0812,maros,form\n")
    link.symlink_to(path)
    for name in (path, link):
        done = house.cegah("contacts", "import", str(path), "--refused", str(name), check=False)
        assert done.returncode == 2 and "the list itself" in done.stderr
    assert path.read_text() == "phone,district,basis\n0812,maros,form\n"


def test_a_dry_run_writes_the_refused_rows_and_nothing_else(house):
    desk(house)
    path, refused = house.folder / "x.csv", house.folder / "y.csv"
    path.write_text("phone,district,basis\n0812,maros,form\n081200000001,maros,form\n")
    account = house.json("contacts", "import", str(path), "--refused", str(refused), "--dry-run")
    assert (account["taken"], account["refused"]) == (1, 1)
    assert refused.read_text("utf-8-sig").count("\n") == 2
    assert house.rows("SELECT 1 FROM person") == []


def test_a_row_that_cannot_be_read_stays_half_in_the_file_of_refused_rows(house):
    desk(house)
    path, refused = house.folder / "x.csv", house.folder / "y.csv"
    path.write_text("phone,name,district,basis\n081200000001,Ani,maros\n")
    house.cegah("contacts", "import", str(path), "--refused", str(refused), check=False)
    assert refused.read_text("utf-8-sig").splitlines()[1].endswith(",081200000001,Ani,maros")
    account = json.loads(house.cegah("contacts", "import", str(refused), "--json",
                                     check=False).stdout)
    assert "half a row" in account["rows_detail"][0]["reason"]
