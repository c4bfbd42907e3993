"""Every kind of step through the real binary: what it sends, to whom, and when."""

import datetime

import pytest

from house import ADULT, CAMPAIGN_YAML, phone

TODAY = datetime.date.today().isoformat()
CAMPAIGN = CAMPAIGN_YAML.replace("language: id", "languages: [id, bug]") + f"""
directory:
  puspaga: {{name: Puspaga, phone: "0812-0000-9001", hours: 08-16, owner: Tim, verified: {TODAY}}}
"""
HEAD = """
series: remaja
title: Remaja
for: {role: champion}
steps:
"""
ASSENT = {"assent_method": "paper", "assent_date": "2026-01-02", "assent_wording": "2026-01"}
# An adult whose own consent is on paper begins without an invitation.
MEMBER = {**ADULT, **ASSENT}

QUESTION = """
  - id: T1
    at: {week: 1, day: mon, time: "16:15"}
    ask:
      kind: quiz
      text: "Pilih A atau B."
      answers:
        - {value: A, right: true, score: 3}
        - {value: B}
%s
"""


def replies(**said):
    rules = "".join(f'      - {{when: "{when}", say: {say}, after: 5m}}\n'
                    for when, say in said.items())
    return ("report_after: 2s\nreport_spread: 0s\nbehaviours:\n  one:\n    replies:\n"
            f"{rules}default: one\n")


def run(house, steps, profile="report_after: 2s\n", rows=None, head=HEAD,
        start="2026-01-05T09:00:00+08:00"):
    house.start_simulator(profile, start=start)
    house.write_config()
    house.start_daemon()
    folder = house.write_campaign(CAMPAIGN, head + steps)
    house.cegah("load", str(folder))
    house.import_rows(rows or [{**MEMBER, "phone": phone(10), "name": "Rahma"}])
    house.cegah("start", "uji")
    house.wait_quiet()
    return house.steps(phone(10))


def outcomes(house):
    return {row["step"]: (row["outcome"], row["reason"])
            for row in house.rows("SELECT * FROM step_outcome")}


def texts(house, number):
    rows = house.sim("/sim/handset?phone=%2B" + number[1:])["received"]
    return [row["text"] for row in rows]


SAY = '  - {id: %s, at: {week: %d, day: %s, time: "16:15"}, say: "%s"}\n'


def test_a_step_is_for_whom_it_says(house):
    steps = """
  - {id: T1, at: {week: 1, day: mon, time: "16:15"}, for: {sex: female}, say: "Untuk putri."}
  - {id: T2, at: {week: 1, day: wed, time: "16:15"}, for: {age: minor}, say: "Untuk anak."}
  - id: T3
    at: {week: 1, day: fri, time: "16:15"}
    for: {district: [maros, ambon]}
    say: "Untuk Maros."
"""
    rows = [{**MEMBER, "phone": phone(10), "name": "Rahma", "sex": "female"},
            {**MEMBER, "phone": phone(11), "name": "Amir", "sex": "male", "district": "surabaya"}]
    assert run(house, steps, rows=rows) == ["T1", "T3"]
    assert house.steps(phone(11)) == []
    assert outcomes(house)["T2"] == ("skipped", "not_for")


@pytest.mark.parametrize("said, steps", [("A", ["T1", "T1+", "T4"]),
                                         ("B", ["T1", "T1-", "T2", "T4"])])
def test_a_branch_follows_the_answer(house, said, steps):
    content = QUESTION % "" + "    branch:\n      - {if: {answer: {T1: [A]}}, go: T4}\n"
    content = content.replace("        - {value: B}\n\n", "        - {value: B}\n"
                              "      right: {text: Benar., discreet: Terima kasih.}\n"
                              "      wrong: {text: Salah., discreet: Terima kasih.}\n")
    content += SAY % ("T2", 1, "wed", "Belajar lagi.") + SAY % ("T4", 1, "fri", "Lanjut.")
    assert run(house, content, replies(**{"Pilih A": said})) == steps
    if said == "A":
        assert outcomes(house)["T2"] == ("skipped", "branch")


def test_a_branch_follows_the_points_and_may_end_the_series(house):
    content = QUESTION % "" + "    branch:\n      - {if: {score: {of: T1, at_least: 3}}, go: end}\n"
    content += SAY % ("T2", 1, "wed", "Belajar lagi.")
    assert run(house, content, replies(**{"Pilih A": "A"})) == ["T1"]
    assert house.enrolment(phone(10))["reason"] == "completed"


def test_a_wait_ends_with_the_answer_or_with_its_time(house):
    content = QUESTION % "      closes: 72h" + """
  - {id: W1, wait: {answer: T1, up_to: 60h}}
  - {id: T2, at: {after: 1h}, say: "Terima kasih sudah menjawab."}
"""
    rows = [{**MEMBER, "phone": phone(n), "name": name}
            for n, name in ((10, "Rahma"), (11, "Amir"))]
    profile = replies(**{"Pilih A": "A"}) + "handsets: [{phone: \"%s\", is: silent}]\n" % phone(11)
    run(house, content, profile, rows)
    at = {row["phone"]: row["created_at"] for row in house.messages() if row["step"] == "T2"}
    asked = [row["created_at"] for row in house.messages() if row["step"] == "T1"][0]
    assert at[phone(10)] - asked < 24 * 3600000
    assert at[phone(11)] - asked >= 60 * 3600000


def test_days_dates_and_spans_have_their_times(house):
    steps = """
  - {id: T1, at: {days: 2, time: "16:15"}, say: "Dua hari."}
  - {id: T2, at: {after: 2d}, say: "Dua hari kemudian."}
  - {id: T3, at: {date: 2026-01-14, time: "16:15"}, say: "Tanggal empat belas."}
"""
    assert run(house, steps) == ["T1", "T2", "T3"]
    days = [row["day"] - house.messages()[0]["day"] for row in house.messages()]
    assert days == [0, 2, 7]  # joined on 5 January: the 7th, the 9th, the 14th


def test_a_referral_names_the_service(house):
    steps = """
  - id: T1
    at: {week: 1, day: mon, time: "16:15"}
    refer: {service: puspaga, text: "Bantuan ada di {layanan}: {telp}."}
"""
    assert run(house, steps) == ["T1"]
    assert texts(house, phone(10)) == ["Bantuan ada di Puspaga: 0812-0000-9001."]


def test_a_service_not_verified_for_half_a_year_is_told_to_nobody(house):
    steps = """
  - id: T1
    at: {week: 28, day: mon, time: "16:15"}
    refer: {service: puspaga, text: "Bantuan ada di {layanan}: {telp}."}
"""
    assert run(house, steps, start=TODAY + "T09:00:00+08:00") == []
    assert outcomes(house)["T1"] == ("skipped", "service_stale")


def test_a_series_that_refers_to_a_stale_service_is_not_loaded(house):
    steps = """
  - id: T1
    at: {week: 1, day: mon, time: "16:15"}
    refer: {service: puspaga, text: "Bantuan ada di {layanan}: {telp}."}
"""
    later = datetime.date.today() + datetime.timedelta(days=200)
    house.start_simulator("report_after: 2s\n", start=later.isoformat() + "T09:00:00+08:00")
    house.write_config()
    house.start_daemon()
    refused = house.cegah("load", str(house.write_campaign(CAMPAIGN, HEAD + steps)),
                          check=False)
    assert refused.returncode == 1 and "last verified 200 days ago" in refused.stderr


def test_an_invite_carries_the_persons_own_code(house):
    steps = """
  - id: T1
    at: {week: 1, day: mon, time: "16:15"}
    invite: {series: remaja, text: "Ajak teman: kirim DAFTAR {kode}."}
"""
    assert run(house, steps) == ["T1"]
    code = house.rows("SELECT code FROM person")[0]["code"]
    assert len(code) == 6 and texts(house, phone(10)) == [f"Ajak teman: kirim DAFTAR {code}."]


QUIZ = """
  - id: T1
    at: {week: 1, day: mon, time: "16:15"}
    ask:
      kind: quiz
      text: "Kuis: dua soal. Balas MULAI. Besok saja? NANTI."
      start: [MULAI]
      later: [NANTI]
      questions:
        - {id: Q1, text: "1/2 A atau B?", answers: [{value: A, right: true}, {value: B}]}
        - {id: Q2, text: "2/2 C atau D?", answers: [{value: C}, {value: D, right: true}]}
      done: "Selesai, terima kasih."
  - {id: T2, at: {week: 2, day: mon, time: "16:15"}, say: "Kabar."}
"""


def test_a_quiz_is_asked_one_question_after_another_as_replies(house):
    said = {"MULAI": "MULAI", "1/2": "A", "2/2": "C"}
    steps = run(house, QUIZ, replies(**said))
    assert steps == ["T1", "T1.Q1", "T1.Q2", "T1.done", "T2"]
    rows = house.rows("SELECT step, value, score FROM answer ORDER BY id")
    assert [(row["step"], row["value"], row["score"]) for row in rows] == \
        [("T1.Q1", "A", 1), ("T1.Q2", "C", 0)]
    assert all(row["cap_day"] is None for row in house.messages() if "." in row["step"])


def test_a_quiz_may_be_answered_in_one_message(house):
    assert run(house, QUIZ, replies(MULAI="1A 2D")) == ["T1", "T1.done", "T2"]
    assert [row["score"] for row in house.rows("SELECT score FROM answer")] == [1, 1]


def test_a_quiz_put_off_comes_again_the_next_day_once_and_counts_once(house):
    steps = run(house, QUIZ, replies(MULAI="NANTI"))
    assert steps == ["T1", "T1*", "T2"]
    again = [row for row in house.messages() if row["step"] == "T1*"][0]
    first = house.messages()[0]
    assert again["day"] == first["day"] + 1 and again["cap_day"] is None


def test_a_reminder_comes_once_to_whoever_has_not_answered(house):
    content = QUESTION % """      closes: 72h
      reminder: {after: 24h, text: "Masih sempat: A atau B?"}"""
    rows = [{**MEMBER, "phone": phone(n), "name": name}
            for n, name in ((10, "Rahma"), (11, "Amir"))]
    profile = replies(**{"Pilih A": "A"}) + "handsets: [{phone: \"%s\", is: silent}]\n" % phone(11)
    assert run(house, content, profile, rows) == ["T1"]
    assert house.steps(phone(11)) == ["T1", "T1*"]


def test_one_change_of_an_answer_is_taken_and_the_first_scores(house):
    content = QUESTION % "      closes: 96h\n      change: true"
    content += SAY % ("T2", 1, "tue", "Kabar satu.") + SAY % ("T3", 1, "wed", "Kabar dua.")
    said = {"Pilih A": "A", "Kabar satu": "B", "Kabar dua": "A"}
    run(house, content, replies(**said))
    rows = house.rows("SELECT value, score FROM answer ORDER BY id")
    assert [(row["value"], row["score"]) for row in rows] == [("A", 3), ("B", 0)]
    # The third time it is no answer any more, and a human reads it.
    waiting = house.rows("SELECT intent FROM inbound WHERE state='waiting'")
    assert [row["intent"] for row in waiting] == ["free"]


def test_texts_follow_language_and_the_strictest_behind_the_phone(house):
    steps = """
  - id: T1
    at: {week: 1, day: mon, time: "16:15"}
    say:
      text: "Halo {nama}."
      discreet: "Halo."
      in: {bug: {text: "Tabe {nama}.", discreet: "Tabe."}}
  - id: T2
    at: {week: 1, day: wed, time: "16:15"}
    say: {text: "Kabar {nama}.", discreet: skip}
"""
    rows = [{**MEMBER, "phone": phone(10), "name": "Rahma"},
            {**MEMBER, "phone": phone(11), "name": "Amir", "language": "bug"},
            {**MEMBER, "phone": phone(12), "name": "Nia"},
            {**ADULT, "role": "guest", "phone": phone(12), "name": "Tuti"}]
    run(house, steps, rows=rows)
    assert texts(house, phone(10)) == ["Halo Rahma.", "Kabar Rahma."]
    assert texts(house, phone(11)) == ["Tabe Amir.", "Kabar Amir."]
    assert texts(house, phone(12)) == ["Halo."]  # shared, so discreet


def test_what_nobody_confirmed_is_not_started(house):
    steps = """
  - id: T1
    at: {week: 1, day: mon, time: "16:15"}
    say: "PKBM buka tiap Senin."
    confirm: {what: jam PKBM}
"""
    house.start_simulator("report_after: 2s\n")
    house.write_config()
    house.start_daemon()
    head = HEAD
    house.cegah("load", str(house.write_campaign(CAMPAIGN, head + steps)))
    refused = house.cegah("start", "uji", check=False)
    assert refused.returncode == 1 and "jam PKBM" in refused.stderr
    signed = steps.replace("{what: jam PKBM}", "{what: jam PKBM, by: Tim, on: 2026-01-03}")
    house.cegah("load", str(house.write_campaign(CAMPAIGN, head + signed)))
    house.cegah("start", "uji")
