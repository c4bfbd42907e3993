"""R29: one a day and three a week for each number, over everything that we start."""

from house import ADULT, CAMPAIGN_YAML, MINOR, phone
from travel import MONDAY, QUICK, local, moment, outcomes, settled, travel

SERIES = """
series: {name}
title: {name}
for: {{role: champion}}
steps:
{steps}
"""


def series(name, *steps):
    """A series of plain texts; a step is (id, week, day, time)."""
    lines = [f'  - {{id: {key}, at: {{week: {week}, day: {day}, time: "{time}"}},'
             f' say: "Teks {key}."}}' for key, week, day, time in steps]
    return SERIES.format(name=name, steps="\n".join(lines))


def load(house, *texts, campaign=CAMPAIGN_YAML):
    folder = house.write_campaign(campaign=campaign, series=texts[0])
    for n, text in enumerate(texts[1:]):
        (folder / f"lain{n}.yaml").write_text(text)
    house.cegah("load", str(folder))


def days(house, number):
    """The local days on which something that we started left, in Makassar."""
    return [local(row["created_at"], "Asia/Makassar").strftime("%m-%d %H:%M")
            for row in house.messages(number) if row["kind"] in ("step", "invitation")]


def test_R29_the_invitation_counts_too(house):
    profile = "report_after: 2s\nbehaviours:\n  eager:\n    replies:\n" \
              "      - {when: \"Balas YA\", say: YA, after: 3m}\ndefault: eager\n"
    house.begin(profile, start="2026-01-11T13:00:00+08:00", go=False)
    load(house, """
series: remaja
title: Remaja
for: {role: champion}
invitation: {id: C0, text: "Balas YA atau TIDAK. STOP."}
steps:
  - {id: L1, at: {week: 1, day: mon, time: "16:15"}, say: "Senin."}
""")
    house.import_rows([{**ADULT, "phone": phone(10)}])
    house.cegah("start", "uji")
    house.wait_quiet()
    # Invited on a Sunday, in the week before; the step comes on the day after.
    assert days(house, phone(10)) == ["01-11 13:00", "01-12 16:15"]
    used = house.rows("SELECT n FROM cap_use ORDER BY day")
    assert [row["n"] for row in used] == [1, 1]


def test_R29_a_late_step_waits_for_the_next_day_when_one_has_left_today(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    load(house, series("remaja", ("L1", 1, "tue", "16:15"), ("L2", 1, "wed", "16:15"),
                       ("L3", 1, "sat", "16:15")))
    house.import_rows([{**MINOR, "phone": phone(10)}])
    house.cegah("start", "uji")
    # The daemon was down from Tuesday 16:00 to Wednesday 15:30: L1 leaves late.
    house.kill()
    travel(house, "2026-01-14T15:30:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["L1"]
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["L1"]
    assert outcomes(house, phone(10))["L2"] == ("held", "cap_day")
    # Thursday in school hours is closed: both reasons are waited for.
    assert house.enrolment(phone(10))["due_at"] == moment("2026-01-15T15:00:00+08:00")
    travel(house, "2026-01-15T15:00:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["L1", "L2"]
    assert outcomes(house, phone(10))["L2"] == ("sent", "")


def test_R29_what_the_cap_leaves_no_room_for_is_missed_with_its_reason(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    load(house, series("remaja", ("L1", 1, "tue", "16:15"), ("L2", 1, "wed", "16:15"),
                       ("L3", 1, "thu", "15:00")))
    house.import_rows([{**MINOR, "phone": phone(10)}])
    house.cegah("start", "uji")
    house.kill()
    travel(house, "2026-01-14T15:30:00+08:00")
    settled(house)
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    assert outcomes(house, phone(10)) == {"L1": ("sent", ""), "L2": ("missed", "cap_day")}
    travel(house, "2026-01-15T15:00:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["L1", "L3"]


def test_R29_three_a_week_from_monday_to_sunday(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    load(house, series("remaja", ("L1", 1, "sun", "16:15"), ("L2", 2, "tue", "16:15"),
                       ("L3", 2, "wed", "16:15"), ("L4", 2, "sat", "16:15"),
                       ("L5", 3, "tue", "16:15")))
    house.import_rows([{**MINOR, "phone": phone(10)}])
    house.cegah("start", "uji")
    # The daemon was down on Sunday: L1 leaves on Monday, and fills the week.
    house.kill()
    travel(house, "2026-01-19T15:30:00+08:00", clock="jump")
    house.wait_quiet()
    assert days(house, phone(10)) == ["01-19 15:30", "01-20 16:15", "01-21 16:15",
                                      "01-26 15:00", "01-27 16:15"]
    assert house.steps(phone(10)) == ["L1", "L2", "L3", "L4", "L5"]


def test_R29_what_the_week_leaves_no_room_for_is_missed_with_its_reason(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    load(house, series("remaja", ("L1", 1, "sun", "16:15"), ("L2", 2, "tue", "16:15"),
                       ("L3", 2, "wed", "16:15"), ("L4", 2, "fri", "16:15"),
                       ("L5", 3, "mon", "15:00")))
    house.import_rows([{**MINOR, "phone": phone(10)}])
    house.cegah("start", "uji")
    house.kill()
    travel(house, "2026-01-19T15:30:00+08:00", clock="jump")
    house.wait_quiet()
    assert outcomes(house, phone(10))["L4"] == ("missed", "cap_week")
    assert house.steps(phone(10)) == ["L1", "L2", "L3", "L5"]


def test_R29_a_second_series_begins_when_the_first_has_ended(house):
    house.begin(go=False, start=MONDAY)
    load(house, series("dua", ("M1", 1, "wed", "16:15")),
         series("satu", ("L1", 1, "mon", "16:15"), ("L2", 1, "tue", "16:15")))
    house.import_rows([{**MINOR, "phone": phone(10)}])
    house.cegah("start", "uji")
    house.wait_quiet()
    assert house.steps(phone(10)) == ["L1", "L2", "M1"]
    assert days(house, phone(10)) == ["01-12 16:15", "01-13 16:15", "01-21 16:15"]
    assert [row["reason"] for row in house.rows("SELECT reason FROM enrolment")] == [
        "completed"] * 2


def test_R29_one_number_carries_one_series_at_a_time(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    load(house, series("satu", ("L1", 1, "mon", "16:15")),
         series("dua", ("M1", 1, "mon", "16:15")))
    house.import_rows([{**MINOR, "phone": phone(10), "name": name}
                       for name in ("Intan", "Sitti")])
    done = house.json("start", "uji")
    counts = [(row["active"], row["waiting"]) for row in done["series"]]
    assert sorted(counts) == [(0, 2), (1, 1)]
    travel(house, "2026-01-12T16:15:00+08:00")
    settled(house)
    assert len(house.messages()) == 1
    rows = house.rows("SELECT state,reason,due_at FROM enrolment WHERE reason='shared_number'")
    assert rows == [{"state": "invited", "reason": "shared_number", "due_at": None}] * 2


def test_R29_a_campaigns_own_caps_are_kept(house):
    house.begin(QUICK, clock="run", start=MONDAY, go=False)
    load(house, series("remaja", ("L1", 1, "tue", "16:15"), ("L2", 1, "wed", "16:15"),
                       ("L3", 1, "sat", "16:15")),
         campaign=CAMPAIGN_YAML + "caps: {day: 2, week: 3}\n")
    house.import_rows([{**MINOR, "phone": phone(10)}])
    house.cegah("start", "uji")
    house.kill()
    travel(house, "2026-01-14T15:30:00+08:00")
    settled(house)
    travel(house, "2026-01-14T16:15:00+08:00")
    settled(house)
    assert house.steps(phone(10)) == ["L1", "L2"]


def test_R29_replies_are_not_counted(house):
    house.begin(QUICK, clock="run", start=MONDAY, rows=[{**MINOR, "phone": phone(10)}])
    travel(house, "2026-01-24T16:15:00+08:00")
    settled(house)
    house.say(phone(10), "c")
    settled(house)
    assert house.steps(phone(10)) == ["C4", "C4+"]
    assert [row["n"] for row in house.rows("SELECT n FROM cap_use")] == [1]
    assert house.messages()[-1]["cap_day"] is None
