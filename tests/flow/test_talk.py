"""What a reply does: STOP above all, answers to the newest question, a human for the rest."""

import urllib.parse

import pytest

from house import ADULT, MINOR, phone
from travel import MONDAY, QUICK, inbound, outcomes, settled, travel

QUIZ_DAY = "2026-01-24T16:15:00+08:00"  # C4, for whoever joined on MONDAY
SECRET_WORDS = "kakak tolong rahasiaku Zanzibar"
TWO_QUESTIONS = """
series: remaja
title: Remaja
for: {role: champion}
steps:
  - id: K1
    at: {week: 1, day: fri, time: "16:15"}
    ask:
      kind: quiz
      text: "Pertama? A) satu B) dua. Balas A atau B."
      answers: [{value: A, spellings: [a], right: true}, {value: B, spellings: [b]}]
      right: {text: "Pertama benar.", discreet: "Terima kasih."}
      wrong: {text: "Pertama salah.", discreet: "Terima kasih."}
  - id: K2
    at: {week: 1, day: sat, time: "16:15"}
    ask:
      kind: quiz
      text: "Kedua? A) satu B) dua. Balas A atau B."
      answers: [{value: A, spellings: [a]}, {value: B, spellings: [b], right: true}]
      right: {text: "Kedua benar.", discreet: "Terima kasih."}
      wrong: {text: "Kedua salah.", discreet: "Terima kasih."}
"""


@pytest.fixture
def asked(house):
    """Somebody who has C4 open: sent on a Saturday at 16:15, closed two days later."""
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    settled(house)
    travel(house, QUIZ_DAY)
    settled(house)
    assert house.steps(phone(10)) == ["C4"]
    return house


# -- STOP ------------------------------------------------------------------------------


def test_R5_stop_ends_everything_with_one_neutral_ack(asked):
    for text in ("STOP", "stop", "BERHENTI!!!", "YA"):
        asked.say(phone(10), text)
    settled(asked)
    assert asked.steps(phone(10)) == ["C4", "opt_out"]
    ack = asked.messages()[-1]
    assert (ack["kind"], ack["neutral"], ack["state"]) == ("ack", 1, "delivered")
    enrolment = asked.enrolment(phone(10))
    assert (enrolment["state"], enrolment["reason"]) == ("ended", "opted_out")
    assert asked.rows("SELECT * FROM consent WHERE whose='own' AND withdrawn_at IS NULL") == []
    assert len(asked.rows("SELECT * FROM suppression")) == 1
    assert [row["intent"] for row in inbound(asked, phone(10))] == ["out"] * 3 + ["free"]


def test_R5_nothing_follows_a_stop(house):
    profile = QUICK + """
behaviours:
  leaves: {stops_after: 1}
default: leaves
"""
    house.begin(profile, rows=[{**MINOR, "phone": phone(10)}])
    house.wait_quiet()
    house.import_rows([{**MINOR, "phone": phone(10)}])
    house.cegah("start", "uji")
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C1", "opt_out"]


def test_R5_stop_cancels_what_is_queued_in_the_same_turn(house):
    rows = [{**MINOR, "phone": phone(n)} for n in (10, 11, 12)]
    house.begin(QUICK, clock="run", start=MONDAY, rows=rows)
    travel(house, "2026-01-14T16:15:00+08:00", gateway="    rate: 1/h")
    waiting = house.wait(lambda: house.rows(
        "SELECT a.value AS phone FROM message m JOIN address a ON a.id=m.address_id"
        " WHERE m.state='queued'"), "queued messages")
    house.wait(lambda: len(house.messages()) == 3, "three messages")
    number = waiting[-1]["phone"]
    assert house.say(number, "STOP") == 200
    # The answer to the webhook comes after the commit, so this holds at once.
    step, ack = house.messages(number)
    assert (step["state"], step["reason"]) == ("cancelled", "opted_out")
    assert ack["step"] == "opt_out"
    assert outcomes(house, number)["C1"] == ("missed", "opted_out")
    travel(house, "2026-01-14T16:30:00+08:00")
    settled(house)
    accepted = [row["to"] for row in house.ledger()["requests"]
                if "Selamat datang" in row["text"]]
    assert number not in accepted and len(accepted) == 1


def test_R5_a_second_stop_takes_nothing_from_the_one_ack(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    settled(house)
    house.sim("/sim/faults", [{"do": "error_503"}])
    for _ in range(3):
        house.say(phone(10), "STOP")
    settled(house)  # the ack waits for its second try, and is not cancelled meanwhile
    travel(house, "2026-01-05T15:32:00+08:00")
    settled(house)
    (ack,) = house.messages()
    assert (ack["step"], ack["state"], ack["attempts"]) == ("opt_out", "delivered", 2)


def test_R5_stop_counts_for_everybody_behind_the_number(house):
    rows = [{**MINOR, "phone": phone(10), "name": name} for name in ("Intan", "Sitti")]
    house.begin(QUICK, clock="run", start=MONDAY, rows=rows)
    settled(house)
    house.say(phone(10), "STOP")
    settled(house)
    states = house.rows("SELECT state,reason FROM enrolment")
    assert states == [{"state": "ended", "reason": "opted_out"}] * 2
    assert house.rows("SELECT * FROM consent WHERE whose='own' AND withdrawn_at IS NULL") == []
    assert house.steps(phone(10)) == ["opt_out"]
    house.import_rows([{**MINOR, "phone": phone(10), "name": "Rahma"}])
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["opt_out"]


def test_R5_a_strangers_stop_is_acknowledged_once_and_kept(house):
    house.begin(QUICK, clock="run", start=MONDAY)
    for _ in range(2):
        assert house.say(phone(10), "STOP") == 200
    settled(house)
    assert house.steps(phone(10)) == ["opt_out"]
    house.import_rows([{**MINOR, "phone": phone(10)}])
    assert house.rows("SELECT * FROM enrolment") == []


def test_R5_what_may_have_arrived_is_not_sent_again_after_a_stop(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    travel(house, "2026-01-14T16:14:58+08:00")
    house.sim("/sim/faults", [{"do": "cut_after_read"}])
    house.wait(lambda: [row["state"] for row in house.messages()] == ["unsure"], "the cut")
    house.sim("/sim/faults", [])
    house.say(phone(10), "STOP")
    settled(house)
    travel(house, "2026-01-14T16:40:00+08:00")  # the report window has passed
    house.wait(lambda: house.messages()[0]["reason"] == "opted_out", "the second look")
    assert house.messages()[0]["state"] == "unsure"
    assert house.ledger()["requests"] == []


@pytest.mark.parametrize("sender", ["081200000010", "6281200000010", " 6281200000010",
                                    "0062812-0000-0010"])
def test_R5_stop_counts_however_the_gateway_writes_the_number(house, sender):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    house.say(sender, "STOP")
    settled(house)
    assert house.enrolment(phone(10))["reason"] == "opted_out"
    assert house.steps(phone(10)) == ["opt_out"]


def test_a_report_of_failure_opts_nobody_out(house):
    profile = "report_after: 2s\nbehaviours:\n  gone: {report: failed}\ndefault: gone\n"
    house.begin(profile, rows=[{**MINOR, "phone": phone(10)}])
    house.wait_quiet()
    assert [row["state"] for row in house.messages()] == ["failed", "failed"]
    assert house.rows("SELECT * FROM suppression") == []
    assert house.enrolment(phone(10))["reason"] == "completed"
    assert house.rows("SELECT * FROM consent WHERE withdrawn_at IS NOT NULL") == []


def test_stop_within_a_sentence_is_no_stop(asked):
    for text in ("jangan berhenti kirim ya kak", "stop kawin anak!!",
                 "saya mau berhenti sekolah"):
        asked.say(phone(10), text)
    settled(asked)
    assert asked.rows("SELECT * FROM suppression") == []
    assert asked.enrolment(phone(10))["state"] == "active"
    assert {row["state"] for row in inbound(asked, phone(10))} == {"waiting"}


# -- answers ---------------------------------------------------------------------------


@pytest.mark.parametrize("text, value, right, step, feedback", [
    ("C. 19", "C", 1, "C4+", "Betul! 19 tahun."),
    (" c!", "C", 1, "C4+", "Betul! 19 tahun."),
    ("16", "A", 0, "C4-", "Belum tepat. Jawabannya C."),
])
def test_an_answer_gets_its_feedback_and_its_mark(asked, text, value, right, step, feedback):
    asked.say(phone(10), text)
    settled(asked)
    (answer,), (came,) = asked.rows("SELECT * FROM answer"), inbound(asked, phone(10))
    assert (answer["value"], answer["is_right"]) == (value, right)
    assert answer["inbound_id"] == came["id"]
    assert (came["intent"], came["form"]) == ("answer", "clear")
    assert asked.steps(phone(10)) == ["C4", step]
    received = asked.sim("/sim/handset?phone=%2B" + phone(10)[1:])["received"]
    assert received[-1]["text"] == feedback


def test_what_is_no_listed_answer_is_not_marked_wrong(asked):
    asked.say(phone(10), "kayaknya c deh kak tapi tidak yakin")
    settled(asked)
    assert asked.rows("SELECT * FROM answer") == []
    assert asked.steps(phone(10)) == ["C4"]
    assert inbound(asked, phone(10))[0]["state"] == "waiting"


def test_a_question_is_answered_once(asked):
    asked.say(phone(10), "a")
    asked.say(phone(10), "c")
    settled(asked)
    (answer,) = asked.rows("SELECT * FROM answer")
    assert answer["value"] == "A"
    assert inbound(asked, phone(10))[1]["state"] == "waiting"


def test_the_newest_open_question_is_answered_first(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}],
                series=TWO_QUESTIONS)
    settled(house)
    for day in ("16", "17"):
        travel(house, f"2026-01-{day}T16:15:00+08:00")
        settled(house)
    assert house.steps(phone(10)) == ["K1", "K2"]
    for _ in range(3):
        house.say(phone(10), "a")
    settled(house)
    answers = house.rows("SELECT step,is_right FROM answer ORDER BY id")
    assert answers == [{"step": "K2", "is_right": 0}, {"step": "K1", "is_right": 1}]
    assert house.steps(phone(10)) == ["K1", "K2", "K2-", "K1+"]
    assert [row["intent"] for row in inbound(house, phone(10))] == ["answer"] * 2 + ["free"]


def late(house, text, at="2026-01-26T16:20:00+08:00"):
    travel(house, at)
    house.say(phone(10), text)
    settled(house)


def test_a_late_answer_is_kept_scores_nothing_and_has_its_feedback(asked):
    late(asked, "C")
    (answer,) = asked.rows("SELECT * FROM answer")
    assert (answer["value"], answer["late"], answer["score"]) == ("C", 1, 0)
    assert answer["is_right"] is None
    assert asked.steps(phone(10)) == ["C4", "C4+"]
    (came,) = inbound(asked, phone(10))
    assert (came["intent"], came["state"], came["form"]) == ("late", "done", "clear")
    asked.say(phone(10), "B")  # one late answer is enough
    settled(asked)
    assert len(asked.rows("SELECT * FROM answer")) == 1
    assert inbound(asked, phone(10))[1]["state"] == "waiting"


@pytest.mark.parametrize("text, at", [
    ("C", "2026-02-03T16:20:00+08:00"),                    # more than a week after it closed
    ("C ya kak, tapi sy takut", "2026-01-26T16:20:00+08:00")])  # it says more
def test_what_is_no_late_answer_goes_to_a_human(asked, text, at):
    late(asked, text, at)
    assert asked.rows("SELECT * FROM answer") == []
    (came,) = inbound(asked, phone(10))
    assert (came["intent"], came["state"], came["form"]) == ("free", "waiting", "sealed")


def test_a_late_answer_leads_nowhere(house):
    steps = TWO_QUESTIONS.replace("      closes: 48h\n", "").replace(
        """  - id: K2
""", """    branch: [{if: {answer: {K1: [B]}}, go: end}]
  - id: K2
""").replace("day: sat, time", "day: mon, time").replace("{week: 1, day: mon", "{week: 2, day: mon")
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}],
                series=steps)
    travel(house, "2026-01-16T16:15:00+08:00")
    settled(house)
    travel(house, "2026-01-19T08:30:00+08:00")
    house.say(phone(10), "b")
    settled(house)
    assert inbound(house, phone(10))[0]["intent"] == "late"
    travel(house, "2026-01-19T16:15:00+08:00")
    settled(house)
    assert [step for step in house.steps(phone(10)) if len(step) == 2] == ["K1", "K2"]


def test_an_older_question_is_answered_by_what_the_newest_does_not_take(house):
    steps = TWO_QUESTIONS.replace("{value: B, spellings: [b], right: true}",
                                  "{value: BENAR, spellings: [benar], right: true}")
    steps = steps.replace("answers: [{value: A, spellings: [a]}, {value: BENAR",
                          "answers: [{value: SALAH}, {value: BENAR")
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}],
                series=steps)
    for day in ("16", "17"):
        travel(house, f"2026-01-{day}T16:15:00+08:00")
        settled(house)
    house.say(phone(10), "b")  # no answer to BENAR or SALAH
    house.say(phone(10), "beanr")
    settled(house)
    answers = house.rows("SELECT step,value FROM answer ORDER BY id")
    assert answers == [{"step": "K1", "value": "B"}, {"step": "K2", "value": "BENAR"}]


@pytest.mark.parametrize("text", ["besar", "benra sekali", "sbenar2nya"])
def test_a_slip_onto_another_word_is_no_answer(house, text):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}],
                series=TWO_QUESTIONS.replace("{value: A, spellings: [a], right: true}",
                                             "{value: benar, right: true}"))
    travel(house, "2026-01-16T16:15:00+08:00")
    settled(house)
    house.say(phone(10), text)
    settled(house)
    assert house.rows("SELECT * FROM answer") == []
    assert inbound(house, phone(10))[0]["state"] == "waiting"


# -- everything else -------------------------------------------------------------------


def test_R17_free_text_is_nowhere_in_the_clear(asked):
    for number, text in ((phone(10), SECRET_WORDS), (phone(77), SECRET_WORDS + " lagi")):
        assert asked.say(number, text) == 200
    word, looked = b"Zanzibar", [asked.database, asked.log]
    looked += [asked.folder / "cegah.db-wal", asked.folder / "cegah.db-shm"]
    assert all(word not in path.read_bytes() for path in looked)
    assert asked.stop() == 0
    assert all(word not in path.read_bytes() for path in looked if path.exists())
    assert b"628120000" not in asked.log.read_bytes()
    for number in (phone(10), phone(77)):
        (came,) = inbound(asked, number)
        assert (came["state"], came["form"]) == ("waiting", "sealed")


@pytest.mark.parametrize("text", ["", "   ", "🙏", "?"])
def test_a_message_without_words_goes_to_a_human(asked, text):
    assert asked.say(phone(10), text) == 200
    (came,) = inbound(asked, phone(10))
    assert came["state"] == "waiting"
    assert asked.enrolment(phone(10))["state"] == "active"


def test_a_repeated_webhook_changes_nothing(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}],
                series=TWO_QUESTIONS)
    for day in ("16", "17"):
        travel(house, f"2026-01-{day}T16:15:00+08:00")
        settled(house)
    for _ in range(3):
        assert house.say(phone(10), "a", key="abc-1") == 200
    settled(house)
    assert len(inbound(house, phone(10))) == 1
    # K1 is open too, and would take the same answer.
    assert [row["step"] for row in house.rows("SELECT step FROM answer")] == ["K2"]
    assert house.steps(phone(10)) == ["K1", "K2", "K2-"]
    texts = house.rows("SELECT count(*) AS n FROM text")[0]["n"]
    assert texts == len(house.messages()) + 1


@pytest.mark.parametrize("times, taken", [
    ("1768637700 1768637700 1768637800", 2),  # the same time and words: the same message
    ("0 0", 2)])                              # no time: nothing may get lost
def test_without_an_id_the_words_and_their_time_tell_a_repeat(asked, times, taken):
    for ts in times.split():
        query = urllib.parse.urlencode(
            {"sender": phone(10), "message": "halo kak", "ts": ts})
        assert asked.call(asked.hook("inbound") + "?" + query)[0] == 200
    assert len(inbound(asked, phone(10))) == taken


@pytest.mark.parametrize("sender", ["3355", "TELKOMSEL", "+62 21 555 0100", "0"])
def test_a_sender_that_is_no_mobile_number_is_kept_and_gets_no_reply(house, sender):
    house.begin(QUICK, clock="run", start=MONDAY)
    for text in ("Promo pulsa murah", "STOP"):
        assert house.say(sender, text) == 200
    settled(house)
    rows = house.rows("SELECT i.intent,i.state FROM inbound i ORDER BY i.id")
    assert rows == [{"intent": "free", "state": "waiting"},
                    {"intent": "out", "state": "done"}]
    assert house.ledger()["requests"] == []


def test_two_people_on_one_number_come_one_after_the_other(house):
    rows = [{**MINOR, "phone": phone(10), "name": name} for name in ("Intan", "Sitti")]
    profile = "report_after: 2s\nbehaviours:\n  eager:\n    replies:\n" \
              "      - {when: \"Balas A, B\", say: c, after: 5m}\ndefault: eager\n"
    house.begin(profile, rows=rows)
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C1", "C4", "C4+"] * 2
    people = [row["person_id"] for row in house.messages()]
    assert people == [people[0]] * 3 + [people[3]] * 3 and people[0] != people[3]
    answers = house.rows("SELECT e.person_id FROM answer a JOIN enrolment e"
                         " ON e.id=a.enrolment_id ORDER BY a.id")
    assert [row["person_id"] for row in answers] == [people[0], people[3]]
    texts = [row["text"] for row in house.ledger()["requests"]]
    # R11: others read this phone, so no name stands in it.
    assert texts == ["Selamat datang!", texts[1], "Terima kasih! Jawabannya C."] * 2


def test_the_invitation_of_a_shared_number_goes_to_each_person_once(house):
    rows = [{**ADULT, "phone": phone(10), "name": name} for name in ("Rahma", "Nur")]
    house.begin("report_after: 2s", rows=rows)
    house.wait_quiet()
    # Each imported contact gets her one invitation, the second when the first has closed.
    first, second = house.messages(phone(10))
    assert (first["step"], second["step"]) == ("C0", "C0")
    assert first["person_id"] != second["person_id"]
    assert second["created_at"] - first["created_at"] >= 14 * 24 * 3600 * 1000
