"""Events: steps around a day of the campaign's, told to each person by the own clock."""

import pytest

from house import ADULT, CAMPAIGN_YAML, phone
from travel import MINUTE, QUICK, local, moment, outcomes, settled, travel

ASSENT = {"assent_method": "paper", "assent_date": "2026-01-02", "assent_wording": "2026-01"}
# An adult whose own consent is on paper begins without an invitation.
MEMBER = {**ADULT, **ASSENT}
HEAD = "series: remaja\ntitle: Remaja\nfor: {role: champion}\nsteps:\n"
INVITE = """
  - id: E1
    at: {event: temu, days: -3, time: "16:15"}
    ask:
      kind: rsvp
      text: "Undangan: {judul}, {hari} {tgl} jam {jam} {zona}. Balas IKUT atau TIDAK."
      answers: [{value: ikut}, {value: tidak}]
      closes: 60h
"""
REMIND = """
  - {id: E2, at: {event: temu, days: -1, time: "16:15"}, say: "Besok {jam} {zona}: {link}"}
"""
ATTEND = """
  - id: E3
    at: {event: temu, ends: true}
    ask:
      kind: rsvp
      text: "Tadi hadir? Balas HADIR dan kode, atau TIDAK."
      answers: [{value: hadir}, {value: tidak}]
"""
LESSON = """
  - {id: T1, at: {week: 2, day: wed, time: "16:15"}, say: "Pelajaran."}
"""
DISTRICTS = {"surabaya": "Asia/Jakarta", "maros": "Asia/Makassar", "ambon": "Asia/Jayapura"}


def campaign(more=""):
    """The event is on Sunday 11 January 2026, from 13:00 to 15:00."""
    return CAMPAIGN_YAML + f"""
events:
  temu: {{title: Temu remaja, date: 2026-01-11, time: "13:00", minutes: 120,
         link: s.id/temu{more}}}
"""


def run(house, steps, more="", rows=None, profile=QUICK, **options):
    house.begin(profile, series=HEAD + steps, campaign=campaign(more),
                rows=rows or [{**MEMBER, "phone": phone(10)}], **options)
    return house


def replies(said):
    return QUICK + "behaviours:\n  one:\n    replies:\n" + "".join(
        f'      - {{when: "{when}", say: "{say}", after: 5m}}\n'
        for when, say in said.items()) + "default: one\n"


def everywhere():
    return [{**MEMBER, "phone": phone(10 + i), "district": district}
            for i, district in enumerate(DISTRICTS)]


def times(house, step):
    """When the step left for each of the three, by the clock of the person."""
    left = {row["to"]: (row["at"], row["text"]) for row in house.ledger()["requests"]
            if row["text"].startswith(step)}
    return [(local(left[phone(10 + i)][0], zone).strftime("%a %d %H:%M"),
             left[phone(10 + i)][1]) for i, zone in enumerate(DISTRICTS.values())]


def test_an_event_without_a_zone_is_at_each_persons_own_time(house):
    run(house, INVITE + REMIND + ATTEND, rows=everywhere()).wait_quiet()
    names = ["WIB", "WITA", "WIT"]
    assert times(house, "Undangan") == [
        ("Thu 08 16:15", f"Undangan: Temu remaja, minggu 11 Jan jam 13.00 {name}."
                         " Balas IKUT atau TIDAK.") for name in names]
    assert times(house, "Besok") == [
        ("Sat 10 16:15", f"Besok 13.00 {name}: s.id/temu") for name in names]
    assert [when for when, _ in times(house, "Tadi")] == ["Sun 11 15:00"] * 3


def test_an_event_with_a_zone_is_one_moment_told_to_each_in_the_own_zone(house):
    more = ", zone: Asia/Makassar"
    run(house, INVITE + REMIND + ATTEND, more, rows=everywhere()).wait_quiet()
    assert times(house, "Besok") == [
        ("Sat 10 16:15", f"Besok {jam}: s.id/temu")
        for jam in ("12.00 WIB", "13.00 WITA", "14.00 WIT")]
    assert [when for when, _ in times(house, "Tadi")] == [
        "Sun 11 14:00", "Sun 11 15:00", "Sun 11 16:00"]


def test_the_end_of_an_event_moves_to_the_next_open_hour(house):
    more = ", zone: Asia/Makassar"
    steps = ATTEND.replace("temu", "malam")
    events = campaign(more) + '  malam: {title: Malam, date: 2026-01-11, time: "16:00", ' \
        'minutes: 120}\n'
    house.begin(QUICK, series=HEAD + steps, campaign=events, rows=everywhere())
    house.wait_quiet()
    # 18:00 is dusk, which ends at 18:45.
    assert [when for when, _ in times(house, "Tadi")] == ["Sun 11 18:45"] * 3


def test_R8_a_reminder_of_an_event_may_leave_until_it_begins(house):
    run(house, REMIND).wait_quiet()
    message = house.messages(phone(10))[0]
    assert message["state"] == "delivered"
    assert message["expires_at"] == moment("2026-01-11T13:00:00+08:00")


@pytest.mark.parametrize("back, outcome", [
    ("2026-01-11T12:58:00+08:00", ("sent", "")),
    ("2026-01-11T13:00:00+08:00", ("missed", "late"))])
def test_R8_once_the_event_has_begun_its_reminder_does_not_leave(house, back, outcome):
    run(house, REMIND, clock="run").kill()
    travel(house, back)
    settled(house)
    assert outcomes(house, phone(10)) == {"E2": outcome}


def test_R8_a_reminder_whose_next_open_hour_is_too_late_is_missed(house):
    events = campaign().replace('"13:00"', '"11:00"')  # before the Sunday's hours open
    house.begin(QUICK, clock="run", series=HEAD + REMIND + LESSON, campaign=events,
                rows=[{**MEMBER, "phone": phone(10)}])
    house.kill()
    travel(house, "2026-01-10T21:00:00+08:00")
    settled(house)
    assert outcomes(house, phone(10)) == {"E2": ("missed", "quiet_hours")}


def test_who_joins_after_the_event_gets_nothing_of_it_and_all_of_the_rest(house):
    run(house, INVITE + REMIND + ATTEND + LESSON,
        start="2026-01-13T09:00:00+08:00").wait_quiet()
    assert outcomes(house, phone(10)) == {
        "E1": ("missed", "late"), "E2": ("missed", "late"), "E3": ("missed", "late"),
        "T1": ("sent", "")}
    assert house.steps(phone(10)) == ["T1"]


def test_a_step_that_waits_is_not_cut_short_by_an_event_that_is_over(house):
    steps = '  - {id: T0, at: {days: 1, time: "16:15"}, say: "Halo."}\n' + REMIND
    run(house, steps, clock="run", start="2026-01-13T09:00:00+08:00").kill()
    travel(house, "2026-01-14T21:00:00+08:00")  # at night: it waits for the morning
    settled(house)
    assert outcomes(house, phone(10)) == {"T0": ("held", "quiet_hours")}


def test_an_event_of_a_district_is_for_its_people_only(house):
    run(house, INVITE, ", district: ambon", rows=everywhere()).wait_quiet()
    assert [house.steps(phone(10 + i)) for i in range(3)] == [[], [], ["E1"]]
    assert outcomes(house, phone(11)) == {"E1": ("skipped", "not_for")}


@pytest.mark.parametrize("said, value", [
    ("HADIR 482", "hadir"), ("hadir 482 kak", "hadir"), ("Hadir", "hadir"),
    ("TIDAK", "tidak"), ("HADIR 483", None)])
def test_attendance_is_HADIR_with_the_code_that_was_said_there(house, said, value):
    run(house, INVITE + ATTEND, ", code: 482",
        profile=replies({"Undangan": "ikut", "Tadi hadir": said})).wait_quiet()
    given = {row["step"]: row["value"] for row in house.rows("SELECT * FROM answer")}
    assert given == ({"E1": "ikut", "E3": value} if value else {"E1": "ikut"})


def test_a_reminder_of_the_invitation_tells_of_the_event_too(house):
    asked = INVITE + '      reminder: {after: 24h, text: "Masih ada tempat {hari} {jam}."}\n'
    run(house, asked).wait_quiet()
    texts = [row["text"] for row in house.sim("/sim/handset?phone=%2B" + phone(10)[1:])[
        "received"]]
    assert texts[1] == "Masih ada tempat minggu 13.00."
    at = [row["created_at"] for row in house.messages(phone(10))]
    assert at[1] - at[0] >= 24 * 60 * MINUTE
