"""Who may be written to at all: the invitation, a person's own yes, and a guardian's."""

import pytest

from house import ADULT, ASSENT, GUARDIAN, MINOR, phone
from travel import DAY, MONDAY, QUICK, inbound, moment, settled, travel

REST = {key: value for key, value in MINOR.items() if key not in {**GUARDIAN, **ASSENT}}
GUARDIAN_ONLY = {**REST, **GUARDIAN}
ASSENT_ONLY = {**REST, **ASSENT}


def says(answers):
    """A profile in which each number answers the invitation with its own words."""
    lines = ["report_after: 2s", "report_spread: 0s", "behaviours:"]
    for n, text in answers.items():
        lines += [f"  b{n}:", "    replies:",
                  f"      - {{when: \"Balas YA\", say: \"{text}\", after: 3m}}"]
    lines.append("handsets:")
    lines += [f"  - {{phone: \"{phone(n)}\", is: b{n}}}" for n in answers]
    return "\n".join(lines)


def test_R1_a_silent_contact_gets_one_invitation_and_no_more(house):
    row = {**ADULT, "phone": phone(10)}
    house.begin(rows=[row])
    house.cegah("start", "uji")
    house.import_rows([row])
    house.wait_quiet()
    house.import_rows([row])
    house.cegah("start", "uji")
    house.wait_quiet()
    (message,) = house.messages()
    assert (message["step"], message["kind"]) == ("C0", "invitation")
    enrolment = house.enrolment(phone(10))
    assert (enrolment["state"], enrolment["reason"]) == ("ended", "no_answer")
    assert enrolment["updated_at"] == enrolment["invited_at"] + 14 * DAY


def test_R1_an_invitation_cites_how_the_number_was_collected(house):
    house.begin(rows=[{**ADULT, "phone": phone(10), "basis": "formulir sekolah"}])
    house.wait_quiet()
    (message,) = house.messages()
    (basis,) = house.rows("SELECT * FROM basis WHERE id=?", message["basis_id"])
    assert basis["how"] == "formulir sekolah"
    assert (message["consent_id"], message["guardian_id"]) == (None, None)


def test_R1_without_a_basis_nobody_is_imported(house):
    house.begin(go=False)
    path = house.folder / "contacts.csv"
    path.write_text(f"phone,role,district\n{phone(10)},champion,maros\n")
    assert house.cegah("contacts", "import", str(path), check=False).returncode == 1
    house.cegah("start", "uji")
    house.wait_quiet()
    assert house.rows("SELECT * FROM person") == []
    assert house.messages() == []


def test_R1_one_opt_in_message_a_contact_over_all_series(house):
    house.begin(says({11: "TIDAK", 12: "YA"}), go=False)
    folder = house.write_campaign()
    (folder / "kedua.yaml").write_text(
        (folder / "series.yaml").read_text().replace("series: remaja", "series: kedua")
        .replace("id: C", "id: D"))
    house.cegah("load", str(folder))
    house.import_rows([{**ADULT, "phone": phone(n)} for n in (10, 11, 12)])
    house.cegah("start", "uji")
    house.wait_quiet()
    assert len(house.steps(phone(10))) == 1  # silent
    assert len(house.steps(phone(11))) == 1  # TIDAK
    reasons = house.rows("SELECT e.reason FROM enrolment e JOIN address a ON"
                         " a.id=e.address_id WHERE a.value=? ORDER BY e.reason", phone(10))
    assert [row["reason"] for row in reasons] == ["invited_before", "no_answer"]
    # Who said YA may be asked whether she wants the next one too.
    kinds = [row["kind"] for row in house.messages(phone(12))]
    assert kinds.count("invitation") == 2


def test_R1_an_adults_yes_is_stored_and_starts_the_series(house):
    house.begin(says({10: "iye'"}), rows=[{**ADULT, "phone": phone(10)}])
    house.wait_quiet()
    (consent,) = house.rows("SELECT * FROM consent")
    (answer,) = inbound(house, phone(10))
    assert (consent["whose"], consent["decision"], consent["scope"]) == (
        "own", "given", "series")
    assert (consent["words"], consent["channel"], consent["method"]) == (
        "iye'", "sms", "reply")
    assert consent["wording"] == "2026-01/C0"
    assert consent["given_at"] == answer["received_at"]
    assert consent["evidence"] == f"inbound:{answer['id']}"
    assert house.steps(phone(10)) == ["C0", "opt_in", "C1", "C4"]
    steps = [row for row in house.messages() if row["kind"] == "step"]
    assert {row["consent_id"] for row in steps} == {consent["id"]}
    assert {row["guardian_id"] for row in steps} == {None}


def test_R1_the_listed_spellings_are_a_yes_and_a_sentence_is_not(house):
    yes = ["ya", "iye'", "mau", "Iya kak", "yaaaaa", "y", "ok sy ikut", "mau ikutt dong"]
    no = ["Ya allah kasihan", "mau tanya dulu", "boleh tau ini siapa"]
    texts = dict(enumerate(yes + no, 20))
    house.begin(says(texts), rows=[{**ADULT, "phone": phone(n)} for n in texts])
    house.wait_quiet()
    for n, text in texts.items():
        enrolment, (came,) = house.enrolment(phone(n)), inbound(house, phone(n))
        if text in yes:
            assert (enrolment["reason"], came["intent"]) == ("completed", "in"), text
        else:
            assert enrolment["reason"] == "no_answer", text
            assert (came["state"], came["form"]) == ("waiting", "sealed"), text
            assert house.steps(phone(n)) == ["C0"], text


def test_R1_a_no_declines_and_stays_a_no(house):
    house.begin(says({10: "tdk"}), rows=[{**ADULT, "phone": phone(10)}])
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C0"]
    assert house.enrolment(phone(10))["reason"] == "declined"
    (consent,) = house.rows("SELECT * FROM consent")
    assert (consent["decision"], consent["words"]) == ("refused", "tdk")
    assert house.say(phone(10), "YA") == 200
    house.cegah("start", "uji")
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C0"]
    assert house.enrolment(phone(10))["state"] == "ended"


def test_R1_a_message_of_a_strangers_own_never_enrols(house):
    house.begin()
    assert house.say(phone(10), "YA") == 200
    house.wait_quiet()
    assert house.messages() == []
    assert house.rows("SELECT * FROM enrolment") == []
    assert house.rows("SELECT * FROM consent") == []
    assert inbound(house, phone(10))[0]["state"] == "waiting"


def test_R2_a_minor_with_both_consents_begins_without_an_invitation(house):
    house.begin(rows=[{**MINOR, "phone": phone(10)}])
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C1", "C4"]
    rows = {row["id"]: row for row in house.rows("SELECT * FROM consent")}
    for message in house.messages():
        assert rows[message["consent_id"]]["whose"] == "own"
        assert rows[message["guardian_id"]]["whose"] == "guardian"
        assert rows[message["guardian_id"]]["dated"] == "2026-01-02"


def test_R2_with_the_guardians_consent_her_yes_is_the_assent(house):
    house.begin(says({10: "ya"}), rows=[{**GUARDIAN_ONLY, "phone": phone(10)}])
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C0", "opt_in", "C1", "C4"]
    own, guardian = house.rows("SELECT * FROM consent ORDER BY whose DESC")
    assert (own["whose"], own["words"]) == ("own", "ya")
    for message in house.messages():
        if message["kind"] == "step":
            assert message["consent_id"] == own["id"]
            assert message["guardian_id"] == guardian["id"]


@pytest.mark.parametrize("birth_year", ["2012", "2008", ""])
def test_R2_without_the_guardians_consent_her_yes_only_waits(house, birth_year):
    row = {**REST, "birth_year": birth_year, "phone": phone(10)}
    house.begin(says({10: "ya"}), rows=[row])
    house.wait_quiet()
    house.cegah("start", "uji")
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C0", "waiting_guardian"]
    enrolment = house.enrolment(phone(10))
    assert enrolment["state"] == "waiting_guardian"
    assert enrolment["joined_at"] is None


@pytest.mark.parametrize("birth_year, minor", [
    ("2008", True),    # 17 or 18 in 2026: the youngest possible age counts
    ("2007", False),
    ("2006", False)])
def test_R2_age_from_a_birth_year_is_the_youngest_possible(house, birth_year, minor):
    row = {**REST, "birth_year": birth_year, "phone": phone(10)}
    house.begin(says({10: "ya"}), rows=[row])
    house.wait_quiet()
    assert ("C1" in house.steps(phone(10))) == (not minor)


def test_R2_assent_alone_begins_nothing(house):
    house.begin(rows=[{**ASSENT_ONLY, "phone": phone(10)}])
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C0"]


def test_R2_a_guardians_consent_that_comes_later_lets_her_in(house):
    house.begin(says({10: "ya"}), rows=[{**REST, "phone": phone(10)}])
    house.wait_quiet()
    assert house.enrolment(phone(10))["state"] == "waiting_guardian"
    house.import_rows([{**GUARDIAN_ONLY, "phone": phone(10)}])
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C0", "waiting_guardian", "C1", "C4"]
    assert house.enrolment(phone(10))["reason"] == "completed"
    assert {row["state"] for row in house.messages()} == {"delivered"}


def test_R2_both_consents_on_paper_let_in_whoever_has_not_answered_yet(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**REST, "phone": phone(10)}])
    settled(house)
    assert house.enrolment(phone(10))["state"] == "invited"
    house.import_rows([{**MINOR, "phone": phone(10)}])
    assert house.enrolment(phone(10))["state"] == "active"
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["C0", "C1"]


def test_R2_no_while_the_guardian_is_asked_declines(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**REST, "phone": phone(10)}])
    settled(house)
    house.say(phone(10), "ya")
    settled(house)
    assert house.steps(phone(10)) == ["C0", "waiting_guardian"]
    house.say(phone(10), "tidak")
    settled(house)
    assert house.enrolment(phone(10))["reason"] == "declined"
    house.import_rows([{**GUARDIAN_ONLY, "phone": phone(10)}])
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["C0", "waiting_guardian"]


def test_R2_a_yes_counts_for_fourteen_days(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**ADULT, "phone": phone(10)}])
    settled(house)
    invited_at = house.enrolment(phone(10))["invited_at"]
    assert moment(MONDAY) <= invited_at < moment(MONDAY) + DAY
    travel(house, "2026-01-19T15:40:00+08:00")
    settled(house)
    house.say(phone(10), "YA")
    settled(house)
    assert house.enrolment(phone(10))["reason"] == "no_answer"
    assert house.steps(phone(10)) == ["C0"]


def test_R1_an_invitation_closes_during_a_pause_too(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**ADULT, "phone": phone(10)}])
    settled(house)
    house.cegah("pause", "uji")
    travel(house, "2026-01-19T15:40:00+08:00")
    settled(house)
    house.say(phone(10), "YA")
    settled(house)
    assert house.rows("SELECT * FROM consent") == []
    assert inbound(house, phone(10))[0]["state"] == "waiting"
    house.cegah("resume", "uji")
    settled(house)
    assert house.enrolment(phone(10))["reason"] == "no_answer"
