"""A reply does not stand in the queue of a campaign."""

import os

from house import ADULT, ASSENT, CEGAH, load_phone

# A sanitizer makes everything slow; the rule is the same.
QUEUED = int(os.environ.get("MESSAGES", "20000" if "asan" in CEGAH else "100000"))
FIRST = 1000
SERIES_YAML = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: C1
    at: {days: 0, time: "16:15"}
    say: "Selamat datang! Ada 2-3 pesan tiap minggu. Istirahat dulu? Balas TUNDA."
"""


def requests_of(house, number, start):
    """The number's requests from that row of the ledger on, as rows' numbers."""
    rows = house.sim(f"/sim/ledger?from={start}&limit=100000&texts=0")["requests"]
    return [row["n"] for row in rows if row["to"] == number]


def fill(house):
    """A refused account pauses its gateway, and everybody's message waits."""
    house.begin("latency: 20ms", "    connections: 4", clock="run", go=False,
                start="2026-01-07T16:15:30+08:00", series=SERIES_YAML,
                rows=[{**ADULT, **ASSENT, "phone": load_phone(n), "name": "Rahma"}
                      for n in range(QUEUED)])
    house.sim("/sim/faults", [{"do": "refuse_auth"}])
    house.cegah("start", "uji")
    house.wait(lambda: house.status()["queued"] >= QUEUED, "the queue to fill")
    house.stop()
    house.sim("/sim/faults", [])
    house.start_daemon()


def test_a_reply_leaves_among_the_first_whatever_is_queued(house):
    fill(house)
    house.wait(lambda: house.sim("/sim")["requests"] > 10, "the queue to move")
    number, before = load_phone(QUEUED), house.sim("/sim")["requests"]
    assert house.say(number, "STOP") == 200
    (row,) = house.wait(lambda: requests_of(house, number, before + 1), "the reply")
    assert row - before <= FIRST
    assert house.status()["queued"] > QUEUED / 2
    house.kill()
