"""A campaign folder that is wrong: its place, the line, what to do; and nothing is loaded."""

import re

import pytest
from house import CAMPAIGN_YAML, SERIES_YAML

REFUSED = 1
NOBODY = "http://127.0.0.1:1"

# File, what stands there, what is written instead; the line and column, and words.
WRONG = {
    "unknown_key": ("series.yaml", "title:", "titel:", 3, 1,
                    ['unknown key "titel"', 'Did you mean "title"?']),
    "unknown_key_of_a_step": ("series.yaml", "    say:", "    sai:", 9, 5, ['"sai"', '"say"']),
    "list_for_a_text": ("series.yaml", '"Selamat datang, {nama}!"', "[a, b]", 9, 17,
                        ['"text" must be a text']),
    "word_for_a_number": ("series.yaml", "week: 1", "week: one", 8, 16,
                          ["whole number from 1 to 104"]),
    "unknown_day": ("series.yaml", "day: wed", "day: rabu", 8, 24, ["day"]),
    "unknown_zone": ("campaign.yaml", "Asia/Makassar", "Asia/Macassar", 8, 30,
                     ["Asia/Macassar"]),
    "unknown_placeholder": ("series.yaml", "{nama}", "{name}", 9, 34, ["{name}"]),
    "step_that_stands_twice": ("series.yaml", "id: C4", "id: C1", 10, 9, ["C1"]),
    "missing_key": ("campaign.yaml", "organisation: Tim Uji\n", "", 2, 1, ["organisation"]),
    "tab": ("series.yaml", "    say:", "\tsay:", 9, 1, ["blanks, no tabs"]),
    "open_quote": ("series.yaml", '{nama}!"', "{nama}!", None, None, ["quotes"]),
    "open_bracket": ("series.yaml", "{role: champion}", "{role: champion", None, None,
                     ["mapping"]),
}


def break_it(house, name):
    folder = house.write_campaign()
    file, old, new = WRONG[name][:3]
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return folder / file


def assert_points(path, text, line, column, words):
    """Path, line and column; then the line itself, and a caret below that column."""
    found = re.search(re.escape(str(path)) + r":(\d+):(\d+): error: ", text)
    assert found, text
    if line is not None:
        assert (int(found[1]), int(found[2])) == (line, column), text
    lines = text[found.start():].splitlines()
    assert lines[2].strip() == "^" and len(lines[2]) == 4 + int(found[2]), text
    for word in words:
        assert word in text, text


def with_daemon(house, running):
    house.write_config(virtual=False, base_url=NOBODY)
    if running:
        house.start_daemon()
    house.cegah("load", str(house.write_campaign()))


def versions(house):
    return [row["n"] for row in house.rows("SELECT count(*) AS n FROM campaign_version")]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_in_content_has_its_place_and_advice(house, name):
    path = break_it(house, name)
    done = house.cegah("check", str(path.parent), check=False, config=False)
    assert done.returncode == REFUSED
    assert_points(path, done.stderr, *WRONG[name][3:])
    assert re.fullmatch(r"[1-9]\d* errors, \d+ warnings", done.stdout.splitlines()[-1])


@pytest.mark.parametrize("running", [False, True], ids=["alone", "daemon"])
def test_an_error_loads_nothing_and_the_running_version_stays(house, running):
    with_daemon(house, running)
    house.cegah("start", "uji")
    before = house.rows("SELECT * FROM campaign") + house.rows("SELECT * FROM series")
    for name in WRONG:
        path = break_it(house, name)
        done = house.cegah("load", str(path.parent), check=False)
        assert done.returncode == REFUSED, name
        assert done.stdout == ""
        assert_points(path, done.stderr, *WRONG[name][3:])
        assert "nothing was loaded" in done.stderr
    assert house.rows("SELECT * FROM campaign") + house.rows("SELECT * FROM series") == before
    assert versions(house) == [1]
    # The right one is as it was.
    assert "nothing has changed" in house.cegah("load", str(house.write_campaign())).stdout


def binary(folder):
    (folder / "more.yaml").write_bytes(bytes(range(256)) * 8)
    return folder / "more.yaml"


def latin(folder):
    (folder / "more.yaml").write_bytes(b"series: x\ntitle: caf\xe9\n")
    return folder / "more.yaml"


def nul(folder):
    (folder / "more.yaml").write_bytes(b"series: x\ntitle: ca\0fe\n")
    return folder / "more.yaml"


def escape(folder):
    (folder / "more.yaml").write_bytes(b'series: x\n"\x1b[31mtitle": [x\n')
    return folder / "more.yaml"


def empty(folder):
    (folder / "more.yaml").write_bytes(b"")
    return folder / "more.yaml"


def large(folder):
    (folder / "more.yaml").write_bytes(b"# a comment\n" * (2 << 20 >> 3))
    return folder / "more.yaml"


def alias_bomb(folder):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += ["a%d: &a%d [%s]" % (i, i, ", ".join(["*a%d" % (i - 1)] * 10))
              for i in range(1, 9)]
    (folder / "more.yaml").write_text("\n".join(lines) + "\n")
    return folder / "more.yaml"


def deep(folder):
    (folder / "more.yaml").write_text("series: " + "[" * 20000 + "\n")
    return folder / "more.yaml"


@pytest.mark.parametrize("running", [False, True], ids=["alone", "daemon"])
@pytest.mark.parametrize("make", [binary, latin, nul, escape, empty, large, alias_bomb, deep])
def test_a_file_that_is_no_content_is_refused_and_named(house, make, running):
    with_daemon(house, running)
    path = make(house.write_campaign())
    for command in ("check", "load"):
        done = house.cegah(command, str(path.parent), check=False)
        assert done.returncode == REFUSED, done
        assert str(path) in done.stderr and "error: " in done.stderr
        # What a terminal would obey is not handed to it.
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.stderr)
    assert versions(house) == [1]


@pytest.mark.parametrize("command", ["check", "load"])
def test_a_folder_without_a_campaign_is_refused(house, command):
    house.write_config(virtual=False, base_url=NOBODY)
    (house.folder / "empty").mkdir()
    (house.folder / "file.yaml").write_text("campaign: x\n")
    for name, words in (("empty", "no campaign.yaml"), ("nowhere", "No such file"),
                        ("file.yaml", "a campaign is a folder")):
        done = house.cegah(command, str(house.folder / name), check=False)
        assert done.returncode == REFUSED
        assert name in done.stderr and words in done.stderr
    folder = house.write_campaign()
    (folder / "campaign.yaml").unlink()
    done = house.cegah(command, str(folder), check=False)
    assert done.returncode == REFUSED
    assert "no campaign.yaml" in done.stderr


def test_a_hundred_errors_are_all_said(house):
    steps = "".join('  - id: X%d\n    at: {week: "…", day: wed, time: "16:15"}\n'
                    '    say: "Halo — sampai jumpa"\n' % i for i in range(100))
    folder = house.write_campaign(series=SERIES_YAML + steps)
    house.write_config(virtual=False, base_url=NOBODY)
    house.start_daemon()
    done = house.cegah("load", str(folder), check=False)
    assert done.returncode == REFUSED
    assert done.stderr.count(": error: ") == 100
    # The socket says as much as fits, in whole characters.
    files = [{"name": each.name, "text": each.read_text()} for each in folder.iterdir()]
    for filler in range(4):
        code, body = house.operation("load", {"files": files, "prefix": "x" * filler})
        assert code == 422 and body["code"] == REFUSED
        assert "the campaign has 100 errors" in body["detail"]


def test_a_district_has_one_zone_over_all_campaigns(house):
    with_daemon(house, False)
    other = CAMPAIGN_YAML.replace("campaign: uji", "campaign: lain").replace(
        "{name: Maros, zone: Asia/Makassar}", "{name: Maros, zone: Asia/Jakarta}")
    folder = house.write_campaign(campaign=other, name="lain")
    done = house.cegah("load", str(folder), check=False)
    assert done.returncode == REFUSED
    assert "maros" in done.stderr and "uji" in done.stderr
    assert versions(house) == [1]


def test_a_dry_run_of_load_loads_nothing(house):
    with_daemon(house, False)
    folder = house.write_campaign(series=SERIES_YAML.replace("week: 2", "week: 3"))
    done = house.cegah("load", str(folder), "--dry-run")
    assert "changed: C4" in done.stdout and "dry run" in done.stdout
    assert versions(house) == [1]


def test_a_right_folder_passes_and_counts_nothing(house):
    done = house.cegah("check", str(house.write_campaign()), config=False)
    assert done.stdout.splitlines()[-1] == "0 errors, 0 warnings"
    assert done.stderr == ""
