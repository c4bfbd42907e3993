"""Every rule of the checker: a folder that breaks it in one place, and its twin that does not.

A case is a folder in tests/fixtures/content: the files in bad/ or good/ lie over those of
base/, and `expected` holds the lines that the bad one is complained of with.
"""

import re
import shutil

import pytest
from house import ROOT

CASES = ROOT / "tests" / "fixtures" / "content"
NAMES = sorted(each.parent.name for each in CASES.glob("*/expected"))
DAY = "2026-11-25"  # how old an entry of the directory is depends on the day
HEAD = re.compile(r"\S+: (error|warning): ")


def check(house, name, side):
    """The lines that name a place, as `cegah check` prints them within the folder."""
    folder = house.folder / name
    shutil.copytree(CASES / "base", folder)
    if name == "folder-without-series" and side == "bad":
        (folder / "series.yaml").unlink()
    for file in (CASES / name / side).iterdir():
        shutil.copy(file, folder / file.name)
    done = house.cegah("check", "--date", DAY, str(folder), check=False, config=False)
    printed = done.stderr.replace(f"{folder}/", "")
    return done, printed, [line for line in printed.splitlines() if HEAD.match(line)]


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_folder_is_complained_of_where_it_is_broken(house, name):
    done, printed, lines = check(house, name, "bad")
    expected = (CASES / name / "expected").read_text().splitlines()
    assert lines == expected, printed
    errors = sum(": error: " in line for line in expected)
    assert done.returncode == (1 if errors else 0)
    warnings = len(expected) - errors
    assert done.stdout.splitlines()[-1] == f"{errors} errors, {warnings} warnings"
    for line in expected:
        at = printed.splitlines().index(line)
        place = re.match(r"\S+:(\d+):(\d+): ", line)
        if place:  # the source line, and a caret under the column
            assert printed.splitlines()[at + 2] == " " * (int(place[2]) + 3) + "^"


@pytest.mark.parametrize("name", NAMES)
def test_its_twin_is_right(house, name):
    done, printed, lines = check(house, name, "good")
    assert lines == [] and done.returncode == 0, printed
    assert done.stdout.splitlines()[-1] == "0 errors, 0 warnings"


def test_there_are_sixty_broken_folders_at_least():
    assert len(NAMES) >= 60


def assert_refused(house, names, rule):
    """Neither checked nor loaded; the advice names the rule."""
    house.write_config(virtual=False, base_url="http://127.0.0.1:9")
    house.cegah("load", str(CASES / "base"))
    for name in names:
        done, printed, _ = check(house, name, "bad")
        assert done.returncode == 1 and f"({rule})" in printed, printed
        loaded = house.cegah("load", str(house.folder / name), check=False)
        assert loaded.returncode == 1, (name, loaded.stdout)
    assert house.rows("SELECT count(*) AS n FROM campaign_version") == [{"n": 1}]


def test_r10_nothing_is_loaded_whose_preview_shows_what_a_glance_must_not_see(house):
    names = [name for name in NAMES if name.startswith(("preview-", "link-"))]
    names += ["invitation-holds-the-preview-rule", "organisation-with-a-word",
              "event-title-with-a-word", "event-link-with-a-word"]
    assert len(names) >= 9
    assert_refused(house, names, "R10")


def test_r11_nothing_is_loaded_that_lacks_a_discreet_text_or_has_one_that_tells(house):
    names = [name for name in NAMES
             if "without-a-discreet-text" in name or name.startswith("discreet-text")]
    assert len(names) >= 8
    assert_refused(house, names, "R11")
