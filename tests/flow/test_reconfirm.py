"""A number that may be somebody else's by now is asked before anything else goes there."""


from house import ADULT, CAMPAIGN_YAML, phone

CAMPAIGN = CAMPAIGN_YAML + """
  reconfirm: "Halo, ini {lembaga}. Apa nomor ini masih Anda pakai? Balas YA atau TIDAK."
"""
LONG = """
series: remaja
title: Remaja
for: {role: champion}
invitation: {id: C0, text: "Halo, ini {lembaga}. Balas YA atau TIDAK. Berhenti: STOP."}
steps:
  - {id: C1, at: {week: 1, day: wed, time: "16:15"}, say: "Selamat datang!"}
  - {id: C2, at: {week: 18, day: wed, time: "16:15"}, say: "Kabar dari tim."}
  - {id: C3, at: {week: 19, day: wed, time: "16:15"}, say: "Sampai jumpa."}
"""
EAGER = """
report_after: 2s
behaviours:
  eager:
    replies:
      - {when: "Balas YA atau TIDAK. Berhenti", say: YA, after: 3m}
      - {when: "masih Anda pakai", say: %s, after: 3m}
default: eager
"""


def run(house, answer):
    house.start_simulator(EAGER % answer)
    house.write_config()
    house.start_daemon()
    house.cegah("load", str(house.write_campaign(CAMPAIGN, LONG)))
    house.import_rows([{**ADULT, "phone": phone(10), "name": "Rahma"}])
    house.cegah("start", "uji")
    house.wait_quiet()
    return house.steps(phone(10))


def test_a_number_silent_for_90_days_is_asked_first_and_a_yes_opens_it(house):
    steps = run(house, "YA")
    assert steps == ["C0", "opt_in", "C1", "reconfirm", "C3"]
    outcomes = {row["step"]: (row["outcome"], row["reason"])
                for row in house.rows("SELECT * FROM step_outcome")}
    assert outcomes["C2"] == ("skipped", "reconfirm")


def test_a_no_means_somebody_else_and_nothing_more_goes_there(house):
    steps = run(house, "TIDAK")
    assert steps[:4] == ["C0", "opt_in", "C1", "reconfirm"]
    assert "C2" not in steps and "C3" not in steps
    assert house.enrolment(phone(10))["state"] == "ended"


def test_silence_keeps_it_closed_and_it_is_asked_once(house):
    steps = run(house, "[]")
    assert steps == ["C0", "opt_in", "C1", "reconfirm"]
