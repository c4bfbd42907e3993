"""The kill test: SIGKILL at random moments, and then every message is accounted for.

Half of the people are invited by SMS; the other half have given their consent on paper,
and are asked by a template of WhatsApp. Both answer.

`make torture KILLS=500` runs it longer. KILLS, MESSAGES and SEED are read from the
environment; the seed is printed, so that a run that failed can be drawn again.
"""

import collections
import os
import random
import time

import pytest

from both_house import BothHouse
from house import ADULT, ASSENT, SERIES_YAML, load_phone

KILLS = int(os.environ.get("KILLS", "50"))
MESSAGES = int(os.environ.get("MESSAGES", str(max(5000, 100 * KILLS))))
SEED = int(os.environ.get("SEED", str(random.SystemRandom().randrange(1 << 32))))
SLOTS = 8  # of each gateway
LATENCY_MS = 50
WINDOW_MS = 2000
# So long lives a daemon at most, in seconds: 50 of them leave some of the queue over.
LIFE_S = 0.55
SETTLE_S = 60

ASKED = "Kak, hari ini ada pertemuan. Ikut? Balas YA atau TIDAK."
TEMPLATES = ', templates: [{name: uji_a1, language: id, body: "%s"}]' % ASKED
# What those of the paper get at once; the others pass it by.
STEP_YAML = """steps:
  - id: A1
    for: {role: parent}
    at: {days: 0, time: "16:15"}
    whatsapp: {template: uji_a1}
    ask:
      kind: rsvp
      text: "%s"
      answers: [{value: ya, spellings: ["ya kak", iya]}, {value: tidak}]
""" % ASKED
SERIES = SERIES_YAML.replace("{role: champion}", "{role: [champion, parent]}").replace(
    "steps:\n", STEP_YAML)
assert SERIES.count("parent") == 2

BEHAVIOURS = """
seed: 11
latency: %dms
report_after: 300ms
report_spread: 2s
behaviours:
  eager: {replies: [{when: "Balas YA", say: [YA, "Ya kak", iya], after: 600ms}]}
  unwilling: {replies: [{when: "Balas YA", say: TIDAK, after: 500ms}]}
  leaver: {replies: [{when: "Balas YA", say: STOP, after: 700ms}]}
  undecided:
    replies:
      - {when: "Balas YA", say: YA, after: 300ms}
      - {when: "Siap", say: STOP, after: 300ms}
  talker: {replies: [{when: "Balas YA", say: "Kak, acaranya di mana?", after: 500ms}]}
  unreported: {report: never}
  gone: {report: failed}
  off: {power: off, on_after: 3s}
default: silent
handsets:
"""
# How many in every fifty are what; the others are silent.
SHARES = {"eager": 15, "unwilling": 5, "leaver": 5, "undecided": 3, "talker": 5,
          "unreported": 2, "gone": 1, "off": 1}

# Why a message may never have been accepted.
FINAL = {"unsure", "expired", "cancelled", "failed"}
STATES = ["queued", "sending", "sent", "delivered", "read", "failed", "expired",
          "cancelled", "unsure"]


def profile():
    text = BEHAVIOURS % LATENCY_MS
    first = 0
    for name, share in SHARES.items():
        for n in range(first, first + share):
            text += (f'  - {{from: "{load_phone(n)}", to: "{load_phone(MESSAGES - 1)}",'
                     f' every: 50, is: {name}}}\n')
        first += share
    return text


def whole_ledger(house):
    """Both lists, read a piece at a time."""
    requests, callbacks, start = [], [], 0
    while start is not None:
        part = house.sim(f"/sim/ledger?from={start}&limit=20000&texts=0")
        requests += part["requests"]
        callbacks += part["callbacks"]
        start = part["next"]
    return requests, callbacks


def of_reference(reference):
    """EPOCH-ID-TAG_N, as (id, n)."""
    whole, n = reference.rsplit("_", 1)
    return int(whole.split("-")[1]), int(n)


def restarts(house):
    """The messages whose attempt was out when a daemon ended."""
    return {(row["message_id"], row["n"]) for row in house.rows(
        "SELECT message_id,n FROM attempt WHERE state='unsure' AND code='restart'")}


def torment(house, chance):
    """Kills and restarts; returns how many kills hit requests in flight."""
    hits = 0
    for kill in range(KILLS):
        time.sleep(chance.uniform(0, LIFE_S))
        house.kill()
        before = restarts(house)
        sending = {(row["id"], row["attempts"]) for row in
                   house.rows("SELECT id,attempts FROM message WHERE state='sending'")}
        assert len(sending) <= 2 * SLOTS, f"kill {kill}: more on the wire than slots"
        hits += len(sending) > 0
        house.start_daemon()
        house.status()  # its answer leaves after the first commit
        found = restarts(house) - before
        assert found == sending, f"kill {kill}: newly UNSURE is not what was SENDING"
    return hits


def is_settled(house):
    state = house.status()
    if state["queued"] or state["sending"]:
        return False
    rest = house.sim("/sim")
    return not rest["pending"] and not rest["happenings"] and not house.rows(
        "SELECT 1 FROM message WHERE state='unsure' AND next_at IS NOT NULL LIMIT 1")


def settle(house):
    until = time.monotonic() + SETTLE_S + MESSAGES / 20
    while not is_settled(house):
        assert time.monotonic() < until, house.log.read_text()[-3000:]
        time.sleep(0.2)


def account(house, requests):
    """What became of every message, by the ledger and by the store. One that a gateway
    took and could not deliver may have gone on by the other: once each."""
    accepted = collections.defaultdict(collections.Counter)
    was_unsure = collections.defaultdict(set)
    tally = collections.Counter()
    for request in requests:
        if request["accepted"]:
            accepted[of_reference(request["ref"])[0]][request["gateway"]] += 1
    for row in house.rows("SELECT message_id,n FROM attempt WHERE state='unsure'"):
        was_unsure[row["message_id"]].add(row["n"])
    for row in house.rows("SELECT id,state,attempts,reason FROM message"):
        times = accepted.pop(row["id"], {}).values()
        if not times and row["state"] in FINAL and row["reason"]:
            tally["listed"] += 1
        elif times and max(times) == 1:
            tally["once" if len(times) == 1 else "moved"] += 1
        elif sum(times) == 2 and min(was_unsure[row["id"]], default=9) < row["attempts"]:
            tally["resent"] += 1
        else:
            tally["lost"] += 1
        tally["unsure"] += row["state"] == "unsure"
        tally["all"] += 1
    assert not accepted, "accepted, and in no table"
    return tally


def check_resends(house):
    """What was UNSURE is tried again after the report window, by the store's own times."""
    rows = house.rows("SELECT message_id,n,at,state,answered_at,gateway FROM attempt"
                      " WHERE message_id IN (SELECT id FROM message WHERE attempts>1)"
                      " ORDER BY message_id,n")
    for sooner, later in zip(rows, rows[1:]):
        same = all(sooner[key] == later[key] for key in ("message_id", "gateway"))
        if same and sooner["state"] == "unsure":
            # A restart sets the clock anew, some milliseconds off.
            assert later["at"] - sooner["answered_at"] >= WINDOW_MS - 200, (sooner, later)


def missing_callbacks(house, callbacks):
    """Those that were acknowledged, and that the store does not know."""
    keys = {row["key"] for row in house.rows("SELECT key FROM inbound")}
    events = {(row["message_id"], row["attempt"], row["state"]) for row in
              house.rows("SELECT message_id,attempt,state FROM event")}
    missing = 0
    for call in callbacks:
        if call["acknowledged"] and call["kind"] == "inbound":
            missing += call["id"] not in keys
        elif call["acknowledged"]:
            missing += (*of_reference(call["ref"]), call["state"]) not in events
    return missing


def check_counters(house):
    """Counters, reach and caps are what a recount of the messages says."""
    key = "campaign_id,series_id,step,channel,gateway,day"
    # A message outside of any campaign counts under 0.
    ids = "coalesce(campaign_id,0),coalesce(series_id,0),step,channel,gateway,day"
    sums = ",".join(f"total(state='{state}')" for state in STATES)
    counted = house.rows(f"SELECT {key},{','.join(STATES)} FROM counter ORDER BY 1,2,3,4,5,6")
    recount = house.rows(f"SELECT {ids},{sums} FROM message GROUP BY {ids}"
                         " ORDER BY 1,2,3,4,5,6")
    assert [list(row.values()) for row in counted] == [list(row.values()) for row in recount]
    arrived = house.rows("SELECT DISTINCT person_id,step FROM message"
                         " WHERE state IN ('delivered','read') AND person_id IS NOT NULL")
    reached = house.rows("SELECT DISTINCT person_id,step FROM reach")
    assert {tuple(row.values()) for row in arrived} == {tuple(row.values()) for row in reached}
    counts = house.rows("SELECT address_id,cap_day,count(*) AS n FROM message WHERE cap_day"
                        " IS NOT NULL AND state NOT IN ('failed','expired','cancelled')"
                        " GROUP BY 1,2")
    used = house.rows("SELECT address_id,day,n FROM cap_use WHERE n<>0")
    assert {tuple(row.values()) for row in counts} == {tuple(row.values()) for row in used}


@pytest.fixture
def house(tmp_path):
    made = BothHouse(tmp_path)
    made.templates = TEMPLATES
    yield made
    made.close()


def people():
    half = ({"role": "champion", "channel": "sms"},
            {**ASSENT, "role": "parent", "channel": "whatsapp"})
    return [{**ADULT, **half[n % 2], "phone": load_phone(n), "name": f"Orang {n}"}
            for n in range(MESSAGES)]


def test_killed_again_and_again_no_message_is_lost_or_sent_twice_unseen(house, capsys):
    chance = random.Random(SEED)
    house.begin(profile(), f"    connections: {SLOTS}\n"
                f"    report_window: {WINDOW_MS}ms\n"
                "    unsure: resend", clock="run", start="2026-01-07T16:15:30+08:00",
                rows=people(), series=SERIES)
    # Some requests are cut besides, so that not everything UNSURE gets a report.
    house.sim("/sim/faults", [{"do": "cut_after_read", "share": 0.004},
                              {"do": "cut_before_read", "share": 0.004},
                              {"do": "error_503", "share": 0.01}])
    hits = torment(house, chance)
    left = house.status()["queued"]
    house.sim("/sim/faults", [])
    settle(house)
    requests, callbacks = whole_ledger(house)
    tally = account(house, requests)
    missing = missing_callbacks(house, callbacks)
    reports = sum(call["kind"] == "report" for call in callbacks)
    with capsys.disabled():
        print(f"\nkill test: {KILLS} kills, {hits} with requests in flight;"
              f" {tally['all']} messages to {MESSAGES} people: {tally['once']} accepted once,"
              f" {tally['moved']} by both gateways in turn,"
              f" {tally['resent']} UNSURE and resent,"
              f" {tally['listed']} not accepted and listed,"
              f" {tally['lost']} lost; {len(restarts(house))} UNSURE by a kill,"
              f" {tally['unsure']} still; {reports} reports and {len(callbacks) - reports}"
              f" replies, {missing} missing (queue at the last kill {left}, seed {SEED})")
    assert tally["lost"] == 0
    assert missing == 0
    assert tally["unsure"] <= tally["all"] * 0.005
    assert hits >= 0.8 * KILLS, "the queue was empty at too many kills"
    assert {row["intent"] for row in house.rows("SELECT DISTINCT intent FROM inbound")} >= \
        {"in", "decline", "out", "free", "answer"}
    assert {row["gateway"] for row in requests} == {"kannel", "whatsapp"}
    assert not house.rows("SELECT 1 FROM message WHERE kind IN ('invitation','step')"
                          " GROUP BY enrolment_id,step,occurrence HAVING count(*)>1")
    first = house.rows("SELECT step,count(*) AS n FROM message WHERE step IN ('A1','C0')"
                       " GROUP BY step")
    assert [row["n"] for row in first] == [MESSAGES // 2] * 2
    check_resends(house)
    check_counters(house)
    assert house.stop() == 0
