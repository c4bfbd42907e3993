"""The demo with several seeds: other people, other chances, and the accounts agree.

SEEDS (3) says how many: seeds 1 to SEEDS. `make torture` takes twenty.
"""

import collections
import json
import os
import re
import sqlite3
import subprocess

import pytest

from house import CEGAH, ROOT

# A sanitizer makes everything slow: then one, twice.
SEEDS = int(os.environ.get("SEEDS", "1" if "asan" in CEGAH else "3"))
LIMIT_S = 600
STATES = ("queued", "sending", "sent", "delivered", "read", "failed", "expired", "cancelled",
          "unsure")


def demo(folder, seed):
    """Runs it; returns what it printed."""
    done = subprocess.run([CEGAH, "demo", "--dir", str(folder), "--seed", str(seed)],
                          capture_output=True, text=True, timeout=LIMIT_S, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def report(folder, *arguments):
    return subprocess.run([CEGAH, "report", *arguments, "-c", str(folder / "cegah.yaml")],
                          capture_output=True, text=True, check=True, timeout=LIMIT_S).stdout


def by_step(folder):
    """How many messages each step has in each state, counted by hand."""
    connection = sqlite3.connect(f"file:{folder / 'cegah.db'}?mode=ro", uri=True)
    rows = connection.execute(
        "SELECT coalesce(s.name,'-'),m.step,m.gateway,m.state,count(*) FROM message m"
        " LEFT JOIN series s ON s.id=m.series_id GROUP BY 1,2,3,4").fetchall()
    connection.close()
    counts = collections.defaultdict(lambda: dict.fromkeys(STATES, 0))
    for series, step, gateway, state, n in rows:
        counts[series, step, gateway][state] = n
    return counts


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """A function from a seed to (folder, what was printed), each seed run once."""
    done = {}

    def of(seed):
        if seed not in done:
            folder = tmp_path_factory.mktemp(f"seed{seed}")
            done[seed] = folder, demo(folder, seed)
        return done[seed]

    return of


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_a_seed_whatever_it_draws_ends_with_a_report_that_the_ledger_confirms(demos, seed):
    folder, printed = demos(seed)
    assert re.search(r"(\d+) messages, \1 of them known to the ledger, 0 differences",
                     " ".join(printed.split())), printed[-2000:]
    rows = json.loads(report(folder, "delivery", "--format", "json"))["rows"]
    told = {(row["series"], row["step"], row["gateway"]): {
        state: row[state] for state in STATES} for row in rows}
    assert told == by_step(folder) and len(told) > 40


def test_the_same_seed_gives_the_same_reports_byte_for_byte(demos, tmp_path):
    first, _ = demos(1)
    demo(tmp_path, 1)
    for arguments in (("delivery",), ("delivery", "--format", "json"),
                      ("delivery", "--by", "day"), ("delivery", "--by", "reason"),
                      ("responses",), ("responses", "--format", "json")):
        assert report(first, *arguments) == report(tmp_path, *arguments), arguments
    if SEEDS > 1:
        assert report(first, "responses") != report(demos(2)[0], "responses")
