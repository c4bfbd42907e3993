"""BANTU, TUNDA, LANJUT, SENYAP and HAPUS, as people write them and as phones get them."""

import pytest

from house import ADULT, ASSENT, CAMPAIGN_YAML, MINOR, SERIES_YAML, phone
from travel import MONDAY, QUICK, inbound, local, outcomes, settled, travel

REPLIES = CAMPAIGN_YAML + """  help:
    text: "Terima kasih. Kakak tim akan membalas. Telepon 129."
    discreet: "Terima kasih, pesannya sudah kami terima."
  pause: "Siap, istirahat dulu sampai {tgl}. Balas LANJUT."
  continue: "Siap, sudah kami catat."
  discreet: "Siap, pesannya singkat saja."
  erase: "Permintaan diterima. Data dihapus paling lambat {tgl}."
"""
EVENT = REPLIES + """
events:
  temu: {title: Temu warga, date: 2026-01-18, time: "10:00", minutes: 60}
"""
ME = phone(10)
MEMBER = {**ADULT, **ASSENT, "phone": ME, "name": "Rahma"}
SAY = '  - {id: %s, at: {%s, time: "16:15"}, say: "%s"}\n'
HEAD = "\nseries: remaja\ntitle: Remaja\nfor: {role: champion}\nsteps:\n"
WEEKS = HEAD + "".join(SAY % (f"T{week}", f"week: {week}, day: wed", f"Minggu {week}.")
                       for week in (1, 2, 3))


def begun(house, rows=(MEMBER,), series=SERIES_YAML, campaign=REPLIES):
    house.begin(QUICK, clock="run", start=MONDAY, rows=list(rows), series=series,
                campaign=campaign)
    return settled(house)


def says(house, text, number=ME):
    assert house.say(number, text) == 200
    settled(house)
    return inbound(house, number)[-1]


def last_text(house, number=ME):
    return house.sim("/sim/handset?phone=%2B" + number[1:])["received"][-1]["text"]


def go(house, *days):
    for day in days:
        travel(house, f"2026-{day}T16:15:00+08:00")
        settled(house)


# -- BANTU -----------------------------------------------------------------------------


def test_R13_bantu_reaches_a_human_and_is_answered_once_a_day(house):
    begun(house)
    for text in ("BANTU", "tolong kak"):
        came = says(house, text)
        assert (came["intent"], came["state"], came["form"]) == ("help", "waiting", "sealed")
    (reply,) = house.messages(ME)
    assert (reply["step"], reply["kind"], reply["neutral"]) == ("help", "safety", 1)
    assert last_text(house).endswith("Telepon 129.")
    travel(house, "2026-01-06T15:35:00+08:00")
    says(house, "bantu")
    assert house.steps(ME) == ["help", "help"]
    assert house.enrolment(ME)["state"] == "active"


def test_R13_bantu_is_answered_at_night_and_after_a_stop(house):
    begun(house)
    says(house, "STOP")
    travel(house, "2026-01-05T23:10:00+08:00")
    says(house, "bantu")
    assert house.steps(ME) == ["opt_out", "help"]
    assert house.messages(ME)[-1]["state"] == "delivered"


def test_R11_bantu_from_a_shared_phone_gets_the_neutral_text(house):
    begun(house, rows=[MEMBER, {**MEMBER, "name": "Sitti"}])
    says(house, "BANTU")
    assert last_text(house) == "Terima kasih, pesannya sudah kami terima."


def test_R13_a_watched_phone_gets_no_word_after_bantu(house):
    begun(house)
    says(house, "STOP jgn kirim lagi, bapak sy baca hp ini")
    came = says(house, "bantu")
    assert came["state"] == "waiting"
    assert house.messages(ME) == []


def test_bantu_is_no_answer_to_an_open_question(house):
    begun(house)
    go(house, "01-24")
    assert house.steps(ME) == ["C4"]
    says(house, "tolong")
    assert house.rows("SELECT * FROM answer") == []


# -- TUNDA and LANJUT --------------------------------------------------------------------


def test_tunda_rests_for_two_weeks_and_lessons_move_by_them(house):
    begun(house, series=WEEKS)
    go(house, "01-14")
    came = says(house, "TUNDA dulu kak")
    assert (came["intent"], came["state"]) == ("pause", "done")
    assert last_text(house) == "Siap, istirahat dulu sampai 28 Jan. Balas LANJUT."
    go(house, "01-21", "01-28", "02-04", "02-11")
    assert house.steps(ME) == ["T1", "pause", "T2", "T3"]
    days = [local(row["created_at"], "Asia/Makassar").date().isoformat()
            for row in house.messages(ME)]
    assert days == ["2026-01-14", "2026-01-14", "2026-02-04", "2026-02-11"]
    assert house.enrolment(ME)["reason"] == "completed"


def test_a_second_tunda_moves_nothing_and_is_not_answered_again(house):
    begun(house, series=WEEKS)
    says(house, "tunda")
    until = house.enrolment(ME)["paused_until"]
    assert local(until, "Asia/Makassar").date().isoformat() == "2026-01-19"
    travel(house, "2026-01-08T16:00:00+08:00")
    says(house, "tunda")
    assert house.enrolment(ME)["paused_until"] == until
    assert house.steps(ME) == ["pause"]


def test_lanjut_ends_the_rest_and_moves_by_whole_weeks_only(house):
    begun(house, series=WEEKS)
    go(house, "01-14")
    says(house, "TUNDA")
    travel(house, "2026-01-22T16:00:00+08:00")  # eight days: one week, and T2 of the 21st
    came = says(house, "LANJUT")
    assert (came["intent"], came["state"]) == ("continue", "done")
    enrolment = house.enrolment(ME)
    assert (enrolment["shift_days"], enrolment["paused_until"]) == (7, None)
    go(house, "01-28", "02-04")
    assert house.steps(ME) == ["T1", "pause", "continue", "T2", "T3"]


def test_what_moved_too_little_is_missed_and_says_why(house):
    begun(house, series=WEEKS)
    travel(house, "2026-01-13T16:00:00+08:00")
    says(house, "TUNDA")
    travel(house, "2026-01-20T15:00:00+08:00")  # not quite a week
    says(house, "LANJUT")
    assert house.enrolment(ME)["shift_days"] == 0
    assert outcomes(house, ME) == {"T1": ("missed", "person_paused")}
    go(house, "01-21", "01-28")
    assert house.steps(ME) == ["pause", "continue", "T2", "T3"]


def test_events_and_dates_in_the_rest_are_missed(house):
    series = HEAD + SAY % ("T1", "week: 1, day: wed", "Satu.") \
        + SAY % ("E1", "event: temu, days: -1", "Besok temu warga.") \
        + SAY % ("D1", "date: 2026-01-20", "Tanggal 20.") \
        + SAY % ("T2", "week: 2, day: wed", "Dua.") \
        + SAY % ("E2", "event: temu, days: 4", "Terima kasih sudah datang.") \
        + SAY % ("T3", "week: 3, day: wed", "Tiga.")
    begun(house, series=series, campaign=EVENT)
    go(house, "01-14")
    says(house, "TUNDA")
    go(house, "01-17", "01-20", "01-28", "02-04", "02-11")
    assert house.steps(ME) == ["T1", "pause", "T2", "T3"]
    assert outcomes(house, ME)["E2"] == ("missed", "person_paused")  # behind a lesson
    assert outcomes(house, ME)["E1"] == ("missed", "person_paused")
    assert outcomes(house, ME)["D1"] == ("missed", "person_paused")


def test_what_is_queued_is_held_back_by_a_rest(house):
    begun(house, series=WEEKS, rows=[MEMBER, {**MEMBER, "phone": phone(11), "name": "Nur"}])
    travel(house, "2026-01-14T16:15:00+08:00", gateway="    rate: 1/h")
    house.wait(lambda: len(house.messages()) == 2, "both messages")
    waiting = house.wait(lambda: [row["phone"] for row in house.messages()
                                  if row["state"] == "queued"], "one in the queue")[0]
    house.say(waiting, "TUNDA")
    travel(house, "2026-01-14T17:20:00+08:00")
    settled(house)
    assert outcomes(house, waiting)["T1"] == ("missed", "person_paused")
    texts = [row["text"] for row in house.ledger()["requests"] if row["to"] == waiting]
    assert [text for text in texts if text.startswith("Minggu")] == []


def test_nobody_is_reminded_in_a_rest(house):
    series = HEAD + """  - id: K1
    at: {week: 1, day: wed, time: "16:15"}
    ask:
      kind: poll
      text: "Pilih A atau B."
      answers: [{value: A}, {value: B}]
      reminder: {after: 24h, text: "Masih ada waktu. Pilih A atau B."}
"""
    begun(house, series=series)
    go(house, "01-14")
    says(house, "TUNDA")
    go(house, "01-15", "01-28", "01-29")
    assert house.steps(ME) == ["K1", "pause"]


def test_tunda_leaves_an_invitation_open(house):
    begun(house, rows=[{**ADULT, "phone": ME}])
    assert house.steps(ME) == ["C0"]
    assert says(house, "TUNDA")["intent"] == "pause"
    assert says(house, "YA")["intent"] == "in"
    assert house.steps(ME) == ["C0", "continue", "opt_in"]
    assert house.enrolment(ME)["state"] == "active"


NEWS = HEAD + SAY % ("T1", "week: 1, day: wed", "Selesai! Mau kabar sebulan sekali? Balas LANJUT.")


def monthly(house):
    return house.rows("SELECT whose,decision,wording,words FROM consent WHERE scope='monthly'")


def test_R2_lanjut_after_the_last_step_agrees_to_the_monthly_news(house):
    begun(house, series=NEWS)
    says(house, "LANJUT")  # nothing has asked for it yet
    assert monthly(house) == []
    go(house, "01-14")
    assert house.enrolment(ME)["reason"] == "completed"
    for _ in range(2):
        assert says(house, "lanjut kak")["state"] == "done"
    assert monthly(house) == [{"whose": "own", "decision": "given",
                               "wording": "2026-01/T1", "words": "lanjut kak"}]
    says(house, "STOP")
    assert house.rows("SELECT 1 FROM consent WHERE withdrawn_at IS NULL") == []


def test_R2_a_minors_lanjut_is_read_by_a_human(house):
    begun(house, rows=[{**MINOR, "phone": ME}], series=NEWS)
    go(house, "01-14")
    came = says(house, "LANJUT")
    assert (came["intent"], came["state"]) == ("continue", "waiting")
    assert monthly(house) == [] and house.steps(ME) == ["T1"]


# -- SENYAP, and a phone that others read ------------------------------------------------


def test_R11_senyap_is_for_everybody_behind_the_number(house):
    begun(house)
    came = says(house, "senyap ya kak")
    assert (came["intent"], came["state"]) == ("discreet", "done")
    assert last_text(house) == "Siap, pesannya singkat saja."
    go(house, "01-14")
    assert last_text(house) == "Selamat datang!"


def test_R11_a_yes_from_mothers_phone_enrols_nobody(house):
    begun(house, rows=[{**ADULT, "phone": ME}])
    came = says(house, "ya tapi ini hp mama")
    assert (came["intent"], came["state"], came["form"]) == ("free", "waiting", "sealed")
    assert house.enrolment(ME)["state"] == "invited"
    assert house.rows("SELECT flags FROM person") == [{"flags": 1}]


@pytest.mark.parametrize("text", ["TUNDA", "LANJUT", "SENYAP"])
def test_a_command_of_nobody_we_know_is_for_a_human(house, text):
    begun(house)
    assert says(house, text, phone(77))["state"] == "waiting"
    assert house.messages(phone(77)) == []


# -- HAPUS -------------------------------------------------------------------------------


def test_R22_hapus_ends_everything_and_queues_the_erasure(house):
    begun(house)
    came = says(house, "HAPUS")
    assert (came["intent"], came["state"]) == ("erase", "waiting")
    assert last_text(house) == "Permintaan diterima. Data dihapus paling lambat 8 Jan."
    assert house.steps(ME) == ["erase"]
    assert house.enrolment(ME)["reason"] == "opted_out"
    assert house.rows("SELECT why,done_at FROM erasure_request") == [
        {"why": "asked", "done_at": None}]
    says(house, "hapus")
    assert house.steps(ME) == ["erase"]


def test_R22_hapus_after_a_stop_has_its_own_word(house):
    begun(house)
    says(house, "STOP")
    says(house, "hapus nomor sy")
    assert house.steps(ME) == ["opt_out", "erase"]


def test_R22_of_several_people_a_human_finds_out_who_it_was(house):
    begun(house, rows=[MEMBER, {**MEMBER, "name": "Sitti"}])
    assert says(house, "HAPUS")["state"] == "waiting"
    assert house.rows("SELECT * FROM erasure_request") == []
    assert house.rows("SELECT DISTINCT state FROM enrolment") == [{"state": "ended"}]
    assert house.steps(ME) == ["erase"]
