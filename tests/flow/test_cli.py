"""The command line as DESIGN promises it: help, exit statuses, init, and where it looks."""

import os
import re
import stat
import subprocess

import pytest
from house import CEGAH, PATIENCE

USAGE, REFUSED, UNABLE = 2, 1, 3
NOBODY = "http://127.0.0.1:1"
COMMANDS = ["demo", "init", "check", "preview", "load", "start", "pause", "resume", "stop", "serve",
            "send", "contacts", "messages", "message", "inbox", "report", "user",
            "simulator"]


def run(*arguments, cwd=None, env=None):
    return subprocess.run([CEGAH, *arguments], capture_output=True, text=True, cwd=cwd,
                          timeout=PATIENCE, env={**os.environ, **(env or {})},
                          stdin=subprocess.DEVNULL)


def test_help_lists_every_command():
    for arguments in (["help"], ["--help"], ["-h"], ["help", "help"]):
        done = run(*arguments)
        assert done.returncode == 0 and done.stderr == ""
        listed = re.findall(r"^  ([a-z]+) +\S", done.stdout, re.M)
        assert listed == COMMANDS
        assert "1 refused" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_tells_its_usage_and_every_option(command):
    done = run("help", command)
    assert done.returncode == 0 and done.stderr == ""
    usage, text = done.stdout.split("\n", 1)
    assert usage.startswith(f"usage: cegah {command} ")
    for option in re.findall(r"--[a-z-]+", usage):
        assert option in text, option
    assert max(len(line) for line in text.splitlines()) <= 88
    for other in ([command, "--help"], [command, "-h"]):
        assert run(*other).stdout == done.stdout


def test_no_command_and_an_unknown_one_are_wrong_usage():
    done = run()
    assert done.returncode == USAGE
    for arguments in (["frob"], ["help", "frob"], [""], ["--frob"], ["LOAD"]):
        done = run(*arguments)
        assert done.returncode == USAGE and done.stdout == ""
        assert "`cegah help` lists them" in done.stderr


@pytest.mark.parametrize("line", [
    *[f"{command} --frob" for command in COMMANDS], "check -c", "load", "load a b",
    "load a --dry-run=x", "start", "start a b", "pause", "resume", "stop", "serve x",
    "send", "send --to 0812", "send --text x", "send --to x --text y z", "contacts",
    "contacts frob", "contacts import", "contacts import a b", "contacts list x",
    "contacts list --limit 0", "contacts list --limit x", "contacts show",
    "contacts show 1 2", "messages x", "messages --state lost", "messages --limit -1",
    "messages --limit 99999999999999999999", "messages --contact", "message",
    "message a b", "report", "report money", "report delivery money",
    "report delivery --by people", "report delivery --format pdf",
    "report delivery --from 1.2.2026", "report delivery --from 2026-13-01",
    "report delivery --from 2026-02-01 --to 2026-01-01", "init a b",
    "simulator --clock sideways", "simulator --start noon", "simulator x", "demo x"])
def test_wrong_usage_is_told_with_the_usage(line):
    done = run(*line.split())
    assert done.returncode == USAGE, done
    command = line.split()[0]
    assert done.stdout == ""
    first, rest = done.stderr.split("\n", 1)
    assert first.startswith(f"cegah {command}: ") and len(first) > len(command) + 10
    assert f"usage: cegah {command} " in rest and f"cegah help {command}" in rest


def test_init_makes_a_config_and_a_campaign_that_pass(tmp_path):
    done = run("init", cwd=tmp_path)
    assert done.returncode == 0 and "Next: cegah check" in done.stdout
    following = done.stdout.split("Next: cegah ")[1].split()
    for arguments in (["check"], ["check", "campaigns/contoh"], following):
        done = run(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("0 errors, 0 warnings\n")
    # What is secret is for its owner only.
    for name in ("focal.key", "kannel.password"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "cegah.yaml").stat().st_mode) & 0o007 == 0
    done = run("load", "campaigns/contoh", cwd=tmp_path)
    assert done.returncode == 0 and "loaded as version 1" in done.stdout


def test_init_makes_another_key_each_time(tmp_path):
    for name in ("one", "two"):
        assert run("init", name, cwd=tmp_path).returncode == 0
    for name in ("focal.key", "kannel.password", "cegah.yaml"):
        assert (tmp_path / "one" / name).read_text() != (tmp_path / "two" / name).read_text()


@pytest.mark.parametrize("name", ["cegah.yaml", "focal.key", "kannel.password",
                                  "campaigns/contoh/campaign.yaml"])
def test_init_overwrites_nothing_and_leaves_nothing_behind(tmp_path, name):
    there = tmp_path / name
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_text("mine")
    done = run("init", cwd=tmp_path)
    assert done.returncode == REFUSED and done.stdout == ""
    assert name in done.stderr and "overwrites nothing" in done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [there]
    assert there.read_text() == "mine"


def test_init_says_where_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in ("file", "no/such", "/proc/nowhere"):
        done = run("init", folder, cwd=tmp_path)
        assert done.returncode == UNABLE and folder in done.stderr, done


def test_the_config_is_found_where_one_stands(tmp_path):
    run("init", cwd=tmp_path)
    (tmp_path / "below").mkdir()
    assert run("check", cwd=tmp_path).returncode == 0
    done = run("check", cwd=tmp_path / "below")
    assert done.returncode == UNABLE and "./cegah.yaml" in done.stderr
    assert run("check", "-c", "../cegah.yaml", cwd=tmp_path / "below").returncode == 0
    # Its paths are its own folder's, wherever one stands.
    done = run("load", "-c", "../cegah.yaml", "../campaigns/contoh", cwd=tmp_path / "below")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cegah.db").exists() and not (tmp_path / "below" / "cegah.db").exists()


def test_an_output_that_cannot_be_written_is_no_success(tmp_path):
    run("init", cwd=tmp_path)
    run("load", "campaigns/contoh", cwd=tmp_path)
    for line in ("messages", "contacts list", "report delivery", "messages --json"):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CEGAH, *line.split()], stdout=full, text=True,
                                  stderr=subprocess.PIPE, cwd=tmp_path, timeout=PATIENCE)
        assert done.returncode == UNABLE and "could not be written" in done.stderr, line
