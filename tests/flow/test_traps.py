"""Traps of speed that only the whole program can fall into, each named after its trap."""

import os
import sqlite3
import time

from house import ADULT, load_phone, phone

WEDNESDAY = "2026-01-07T09:00:00+08:00"
QUICK = "report_after: 100ms\nreport_spread: 0s\n"


def people(count):
    return [{**ADULT, "phone": load_phone(n), "name": f"Orang {n}"} for n in range(count)]


def states(house):
    return {row["state"] for row in house.messages()}


def test_trap_6_reports_overtake_the_answer(house):
    house.begin(QUICK, "    connections: 1", clock="run", start=WEDNESDAY, go=False,
                rows=[{**ADULT, "phone": phone(10), "name": "Rahma"}])
    house.sim("/sim/faults", [{"do": "slow", "ms": 2000}])
    house.cegah("start", "uji")
    # The report is there while the request has no answer yet.
    house.wait(lambda: states(house) == {"delivered"}, "the report")
    assert [row["state"] for row in house.rows("SELECT state FROM attempt")] == ["sending"]
    house.wait(lambda: [row["state"] for row in house.rows("SELECT state FROM attempt")]
               == ["sent"], "the answer")
    assert states(house) == {"delivered"}
    assert [row["state"] for row in house.rows("SELECT state FROM event")] == ["delivered"]
    (counted,) = house.rows("SELECT queued,sending,sent,delivered FROM counter")
    assert list(counted.values()) == [0, 0, 0, 1]


def test_trap_6_a_report_that_overtakes_a_cut_leaves_nothing_unsure(house):
    house.begin(QUICK, clock="run", start=WEDNESDAY, go=False,
                rows=[{**ADULT, "phone": phone(10), "name": "Rahma"}])
    house.sim("/sim/faults", [{"do": "slow", "ms": 2000},
                              {"do": "cut_after_accept", "next": 1}])
    house.cegah("start", "uji")
    house.wait(lambda: states(house) == {"delivered"}, "the report")
    house.wait(lambda: [row["state"] for row in house.rows("SELECT state FROM attempt")]
               == ["unsure"], "the cut")
    assert states(house) == {"delivered"}
    assert house.sim("/sim")["requests"] == 1


def test_trap_8_what_a_kill_finds_on_the_wire_is_no_more_than_the_slots(house):
    house.begin("latency: 60s\nreport_after: 1h\n", "    connections: 8", clock="run",
                start=WEDNESDAY, rows=people(50))
    house.wait(lambda: house.sim("/sim")["requests"] == 8, "eight requests")
    house.kill()
    sending = house.rows("SELECT id FROM message WHERE state='sending' ORDER BY id")
    assert len(sending) == 8
    house.sim("/sim/faults", [{"do": "hang"}])
    house.start_daemon()
    house.wait(lambda: house.sim("/sim")["requests"] == 16, "eight others")
    assert house.rows("SELECT id FROM message WHERE state='unsure' ORDER BY id") == sending
    assert house.status()["sending"] == 8
    assert house.status()["queued"] == 50 - 16
    house.kill()  # its requests hang: an orderly end would wait for them


class SlowReader:
    """Reads the file as a long report would: a transaction of a second, a pause, another.
    Without the pause no WAL could ever begin anew, since SQLite asks for a moment without
    any reader."""

    HOLD_S, PAUSE_S = 1, 0.5

    def __init__(self, house):
        self.house, self.connection, self.since = house, None, 0

    def turn(self):
        elapsed = time.monotonic() - self.since
        if self.connection is not None and elapsed > self.HOLD_S:
            self.close()
        elif self.connection is None and elapsed > self.PAUSE_S:
            self.connection = sqlite3.connect(f"file:{self.house.database}?mode=ro",
                                              uri=True, isolation_level=None)
            self.connection.execute("BEGIN")
            self.connection.execute("SELECT count(*) FROM person").fetchall()
            self.since = time.monotonic()

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection, self.since = None, time.monotonic()


def test_trap_9_the_wal_stays_bounded_beside_a_slow_reader(house):
    bound = 112 << 20  # it grows to more than twice as much when nobody looks after it
    house.begin(QUICK + "behaviours:\n  eager: {replies: [{when: Balas YA, say: YA,"
                " after: 100ms}]}\ndefault: eager\n",
                "    connections: 64\n    rate: 400/s", clock="run", start=WEDNESDAY,
                rows=people(4000))
    wal = f"{house.database}-wal"
    reader, largest = SlowReader(house), 0

    def is_over():
        nonlocal largest
        reader.turn()
        largest = max(largest, os.path.getsize(wal))
        return house.status()["queued"] == 0

    house.wait(is_over, "the queue to empty")
    reader.close()
    assert largest < bound
