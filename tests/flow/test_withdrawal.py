"""Taking back: STOP in sentences, withdrawal entered by staff, and the evidence of it all."""

import json

import pytest

from consent_house import (CHILD, FATHER, FORM, UNASKED, asked, begun, consents, heard,
                           person, says)
from house import ADULT, MINOR
from travel import inbound, settled, travel

STARTS = "2026-01-14T16:15:00+08:00"


@pytest.mark.parametrize("text, ack, waits", [
    ("udah jgn kirim sms lg", "Baik, pesan dihentikan. Terima kasih.", False),
    ("salah nomor, siapa ini", "Maaf mengganggu. Nomor ini sudah kami keluarkan.", False),
    ("hapus nomor sy", "Baik, pesan dihentikan. Terima kasih.", True),
    ("STOP jgn kirim lagi, bapak sy baca hp ini", None, True),
])
def test_R5_a_stop_in_a_sentence_stops(house, text, ack, waits):
    begun(house, rows=[{**MINOR, "phone": CHILD}])
    says(house, CHILD, text, "stop")
    assert heard(house, CHILD) == ([ack] if ack else [])
    assert house.enrolment(CHILD)["reason"] == "opted_out"
    assert inbound(house, CHILD)[0]["state"] == ("waiting" if waits else "done")
    travel(house, STARTS)
    settled(house)
    assert len(heard(house, CHILD)) == 0  # a new simulator: nothing came since


def test_R5_a_watched_phone_is_told_nothing_and_her_words_are_sealed(house):
    begun(house, rows=[{**MINOR, "phone": CHILD}])
    says(house, CHILD, "STOP jgn kirim lagi, bapak sy baca hp ini")
    assert house.messages(CHILD) == []
    assert inbound(house, CHILD)[0]["form"] == "sealed"
    assert person(house, CHILD)["flags"] == 7
    for path in (house.database, house.folder / "cegah.db-wal", house.log):
        assert b"bapak sy" not in path.read_bytes()


def test_R5_a_wrong_number_joins_nobody_by_daftar(house):
    begun(house, rows=[{**ADULT, "phone": CHILD, "name": "Rahma"}])
    says(house, CHILD, "salah sambung", "DAFTAR")
    assert inbound(house, CHILD)[1]["state"] == "waiting"
    assert house.enrolment(CHILD)["state"] == "ended"


def test_R6_a_stop_with_a_cue_of_danger_is_both(house):
    begun(house, rows=[{**MINOR, "phone": CHILD}])
    (house.folder / "uji" / "words.yaml").write_text("risk: [jgn]\n")
    house.cegah("load", str(house.folder / "uji"))
    says(house, CHILD, "udah jgn kirim sms lg")
    (came,) = inbound(house, CHILD)
    assert (came["intent"], came["state"], came["form"]) == ("risk", "waiting", "sealed")
    assert house.enrolment(CHILD)["reason"] == "opted_out"
    assert house.messages(CHILD) == []


@pytest.mark.parametrize("whose, reason", [("own", "withdrawn"),
                                           ("guardian", "guardian_withdrawn")])
def test_R3_a_withdrawal_by_staff_stops_at_once(house, whose, reason):
    begun(house, rows=[{**MINOR, "phone": CHILD}])
    house.cegah("contacts", "withdraw", CHILD, f"--{whose}", "--reason", "lewat telepon")
    assert house.enrolment(CHILD)["reason"] == reason
    (consent,) = consents(house, whose)
    assert consent["withdrawn_at"] and consent["withdrawn_by"] == "staff: lewat telepon"
    assert [row["why"] for row in house.rows("SELECT * FROM erasure_request")] == \
        ([reason] if whose == "guardian" else [])
    house.cegah("start", "uji")
    travel(house, STARTS)
    settled(house)
    assert house.messages(CHILD) == []
    again = house.cegah("contacts", "withdraw", CHILD, f"--{whose}", "--reason", "lagi",
                        check=False)
    assert again.returncode == 1


def test_R3_a_guardians_no_on_paper_is_a_refusal(house):
    begun(house, rows=[{**MINOR, "phone": CHILD}])
    house.cegah("contacts", "consent", CHILD, "--guardian", "--method", "paper", "--refused",
                *FORM)
    assert house.enrolment(CHILD)["reason"] == "guardian_refused"
    assert len(house.rows("SELECT * FROM erasure_request")) == 1
    late = house.cegah("contacts", "consent", CHILD, "--guardian", "--method", "paper",
                       "--date", "2026-01-05", "--wording", "2026-01", check=False)
    assert late.returncode == 1 and "erasure" in late.stderr


def test_R5_a_form_that_is_older_than_the_stop_brings_nothing_back(house):
    begun(house, rows=[{**ADULT, "phone": CHILD}])
    says(house, CHILD, "YA", "STOP")
    done = house.cegah("contacts", "consent", CHILD, "--own", "--method", "paper", *FORM,
                       check=False)
    assert done.returncode == 1 and "last no" in done.stderr
    assert house.enrolment(CHILD)["state"] == "ended"


@pytest.mark.parametrize("options, said", [
    (["--guardian", "--method", "paper", "--date", "2026-02-30", "--wording", "1"], "no date"),
    (["--guardian", "--method", "paper", "--date", "2026-12-01", "--wording", "1"], "future"),
    (["--guardian", "--method", "paper", "--date", "2026-01-02"], "wording"),
    (["--guardian", "--date", "2026-01-02", "--wording", "1"], "method"),
    (["--method", "paper", "--date", "2026-01-02", "--wording", "1"], "whose"),
    (["--guardian", "--name", "Budi", "--method", "paper", *FORM], "name"),
])
def test_R1_a_consent_without_its_particulars_is_refused(house, options, said):
    begun(house, rows=[{**UNASKED, "phone": CHILD, "name": "Intan"}])
    done = house.cegah("contacts", "consent", CHILD, *options, check=False)
    assert done.returncode == 1 and said in done.stderr, done.stderr
    assert consents(house, "guardian") == []


def test_of_several_behind_a_number_the_name_says_who(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD, "name": name} for name in ("Intan", "Sitti")])
    entry = ("contacts", "consent", CHILD, "--guardian", "--method", "paper", *FORM)
    assert house.cegah(*entry, check=False).returncode == 1
    house.cegah(*entry, "--name", "sitti")
    (consent,) = consents(house, "guardian")
    (who,) = house.rows("SELECT name FROM person WHERE id=?", consent["person_id"])
    assert who["name"] == "Sitti"


def test_an_auditor_sees_all_evidence_and_no_code(house):
    key = asked(house)
    says(house, FATHER, f"SETUJU {key}")
    says(house, CHILD, "STOP", "DAFTAR MAROS")
    (who,) = house.json("contacts", "show", CHILD, "--consent")["people"]
    own = [row for row in who["consents"] if row["whose"] == "own"]
    assert [(row["method"], row["words"], bool(row["withdrawn_at"])) for row in own] == [
        ("reply", "YA", True), ("join", "DAFTAR MAROS", False)]
    for row in who["consents"]:
        assert row["scope"] == "series" and row["series"] == "remaja"
        assert row["wording"] and row["evidence"].startswith("inbound:") and row["given_at"]
    assert own[0]["withdrawn_by"].startswith("inbound:")
    (stop,) = who["stops"]
    assert (stop["words"], stop["lifted_words"]) == ("STOP", "DAFTAR MAROS")
    assert stop["lifted_at"] and stop["lifted_by"].startswith("inbound:")
    (guardian,) = who["guardians"]
    assert guardian["decision"] == "agreed" and guardian["asked_at"] and guardian["answered_at"]
    assert (guardian["wording"], guardian["dated"]) == ("2026-01", "2026-01-02")
    printed = house.cegah("contacts", "show", CHILD, "--consent").stdout
    for text in (json.dumps(who), printed):
        assert key.lower() not in text.lower()
        assert FATHER not in text and FATHER[3:] not in text
    for part in ("guardian's number on a form", "lifted", "withdrawn by inbound:",
                 "wording 2026-01"):
        assert part in printed
