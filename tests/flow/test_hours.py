"""Quiet hours and time zones: what leaves when, by the clock where the person lives.

Hours are reckoned here a second time, with Python's own zones, from the rules' text.
"""

import collections
import datetime
import re

import pytest

from house import ADULT, CAMPAIGN, MINOR, House, phone
from travel import MINUTE, MONDAY, QUICK, inbound, local, moment, outcomes, settled, travel

ZONES = {"maros": "Asia/Makassar", "makassar": "Asia/Makassar", "kendari": "Asia/Makassar",
         "surabaya": "Asia/Jakarta", "ambon": "Asia/Jayapura"}
MON, FRI, SAT, SUN = 0, 4, 5, 6
CLOSE_BY = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - {id: J1, at: {week: 1, day: wed, time: "19:00"}, say: "Rabu."}
  - {id: J2, at: {week: 1, day: thu, time: "15:00"}, say: "Kamis."}
"""


def is_closed(when, minor, district):
    """FIELD R8, from its words."""
    now, day = when.time(), when.weekday()
    clock = datetime.time
    dusk = clock(19, 15) if district == "ambon" else clock(18, 45)
    return (now >= clock(20) or now < clock(8)
            or (minor and day <= SAT and clock(7) <= now < clock(15))
            or (day == FRI and clock(11, 30) <= now < clock(13, 30))
            or clock(17, 30) <= now < dusk
            or (day == SUN and clock(7) <= now < clock(12)))


def sent(house):
    """Every accepted request of the ledger, with what it was and for whom."""
    known = collections.defaultdict(list)
    for row in house.rows(
            "SELECT a.value AS phone, CAST(t.body AS TEXT) AS text, m.kind, m.step,"
            " m.neutral, m.inbound_id, p.district, p.birth_year, i.received_at"
            " FROM message m JOIN address a ON a.id=m.address_id"
            " JOIN text t ON t.id=m.text_id JOIN person p ON p.id=m.person_id"
            " LEFT JOIN inbound i ON i.id=m.inbound_id"):
        known[row["phone"], row["text"]].append(row)
    for request in house.ledger()["requests"]:
        if request["accepted"]:
            # The same text may answer her twice: it is the newest that she had written for.
            yield request, max(
                (row for row in known[request["to"], request["text"]]
                 if (row["received_at"] or 0) <= request["at"] + 1),
                key=lambda row: row["received_at"] or 0)


@pytest.mark.parametrize("start", [
    "2026-11-19T22:00:00+08:00",   # a Thursday night: adults wait for 8, minors for 15
    "2026-11-20T11:40:00+08:00",   # Friday prayers
    "2026-11-22T06:30:00+08:00",   # a Sunday before dawn
    "2026-11-16T17:20:00+08:00"])  # shortly before dusk; in Ambon it has begun
def test_R8_nothing_that_we_start_arrives_in_closed_hours(house, start):
    house.start_simulator((CAMPAIGN / "sample" / "handsets.yaml").read_text(), start=start)
    house.write_config()
    house.start_daemon()
    house.cegah("load", str(CAMPAIGN))
    house.cegah("contacts", "import", str(CAMPAIGN / "sample" / "contacts.csv"), check=False)
    house.cegah("start", "cegah-kawin-anak")
    house.wait_quiet()
    kinds = collections.Counter()
    days = collections.Counter()
    for request, message in sent(house):
        # Where a phone acts in the same moment, the ledger tells the millisecond before.
        when = local(request["at"] + 1, ZONES[message["district"]])
        minor = not message["birth_year"] or when.year - message["birth_year"] - 1 < 18
        closed = is_closed(when, minor, message["district"])
        kinds[message["kind"]] += 1
        if message["kind"] in ("invitation", "step"):
            days[request["to"], when.date()] += 1
            assert not closed, (when, message)
        elif closed:  # R9: only a neutral reply, and at once
            assert message["neutral"], (when, message)
            assert request["at"] - message["received_at"] <= 5 * MINUTE, (when, message)
    assert kinds["invitation"] > 30 and kinds["step"] > 250
    assert max(days.values()) == 1  # R29, by the way


def test_R8_three_zones_get_the_same_step_at_the_same_local_time(house):
    zones = {phone(10): "maros", phone(11): "surabaya", phone(12): "ambon"}
    house.begin(rows=[{**MINOR, "phone": number, "district": district}
                      for number, district in zones.items()])
    house.wait_quiet()
    times = collections.defaultdict(set)
    for request in house.ledger()["requests"]:
        times[request["text"][:4]].add(
            local(request["at"], ZONES[zones[request["to"]]]).replace(tzinfo=None))
    assert times == {"Sela": {datetime.datetime(2026, 1, 14, 16, 15)},
                     "Bera": {datetime.datetime(2026, 1, 24, 16, 15)}}
    assert len({row["at"] for row in house.ledger()["requests"]}) == 6


def test_R8_the_machines_own_zone_changes_nothing(tmp_path, monkeypatch):
    ledgers = {}
    profile = "report_after: 2s\nbehaviours:\n  eager:\n    replies:\n" \
              "      - {when: \"Balas YA\", say: YA, after: 9h}\n" \
              "      - {when: \"Balas A, B\", say: c, after: 5h}\ndefault: eager\n"
    for zone in ("UTC", "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Tokyo",
                 "America/New_York"):
        monkeypatch.setenv("TZ", zone)
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        house = House(folder)
        try:
            house.begin(profile, start="2026-01-04T16:30:00Z", rows=[
                {**kind, "phone": phone(n), "district": district}
                for n, (kind, district) in enumerate(
                    [(kind, district) for kind in (MINOR, ADULT)
                     for district in ("maros", "surabaya", "ambon")], 20)])
            house.wait_quiet()
            ledgers[zone] = [(row["to"], row["at"], row["text"], row["answer"])
                             for row in house.ledger()["requests"]]
        finally:
            house.close()
    assert len(ledgers["UTC"]) == 6 * 3 + 3 * 2
    assert all(sorted(ledger) == sorted(ledgers["UTC"]) for ledger in ledgers.values())


def test_R8_a_step_that_is_late_moves_to_the_next_open_hour(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    house.kill()
    travel(house, "2026-01-14T23:00:00+08:00")
    settled(house)
    assert house.messages() == []
    assert outcomes(house, phone(10)) == {"C1": ("held", "quiet_hours")}
    assert house.enrolment(phone(10))["due_at"] == moment("2026-01-15T15:00:00+08:00")
    # Its lateness counts from there: 16:20 is more than a day behind the time it had.
    travel(house, "2026-01-15T16:20:00+08:00")
    settled(house)
    assert outcomes(house, phone(10)) == {"C1": ("sent", "")}


def test_R8_what_moves_does_not_pile_up_on_the_next_step(house):
    house.begin(QUICK, clock="run", start=MONDAY, series=CLOSE_BY,
                rows=[{**MINOR, "phone": phone(10)}])
    house.kill()
    travel(house, "2026-01-14T21:00:00+08:00")
    settled(house)
    assert outcomes(house, phone(10)) == {"J1": ("missed", "quiet_hours")}
    travel(house, "2026-01-15T15:00:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["J2"]


def test_R9_the_ack_of_a_stop_at_night_leaves_at_once(house):
    house.begin(QUICK, clock="run", start="2026-01-06T22:30:00+08:00")
    house.say(phone(10), "STOP")
    settled(house)
    (request,) = house.ledger()["requests"]
    (came,) = inbound(house, phone(10))
    assert request["accepted"] and request["text"].startswith("Baik, pesan dihentikan")
    assert 0 <= request["at"] - came["received_at"] <= 5 * MINUTE


def test_R9_an_ack_that_did_not_leave_at_once_stays_unsent_at_night(house):
    house.begin(QUICK, clock="run", start="2026-01-06T22:30:00+08:00")
    house.sim("/sim/faults", [{"do": "error_503"}])
    house.say(phone(10), "STOP")
    house.wait(lambda: house.messages()[0]["attempts"] >= 1, "a first try")
    travel(house, "2026-01-06T22:36:00+08:00")
    settled(house)
    (ack,) = house.messages()
    assert (ack["state"], ack["reason"]) == ("cancelled", "quiet_hours")
    assert house.ledger()["requests"] == []


def test_R9_feedback_at_night_waits_for_the_morning(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    travel(house, "2026-01-24T16:15:00+08:00")
    settled(house)
    travel(house, "2026-01-24T22:00:00+08:00")
    house.say(phone(10), "c")
    settled(house)
    assert house.ledger()["requests"] == []
    (feedback,) = [row for row in house.messages() if row["step"] == "C4+"]
    # The morning after is a Sunday.
    assert (feedback["state"], feedback["next_at"]) == (
        "queued", moment("2026-01-25T12:00:00+08:00"))
    travel(house, "2026-01-25T12:00:00+08:00")
    settled(house)
    (request,) = house.ledger()["requests"]
    assert request["text"] == "Betul! 19 tahun." and request["accepted"]


def test_R8_a_step_missed_while_the_daemon_was_down_is_no_message_at_night(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    travel(house, "2026-01-13T12:00:00+08:00")
    house.kill()
    travel(house, "2026-01-17T02:00:00+08:00")
    settled(house)
    assert house.ledger()["requests"] == []
    assert outcomes(house, phone(10)) == {"C1": ("missed", "late")}
    assert house.enrolment(phone(10))["step"] == "C4"
    assert house.enrolment(phone(10))["due_at"] == moment("2026-01-24T16:15:00+08:00")


def test_times_for_people_are_in_their_own_zone(house):
    house.begin(start=MONDAY, rows=[{**MINOR, "phone": phone(10), "district": "ambon"}])
    house.wait_quiet()
    shown = house.cegah("contacts", "show", phone(10)).stdout
    assert re.search(r"2026-01-14 16:15", shown), shown
