"""A guardian's consent: from a form, a voice record, or the one number that a form names."""

import pytest

from consent_house import (CHILD, FATHER, FORM, STRANGER, UNASKED, asked, begun, code,
                           consents, heard, person, says)
from house import ADULT, MINOR, phone
from travel import inbound, outcomes, settled, travel

STARTS = "2026-01-14T16:15:00+08:00"  # C1, for whoever joined on MONDAY


def test_R2_the_guardian_on_the_form_is_asked_once_and_agrees(house):
    key = asked(house)
    ask = house.messages(FATHER)[0]
    (basis,) = house.rows("SELECT * FROM basis WHERE id=?", ask["basis_id"])
    assert (ask["kind"], ask["channel"], basis["whose"]) == ("invitation", "sms", "guardian")
    assert heard(house, FATHER) == [f"Yth. wali Intan: Tim Uji, program remaja."
                                    f" Balas SETUJU {key} / TIDAK {key}."]
    says(house, FATHER, f"setuju {key.lower()} pak")
    assert heard(house, FATHER)[1:] == ["Terima kasih, izin sudah kami catat."]
    (consent,) = consents(house, "guardian")
    assert (consent["words"], consent["method"]) == ("SETUJU", "reply")
    assert consent["wording"] == "2026-01"
    assert consent["evidence"].startswith("inbound:%d," % inbound(house, FATHER)[0]["id"])
    assert house.enrolment(CHILD)["state"] == "active"
    travel(house, STARTS)
    settled(house)
    step = house.messages(CHILD)[-1]
    assert (step["step"], step["guardian_id"]) == ("C1", consent["id"])
    assert len(house.messages(FATHER)) == 2


def test_R2_a_guardian_is_asked_only_when_the_child_has_said_yes(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD}])
    house.cegah("contacts", "guardian", CHILD, FATHER, *FORM)
    settled(house)
    assert house.messages(FATHER) == []
    says(house, CHILD, "tidak")
    travel(house, STARTS)
    settled(house)
    assert house.messages(FATHER) == []


def test_R2_a_number_that_comes_while_she_waits_is_asked_then(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD}])
    says(house, CHILD, "YA")
    house.cegah("contacts", "guardian", CHILD, FATHER, *FORM)
    settled(house)
    assert house.steps(FATHER) == ["guardian"]
    house.cegah("contacts", "guardian", CHILD, FATHER, *FORM)
    house.cegah("start", "uji")
    settled(house)
    assert house.steps(FATHER) == ["guardian"]


def test_R2_the_import_brings_the_guardians_number(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD}])
    says(house, CHILD, "YA")
    path = house.folder / "wali.csv"
    path.write_text("phone,basis,role,district,birth_year,guardian_phone,guardian_date,"
                    f"guardian_wording\n{CHILD},form,champion,maros,2012,{FATHER},"
                    "2026-01-02,2026-01\n")
    house.cegah("contacts", "import", str(path))
    settled(house)
    assert house.steps(FATHER) == ["guardian"]


@pytest.mark.parametrize("number, text", [
    (CHILD, "SETUJU {code}"), (STRANGER, "SETUJU {code}"), (FATHER, "SETUJU"),
    (FATHER, "YA"), (FATHER, "SETUJU ABC234"), (FATHER, "anak saya setuju {code}"),
    (FATHER, "ya {code}"), (FATHER, "belum setuju {code}")])
def test_R2_setuju_counts_only_with_its_code_from_that_number(house, number, text):
    key = asked(house)
    says(house, number, text.format(code=key))
    assert consents(house, "guardian") == []
    assert house.enrolment(CHILD)["state"] == "waiting_guardian"
    assert inbound(house, number)[-1]["state"] == "waiting"
    travel(house, STARTS)
    settled(house)
    assert "C1" not in house.steps(CHILD)


def test_R2_the_childs_own_number_is_no_guardians(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD}])
    done = house.cegah("contacts", "guardian", CHILD, CHILD, *FORM, check=False)
    assert done.returncode == 1 and "own number" in done.stderr
    assert house.rows("SELECT * FROM guardian") == []


def test_R2_a_number_that_became_the_childs_own_counts_no_more(house):
    key = asked(house)
    house.cegah("contacts", "move", CHILD, FATHER, "--reason", "nomor baru")
    says(house, FATHER, f"SETUJU {key}")
    assert consents(house, "guardian") == []


def test_R3_a_refusal_stops_at_once_and_queues_erasure(house):
    key = asked(house)
    says(house, FATHER, f"TIDAK {key}")
    assert heard(house, FATHER)[1:] == ["Baik, sudah kami catat. Terima kasih."]
    assert house.enrolment(CHILD)["reason"] == "guardian_refused"
    (erasure,) = house.rows("SELECT * FROM erasure_request")
    assert erasure["person_id"] == person(house, CHILD)["id"]
    assert erasure["why"] == "guardian_refused"
    # Nothing begins again: not by import, nor by the child's word, nor by a late yes.
    house.import_rows([{**UNASKED, "phone": CHILD, "guardian_method": "paper",
                        "guardian_date": "2026-01-03", "guardian_wording": "2026-01"}])
    house.cegah("start", "uji")
    says(house, CHILD, "DAFTAR MAROS")
    says(house, FATHER, f"SETUJU {key}")
    travel(house, STARTS)
    settled(house)
    assert house.steps(CHILD) == ["C0", "waiting_guardian"]
    assert house.steps(FATHER) == ["guardian", "guardian_no"]


def test_R3_the_same_words_later_withdraw_and_cancel_what_is_queued(house):
    others = [{**MINOR, "phone": phone(n)} for n in (41, 42)]
    begun(house, rows=[*others, {**UNASKED, "phone": CHILD, "name": "Intan"}])
    house.cegah("contacts", "guardian", CHILD, FATHER, *FORM)
    says(house, CHILD, "YA")
    key = code(house)
    says(house, FATHER, f"SETUJU {key}")
    travel(house, STARTS, gateway="    rate: 1/h")
    house.wait(lambda: len([row for row in house.messages() if row["step"] == "C1"]) == 3,
               "three messages of which one may leave")
    assert house.messages(CHILD)[-1]["state"] == "queued"
    assert house.say(FATHER, f"tdk setuju {key}") == 200
    given, refused = consents(house, "guardian")[-2:]
    assert given["withdrawn_at"] and refused["decision"] == "refused"
    assert house.enrolment(CHILD)["reason"] == "guardian_refused"
    last = house.messages(CHILD)[-1]
    assert (last["step"], last["state"], last["reason"]) == ("C1", "cancelled", "guardian_refused")


def test_R2_paper_and_voice_are_entered_by_staff_in_either_order(house):
    begun(house, rows=[{**UNASKED, "phone": phone(n)} for n in (10, 11)])
    house.cegah("contacts", "consent", phone(10), "--guardian", "--method", "voice",
                "--evidence", "rekaman 7", *FORM)
    says(house, phone(10), "YA")
    says(house, phone(11), "YA")
    assert house.enrolment(phone(11))["state"] == "waiting_guardian"
    house.cegah("contacts", "consent", phone(11), "--guardian", "--method", "paper", *FORM)
    settled(house)
    for number in (phone(10), phone(11)):
        assert house.enrolment(number)["state"] == "active"
    first = consents(house, "guardian")[0]
    assert (first["method"], first["dated"], first["evidence"]) == \
        ("voice", "2026-01-02", "staff: rekaman 7")


def test_R2_both_consents_on_paper_start_without_an_invitation_answered(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD}])
    for whose in ("--own", "--guardian"):
        assert house.enrolment(CHILD)["state"] == "invited"
        house.cegah("contacts", "consent", CHILD, whose, "--method", "paper", *FORM)
    assert house.enrolment(CHILD)["state"] == "active"


def test_R8_a_guardian_is_asked_in_open_hours_only(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD, "name": "Intan"}])
    travel(house, "2026-01-05T20:30:00+08:00")
    says(house, CHILD, "YA")
    house.cegah("contacts", "guardian", CHILD, FATHER, *FORM)
    settled(house)
    assert house.messages(FATHER) == []
    travel(house, "2026-01-06T08:01:00+08:00")
    settled(house)
    assert house.steps(FATHER) == ["guardian"]  # the child's school hours are not his


def test_R29_the_question_counts_against_the_caps_of_that_number(house):
    rows = [{**UNASKED, "phone": CHILD}, {**ADULT, "phone": FATHER}]
    begun(house, rows=rows)
    assert house.steps(FATHER) == ["C0"]
    house.cegah("contacts", "guardian", CHILD, FATHER, *FORM)
    says(house, CHILD, "YA")
    assert house.steps(FATHER) == ["C0"]
    assert outcomes(house, CHILD)["guardian"] == ("held", "cap_day")
    travel(house, "2026-01-06T16:00:00+08:00")
    settled(house)
    assert house.steps(FATHER) == ["C0", "guardian"]


def test_R5_a_guardian_who_says_stop_is_not_written_to_and_a_human_reads(house):
    key = asked(house)
    says(house, FATHER, "STOP")
    (came,) = inbound(house, FATHER)
    assert (came["intent"], came["state"]) == ("out", "waiting")
    assert house.enrolment(CHILD)["state"] == "waiting_guardian"
    assert key and house.steps(FATHER) == ["guardian", "opt_out"]
