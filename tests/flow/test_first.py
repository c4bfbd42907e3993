"""One message's way: from a content file to a handset and back."""

from house import ADULT, MINOR, phone

PROFILE = """
report_after: 2s
report_spread: 0s
behaviours:
  eager:
    replies:
      - {when: "Balas YA", say: YA, after: 3m}
      - {when: "Balas A, B", say: "C", after: 10m}
default: eager
"""


def test_a_series_runs_from_invitation_to_answer(house):
    house.begin(PROFILE, rows=[{**ADULT, "phone": phone(10), "name": "Rahma"},
                               {**MINOR, "phone": phone(11), "name": "Intan"}])
    house.wait_quiet()
    assert house.steps(phone(10)) == ["C0", "opt_in", "C1", "C4", "C4+"]
    assert house.steps(phone(11)) == ["C1", "C4", "C4+"]
    assert {row["state"] for row in house.messages()} == {"delivered"}
    assert house.enrolment(phone(10))["reason"] == "completed"
    received = house.sim("/sim/handset?phone=%2B" + phone(10)[1:])["received"]
    assert received[2]["text"] == "Selamat datang, Rahma!"
    assert house.stop() == 0
