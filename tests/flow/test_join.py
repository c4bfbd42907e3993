"""Joining by a word: DAFTAR alone or with a code, the age that is asked, and coming back."""

import pytest

from consent_house import (CAMPAIGN, CHILD, DOUBLE, SERIES, STRANGER, UNASKED, begun,
                           consents, heard, person, says)
from house import ADULT, MINOR, phone
from travel import inbound, settled, travel

ASKED_AGE = "Tahun lahirmu? Balas angka, contoh 2009."
AGREED = "Siap, sudah kami catat. Terima kasih."
WAITING = "Terima kasih! Kakak tim minta izin orang tua dulu."


def test_R1_daftar_is_a_consent_of_its_own_with_its_words(house):
    begun(house)
    says(house, STRANGER, "Daftar Maros kak")
    assert heard(house, STRANGER) == [ASKED_AGE]
    who, (consent,) = person(house, STRANGER), consents(house)
    assert (who["role"], who["district"], who["zone"]) == ("champion", "maros", "Asia/Makassar")
    assert who["birth_year"] is None
    (came,) = inbound(house, STRANGER)
    assert (came["intent"], came["form"], came["state"]) == ("join", "clear", "done")
    assert consent["words"] == "Daftar Maros kak"
    assert (consent["method"], consent["channel"], consent["decision"]) == ("join", "sms", "given")
    assert (consent["wording"], consent["evidence"]) == ("2026-01/DAFTAR", f"inbound:{came['id']}")
    (basis,) = house.rows("SELECT * FROM basis")
    assert basis["source"] == f"inbound:{came['id']}"


@pytest.mark.parametrize("text, district", [
    ("DAFTAR", ""), ("DAFTAR SEKOLAHKU", ""), ("dftar surabaya", "surabaya"),
    ("reg AMBON!!", "ambon"), ("dafatr maros", "maros")])
def test_R1_what_the_word_does_not_say_stays_unknown(house, text, district):
    begun(house)
    says(house, STRANGER, text)
    who = person(house, STRANGER)
    assert who["district"] == district
    assert who["zone"] == {"surabaya": "Asia/Jakarta", "ambon": "Asia/Jayapura"}.get(
        district, "Asia/Makassar")
    assert house.enrolment(STRANGER)["state"] == "waiting_guardian"


def test_R2_an_adult_by_her_age_starts_and_a_minor_waits(house):
    begun(house)
    for number, age in ((phone(31), "umur 25 kak"), (phone(32), "2001"), (phone(33), "15"),
                        (phone(34), "lahir 2010"), (phone(35), "17 th")):
        says(house, number, "DAFTAR MAROS", age)
        grown = number in (phone(31), phone(32))
        assert heard(house, number) == [ASKED_AGE, AGREED if grown else WAITING]
        assert house.enrolment(number)["state"] == ("active" if grown else "waiting_guardian")
        assert inbound(house, number)[1]["intent"] == "age"
    assert [person(house, phone(n))["birth_year"] for n in range(31, 36)] == \
        [2000, 2001, 2011, 2010, 2009]


def test_R2_until_her_age_is_known_she_counts_as_a_minor(house):
    begun(house)
    says(house, STRANGER, "DAFTAR MAROS", "kenapa tanya umur")
    assert inbound(house, STRANGER)[1]["state"] == "waiting"
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    assert house.steps(STRANGER) == ["ask_age"]
    # The answer counts whenever it comes, and the age is asked once.
    says(house, STRANGER, "DAFTAR", "1999")
    assert house.steps(STRANGER) == ["ask_age", "waiting_guardian", "opt_in"]
    assert house.enrolment(STRANGER)["state"] == "active"


def test_R2_a_number_that_was_not_asked_for_is_no_age(house):
    begun(house, rows=[{**UNASKED, "phone": CHILD}])
    says(house, CHILD, "YA", "1990")
    assert person(house, CHILD)["birth_year"] == 2012
    assert inbound(house, CHILD)[1]["state"] == "waiting"
    assert house.enrolment(CHILD)["state"] == "waiting_guardian"


def test_R2_an_answer_does_not_undo_the_birth_year_of_a_list(house):
    begun(house)
    says(house, CHILD, "DAFTAR MAROS")
    house.import_rows([{**UNASKED, "phone": CHILD}])
    says(house, CHILD, "25")
    assert person(house, CHILD)["birth_year"] == 2012
    assert house.enrolment(CHILD)["state"] == "waiting_guardian"


def test_R2_age_is_asked_of_an_imported_contact_without_one(house):
    begun(house, rows=[{**ADULT, "phone": CHILD, "birth_year": ""}])
    says(house, CHILD, "YA")
    assert heard(house, CHILD)[1:] == [ASKED_AGE]
    says(house, CHILD, "30")
    assert house.enrolment(CHILD)["state"] == "active"


def test_R1_a_double_opt_in_asks_by_sms_and_waits_for_yes(house):
    begun(house, series=DOUBLE)
    says(house, STRANGER, "DAFTAR MAROS")
    assert house.steps(STRANGER) == ["C0"]
    assert consents(house) == []
    (message,) = house.messages(STRANGER)
    (basis,) = house.rows("SELECT * FROM basis WHERE id=?", message["basis_id"])
    assert (message["channel"], message["kind"]) == ("sms", "invitation")
    assert basis["source"].startswith("inbound:")
    says(house, STRANGER, "YA", "1995")
    assert house.steps(STRANGER) == ["C0", "ask_age", "opt_in"]
    assert [row["words"] for row in consents(house)] == ["YA"]
    assert house.enrolment(STRANGER)["state"] == "active"


def test_R1_a_double_opt_in_without_a_yes_starts_nothing(house):
    begun(house, series=DOUBLE)
    says(house, STRANGER, "DAFTAR MAROS")
    travel(house, "2026-01-21T16:15:00+08:00")
    settled(house)
    assert house.steps(STRANGER) == ["C0"]
    assert house.enrolment(STRANGER)["reason"] == "no_answer"


def test_R26_a_friend_joins_by_a_code_and_by_herself(house):
    begun(house, rows=[{**MINOR, "phone": CHILD, "code": "MRS-12", "district": "ambon"}])
    says(house, STRANGER, "DAFTAR mrs12")
    who = person(house, STRANGER)
    assert (who["role"], who["district"]) == ("champion", "ambon")
    consent = consents(house)[-1]
    assert consent["evidence"].endswith("by the code of person %d" % person(house, CHILD)["id"])
    assert house.steps(CHILD) == []


def test_an_unknown_code_is_said_once_then_a_human_reads(house):
    begun(house)
    says(house, STRANGER, "DAFTAR ENTAH", "DAFTAR ENTAH", "daftar sekolah di mana")
    assert house.steps(STRANGER) == ["unknown_code"]
    assert [(row["intent"], row["state"], row["form"]) for row in inbound(house, STRANGER)] == [
        ("unknown_code", "done", "sealed"), ("free", "waiting", "sealed"),
        ("free", "waiting", "sealed")]
    assert person(house, STRANGER) is None


def test_R4_free_text_never_enrols(house):
    begun(house, rows=[{**ADULT, "phone": CHILD}])
    says(house, CHILD, "STOP")
    for number in (CHILD, STRANGER):
        says(house, number, "kak saya takut", "mau daftar", "ya", "ikut", "1999")
        assert {row["state"] for row in inbound(house, number)[-5:]} == {"waiting"}
    assert house.rows("SELECT * FROM enrolment WHERE state<>'ended'") == []
    assert person(house, STRANGER) is None
    assert house.steps(STRANGER) == [] and house.steps(CHILD) == ["C0", "opt_out"]


def test_R5_daftar_lifts_a_stop_and_consents_anew(house):
    begun(house, rows=[{**ADULT, "phone": CHILD}])
    says(house, CHILD, "YA", "STOP", "DAFTAR MAROS")
    assert house.steps(CHILD) == ["C0", "opt_in", "opt_out", "opt_in"]
    (stop,) = house.rows("SELECT * FROM suppression")
    came = inbound(house, CHILD)[2]["id"]
    assert (stop["lifted_words"], stop["lifted_by"]) == ("DAFTAR MAROS", f"inbound:{came}")
    first, second = consents(house)
    assert first["withdrawn_at"] and first["withdrawn_by"].startswith("inbound:")
    assert second["withdrawn_at"] is None and second["method"] == "join"
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    (step,) = [row for row in house.messages(CHILD) if row["kind"] == "step"]
    assert step["consent_id"] == second["id"]


def test_R5_daftar_from_a_shared_number_is_for_a_human_to_read(house):
    begun(house, rows=[{**ADULT, "phone": CHILD, "name": name} for name in ("Rahma", "Nur")])
    says(house, CHILD, "STOP", "DAFTAR")
    assert inbound(house, CHILD)[1]["state"] == "waiting"
    assert house.rows("SELECT * FROM suppression WHERE lifted_at IS NULL") != []


def test_R29_who_joins_on_a_number_in_use_waits_for_it(house):
    begun(house, rows=[{**MINOR, "phone": CHILD}],
          series=SERIES, campaign=CAMPAIGN)
    (house.folder / "uji" / "parents.yaml").write_text(
        "series: keluarga\ntitle: Keluarga\njoin: keluarga\n"
        "invitation: {id: P0, text: \"Halo, ini {lembaga}. Balas YA atau TIDAK.\"}\n"
        "steps:\n  - {id: P1, at: {week: 1, day: thu, time: \"16:30\"}, say: \"Halo.\"}\n")
    house.cegah("load", str(house.folder / "uji"))
    house.cegah("start", "uji/keluarga")
    says(house, CHILD, "DAFTAR KELUARGA")
    rows = house.rows("SELECT state,reason FROM enrolment ORDER BY id")
    assert [row["reason"] for row in rows] == ["", "shared_number"]


def test_daftar_in_a_series_changes_nothing(house):
    begun(house, rows=[{**MINOR, "phone": CHILD}])
    before = house.enrolment(CHILD)
    says(house, CHILD, "DAFTAR MAROS")
    after = house.enrolment(CHILD)
    assert (after["state"], after["joined_at"]) == ("active", before["joined_at"])
    assert len(consents(house)) == 1
