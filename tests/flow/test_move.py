"""A changed number: the person goes on at the new one, the old one is left alone."""

import pytest
from house import ADULT, phone
from travel import MONDAY, travel

OLD, NEW, OTHER = phone(11), phone(12), phone(13)


@pytest.fixture
def running(house):
    """Ani was invited at OLD and said YA; Budi shares OTHER with Caca."""
    house.begin(clock="run", start=MONDAY, rows=[{**ADULT, "phone": OLD, "name": "Ani"},
                      {**ADULT, "phone": OTHER, "name": "Budi"},
                      {**ADULT, "phone": OTHER, "name": "Caca"}])
    return house


def move(house, old, new, *options, check=True, reason="formulir 12 Mei"):
    return house.cegah("contacts", "move", old, new, "--reason", reason, "--json", *options,
                       check=check)


def refused(house, words, *arguments, **named):
    before = house.rows("SELECT person_id, address_id FROM person_address")
    done = move(house, *arguments, check=False, **named)
    assert done.returncode == 1 and words in done.stderr, done.stderr
    assert house.rows("SELECT person_id, address_id FROM person_address") == before


def suppressed(house, number):
    return house.rows("SELECT s.reason, s.words FROM suppression s JOIN address a"
                      " ON a.id=s.address_id WHERE a.value=? AND s.lifted_at IS NULL", number)


def test_evidence_and_series_move_and_the_old_number_is_left_alone(running):
    house = running
    evidence = "SELECT c.* FROM consent c JOIN person p ON p.id=c.person_id WHERE p.name='Ani'"
    house.wait(lambda: "C0" in house.steps(OLD), "the invitation")
    house.wait(lambda: house.enrolment(OLD)["invited_at"], "its leaving")
    house.say(OLD, "YA")
    house.wait(lambda: house.rows(evidence), "the consent")
    before = house.rows(evidence)
    basis = house.rows("SELECT count(*) n FROM basis")
    said = move(house, "0812-0000-0011", NEW).stdout
    assert '"old_suppressed": true' in said and '"enrolments": 1' in said and OLD not in said
    assert house.rows(evidence) == before
    assert house.rows("SELECT count(*) n FROM basis") == basis
    assert house.enrolment(OLD) is None and house.enrolment(NEW)["state"] == "active"
    assert suppressed(house, OLD) == [{"reason": "moved", "words": "formulir 12 Mei"}]
    moved = house.rows("SELECT f.value f, t.value t, m.reason FROM address_move m"
                       " JOIN address f ON f.id=m.from_id JOIN address t ON t.id=m.to_id")
    assert moved == [{"f": OLD, "t": NEW, "reason": "formulir 12 Mei"}]
    house.wait(lambda: not house.status()["queued"] + house.status()["sending"], "what is due")
    left = house.steps(OLD)
    travel(house, "2026-01-14T16:14:59+08:00")
    house.wait(lambda: "C1" in house.steps(NEW), "the next step")
    assert house.steps(OLD) == left


def test_who_has_the_new_number_is_said_when_several_are_behind_the_old_one(running):
    refused(running, "2 people are behind the old number", OTHER, NEW)
    refused(running, "nobody of that name", OTHER, NEW, "--name", "Dani")
    said = move(running, OTHER, NEW, "--name", "budi").stdout
    assert '"old_suppressed": false' in said
    assert suppressed(running, OTHER) == []
    behind = running.rows("SELECT p.name FROM person p JOIN person_address t ON"
                          " t.person_id=p.id JOIN address a ON a.id=t.address_id"
                          " WHERE a.value=?", OTHER)
    assert behind == [{"name": "Caca"}]


def test_a_stop_is_not_moved_away_from(running):
    running.say(OLD, "STOP")
    running.wait(lambda: suppressed(running, OLD), "the stop")
    refused(running, "has said STOP", OLD, NEW)
    refused(running, "new number has said STOP", OTHER, OLD, "--name", "Budi")


def test_a_move_that_makes_no_sense_is_refused_with_its_reason(running):
    refused(running, "nobody is behind the old number", NEW, OLD)
    refused(running, "are the same", OLD, OLD)
    refused(running, "new number: ", OLD, "0812")
    refused(running, "a reason of 1 to 200", OLD, NEW, reason="")
    done = running.cegah("contacts", "move", OLD, NEW, check=False)
    assert done.returncode == 2 and "--reason" in done.stderr


def test_a_new_number_of_others_makes_a_household(running):
    move(running, OLD, OTHER)
    flags = running.rows("SELECT flags FROM person")
    assert [row["flags"] & 1 for row in flags] == [1, 1, 1]
