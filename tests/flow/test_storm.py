"""20,000 messages in both dialects through a bad day at both gateways.

MESSAGES is read from the environment. The clock jumps, so a minute's wait that a gateway
asks for costs nothing, and the times in the ledger are exact.
"""

import collections
import os
import time

import pytest

from both_house import BothHouse
from house import ADULT, ASSENT, CEGAH, load_phone

# A sanitizer makes everything slow; the rule is the same.
MESSAGES = int(os.environ.get("MESSAGES", "5000" if "asan" in CEGAH else "20000"))
SLOTS = 64
RETRY_AFTER_S = 7
WINDOW_MS = 15 * 60 * 1000  # report_window's default
FINAL = {"delivered", "read", "failed", "expired", "cancelled"}
WAIT_S = 60 + MESSAGES / 50

SERIES_YAML = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: C1
    at: {days: 0, time: "16:15"}
    whatsapp: {template: cegah_c1}
    say: "Selamat datang! Ada 2-3 pesan tiap minggu. Istirahat dulu? Balas TUNDA."
"""
# Several callbacks at once overtake each other.
PROFILE = """
seed: 5
callbacks: 16
report_after: 2s
report_spread: 30s
population:
  - from: "%s"
    to: "%s"
    personas: {silent: 1}
    reports: {doubled: 0.1, reordered: 0.1, late: 0.005, never: 0.005}
""" % (load_phone(0), load_phone(MESSAGES - 1))
# 5 % 5xx, 2 % cuts, half of both after acceptance; 3 % 429.
FAULTS = [{"do": "error_500", "share": 0.01},
          {"do": "error_503", "share": 0.01},
          {"do": "error_500_empty", "share": 0.005},
          {"do": "error_500_after_accept", "share": 0.025},
          {"do": "cut_before_read", "share": 0.005},
          {"do": "cut_after_read", "share": 0.005},
          {"do": "cut_after_accept", "share": 0.01},
          {"do": "throttle_429", "share": 0.03, "retry_after": RETRY_AFTER_S}]
# The simulator stands so far behind the daemon when both have something to do.
BEHIND_MS = 1
THROTTLED = {"429", "130429"}


@pytest.fixture
def house(tmp_path):
    made = BothHouse(tmp_path)
    yield made
    made.close()


def people():
    return [{**ADULT, **ASSENT, "phone": load_phone(n), "name": f"Orang {n}",
             "channel": ("sms", "whatsapp")[n % 2]} for n in range(MESSAGES)]


def wait_over(house):
    until = time.monotonic() + WAIT_S
    while not house.is_quiet():
        assert time.monotonic() < until, house.log.read_text()[-3000:]
        time.sleep(0.3)


def of_reference(reference):
    """EPOCH-ID-TAG_N, as (id, n)."""
    whole, n = reference.rsplit("_", 1)
    return int(whole.split("-")[1]), int(n)


def check_twice(house, requests):
    """No message is accepted twice unless its end was unknown before the second time, and
    no report came within the gateway's window."""
    accepted, unsure = collections.defaultdict(list), collections.defaultdict(set)
    for row in requests:
        if row["accepted"]:
            message, n = of_reference(row["ref"])
            accepted[message].append((n, row["at"]))
    for row in house.rows("SELECT message_id,n FROM attempt WHERE state='unsure'"):
        unsure[row["message_id"]].add(row["n"])
    twice = {message: times for message, times in accepted.items() if len(times) > 1}
    for message, times in twice.items():
        (n, first), (_, second) = sorted(times)
        assert n in unsure[message], (message, times)
        assert second - first >= WINDOW_MS - BEHIND_MS, (message, times)
    return len(twice)


def check_throttled(requests):
    """No request of a gateway comes sooner than its Retry-After allowed, but for those that
    left before that answer was read: the clock stands still meanwhile."""
    throttled = 0
    for gateway in ("kannel", "whatsapp"):
        closed_until = closed_at = out = 0
        for row in requests:
            if row["gateway"] != gateway:
                continue
            if row["at"] < closed_until - BEHIND_MS:
                assert row["at"] == closed_at, (row, closed_until)
                out += 1
                assert out < 2 * SLOTS, row
            if row["answer"] in THROTTLED:
                throttled += 1
                if row["at"] != closed_at:
                    out, closed_at = 0, row["at"]
                    closed_until = row["at"] + RETRY_AFTER_S * 1000
    return throttled


def test_every_message_ends_known_or_listed_and_none_twice_unseen(house, capsys):
    house.begin(PROFILE, f"    connections: {SLOTS}\n", series=SERIES_YAML, go=False,
                rows=people(), start="2026-01-07T16:15:30+08:00")
    house.sim("/sim/faults", FAULTS)
    house.cegah("start", "uji")
    wait_over(house)
    ledger = house.sim("/sim/ledger?limit=100000&texts=0")
    requests = ledger["requests"]
    states = {row["state"]: row["n"] for row in
              house.rows("SELECT state,count(*) AS n FROM message GROUP BY state")}
    twice, throttled = check_twice(house, requests), check_throttled(requests)
    answers = collections.Counter(row["answer"] for row in requests)
    with capsys.disabled():
        print(f"\nstorm: {MESSAGES} messages, {len(requests)} requests, {throttled} put off,"
              f" {len(ledger['callbacks'])} reports; {states}, {twice} resent in doubt")
    assert sum(states.values()) == MESSAGES
    unsure = states.pop("unsure", 0)
    # What is sent and never reported ends so; the profile says how many those are.
    assert states.pop("sent", 0) <= MESSAGES * 0.01
    assert set(states) <= FINAL
    listed = house.json("messages", "--state", "unsure")
    assert len(listed) == unsure and all(row["reason"] for row in listed)
    # It stormed, in both dialects.
    assert all(answers[word] for word in (
        "500", "503", "131000", "131016", "429", "130429", "error_500_after_accept",
        "cut_after_read", "cut_after_accept")), answers
    assert {row["gateway"] for row in house.messages()} == {"sms", "whatsapp"}
    assert house.stop() == 0
