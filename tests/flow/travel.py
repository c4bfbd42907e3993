"""Travelling in time: for tests that act at a moment of their own.

A clock that jumps runs through everything that is due and cannot be held; one that runs
passes at the real rate, so a test sets it shortly before what it looks at, acts, and
travels on. Nothing is measured: only the simulator's times are looked at.
"""

import datetime
import signal
import zoneinfo

from house import PATIENCE

QUICK = "report_after: 20ms\nreport_spread: 0s\n"
MINUTE = 60 * 1000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# A Monday, 15:30 in Makassar: open for everybody there. Week 1 begins on 12 January.
MONDAY = "2026-01-05T15:30:00+08:00"


def moment(text):
    """UTC milliseconds of an ISO time."""
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1000)


def local(at_ms, zone):
    return datetime.datetime.fromtimestamp(at_ms / 1000, zoneinfo.ZoneInfo(zone))


def travel(house, to, profile=QUICK, gateway="", clock="run"):
    """Ends daemon and simulator, and goes on at another time; the database stays."""
    if house.daemon is not None:
        assert house.stop() == 0
    house.simulator.send_signal(signal.SIGTERM)
    house.simulator.wait(PATIENCE)
    house.simulator.stdout.close()
    house.start_simulator(profile, clock, to)
    house.write_config(gateway)
    house.start_daemon()
    return house


def settled(house):
    """Waits until nothing is queued for now, on its way, or without a report."""
    def is_settled():
        status = house.status()
        rows = house.rows("SELECT 1 FROM message WHERE state IN ('queued','sending','sent')"
                          " AND coalesce(next_at,0)<=?", status["now"])
        due = house.rows("SELECT 1 FROM enrolment WHERE due_at<=?", status["now"])
        return not rows and not due and not house.sim("/sim")["pending"]

    house.wait(is_settled, "everything that is due to have happened")
    return house


def outcomes(house, number):
    """What became of each step of a number: {step: (outcome, reason)}."""
    rows = house.rows("SELECT o.step,o.outcome,o.reason FROM step_outcome o"
                      " JOIN enrolment e ON e.id=o.enrolment_id"
                      " JOIN address a ON a.id=e.address_id WHERE a.value=?", number)
    return {row["step"]: (row["outcome"], row["reason"]) for row in rows}


def inbound(house, number):
    """What came in from a number, oldest first, with the form of its text."""
    return house.rows("SELECT i.*, t.form AS form FROM inbound i"
                      " JOIN address a ON a.id=i.address_id"
                      " LEFT JOIN text t ON t.id=i.text_id WHERE a.value=? ORDER BY i.id",
                      number)
